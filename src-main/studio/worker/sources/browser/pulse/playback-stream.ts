import type { SampleSpec } from './pulse-tags.ts'

/** PulseAudio's numbers of the formats that are taken. */
export const sampleFormats = { s16le: 3, float32le: 5 } as const
/** Hz of everything that is mixed. */
export const pulseRate = 48_000
const maxChannels = 8
/** Audio that waits, ms, at most: a program that sends more at once loses the end. */
const maxWaitingMs = 2000

/** One audio stream that a program plays: what it sent and nobody has heard yet. */
export class PlaybackStream {
  readonly channel: number
  readonly spec: SampleSpec
  /** Bytes that the program is asked to keep waiting here. */
  readonly targetBytes: number
  readonly #frameBytes: number
  readonly #prebufBytes: number
  readonly #waiting: Buffer[] = []
  #waitingBytes = 0
  /** Bytes that the program was asked for and that have not come. */
  #askedBytes: number
  #corked: boolean
  /** Audio flows: enough had come to start with. */
  #started = false
  writtenBytes = 0
  readBytes = 0
  gain: number

  constructor(options: {
    readonly channel: number
    readonly spec: SampleSpec
    readonly corked: boolean
    readonly targetBytes: number
    readonly prebufBytes: number
    readonly gain: number
  }) {
    this.channel = options.channel
    this.spec = options.spec
    this.#frameBytes = options.spec.channels * (options.spec.format === sampleFormats.s16le ? 2 : 4)
    this.targetBytes = Math.max(this.#frameBytes, Math.floor(options.targetBytes / this.#frameBytes) * this.#frameBytes)
    this.#prebufBytes = Math.min(options.prebufBytes, this.targetBytes)
    this.#corked = options.corked
    this.#askedBytes = this.targetBytes
    this.gain = options.gain
  }

  static takes({ format, channels, rate }: SampleSpec): boolean {
    const known = format === sampleFormats.s16le || format === sampleFormats.float32le
    return known && channels >= 1 && channels <= maxChannels && rate === pulseRate
  }

  get waitingBytes(): number {
    return this.#waitingBytes
  }

  get playing(): boolean {
    return this.#started && !this.#corked
  }

  cork(corked: boolean): void {
    this.#corked = corked
  }

  flush(): void {
    this.#waiting.length = 0
    this.writtenBytes -= this.#waitingBytes
    this.#waitingBytes = 0
    this.#started = false
  }

  /** Starts with what there is. */
  trigger(): void {
    this.#started = this.#waitingBytes > 0
  }

  write(data: Buffer): void {
    this.#askedBytes = Math.max(0, this.#askedBytes - data.length)
    const max = (maxWaitingMs * pulseRate * this.#frameBytes) / 1000
    const taken = data.subarray(0, Math.max(0, Math.min(data.length, max - this.#waitingBytes)))
    if (taken.length === 0) return
    this.#waiting.push(taken)
    this.#waitingBytes += taken.length
    this.writtenBytes += taken.length
    if (this.#waitingBytes >= this.#prebufBytes) this.#started = true
  }

  /** Bytes to ask the program for now, so that as much waits as it wanted: 0 for none. Counted as asked for. */
  ask(): number {
    const missing = this.targetBytes - this.#waitingBytes - this.#askedBytes
    if (missing <= 0) return 0
    this.#askedBytes += missing
    return missing
  }

  /**
   * Adds its next frames to interleaved stereo. Answers whether all were there: where not, it waits until enough has come again.
   * One channel is heard on both sides; of more than two the first two are.
   */
  mixInto(into: Float32Array): boolean {
    const { format, channels } = this.spec
    const right = channels > 1 ? 1 : 0
    const bytes = format === sampleFormats.s16le ? 2 : 4
    let at = 0
    while (at < into.length) {
      const block = this.#waiting[0]
      if (block === undefined) break
      const frames = Math.min(Math.floor(block.length / this.#frameBytes), (into.length - at) / 2)
      for (let frame = 0; frame < frames; frame++, at += 2) {
        const from = frame * this.#frameBytes
        if (format === sampleFormats.s16le) {
          into[at] = into[at]! + (block.readInt16LE(from) / 32_768) * this.gain
          into[at + 1] = into[at + 1]! + (block.readInt16LE(from + right * bytes) / 32_768) * this.gain
        } else {
          into[at] = into[at]! + block.readFloatLE(from) * this.gain
          into[at + 1] = into[at + 1]! + block.readFloatLE(from + right * bytes) * this.gain
        }
      }
      const used = frames * this.#frameBytes
      const left = block.subarray(used)
      // A part of a frame at a block's end belongs to no audio.
      const drop = left.length < this.#frameBytes ? left.length : 0
      if (drop > 0 || left.length === 0) this.#waiting.shift()
      else this.#waiting[0] = left
      this.#waitingBytes -= used + drop
      this.readBytes += used + drop
    }
    if (at === into.length) return true
    if (this.#prebufBytes > 0) this.#started = false
    return false
  }
}
