import type { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { type Said, textOf } from '../connection/said.ts'
import type { MirrorChange, ObsMirror } from '../schemas/mirror.ts'
import { applyEvent, isMirrored } from './apply-event.ts'
import { loadInputs, loadMirror, loadScenes } from './load-mirror.ts'
import { isListing, type MirrorPart, partKey, partsOf } from './mirror-parts.ts'
import type { MirrorReader } from './mirror-reader.ts'
import { sizeFault } from './mirror-size.ts'
import { MirrorState, type OutputFiles } from './mirror-state.ts'
import { applyOverview, isPassing, type Overview, readOverview } from './overview.ts'
import { Rereads } from './rereads.ts'

export interface MirrorOptions {
  /** Id of the instance. */
  readonly obs: string
  /** Revision that the last mirror of this instance had. */
  readonly revision: number
  readonly connection: MirrorReader
  /** `bytes`: about its size. */
  readonly publish: (change: MirrorChange, bytes: number) => void
  /** This OBS cannot be mirrored any further. */
  readonly fail: (reason: AppError) => void
  readonly log: Logger
}

/** Events that come while something is read are kept, so many and so many bytes; with more of them everything is read once more. */
const maxKept = 5000
const maxKeptBytes = 16 * 1024 * 1024
/** Larger changes are announced without their content: whoever follows reads the mirror again. Bytes. */
const maxChangeBytes = 64 * 1024
/** Changes are announced at once, then joined over a time that grows while they keep coming, ms. */
const minJoinMs = 50
const maxJoinMs = 1000
/** What starts, stops or is in transition is read so often until it is done; after so long, its last event was lost. ms. */
const passingMs = 2000
const maxPassingMs = 30_000
/** Longest time that OBS takes to change its scene collection, ms. */
const maxCollectionMs = 30_000

interface KeptEvent {
  readonly event: string
  readonly said: Said
}

/**
 * What an OBS is now: read once, then kept by its events. Events of OBS overtake each other, and the answers to requests: so what they change
 * is read once more when no more of them come.
 */
export class Mirror {
  readonly #options: MirrorOptions
  readonly #state = new MirrorState()
  readonly #rereads: Rereads
  #revision: number
  /** Events that wait until everything has been read. */
  #queued: KeptEvent[] | undefined = []
  /** Of what is being read: its answer may be from before these events. */
  #underway: { readonly parts: ReadonlyMap<string, MirrorPart>; readonly events: KeptEvent[] } | undefined
  #keptBytes = 0
  #loaded = false
  /** OBS changes its scene collection: what it reports meanwhile is of neither. */
  #changingCollection: NodeJS.Timeout | undefined
  /** The scene collection that OBS changed to last. */
  #collection: string | undefined
  #passingSinceMs: number | undefined
  #joining: NodeJS.Timeout | undefined
  #joinMs = minJoinMs
  #stopped = false

  constructor(options: MirrorOptions) {
    this.#options = options
    this.#revision = options.revision
    this.#rereads = new Rereads({ read: (parts) => this.#read(parts), fail: options.fail, log: options.log })
  }

  get revision(): number {
    return this.#revision
  }

  read(): ObsMirror {
    const { globals, scenes, inputs } = this.#state
    return { obs: this.#options.obs, revision: this.#revision, ...globals, scenes: [...scenes], inputs: [...inputs] }
  }

  get outputs(): ObsMirror['outputs'] {
    return this.#state.globals.outputs
  }

  get files(): OutputFiles {
    return this.#state.files
  }

  get program(): string | null {
    return this.#state.globals.program
  }

  /** Reads everything, and puts the events over it that came meanwhile. Rejects with `obs.*`. */
  async load(): Promise<void> {
    this.#queued = []
    this.#keptBytes = 0
    try {
      await loadMirror(this.#options.connection, this.#state)
      this.#loaded = true
      this.#state.takeChanges()
      this.#announce({ reset: true })
      this.#watchPassing()
    } finally {
      const queued = this.#queued
      this.#queued = undefined
      if (this.#loaded) for (const { event, said } of queued) this.#apply(event, said)
    }
  }

  /** @param bytes size of its message */
  onEvent(event: string, said: Said, bytes: number): void {
    if (!isMirrored(event) && event !== 'CurrentSceneCollectionChanging') return
    this.#followCollection(event, said)
    if (this.#changingCollection !== undefined) return
    if (this.#queued !== undefined) this.#keep(this.#queued, { event, said }, bytes)
    else this.#apply(event, said, bytes)
  }

  /** Reads something again that changes without an event. */
  refresh(part: MirrorPart): void {
    // After a change of the collection everything is read.
    if (this.#changingCollection === undefined) this.#rereads.now(part)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#joining)
    clearTimeout(this.#changingCollection)
    this.#underway = undefined
    this.#rereads.stop()
  }

  #apply(event: string, said: Said, bytes = 0): void {
    const unsaid = applyEvent(this.#state, event, said)
    if (unsaid !== undefined) this.#rereads.now(unsaid)
    const parts = partsOf(this.#state, event, said, (name) => this.#reading(name))
    for (const part of parts) this.#rereads.settled(part)
    if (this.#underway !== undefined && (isListing(event) || parts.some((part) => this.#underway?.parts.has(partKey(part))))) {
      this.#keep(this.#underway.events, { event, said }, bytes)
    }
    this.#publish()
    this.#checkSize()
  }

  #keep(events: KeptEvent[], event: KeptEvent, bytes: number): void {
    if (events.length < maxKept && this.#keptBytes + bytes <= maxKeptBytes) {
      events.push(event)
      this.#keptBytes += bytes
    } else this.#rereads.settled({ what: 'everything' })
  }

  /** OBS neither answers nor reports what it is while it changes its collection, and old versions end by a request: it is left alone. */
  #followCollection(event: string, said: Said): void {
    const name = textOf(said.sceneCollectionName)
    if (event === 'CurrentSceneCollectionChanged') this.#collection = name
    // The one from which it changes: if it is another, the change is over and this event came late.
    else if (event !== 'CurrentSceneCollectionChanging' || (this.#collection ?? name) !== name) return
    clearTimeout(this.#changingCollection)
    this.#changingCollection = undefined
    this.#underway = undefined
    if (event === 'CurrentSceneCollectionChanged') return
    this.#rereads.clear()
    this.#changingCollection = setTimeout(() => {
      this.#changingCollection = undefined
      this.#rereads.now({ what: 'everything' })
    }, maxCollectionMs).unref()
  }

  #checkSize(): void {
    const fault = sizeFault(this.#state.entries)
    if (fault !== undefined) this.#options.fail(fault)
  }

  async #read(parts: readonly MirrorPart[]): Promise<void> {
    if (parts.some(({ what }) => what === 'everything')) {
      await this.load()
      return
    }
    const { connection } = this.#options
    const scenes = parts.filter((part) => part.what === 'scene')
    const inputs = parts.filter((part) => part.what === 'input')
    const names = (isGroup: boolean) => scenes.filter((scene) => scene.isGroup === isGroup).map(({ name }) => name)
    const underway = { parts: new Map(parts.map((part) => [partKey(part), part])), events: [] }
    this.#underway = underway
    this.#keptBytes = 0
    try {
      const [sceneAnswers, inputAnswers, overview] = await Promise.all([
        loadScenes(connection, names(false), names(true)),
        loadInputs(connection, inputs),
        parts.some(({ what }) => what === 'overview') ? readOverview(connection) : undefined,
      ])
      // The collection has changed since that was asked.
      if (this.#underway !== underway) return
      for (const scene of sceneAnswers) this.#state.setScene(scene)
      for (const input of inputAnswers) this.#state.setInput(input)
      if (overview !== undefined) this.#applyOverview(overview)
      const read = new Set([...sceneAnswers, ...inputAnswers].map(({ name }) => name))
      // OBS has it no more: the event is late, or lost.
      if (parts.some((part) => 'name' in part && !read.has(part.name) && this.#knows(part))) this.#rereads.settled({ what: 'overview' })
    } finally {
      this.#underway = undefined
    }
    for (const { event, said } of underway.events) applyEvent(this.#state, event, said)
    this.#publish()
    this.#checkSize()
  }

  /** A source that is new to the mirror, and is being read or is about to be. */
  #reading(name: string): MirrorPart | undefined {
    const keys = [`input ${name}`, `scene ${name}`]
    return keys.map((key) => this.#underway?.parts.get(key) ?? this.#rereads.part(key)).find((part) => part !== undefined)
  }

  #knows({ what, name }: Extract<MirrorPart, { readonly name: string }>): boolean {
    return (what === 'scene' ? this.#state.scene(name) : this.#state.input(name)) !== undefined
  }

  #applyOverview(overview: Overview): void {
    const trustsEvents = this.#passingSinceMs === undefined || performance.now() - this.#passingSinceMs < maxPassingMs
    for (const part of applyOverview(this.#state, overview, trustsEvents)) this.#rereads.now(part)
    this.#watchPassing()
  }

  #watchPassing(): void {
    if (isPassing(this.#state.globals)) {
      this.#passingSinceMs ??= performance.now()
      this.#rereads.later({ what: 'overview' }, passingMs)
    } else this.#passingSinceMs = undefined
  }

  #publish(): void {
    if (this.#joining !== undefined || this.#stopped || this.#queued !== undefined || !this.#state.isChanged) return
    this.#announce(this.#state.takeChanges())
    this.#joining = setTimeout(() => {
      this.#joining = undefined
      this.#joinMs = this.#state.isChanged ? Math.min(this.#joinMs * 2, maxJoinMs) : minJoinMs
      this.#publish()
    }, this.#joinMs).unref()
  }

  #announce(changes: Omit<MirrorChange, 'obs' | 'revision'>): void {
    this.#revision++
    const about = { obs: this.#options.obs, revision: this.#revision }
    const bytes = JSON.stringify(changes).length
    if (bytes > maxChangeBytes) this.#options.publish({ ...about, reset: true }, 0)
    else this.#options.publish({ ...about, ...changes }, bytes)
  }
}
