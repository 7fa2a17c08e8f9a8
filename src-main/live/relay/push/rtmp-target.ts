import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { isFault } from '../../../formats/fault.ts'
import { audioFourCcs, fourCcOf, videoFourCcs } from '../../../formats/flv/flv-fourcc.ts'
import type { AmfObject, AmfValue } from '../../../formats/rtmp/amf-value.ts'
import { type Amf0Writable, readAmf0Values, writeAmf0 } from '../../../formats/rtmp/amf0.ts'
import { ChunkReader } from '../../../formats/rtmp/rtmp-chunk-reader.ts'
import { ClientHandshake } from '../../../formats/rtmp/rtmp-client-handshake.ts'
import { MessageType, UserControl, uint32Body, userControlBody } from '../../../formats/rtmp/rtmp-messages.ts'
import type { Codec } from '../../../formats/track.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import { AppError } from '../../../platform/errors.ts'
import { connectJudged, type JudgeTarget } from '../../../platform/outbound/judged-connection.ts'
import { OutboundFault } from '../../../platform/outbound/network-policy.ts'
import { readCapabilities } from '../../protocols/rtmp/capabilities.ts'
import { MediaChunks, MessageSender, outChunkSize } from '../../protocols/rtmp/message-sender.ts'
import { Acknowledgements } from './acknowledgements.ts'
import { type CertificateTrust, certificateProblem, tlsOptions } from './certificate-trust.ts'
import type { RtmpUrl } from './destination-url.ts'
import { type FlvLink, type FlvMedia, sendFlv } from './flv-sending.ts'
import type { ChosenTracks, Sending, SendingEvents, Target, TargetEvents } from './target.ts'

/** How far the connection has come; each stage has `stageMs` of time. */
type Stage = 'tcp' | 'tls' | 'handshake' | 'connect' | 'createStream' | 'publish' | 'live' | 'closed'

const stageMs = 10_000
/** Above this frames wait in the player's queue, where whole GOPs can be dropped, bytes. */
const congestedBytes = 256 * 1024
/** A destination that takes nothing for this long is given up, ms. */
const stalledMs = 10_000
/** How often servers are asked to acknowledge: undelivered data is noticed that way, bytes. */
const acknowledgeBytes = 131_072
/** A hang-up so shortly after `publish` was granted says that the key was wrong, ms. */
const soonMs = 3000
/** How long the last words may take, ms. */
const farewellMs = 1000
const limits = { mediaBytes: 65_536, commandBytes: 65_536, partialBytes: 262_144, chunkStreams: 64 }
const transaction = { connect: 1, releaseStream: 2, fcPublish: 3, createStream: 4, publish: 5, fcUnpublish: 6, deleteStream: 7 } as const
const flashVersion = 'FMLE/3.0 (compatible; AMI Streams)'

/** Publishes to an RTMP or RTMPS server (RTMP 1.0 section 7.2; Enhanced RTMP v2 for what the server announces). */
export class RtmpTarget implements Target, FlvLink {
  rttMs: number | undefined
  /** TCP repairs losses by itself. */
  readonly loss = undefined
  private readonly address: RtmpUrl
  private readonly media: FlvMedia
  private readonly certificate: CertificateTrust
  private readonly onHandshake: (() => void) | undefined
  private readonly events: TargetEvents
  private readonly reader: ChunkReader
  private readonly handshake = new ClientHandshake()
  private readonly chunks = new MediaChunks(0)
  private socket: Socket
  private sender: MessageSender
  private stage: Stage = 'tcp'
  private timer: NodeJS.Timeout | undefined
  private streamId = 0
  private fourCcs: ReadonlySet<string> = new Set()
  private bytesIn = 0
  private acknowledged = 0
  private peerWindow = 2_500_000
  private liveAtMs = 0
  private taken = 0
  private takenAtMs = 0
  private sentBytes = 0
  private readonly acknowledgements = new Acknowledgements()

