/**
 * Values of the PulseAudio native protocol: each with a letter before it that tells its kind. Only those are here that a server of
 * protocol version 12 reads and writes.
 */
const tag = {
  string: 0x74,
  nothing: 0x4e,
  u32: 0x4c,
  s64: 0x72,
  yes: 0x31,
  no: 0x30,
  spec: 0x61,
  map: 0x6d,
  volume: 0x76,
  time: 0x54,
  usec: 0x55,
  bytes: 0x78,
}

/** How samples are laid out: `format` as PulseAudio numbers them. */
export interface SampleSpec {
  readonly format: number
  readonly channels: number
  readonly rate: number
}

/** Bytes that are no value of the kind that belongs there. */
export class TagFault extends Error {}

/** Reads values one after the other. */
export class TagReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Takes `length` bytes. @throws TagFault where there are less */
  #take(length: number): number {
    const from = this.#at
    if (from + length > this.#bytes.length) throw new TagFault(`${length} bytes are missing at ${from}`)
    this.#at += length
    return from
  }

  #expect(wanted: number): void {
    const found = this.#bytes[this.#take(1)]
    if (found !== wanted) throw new TagFault(`${String.fromCharCode(wanted)} expected at ${this.#at - 1}`)
  }

  u32(): number {
    this.#expect(tag.u32)
    return this.#bytes.readUInt32BE(this.#take(4))
  }

  bool(): boolean {
    const found = this.#bytes[this.#take(1)]
    if (found !== tag.yes && found !== tag.no) throw new TagFault(`yes or no expected at ${this.#at - 1}`)
    return found === tag.yes
  }

  /** Undefined for an absent text, which has a tag of its own. */
  text(): string | undefined {
    const found = this.#bytes[this.#take(1)]
    if (found === tag.nothing) return undefined
    if (found !== tag.string) throw new TagFault(`text expected at ${this.#at - 1}`)
    const end = this.#bytes.indexOf(0, this.#at)
    if (end < 0) throw new TagFault('a text has no end')
    const text = this.#bytes.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }

  spec(): SampleSpec {
    this.#expect(tag.spec)
    const at = this.#take(6)
    return { format: this.#bytes[at]!, channels: this.#bytes[at + 1]!, rate: this.#bytes.readUInt32BE(at + 2) }
  }

  /** Which speaker each channel is for. */
  map(): Buffer {
    this.#expect(tag.map)
    const channels = this.#bytes[this.#take(1)]!
    const at = this.#take(channels)
    return this.#bytes.subarray(at, at + channels)
  }

  /** Of each channel; 65536 is as it is. */
  volume(): number[] {
    this.#expect(tag.volume)
    const channels = this.#bytes[this.#take(1)]!
    const at = this.#take(channels * 4)
    return Array.from({ length: channels }, (_, index) => this.#bytes.readUInt32BE(at + index * 4))
  }

  /** Seconds and microseconds. */
  time(): readonly [number, number] {
    this.#expect(tag.time)
    const at = this.#take(8)
    return [this.#bytes.readUInt32BE(at), this.#bytes.readUInt32BE(at + 4)]
  }
}

/** Longest message that is written, bytes. */
const messageBytes = 1024

/** Writes values one after the other. */
export class TagWriter {
  readonly #bytes = Buffer.alloc(messageBytes)
  #at = 0

  u32(value: number): this {
    this.#at = this.#bytes.writeUInt8(tag.u32, this.#at)
    this.#at = this.#bytes.writeUInt32BE(value, this.#at)
    return this
  }

  bool(value: boolean): this {
    this.#at = this.#bytes.writeUInt8(value ? tag.yes : tag.no, this.#at)
    return this
  }

  text(value: string): this {
    this.#at = this.#bytes.writeUInt8(tag.string, this.#at)
    this.#at += this.#bytes.write(`${value}\0`, this.#at)
    return this
  }

  spec({ format, channels, rate }: SampleSpec): this {
    this.#at = this.#bytes.writeUInt8(tag.spec, this.#at)
    this.#at = this.#bytes.writeUInt8(format, this.#at)
    this.#at = this.#bytes.writeUInt8(channels, this.#at)
    this.#at = this.#bytes.writeUInt32BE(rate, this.#at)
    return this
  }

  map(speakers: Uint8Array): this {
    this.#at = this.#bytes.writeUInt8(tag.map, this.#at)
    this.#at = this.#bytes.writeUInt8(speakers.length, this.#at)
    this.#bytes.set(speakers, this.#at)
    this.#at += speakers.length
    return this
  }

  volume(channels: readonly number[]): this {
    this.#at = this.#bytes.writeUInt8(tag.volume, this.#at)
    this.#at = this.#bytes.writeUInt8(channels.length, this.#at)
    for (const channel of channels) this.#at = this.#bytes.writeUInt32BE(channel, this.#at)
    return this
  }

  time([seconds, micros]: readonly [number, number]): this {
    this.#at = this.#bytes.writeUInt8(tag.time, this.#at)
    this.#at = this.#bytes.writeUInt32BE(seconds, this.#at)
    this.#at = this.#bytes.writeUInt32BE(micros, this.#at)
    return this
  }

  usec(value: number): this {
    this.#at = this.#bytes.writeUInt8(tag.usec, this.#at)
    this.#at = this.#bytes.writeBigUInt64BE(BigInt(value), this.#at)
    return this
  }

  s64(value: number): this {
    this.#at = this.#bytes.writeUInt8(tag.s64, this.#at)
    this.#at = this.#bytes.writeBigInt64BE(BigInt(value), this.#at)
    return this
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }
}
