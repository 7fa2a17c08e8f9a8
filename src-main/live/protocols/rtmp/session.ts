import type { Socket } from 'node:net'
import { isFault } from '../../../formats/fault.ts'
import { ChunkReader } from '../../../formats/rtmp/rtmp-chunk-reader.ts'
import { ServerHandshake } from '../../../formats/rtmp/rtmp-handshake.ts'
import { MessageType, UserControl, uint32Body, userControlBody } from '../../../formats/rtmp/rtmp-messages.ts'
import { AppError } from '../../../platform/errors.ts'
import { Commands } from './commands.ts'
import type { Connection, Phase } from './connection.ts'
import { windowBytes } from './limits.ts'
import { MessageSender } from './message-sender.ts'
import { NetConnection } from './net-connection.ts'
import { Playing } from './playing.ts'
import { Publishing } from './publishing.ts'
import { rejectionStatus, statusBody } from './replies.ts'
import type { SessionDependencies } from './session-dependencies.ts'

/** How long a rejected client has to read why, ms. */
const farewellMs = 2000

/**
 * The life of one connection: handshake, protocol control, acknowledgements, time-outs and closing. Feed it with `onBytes`, `tick`,
 * `onDrain` and `onClose`. The client's requests are handled by its commands, and by what they publish or play.
 */
export class Session implements Connection {
  readonly id: string
  readonly remoteAddress: string
  readonly protocol: 'rtmp' | 'rtmps'
  readonly sender: MessageSender
  phase: Phase = 'handshake'
  /** Bytes that came, of every kind. */
  bytesIn = 0
  private readonly socket: Socket
  private readonly dependencies: SessionDependencies
  private readonly reader: ChunkReader
  private readonly net: NetConnection
  private readonly publishing: Publishing
  private readonly playing: Playing
  private readonly commands: Commands
  private handshake: ServerHandshake | undefined = new ServerHandshake()
  private readonly acceptedAtMs: number
  private phaseSinceMs: number
  private lastByteAtMs: number
  private lastOutMs: number
  private acknowledged = 0
  private peerWindow = windowBytes

  constructor(socket: Socket, id: string, remoteAddress: string, protocol: 'rtmp' | 'rtmps', dependencies: SessionDependencies) {
    this.socket = socket
    this.sender = new MessageSender(socket, dependencies.chunks)
    this.id = id
    this.remoteAddress = remoteAddress
    this.protocol = protocol
    this.dependencies = dependencies
    this.acceptedAtMs = this.phaseSinceMs = this.lastByteAtMs = this.lastOutMs = dependencies.clock.nowMs
    const { commandBytes, chunkStreams } = dependencies.limits
    // Until somebody is accepted, nothing larger than a command is taken.
    const limits = { mediaBytes: commandBytes, commandBytes, partialBytes: 2 * commandBytes, chunkStreams }
    this.reader = new ChunkReader(limits, (type, streamId, timestampMs, body) => this.onMessage(type, streamId, timestampMs, body))
    this.net = new NetConnection(this, dependencies.audit)
    this.publishing = new Publishing(this, this.net, dependencies)
    this.playing = new Playing(this, this.net, dependencies)
    this.commands = new Commands(this, this.net, this.publishing, this.playing)
    this.sender.onWritten = () => this.playing.onDrain()
  }

  get unsentBytes(): number {
    return this.sender.unsentBytes
  }

  /** Bytes from the socket; nothing of `bytes` is kept. */
  onBytes(bytes: Buffer, length: number): void {
    if (this.phase === 'closing') return
    this.lastByteAtMs = this.dependencies.clock.nowMs
    this.bytesIn += length
    let start = 0
    if (this.handshake) {
      const used = this.shakeHands(this.handshake, bytes, length)
      if (used < 0) return
      start = used
    }
    if (start < length) {
      const broken = this.reader.push(bytes, start, length)
      if (broken) {
        this.reject(
          new AppError(broken.tooLarge ? 'ingest.message_too_large' : 'ingest.protocol', `At byte ${broken.offset}: ${broken.fault}`),
        )
        return
      }
    }
    if (this.bytesIn - this.acknowledged >= this.peerWindow / 2) {
      this.acknowledged = this.bytesIn
      this.sender.control(MessageType.acknowledgement, uint32Body(this.bytesIn))
    }
    this.sender.flush()
    if (this.sender.unread || this.unsentBytes > this.dependencies.limits.outgoingBytes) {
      this.reject(new AppError('ingest.timeout', 'The client asks but does not read the answers'))
    }
  }

  /** Called by the server's one timer. */
  tick(nowMs: number): void {
    const { limits } = this.dependencies
    switch (this.phase) {
      case 'handshake':
        if (this.bytesIn === 0 && nowMs - this.acceptedAtMs > limits.firstByteMs) this.timeOut('No byte arrived')
        else if (nowMs - this.acceptedAtMs > limits.handshakeMs) this.timeOut('The handshake was not finished')
        return
      case 'command':
        if (nowMs - this.phaseSinceMs > limits.commandMs) this.timeOut('Neither publish nor play was asked for')
        return
      case 'opening':
        if (nowMs - this.phaseSinceMs > limits.commandMs) this.timeOut('The stream was not opened in time')
        return
      case 'publishing':
        if (nowMs - this.lastByteAtMs > limits.idleMs) this.timeOut('The publisher sends nothing')
        return
      case 'playing':
        this.playing.report(nowMs)
        if (this.unsentBytes === 0) this.lastOutMs = nowMs
        else if (nowMs - this.lastOutMs > limits.idleMs) this.timeOut('The player takes nothing')
        return
      case 'closing':
        if (nowMs - this.phaseSinceMs > farewellMs) this.socket.destroy()
        return
    }
  }

