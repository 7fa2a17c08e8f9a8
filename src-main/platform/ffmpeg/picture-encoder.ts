import {
  AV_CODEC_FLAG_CLOSED_GOP,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_NV12,
  AV_PIX_FMT_YUV420P,
} from 'node-av/constants'
import { Codec, CodecContext, Packet as EnginePacket, type Frame, Rational } from 'node-av/lib'
import { isFault } from '../../formats/fault.ts'
import type { Packet, Track, VideoCodec } from '../../formats/track.ts'
import { videoTimescale } from '../../formats/track-from-config.ts'
import { codedForm } from './coded-video.ts'
import { type EncoderWishes, encoderOptions } from './encoder-options.ts'
import { must, setOption } from './engine.ts'
import { takeOrdinaryPriority } from './ordinary-priority.ts'
import { openVaapiSurfaces } from './vaapi-surfaces.ts'

/** How pictures are to be understood, in FFmpeg's numbers. */
export type PictureColors = Pick<Frame, 'colorRange' | 'colorSpace' | 'colorPrimaries' | 'colorTrc'>

export interface PictureEncoderSpec extends EncoderWishes {
  /** Id of the track that it makes. */
  readonly id: string
  readonly codec: VideoCodec
  readonly width: number
  readonly height: number
  readonly frameRate: number
  /** Without meaning where `crf` stands. */
  readonly kbps: number
  /** Bitrate that is never passed, kbit/s; `kbps` where left out. */
  readonly maxKbps?: number
  readonly threads: number
  readonly colors: PictureColors
  readonly pixelAspect?: Frame['sampleAspectRatio']
}

/** Encodes pictures of one size. One call at a time. */
export interface PictureEncoder {
  readonly track: Track
  /** Encodes a picture, whose times are set here; `key` makes it a keyframe that a decoder can start at. `pts` are 90 kHz ticks. */
  encode(picture: Frame, pts: number, key: boolean, emit: (packet: Packet) => void): Promise<void>
  /** From the next picture on. */
  setBitrate(kbps: number): void
  /** Gives what still is inside. */
  finish(emit: (packet: Packet) => void): Promise<void>
  close(): void
}

/** Pixel format that an encoder takes: Quick Sync and VAAPI want interleaved chroma. */
export function pixelFormatOf(encoder: string): typeof AV_PIX_FMT_NV12 | typeof AV_PIX_FMT_YUV420P {
  return encoder.endsWith('_vaapi') || encoder.endsWith('_qsv') ? AV_PIX_FMT_NV12 : AV_PIX_FMT_YUV420P
}

/** Opens an encoder; throws FFmpeg's words where it cannot. */
export function openPictureEncoder(spec: PictureEncoderSpec): PictureEncoder {
  const { encoder, width, height, frameRate } = spec
  const codec = Codec.findEncoderByName(encoder as never)
  if (!codec) throw new Error(`The media engine has no encoder ${encoder}`)
  const context = new CodecContext()
  context.allocContext3(codec)
  context.width = width
  context.height = height
  context.pixelFormat = pixelFormatOf(encoder)
  if (spec.pixelAspect) context.sampleAspectRatio = spec.pixelAspect
  context.timeBase = new Rational(1, videoTimescale)
  context.framerate = new Rational(Math.round(frameRate * 1000), 1000)
  context.maxBFrames = spec.bFrames

  function limit(kbps: number): void {
    context.bitRate = BigInt(kbps) * 1000n
    // SVT-AV1 takes no limits beside a constant rate.
    if (encoder === 'libsvtav1') return
    const most = Math.max(kbps, spec.maxKbps ?? kbps)
    context.rcMaxRate = BigInt(most) * 1000n
    context.rcBufferSize = most * (spec.lowLatency ? 500 : 1000)
  }

  if (spec.crf === undefined) limit(spec.kbps)
  // No keyframe but those that are asked for; x264, x265 and SVT-AV1 have words of their own for it.
  if (!encoder.startsWith('lib')) context.gopSize = 100_000
  context.colorRange = spec.colors.colorRange
  context.colorSpace = spec.colors.colorSpace
  context.colorPrimaries = spec.colors.colorPrimaries
  context.colorTrc = spec.colors.colorTrc
  context.threadCount = spec.threads
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER, AV_CODEC_FLAG_CLOSED_GOP)
  for (const [name, value] of encoderOptions(spec)) setOption(context, name, value)
  const surfaces = encoder.endsWith('_vaapi') ? openVaapiSurfaces(context, width, height) : undefined
  must(context.open2Sync(codec, null), `open ${encoder}`)
  if (encoder === 'libsvtav1') takeOrdinaryPriority()
  const form = codedForm(spec.id, spec.codec, context.extraData ?? new Uint8Array(0))
  if (isFault(form)) throw new Error(`${encoder}: ${form.fault}`)
  const { track, packetData } = form

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
    async encode(picture, pts, key, emit) {
      picture.pts = BigInt(pts)
      picture.pictType = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
      must(await context.sendFrame(surfaces ? await surfaces.upload(picture) : picture), 'encode')
      await drain(emit)
    },
    setBitrate: limit,
    async finish(emit) {
      if ((await context.sendFrame(null)) >= 0) await drain(emit)
    },
    close() {
      output.free()
      surfaces?.close()
      context.freeContext()
    },
  }
}
