import { isFault } from '../../../formats/fault.ts'
import type { AmfValue } from '../../../formats/rtmp/amf-value.ts'
import { readAmf0Values, writeAmf0 } from '../../../formats/rtmp/amf0.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Connection } from './connection.ts'
import type { NetConnection } from './net-connection.ts'
import type { Playing } from './playing.ts'
import type { Publishing } from './publishing.ts'
import { resultBody, statusBody } from './replies.ts'

/** Reads the client's commands (RTMP 1.0 section 7.2) and gives each to whom it concerns; answers those that change nothing here. */
export class Commands {
  /** The message stream of the last `publish` or `play`; 0 before the first. */
  activeStreamId = 0
  private readonly connection: Connection
  private readonly net: NetConnection
  private readonly publishing: Publishing
  private readonly playing: Playing

  constructor(connection: Connection, net: NetConnection, publishing: Publishing, playing: Playing) {
    this.connection = connection
    this.net = net
    this.publishing = publishing
    this.playing = playing
  }

  /** A command message, whose AMF0 values start at `start`. */
  onBody(streamId: number, body: Buffer, start: number): void {
    const values = readAmf0Values(body, start)
    if (isFault(values)) {
      this.connection.reject(new AppError('ingest.amf', `A command is malformed at byte ${values.offset}: ${values.fault}`))
      return
    }
    const [name, transaction] = values
    if (typeof name !== 'string') {
      this.connection.reject(new AppError('ingest.protocol', 'A command has no name'))
      return
    }
    this.onCommand(name, typeof transaction === 'number' ? transaction : 0, streamId, values)
  }

  private onCommand(name: string, transaction: number, streamId: number, values: AmfValue[]): void {
    if (name === 'connect') {
      this.net.connect(transaction, values[2])
      return
    }
    if (!this.net.connected) {
      this.connection.reject(new AppError('ingest.protocol', 'A command came before connect'))
      return
    }
    const { sender } = this.connection
    switch (name) {
      case 'createStream':
        this.net.createStream(transaction)
        return
      case 'publish':
        if (this.mayBegin('publish', streamId)) this.publishing.begin(streamId, values[3])
        return
      case 'play':
      case 'play2':
        if (this.mayBegin('play', streamId)) this.playing.begin(streamId, name === 'play' ? values[3] : playTwoName(values[3]))
        return
      case 'FCPublish':
      case 'FCSubscribe':
        if (transaction > 0) sender.command(0, resultBody(transaction, null))
        sender.command(0, statusCall(name === 'FCPublish' ? 'onFCPublish' : 'onFCSubscribe'))
        return
      case 'FCUnpublish':
      case 'closeStream':
      case 'deleteStream':
        if (transaction > 0 && name === 'FCUnpublish') sender.command(0, resultBody(transaction, null))
        this.onGoodbye()
        return
      case 'pause':
        this.playing.pause(this.activeStreamId, values[3] !== false)
        return
      case 'receiveAudio':
        this.playing.receiveAudio(values[3] !== false)
        return
      case 'receiveVideo':
        this.playing.receiveVideo(values[3] !== false)
        return
      case 'getStreamLength':
        sender.command(0, resultBody(transaction, null, 0))
        return
      case '_result':
      case '_error':
      case 'onStatus':
        return
      default:
        if (transaction > 0) sender.command(0, resultBody(transaction, null))
    }
  }

  /** A connection either publishes or plays one stream at a time. */
  private mayBegin(what: 'publish' | 'play', streamId: number): boolean {
    if (this.connection.phase !== 'command') {
      this.connection.reject(new AppError('ingest.protocol', `${what} came twice on one connection`))
      return false
    }
    this.activeStreamId = streamId
    return true
  }

  private onGoodbye(): void {
    const { phase } = this.connection
    if (phase === 'publishing') {
      this.connection.sender.command(this.activeStreamId, statusBody('status', 'NetStream.Unpublish.Success', 'Stopped publishing'))
    } else if (phase !== 'playing') {
      return
    }
    this.connection.leave('unpublish')
    this.connection.enter('command')
  }
}

function statusCall(name: string): Buffer {
  return writeAmf0([name, 0, null, { level: 'status', code: 'NetStream.Publish.Start', description: '' }])
}

function playTwoName(options: AmfValue): AmfValue {
  return options instanceof Map ? options.get('streamName') : undefined
}
