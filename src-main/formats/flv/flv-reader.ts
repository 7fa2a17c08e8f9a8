import { type Fault, fault } from '../fault.ts'

/** What is in an FLV file or stream, as it comes. Bodies are views on what was pushed or copies of it; they are never written again. */
export interface FlvSink {
  onVideo(timestampMs: number, body: Buffer): void
  onAudio(timestampMs: number, body: Buffer): void
  /** A script tag: AMF0 values, the first of them a name such as `onMetaData`. */
  onScript(timestampMs: number, body: Buffer): void
}

const headerBytes = 9
const tagHeaderBytes = 11
const previousSizeBytes = 4

/** Reads an FLV stream (Adobe Flash Video File Format Specification, annex E) in pieces of any size. */
export class FlvReader {
  readonly #sink: FlvSink
  readonly #maxBytes: number
  #kept: Buffer = Buffer.alloc(0)
  #chunks: Buffer[] = []
  #waiting = 0
  #wanted = headerBytes + previousSizeBytes
  #headerRead = false
  #offset = 0
  #fault: Fault | undefined

  /** @param mostBytes longest tag that is believed, bytes */
  constructor(sink: FlvSink, maxBytes = 16 * 1024 * 1024) {
    this.#sink = sink
    this.#maxBytes = maxBytes
  }

  /** Takes the next bytes. A fault ends reading: what follows cannot be found any more, and the same fault is answered again. */
  push(bytes: Buffer): Fault | undefined {
    if (this.#fault !== undefined) return this.#fault
    this.#chunks.push(bytes)
    this.#waiting += bytes.length
    if (this.#kept.length + this.#waiting < this.#wanted) return undefined
    const all = this.#kept.length === 0 && this.#chunks.length === 1 ? bytes : Buffer.concat([this.#kept, ...this.#chunks])
    this.#chunks = []
    this.#waiting = 0
    let at = 0
    while (all.length - at >= this.#wanted) {
      const read = this.#headerRead ? this.#readTag(all, at) : this.#readHeader(all, at)
      if (typeof read === 'object') {
        this.#fault = read
        this.#kept = Buffer.alloc(0)
        return read
      }
      at += read
    }
    this.#kept = all.subarray(at)
    this.#offset += at
    return undefined
  }

  /** Bytes taken, or a fault. */
  #readHeader(all: Buffer, at: number): number | Fault {
    if (all.toString('latin1', at, at + 3) !== 'FLV') return fault('An FLV stream starts with "FLV"', this.#offset + at)
    const length = all.readUInt32BE(at + 5) + previousSizeBytes
    if (length < headerBytes + previousSizeBytes || length > 1024) return fault(`An FLV header of ${length} bytes`, this.#offset + at + 5)
    this.#wanted = length
    if (all.length - at < length) return 0
    this.#headerRead = true
    this.#wanted = tagHeaderBytes
    return length
  }

  #readTag(all: Buffer, at: number): number | Fault {
    const size = all.readUIntBE(at + 1, 3)
    if (size > this.#maxBytes) return fault(`An FLV tag of ${size} bytes`, this.#offset + at + 1)
    const whole = tagHeaderBytes + size + previousSizeBytes
    if (all.length - at < whole) {
      this.#wanted = whole
      return 0
    }
    this.#wanted = tagHeaderBytes
    const timestampMs = all.readUIntBE(at + 4, 3) + (all[at + 7] as number) * 0x1000000
    const body = all.subarray(at + tagHeaderBytes, at + tagHeaderBytes + size)
    switch ((all[at] as number) & 0x1f) {
      case 9:
        this.#sink.onVideo(timestampMs, body)
        break
      case 8:
        this.#sink.onAudio(timestampMs, body)
        break
      case 18:
        this.#sink.onScript(timestampMs, body)
        break
      default:
        return fault(`An FLV tag of type ${(all[at] as number) & 0x1f}`, this.#offset + at)
    }
    return whole
  }
}
