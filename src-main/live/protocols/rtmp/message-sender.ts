import type { Socket } from 'node:net'
import { encodeMessage } from '../../../formats/rtmp/rtmp-chunk-writer.ts'
import { ChunkStream, MessageType } from '../../../formats/rtmp/rtmp-messages.ts'
import { type BatchWriter, WriteBatch } from '../flv/write-batch.ts'

/** Chunk size that we announce and send with: large, so that nearly every message is one header and one body. */
export const outChunkSize = 65_536

/**
 * Media of players, made ready for the wire: all players of a stream are sent the same chunks, made once. One belongs to a server;
 * its batch says when they leave.
 */
export class MediaChunks extends WriteBatch {
  private body: Buffer | undefined
  private type = 0
  private streamId = 0
  private timestampMs = 0
  private bytes: Buffer = Buffer.alloc(0)

  /** One whole message in chunks. The fan-out asks for the same message once per player, one after the other. */
  of(type: number, streamId: number, timestampMs: number, body: Buffer): Buffer {
    if (this.body !== body || this.type !== type || this.streamId !== streamId || this.timestampMs !== timestampMs) {
      this.body = body
      this.type = type
      this.streamId = streamId
      this.timestampMs = timestampMs
      const chunkStream = type === MessageType.video ? ChunkStream.video : type === MessageType.audio ? ChunkStream.audio : ChunkStream.data
      this.bytes = encodeMessage(outChunkSize, chunkStream, type, streamId, timestampMs, body)
    }
    return this.bytes
  }
}

/** Answers that may wait for a client that does not read them, bytes: each of a few bytes costs some hundred in memory. */
const maxUnreadBytes = 256 * 1024

/** The sending side of one connection. Commands of one turn leave in one write when `flush` ends the turn; media leave with the batch. */
export class MessageSender implements BatchWriter {
  pieces: Buffer[] = []
  pendingBytes = 0
  onWritten: () => void = () => undefined
  private readonly socket: Socket
  private readonly chunks: MediaChunks
  private corked = false
  /** Bytes of answers since the system had taken everything. */
  private answered = 0

  constructor(socket: Socket, chunks: MediaChunks) {
    this.socket = socket
    this.chunks = chunks
  }

  /** Bytes that the system has not taken yet. */
  get unsentBytes(): number {
    return this.socket.writableLength + this.pendingBytes
  }

  /** True for a client that asks more than it reads. */
  get unread(): boolean {
    return this.socket.writableLength > 0 && this.answered > maxUnreadBytes
  }

  /** A protocol control or user control message. */
  control(type: number, body: Buffer): void {
    this.send(ChunkStream.control, type, 0, body)
  }

  /** An AMF0 command. */
  command(streamId: number, body: Buffer): void {
    this.send(ChunkStream.command, MessageType.commandAmf0, streamId, body)
  }

  /** An AMF0 data message. */
  data(streamId: number, body: Buffer): void {
    this.send(ChunkStream.data, MessageType.dataAmf0, streamId, body)
  }

  /** Audio, video or data of a player. Returns its bytes. */
  media(type: number, streamId: number, timestampMs: number, body: Buffer): number {
    const bytes = this.chunks.of(type, streamId, timestampMs, body)
    this.chunks.add(this, bytes)
    return bytes.length
  }

  /** Takes a batch's pieces. */
  write(bytes: Buffer): void {
    if (!this.socket.destroyed) this.socket.write(bytes)
  }

  /** Starts to gather. */
  gather(): void {
    if (this.corked) return
    this.corked = true
    this.socket.cork()
  }

  /** Ends the turn. */
  flush(): void {
    if (!this.corked) return
    this.corked = false
    this.socket.uncork()
  }

  private send(chunkStream: number, type: number, streamId: number, body: Buffer): void {
    // What was said before stays before.
    this.chunks.flush(this)
    if (this.socket.writableLength === 0) this.answered = 0
    this.gather()
    const bytes = encodeMessage(outChunkSize, chunkStream, type, streamId, 0, body)
    this.answered += bytes.length
    this.write(bytes)
  }
}
