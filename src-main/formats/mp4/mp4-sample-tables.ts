import { fullBox, uint32s, writeUint32 } from './mp4-boxes.ts'

/** Numbers of 32 bits that grow in number, at four bytes each. */
class Uint32List {
  count = 0
  #values = new Uint32Array(256)

  push(value: number): void {
    if (this.count === this.#values.length) {
      const larger = new Uint32Array(this.count * 2)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.count++] = value
  }

  /** Adds to the last number. */
  addToLast(at: number, value: number): void {
    this.#values[this.count - at] = (this.#values[this.count - at] as number) + value
  }

  /** The number `at` places before the end, from 1. */
  last(at: number): number {
    return this.#values[this.count - at] as number
  }

  /** Big-endian, behind a count of entries of `perEntry` numbers. */
  table(perEntry: number): Uint8Array {
    const out = new Uint8Array(4 + this.count * 4)
    writeUint32(out, 0, this.count / perEntry)
    for (let i = 0; i < this.count; i++) writeUint32(out, 4 + i * 4, this.#values[i] as number)
    return out
  }
}

/** Collects where the samples of a track are while its file is written (ISO/IEC 14496-12, 8.6 and 8.7): runs of equal values count once. */
export class SampleTables {
  readonly #video: boolean
  readonly #sizes = new Uint32List()
  /** Pairs of count and duration. */
  readonly #durations = new Uint32List()
  /** Pairs of count and offset. */
  readonly #offsets = new Uint32List()
  readonly #keys = new Uint32List()
  /** Triples of first chunk, samples in each, sample description. */
  readonly #runs = new Uint32List()
  readonly #chunks: number[] = []
  #samples = 0
  #anyOffset = false
  #firstDts = 0
  #firstPts = Number.POSITIVE_INFINITY
  #endPts = 0
  #lastDts = 0
  #lastDuration = 0

  constructor(video: boolean) {
    this.#video = video
  }

  get empty(): boolean {
    return this.#samples === 0
  }

  /** Decoding time of the first sample, ticks. */
  get firstDts(): number {
    return this.#firstDts
  }

  /** Presentation time of the sample that is shown first, ticks: with B-frames later than its decoding time. */
  get firstPts(): number {
    return this.empty ? 0 : this.#firstPts
  }

  /** Where the sample that is shown last ends, ticks. */
  get endPts(): number {
    return this.#endPts
  }

  /** From the first sample to the end of the last, in decoding order, ticks. */
  get ticks(): number {
    return this.empty ? 0 : this.#lastDts - this.#firstDts + this.#lastDuration
  }

  /** Samples that follow each other from byte `at` of the file. */
  chunk(at: number, samples: number): void {
    this.#chunks.push(at)
    if (this.#runs.count > 0 && this.#runs.last(2) === samples) return
    this.#runs.push(this.#chunks.length)
    this.#runs.push(samples)
    this.#runs.push(1)
  }

  /** Times in ticks; `offset` is presentation minus decoding. */
  sample(size: number, dts: number, duration: number, offset: number, key: boolean): void {
    if (this.empty) this.#firstDts = dts
    else this.#run(this.#durations, Math.max(0, dts - this.#lastDts))
    this.#samples++
    this.#firstPts = Math.min(this.#firstPts, dts + offset)
    this.#endPts = Math.max(this.#endPts, dts + offset + duration)
    this.#lastDts = dts
    this.#lastDuration = duration
    this.#sizes.push(size)
    this.#run(this.#offsets, offset)
    if (offset !== 0) this.#anyOffset = true
    if (key && this.#video) this.#keys.push(this.#samples)
  }

  /** The boxes of `stbl` behind `stsd`. */
  boxes(): Uint8Array[] {
    if (!this.empty) this.#run(this.#durations, this.#lastDuration)
    const sizes = new Uint8Array(8 + this.#sizes.count * 4)
    sizes.set(this.#sizes.table(1), 4)
    const places = new Uint8Array(4 + this.#chunks.length * 8)
    writeUint32(places, 0, this.#chunks.length)
    for (const [index, at] of this.#chunks.entries()) {
      writeUint32(places, 4 + index * 8, Math.floor(at / 2 ** 32))
      writeUint32(places, 8 + index * 8, at % 2 ** 32)
    }
    return [
      fullBox('stts', 0, 0, this.#durations.table(2)),
      ...(this.#anyOffset ? [fullBox('ctts', 1, 0, this.#offsets.table(2))] : []),
      ...(this.#video ? [fullBox('stss', 0, 0, this.#keys.table(1))] : []),
      fullBox('stsc', 0, 0, this.#runs.count === 0 ? uint32s(0) : this.#runs.table(3)),
      fullBox('stsz', 0, 0, sizes),
      fullBox('co64', 0, 0, places),
    ]
  }

  #run(list: Uint32List, value: number): void {
    const wanted = value >>> 0
    if (list.count > 0 && list.last(1) === wanted) {
      list.addToLast(2, 1)
      return
    }
    list.push(1)
    list.push(wanted)
  }
}
