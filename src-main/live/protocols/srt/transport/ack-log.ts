/** Acknowledgements that may be without an answer at a time. */
const max = 64

/** Full acknowledgements that were sent, until the peer confirms them (ACKACK). A point is the first sequence number that is missing. */
export class AckLog {
  readonly #timesMs = new Float64Array(max)
  readonly #points = new Float64Array(max)
  #number = 0
  #point: number
  #confirmed: number
  #lastMs = 0

  constructor(point: number) {
    this.#point = this.#confirmed = point
  }

  /** Section 4.8.1: where there is something new, or where the last one was not confirmed in time. */
  isDue(point: number, nowMs: number, patienceMs: number): boolean {
    if (point === this.#confirmed) return false
    return point !== this.#point || nowMs - this.#lastMs >= patienceMs
  }

  /** Notes one that is sent now, and answers its number. */
  note(point: number, nowMs: number): number {
    this.#number++
    const at = this.#number % max
    this.#timesMs[at] = nowMs
    this.#points[at] = point
    this.#point = point
    this.#lastMs = nowMs
    return this.#number
  }

  /** The peer confirms one: answers when it was sent, ms; undefined where it is none of ours, or was confirmed before. */
  confirm(number: number): number | undefined {
    const at = number % max
    const sentMs = this.#timesMs[at]!
    if (number === 0 || number > this.#number || this.#number - number >= max || sentMs === 0) return undefined
    this.#timesMs[at] = 0
    this.#confirmed = this.#points[at]!
    return sentMs
  }
}
