/** A request that nobody answered ends after so long, ms. */
const requestMs = 60_000
/** Whoever loses the connection has so long to come back before others control the display, ms. */
const returnMs = 5000

/** Who of those at one display controls it: one person at a time, whatever number of pages they have. */
export class ControlTurn {
  readonly #now: () => number
  #holder: string | undefined
  /** Since when the holder is away, ms. */
  #awayMs: number | undefined
  /** It was given up: whoever asks gets it, and nobody else. */
  #free = false
  /** Until when each asks: the first to ask first. */
  readonly #requests = new Map<string, number>()

  /** @param now ms */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Person id; undefined while nobody controls it. */
  get holder(): string | undefined {
    return this.#holder
  }

  asks(person: string): boolean {
    return this.#requests.has(person)
  }

  ask(person: string): void {
    if (this.#holder !== person && !this.#requests.has(person)) this.#requests.set(person, this.#now() + requestMs)
  }

  reject(person: string): void {
    this.#requests.delete(person)
  }

  give(person: string): void {
    this.#requests.delete(person)
    this.#holder = person
    this.#awayMs = undefined
    this.#free = false
  }

  release(person: string): void {
    if (this.#holder !== person) return
    this.#holder = undefined
    this.#free = true
  }

  /**
   * Says who is there, the first to come first, and whether they may control. What others have no use for ends: requests of people who left,
   * control of somebody who may not any more, or does not come back. Then it is the turn of the first who asks, else of the first who may.
   */
  settle(present: ReadonlyMap<string, boolean>): void {
    const nowMs = this.#now()
    for (const [person, untilMs] of this.#requests) if (!present.has(person) || untilMs <= nowMs) this.#requests.delete(person)
    // Nobody is there whom they would keep from it.
    if (present.size === 0) {
      this.#holder = undefined
      this.#free = false
    }
    if (this.#holder !== undefined && this.#isLost(this.#holder, present, nowMs)) this.#holder = undefined
    if (this.#holder !== undefined) return
    const asking = [...this.#requests.keys()].find((person) => present.get(person) === true)
    const next = asking ?? (this.#free ? undefined : [...present.keys()].find((person) => present.get(person) === true))
    if (next !== undefined) this.give(next)
  }

  #isLost(holder: string, present: ReadonlyMap<string, boolean>, nowMs: number): boolean {
    if (present.has(holder)) {
      this.#awayMs = undefined
      return present.get(holder) === false
    }
    this.#awayMs ??= nowMs
    return nowMs - this.#awayMs >= returnMs
  }
}
