import { useEffect } from 'react'
import { create } from 'zustand'
import { ApiError, call, reportProblem } from '../client/api.ts'
import { followEvents } from '../client/event-followers.ts'
import type { EventMessage } from '../client/types.ts'
import { applyChange, type Change, type ChangedItem, joinChanges, replaceItems, shareParts } from './document.ts'
import { t } from './messages.ts'
import { clearEdits, expectEdits, noteEdits, takeOverwritten } from './overwritten.ts'
import {
  type FilterChoice,
  type FilterProblem,
  noReports,
  type Reports,
  reported,
  withFilterChoices,
  withFilterProblems,
} from './show-reports.ts'
import type { Collection, Edit, Edited, EngineState, OpenCollection, Preparation } from './types.ts'

export interface ShowState extends Reports {
  /** False until the host was asked for the first time. */
  readonly loaded: boolean
  readonly engine: EngineState
  /** Why the studio cannot run on this machine; null where it can. */
  readonly problem: string | null
  /** What is being built before it can run; null where nothing is. */
  readonly preparation: Preparation | null
  /** The open collection as the host has it, with the changes of this page that are on their way; null where none is open. */
  readonly open: OpenCollection | null
}

/** The show as the page knows it: read once, then kept in step by events. Use it with `useFollowedShow` somewhere above. */
export const useShow = create<ShowState>(() => ({
  loaded: false,
  engine: 'off',
  problem: null,
  preparation: null,
  open: null,
  ...noReports,
}))

/** The open document; undefined where none is open. */
export const useDocument = (): Collection | undefined => useShow(({ open }) => open?.collection)

/** The open collection as the host has it, without what is on its way. */
let confirmed: OpenCollection | null = null

/** A change that the host has not confirmed: `revision` is known when it has answered. */
interface Pending extends Change {
  revision: number | undefined
}
let pending: Pending[] = []

function show(): void {
  if (confirmed === null) return
  const { revision } = confirmed
  pending = pending.filter((each) => each.revision === undefined || each.revision > revision)
  const collection = pending.reduce(applyChange, confirmed.collection)
  const shown = useShow.getState().open
  const stored = { ...confirmed, collection }
  useShow.setState({ open: shareParts(shown, stored) })
}

const byId = <T extends { readonly id: string }>(items: readonly T[]): Record<string, T> =>
  Object.fromEntries(items.map((each) => [each.id, each]))

let reads = 0
/** Events that arrived while everything is read, to be applied behind it: the readings may be older. */
let waiting: EventMessage[] | undefined

/** Reads everything: at the start, after a lost connection, and when another collection was opened. */
async function readAll(): Promise<void> {
  const mine = ++reads
  waiting = []
  try {
    const status = await call('GET', '/studio')
    const [open, program, sources] =
      status.open === null
        ? [null, null, { items: [] }]
        : await Promise.all([call('GET', '/studio/collection'), call('GET', '/studio/program'), call('GET', '/studio/sources')])
    if (mine !== reads) return
    confirmed = open
    if (open === null) pending = []
    const sourceReports = Object.fromEntries(sources.items.flatMap(({ id, report }) => (report === null ? [] : [[id, report] as const])))
    useShow.setState({
      loaded: true,
      engine: status.state,
      problem: status.problem,
      preparation: status.preparation,
      ...noReports,
      open: open === null ? null : useShow.getState().open,
      filterProblems: open === null ? {} : useShow.getState().filterProblems,
      filterChoices: open === null ? {} : useShow.getState().filterChoices,
      program,
      sourceReports,
      outputReports: byId(status.outputs),
    })
    show()
    const late = waiting ?? []
    waiting = undefined
    for (const event of late) apply(event)
    // An edit of this page may have been answered while the document was read.
    void readDocument(wantedRevision)
  } catch (error) {
    if (mine !== reads) return
    waiting = undefined
    // The collection may have been closed between two requests.
    if (error instanceof ApiError && error.code === 'studio.no_collection') void readAll()
    else reportProblem(error)
  }
}

let reading = false
let wantedRevision = 0

