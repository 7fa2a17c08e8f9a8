import { readFileSync } from 'node:fs'

/** How often a watchdog looks in the time that it allows. */
const looks = 8
/** Max delay that is excused: a process that is silent for this many times the limit hangs. */
const maxExcused = 4

/** How long the main thread of a process has waited for a processor in its life, ms; 0 where the system does not tell. */
export function waitedForProcessorMs(pid: number | undefined): number {
  if (process.platform !== 'linux' || pid === undefined) return 0
  try {
    // Nanoseconds on a processor, nanoseconds of waiting for one, turns.
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1] ?? 0) / 1e6
  } catch {
    return 0
  }
}

export interface WatchdogDependencies {
  /** Silence that is allowed, ms. */
  readonly silenceMs: number
  readonly nowMs: () => number
  /** How long the other has waited for a processor, ms: see `waitedForProcessorMs`. */
  readonly waitedMs: () => number
  readonly onHung: () => void
}

/**
 * Tells a process that hangs from one that cannot speak: what a busy machine takes from it, and what this process itself was delayed
 * by, is no silence. To start a process again that waits for a processor would only give it more to do.
 */
export class Watchdog {
  readonly #dependencies: WatchdogDependencies
  #silenceMs: number
  #timer: NodeJS.Timeout | undefined
  #heardMs: number
  #lookedMs: number
  /** How late the looks in this silence were. */
  #lateMs = 0
  /** Waiting of the other up to this silence; undefined before the first look in it. */
  #waitedMs: number | undefined

  constructor(dependencies: WatchdogDependencies) {
    this.#dependencies = dependencies
    this.#silenceMs = dependencies.silenceMs
    this.#heardMs = this.#lookedMs = dependencies.nowMs()
    this.#schedule()
  }

  heard(): void {
    this.#heardMs = this.#dependencies.nowMs()
    this.#lateMs = 0
    this.#waitedMs = undefined
  }

  /** From now on this much silence is allowed. */
  allow(silenceMs: number): void {
    this.#silenceMs = silenceMs
    this.heard()
    this.stop()
    this.#lookedMs = this.#heardMs
    this.#schedule()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  look(): void {
    const { nowMs, waitedMs, onHung } = this.#dependencies
    const now = nowMs()
    const late = now - this.#lookedMs - this.#silenceMs / looks
    this.#lookedMs = now
    const silent = now - this.#heardMs
    if (silent < this.#silenceMs / looks) return
    this.#lateMs += Math.max(0, late)
    this.#waitedMs ??= waitedMs()
    if (silent <= this.#silenceMs) return
    const excused = Math.max(this.#lateMs, waitedMs() - this.#waitedMs)
    if (silent - excused <= this.#silenceMs && silent <= maxExcused * this.#silenceMs) return
    this.stop()
    onHung()
  }

  #schedule(): void {
    this.#timer = setInterval(() => this.look(), this.#silenceMs / looks)
  }
}
