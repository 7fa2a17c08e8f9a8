import { randomInt } from 'node:crypto'
import type { DirectTransport, Producer } from 'mediasoup/types'
import { H264Packetizer, OpusPacketizer } from '../../formats/rtp-packets.ts'
import type { LiveStream } from '../streams/stream.ts'

const H264 = 102
const OPUS = 111

/**
 * Gives a stream's packets to a router as RTP over the worker's pipe: H.264 without B-frames, Opus. The producers, picture
 * first, are added to `producers`. The returned function ends it.
 */
export async function feedRoom(direct: DirectTransport, stream: LiveStream, producers: Producer[]): Promise<() => void> {
  const video = stream.tracks.find((track) => track.kind === 'video' && track.codec === 'h264')
  const audio = stream.tracks.find((track) => track.kind === 'audio' && track.codec === 'opus')
  let h264: H264Packetizer | undefined
  let opus: OpusPacketizer | undefined
  if (video !== undefined) {
    const ssrc = randomInt(1, 0x7fff_ffff)
    const producer = await direct.produce({
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
        encodings: [{ ssrc }],
      },
    })
    producers.push(producer)
    h264 = new H264Packetizer(H264, ssrc, (packet) => producer.send(packet))
    h264.configure(video.config)
  }
  if (audio !== undefined) {
    const ssrc = randomInt(1, 0x7fff_ffff)
    const producer = await direct.produce({
      kind: 'audio',
      rtpParameters: {
        codecs: [{ mimeType: 'audio/opus', payloadType: OPUS, clockRate: 48_000, channels: 2 }],
        encodings: [{ ssrc }],
      },
    })
    producers.push(producer)
    opus = new OpusPacketizer(OPUS, ssrc, (packet) => producer.send(packet))
  }
  const unsubscribe = stream.subscribe(
    {
      onTrack(track) {
        if (track.id === video?.id) h264?.configure(track.config)
      },
      onPacket(packet) {
        const { track } = packet
        if (track.id === video?.id) h264?.push(packet.data, packet.key, packet.pts >>> 0)
        else if (track.id === audio?.id) opus?.push(packet.data, Math.round((packet.pts * 48_000) / track.timescale) >>> 0)
      },
      onDiscontinuity() {},
      onEnd() {},
    },
    { from: 'keyframe' },
  )
  return unsubscribe
}
