import type { StreamKeys } from './keys/stream-keys.ts'
import type { DemoInfo } from './schemas.ts'
import type { StreamEntry } from './streams/stream-entry.ts'
import type { StreamRegistry } from './streams/stream-registry.ts'

/** The worker behind the test stream, as the demo room offers it. */
export interface DemoWorker {
  start(options: { readonly url: string }): Promise<void>
  stop(): Promise<void>
  state(): Omit<DemoInfo, 'name'>
}

export interface TestStreamNeeds {
  readonly worker: DemoWorker
  readonly keys: StreamKeys
  readonly registry: StreamRegistry
  /** `rtmp://HOST:PORT/live` of our own door; undefined while it is closed. */
  readonly rtmpServer: () => string | undefined
}

/** The built-in test stream: one at a time, published through the real RTMP port with a key that only the host knows. */
export class TestStream {
  readonly #needs: TestStreamNeeds
  #running: { readonly entry: StreamEntry; readonly dispose: () => void } | undefined

  constructor(needs: TestStreamNeeds) {
    this.#needs = needs
  }

  /** Starts it on a stream of that name; the one that runs is left as it is. Rejects with `demo.unavailable`. */
  async start(name: string, actor: string): Promise<StreamEntry> {
    const { worker, keys, registry } = this.#needs
    if (this.#running !== undefined && worker.state().running) return this.#running.entry
    await this.stop()
    const entry = registry.start(name, { demo: true }, actor)
    const { secret, dispose } = keys.createInternal(name)
    this.#running = { entry, dispose }
    try {
      await worker.start({ url: `${this.#needs.rtmpServer() ?? ''}/${secret}` })
    } catch (error) {
      await this.stop()
      throw error
    }
    return entry
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    // The worker's goodbye may be lost with its connection, and nobody will come back.
    if (running !== undefined) this.#needs.registry.conclude(running.entry)
    await this.#needs.worker.stop()
    running?.dispose()
  }

  /** True where the test stream publishes to that stream. */
  runs(name: string): boolean {
    return this.#running?.entry.name === name
  }

  state(): DemoInfo {
    return { ...this.#needs.worker.state(), name: this.#running?.entry.name ?? null }
  }
}
