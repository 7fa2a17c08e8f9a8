import { networkInterfaces } from 'node:os'
import type { Logger } from '../../../platform/logger.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import { Turns } from '../../../platform/timing/turns.ts'
import { restartDelayMs } from '../../../platform/workers/supervise-worker.ts'
import type { AnycastSettings, AnycastState } from './anycast-schemas.ts'
import { BirdProcess } from './bird-process.ts'
import { birdText, neighborStates, withoutAddress } from './bird-text.ts'

/** So often the node is looked at, ms. */
const everyMs = 500
/** A node announces once it has been well for so long, ms: one that comes and goes is left alone. */
const wellForMs = 3000
const notYet = 'it has just started to serve'
const restartPolicy = { firstMs: 500, maxMs: 30_000, goodAfterMs: 30_000 }

export interface AnycastDependencies {
  /** Of BIRD: configuration and socket. */
  readonly folder: string
  /** Why this node cannot serve viewers now; undefined while it can. */
  readonly whyNot: () => string | undefined
  readonly log: Logger
}

/** Announces prefixes by BGP while the node can serve viewers, and withdraws them when it cannot. */
export class Anycast {
  readonly #dependencies: AnycastDependencies
  readonly #bird: BirdProcess
  readonly #turns = new Turns(20, 'changes of anycast', 'network.busy')
  readonly #timer: NodeJS.Timeout
  #settings: AnycastSettings | undefined
  /** What BIRD uses now; undefined before the first. */
  #used: string | undefined
  #wellSinceMs: number | undefined
  #reason: string | null = notYet
  #neighbors: AnycastState['neighbors'] = []
  #failures = 0
  #retryMs = 0
  #isLooking = false
  #stopped = false

  constructor(dependencies: AnycastDependencies) {
    this.#dependencies = dependencies
    this.#bird = new BirdProcess(dependencies.folder, dependencies.log)
    this.#timer = repeat(everyMs, () => this.#look())
  }

  /** Null where the file of the node says nothing of it. */
  get state(): AnycastState | null {
    if (this.#settings === undefined) return null
    return { announced: this.#reason === null, reason: this.#reason, neighbors: [...this.#neighbors] }
  }

  /**
   * Uses these settings from now on; undefined ends BIRD. Throws `config.invalid`, which names the option, `network.bird_missing` and
   * `network.bird_failed`; what was used before goes on then.
   */
  use(settings: AnycastSettings | undefined): Promise<void> {
    return this.#turns.next(async () => {
      if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return
      if (settings === undefined) await this.#end()
      else await this.#configure(settings, this.#reason === null)
      this.#settings = settings
    })
  }

  /** Withdraws, then ends BIRD. */
  stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    return this.#turns.behind(() => this.#end())
  }

  async #end(): Promise<void> {
    await this.#bird.stop()
    this.#used = undefined
    this.#neighbors = []
    this.#wellSinceMs = undefined
    this.#reason = notYet
  }

  async #configure(settings: AnycastSettings, isAnnounced: boolean): Promise<void> {
    const text = birdText(settings, isAnnounced)
    if (text === this.#used && this.#bird.isRunning) return
    try {
      await this.#bird.use(text)
    } catch (error) {
      // what cannot be withdrawn otherwise is withdrawn by its end
      if (!isAnnounced) await this.#bird.stop()
      throw error
    }
    this.#used = text
  }

  async #look(): Promise<void> {
    const { log } = this.#dependencies
    if (this.#settings === undefined || this.#isLooking || this.#stopped) return
    this.#isLooking = true
    try {
      await this.#turns.next(async () => {
        const settings = this.#settings
        if (settings === undefined || this.#stopped) return
        const reason = this.#whyNot(settings)
        const isChanged = (reason === null) !== (this.#reason === null)
        if (!this.#bird.isRunning && performance.now() < this.#retryMs) return
        const isLost = !this.#bird.isRunning
        await this.#configure(settings, reason === null)
        if (isLost) log.warn({ folder: this.#dependencies.folder }, 'BIRD had ended, and was started again')
        if (isChanged) log.info({ prefixes: settings.prefixes, reason }, `prefixes are ${reason === null ? 'announced' : 'withdrawn'}`)
        this.#reason = reason
        this.#neighbors = neighborStates(await this.#bird.protocols(), settings)
        this.#failures = 0
      })
    } catch (error) {
      this.#failures++
      this.#retryMs = performance.now() + restartDelayMs(restartPolicy, this.#failures)
      // strangers read it too
      this.#reason = 'BIRD cannot be used: see the log of the node'
      log.error({ err: error }, 'prefixes cannot be announced')
    } finally {
      this.#isLooking = false
    }
  }

  #whyNot({ prefixes }: AnycastSettings): string | null {
    const nowMs = performance.now()
    const missing = withoutAddress(prefixes, ownAddresses())
    const why =
      missing.length > 0 ? `this machine has no IP address in ${missing.join(', ')}: ip addr add IP dev lo` : this.#dependencies.whyNot()
    this.#wellSinceMs = why === undefined ? (this.#wellSinceMs ?? nowMs) : undefined
    if (why !== undefined) return why
    return nowMs - (this.#wellSinceMs ?? nowMs) < wellForMs && this.#reason !== null ? notYet : null
  }
}

const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address))
