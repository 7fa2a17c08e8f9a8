import type { Codec } from '../../../formats/track.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import type { FlvBodies } from '../../protocols/flv/flv-bodies.ts'
import { FlvPlayer, type FlvPlayerLimits } from '../../protocols/flv/flv-player.ts'
import type { ChosenTracks, Sending, SendingEvents } from './target.ts'

/** A connection that takes FLV messages. */
export interface FlvLink {
  /** True while the connection buffers more than it should. */
  readonly congested: boolean
  /** Sends one FLV message; returns its bytes. */
  send(type: number, timestampMs: number, body: Buffer): number
  /** True where the far end announced that it takes the codec. */
  announces(codec: Codec): boolean
}

/** Shared with the players of the host: a frame is written as FLV once. */
export interface FlvMedia {
  readonly bodies: FlvBodies
  readonly limits: FlvPlayerLimits
}

/** Sends a stream as a publisher's FLV messages, its times from 0. */
export function sendFlv(link: FlvLink, media: FlvMedia, stream: LiveStream, tracks: ChosenTracks, events: SendingEvents): Sending {
  let bytes = 0
  const player = new FlvPlayer(
    stream,
    media.bodies,
    media.limits,
    {
      get congested(): boolean {
        return link.congested
      },
      send(type, timestampMs, body) {
        const sent = link.send(type, timestampMs, body)
        bytes += sent
        return sent
      },
      canPlay: (track) =>
        events.takes(track) ?? (track.codec === 'h264' || track.codec === 'aac' || track.codec === 'mp3' || link.announces(track.codec)),
      onUnplayable: (track) => events.onUnplayable(track),
      onEnd: () => events.onEnd(),
    },
    {
      ...(tracks.video === undefined ? {} : { videoTrack: tracks.video }),
      ...(tracks.audio === undefined ? {} : { audioTrack: tracks.audio }),
      as: 'publish',
    },
  )
  return {
    get frames() {
      return player.frames
    },
    get dropped() {
      return player.dropped
    },
    get queuedMs() {
      return player.queuedMs
    },
    get bytes() {
      return bytes
    },
    onDrain: () => player.onDrain(),
    stop: () => player.stop(),
  }
}
