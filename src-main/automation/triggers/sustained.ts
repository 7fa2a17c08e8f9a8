/** Finds what has been so for long enough, once each time: it must have been otherwise before it counts again. */
export class Sustained {
  /** Since when it is so, monotonic ms; `fired` where it was reported. */
  readonly #since = new Map<string, { readonly sinceMs: number; fired: boolean }>()

  /** True at the first sample after which it was so for `forMs`. */
  sample(key: string, isSo: boolean, forMs: number, nowMs: number): boolean {
    if (!isSo) {
      this.#since.delete(key)
      return false
    }
    const known = this.#since.get(key) ?? { sinceMs: nowMs, fired: false }
    this.#since.set(key, known)
    if (known.fired || nowMs - known.sinceMs < forMs) return false
    known.fired = true
    return true
  }

  /** Only these are watched still. */
  keep(isKept: (key: string) => boolean): void {
    for (const key of this.#since.keys()) if (!isKept(key)) this.#since.delete(key)
  }
}
