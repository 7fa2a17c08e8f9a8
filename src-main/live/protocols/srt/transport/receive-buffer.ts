import { addSequence, sequenceDistance } from '../../../../formats/srt/srt-packet.ts'

/** What became of a packet: `gap` brought news of lost ones before it. */
export type Insertion = 'new' | 'gap' | 'duplicate' | 'late' | 'beyond'

/** Represents a packet that the sender has given up. */
const nothing = Buffer.alloc(0)

/**
 * Packets on their way to the application (draft-sharabayko-srt-01, section 4.5): each waits until its time of delivery, lost ones are
 * requested meanwhile, and what is still missing when a later packet's time has come is left out. A ring of fixed size.
 */
export class ReceiveBuffer {
  /** Next packet to be delivered. */
  base: number
  /** One after the newest packet that has come. */
  top: number
  /** Everything before it has arrived: the number that an ACK carries. */
  acknowledged: number
  /** Packets left out because they were not here in time. */
  dropped = 0
  readonly #payloads: (Buffer | undefined)[]
  readonly #dueMs: Float64Array
  readonly #mask: number
  #present = 0

  /** `size` must be a power of two, and small against 2^31. */
  constructor(first: number, size: number) {
    this.base = this.top = this.acknowledged = first
    this.#payloads = new Array<Buffer | undefined>(size).fill(undefined)
    this.#dueMs = new Float64Array(size)
    this.#mask = size - 1
  }

  /** Packets that are missing among those that should be here. */
  get missing(): number {
    return sequenceDistance(this.base, this.top) - this.#present
  }

  /** Packets for which there is space. */
  get room(): number {
    return this.#mask + 1 - sequenceDistance(this.base, this.top)
  }

  /** True where a packet of that number is wanted. */
  accepts(sequence: number): Insertion {
    const distance = sequenceDistance(this.base, sequence)
    if (distance < 0) return 'late'
    if (distance > this.#mask) return 'beyond'
    if (this.#payloads[sequence & this.#mask] !== undefined) return 'duplicate'
    return sequenceDistance(this.top, sequence) > 0 ? 'gap' : 'new'
  }

  /** Puts a packet that `accepts` has called new or a gap. */
  insert(sequence: number, payload: Buffer, dueMs: number): void {
    const at = sequence & this.#mask
    this.#payloads[at] = payload
    this.#dueMs[at] = dueMs
    this.#present++
    if (sequenceDistance(this.top, sequence) >= 0) this.top = addSequence(sequence, 1)
    this.#advance()
  }

  /** The sender will not send these again. */
  giveUp(first: number, last: number): void {
    const from = sequenceDistance(first, this.base) > 0 ? this.base : first
    const span = Math.min(sequenceDistance(from, last), sequenceDistance(from, this.base) + this.#mask)
    for (let step = 0; step <= span; step++) {
      const sequence = addSequence(from, step)
      if (this.accepts(sequence) === 'new' && sequenceDistance(sequence, this.top) > 0) this.insert(sequence, nothing, 0)
    }
  }

  /** Hands on what is due, in order. */
  deliver(nowMs: number, to: (payload: Buffer) => void): void {
    while (this.base !== this.top) {
      let at = this.base & this.#mask
      if (this.#payloads[at] === undefined) {
        const next = this.#nextPresent()
        if (next === undefined || this.#dueMs[next & this.#mask]! > nowMs) return
        this.dropped += sequenceDistance(this.base, next)
        this.base = next
        at = next & this.#mask
      } else if (this.#dueMs[at]! > nowMs) {
        return
      }
      const payload = this.#payloads[at]!
      this.#payloads[at] = undefined
      this.#present--
      this.base = addSequence(this.base, 1)
      this.#advance()
      if (payload === nothing) this.dropped++
      else to(payload)
    }
  }

  /** Ranges that are missing, oldest first, until `onRange` says false. */
  eachMissing(onRange: (first: number, last: number) => boolean): void {
    if (this.missing === 0) return
    let first = -1
    const span = sequenceDistance(this.acknowledged, this.top)
    for (let step = 0; step < span; step++) {
      const sequence = addSequence(this.acknowledged, step)
      if (this.#payloads[sequence & this.#mask] === undefined) {
        if (first < 0) first = sequence
      } else if (first >= 0) {
        if (!onRange(first, addSequence(sequence, -1))) return
        first = -1
      }
    }
  }

  #nextPresent(): number | undefined {
    const span = sequenceDistance(this.base, this.top)
    for (let step = 1; step < span; step++) {
      const sequence = addSequence(this.base, step)
      if (this.#payloads[sequence & this.#mask] !== undefined) return sequence
    }
    return undefined
  }

  #advance(): void {
    if (sequenceDistance(this.acknowledged, this.base) > 0) this.acknowledged = this.base
    while (this.acknowledged !== this.top && this.#payloads[this.acknowledged & this.#mask] !== undefined)
      this.acknowledged = addSequence(this.acknowledged, 1)
  }
}
