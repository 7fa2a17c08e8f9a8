import type { Socket } from 'node:net'
import { writeMessage } from '../../../formats/rtmp-chunk-writer.ts'
import { ChunkStream, MessageType } from '../../../formats/rtmp-messages.ts'

/** Chunk size that we announce and send with: large, so that nearly every message is one header and one body. */
export const outChunkSize = 65_536

/** The sending side of one connection. What one turn sends is gathered (corked) and leaves in one write when `flush` ends the turn. */
export class MessageSender {
  private readonly socket: Socket
  private corked = false

  constructor(socket: Socket) {
    this.socket = socket
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

  /** Audio, video or data of a player: at once in one write of header and body, or with the rest of the turn. Returns its bytes. */
  media(type: number, streamId: number, timestampMs: number, body: Buffer): number {
    const chunkStream = type === MessageType.video ? ChunkStream.video : type === MessageType.audio ? ChunkStream.audio : ChunkStream.data
    if (this.corked) return writeMessage(this.write, outChunkSize, chunkStream, type, streamId, timestampMs, body)
    this.socket.cork()
    const sent = writeMessage(this.write, outChunkSize, chunkStream, type, streamId, timestampMs, body)
    this.socket.uncork()
    return sent
  }

  /** Begins to gather. */
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
    this.gather()
    writeMessage(this.write, outChunkSize, chunkStream, type, streamId, 0, body)
  }

  private readonly write = (piece: Buffer): void => {
    if (!this.socket.destroyed) this.socket.write(piece)
  }
}
