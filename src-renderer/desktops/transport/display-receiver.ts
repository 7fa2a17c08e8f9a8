/** Datagrams that may be ahead of the next one: what an acknowledgement can name. */
const maxAhead = 512
/** In order, an acknowledgement is sent for so many datagrams. */
const ackEvery = 8

/** Puts datagrams into their order, and messages together from them. What it answers is sent back: see `ordered-sender` of the host. */
export class DisplayReceiver {
  readonly #onMessage: (message: ArrayBuffer) => void
  readonly #ahead = new Map<number, { readonly last: boolean; readonly payload: Uint8Array }>()
  #parts: Uint8Array[] = []
  #next = 0
  #unacknowledged = 0

  constructor(onMessage: (message: ArrayBuffer) => void) {
    this.#onMessage = onMessage
  }

  /** Takes a datagram: `u8 1, u8 flags (1: the last of its message), u16 0, u32 number`, then its part of the message. True: acknowledge now. */
  take(datagram: ArrayBuffer): boolean {
    if (datagram.byteLength < 8) return false
    const view = new DataView(datagram)
    const number = view.getUint32(4, true)
    const ahead = (number - this.#next) >>> 0
    // One that came before was acknowledged, and that was lost.
    if (ahead >= maxAhead) return true
    this.#ahead.set(number, { last: (view.getUint8(1) & 1) !== 0, payload: new Uint8Array(datagram, 8) })
    let ended = false
    for (;;) {
      const next = this.#ahead.get(this.#next)
      if (next === undefined) break
      this.#ahead.delete(this.#next)
      this.#next = (this.#next + 1) >>> 0
      this.#parts.push(next.payload)
      if (!next.last) continue
      ended = true
      const message = joined(this.#parts)
      this.#parts = []
      this.#onMessage(message)
    }
    return ++this.#unacknowledged >= ackEvery || ended || this.#ahead.size > 0
  }

  /** Something was not acknowledged yet. */
  get owes(): boolean {
    return this.#unacknowledged > 0
  }

  /** `u8 1, u8 0, u16 0, u32 next`, then a bit for each datagram after `next` that is here. */
  acknowledgement(): Uint8Array<ArrayBuffer> {
    this.#unacknowledged = 0
    const furthest = Math.max(0, ...[...this.#ahead.keys()].map((number) => (number - this.#next) >>> 0))
    const ack = new Uint8Array(8 + Math.ceil(furthest / 8))
    ack[0] = 1
    new DataView(ack.buffer).setUint32(4, this.#next, true)
    for (const number of this.#ahead.keys()) {
      const bit = ((number - this.#next) >>> 0) - 1
      const at = 8 + (bit >>> 3)
      ack[at] = (ack[at] ?? 0) | (1 << (bit & 7))
    }
    return ack
  }
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole.buffer
}
