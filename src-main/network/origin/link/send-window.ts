/** Bytes that may be on their way at first, and at least. */
const minBytes = 256 * 1024
const maxBytes = 4 * 1024 * 1024
/** So much of what the other side takes may be on its way, s. */
const aheadS = 0.5
/** What was taken is measured over this time, ms. */
const measureMs = 250

/**
 * How much may be on its way to a node, by what it says it has received: the system's own buffers take megabytes before a socket reports
 * that it is full. A far node with a fast line gets more, a slow one never more than half a second.
 */
export class SendWindow {
  #sent = 0
  #received = 0
  #limit = minBytes
  #measuredFrom = 0
  #measuredAtMs = 0

  get sentBytes(): number {
    return this.#sent
  }

  /** Bytes that may be on their way. */
  get limit(): number {
    return this.#limit
  }

  get hasSpace(): boolean {
    return this.#sent - this.#received < this.#limit
  }

  add(bytes: number): void {
    this.#sent += bytes
  }

  /** The other side has so many bytes in all. @param nowMs on any clock that does not go back */
  receipt(bytes: number, nowMs: number): void {
    // never more than was sent, and never less than before, whatever the other side says
    this.#received = Math.max(this.#received, Math.min(bytes, this.#sent))
    const passedMs = nowMs - this.#measuredAtMs
    if (passedMs < measureMs) return
    const perSecond = ((this.#received - this.#measuredFrom) * 1000) / passedMs
    this.#limit = Math.min(maxBytes, Math.max(minBytes, perSecond * aheadS))
    this.#measuredFrom = this.#received
    this.#measuredAtMs = nowMs
  }
}
