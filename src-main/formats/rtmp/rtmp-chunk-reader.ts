import { type Fault, fault } from '../fault.ts'
import { MessageType } from './rtmp-messages.ts'

/** Bounds of one connection. All may be changed while reading. */
export interface ChunkLimits {
  /** Largest audio, video or aggregate message, bytes. */
  mediaBytes: number
  /** Largest message of any other type, bytes. */
  commandBytes: number
  /** Sum of the lengths of all messages that have started and are not whole, bytes. */
  partialBytes: number
  /** Chunk streams that may be in use. */
  chunkStreams: number
}

/** A fault of the chunk layer; `tooLarge` where a message went over a limit rather than against the protocol. */
export interface ChunkFault extends Fault {
  readonly tooLarge?: true
}

/** Takes whole messages. The body belongs to the receiver: it is never written again, and where `slabs` is off it is a buffer of its own. */
export type MessageHandler = (type: number, streamId: number, timestampMs: number, body: Buffer) => void

const emptyBody = Buffer.alloc(0)
/** Small messages of one connection share allocations of this size: they live about as long as each other, and each alone would cost more than its parsing. */
const slabBytes = 65_536
/** Larger messages are allocated alone. */
const largestInSlab = 16_384
const maxHeader = 18
/** Largest chunk size that makes sense, since a message length has 24 bits (section 5.4.1). */
const largestChunkSize = 0xffffff

class ChunkStreamState {
  /** As the peer counts: 32 bits, ms. */
  timestamp = 0
  /** The last timestamp field, absolute or delta: what a type 3 header repeats (section 5.3.1.2.4). */
  field = 0
  extended = false
  length = 0
  type = 0
  streamId = 0
  body: Buffer | undefined
  filled = 0
}

/**
 * Reassembles messages from chunks (RTMP 1.0 section 5.3), in every header form. Bytes are copied once: from the socket's buffer
 * into the message's own. Set Chunk Size and Abort are carried out here; all other messages go to the handler.
 */
export class ChunkReader {
  chunkSize = 128
  readonly limits: ChunkLimits
  /** Bytes seen since the start, for acknowledgements. */
  bytesIn = 0
  /** Gathers small messages in common allocations; for peers that are trusted to send media. A body that is kept long keeps its whole slab. */
  slabs = false
  private slab = emptyBody
  private slabUsed = 0
  private readonly streams = new Map<number, ChunkStreamState>()
  private readonly onMessage: MessageHandler
  private readonly carry = Buffer.allocUnsafeSlow(maxHeader)
  private carried = 0
  private current: ChunkStreamState | undefined
  private chunkLeft = 0
  private partial = 0
  private broken: ChunkFault | undefined

  constructor(limits: ChunkLimits, onMessage: MessageHandler) {
    this.limits = limits
    this.onMessage = onMessage
  }

  /** Reads `bytes[start, end)`; nothing of it is kept. After a fault every further call answers the same fault. */
  push(bytes: Buffer, start: number, end: number): ChunkFault | undefined {
    const before = this.bytesIn
    this.bytesIn += end - start
    let position = start
    while (position < end && this.broken === undefined) {
      if (this.current === undefined) {
        position = this.carried > 0 ? this.readCarriedHeader(bytes, position, end) : this.readHeaderOrCarry(bytes, position, end)
        if (this.current === undefined) continue
      }
      if (position < end) position = this.readPayload(bytes, position, end)
    }
    if (this.broken && this.broken.offset < 0) this.broken = { ...this.broken, offset: before + position - start }
    return this.broken
  }

  private readHeaderOrCarry(bytes: Buffer, position: number, end: number): number {
    const after = this.readHeader(bytes, position, end)
    if (after >= 0) return after
    bytes.copy(this.carry, 0, position, end)
    this.carried = end - position
    return end
  }

  /** A header that was cut by the end of the previous read. */
  private readCarriedHeader(bytes: Buffer, position: number, end: number): number {
    const kept = this.carried
    const taken = Math.min(maxHeader - kept, end - position)
    bytes.copy(this.carry, kept, position, position + taken)
    const after = this.readHeader(this.carry, 0, kept + taken)
    if (after < 0) {
      this.carried = kept + taken
      return position + taken
    }
    this.carried = 0
    return position + after - kept
  }

