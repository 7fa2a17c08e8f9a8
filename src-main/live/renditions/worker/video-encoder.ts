import {
  AV_CODEC_FLAG_CLOSED_GOP,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_NV12,
  AV_PIX_FMT_YUV420P,
  SWS_BILINEAR,
} from 'node-av/constants'
import { Codec, CodecContext, Packet as EnginePacket, Frame, Rational, SoftwareScaleContext } from 'node-av/lib'
import { isFault } from '../../../formats/fault.ts'
import type { Packet, Track } from '../../../formats/track.ts'
import { videoTimescale } from '../../../formats/track-from-config.ts'
import { codedForm } from '../../../platform/ffmpeg/coded-video.ts'
import { must, setOption } from '../../../platform/ffmpeg/engine.ts'
import { openVaapiSurfaces } from '../../../platform/ffmpeg/vaapi-surfaces.ts'
import type { VideoOutput } from '../messages.ts'
import { outputSize } from '../output-size.ts'
import { encoderOptions } from './encoder-options.ts'

/** Scales pictures and encodes them. One call at a time. */
export interface VideoEncoder {
  readonly track: Track
  /** Size and format of the pictures that it takes: others need another encoder. */
  readonly takes: { readonly width: number; readonly height: number; readonly format: number }
  /** Encodes a picture; `key` makes it a keyframe that a decoder can start at. */
  encode(frame: Frame, pts: number, key: boolean, emit: (packet: Packet) => void): Promise<void>
  /** Gives what still is inside. */
  finish(emit: (packet: Packet) => void): Promise<void>
  close(): void
}

/** Opens scaler and encoder for pictures like this one; throws FFmpeg's words where it cannot. */
export function openVideoEncoder(spec: VideoOutput, like: Frame, frameRate: number): VideoEncoder {
  const codec = Codec.findEncoderByName(spec.encoder as never)
  if (!codec) throw new Error(`The media engine has no encoder ${spec.encoder}`)
  const takes = { width: like.width, height: like.height, format: like.format as number }
  const { width, height } = outputSize(takes.width, takes.height, spec.height)
  const isVaapi = spec.encoder.endsWith('_vaapi')
  // Quick Sync and VAAPI take pictures with interleaved chroma alone.
  const format = isVaapi || spec.encoder.endsWith('_qsv') ? AV_PIX_FMT_NV12 : AV_PIX_FMT_YUV420P
  const context = new CodecContext()
  context.allocContext3(codec)
  context.width = width
  context.height = height
  context.pixelFormat = format
  context.sampleAspectRatio = like.sampleAspectRatio
  context.timeBase = new Rational(1, videoTimescale)
  context.framerate = new Rational(Math.round(frameRate * 1000), 1000)
  context.maxBFrames = spec.bFrames
  context.bitRate = BigInt(spec.kbps) * 1000n
  // SVT-AV1 takes no limits beside a constant rate.
  if (spec.encoder !== 'libsvtav1') {
    context.rcMaxRate = BigInt(spec.kbps) * 1000n
    context.rcBufferSize = spec.kbps * (spec.realtime ? 500 : 1000)
  }
  // No keyframe but those that are asked for; x264, x265 and SVT-AV1 have words of their own for it.
  if (!spec.encoder.startsWith('lib')) context.gopSize = 100_000
  context.colorRange = like.colorRange
  context.colorSpace = like.colorSpace
  context.colorPrimaries = like.colorPrimaries
  context.colorTrc = like.colorTrc
  context.threadCount = 2
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER, AV_CODEC_FLAG_CLOSED_GOP)
  for (const [name, value] of encoderOptions(spec)) setOption(context, name, value)
  const surfaces = isVaapi ? openVaapiSurfaces(context, width, height) : undefined
  must(context.open2Sync(codec, null), `open ${spec.encoder}`)
  const form = codedForm(spec.id, spec.codec, context.extraData ?? new Uint8Array(0))
  if (isFault(form)) throw new Error(`${spec.encoder}: ${form.fault}`)
  const { track, packetData } = form

  const scales = width !== takes.width || height !== takes.height || takes.format !== format
  const picture = new Frame()
  picture.alloc()
  let scaler: SoftwareScaleContext | undefined
  if (scales) {
    picture.width = width
    picture.height = height
    picture.format = format
    must(picture.getBuffer(0), 'picture memory')
    scaler = new SoftwareScaleContext()
    scaler.getContext(takes.width, takes.height, like.format as typeof AV_PIX_FMT_YUV420P, width, height, format, SWS_BILINEAR)
  }
  const output = new EnginePacket()
  output.alloc()
  let lastDts = Number.NEGATIVE_INFINITY
  let step = Math.round(videoTimescale / frameRate)

  async function drain(emit: (packet: Packet) => void): Promise<void> {
    while ((await context.receivePacket(output)) >= 0) {
      const data = output.data
      const dts = Number(output.dts)
      if (data && dts > lastDts) {
        const since = dts - lastDts
        if (since < 2 * videoTimescale) step = since
        lastDts = dts
        const duration = Number(output.duration)
        emit({
          track,
          pts: Number(output.pts),
          dts,
          duration: duration > 0 ? duration : step,
          key: output.isKeyframe,
          data: packetData(data),
        })
      }
      output.unref()
    }
  }

  return {
    track,
    takes,
    async encode(frame, pts, key, emit) {
      if (scaler) {
        must(picture.makeWritable(), 'picture memory')
        must(await scaler.scaleFrame(picture, frame), 'scale')
        picture.sampleAspectRatio = frame.sampleAspectRatio
      } else {
        picture.unref()
        must(picture.ref(frame), 'picture memory')
      }
      picture.pts = BigInt(pts)
      picture.pictType = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
      must(await context.sendFrame(surfaces ? await surfaces.upload(picture) : picture), 'encode')
      await drain(emit)
    },
    async finish(emit) {
      if ((await context.sendFrame(null)) >= 0) await drain(emit)
    },
    close() {
      output.free()
      picture.free()
      scaler?.freeContext()
      surfaces?.close()
      context.freeContext()
    },
  }
}