  /** The socket's buffer was emptied. */
  onDrain(): void {
    this.lastOutMs = this.dependencies.clock.nowMs
    this.sender.gather()
    this.playing.onDrain()
    this.sender.flush()
  }

  /** The socket is gone. */
  onClose(): void {
    this.leave('lost')
    this.net.disconnect(this.bytesIn, this.socket.bytesWritten)
    this.phase = 'closing'
  }

  /** Asks an encoder that can to connect again (Enhanced RTMP v2, ReconnectRequest); false where it cannot. */
  requestReconnect(description: string): boolean {
    if (!this.net.client.reconnect || this.phase !== 'publishing') return false
    this.sender.command(0, statusBody('status', 'NetConnection.Connect.ReconnectRequest', description))
    this.sender.flush()
    return true
  }

  reject(reason: AppError, how: 'refusal' | 'farewell' = 'refusal'): void {
    if (this.phase === 'closing') return
    const { phase } = this
    if (how === 'refusal') this.dependencies.onRejection(reason, this.id, this.remoteAddress)
    this.leave('lost', reason)
    if (phase !== 'handshake') {
      const doing = phase === 'playing' ? 'play' : phase === 'publishing' || phase === 'opening' ? 'publish' : 'other'
      const status = statusBody('error', rejectionStatus(reason.code, doing), `${reason.message} [${reason.code}]`)
      this.sender.command(this.commands.activeStreamId, status)
    }
    this.finish()
  }

  finish(): void {
    this.enter('closing')
    this.sender.flush()
    this.socket.end()
    this.socket.resume()
  }

  leave(how: 'unpublish' | 'lost', reason?: AppError): void {
    this.publishing.leave(how, reason)
    this.playing.leave()
  }

  enter(phase: Phase): void {
    this.phase = phase
    this.phaseSinceMs = this.dependencies.clock.nowMs
    if (phase === 'opening') {
      this.socket.pause()
      const { messageBytes } = this.dependencies.limits
      this.reader.limits.mediaBytes = messageBytes
      this.reader.limits.partialBytes = 2 * messageBytes
    } else if (phase === 'publishing') {
      this.reader.slabs = true
      this.lastByteAtMs = this.dependencies.clock.nowMs
    }
  }

  readOn(): void {
    this.socket.resume()
  }

  onMessage(type: number, streamId: number, timestampMs: number, body: Buffer): void {
    if (this.phase === 'closing') return
    if (this.phase === 'opening') this.publishing.hold(type, streamId, timestampMs, body)
    else this.dispatch(type, streamId, timestampMs, body)
  }

  private dispatch(type: number, streamId: number, timestampMs: number, body: Buffer): void {
    switch (type) {
      case MessageType.video:
        this.publishing.onVideo(timestampMs, body)
        return
      case MessageType.audio:
        this.publishing.onAudio(timestampMs, body)
        return
      case MessageType.commandAmf0:
        this.commands.onBody(streamId, body, 0)
        return
      case MessageType.commandAmf3:
        this.commands.onBody(streamId, body, body[0] === 0 ? 1 : 0)
        return
      case MessageType.dataAmf0:
        this.publishing.onData(body, 0)
        return
      case MessageType.dataAmf3:
        this.publishing.onData(body, body[0] === 0 ? 1 : 0)
        return
      case MessageType.aggregate:
        this.publishing.onAggregate(streamId, timestampMs, body)
        return
      case MessageType.windowAcknowledgementSize:
        if (body.length >= 4) this.peerWindow = Math.max(body.readUInt32BE(0), 4096)
        return
      case MessageType.userControl:
        if (body.length >= 6 && body.readUInt16BE(0) === UserControl.pingRequest) {
          this.sender.control(MessageType.userControl, userControlBody(UserControl.pingResponse, body.readUInt32BE(2)))
        }
        return
      default:
        // Acknowledgements, peer bandwidth, shared objects and undefined messages change nothing here.
        return
    }
  }

  /** Returns the position after the handshake's bytes, or -1 where the client was rejected. */
  private shakeHands(handshake: ServerHandshake, bytes: Buffer, length: number): number {
    const used = handshake.push(bytes, 0, length)
    if (isFault(used)) {
      this.dependencies.onRejection(new AppError('ingest.handshake', used.fault), this.id, this.remoteAddress)
      this.enter('closing')
      this.socket.destroy()
      return -1
    }
    if (handshake.reply) {
      this.socket.write(handshake.reply)
      handshake.reply = undefined
    }
    if (handshake.done) {
      this.handshake = undefined
      this.enter('command')
    }
    return used
  }

  private timeOut(message: string): void {
    this.reject(new AppError('ingest.timeout', message))
  }
}
