import { ApiError, call } from '../client/api.ts'
import { clips } from '../clips/clip-store.ts'
import { notify, notifyError } from '../components/toasts.tsx'
import { entityAt } from './document.ts'
import { stepWords } from './history/step-words.ts'
import { t } from './messages.ts'
import { clearEdits } from './overwritten.ts'
import { freeId, freeName, isShownElsewhere, nameOf, type PlacedItem } from './places.ts'
import { change, edit, editStep, onOverwritten, redo, undo, undoOnly } from './show-store.ts'
import type { Collection, Edit, ProgramState, Scene } from './types.ts'

/** What buttons, keys and menus do. Each says by a message what went wrong; none throws. */

async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    notifyError(error)
    return undefined
  }
}

/** Does edits as one step of the history; returns the ids of what was made, undefined where they were rejected. */
export const tryEdit = (edits: readonly Edit[]): Promise<readonly string[] | undefined> => attempt(() => edit(edits))

export const undoStep = (): void => void attempt(async () => notify(t.history.undone(stepWords(await undo()))))

export const redoStep = (): void => void attempt(async () => notify(t.history.redone(stepWords(await redo()))))

/** Does edits, and says so. The button of the message undoes them, and nothing that came since. False where they were rejected. */
export async function editUndoably(edits: readonly Edit[], text: string): Promise<boolean> {
  const done = await attempt(() => editStep(edits))
  if (done !== undefined) notifyUndoable(text, done.step)
  return done !== undefined
}

/** Says what a step of the history did: its button undoes that step, while it is the newest one. Null: it did nothing that can be undone. */
export function notifyUndoable(text: string, step: string | null): void {
  if (step === null) notify(text)
  else notify(text, () => void attempt(() => undoOnly(step).catch(sayChangedSince)))
}

function sayChangedSince(error: unknown): void {
  if (!(error instanceof ApiError) || error.code !== 'request.conflict') throw error
  notify(t.history.changedSince)
}

/** Puts a scene on air; in studio mode into the preview, unless `onAir`. */
export function chooseScene(scene: string, program: ProgramState, onAir = false): void {
  const path = program.studioMode && !onAir ? '/studio/preview' : '/studio/program'
  void attempt(() => call('POST', path, { body: { scene } }))
}

/** Brings the preview of a canvas on air. */
export const transitionTo = (canvas: string): void => void attempt(() => call('POST', '/studio/transition', { body: { canvas } }))

/** Moves the transition of a canvas to its preview by hand, from 0 to 1. */
export const moveTBar = (canvas: string, position: number, release: boolean): Promise<unknown> =>
  attempt(() => call('PUT', '/studio/t-bar', { body: { canvas, position, release } }))

export const configureProgram = (body: Partial<Pick<ProgramState, 'studioMode' | 'transition' | 'durationMs'>>): void =>
  void attempt(() => call('PATCH', '/studio/program', { body }))

/** Adds an empty scene; returns its id. */
export async function addScene(document: Collection, canvas: string): Promise<string | undefined> {
  const name = freeName(t.scenes.newName(document.scenes.length + 1), document.scenes)
  const id = freeId(name, document.scenes)
  const made = await tryEdit([{ do: 'add', to: 'scenes', value: { id, name, canvas } }])
  return made?.[0]
}

export async function duplicateScene(scene: Scene, document: Collection): Promise<string | undefined> {
  const name = freeName(t.copyName(scene.name), document.scenes)
  const made = await tryEdit([{ do: 'duplicate', at: `scenes/${scene.id}`, name }])
  return made?.[0]
}

export async function removeScenes(scenes: readonly Scene[]): Promise<void> {
  const [first] = scenes
  if (first === undefined) return
  const said = scenes.length === 1 ? t.scenes.deleted(first.name) : t.scenes.deletedMany(scenes.length)
  await editUndoably(
    scenes.map(({ id }) => ({ do: 'remove', at: `scenes/${id}` })),
    said,
  )
}

