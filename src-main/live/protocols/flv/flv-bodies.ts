import { audioConfigTag, audioFrameTag } from '../../../formats/flv/flv-audio-tag.ts'
import { fourCcOf } from '../../../formats/flv/flv-fourcc.ts'
import { videoConfigTag, videoFrameTag } from '../../../formats/flv/flv-video-tag.ts'
import { rescale } from '../../../formats/media-time.ts'
import type { AudioTrack, Packet, Track } from '../../../formats/track.ts'

/** Packets back to FLV tags for RTMP players: each packet is written once and shared by all that play it. */
export interface FlvBodies {
  /** The message body of a packet. Shared: it must not be modified. */
  of(packet: Packet): Buffer
}

/** Decoding time of a packet in whole ms on the stream's timeline. */
export function dtsMs(packet: Packet): number {
  return Math.max(0, rescale(packet.dts, packet.track.timescale, 1000))
}

/** Makes the store; a body lives as long as its packet. */
export function createFlvBodies(): FlvBodies {
  const bodies = new WeakMap<Packet, Buffer>()
  // The fan-out asks for the same packet once per player, one after the other.
  let last: Packet | undefined
  let lastBody: Buffer = Buffer.alloc(0)
  return {
    of(packet) {
      if (packet === last) return lastBody
      let body = bodies.get(packet)
      if (body === undefined) {
        body = serialise(packet)
        bodies.set(packet, body)
      }
      last = packet
      lastBody = body
      return body
    },
  }
}

function serialise(packet: Packet): Buffer {
  const { track } = packet
  if (track.kind === 'audio') return audioFrameTag(track.codec, fourCcOf(track.codec), packet.data)
  const compositionMs = rescale(packet.pts, track.timescale, 1000) - rescale(packet.dts, track.timescale, 1000)
  return videoFrameTag(track.codec, fourCcOf(track.codec), packet.key, clamp24(compositionMs), packet.data)
}

/** The sequence header of a track; undefined for codecs that need none. */
export function configBody(track: Track): Buffer | undefined {
  if (track.kind === 'video') return videoConfigTag(track.codec, fourCcOf(track.codec), track.config)
  if (track.codec === 'ac3' || track.codec === 'eac3') return undefined
  return audioConfigTag(track.codec, fourCcOf(track.codec), senderConfig(track))
}

/** Opus and FLAC start differently on the wire than in MP4. */
function senderConfig(track: AudioTrack): Uint8Array {
  if (track.codec === 'flac') return Buffer.concat([Buffer.from('fLaC'), track.config])
  if (track.codec !== 'opus' || track.config.length < 11) return track.config
  // dOps (version 0, big endian) to OpusHead (version 1, little endian): RFC 7845 section 5.1.
  const dops = Buffer.from(track.config)
  const head = Buffer.concat([Buffer.from('OpusHead'), dops])
  head[8] = 1
  head.writeUInt16LE(dops.readUInt16BE(2), 10)
  head.writeUInt32LE(dops.readUInt32BE(4), 12)
  head.writeInt16LE(dops.readInt16BE(8), 16)
  return head
}

function clamp24(value: number): number {
  return Math.max(-0x800000, Math.min(0x7fffff, value))
}
