import { isFault } from '../../../formats/fault.ts'
import type { AmfValue } from '../../../formats/rtmp/amf-value.ts'
import { readAmf0Values } from '../../../formats/rtmp/amf0.ts'
import { MessageType, UserControl, userControlBody } from '../../../formats/rtmp/rtmp-messages.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Publication } from '../../hub/publishers/publisher.ts'
import { MediaReceiver } from '../flv/media-receiver.ts'
import { readAggregate } from './aggregate.ts'
import type { Connection } from './connection.ts'
import type { NetConnection } from './net-connection.ts'
import { statusBody } from './replies.ts'
import type { SessionDependencies } from './session-dependencies.ts'

interface HeldMessage {
  readonly type: number
  readonly streamId: number
  readonly timestampMs: number
  readonly body: Buffer
}

/** What a connection publishes: from the access check until `leave`. Media that comes before it is accepted is dropped. */
export class Publishing {
  private readonly connection: Connection
  private readonly net: NetConnection
  private readonly dependencies: SessionDependencies
  private publication: Publication | undefined
  private media: MediaReceiver | undefined
  private kept: HeldMessage[] = []
  private keptBytes = 0

  constructor(connection: Connection, net: NetConnection, dependencies: SessionDependencies) {
    this.connection = connection
    this.net = net
    this.dependencies = dependencies
  }

  /** `publish`: asks the gate. */
  begin(streamId: number, name: AmfValue): void {
    const { connection } = this
    const address = this.net.address(name)
    if (address === undefined) {
      connection.sender.command(streamId, statusBody('error', 'NetStream.Publish.BadName', 'publish needs the name of a stream'))
      connection.reject(new AppError('ingest.protocol', 'publish came without the name of a stream'))
      return
    }
    connection.enter('opening')
    const request = {
      sessionId: connection.id,
      protocol: connection.protocol,
      remoteAddress: connection.remoteAddress,
      ...address,
      encoder: this.net.encoder,
      disconnect: (reason: AppError) => connection.reject(reason, 'farewell'),
    }
    this.dependencies.gate.open(request).then(
      (publication) => this.onAccepted(streamId, publication),
      (reason: unknown) => connection.reject(reason instanceof AppError ? reason : new AppError('internal', undefined, { cause: reason })),
    )
  }

  /** Keeps a message until the gate has answered: reading is stopped, and this is what the last read still had. */
  hold(type: number, streamId: number, timestampMs: number, body: Buffer): void {
    this.keptBytes += body.length
    if (this.keptBytes > this.dependencies.limits.messageBytes)
      this.connection.reject(new AppError('ingest.message_too_large', 'Media came before the answer to publish'))
    else this.kept.push({ type, streamId, timestampMs, body })
  }

  onVideo(timestampMs: number, body: Buffer): void {
    this.media?.onVideo(timestampMs, body)
  }

  onAudio(timestampMs: number, body: Buffer): void {
    this.media?.onAudio(timestampMs, body)
  }

  /** A data message, whose AMF0 values start at `start`. */
  onData(body: Buffer, start: number): void {
    if (this.media === undefined) return
    const values = readAmf0Values(body, start)
    if (isFault(values)) {
      this.media.skip('ingest.amf', `A data message is malformed: ${values.fault}`)
      return
    }
    const at = values[0] === '@setDataFrame' ? 1 : 0
    if (values[at] === 'onMetaData') this.media.onMetadata(values[at + 1])
  }

  onAggregate(streamId: number, timestampMs: number, body: Buffer): void {
    if (this.media === undefined) return
    const { connection } = this
    const broken = readAggregate(timestampMs, body, (tagType, tagMs, tag) => {
      if (tagType !== MessageType.aggregate && connection.phase === 'publishing') connection.onMessage(tagType, streamId, tagMs, tag)
    })
    if (broken) this.media?.skip('ingest.media', broken.fault)
  }

  /** Ends the publication, if there is one. */
  leave(how: 'unpublish' | 'lost', reason?: AppError): void {
    const { publication } = this
    this.publication = undefined
    this.media = undefined
    this.letGo()
    publication?.close(how, reason)
  }

  private onAccepted(streamId: number, publication: Publication): void {
    const { connection } = this
    if (connection.phase !== 'opening') {
      publication.close('lost')
      return
    }
    this.publication = publication
    this.media = new MediaReceiver(publication, this.dependencies.limits.tracks, (reason) => connection.reject(reason))
    connection.enter('publishing')
    connection.sender.gather()
    connection.sender.control(MessageType.userControl, userControlBody(UserControl.streamBegin, streamId))
    connection.sender.command(streamId, statusBody('status', 'NetStream.Publish.Start', `Publishing ${publication.streamName}`))
    for (const message of this.letGo()) connection.onMessage(message.type, message.streamId, message.timestampMs, message.body)
    connection.sender.flush()
    connection.readOn()
  }

  /** Empties what is kept and returns it. */
  private letGo(): readonly HeldMessage[] {
    const { kept } = this
    this.kept = []
    this.keptBytes = 0
    return kept
  }
}
