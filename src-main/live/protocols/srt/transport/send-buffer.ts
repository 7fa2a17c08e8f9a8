import { addSequence, sequenceDistance, srtRetransmittedBit } from '../../../../formats/srt/srt-packet.ts'

/** Packets that were sent and are not acknowledged: kept to be sent again while they can still be in time. A ring of fixed size. */
export class SendBuffer {
  /** Oldest packet kept. */
  base: number
  /** Number of the next packet. */
  next: number
  /** Packets that grew too old before they were acknowledged. */
  dropped = 0
  readonly #packets: (Buffer | undefined)[]
  readonly #firstSentMs: Float64Array
  readonly #lastSentMs: Float64Array
  readonly #mask: number

  /** `size` must be a power of two. */
  constructor(first: number, size: number) {
    this.base = this.next = first
    this.#packets = new Array<Buffer | undefined>(size).fill(undefined)
    this.#firstSentMs = new Float64Array(size)
    this.#lastSentMs = new Float64Array(size)
    this.#mask = size - 1
  }

  /** Packets in flight. */
  get length(): number {
    return sequenceDistance(this.base, this.next)
  }

  /** Keeps the packet of number `next`; where the ring is full the oldest is given up. */
  push(packet: Buffer, nowMs: number): void {
    if (this.length > this.#mask) this.#drop()
    const at = this.next & this.#mask
    this.#packets[at] = packet
    this.#firstSentMs[at] = this.#lastSentMs[at] = nowMs
    this.next = addSequence(this.next, 1)
  }

  /** Everything before `sequence` has arrived. False where that cannot be. */
  acknowledge(sequence: number): boolean {
    const steps = sequenceDistance(this.base, sequence)
    if (steps > this.length) return false
    for (let step = 0; step < steps; step++) {
      this.#packets[this.base & this.#mask] = undefined
      this.base = addSequence(this.base, 1)
    }
    return true
  }

  /** Gives up what was sent before `beforeMs`. */
  dropOlder(beforeMs: number): void {
    while (this.length > 0 && this.#firstSentMs[this.base & this.#mask]! < beforeMs) this.#drop()
  }

  /** The packet, marked as sent again; undefined where it is not kept, or was sent after `notAfterMs`. */
  again(sequence: number, nowMs: number, notAfterMs: number): Buffer | undefined {
    const steps = sequenceDistance(this.base, sequence)
    if (steps < 0 || steps >= this.length) return undefined
    const at = sequence & this.#mask
    if (this.#lastSentMs[at]! > notAfterMs) return undefined
    const packet = this.#packets[at]
    if (packet === undefined) return undefined
    this.#lastSentMs[at] = nowMs
    packet[4]! |= srtRetransmittedBit
    return packet
  }

  #drop(): void {
    this.#packets[this.base & this.#mask] = undefined
    this.base = addSequence(this.base, 1)
    this.dropped++
  }
}
