import { repeat } from '../../../platform/timing/repeat.ts'
/** A request that waits for media that does not exist yet. */
export interface Waiter {
  /** Looked at again after every change; true once it has been answered. Must not throw. */
  poll(): boolean
  /** Its time is over: answer so. */
  expire(): void
  /** Clock of `performance.now()`, ms. */
  readonly deadlineMs: number
}

/**
 * The waiting requests of one stream, woken in the order in which they came. Time-outs are found by one slow timer for
 * all, since a wait that ends a quarter of a second late does no harm, and thousands of timers would.
 */
export class Waiters {
  readonly #waiting = new Set<Waiter>()
  readonly #limit: number
  readonly #onCount: (delta: number) => void
  #timer: NodeJS.Timeout | undefined

  constructor(limit: number, onCount: (delta: number) => void) {
    this.#limit = limit
    this.#onCount = onCount
  }

  get size(): number {
    return this.#waiting.size
  }

  /** False when too many wait already. */
  add(waiter: Waiter): boolean {
    if (this.#waiting.size >= this.#limit) return false
    this.#waiting.add(waiter)
    this.#onCount(1)
    this.#timer ??= repeat(250, () => this.expire(performance.now()))
    return true
  }

  remove(waiter: Waiter): void {
    if (!this.#waiting.delete(waiter)) return
    this.#onCount(-1)
    if (this.#waiting.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  wake(): void {
    for (const waiter of this.#waiting) if (waiter.poll()) this.remove(waiter)
  }

  /** Ends the waits whose deadline is not after `nowMs`. */
  expire(nowMs: number): void {
    for (const waiter of this.#waiting) {
      if (waiter.deadlineMs > nowMs) continue
      this.remove(waiter)
      waiter.expire()
    }
  }
}