/** Reads the document again until it is at least of the revision that an event named; one request at a time. */
async function readDocument(revision: number): Promise<void> {
  wantedRevision = Math.max(wantedRevision, revision)
  if (reading) return
  reading = true
  try {
    while (confirmed !== null && confirmed.revision < wantedRevision) {
      const of = reads
      const wanted = wantedRevision
      const open = await call('GET', '/studio/collection')
      // Everything is read again: what was read here may be of another collection.
      if (of !== reads) continue
      // Events may have brought what is newer.
      if (confirmed === null || open.revision > confirmed.revision) {
        confirmed = shareParts(confirmed, open)
        show()
        notifyOverwritten(open)
      }
      // The host never gets as far as it said, as after another collection was opened. What was wanted meanwhile is read next.
      if (confirmed.revision < wanted) break
    }
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'studio.no_collection')) reportProblem(error)
  } finally {
    reading = false
  }
}

interface ChangeEvent extends Pick<OpenCollection, 'revision' | 'undo' | 'redo'> {
  /** Where nothing but these changed. */
  readonly items?: readonly ChangedItem[]
}

/** Takes what an event says of a change, where that is all there is to know; else the document is read. A drag makes thirty a second. */
function followChange({ revision, undo, redo, items }: ChangeEvent): void {
  const isNext = confirmed !== null && revision === confirmed.revision + 1
  const collection = isNext && items !== undefined && confirmed !== null ? replaceItems(confirmed.collection, items) : undefined
  if (collection === undefined || confirmed === null) {
    void readDocument(revision)
    return
  }
  confirmed = { ...confirmed, revision, undo, redo, collection }
  show()
  notifyOverwritten(confirmed)
}

let overwrittenListener: (changes: readonly Change[], collection: Collection) => void = () => {}

/** Calls back with what this page set and somebody set otherwise since: changes that would bring it back. */
export function onOverwritten(listener: typeof overwrittenListener): void {
  overwrittenListener = listener
}

function notifyOverwritten({ collection, revision }: OpenCollection): void {
  const overwritten = takeOverwritten(collection, revision, performance.now())
  // Where a change of this page is on its way it comes out on top.
  const lost = overwritten.filter(({ at }) => !pending.some((each) => each.at === at))
  if (lost.length > 0) overwrittenListener(lost, collection)
}

function onEvent(event: EventMessage): void {
  if (!event.topic.startsWith('studio.')) return
  const opensAnother = event.topic === 'studio.opened' || event.topic === 'studio.closed'
  if (waiting === undefined || opensAnother) apply(event)
  else waiting.push(event)
}

function apply({ topic, data }: EventMessage): void {
  switch (topic) {
    case 'studio.changed':
      followChange(data as ChangeEvent)
      break
    case 'studio.opened':
    case 'studio.closed':
      wantedRevision = 0
      void readAll()
      break
    case 'studio.collection_file': {
      if (confirmed === null) break
      const { saved, conflict, error } = data as Pick<OpenCollection, 'saved' | 'conflict' | 'error'>
      confirmed = { ...confirmed, saved, conflict, error }
      show()
      break
    }
    case 'studio.state': {
      const { state: engine, ...rest } = data as Pick<ShowState, 'problem' | 'preparation'> & { readonly state: EngineState }
      useShow.setState({ engine, ...rest })
      break
    }
    default:
      useShow.setState((state) => reported(state, topic, data))
  }
}

/** Takes what was read of filters into what is shown. */
export const keepFilterProblems = (items: readonly FilterProblem[]): void => useShow.setState((state) => withFilterProblems(state, items))

/** Takes what filters have chosen into what is shown. */
export const keepFilterChoices = (items: readonly FilterChoice[]): void => useShow.setState((state) => withFilterChoices(state, items))

let users = 0
let leave: (() => unknown) | undefined

/** Keeps `useShow` in step with the host until the returned function is called. */
export function followShow(): () => void {
  users++
  leave ??= followEvents({ onFresh: () => void readAll(), onEvent })
  return () => {
    users--
    if (users > 0) return
    leave?.()
    leave = undefined
  }
}

/** Keeps `useShow` in step with the host while the component is drawn. */
export const useFollowedShow = (): void => useEffect(followShow, [])

/** How long the event of an edit may come behind its answer, ms. */
const eventLateMs = 100

/** An edit was answered: its event has what changed, or has the document read. Only where none comes it is read because of the answer. */
function take({ revision }: Pick<Edited, 'revision'>): void {
  if (confirmed === null || confirmed.revision >= revision) return
  const of = reads
  setTimeout(() => of === reads && void readDocument(revision), eventLateMs)
}

/** The host has done edits of this page. */
function noteDone(edits: readonly Edit[], answer: Edited): void {
  noteEdits(edits, answer.revision, performance.now())
  take(answer)
  // The document may have been read before this answer came, with a newer edit of somebody else in it.
  if (confirmed === null || confirmed.revision < answer.revision) return
  show()
  notifyOverwritten(confirmed)
}

