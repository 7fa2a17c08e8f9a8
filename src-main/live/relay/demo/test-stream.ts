import type { Logger } from '../../../platform/logger.ts'
import type { ManagedStream } from '../../hub/managed-stream.ts'
import type { StreamRegistry } from '../../hub/stream-registry.ts'
import type { StreamKeys } from '../../policy/keys/stream-keys.ts'
import type { DemoInfo } from '../../schemas.ts'

/** The worker behind the test stream. */
export interface DemoWorker {
  /** Starts its process, for a `start` that comes soon. */
  prepare(): void
  start(options: { readonly url: string }): Promise<void>
  stop(): Promise<void>
  state(): Omit<DemoInfo, 'name'>
}

export interface TestStreamDependencies {
  readonly worker: DemoWorker
  readonly keys: StreamKeys
  readonly registry: StreamRegistry
  readonly log: Logger
  /** `rtmp://HOST:PORT/live` of our own RTMP port; undefined while it is closed. */
  readonly rtmpServer: () => string | undefined
}

/** The built-in test stream: one at a time, published through the real RTMP port with a key that only the host knows. */
export class TestStream {
  readonly #dependencies: TestStreamDependencies
  #running: { readonly stream: ManagedStream; readonly dispose: () => void } | undefined

  constructor(dependencies: TestStreamDependencies) {
    this.#dependencies = dependencies
  }

  /** Starts it on a stream of that name; the one that runs is left as it is. Rejects with `demo.unavailable`. */
  async start(name: string, actor: string): Promise<ManagedStream> {
    const { worker, keys, registry } = this.#dependencies
    if (this.#running !== undefined && worker.state().running) return this.#running.stream
    if (this.#running !== undefined) await this.stop()
    const stream = registry.start(name, { demo: true }, actor)
    const { secret, dispose } = keys.createInternal(name)
    this.#running = { stream, dispose }
    try {
      await worker.start({ url: `${this.#dependencies.rtmpServer() ?? ''}/${secret}` })
    } catch (error) {
      await this.stop()
      throw error
    }
    return stream
  }

  /** Gets ready for `resume`: its process takes longer to load than everything else. */
  prepareResume(): void {
    if (this.#resumed() !== undefined) this.#dependencies.worker.prepare()
  }

  #resumed(): ManagedStream | undefined {
    return this.#dependencies.registry.list().find(({ demo, wasLive }) => demo && wasLive)
  }

  /** Starts it again where a host that ended unexpectedly had one. */
  async resume(): Promise<void> {
    const { log } = this.#dependencies
    const stream = this.#resumed()
    if (stream === undefined) return
    await this.start(stream.name, 'host').catch((error: unknown) => log.warn({ err: error }, 'the test stream did not go on'))
  }

  /** `goesOn`: what is stored of it stays, so that the next host resumes it. */
  async stop(goesOn = false): Promise<void> {
    const running = this.#running
    this.#running = undefined
    // The worker's goodbye may be lost with its connection, and it will not come back.
    if (!goesOn) running?.stream.conclude()
    await this.#dependencies.worker.stop()
    running?.dispose()
  }

  /** True where the test stream publishes to that stream. */
  runs(name: string): boolean {
    return this.#running?.stream.name === name
  }

  state(): DemoInfo {
    return { ...this.#dependencies.worker.state(), name: this.#running?.stream.name ?? null }
  }
}
