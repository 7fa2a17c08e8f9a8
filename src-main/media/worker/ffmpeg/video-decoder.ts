import {
  AV_CODEC_FLAG_LOW_DELAY,
  AV_CODEC_ID_AV1,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_CODEC_ID_VP9,
  FF_THREAD_SLICE,
} from 'node-av/constants'
import { Codec, CodecContext, Packet as EnginePacket, Frame, Rational } from 'node-av/lib'
import type { Packet, VideoTrack } from '../../../formats/track.ts'
import { must } from './engine.ts'

const codecIds = { h264: AV_CODEC_ID_H264, hevc: AV_CODEC_ID_HEVC, av1: AV_CODEC_ID_AV1, vp9: AV_CODEC_ID_VP9 } as const
/** Keyframe times that are remembered until their frame comes out of the decoder. */
const keyTimesKept = 64

/** Frames of a track, without a delay beyond the order of its own B-frames. */
export interface VideoDecoder {
  /** Takes a packet; then ask `next` until it gives nothing. A packet that cannot be decoded is passed over. */
  push(packet: Packet): Promise<void>
  /** The next frame, valid until the following call; its time is the source's, `key` says that the source has a keyframe there. */
  next(): Promise<{ readonly frame: Frame; readonly pts: number; readonly key: boolean } | undefined>
  /** No more packets come: `next` answers the last frames. */
  finish(): Promise<void>
  close(): void
}

/** Opens the decoder of a track; throws where FFmpeg has no decoder for it. */
export function openVideoDecoder(track: VideoTrack): VideoDecoder {
  const codec = Codec.findDecoder(codecIds[track.codec])
  if (!codec) throw new Error(`The media engine cannot decode ${track.codec}`)
  const context = new CodecContext()
  context.allocContext3(codec)
  if (track.codec !== 'vp9' && track.config.length > 0) context.extraData = Buffer.from(track.config)
  context.pktTimebase = new Rational(1, track.timescale)
  // Frame threads would each delay a frame.
  context.threadType = FF_THREAD_SLICE
  context.threadCount = 2
  if (track.codec === 'av1') context.setFlags(AV_CODEC_FLAG_LOW_DELAY)
  must(context.open2Sync(codec, null), `open the ${track.codec} decoder`)
  const input = new EnginePacket()
  input.alloc()
  const frame = new Frame()
  frame.alloc()
  const keyTimes: number[] = []
  return {
    async push(packet) {
      input.unref()
      input.data = packet.data as Buffer
      input.pts = BigInt(Math.round(packet.pts))
      input.dts = BigInt(Math.round(packet.dts))
      input.isKeyframe = packet.key
      if (packet.key) {
        keyTimes.push(Math.round(packet.pts))
        if (keyTimes.length > keyTimesKept) keyTimes.shift()
      }
      await context.sendPacket(input)
    },
    async next() {
      frame.unref()
      if ((await context.receiveFrame(frame)) < 0) return undefined
      const pts = Number(frame.bestEffortTimestamp)
      const at = keyTimes.indexOf(pts)
      if (at >= 0) keyTimes.splice(0, at + 1)
      return { frame, pts, key: at >= 0 }
    },
    async finish() {
      await context.sendPacket(null)
    },
    close() {
      input.free()
      frame.free()
      context.freeContext()
    },
  }
}
