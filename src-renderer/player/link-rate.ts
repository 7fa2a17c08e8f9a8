/** Transfer time whose bytes tell the rate of this moment, ms. */
const recentMs = 400
/** How far back downloads tell what the connection carries steadily, ms. */
const steadyMs = 5000
const maxSamples = 64

interface Sample {
  readonly bytes: number
  readonly tookMs: number
  readonly atMs: number
}

/** What the connection carries, learnt from downloads whose media was ready to be sent: parts of Low-Latency HLS, ranges of DASH segments. */
export class LinkRate {
  readonly #samples: Sample[] = []

  /** A download of `bytes`, which were under way for `tookMs`, ended at `atMs`; also one that was given up on the way. */
  add(bytes: number, tookMs: number, atMs: number): void {
    if (bytes <= 0) return
    this.#samples.push({ bytes, tookMs: Math.max(1, tookMs), atMs })
    if (this.#samples.length > maxSamples) this.#samples.shift()
  }

  /** Kilobits a second of the newest half second of transfer; undefined while nothing was seen. */
  get recentKbps(): number | undefined {
    let bytes = 0
    let ms = 0
    for (let at = this.#samples.length - 1; at >= 0 && ms < recentMs; at--) {
      const sample = this.#samples[at] as Sample
      bytes += sample.bytes
      ms += sample.tookMs
    }
    return ms === 0 ? undefined : (bytes * 8) / ms
  }

  /** The lower one of that and what it was over the last seconds. */
  steadyKbps(nowMs: number): number | undefined {
    const recent = this.recentKbps
    let bytes = 0
    let ms = 0
    for (const sample of this.#samples) {
      if (nowMs - sample.atMs > steadyMs) continue
      bytes += sample.bytes
      ms += sample.tookMs
    }
    return recent === undefined || ms === 0 ? recent : Math.min(recent, (bytes * 8) / ms)
  }
}
