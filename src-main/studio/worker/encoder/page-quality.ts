/** Quantizer of x264 where little moves: texts of 20 pixels are sharp. */
const finest = 26
/** Beyond this nothing can be read any more. */
const coarsest = 44
/** Length of a look at the bitrate, ms. */
const lookMs = 1000
/** Successive checks with spare capacity before it becomes finer again. */
const calmLooks = 4

/**
 * The quantizer of an encoding for pages. It is constant, since an encoder that aims at a bitrate measures every frame before it encodes
 * it, which takes a third of its time; where much moves it becomes coarser, so that the bitrate stays near its limit.
 */
export class PageQuality {
  readonly #maxKbps: number
  #quantizer = finest
  #bytes = 0
  #sinceMs: number | undefined
  #calm = 0

  constructor(maxKbps: number) {
    this.#maxKbps = maxKbps
  }

  get quantizer(): number {
    return this.#quantizer
  }

  /** Takes the size of a packet; true where the quantizer is another from now on. */
  take(bytes: number, nowMs: number): boolean {
    this.#sinceMs ??= nowMs
    this.#bytes += bytes
    const elapsedMs = nowMs - this.#sinceMs
    const kbit = (this.#bytes * 8) / 1000
    // A second's worth may be there long before the second is over.
    if (elapsedMs < lookMs && kbit <= this.#maxKbps) return false
    const load = kbit / ((Math.max(elapsedMs, lookMs) / 1000) * this.#maxKbps)
    this.#sinceMs = nowMs
    this.#bytes = 0
    this.#calm = load < 0.4 ? this.#calm + 1 : 0
    const before = this.#quantizer
    // Six steps halve the bitrate.
    if (elapsedMs < lookMs) this.#quantizer = Math.min(coarsest, before + Math.ceil(6 * Math.log2(lookMs / Math.max(elapsedMs, 125))))
    else if (load > 1) this.#quantizer = Math.min(coarsest, before + Math.ceil(6 * Math.log2(load)))
    else if (this.#calm >= calmLooks) {
      this.#quantizer = Math.max(finest, before - 3)
      this.#calm = 0
    }
    return this.#quantizer !== before
  }
}
