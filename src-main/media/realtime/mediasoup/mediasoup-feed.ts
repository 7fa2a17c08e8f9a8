import { randomInt } from 'node:crypto'
import type { DirectTransport, Producer } from 'mediasoup/types'
import { rescale } from '../../../formats/media-time.ts'
import { H264Packetizer, OpusPacketizer } from '../../../formats/rtp/rtp-packets.ts'
import type { LiveStream } from '../../live-stream.ts'

const H264 = 102
const OPUS = 111

/** Producers of a fed room, video first. Both are there from the start: a stream's audio may come after its video. */
export interface RoomFeed {
  readonly producers: readonly [video: Producer, audio: Producer]
  stop(): void
}

/** Gives a stream's packets to a router as RTP over the worker's pipe: H.264 without B-frames, Opus. */
export async function feedRoom(direct: DirectTransport, stream: LiveStream): Promise<RoomFeed> {
  const videoSsrc = randomInt(1, 0x7fff_ffff)
  const audioSsrc = randomInt(1, 0x7fff_ffff)
  const [video, audio] = await Promise.all([
    direct.produce({
      kind: 'video',
      rtpParameters: {
        codecs: [
          {
            mimeType: 'video/H264',
            payloadType: H264,
            clockRate: 90_000,
            parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
          },
        ],
        encodings: [{ ssrc: videoSsrc }],
      },
    }),
    direct.produce({
      kind: 'audio',
      rtpParameters: {
        codecs: [{ mimeType: 'audio/opus', payloadType: OPUS, clockRate: 48_000, channels: 2 }],
        encodings: [{ ssrc: audioSsrc }],
      },
    }),
  ])
  const h264 = new H264Packetizer(H264, videoSsrc, (packet) => video.send(packet))
  const opus = new OpusPacketizer(OPUS, audioSsrc, (packet) => audio.send(packet))
  let videoId: string | undefined
  let audioId: string | undefined
  const stop = stream.subscribe(
    {
      onTrack(track) {
        if (track.kind === 'video' && track.codec === 'h264' && (videoId ?? track.id) === track.id) {
          videoId = track.id
          h264.configure(track.config)
        } else if (track.kind === 'audio' && track.codec === 'opus') audioId ??= track.id
      },
      onPacket(packet) {
        const { track } = packet
        if (track.id === videoId) h264.push(packet.data, packet.key, packet.pts >>> 0)
        else if (track.id === audioId) opus.push(packet.data, rescale(packet.pts, track.timescale, 48_000) >>> 0)
      },
      onDiscontinuity() {},
      onEnd() {},
    },
    { from: 'keyframe' },
  )
  return { producers: [video, audio], stop }
}
