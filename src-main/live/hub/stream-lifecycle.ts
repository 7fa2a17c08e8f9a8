import type { StreamState } from '../../media/live-stream.ts'
import type { StreamReports } from './publishers/stream-reports.ts'
import { nextPhase, type StreamCause, stateOf } from './stream-state.ts'
import type { StoredStream, StreamStore } from './stream-store.ts'

/** How long an operator's "end" keeps encoders out that return by themselves, ms. */
const CLOSED_MS = 30_000

/** Why a stream changed its phase, for the audit log. */
export interface PhaseLine {
  readonly message: string
  readonly actor?: string
  readonly sessionId?: string
  readonly code?: string | undefined
}

export interface StreamLifecycleDependencies {
  readonly store: StreamStore
  readonly reports: StreamReports
  /** ms since 1970. */
  readonly now: () => number
}

/** The phase of one stream and what is stored of it. Each change of the phase is stored, announced and recorded. */
export class StreamLifecycle {
  readonly #dependencies: StreamLifecycleDependencies
  #stored: StoredStream
  #timer: NodeJS.Timeout | undefined
  #closedUntilMs = 0

  constructor(stored: StoredStream, dependencies: StreamLifecycleDependencies) {
    this.#stored = stored
    this.#dependencies = dependencies
  }

  get stored(): StoredStream {
    return this.#stored
  }

  get state(): StreamState {
    return stateOf(this.#stored.phase)
  }

  /** True while the stream ends by itself unless a publisher comes. */
  get waiting(): boolean {
    return this.#timer !== undefined
  }

  /** True while encoders are kept out after an operator's "end". */
  get closed(): boolean {
    return this.#dependencies.now() < this.#closedUntilMs
  }

  close(): void {
    this.#closedUntilMs = this.#dependencies.now() + CLOSED_MS
  }

  reopen(): void {
    this.#closedUntilMs = 0
  }

  /** Changes what is stored; it is written with the next `save` or change of the phase. */
  change(change: Partial<Omit<StoredStream, 'id' | 'name' | 'createdAt' | 'phase'>>): void {
    this.#stored = { ...this.#stored, ...change }
  }

  save(): void {
    this.#dependencies.store.save(this.#stored)
  }

  /** Changes the phase as the cause says. Where the cause has no meaning in this phase, nothing happens. */
  move(cause: StreamCause, { message, ...line }: PhaseLine): void {
    const { phase: before } = this.#stored
    const phase = nextPhase(before, cause)
    if (phase === undefined) return
    this.#stored = { ...this.#stored, phase }
    this.save()
    if (phase === before && cause !== 'publish') return
    const { reports } = this.#dependencies
    reports.announce('state')
    const given = Object.fromEntries(Object.entries(line).filter(([, value]) => value !== undefined))
    reports.record({ kind: 'state', message, ...given, data: { from: before, to: phase, cause } })
  }

  /** A publisher goes on air. */
  publish(sessionId: string): void {
    this.stopWaiting()
    this.change({ error: null, endedAt: null, startedAt: this.#stored.startedAt ?? this.#time() })
    this.move('publish', { message: `stream ${this.#stored.name} is live`, sessionId })
  }

  /** Ends the stream. Answers its last phase; undefined where the cause has no meaning in this phase. */
  end(cause: StreamCause, line: PhaseLine): 'ended' | 'error' | undefined {
    this.stopWaiting()
    const { phase: before, endedAt } = this.#stored
    const phase = nextPhase(before, cause)
    if (phase !== 'ended' && phase !== 'error') return undefined
    if (phase !== before || endedAt === null) this.change({ endedAt: this.#time() })
    this.move(cause, line)
    return phase
  }

  /** Calls `over` unless a publisher comes within `ms`. */
  wait(ms: number, over: () => void): void {
    this.stopWaiting()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      over()
    }, ms)
    this.#timer.unref()
  }

  stopWaiting(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #time(): string {
    return new Date(this.#dependencies.now()).toISOString()
  }
}
