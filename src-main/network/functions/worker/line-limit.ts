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
  readonly #periods = new Map<string, Period>()

  /** How many lines were left out before this one; undefined where it is left out itself. `now` in ms. */
  admit(name: string, now: number): number | undefined {
    const known = this.#periods.get(name)
    if (known === undefined || now - known.startedAt >= periodMs) {
      this.#periods.set(name, { startedAt: now, lines: 1, leftOut: 0 })
      return known?.leftOut ?? 0
    }
    if (known.lines >= maxLines) {
      known.leftOut++
      return undefined
    }
    known.lines++
    return 0
  }

  /** Deletes what it has of functions that are not deployed any more. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#periods.keys()) if (!names.has(name)) this.#periods.delete(name)
  }
}