  /** Returns the position after the header, or -1 where bytes are missing. */
  private readHeader(bytes: Buffer, start: number, end: number): number {
    let position = start
    const first = bytes[position++]!
    const form = first >> 6
    let id = first & 0x3f
    if (id < 2) {
      if (position + id >= end) return -1
      id = id === 0 ? 64 + bytes[position]! : 64 + bytes[position]! + bytes[position + 1]! * 256
      position += (first & 0x3f) + 1
    }
    const fieldsBytes = form === 0 ? 11 : form === 1 ? 7 : form === 2 ? 3 : 0
    if (position + fieldsBytes > end) return -1
    let stream = this.streams.get(id)
    if (stream === undefined) {
      if (form > 1) return this.fail('a chunk continues a chunk stream that never started', end)
      if (this.streams.size >= this.limits.chunkStreams) return this.fail('too many chunk streams', end)
      stream = new ChunkStreamState()
      this.streams.set(id, stream)
    }
    if (form === 3) return this.continueOrRepeat(stream, bytes, position, end)

    const short = (bytes[position]! << 16) | (bytes[position + 1]! << 8) | bytes[position + 2]!
    const extended = short === 0xffffff
    if (extended && position + fieldsBytes + 4 > end) return -1
    if (stream.body !== undefined) return this.fail('a message starts inside another one', end)
    const field = extended ? bytes.readUInt32BE(position + fieldsBytes) : short
    stream.extended = extended
    stream.field = field
    stream.timestamp = form === 0 ? field : (stream.timestamp + field) >>> 0
    if (form < 2) {
      stream.length = (bytes[position + 3]! << 16) | (bytes[position + 4]! << 8) | bytes[position + 5]!
      stream.type = bytes[position + 6]!
      if (form === 0) stream.streamId = bytes.readUInt32LE(position + 7)
    }
    position += fieldsBytes + (extended ? 4 : 0)
    return this.begin(stream, end) ? position : end
  }

  private continueOrRepeat(stream: ChunkStreamState, bytes: Buffer, start: number, end: number): number {
    let position = start
    if (stream.extended) {
      // The specification repeats the extended field; some encoders leave it out. Its value tells them apart.
      if (position + 4 > end) return -1
      if (bytes.readUInt32BE(position) === stream.field) position += 4
    }
    if (stream.body === undefined) {
      stream.timestamp = (stream.timestamp + stream.field) >>> 0
      return this.begin(stream, end) ? position : end
    }
    this.current = stream
    this.chunkLeft = Math.min(this.chunkSize, stream.length - stream.filled)
    return position
  }

  /** A new message: its length is compared with the limits before a byte is allocated. */
  private begin(stream: ChunkStreamState, _end: number): boolean {
    const { length, type } = stream
    const media = type === MessageType.audio || type === MessageType.video || type === MessageType.aggregate
    if (length > (media ? this.limits.mediaBytes : this.limits.commandBytes) || this.partial + length > this.limits.partialBytes) {
      this.broken = { fault: `a message of type ${type} has ${length} bytes`, offset: -1, tooLarge: true }
      return false
    }
    if (length === 0) {
      this.deliver(stream, emptyBody)
      return true
    }
    stream.body = this.slabs && length <= largestInSlab ? this.fromSlab(length) : Buffer.allocUnsafeSlow(length)
    stream.filled = 0
    this.partial += length
    this.current = stream
    this.chunkLeft = Math.min(this.chunkSize, length)
    return true
  }

  private fromSlab(length: number): Buffer {
    if (this.slabUsed + length > this.slab.length) {
      this.slab = Buffer.allocUnsafeSlow(slabBytes)
      this.slabUsed = 0
    }
    const start = this.slabUsed
    this.slabUsed += length
    return this.slab.subarray(start, start + length)
  }

  private readPayload(bytes: Buffer, position: number, end: number): number {
    const stream = this.current!
    const taken = Math.min(this.chunkLeft, end - position)
    bytes.copy(stream.body!, stream.filled, position, position + taken)
    stream.filled += taken
    this.chunkLeft -= taken
    if (this.chunkLeft === 0) {
      this.current = undefined
      if (stream.filled === stream.length) {
        const body = stream.body!
        stream.body = undefined
        this.partial -= stream.length
        this.deliver(stream, body)
      }
    }
    return position + taken
  }

  private deliver(stream: ChunkStreamState, body: Buffer): void {
    if (stream.type === MessageType.setChunkSize) {
      const size = body.length < 4 ? 0 : body.readUInt32BE(0)
      if (size === 0 || size > largestChunkSize) this.fail(`a chunk size of ${size} bytes is asked for`, 0)
      else this.chunkSize = size
    } else if (stream.type === MessageType.abort) {
      if (body.length < 4) this.fail('an abort names no chunk stream', 0)
      else this.abort(body.readUInt32BE(0))
    } else {
      this.onMessage(stream.type, stream.streamId, stream.timestamp, body)
    }
  }

  private abort(id: number): void {
    const stream = this.streams.get(id)
    if (stream?.body === undefined) return
    stream.body = undefined
    this.partial -= stream.length
  }

  private fail(sentence: string, end: number): number {
    this.broken = fault(sentence, -1)
    return end
  }
}
