import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { Publication } from '../../hub/publishers/publisher.ts'
import { backoffMs } from '../backoff.ts'
import { type Pull, type PullDependencies, startPull } from './pull-process.ts'
import type { SourceState } from './schemas.ts'
import { readSourceUrl } from './source-url.ts'

/** A source on demand is stopped this long after its last viewer, ms. */
const lingerMs = 15_000
/** A run that lasted so long counts as good: waiting starts again, ms. */
const goodAfterMs = 20_000
/** Max skipped tracks to report. */
const maxSkipped = 16

/** What a source is, as it is kept. */
export interface SourceSettings {
  readonly url: string
  readonly when: 'always' | 'on-demand'
  readonly enabled: boolean
}

export interface SourceRunnerDependencies {
  readonly log: Logger
  /** ms since 1970. */
  readonly now: () => number
  /** Opens the stream for the source's media; `onDisconnect` is called when the stream sends it away. Throws AppError. */
  readonly publish: (format: string, onDisconnect: (reason: AppError) => void) => Publication
  readonly onChange: () => void
  /** Starts a process; ours where left out. */
  readonly pull?: (dependencies: PullDependencies) => Pull
}

/** Keeps one source running: always, or while it is wanted; tries again with growing waits. */
export class SourceRunner {
  state: SourceState = 'off'
  error: AppError | undefined
  /** ms since 1970. */
  nextAttemptMs: number | undefined
  liveSinceMs: number | undefined
  format: string | undefined
  skipped: string[] = []
  readonly #dependencies: SourceRunnerDependencies
  #settings: SourceSettings
  #pull: Pull | undefined
  #timer: NodeJS.Timeout | undefined
  #failures = 0
  /** Until when somebody wants it, ms since 1970. */
  #wantedUntilMs = 0
  #stopped = false

  constructor(settings: SourceSettings, dependencies: SourceRunnerDependencies) {
    this.#settings = settings
    this.#dependencies = dependencies
  }

  /** Starts by the settings: at once, or when it is wanted. */
  start(): void {
    this.#stopped = false
    if (!this.#settings.enabled) this.#become('off')
    else if (this.#settings.when === 'always' || this.#wanted()) this.#connect()
    else this.#become('idle')
  }

  async change(settings: SourceSettings): Promise<void> {
    const same = settings.url === this.#settings.url && settings.enabled === this.#settings.enabled
    this.#settings = settings
    if (same && this.#pull !== undefined) return
    await this.stop()
    this.#failures = 0
    this.start()
  }

  /** Somebody wants to watch: a source on demand starts. */
  want(): void {
    this.#wantedUntilMs = this.#dependencies.now() + lingerMs
    if (this.state === 'idle') this.#connect()
  }

  /** Once a second, with the viewers that watch now. */
  tick(viewers: number): void {
    if (this.#settings.when === 'always' || this.#stopped) return
    if (viewers > 0) this.#wantedUntilMs = this.#dependencies.now() + lingerMs
    else if (!this.#wanted() && this.state !== 'idle' && this.state !== 'off') void this.stop().then(() => this.start())
  }

  /** Skips the wait for the next attempt. */
  retry(): void {
    if (this.state === 'retrying') this.#connect()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    const pull = this.#pull
    this.#pull = undefined
    await pull?.stop()
    this.#become(this.#settings.enabled && this.#settings.when === 'on-demand' ? 'idle' : 'off')
  }

  #wanted(): boolean {
    return this.#dependencies.now() < this.#wantedUntilMs
  }

  #connect(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.skipped = []
    this.format = undefined
    this.#become('connecting')
    const { log, publish } = this.#dependencies
    const pull: Pull = (this.#dependencies.pull ?? startPull)({
      start: { type: 'start', ...readSourceUrl(this.#settings.url) },
      log,
      publish: (format) => publish(format, (reason) => this.#ended(pull, reason)),
      onOpened: (format) => {
        if (this.#pull !== pull) return
        this.format = format
        this.error = undefined
        this.liveSinceMs = this.#dependencies.now()
        this.#become('live')
      },
      onSkipped: (what) => {
        if (this.skipped.length >= maxSkipped) return
        this.skipped.push(what)
        this.#dependencies.onChange()
      },
      onGone: (error) => this.#ended(pull, error),
    })
    this.#pull = pull
  }

  /** The newest attempt is over: the next one waits. */
  #ended(pull: Pull, error: AppError | undefined): void {
    if (this.#pull !== pull) return
    this.#pull = undefined
    void pull.stop()
    const lastedMs = this.liveSinceMs === undefined ? 0 : this.#dependencies.now() - this.liveSinceMs
    this.#failures = lastedMs >= goodAfterMs ? 1 : this.#failures + 1
    this.error = error ?? new AppError('source.ended')
    const delayMs = backoffMs(this.#failures)
    this.nextAttemptMs = this.#dependencies.now() + delayMs
    this.#timer = setTimeout(() => this.#connect(), delayMs)
    this.#timer.unref()
    this.#become('retrying')
  }

  #become(state: SourceState): void {
    if (state !== 'live') this.liveSinceMs = undefined
    if (state !== 'retrying') this.nextAttemptMs = undefined
    if (state === 'off' || state === 'idle') this.error = undefined
    this.state = state
    this.#dependencies.onChange()
  }
}