  /** `onHandshake`: the connection is only a test. Called after the handshake; no further requests are sent. */
  constructor(
    address: RtmpUrl,
    {
      certificate,
      judge,
      onHandshake,
    }: { readonly certificate: CertificateTrust; readonly judge: JudgeTarget; readonly onHandshake?: () => void },
    media: FlvMedia,
    events: TargetEvents,
  ) {
    this.address = address
    this.certificate = certificate
    this.onHandshake = onHandshake
    this.media = media
    this.events = events
    this.reader = new ChunkReader(limits, (type, _streamId, _timestampMs, body) => this.onMessage(type, body))
    let fromMs = performance.now()
    const socket = connectJudged(address.host, address.port, judge)
    this.socket = socket
    this.sender = this.senderOn(socket)
    socket.once('lookup', () => {
      fromMs = performance.now()
    })
    socket.once('connect', () => {
      this.rttMs = Math.round((performance.now() - fromMs) * 10) / 10
      if (address.secure) this.secure(socket)
      else this.begin(socket)
    })
    socket.on('error', (error) => this.onError(error))
    socket.on('close', () => this.onClose())
    this.enter('tcp')
  }

  get congested(): boolean {
    return this.sender.unsentBytes > congestedBytes
  }

  /** What this process buffers counts in full, plus what the acknowledgements say is in the systems and the network behind it. */
  get unconfirmedBytes(): number {
    return Math.max(this.sender.unsentBytes, this.acknowledgements.unconfirmed(this.sentBytes))
  }

  play(stream: LiveStream, tracks: ChosenTracks, events: SendingEvents): Sending {
    return sendFlv(this, this.media, stream, tracks, events)
  }

  send(type: number, timestampMs: number, body: Buffer): number {
    const bytes = this.sender.media(type, this.streamId, timestampMs, body)
    this.sentBytes += bytes
    return bytes
  }

  announces(codec: Codec): boolean {
    return this.fourCcs.has('*') || this.fourCcs.has(fourCcOf(codec))
  }

  tick(nowMs: number): void {
    if (this.stage !== 'live') return
    if (this.acknowledgements.overdue(this.sentBytes, nowMs, stalledMs)) {
      this.fail(new AppError('destination.stalled', `The destination acknowledged nothing for ${stalledMs / 1000} s`))
      return
    }
    const waiting = this.socket.writableLength
    const taken = this.socket.bytesWritten - waiting
    if (waiting === 0 || taken !== this.taken) {
      this.taken = taken
      this.takenAtMs = nowMs
    } else if (nowMs - this.takenAtMs > stalledMs) {
      this.fail(new AppError('destination.stalled', `The destination took nothing for ${stalledMs / 1000} s`))
    }
  }

  close(): void {
    if (this.stage === 'closed') return
    const { socket } = this
    if (this.stage === 'live') {
      this.sender.command(0, writeAmf0(['FCUnpublish', transaction.fcUnpublish, null, this.address.publishName]))
      this.sender.command(0, writeAmf0(['deleteStream', transaction.deleteStream, null, this.streamId]))
      this.sender.flush()
    }
    this.end()
    // A destination that does not read blocks the last messages: it gets a short time and no more.
    setTimeout(() => socket.destroy(), farewellMs).unref()
    socket.end()
  }

  private secure(plain: Socket): void {
    if (this.stage === 'closed') return
    this.enter('tls')
    const { host } = this.address
    const socket = connectTls({ socket: plain, ...tlsOptions(host) })
    this.socket = socket
    this.sender = this.senderOn(socket)
    socket.on('error', (error) => this.onError(error))
    socket.on('close', () => this.onClose())
    socket.once('secureConnect', () => {
      const problem = certificateProblem(socket, this.certificate, host)
      if (problem === undefined) this.begin(socket)
      else this.fail(new AppError('destination.tls', problem), true)
    })
  }

  private begin(socket: Socket): void {
    if (this.stage === 'closed') return
    this.enter('handshake')
    socket.on('data', (bytes: Buffer) => this.onBytes(bytes))
    socket.on('drain', () => this.onRoom())
    socket.write(this.handshake.hello)
  }

  private senderOn(socket: Socket): MessageSender {
    const sender = new MessageSender(socket, this.chunks)
    sender.onWritten = () => this.onRoom()
    return sender
  }

  private onRoom(): void {
    if (this.stage === 'live') this.events.onDrain()
  }

  private enter(stage: Stage): void {
    this.stage = stage
    clearTimeout(this.timer)
    this.timer = undefined
    if (stage !== 'live' && stage !== 'closed') this.timer = setTimeout(() => this.onTimeout(), stageMs)
  }

  private onTimeout(): void {
    const where = { tcp: 'connection', tls: 'TLS handshake', handshake: 'RTMP handshake' } as Partial<Record<Stage, string>>
    const code = this.stage === 'tcp' ? 'destination.unreachable' : this.stage === 'tls' ? 'destination.tls' : 'destination.silent'
    this.fail(new AppError(code, `The ${where[this.stage] ?? `command ${this.stage}`} had no answer for ${stageMs / 1000} s`))
  }

