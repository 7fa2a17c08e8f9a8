const bucketMs = 60_000
/** Load is the mean of so long, ms. */
const meanMs = 60_000

/** What all nodes together had to do: the mean of the last minute, and the peak of the last hours. Times never go back. */
export class LoadWindow {
  /** Newest last. */
  #samples: { readonly atMs: number; readonly mean: number }[] = []
  /** The highest sum of each minute, oldest first. */
  #peaks: { readonly atMs: number; sum: number }[] = []
  #sinceMs: number | undefined
  #meanSinceMs = 0
  #lastMs = 0

  /** @param sum of the loads of all nodes that serve, in nodes: 1.5 is one and a half nodes at their limit */
  add(atMs: number, sum: number, nodes: number, keptMs: number): void {
    // While this host slept nobody knows what happened.
    if (this.#sinceMs === undefined || atMs - this.#lastMs > 10 * bucketMs) this.clear(atMs)
    this.#lastMs = atMs
    this.#samples.push({ atMs, mean: nodes === 0 ? 0 : sum / nodes })
    this.#samples = this.#samples.filter((sample) => sample.atMs > atMs - meanMs)
    const last = this.#peaks.at(-1)
    if (last !== undefined && atMs - last.atMs < bucketMs) last.sum = Math.max(last.sum, sum)
    else this.#peaks.push({ atMs, sum })
    while ((this.#peaks[0]?.atMs ?? atMs) <= atMs - keptMs - bucketMs) this.#peaks.shift()
  }

  /** Nothing before counts: a full time has to pass again. */
  clear(atMs: number): void {
    this.#sinceMs = atMs
    this.restartMean(atMs)
    this.#peaks = []
  }

  /** Mean load of a node in the last minute, 0 to 1; undefined until a minute was seen. */
  mean(nowMs: number): number | undefined {
    if (nowMs - this.#meanSinceMs < meanMs || this.#samples.length === 0) return undefined
    return this.#samples.reduce((sum, sample) => sum + sample.mean, 0) / this.#samples.length
  }

  /** The highest sum of the last `hours`; undefined until that long was seen. */
  peak(nowMs: number, hours: number): number | undefined {
    if (nowMs - (this.#sinceMs ?? nowMs) < hours * 3_600_000) return undefined
    return Math.max(0, ...this.#peaks.map(({ sum }) => sum))
  }

  /** The mean alone starts again: nodes have come or gone, and a full minute has to pass with those that there are. */
  restartMean(atMs: number): void {
    this.#meanSinceMs = atMs
    this.#samples = []
  }
}
