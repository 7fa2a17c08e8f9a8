import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events/events.ts'
import type { SecretBox } from '../../platform/identity/secret-box.ts'
import type { Logger } from '../../platform/logger.ts'
import { changedItems } from '../document/changed-places.ts'
import type { Collection } from '../document/collection.ts'
import type { DocumentReader } from '../document/files/read-document.ts'
import { type CollectionUpdate, type FileState, OpenCollection } from '../document/open-collection.ts'
import type { StudioEngine } from './engine/studio-engine.ts'
import type { ReturnedOutput, StudioOutputs } from './outputs/studio-outputs.ts'
import { ProgramControl } from './program/program-control.ts'
import type { StateStore } from './state-store.ts'

export interface ShowDependencies {
  readonly engine: StudioEngine
  readonly outputs: StudioOutputs
  readonly reader: DocumentReader
  readonly store: StateStore
  readonly secrets: SecretBox
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** What is open gives place to another collection, or to none: called when the next one is known to be good. */
  readonly onLeave: () => void
  /** The host is back with the collection that it had: what ran then. */
  readonly onReturn: (outputs: readonly ReturnedOutput[]) => void
  /** The show is another, or was edited. */
  readonly onChange: () => void
}

/** What of the open file is kept over a restart of the host. */
interface KeptOpen {
  readonly path: string
  readonly name: string
}

/** The show: one open collection, what is on air of it, and everybody who must know of a change. */
export class Show {
  readonly #dependencies: ShowDependencies
  readonly control: ProgramControl
  #open: (KeptOpen & { readonly collection: OpenCollection }) | undefined
  /** Opening and closing come one after the other. */
  #turn: Promise<unknown> = Promise.resolve()
  #stopped = false
  readonly #leaveEngine: () => void

