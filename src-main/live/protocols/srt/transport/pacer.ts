/** A burst that goes out at once: the size of a usual keyframe; larger ones are spread, bytes. */
const burstBytes = 96 * 1024
/** Never slower than this, bytes per ms (20 Mbit/s), and twice what comes in. */
const minRate = 2500
const headroom = 2

/** Payloads that wait to be sent: bounded in bytes, spread in time so that bursts do not fill the queues of the network. */
export class Pacer {
  queuedBytes = 0
  readonly #maxBytes: number
  #queue: Uint8Array[] = []
  #head = 0
  #credit = burstBytes
  #lastMs: number
  #inBytes = 0
  #inRate = 0
  #inSinceMs: number

  constructor(maxBytes: number, nowMs: number) {
    this.#maxBytes = maxBytes
    this.#lastMs = this.#inSinceMs = nowMs
  }

  /** False where the queue is full. */
  push(payload: Uint8Array): boolean {
    if (this.queuedBytes + payload.length > this.#maxBytes) return false
    this.#queue.push(payload)
    this.queuedBytes += payload.length
    this.#inBytes += payload.length
    return true
  }

  /** The next payload that may go, or undefined. */
  next(nowMs: number): Uint8Array | undefined {
    if (nowMs - this.#inSinceMs >= 1000) {
      this.#inRate = this.#inBytes / (nowMs - this.#inSinceMs)
      this.#inBytes = 0
      this.#inSinceMs = nowMs
    }
    const rate = Math.max(minRate, headroom * this.#inRate)
    this.#credit = Math.min(burstBytes, this.#credit + rate * (nowMs - this.#lastMs))
    this.#lastMs = nowMs
    const payload = this.#queue[this.#head]
    if (payload === undefined || this.#credit < payload.length) return undefined
    this.#credit -= payload.length
    this.queuedBytes -= payload.length
    this.#head++
    if (this.#head === this.#queue.length) {
      this.#queue = []
      this.#head = 0
    } else if (this.#head >= 1024) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    return payload
  }
}
