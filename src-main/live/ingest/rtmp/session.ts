import type { Socket } from 'node:net'
import type { AmfValue } from '../../../formats/amf-value.ts'
import { readAmf0Values, writeAmf0 } from '../../../formats/amf0.ts'
import { isFault } from '../../../formats/fault.ts'
import { ChunkReader } from '../../../formats/rtmp-chunk-reader.ts'
import { ServerHandshake } from '../../../formats/rtmp-handshake.ts'
import { MessageType, peerBandwidthBody, UserControl, uint32Body, userControlBody } from '../../../formats/rtmp-messages.ts'
import type { Track } from '../../../formats/track.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Publication } from '../publisher.ts'
import { readAggregate } from './aggregate.ts'
import { type ClientCapabilities, canPlay, readCapabilities } from './capabilities.ts'
import { MediaReceiver } from './media-receiver.ts'
import { MessageSender, outChunkSize } from './message-sender.ts'
import { Player } from './player.ts'
import { connectErrorBody, connectResultBody, refusalStatus, resultBody, statusBody } from './replies.ts'
import type { SessionNeeds } from './session-needs.ts'
import { parseStreamAddress, type StreamAddress } from './stream-address.ts'

/** `opening` waits for the gate; `closing` has said its last word and waits for the socket. */
type Phase = 'handshake' | 'command' | 'opening' | 'publishing' | 'playing' | 'closing'

interface HeldMessage {
  readonly type: number
  readonly streamId: number
  readonly timestampMs: number
  readonly body: Buffer
}

const windowBytes = 2_500_000
/** Streams that one client may create on its connection. */
const maxMessageStreams = 16
/** How long a refused client has to read why, ms. */
const farewellMs = 2000
/** Above this a player's frames wait in its own queue, where whole GOPs can be dropped, bytes. */
const congestedBytes = 256 * 1024
const noCapabilities: ClientCapabilities = { enhanced: false, reconnect: false, fourCcs: new Set() }

/** One connection: handshake, commands, then publishing or playing. Feed it with `onBytes`, `tick`, `onDrain` and `onClose`. */
export class Session {
  readonly id: string
  readonly remoteAddress: string
  readonly protocol: 'rtmp' | 'rtmps'
  phase: Phase = 'handshake'
  private readonly socket: Socket
  private readonly sender: MessageSender
  private readonly needs: SessionNeeds
  private readonly acceptedAtMs: number
  private phaseSinceMs: number
  private lastByteAtMs: number
  private handshake: ServerHandshake | undefined = new ServerHandshake()
  private readonly reader: ChunkReader
  /** Bytes that came, of every kind. */
  bytesIn = 0
  private acknowledged = 0
  private peerWindow = windowBytes
  private connected = false
  private app = ''
  private tcUrl = ''
  private encoder = ''
  private client = noCapabilities
  private messageStreams = 0
  private activeStreamId = 0
  private publication: Publication | undefined
  private media: MediaReceiver | undefined
  private player: Player | undefined
  private reportedAtMs = Number.NEGATIVE_INFINITY
  private held: HeldMessage[] = []
  private heldBytes = 0
  private lastOutMs = 0

  constructor(socket: Socket, id: string, remoteAddress: string, protocol: 'rtmp' | 'rtmps', needs: SessionNeeds) {
    this.socket = socket
    this.sender = new MessageSender(socket)
    this.id = id
    this.remoteAddress = remoteAddress
    this.protocol = protocol
    this.needs = needs
    this.acceptedAtMs = this.phaseSinceMs = this.lastByteAtMs = this.lastOutMs = needs.clock.nowMs
    const { commandBytes, chunkStreams } = needs.limits
    // Until somebody is let in, nothing larger than a command is taken.
    const limits = { mediaBytes: commandBytes, commandBytes, partialBytes: 2 * commandBytes, chunkStreams }
    this.reader = new ChunkReader(limits, (type, streamId, timestampMs, body) => this.onMessage(type, streamId, timestampMs, body))
  }

  /** True where the encoder said that it can follow a reconnect request. */
  get canReconnect(): boolean {
    return this.client.reconnect
  }