  private onError(error: NodeJS.ErrnoException): void {
    const { host, port } = this.address
    if (error instanceof OutboundFault) {
      this.fail(new AppError('url.forbidden', error.message, { cause: error }), true)
    } else if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN' || error.code === 'EAI_FAIL') {
      this.fail(new AppError('destination.unresolved', `No IP address is known for ${host}`, { cause: error }))
    } else if (this.stage === 'tcp') {
      const why = error.code === 'ECONNREFUSED' ? `Nothing listens on ${host}:${port}` : `${host}:${port}: ${error.code ?? error.message}`
      this.fail(new AppError('destination.unreachable', why, { cause: error }))
    } else if (this.stage === 'tls') {
      this.fail(
        new AppError('destination.tls', `${host} does not speak TLS as it should: ${error.code ?? error.message}`, { cause: error }),
      )
    } else {
      this.onClose(error)
    }
  }

  private onClose(error?: NodeJS.ErrnoException): void {
    const how = error?.code === undefined ? 'closed the connection' : `broke the connection (${error.code})`
    switch (this.stage) {
      case 'closed':
        return
      case 'tcp':
        this.fail(new AppError('destination.unreachable'))
        return
      case 'tls':
        this.fail(new AppError('destination.tls', `The destination ${how} in the TLS handshake`))
        return
      case 'handshake':
        this.fail(new AppError('destination.protocol', `The destination ${how} in the RTMP handshake`))
        return
      case 'connect':
      case 'createStream':
        this.fail(new AppError('destination.refused', `The destination ${how} when the application was asked for`))
        return
      case 'publish':
        this.fail(new AppError('destination.refused', `The destination ${how} when publishing started: mostly the key is wrong`))
        return
      case 'live':
        if (performance.now() - this.liveAtMs < soonMs) {
          this.fail(new AppError('destination.refused', `The destination ${how} as soon as publishing started: mostly the key is wrong`))
        } else {
          this.fail(new AppError('destination.closed', `The destination ${how}`))
        }
    }
  }

  private onBytes(bytes: Buffer): void {
    if (this.stage === 'closed') return
    let start = 0
    if (!this.handshake.done) {
      const used = this.handshake.push(bytes, 0, bytes.length)
      if (typeof used !== 'number') {
        this.fail(new AppError('destination.protocol', `The destination answers with something else: ${used.fault}`))
        return
      }
      start = used
      if (this.handshake.reply) {
        this.socket.write(this.handshake.reply)
        this.handshake.reply = undefined
      }
      if (this.handshake.done) {
        if (this.onHandshake !== undefined) {
          this.onHandshake()
          return
        }
        this.askForApp()
      }
    }
    this.bytesIn += bytes.length
    if (start < bytes.length) {
      const broken = this.reader.push(bytes, start, bytes.length)
      if (broken) {
        this.fail(new AppError('destination.protocol', `At byte ${broken.offset}: ${broken.fault}`))
        return
      }
    }
    if (this.bytesIn - this.acknowledged >= this.peerWindow / 2) {
      this.acknowledged = this.bytesIn
      this.sender.control(MessageType.acknowledgement, uint32Body(this.bytesIn))
    }
    this.sender.flush()
  }

  private askForApp(): void {
    const { app, tcUrl } = this.address
    this.enter('connect')
    this.sender.control(MessageType.setChunkSize, uint32Body(outChunkSize))
    this.sender.control(MessageType.windowAcknowledgementSize, uint32Body(acknowledgeBytes))
    this.command(0, 'connect', transaction.connect, {
      app,
      type: 'nonprivate',
      flashVer: flashVersion,
      swfUrl: tcUrl,
      tcUrl,
      fpad: false,
      capabilities: 239,
      audioCodecs: 3575,
      videoCodecs: 252,
      videoFunction: 1,
      fourCcList: [...Object.keys(videoFourCcs), ...Object.keys(audioFourCcs)],
    })
  }

  private command(streamId: number, ...values: Amf0Writable[]): void {
    this.sender.command(streamId, writeAmf0(values))
  }

  private onMessage(type: number, body: Buffer): void {
    switch (type) {
      case MessageType.windowAcknowledgementSize:
        if (body.length >= 4) this.peerWindow = Math.max(1024, body.readUInt32BE(0))
        return
      case MessageType.acknowledgement:
        this.acknowledgements.onAcknowledged(this.sentBytes, performance.now(), body.length >= 4 ? body.readUInt32BE(0) : undefined)
        return
      case MessageType.setPeerBandwidth:
        // It says how much may be in flight, and expects our window again: with a smaller one acknowledgements come sooner.
        if (body.length >= 4) {
          this.sender.control(MessageType.windowAcknowledgementSize, uint32Body(Math.min(acknowledgeBytes, body.readUInt32BE(0))))
        }
        return
      case MessageType.userControl:
        if (body.length >= 6 && body.readUInt16BE(0) === UserControl.pingRequest) {
          this.sender.control(MessageType.userControl, userControlBody(UserControl.pingResponse, body.readUInt32BE(2)))
        }
        return
      case MessageType.commandAmf0:
        this.onCommand(readAmf0Values(body))
        return
      case MessageType.commandAmf3:
        this.onCommand(readAmf0Values(body, 1))
    }
  }

  private onCommand(values: ReturnType<typeof readAmf0Values>): void {
    if (isFault(values)) {
      this.fail(new AppError('destination.protocol', values.fault))
      return
    }
    const [name, id] = values
    if (name === '_result') this.onResult(id, values)
    else if (name === '_error') this.onErrorResult(id, values[3] ?? values[2])
    else if (name === 'onStatus') this.onStatus(values[3] ?? values[2])
    else if (name === 'close') this.onClose()
  }

  private onResult(id: AmfValue, values: readonly AmfValue[]): void {
    if (id === transaction.connect && this.stage === 'connect') {
      const fourCcs = new Set<string>()
      for (const value of values.slice(2)) {
        if (value instanceof Map) for (const fourCc of readCapabilities(value).fourCcs) fourCcs.add(fourCc)
      }
      this.fourCcs = fourCcs
      const { publishName } = this.address
      this.enter('createStream')
      this.command(0, 'releaseStream', transaction.releaseStream, null, publishName)
      this.command(0, 'FCPublish', transaction.fcPublish, null, publishName)
      this.command(0, 'createStream', transaction.createStream, null)
    } else if (id === transaction.createStream && this.stage === 'createStream') {
      const streamId = values[3]
      if (typeof streamId !== 'number') {
        this.fail(new AppError('destination.protocol', 'createStream was answered without a stream id'))
        return
      }
      this.streamId = streamId
      this.enter('publish')
      this.command(streamId, 'publish', transaction.publish, null, this.address.publishName, 'live')
    }
  }

  private onErrorResult(id: AmfValue, info: AmfValue): void {
    // Many servers do not know releaseStream and FCPublish, and say so.
    if (id === transaction.releaseStream || id === transaction.fcPublish) return
    this.reject(info)
  }

  private onStatus(info: AmfValue): void {
    if (!(info instanceof Map)) return
    const code = info.get('code')
    if (info.get('level') === 'error') {
      this.reject(info)
    } else if (code === 'NetStream.Publish.Start' && this.stage === 'publish') {
      this.enter('live')
      this.liveAtMs = performance.now()
      this.takenAtMs = this.liveAtMs
      this.sender.flush()
      this.events.onLive()
    } else if (code === 'NetConnection.Connect.ReconnectRequest') {
      this.fail(new AppError('destination.closed', 'The destination asks for a new connection'))
    }
  }

  private reject(info: AmfValue): void {
    const said = info instanceof Map ? describe(info, this.address.publishName) : ''
    const wasLive = this.stage === 'live'
    this.fail(new AppError(wasLive ? 'destination.closed' : 'destination.refused', `The destination says: ${said || 'no'}`), !wasLive)
  }

  private fail(reason: AppError, refused = false): void {
    if (this.stage === 'closed') return
    this.end()
    this.socket.destroy()
    this.events.onClosed(reason, refused)
  }

  private end(): void {
    this.enter('closed')
  }
}

/** What a server says about an error, in short, with our key taken out. */
function describe(info: AmfObject, key: string): string {
  const parts = [info.get('code'), info.get('description')].filter((part): part is string => typeof part === 'string' && part !== '')
  const text = parts.join(', ').slice(0, 300)
  const clean = Array.from(text, (letter) => (letter < ' ' ? ' ' : letter)).join('')
  return key === '' ? clean : clean.replaceAll(key, '(key)')
}