/** Does edits as one step that can be undone; returns the ids of what was made, when the document has them. Throws ApiError. */
export const edit = async (edits: readonly Edit[]): Promise<readonly string[]> => (await editStep(edits)).made

/** The same, with the step of the history that it is, for `undoOnly`. */
export async function editStep(edits: readonly Edit[]): Promise<Edited> {
  expectEdits(edits)
  const answer = await call('POST', '/studio/edits', { body: { edits } })
  noteDone(edits, answer)
  await untilRevision(answer.revision)
  return answer
}

/** Resolves when the page shows a document of at least this revision, after two seconds in any case. */
function untilRevision(revision: number): Promise<void> {
  if ((useShow.getState().open?.revision ?? revision) >= revision) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      stop()
      resolve()
    }
    const timer = setTimeout(done, 2000)
    const stop = useShow.subscribe(({ open }) => {
      if ((open?.revision ?? revision) >= revision) done()
    })
  })
}

/** The document of the open show, of the one of this name where one is given, when its process runs. Throws where that takes longer than half a minute. */
export function untilOpen(name?: string): Promise<Collection> {
  return new Promise((resolve, reject) => {
    const look = ({ open, engine }: ShowState): void => {
      if (open === null || (name !== undefined && open.name !== name) || engine !== 'running') return
      clearTimeout(timer)
      stop()
      resolve(open.collection)
    }
    const giveUp = (): void => {
      // At a first start, however long that takes: the page says how far it is.
      if (useShow.getState().preparation !== null) {
        timer = setTimeout(giveUp, 30_000)
        return
      }
      stop()
      reject(new Error(t.engine.notStarted))
    }
    let timer = setTimeout(giveUp, 30_000)
    const stop = useShow.subscribe(look)
    look(useShow.getState())
  })
}

/** Edits of this page that the host has not answered. */
const underWay = new Set<Promise<void>>()

/** Has undo and redo wait until an edit has arrived: one that came behind an undo would bring back what was undone. */
export function awaitBeforeUndo(sent: Promise<void>): void {
  underWay.add(sent)
  void sent.finally(() => underWay.delete(sent))
}

/** Changes that wait for the answer to the one before, by place. */
const queued = new Map<string, Readonly<Record<string, unknown>>>()
const sending = new Set<string>()

/**
 * Changes one entity: shown at once, sent as fast as the host answers, so that a drag sends its newest place and no backlog. Changes of the
 * same property within half a second are one step of the history.
 * @param at place of the entity, e.g. `scenes/talk/items/logo`
 */
export function change(at: string, changes: Readonly<Record<string, unknown>>): void {
  const waiting = queued.get(at)
  queued.set(at, waiting === undefined ? changes : joinChanges(waiting, changes))
  pending.push({ at, changes, revision: undefined })
  show()
  if (!sending.has(at)) awaitBeforeUndo(send(at))
}

async function send(at: string): Promise<void> {
  sending.add(at)
  try {
    for (let changes = queued.get(at); changes !== undefined; changes = queued.get(at)) {
      queued.delete(at)
      const sent = pending.filter((each) => each.at === at && each.revision === undefined)
      try {
        const answer = await call('POST', '/studio/edits', { body: { edits: [{ do: 'change', at, changes }] } })
        for (const each of sent) each.revision = answer.revision
        noteDone([{ do: 'change', at, changes }], answer)
      } catch (error) {
        // Back to what the host has.
        pending = pending.filter((each) => !sent.includes(each))
        show()
        reportProblem(error)
      }
    }
  } finally {
    sending.delete(at)
  }
}

/** Undoes the newest step of anybody; returns its name. Throws ApiError if nothing can be undone. */
export const undo = (): Promise<string> => takeBack('undo')

/** Undoes a step that is still the newest one. Throws ApiError `request.conflict` where it is not. */
export const undoOnly = (step: string): Promise<string> => takeBack('undo', step)

/** Does again what was undone last; returns its name. Throws ApiError if nothing can be redone. */
export const redo = (): Promise<string> => takeBack('redo')

async function takeBack(way: 'undo' | 'redo', ifStep?: string): Promise<string> {
  await Promise.all(underWay)
  clearEdits()
  const answer = await (way === 'undo'
    ? call('POST', '/studio/undo', { body: ifStep === undefined ? {} : { ifStep } })
    : call('POST', '/studio/redo', { body: {} }))
  take(answer)
  return answer.name
}
