import type { AmfValue } from '../../../formats/rtmp/amf-value.ts'
import { MessageType, peerBandwidthBody, uint32Body } from '../../../formats/rtmp/rtmp-messages.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import { ownText } from '../../../platform/own-text.ts'
import { type ClientCapabilities, readCapabilities } from './capabilities.ts'
import type { Connection } from './connection.ts'
import { windowBytes } from './limits.ts'
import { outChunkSize } from './message-sender.ts'
import { connectErrorBody, connectResultBody, resultBody } from './replies.ts'
import { type RequestedStream, readRequestedStream } from './requested-stream.ts'

/** Streams that one client may create on its connection. */
const maxMessageStreams = 16
const noCapabilities: ClientCapabilities = { enhanced: false, reconnect: false, fourCcs: new Set() }

/** Who is connected, and to what: the commands `connect` and `createStream` (RTMP 1.0 section 7.2.1) and their parameters. */
export class NetConnection {
  connected = false
  /** What the client calls itself; empty before connect. */
  encoder = ''
  client = noCapabilities
  private readonly connection: Connection
  private readonly audit: AuditLog
  private app = ''
  private tcUrl = ''
  private messageStreams = 0

  constructor(connection: Connection, audit: AuditLog) {
    this.connection = connection
    this.audit = audit
  }

  connect(transaction: number, command: AmfValue): void {
    if (this.connected) return
    const { sender } = this.connection
    if (!(command instanceof Map)) {
      sender.command(0, connectErrorBody(transaction, 'connect needs a command object'))
      this.connection.reject(new AppError('ingest.protocol', 'connect came without a command object'))
      return
    }
    this.app = text(command.get('app'))
    this.tcUrl = text(command.get('tcUrl'))
    this.encoder = ownText(text(command.get('flashVer')), 128)
    this.client = readCapabilities(command)
    this.connected = true
    sender.control(MessageType.windowAcknowledgementSize, uint32Body(windowBytes))
    sender.control(MessageType.setPeerBandwidth, peerBandwidthBody(windowBytes))
    sender.control(MessageType.setChunkSize, uint32Body(outChunkSize))
    sender.command(0, connectResultBody(transaction, this.client, command.get('objectEncoding') === 3 ? 3 : 0))
    this.audit.record({
      kind: 'connect',
      message: `${this.encoder || 'A client'} connected`,
      sessionId: this.connection.id,
      remoteAddress: this.connection.remoteAddress,
      data: { protocol: this.connection.protocol, app: this.app.split('?')[0]!.slice(0, 64), enhanced: this.client.enhanced },
    })
  }

  createStream(transaction: number): void {
    if (this.messageStreams >= maxMessageStreams) {
      this.connection.reject(new AppError('ingest.protocol', 'Too many streams on one connection'))
      return
    }
    this.messageStreams += 1
    this.connection.sender.command(0, resultBody(transaction, null, this.messageStreams))
  }

  /** Where `publish` or `play` of this name leads; undefined where the value is no name. */
  address(name: AmfValue): RequestedStream | undefined {
    if (typeof name !== 'string' && name !== undefined && name !== null) return undefined
    return readRequestedStream(this.app, this.tcUrl, name ?? '')
  }

  /** The connection is gone: `bytesIn` and `bytesOut` went over it. */
  disconnect(bytesIn: number, bytesOut: number): void {
    if (!this.connected) return
    this.connected = false
    this.audit.record({
      kind: 'disconnect',
      message: `${this.encoder || 'A client'} disconnected`,
      sessionId: this.connection.id,
      remoteAddress: this.connection.remoteAddress,
      data: { bytesIn, bytesOut },
    })
  }
}

function text(value: AmfValue): string {
  return typeof value === 'string' ? value : ''
}