/** Moves an entry to another index of its list. */
export const moveTo = (at: string, index: number): void => void tryEdit([{ do: 'move', at, index }])

/** Removes items, and sources that nothing shows any more. */
export async function removeItems(items: readonly PlacedItem[], document: Collection): Promise<void> {
  const [first] = items
  if (first === undefined) return
  const gone = new Set(items.map(({ item }) => item.id))
  const sources = new Set(
    items.flatMap(({ item }) => ('group' in item ? item.group : [item])).flatMap((item) => ('source' in item ? [item.source] : [])),
  )
  // Items of a group that is removed go with it.
  const edits: Edit[] = items
    .filter(({ at }) => !items.some((other) => at.startsWith(`${other.at}/`)))
    .map(({ at }) => ({ do: 'remove', at }))
  for (const { item } of items) if ('group' in item) for (const { id } of item.group) gone.add(id)
  for (const source of sources) if (!isShownElsewhere(document, source, gone)) edits.push({ do: 'remove', at: `sources/${source}` })
  const said = items.length === 1 ? t.sources.deleted(nameOf(first.item, document)) : t.sources.deletedMany(items.length)
  await editUndoably(edits, said)
}

/** Removes a source wherever it is used. */
export async function removeSource(id: string, name: string): Promise<void> {
  await editUndoably([{ do: 'remove', at: `sources/${id}` }], t.sources.deleted(name))
}

export async function removeOutput(id: string, name: string): Promise<void> {
  await editUndoably([{ do: 'remove', at: `outputs/${id}` }], t.outputs.deleted(name))
}

export const startOutput = (id: string): Promise<unknown> => attempt(() => call('POST', `/studio/outputs/${id}/start`))

export const stopOutput = (id: string): Promise<unknown> => attempt(() => call('POST', `/studio/outputs/${id}/stop`))

export const commandOutput = (id: string, command: string, details: Readonly<Record<string, unknown>> = {}): Promise<unknown> =>
  attempt(() => call('POST', `/studio/outputs/${id}/commands`, { body: { command, details } }))

/** Makes a file of what a replay buffer has. */
export const saveReplay = (id: string): Promise<unknown> =>
  attempt(async () => {
    await call('POST', `/studio/outputs/${id}/commands`, { body: { command: 'save' } })
    notify(t.outputs.replaySaved)
  })

/** Length of a clip, s. */
export const clipSeconds = 30

/** Makes a clip of what viewers of a stream of this host saw last. */
export const clipLast = (stream: string): Promise<unknown> =>
  attempt(async () => {
    await clips.keep(call('POST', `/live/streams/${stream}/clips`, { body: { lastSeconds: clipSeconds } }))
    notify(t.outputs.clipComes)
  })

export const commandSource = (id: string, command: string): Promise<unknown> =>
  attempt(() => call('POST', `/studio/sources/${id}/commands`, { body: { command } }))

export const runMacro = (id: string): Promise<unknown> =>
  attempt(() => {
    clearEdits()
    return call('POST', `/studio/macros/${id}/run`)
  })

/** Stops a run of a macro before its next action. */
export const stopMacroRun = (run: string): Promise<unknown> => attempt(() => call('DELETE', `/studio/macro-runs/${run}`))

/** Runs the macros that have these keys: for when they are pressed, or released. */
export const pressKeys = (chord: string, released: boolean): Promise<unknown> =>
  attempt(() => {
    clearEdits()
    return call('POST', '/studio/hotkeys', { body: { chord, released } })
  })

/** Says what was changed elsewhere behind this page, with the way to bring its own value back. */
onOverwritten((changes, collection) => {
  for (const each of changes) {
    const entity = entityAt(collection, each.at)
    const shown = collection.sources.find(({ id }) => id === entity?.source)?.name
    const name = typeof entity?.name === 'string' ? entity.name : (shown ?? each.at)
    notify(t.conflict.text(name), () => change(each.at, each.changes), t.conflict.useMine)
  }
})
