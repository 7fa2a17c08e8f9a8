import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { type Said, textOf } from '../connection/said.ts'
import type { MirrorChange, ObsMirror } from '../schemas/mirror.ts'
import { applyEvent, type Stale } from './apply-event.ts'
import { loadInputs, loadMirror, loadScenes, type MirrorReader, reloadPreview, reloadTransitions, reloadVideo } from './load-mirror.ts'
import { sizeFault } from './mirror-size.ts'
import { MirrorState, type OutputFiles } from './mirror-state.ts'

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

/** Events that come while everything is read are kept, so many and so many bytes; with more of them it is read once more. */
const maxQueued = 5000
const maxQueuedBytes = 16 * 1024 * 1024
/** Larger changes are announced without their content: whoever follows reads the mirror again. Bytes. */
const maxChangeBytes = 64 * 1024
/** With more parts that are to be read again, everything is. */
const maxStale = 1000
/** Changes are announced at once, then joined over a time that grows while they keep coming, ms. */
const minJoinMs = 50
const maxJoinMs = 1000
/** What changes while it is read is read again, so often. */
const maxRereads = 3

const keyOf = (stale: Stale): string => ('name' in stale ? `${stale.what} ${stale.name}` : stale.what)

/** What an OBS is now: read once, then kept by its events. */
export class Mirror {
  readonly #options: MirrorOptions
  readonly #state = new MirrorState()
  #revision: number
  /** Events that wait until everything has been read. */
  #queued: { readonly event: string; readonly said: Said }[] | undefined = []
  #queuedBytes = 0
  #overflowed = false
  /** OBS changes its scene collection: what it reports meanwhile is of neither. */
  #changingCollection = false
  readonly #stale = new Map<string, { readonly stale: Stale; reads: number }>()
  /** What is being read, and whether it changed meanwhile: then the answer may be from before. */
  readonly #underway = new Map<string, boolean>()
  /** What went since that was asked for. */
  readonly #gone = new Set<string>()
  #reading: Promise<void> | undefined
  #joining: NodeJS.Timeout | undefined
  #joinMs = minJoinMs
  #stopped = false

