/** Samples that are looked at: four seconds at 30 a second. */
const maxSamples = 120

/** How far behind the studio the frames are that are shown. */
export class Latency {
  readonly #samples: number[] = []
  #clocks: { readonly offsetMs: number; readonly tripMs: number } | undefined

  /** The host's clock when it answered a question that was asked and answered at these times of the page's clock, ms. */
  takeTime(askedMs: number, answeredMs: number, hostMs: number): void {
    const tripMs = answeredMs - askedMs
    // A quick answer knows best; an old one is worth less with every minute.
    if (this.#clocks !== undefined && tripMs > this.#clocks.tripMs + 5) return
    this.#clocks = { offsetMs: hostMs - (askedMs + answeredMs) / 2, tripMs }
  }

  /** A frame was shown at a time of the page's clock that was due at one of the host's. */
  takeFrame(shownMs: number, dueMs: number): void {
    if (this.#clocks === undefined) return
    this.#samples.push(shownMs + this.#clocks.offsetMs - dueMs)
    if (this.#samples.length > maxSamples) this.#samples.shift()
  }

  forget(): void {
    this.#samples.length = 0
  }

  /** ms that half of the frames, and 95 of 100, are at most behind; undefined while nothing is known. */
  get behind(): { readonly p50: number; readonly p95: number } | undefined {
    const sorted = this.#samples.toSorted((one, other) => one - other)
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
    return sorted.length < 5 ? undefined : { p50: at(0.5), p95: at(0.95) }
  }
}
