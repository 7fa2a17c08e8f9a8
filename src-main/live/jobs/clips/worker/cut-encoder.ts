import { AV_CODEC_FLAG_CLOSED_GOP, AV_CODEC_FLAG_GLOBAL_HEADER, AV_PICTURE_TYPE_I, AV_PICTURE_TYPE_NONE } from 'node-av/constants'
import { Codec, CodecContext, Packet as EnginePacket, type Frame, Rational } from 'node-av/lib'
import { type AvcConfiguration, parseAvcDecoderConfiguration } from '../../../../formats/codecs/h264.ts'
import { isFault } from '../../../../formats/fault.ts'
import type { VideoTrack } from '../../../../formats/track.ts'
import { codedForm } from '../../../../media/worker/ffmpeg/coded-video.ts'
import { must, setOption } from '../../../../media/worker/ffmpeg/engine.ts'

/** A frame that was encoded again, with the time that it was given, ticks. */
export interface EncodedFrame {
  readonly data: Uint8Array
  readonly pts: number
  readonly key: boolean
}

/** Encodes the frames of one cut group: the first becomes a keyframe, and there are no B-frames. */
export interface CutEncoder {
  /** The parameter sets that its frames need, as an avcC record. */
  readonly config: Uint8Array
  encode(frame: Frame, pts: number): Promise<readonly EncodedFrame[]>
  finish(): Promise<readonly EncodedFrame[]>
  close(): void
}

const profiles: Readonly<Record<number, string>> = {
  66: 'baseline',
  77: 'main',
  88: 'main',
  100: 'high',
  110: 'high10',
  122: 'high422',
  244: 'high444',
}

/** True if frames of the track can be encoded so that they fit next to its own. */
export function canEncode(track: VideoTrack): boolean {
  if (track.codec !== 'h264' || !Codec.findEncoderByName('libx264' as never)) return false
  const source = parseAvcDecoderConfiguration(track.config)
  return !isFault(source) && source.nalLengthSize === 4 && profiles[source.profile] !== undefined
}

/** Opens an encoder in the track's profile and level, for frames like this one; `setId` numbers its parameter sets. */
export function openCutEncoder(track: VideoTrack, like: Frame, setId: number): CutEncoder {
  const source = parseAvcDecoderConfiguration(track.config) as AvcConfiguration
  const codec = Codec.findEncoderByName('libx264' as never)
  if (!codec) throw new Error('The media engine has no encoder libx264')
  const context = new CodecContext()
  context.allocContext3(codec)
  context.width = like.width
  context.height = like.height
  context.pixelFormat = like.format as typeof context.pixelFormat
  context.sampleAspectRatio = like.sampleAspectRatio
  context.timeBase = new Rational(1, track.timescale)
  context.framerate = new Rational(Math.round((track.frameRate ?? 30) * 1000), 1000)
  context.maxBFrames = 0
  context.colorRange = like.colorRange
  context.colorSpace = like.colorSpace
  context.colorPrimaries = like.colorPrimaries
  context.colorTrc = like.colorTrc
  context.threadCount = 2
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER, AV_CODEC_FLAG_CLOSED_GOP)
  setOption(context, 'preset', 'veryfast')
  setOption(context, 'crf', '17')
  setOption(context, 'profile', profiles[source.profile] ?? 'high')
  setOption(context, 'forced-idr', '1')
  const level = source.level >= 10 ? `:level=${source.level}` : ''
  setOption(context, 'x264-params', `keyint=infinite:scenecut=0:bframes=0:rc-lookahead=0:sync-lookahead=0:ref=1:sps-id=${setId}${level}`)
  must(context.open2Sync(codec, null), 'open libx264')
  const form = codedForm(track.id, 'h264', context.extraData ?? new Uint8Array(0))
  if (isFault(form)) throw new Error(`libx264: ${form.fault}`)
  const { packetData } = form
  const output = new EnginePacket()
  output.alloc()
  let first = true

  async function drain(): Promise<EncodedFrame[]> {
    const encoded: EncodedFrame[] = []
    while ((await context.receivePacket(output)) >= 0) {
      const { data } = output
      if (data) encoded.push({ data: packetData(data), pts: Number(output.pts), key: output.isKeyframe })
      output.unref()
    }
    return encoded
  }

  return {
    config: form.track.config,
    async encode(frame, pts) {
      frame.pts = BigInt(pts)
      frame.pictType = first ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
      first = false
      must(await context.sendFrame(frame), 'encode')
      return drain()
    },
    async finish() {
      must(await context.sendFrame(null), 'encode')
      return drain()
    },
    close() {
      output.free()
      context.freeContext()
    },
  }
}
