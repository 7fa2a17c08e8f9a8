import type { LiveStream } from '../../media/live-stream.ts'
import { AppError } from '../../platform/errors.ts'
import { randomText } from '../../platform/random-id.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import type { StreamLimits } from '../key-limits.ts'
import { ManagedStream, type ManagedStreamDependencies } from './managed-stream.ts'
import type { PublishKey } from './publishers/live-publisher.ts'
import type { Publication, PublishRequest } from './publishers/publisher.ts'
import type { StreamDirectory, StreamStatus } from './stream.ts'
import type { StoredStream } from './stream-store.ts'

/** How often silent publishers are looked for while one is kept ready for another, ms. */
const FAILOVER_CHECK_MS = 100

/** Finds and creates the streams of the host. */
export class StreamRegistry implements StreamDirectory {
  readonly #dependencies: ManagedStreamDependencies
  readonly #byName = new Map<string, ManagedStream>()
  readonly #byId = new Map<string, ManagedStream>()
  readonly #activeListeners = new Set<(stream: LiveStream) => void>()
  readonly #runListeners = new Set<(stream: ManagedStream) => void>()
  #timer: NodeJS.Timeout | undefined

  private constructor(dependencies: ManagedStreamDependencies) {
    this.#dependencies = dependencies
  }

  /** Reads what is stored; streams that were live when the host went down wait for their publisher again. */
  static async open(dependencies: ManagedStreamDependencies): Promise<StreamRegistry> {
    const registry = new StreamRegistry(dependencies)
    for (const stored of await dependencies.store.all()) registry.#add(stored).restore()
    return registry
  }

  /** Gets ready for `resumeSlates`, which waits for slates to be encoded. */
  prepareSlates(): void {
    for (const stream of this.#byId.values()) stream.prepareSlate()
  }

  /** The host before this one ended unexpectedly: shows the slates of streams that were live then. */
  resumeSlates(): void {
    for (const stream of this.#byId.values()) stream.resumeSlate()
  }

  /** Every stream, oldest first. */
  list(): readonly ManagedStream[] {
    return [...this.#byId.values()]
  }

  /** A stream by id or name. Throws `stream.not_found`. */
  get(idOrName: string): ManagedStream {
    const stream = this.#byId.get(idOrName) ?? this.#byName.get(idOrName)
    if (stream === undefined) throw new AppError('stream.not_found')
    return stream
  }

  /** Id of the stream of that name. */
  idOf(name: string): string | undefined {
    return this.#byName.get(name)?.id
  }

  /** A stream by id; undefined for an unknown id. */
  known(id: string): ManagedStream | undefined {
    return this.#byId.get(id)
  }

  find(name: string): LiveStream | undefined {
    const run = this.#byName.get(name)?.run
    return run?.state === 'active' ? run : undefined
  }

  status(name: string): StreamStatus | undefined {
    return this.#byName.get(name)?.status
  }

  onActive(listener: (stream: LiveStream) => void): () => void {
    this.#activeListeners.add(listener)
    return () => this.#activeListeners.delete(listener)
  }

  /** Calls back when a stream starts a new run. */
  onRun(listener: (stream: ManagedStream) => void): () => void {
    this.#runListeners.add(listener)
    return () => this.#runListeners.delete(listener)
  }

  /** Makes a stream wait for its publisher, and creates it where it is new. */
  start(name: string, options: { title?: string; demo?: boolean }, actor: string): ManagedStream {
    const stream = this.#named(name)
    stream.start(options, actor)
    return stream
  }

  /** Connects a publisher to the stream of its key. Throws `publish.busy`, `publish.ended`. */
  open(key: PublishKey, request: PublishRequest): Publication {
    const stream = this.#named(key.stream)
    const publication = stream.open(key, request)
    if (stream.standby !== undefined) this.#watch()
    return publication
  }

  /** Counts bytes that went out to viewers. */
  addBytesOut(streamId: string, bytes: number): void {
    const meter = this.#byId.get(streamId)?.meter
    if (meter !== undefined) meter.bytesOut += bytes
  }

  /** Deletes a stream that is not live. Throws `request.conflict`. */
  remove(stream: ManagedStream, actor: string): void {
    if (stream.state === 'active') throw new AppError('request.conflict', 'End the stream first')
    this.#byId.delete(stream.id)
    this.#byName.delete(stream.name)
    stream.remove(actor)
  }

  /** A key is no longer valid: a publisher that uses it is disconnected. */
  withdraw(keyId: string, reason: AppError): void {
    for (const stream of this.#byId.values()) stream.withdraw(keyId, reason)
  }

  /** A key changed: that applies at once to a publisher that uses it. */
  keyChanged(key: PublishKey): void {
    for (const stream of this.#byId.values()) stream.keyChanged(key)
  }

  /** The limits in force for a stream; undefined while it has no publisher. */
  limitsOf(stream: { readonly id: string }): StreamLimits | undefined {
    return this.#byId.get(stream.id)?.limits
  }

  /** Disconnects who sends more than its key allows, and ends what has lasted too long. Each second. */
  enforceLimits(): void {
    for (const stream of this.#byId.values()) stream.enforceLimits()
  }

  /** Stops waiting and delivering. What is stored stays: a host that returns waits for its publishers. */
  stop(): void {
    this.#endWatch()
    for (const stream of this.#byId.values()) stream.stop()
  }

  /** Looks for publishers that fall silent as long as one is kept ready; a host without wakes up for nothing. */
  #watch(): void {
    this.#timer ??= repeat(FAILOVER_CHECK_MS, () => {
      for (const stream of this.#byId.values()) stream.checkFailover()
      if (!this.list().some(({ standby }) => standby !== undefined)) this.#endWatch()
    })
  }

  #endWatch(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #named(name: string): ManagedStream {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const stream = this.#add({
      id: `st_${randomText(12)}`,
      name,
      title: name,
      phase: 'pending',
      error: null,
      demo: false,
      createdAt: new Date(this.#dependencies.now()).toISOString(),
      startedAt: null,
      endedAt: null,
      tracks: [],
    })
    stream.created()
    return stream
  }

  #add(stored: StoredStream): ManagedStream {
    const stream = new ManagedStream(stored, this.#dependencies, {
      // what is dated already keeps its clock: players know no other
      beforeRun: () => {
        if (!this.list().some(({ run }) => run?.state === 'active')) this.#dependencies.clock.realign()
      },
      onRun: (each) => {
        for (const listener of this.#runListeners) listener(each)
      },
      onActive: (run) => {
        for (const listener of this.#activeListeners) listener(run)
      },
    })
    this.#byId.set(stream.id, stream)
    this.#byName.set(stream.name, stream)
    return stream
  }
}
