import { randomText } from '../../platform/random-id.ts'

/** What became of a rule that was triggered. */
export type FiringResult = 'ran' | 'failed' | 'cancelled' | 'skipped' | 'cut' | 'dry-run'

/** One line of the log: what fired, why, and what became of it. */
export interface Firing {
  readonly id: string
  /** ISO 8601: of the last time, where it happened more than once in a row. */
  readonly time: string
  readonly rule: string
  readonly name: string
  readonly result: FiringResult
  /** What triggered it. */
  readonly because: string
  /** Why it did not run, what failed, or what would have been done. */
  readonly detail: string | null
  readonly durationMs: number | null
  /** How often the same happened in a row. */
  readonly count: number
}

const maxFirings = 500
/** A flood of the same is announced so often, ms. */
const joinMs = 250

/** The newest firings, in memory. Repeats of the same are one line with a count: a flood does not push out everything else. */
export class FiringLog {
  readonly #announce: (firing: Firing) => void
  #firings: Firing[] = []
  readonly #joined = new Map<string, NodeJS.Timeout>()

  constructor(announce: (firing: Firing) => void) {
    this.#announce = announce
  }

  /** Newest first. */
  get firings(): readonly Firing[] {
    return this.#firings.toReversed()
  }

  add(firing: Omit<Firing, 'id' | 'time' | 'count'>): void {
    const time = new Date().toISOString()
    const at = this.#firings.findLastIndex(({ rule }) => rule === firing.rule)
    const last = this.#firings[at]
    const repeats = firing.result === 'skipped' || firing.result === 'cut'
    if (repeats && last?.result === firing.result && last.detail === firing.detail) {
      this.#firings[at] = { ...last, ...firing, time, count: last.count + 1 }
      this.#announceLater(last.id)
      return
    }
    const added: Firing = { id: randomText(12), time, count: 1, ...firing }
    this.#firings.push(added)
    if (this.#firings.length > maxFirings) this.#firings = this.#firings.slice(-maxFirings)
    this.#announce(added)
  }

  stop(): void {
    for (const timer of this.#joined.values()) clearTimeout(timer)
    this.#joined.clear()
  }

  #announceLater(id: string): void {
    if (this.#joined.has(id)) return
    const timer = setTimeout(() => {
      this.#joined.delete(id)
      const firing = this.#firings.find((each) => each.id === id)
      if (firing !== undefined) this.#announce(firing)
    }, joinMs).unref()
    this.#joined.set(id, timer)
  }
}