  constructor(dependencies: ShowDependencies) {
    this.#dependencies = dependencies
    this.control = new ProgramControl({
      engine: dependencies.engine,
      store: dependencies.store,
      log: dependencies.log,
      onChange: (state) => dependencies.events.publish('studio.program', state),
    })
    this.#leaveEngine = dependencies.engine.onEvent((event) => {
      if (event.kind === 'switched') this.control.switched(event.canvas, event.scene, event.transition)
      else if (event.kind === 'transition-ended') this.control.transitionEnded(event.canvas)
      else if (event.kind === 'state' && event.state !== 'running') this.control.engineEnded()
    })
  }

  /** The open collection. Throws `studio.no_collection`. */
  get current(): OpenCollection {
    if (this.#open === undefined) throw new AppError('studio.no_collection')
    return this.#open.collection
  }

  get collection(): Collection {
    return this.current.collection
  }

  get openFile(): (KeptOpen & { readonly collection: OpenCollection }) | undefined {
    return this.#open
  }

  /** What was open when the host ended is open again; a file that cannot be read leaves the studio empty. */
  async resume(): Promise<void> {
    const kept = this.#dependencies.store.get('open') as KeptOpen | undefined
    if (kept === undefined) return
    await this.open(kept.path, kept.name, 'host', true, true).catch((error: unknown) =>
      this.#dependencies.log.warn({ err: error, file: kept.path }, 'the collection that was open cannot be opened again'),
    )
  }

  /**
   * Opens a file in the place of what is open. Nothing is touched where it cannot be read. Throws `studio.collection_*`, and
   * `studio.on_air` where outputs run that it would end, unless forced. `back`: the host has just started, and goes on with what ran
   * where it is the file that it had.
   */
  open(path: string, name: string, actor: string, force: boolean, back = false): Promise<void> {
    return this.#inTurn(async () => {
      const { reader, secrets, log, store, audit } = this.#dependencies
      if (this.#stopped) throw new AppError('studio.not_running', 'The host is ending')
      if (this.#open !== undefined && !force) this.#rejectOnAir()
      if (this.#open?.path === path) await this.#open.collection.flush()
      const opened: OpenCollection = await OpenCollection.open(path, name, {
        reader,
        secrets,
        log,
        onChange: (update) => this.#follow(update),
        onFile: (state) => {
          if (this.#open?.collection === opened) this.#reportFile(state)
        },
      })
      if (this.#open !== undefined && this.#open.path !== opened.file.path) this.#dependencies.onLeave()
      await this.#open?.collection.close()
      const before = store.get('open') as KeptOpen | undefined
      this.#open = { path: opened.file.path, name, collection: opened }
      store.set('open', { path: opened.file.path, name })
      this.#dependencies.engine.setCollection(opened.collection)
      this.control.open(opened.collection, opened.file.path)
      this.#dependencies.outputs.sync(opened.collection)
      this.#dependencies.onChange()
      if (back && before?.path === opened.file.path) this.#dependencies.onReturn(this.#dependencies.outputs.resume())
      else this.#dependencies.outputs.autostart()
      audit.record({ kind: 'command', message: `the collection ${opened.collection.name} was opened in the studio`, actor })
      this.#dependencies.events.publish('studio.opened', { name, file: opened.file.path, revision: opened.revision })
    })
  }

  /** What the engine is to have of the collection is another now. */
  refreshEngine(): void {
    if (this.#open !== undefined && this.#dependencies.engine.state !== 'failed') this.#dependencies.engine.setCollection(this.collection)
  }

  /** Ends the show: outputs, then the studio's process. Throws `studio.on_air` unless forced. */
  close(actor: string, force: boolean): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#open === undefined) return
      if (!force) this.#rejectOnAir()
      await this.#end(actor)
      this.#dependencies.store.set('open', undefined)
      this.#dependencies.audit.record({ kind: 'command', message: 'the studio was closed', actor })
      this.#dependencies.events.publish('studio.closed', {})
    })
  }

  /** The host ends: what is open stays so for its next start. */
  async stop(): Promise<void> {
    this.#leaveEngine()
    await this.#inTurn(async () => {
      this.#stopped = true
      await this.#open?.collection.close()
      this.#open = undefined
    })
  }

  async #end(actor: string): Promise<void> {
    const { outputs, engine } = this.#dependencies
    this.#dependencies.onLeave()
    const open = this.#open
    this.#open = undefined
    this.control.close()
    this.#dependencies.onChange()
    await Promise.all(outputs.list().map(({ id, state }) => (state === 'off' ? undefined : outputs.stop(id, actor).catch(() => undefined))))
    outputs.sync(undefined)
    await Promise.all([open?.collection.close(), engine.stop()])
  }

  #rejectOnAir(): void {
    const live = this.#dependencies.outputs.list().filter(({ state }) => state !== 'off' && state !== 'failed')
    if (live.length === 0) return
    throw new AppError('studio.on_air', `${live.map(({ name }) => name).join(', ')} ${live.length === 1 ? 'is' : 'are'} live`, {
      details: { outputs: live.map(({ id }) => id) },
    })
  }

  #follow({ revision, before, collection, cause, name, actor, changed, joined, undo, redo }: CollectionUpdate): void {
    const { engine, outputs, events, audit } = this.#dependencies
    // A process that cannot run here is not tried with every edit: opening the collection again tries it.
    if (engine.state !== 'failed') engine.setCollection(collection)
    this.control.follow(collection)
    outputs.sync(collection)
    this.#dependencies.onChange()
    const items = changedItems(before, collection, changed)
    events.publish('studio.changed', { revision, cause, name, actor, changed, undo, redo, ...(items === undefined ? {} : { items }) })
    if (!joined)
      audit.record({
        kind: 'command',
        message: `studio: ${cause === 'undo' ? 'undone: ' : cause === 'redo' ? 'done again: ' : ''}${name}`,
        actor,
      })
  }

  #reportFile({ path, saved, conflict, problem }: FileState): void {
    const error = problem && { code: problem.code, message: problem.message, remedy: problem.remedy }
    this.#dependencies.events.publish('studio.collection_file', { path, saved, conflict, error }, { volatile: error === null })
    if (conflict) this.#dependencies.events.publish('studio.collection_changed', { path, choices: ['mine', 'disk'], error })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}