  constructor(options: MirrorOptions) {
    this.#options = options
    this.#revision = options.revision
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

  /** Reads everything, and what changed meanwhile. */
  async load(): Promise<void> {
    do {
      this.#queued = []
      this.#queuedBytes = 0
      this.#overflowed = false
      await loadMirror(this.#options.connection, this.#state)
    } while (this.#overflowed && !this.#stopped)
    const queued = this.#queued ?? []
    this.#queued = undefined
    for (const { event, said } of queued) this.#apply(event, said)
    this.#state.takeChanges()
    this.#announce({ reset: true })
  }

  /** @param bytes size of its message */
  onEvent(event: string, said: Said, bytes: number): void {
    if (event === 'CurrentSceneCollectionChanging') this.#changingCollection = true
    if (event === 'CurrentSceneCollectionChanged') this.#changingCollection = false
    if (this.#changingCollection) return
    if (this.#queued === undefined) this.#apply(event, said)
    else if (this.#queued.length < maxQueued && this.#queuedBytes + bytes <= maxQueuedBytes) {
      this.#queued.push({ event, said })
      this.#queuedBytes += bytes
    } else this.#overflowed = true
  }

  /** Reads something again that changes without an event. */
  refresh(stale: Stale): void {
    const part: Stale = this.#stale.size < maxStale ? stale : { what: 'everything' }
    if (part !== stale) this.#stale.clear()
    this.#stale.set(keyOf(part), { stale: part, reads: 0 })
    this.#reading ??= this.#readStale().finally(() => {
      this.#reading = undefined
    })
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#joining)
    this.#stale.clear()
  }

  #apply(event: string, said: Said): void {
    const stale = applyEvent(this.#state, event, said)
    if (stale !== undefined) this.refresh(stale)
    this.#markTouched(said)
    this.#markGone(event, said)
    this.#publish()
    this.#checkSize()
  }

  #checkSize(): void {
    const fault = sizeFault(this.#state.entries)
    if (fault !== undefined) this.#options.fail(fault)
  }

  #markTouched({ sceneName, inputName, sourceName }: Said): void {
    if (this.#underway.size === 0) return
    for (const name of [sceneName, inputName, sourceName]) {
      for (const key of [`scene ${name}`, `input ${name}`]) if (this.#underway.has(key)) this.#underway.set(key, true)
    }
  }

  /** What is being read, or is to be, went or has another name: an answer under the old one is from before. */
  #markGone(event: string, said: Said): void {
    const what = event.startsWith('Scene') ? 'scene' : 'input'
    if (event === 'SceneRemoved' || event === 'InputRemoved') this.#noteGone(`${what} ${textOf(said[`${what}Name`])}`)
    if (event !== 'SceneNameChanged' && event !== 'InputNameChanged') return
    const { [`${what}Name`]: name, [what === 'scene' ? 'oldSceneName' : 'oldInputName']: before } = said
    const key = `${what} ${textOf(before)}`
    this.#noteGone(key)
    if ((!this.#underway.has(key) && !this.#stale.delete(key)) || typeof name !== 'string') return
    const known = what === 'scene' ? this.#state.scene(name) : this.#state.input(name)
    if (known !== undefined)
      this.refresh('kind' in known ? { what: 'input', name, kind: known.kind } : { what: 'scene', name, isGroup: known.isGroup })
  }

  #noteGone(key: string): void {
    if (this.#underway.has(key)) this.#gone.add(key)
  }

  async #readStale(): Promise<void> {
    // Events that belong together come together: one reading serves them all.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#stale.size > 0 && !this.#stopped) {
      const batch = [...this.#stale.values()]
      this.#stale.clear()
      this.#gone.clear()
      for (const { stale } of batch) this.#underway.set(keyOf(stale), false)
      try {
        await this.#reread(batch.map(({ stale }) => stale))
      } catch (error) {
        if (error instanceof AppError && error.code === 'obs.too_large') this.#options.fail(error)
        // A connection that is lost is somebody else's concern; the next one reads everything.
        this.#options.log.debug({ err: error, obs: this.#options.obs }, 'a part of the mirror of an OBS was not read')
        this.#underway.clear()
        return
      }
      for (const { stale, reads } of batch) {
        const key = keyOf(stale)
        const touched = this.#underway.get(key) === true
        this.#underway.delete(key)
        if (touched && reads < maxRereads && !this.#stale.has(key)) this.#stale.set(key, { stale, reads: reads + 1 })
      }
      this.#publish()
      this.#checkSize()
    }
  }

  async #reread(parts: readonly Stale[]): Promise<void> {
    const { connection } = this.#options
    if (parts.some(({ what }) => what === 'everything')) {
      await this.load()
      return
    }
    const scenes = parts.filter((part) => part.what === 'scene')
    const inputs = parts.filter((part) => part.what === 'input')
    const names = (isGroup: boolean) => scenes.filter((scene) => scene.isGroup === isGroup).map(({ name }) => name)
    if (scenes.length > 0) {
      for (const scene of await loadScenes(connection, names(false), names(true))) {
        if (!this.#gone.has(`scene ${scene.name}`)) this.#state.setScene(scene)
      }
    }
    if (inputs.length > 0) {
      for (const input of await loadInputs(connection, inputs)) if (!this.#gone.has(`input ${input.name}`)) this.#state.setInput(input)
    }
    if (parts.some(({ what }) => what === 'transitions')) await reloadTransitions(connection, this.#state)
    if (parts.some(({ what }) => what === 'video')) await reloadVideo(connection, this.#state)
    if (parts.some(({ what }) => what === 'preview')) await reloadPreview(connection, this.#state)
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
