/** Lines of one function that are passed on within a period, and the period, ms: a node reports no more of all its functions. */
const maxLines = 100
const periodMs = 250

interface Period {
  readonly startedAt: number
  lines: number
  leftOut: number
}

/** Bounds what functions log, so that nobody has to take more than there is time for. */
export class LineLimit {
  readonly #onLeftOut: (name: string, lines: number) => void
  readonly #periods = new Map<string, Period>()

  /** `onLeftOut` gets how many lines of a function were left out: before its next line, or after the period when none comes. */
  constructor(onLeftOut: (name: string, lines: number) => void) {
    this.#onLeftOut = onLeftOut
  }

  /** Whether a line of a function is passed on. `now` in ms. */
  admits(name: string, now: number): boolean {
    const known = this.#periods.get(name)
    if (known === undefined || now - known.startedAt >= periodMs) {
      this.#say(name)
      this.#periods.set(name, { startedAt: now, lines: 1, leftOut: 0 })
      return true
    }
    if (known.lines < maxLines) {
      known.lines++
      return true
    }
    this.#leaveOut(name, known)
    return false
  }

  /** A line that is not passed on, whatever there was before. */
  leaveOut(name: string, now: number): void {
    const known = this.#periods.get(name) ?? { startedAt: now, lines: 0, leftOut: 0 }
    this.#periods.set(name, known)
    this.#leaveOut(name, known)
  }

  /** Deletes what it has of functions that are not deployed any more. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#periods.keys()) if (!names.has(name)) this.#periods.delete(name)
  }

  #leaveOut(name: string, period: Period): void {
    if (period.leftOut++ === 0) setTimeout(() => this.#say(name), periodMs)
  }

  #say(name: string): void {
    const known = this.#periods.get(name)
    if (known === undefined || known.leftOut === 0) return
    const { leftOut } = known
    known.leftOut = 0
    this.#onLeftOut(name, leftOut)
  }
}