  /** Bytes from the socket; nothing of `bytes` is kept. */
  onBytes(bytes: Buffer, length: number): void {
    if (this.phase === 'closing') return
    this.lastByteAtMs = this.needs.clock.nowMs
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
        this.refuse(
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
    if (this.socket.writableLength > this.needs.limits.outgoingBytes) {
      this.refuse(new AppError('ingest.timeout', 'The client asks but does not read the answers'))
    }
  }

  /** Called by the server's one timer. */
  tick(nowMs: number): void {
    const { limits } = this.needs
    switch (this.phase) {
      case 'handshake':
        if (this.bytesIn === 0 && nowMs - this.acceptedAtMs > limits.firstByteMs) this.timeOut('No byte arrived')
        else if (nowMs - this.acceptedAtMs > limits.handshakeMs) this.timeOut('The handshake was not finished')
        return
      case 'command':
        if (nowMs - this.phaseSinceMs > limits.commandMs) this.timeOut('Neither publish nor play was asked for')
        return
      case 'publishing':
        if (nowMs - this.lastByteAtMs > limits.idleMs) this.timeOut('The publisher sends nothing')
        return
      case 'playing':
        this.reportViewer(nowMs)
        if (this.socket.writableLength === 0) this.lastOutMs = nowMs
        else if (nowMs - this.lastOutMs > limits.idleMs) this.timeOut('The player takes nothing')
        return
      case 'closing':
        if (nowMs - this.phaseSinceMs > farewellMs) this.socket.destroy()
        return
      case 'opening':
        if (nowMs - this.phaseSinceMs > limits.commandMs) this.timeOut('The stream was not opened in time')
        return
    }
  }

  /** The socket's buffer was emptied. */
  onDrain(): void {
    this.lastOutMs = this.needs.clock.nowMs
    this.sender.gather()
    this.player?.onDrain()
    this.sender.flush()
  }

  /** The socket is gone. */
  onClose(): void {
    this.leave('lost')
    if (this.connected) {
      this.connected = false
      this.needs.audit.record({
        kind: 'disconnect',
        message: `${this.encoder || 'A client'} disconnected`,
        sessionId: this.id,
        remoteAddress: this.remoteAddress,
        data: { bytesIn: this.bytesIn, bytesOut: this.socket.bytesWritten },
      })
    }
    this.phase = 'closing'
  }

  /** Asks an encoder that can to connect again (Enhanced RTMP v2, ReconnectRequest); false where it cannot. */
  requestReconnect(description: string): boolean {
    if (!this.client.reconnect || this.phase !== 'publishing') return false
    this.sender.command(0, statusBody('status', 'NetConnection.Connect.ReconnectRequest', description))
    this.sender.flush()
    return true
  }

  /** Says why, ends our side, and leaves the rest to the timer. Idempotent. */
  refuse(reason: AppError, how: 'refusal' | 'farewell' = 'refusal'): void {
    if (this.phase === 'closing') return
    const { phase } = this
    if (how === 'refusal') this.needs.onRefusal(reason, this.id, this.remoteAddress)
    this.leave('lost', reason)
    if (phase !== 'handshake') {
      const doing = phase === 'playing' ? 'play' : phase === 'publishing' || phase === 'opening' ? 'publish' : 'other'
      this.sendRefusal(reason, doing)
    }
    this.finish()
  }

  private sendRefusal(reason: AppError, doing: 'publish' | 'play' | 'other'): void {
    this.sender.command(this.activeStreamId, statusBody('error', refusalStatus(reason.code, doing), `${reason.message} [${reason.code}]`))
  }

  private timeOut(message: string): void {
    this.refuse(new AppError('ingest.timeout', message))
  }

  private finish(): void {
    this.enter('closing')
    this.sender.flush()
    this.held = []
    this.heldBytes = 0
    this.socket.end()
    this.socket.resume()
  }

  private enter(phase: Phase): void {
    this.phase = phase
    this.phaseSinceMs = this.needs.clock.nowMs
  }

  /** Returns the position after the handshake's bytes, or -1 where the client was refused. */
  private shakeHands(handshake: ServerHandshake, bytes: Buffer, length: number): number {
    const used = handshake.push(bytes, 0, length)
    if (isFault(used)) {
      this.needs.onRefusal(new AppError('ingest.handshake', used.fault), this.id, this.remoteAddress)
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

  private onMessage(type: number, streamId: number, timestampMs: number, body: Buffer): void {
    switch (this.phase) {
      case 'closing':
        return
      case 'opening':
        // The socket is paused; this is what its last read still held.
        this.heldBytes += body.length
        if (this.heldBytes > this.needs.limits.messageBytes)
          this.refuse(new AppError('ingest.message_too_large', 'Media came before the answer to publish'))
        else this.held.push({ type, streamId, timestampMs, body })
        return
      default:
        this.dispatch(type, streamId, timestampMs, body)
    }
  }

  private dispatch(type: number, streamId: number, timestampMs: number, body: Buffer): void {
    switch (type) {
      case MessageType.video:
        this.media?.onVideo(timestampMs, body)
        return
      case MessageType.audio:
        this.media?.onAudio(timestampMs, body)
        return
      case MessageType.commandAmf0:
        this.onCommandBody(streamId, body, 0)
        return
      case MessageType.commandAmf3:
        this.onCommandBody(streamId, body, body[0] === 0 ? 1 : 0)
        return
      case MessageType.dataAmf0:
        this.onData(body, 0)
        return
      case MessageType.dataAmf3:
        this.onData(body, body[0] === 0 ? 1 : 0)
        return
      case MessageType.windowAcknowledgementSize:
        if (body.length >= 4) this.peerWindow = Math.max(body.readUInt32BE(0), 4096)
        return
      case MessageType.userControl:
        if (body.length >= 6 && body.readUInt16BE(0) === UserControl.pingRequest) {
          this.sender.control(MessageType.userControl, userControlBody(UserControl.pingResponse, body.readUInt32BE(2)))
        }
        return
      case MessageType.aggregate: {
        if (this.media === undefined) return
        const broken = readAggregate(timestampMs, body, (tagType, tagMs, tag) => {
          if (tagType !== MessageType.aggregate && this.phase === 'publishing') this.dispatch(tagType, streamId, tagMs, tag)
        })
        if (broken) this.media?.skip('ingest.media', broken.fault)
        return
      }
      default:
        // Acknowledgements, peer bandwidth, shared objects and what nobody has defined change nothing here.
        return
    }
  }

  private onData(body: Buffer, start: number): void {
    if (this.media === undefined) return
    const values = readAmf0Values(body, start)
    if (isFault(values)) {
      this.media.skip('ingest.amf', `A data message is malformed: ${values.fault}`)
      return
    }
    const at = values[0] === '@setDataFrame' ? 1 : 0
    if (values[at] === 'onMetaData') this.media.onMetadata(values[at + 1])
  }

  private onCommandBody(streamId: number, body: Buffer, start: number): void {
    const values = readAmf0Values(body, start)
    if (isFault(values)) {
      this.refuse(new AppError('ingest.amf', `A command is malformed at byte ${values.offset}: ${values.fault}`))
      return
    }
    const [name, transaction] = values
    if (typeof name !== 'string') {
      this.refuse(new AppError('ingest.protocol', 'A command has no name'))
      return
    }
    this.onCommand(name, typeof transaction === 'number' ? transaction : 0, streamId, values)
  }

  private onCommand(name: string, transaction: number, streamId: number, values: AmfValue[]): void {
    if (name === 'connect') {
      this.onConnect(transaction, values[2])
      return
    }
    if (!this.connected) {
      this.refuse(new AppError('ingest.protocol', 'A command came before connect'))
      return
    }
    switch (name) {
      case 'createStream':
        this.onCreateStream(transaction)
        return
      case 'publish':
        this.onPublish(streamId, values[3])
        return
      case 'play':
      case 'play2':
        this.onPlay(streamId, name === 'play' ? values[3] : playTwoName(values[3]))
        return
      case 'FCPublish':
      case 'FCSubscribe':
        if (transaction > 0) this.sender.command(0, resultBody(transaction, null))
        this.sender.command(0, statusCall(name === 'FCPublish' ? 'onFCPublish' : 'onFCSubscribe'))
        return
      case 'FCUnpublish':
      case 'closeStream':
      case 'deleteStream':
        if (transaction > 0 && name === 'FCUnpublish') this.sender.command(0, resultBody(transaction, null))
        this.onGoodbye()
        return
      case 'pause':
        this.onPause(values[3])
        return
      case 'receiveAudio':
        if (this.player) this.player.receivesAudio = values[3] !== false
        return
      case 'receiveVideo':
        if (this.player) {
          this.player.receivesVideo = values[3] !== false
          if (this.player.receivesVideo) this.player.resume()
        }
        return
      case 'getStreamLength':
        this.sender.command(0, resultBody(transaction, null, 0))
        return
      case '_result':
      case '_error':
      case 'onStatus':
        return
      default:
        if (transaction > 0) this.sender.command(0, resultBody(transaction, null))
    }
  }

  private onConnect(transaction: number, command: AmfValue): void {
    if (this.connected) return
    if (!(command instanceof Map)) {
      this.sender.command(0, connectErrorBody(transaction, 'connect needs a command object'))
      this.refuse(new AppError('ingest.protocol', 'connect came without a command object'))
      return
    }
    this.app = text(command.get('app'))
    this.tcUrl = text(command.get('tcUrl'))
    this.encoder = text(command.get('flashVer')).slice(0, 128)
    this.client = readCapabilities(command)
    this.connected = true
    this.sender.control(MessageType.windowAcknowledgementSize, uint32Body(windowBytes))
    this.sender.control(MessageType.setPeerBandwidth, peerBandwidthBody(windowBytes))
    this.sender.control(MessageType.setChunkSize, uint32Body(outChunkSize))
    this.sender.command(0, connectResultBody(transaction, this.client, command.get('objectEncoding') === 3 ? 3 : 0))
    this.needs.audit.record({
      kind: 'connect',
      message: `${this.encoder || 'A client'} connected`,
      sessionId: this.id,
      remoteAddress: this.remoteAddress,
      data: { protocol: this.protocol, app: this.app.split('?')[0]!.slice(0, 64), enhanced: this.client.enhanced },
    })
  }

  private onCreateStream(transaction: number): void {
    if (this.messageStreams >= maxMessageStreams) {
      this.refuse(new AppError('ingest.protocol', 'Too many streams on one connection'))
      return
    }
    this.messageStreams += 1
    this.sender.command(0, resultBody(transaction, null, this.messageStreams))
  }

  private address(name: AmfValue): StreamAddress | undefined {
    if (typeof name !== 'string' && name !== undefined && name !== null) return undefined
    return parseStreamAddress(this.app, this.tcUrl, name ?? '')
  }

  private onPublish(streamId: number, name: AmfValue): void {
    if (this.phase !== 'command') {
      this.refuse(new AppError('ingest.protocol', 'publish came twice on one connection'))
      return
    }
    this.activeStreamId = streamId
    const address = this.address(name)
    if (address === undefined) {
      this.sender.command(streamId, statusBody('error', 'NetStream.Publish.BadName', 'publish needs the name of a stream'))
      this.refuse(new AppError('ingest.protocol', 'publish came without the name of a stream'))
      return
    }
    this.enter('opening')
    this.socket.pause()
    const { limits } = this.needs
    this.reader.limits.mediaBytes = limits.messageBytes
    this.reader.limits.partialBytes = 2 * limits.messageBytes
    const request = {
      sessionId: this.id,
      protocol: this.protocol,
      remoteAddress: this.remoteAddress,
      ...address,
      encoder: this.encoder,
      disconnect: (reason: AppError) => this.refuse(reason, 'farewell'),
    }
    this.needs.gate.open(request).then(
      (publication) => this.onAccepted(publication),
      (reason: unknown) => this.refuse(reason instanceof AppError ? reason : new AppError('internal', undefined, { cause: reason })),
    )
  }

  private onAccepted(publication: Publication): void {
    if (this.phase !== 'opening') {
      publication.close('lost')
      return
    }
    this.publication = publication
    this.media = new MediaReceiver(publication, this.needs.limits.tracks, (reason) => this.refuse(reason))
    this.reader.slabs = true
    this.enter('publishing')
    this.lastByteAtMs = this.needs.clock.nowMs
    this.sender.gather()
    this.sender.control(MessageType.userControl, userControlBody(UserControl.streamBegin, this.activeStreamId))
    this.sender.command(this.activeStreamId, statusBody('status', 'NetStream.Publish.Start', `Publishing ${publication.streamName}`))
    const { held } = this
    this.held = []
    this.heldBytes = 0
    for (const message of held) this.onMessage(message.type, message.streamId, message.timestampMs, message.body)
    this.sender.flush()
    this.socket.resume()
  }

  private onPlay(streamId: number, name: AmfValue): void {
    if (this.phase !== 'command') {
      this.refuse(new AppError('ingest.protocol', 'play came twice on one connection'))
      return
    }
    this.activeStreamId = streamId
    this.enter('playing')
    const address = this.address(name)
    const stream = address && this.needs.streams.find(address.name)
    if (address === undefined || stream === undefined) {
      this.refuse(new AppError('play.not_live', address ? undefined : 'play came without the name of a stream'))
      return
    }
    this.sender.control(MessageType.userControl, userControlBody(UserControl.streamBegin, streamId))
    this.sender.command(streamId, statusBody('status', 'NetStream.Play.Reset', `Playing ${address.name}`))
    this.sender.command(streamId, statusBody('status', 'NetStream.Play.Start', `Started playing ${address.name}`))
    this.sender.data(streamId, sampleAccessBody)
    const player = new Player(stream, this.needs.bodies, this.needs.limits, this.outlet(streamId))
    // The stream may have turned out unplayable while its tracks were told.
    if ((this.phase as Phase) !== 'playing') player.stop()
    else this.player = player
    this.reportViewer(this.needs.clock.nowMs)
  }

  private outlet(streamId: number) {
    const session = this
    return {
      get congested(): boolean {
        return session.socket.writableLength > congestedBytes
      },
      send: (type: number, timestampMs: number, body: Buffer): number => session.sender.media(type, streamId, timestampMs, body),
      canPlay: (track: Track): boolean => canPlay(session.client, track.codec),
      onUnplayable: (track: Track): void =>
        session.refuse(new AppError('publish.codec_unsupported', `This player did not say that it can play ${track.codec}`)),
      onEnd: (): void => {
        session.sender.control(MessageType.userControl, userControlBody(UserControl.streamEof, streamId))
        session.sender.command(streamId, statusBody('status', 'NetStream.Play.UnpublishNotify', 'The stream has ended'))
        session.leave('unpublish')
        session.finish()
      },
    }
  }

  private onPause(flag: AmfValue): void {
    const { player } = this
    if (!player) return
    if (flag === false) player.resume()
    else player.paused = true
    const code = flag === false ? 'NetStream.Unpause.Notify' : 'NetStream.Pause.Notify'
    this.sender.command(this.activeStreamId, statusBody('status', code, ''))
  }

  private onGoodbye(): void {
    if (this.phase === 'publishing') {
      this.sender.command(this.activeStreamId, statusBody('status', 'NetStream.Unpublish.Success', 'Stopped publishing'))
    } else if (this.phase !== 'playing') {
      return
    }
    this.leave('unpublish')
    this.enter('command')
  }

  /** Ends what this client was doing; the connection stays. */
  private leave(how: 'unpublish' | 'lost', reason?: AppError): void {
    const { publication, player } = this
    this.publication = undefined
    this.media = undefined
    this.player = undefined
    publication?.close(how, reason)
    if (player) {
      player.stop()
      this.needs.viewers.leave(player.streamId, 'rtmp', this.id)
    }
  }

  private reportViewer(nowMs: number): void {
    const { player } = this
    if (!player || nowMs - this.reportedAtMs < 1000) return
    this.reportedAtMs = nowMs
    this.needs.viewers.active({
      streamId: player.streamId,
      protocol: 'rtmp',
      sessionKey: this.id,
      remoteAddress: this.remoteAddress,
      userAgent: this.encoder,
      bytes: player.bytesSinceReport,
    })
    player.bytesSinceReport = 0
  }
}

/** Some players look for this before they believe in sound and picture. */
const sampleAccessBody = writeAmf0(['|RtmpSampleAccess', true, true])

function statusCall(name: string): Buffer {
  return writeAmf0([name, 0, null, { level: 'status', code: 'NetStream.Publish.Start', description: '' }])
}

function playTwoName(options: AmfValue): AmfValue {
  return options instanceof Map ? options.get('streamName') : undefined
}

function text(value: AmfValue): string {
  return typeof value === 'string' ? value : ''
}
