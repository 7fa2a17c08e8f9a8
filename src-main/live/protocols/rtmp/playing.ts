import type { AmfValue } from '../../../formats/rtmp/amf-value.ts'
import { writeAmf0 } from '../../../formats/rtmp/amf0.ts'
import { MessageType, UserControl, userControlBody } from '../../../formats/rtmp/rtmp-messages.ts'
import type { Track } from '../../../formats/track.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import { AppError } from '../../../platform/errors.ts'
import { type FlvOutlet, FlvPlayer } from '../flv/flv-player.ts'
import { canPlay } from './capabilities.ts'
import type { Connection } from './connection.ts'
import type { NetConnection } from './net-connection.ts'
import { statusBody } from './replies.ts'
import type { RequestedStream } from './requested-stream.ts'
import type { SessionDependencies } from './session-dependencies.ts'

/** Above this a player's frames wait in its own queue, where whole GOPs can be dropped, bytes. */
const congestedBytes = 256 * 1024
/** How often a player is reported to the viewer registry, ms. */
const reportMs = 1000
/** Some players need this to expect audio and video. */
const sampleAccessBody = writeAmf0(['|RtmpSampleAccess', true, true])

/** What a connection plays: the commands of a player, and the viewer that others see. */
export class Playing {
  private readonly connection: Connection
  private readonly net: NetConnection
  private readonly dependencies: SessionDependencies
  private player: FlvPlayer | undefined
  private stopWatching: (() => void) | undefined
  private reportedAtMs = Number.NEGATIVE_INFINITY

  constructor(connection: Connection, net: NetConnection, dependencies: SessionDependencies) {
    this.connection = connection
    this.net = net
    this.dependencies = dependencies
  }

  /** `play`: starts at once, or the client is rejected. */
  begin(streamId: number, name: AmfValue): void {
    const { connection } = this
    connection.enter('playing')
    const address = this.net.address(name)
    if (address === undefined) {
      connection.reject(new AppError('play.not_live', 'play came without the name of a stream'))
      return
    }
    const { streams } = this.dependencies
    const stream = streams.find(address.name)
    const coming = stream === undefined ? streams.startOnDemand?.(address.name) : undefined
    if (coming === undefined) this.admit(streamId, address, stream)
    else {
      this.later(coming, (found) => this.admit(streamId, address, found))
    }
  }

  private admit(streamId: number, address: RequestedStream, stream: LiveStream | undefined): void {
    const { connection } = this
    if (stream === undefined) {
      connection.reject(new AppError('play.not_live'))
      return
    }
    const verdict = this.dependencies.mayWatch?.(stream, {
      protocol: 'rtmp',
      sessionKey: connection.id,
      remoteAddress: connection.remoteAddress,
      userAgent: this.net.encoder,
      token: address.query.get('token'),
    })
    const settle = (rejection: AppError | undefined): void => {
      if (rejection === undefined) this.play(streamId, address, stream)
      else connection.reject(rejection)
    }
    if (verdict instanceof Promise) this.later(verdict, settle)
    else settle(verdict)
  }

  /** Goes on in a turn of its own, where the player is still there. */
  private later<T>(coming: Promise<T>, then: (value: T) => void): void {
    const { connection } = this
    void coming.then((value) => {
      if (connection.phase !== 'playing') return
      then(value)
      connection.sender.flush()
    })
  }

  private play(streamId: number, { name, query }: RequestedStream, stream: LiveStream): void {
    const { connection } = this
    const { sender } = connection
    sender.control(MessageType.userControl, userControlBody(UserControl.streamBegin, streamId))
    sender.command(streamId, statusBody('status', 'NetStream.Play.Reset', `Playing ${name}`))
    sender.command(streamId, statusBody('status', 'NetStream.Play.Start', `Started playing ${name}`))
    sender.data(streamId, sampleAccessBody)
    const player = new FlvPlayer(
      stream,
      this.dependencies.bodies,
      this.dependencies.limits,
      this.outlet(streamId, query.get('codecs') === 'all'),
    )
    // The stream may have turned out unplayable while its tracks were announced.
    if (connection.phase !== 'playing') player.stop()
    else {
      this.player = player
      const viewer = { stream: stream.name, remoteAddress: connection.remoteAddress, token: query.get('token') }
      this.stopWatching = this.dependencies.whileAllowed?.(viewer, (rejection) => connection.reject(rejection))
    }
    this.report(this.dependencies.clock.nowMs)
  }

  pause(streamId: number, paused: boolean): void {
    const { player } = this
    if (!player) return
    if (paused) player.paused = true
    else player.resume()
    const code = paused ? 'NetStream.Pause.Notify' : 'NetStream.Unpause.Notify'
    this.connection.sender.command(streamId, statusBody('status', code, ''))
  }

  receiveAudio(wanted: boolean): void {
    if (this.player) this.player.receivesAudio = wanted
  }

  receiveVideo(wanted: boolean): void {
    if (!this.player) return
    this.player.receivesVideo = wanted
    if (wanted) this.player.resume()
  }

  /** The socket has space again. */
  onDrain(): void {
    this.player?.onDrain()
  }

  /** Reports to the viewer registry what this player received, as often as it wants. */
  report(nowMs: number): void {
    const { player } = this
    if (!player || nowMs - this.reportedAtMs < reportMs) return
    this.reportedAtMs = nowMs
    this.dependencies.viewers.active({
      streamId: player.streamId,
      protocol: 'rtmp',
      sessionKey: this.connection.id,
      remoteAddress: this.connection.remoteAddress,
      userAgent: this.net.encoder,
      bytes: player.bytesSinceReport,
    })
    player.bytesSinceReport = 0
  }

  /** Stops the player, if there is one. */
  leave(): void {
    const { player } = this
    if (!player) return
    this.player = undefined
    this.stopWatching?.()
    player.stop()
    this.dependencies.viewers.leave(player.streamId, 'rtmp', this.connection.id)
  }

  /** `takesAll`: the player knows codecs that its `connect` does not announce, as FFmpeg does. */
  private outlet(streamId: number, takesAll: boolean): FlvOutlet {
    const { connection, net } = this
    const { sender } = connection
    return {
      get congested(): boolean {
        return connection.unsentBytes > congestedBytes
      },
      send: (type: number, timestampMs: number, body: Buffer): number => sender.media(type, streamId, timestampMs, body),
      canPlay: (track: Track): boolean => takesAll || canPlay(net.client, track.codec),
      onUnplayable: (track: Track): void =>
        connection.reject(new AppError('publish.codec_unsupported', `This player did not say that it can play ${track.codec}`)),
      onEnd: (): void => {
        sender.control(MessageType.userControl, userControlBody(UserControl.streamEof, streamId))
        sender.command(streamId, statusBody('status', 'NetStream.Play.UnpublishNotify', 'The stream has ended'))
        connection.leave('unpublish')
        connection.finish()
      },
    }
  }
}
