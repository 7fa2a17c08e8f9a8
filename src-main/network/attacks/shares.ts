/** Values that are counted in a window: those that are frequent are among the first ones. */
const maxCounted = 5000
/** Values whose usual share is known. */
const maxUsual = 500
/** How much a calm window changes what is usual, once some have been seen. */
const minWeight = 0.1
const minKept = 0.005

/** How often values come, compared with how often they usually come. */
export class Shares {
  readonly #counts = new Map<string, number>()
  readonly #usual = new Map<string, number>()
  #windows = 0

  add(value: string): void {
    const count = this.#counts.get(value)
    if (count !== undefined) this.#counts.set(value, count + 1)
    else if (this.#counts.size < maxCounted) this.#counts.set(value, 1)
  }

  /** Values with at least this many, the most frequent first. */
  frequent(min: number, most: number): readonly (readonly [value: string, count: number])[] {
    return [...this.#counts]
      .filter(([, count]) => count >= min)
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
  }

  /** The value whose share has grown most; undefined where none is at least twice what is usual, and 30 % of all. */
  outstanding(total: number): { readonly value: string; readonly share: number } | undefined {
    let best: { value: string; share: number } | undefined
    let bestGrowth = 0
    for (const [value, count] of this.#counts) {
      const share = count / total
      const usual = this.#usual.get(value) ?? 0
      if (value === '' || share < 0.3 || share < 2 * usual || share - usual <= bestGrowth) continue
      bestGrowth = share - usual
      best = { value, share }
    }
    return best
  }

  /** Starts the next window. @param isCalm what came is usual */
  next(total: number, isCalm: boolean): void {
    if (isCalm && total > 0) {
      const weight = Math.max(minWeight, 1 / ++this.#windows)
      for (const [value, share] of this.#usual) {
        const left = share * (1 - weight)
        if (left < minKept && !this.#counts.has(value)) this.#usual.delete(value)
        else this.#usual.set(value, left)
      }
      for (const [value, count] of this.#counts) {
        if (count / total < 0.02 || (!this.#usual.has(value) && this.#usual.size >= maxUsual)) continue
        this.#usual.set(value, (this.#usual.get(value) ?? 0) + weight * (count / total))
      }
    }
    this.#counts.clear()
  }
}
