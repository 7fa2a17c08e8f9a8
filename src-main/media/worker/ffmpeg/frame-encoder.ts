import {
  AV_CODEC_FLAG_CLOSED_GOP,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_NV12,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV444P,
} from 'node-av/constants'
import { Codec, CodecContext, Packet as EnginePacket, type Frame, Rational } from 'node-av/lib'
import { videoTimescale } from '../../../formats/codecs/track-from-config.ts'
import { isFault } from '../../../formats/fault.ts'
import { ticks } from '../../../formats/media-time.ts'
import type { Packet, Track, VideoCodec } from '../../../formats/track.ts'
import { codedForm } from './coded-video.ts'
import { type EncoderPreferences, encoderOptions } from './encoder-options.ts'
import { must, setOption } from './engine.ts'
import { takeOrdinaryPriority } from './ordinary-priority.ts'
import { openVaapiSurfaces } from './vaapi-surfaces.ts'

/** How frames are to be interpreted, in FFmpeg's numbers. */
export type FrameColors = Pick<Frame, 'colorRange' | 'colorSpace' | 'colorPrimaries' | 'colorTrc'>

export interface FrameEncoderSpec extends EncoderPreferences {
  /** Id of the track that it makes. */
  readonly id: string
  readonly codec: VideoCodec
  readonly width: number
  readonly height: number
  readonly frameRate: number
  /** Without meaning if `crf` or `qp` is set. */
  readonly kbps: number
  /** Bitrate that is never passed, kbit/s; `kbps` where left out. */
  readonly maxKbps?: number
  readonly threads: number
  readonly colors: FrameColors
  readonly pixelAspect?: Frame['sampleAspectRatio']
}

/** Encodes frames of one size. One call at a time. */
export interface FrameEncoder {
  /** That of the packets that come next: an encoder that is opened again may have another. */
  readonly track: Track
  /** Encodes a frame, whose times are set here; `key` makes it a keyframe that a decoder can start at. `pts` are 90 kHz ticks. */
  encode(frame: Frame, pts: number, key: boolean, emit: (packet: Packet) => void): Promise<void>
  /** From one of the next frames on: a keyframe if the encoder must be opened again for it. */
  setBitrate(kbps: number): void
  /** The same for an encoder that was opened with a constant quantizer. */
  setQuantizer(qp: number): void
  /** Gives what still is inside. */
  finish(emit: (packet: Packet) => void): Promise<void>
  close(): void
}

/** Pixel format that an encoder takes: Quick Sync and VAAPI want interleaved chroma. */
export function pixelFormatOf(encoder: string): typeof AV_PIX_FMT_NV12 | typeof AV_PIX_FMT_YUV420P {
  return encoder.endsWith('_vaapi') || encoder.endsWith('_qsv') ? AV_PIX_FMT_NV12 : AV_PIX_FMT_YUV420P
}

/** An opened encoder of FFmpeg's. */
interface Coder {
  readonly context: CodecContext
  readonly surfaces: ReturnType<typeof openVaapiSurfaces> | undefined
  readonly track: Track
  readonly packetData: (data: Uint8Array) => Uint8Array
  readonly rate: Rate
}

/** What an encoder is opened with: kbit/s, or a constant quantizer. */
interface Rate {
  readonly kbps: number
  readonly qp: number | undefined
}

const isSameRate = (one: Rate, other: Rate): boolean => one.kbps === other.kbps && one.qp === other.qp
const isLower = (one: Rate, other: Rate): boolean => one.kbps < other.kbps || (one.qp ?? 0) > (other.qp ?? 0)

/** Encoders of FFmpeg's that take another bitrate while they work. Others are opened again for it. */
function takesBitrates(encoder: string): boolean {
  return encoder === 'libx264' || encoder.endsWith('_nvenc') || encoder.endsWith('_qsv')
}

function limit(context: CodecContext, { encoder, kbps: first, maxKbps = first, lowLatency }: FrameEncoderSpec, kbps: number): void {
  context.bitRate = BigInt(kbps) * 1000n
  // SVT-AV1 takes no limits beside a constant rate.
  if (encoder === 'libsvtav1') return
  const max = Math.round(kbps * Math.max(1, maxKbps / first))
  context.rcMaxRate = BigInt(max) * 1000n
  context.rcBufferSize = max * (lowLatency ? 500 : 1000)
}

interface Prepared {
  readonly codec: Codec
  readonly context: CodecContext
  /** Called with the result of opening. Throws FFmpeg's message if it failed. */
  opened(code: number): Coder
}

/** A context that wants to be opened. */
function prepare(spec: FrameEncoderSpec, rate: Rate): Prepared {
  const { encoder, width, height, frameRate } = spec
  const codec = Codec.findEncoderByName(encoder as never)
  if (!codec) throw new Error(`The media engine has no encoder ${encoder}`)
  const context = new CodecContext()
  context.allocContext3(codec)
  context.width = width
  context.height = height
  context.pixelFormat = spec.profile === 'high444' ? AV_PIX_FMT_YUV444P : pixelFormatOf(encoder)
  if (spec.pixelAspect) context.sampleAspectRatio = spec.pixelAspect
  context.timeBase = new Rational(1, videoTimescale)
  context.framerate = new Rational(Math.round(frameRate * 1000), 1000)
  context.maxBFrames = spec.bFrames
  if (spec.crf === undefined && rate.qp === undefined) limit(context, spec, rate.kbps)
  // No keyframe but those that are asked for; x264, x265 and SVT-AV1 have words of their own for it.
  if (!encoder.startsWith('lib')) context.gopSize = 100_000
  context.colorRange = spec.colors.colorRange
  context.colorSpace = spec.colors.colorSpace
  context.colorPrimaries = spec.colors.colorPrimaries
  context.colorTrc = spec.colors.colorTrc
  context.threadCount = spec.threads
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER, AV_CODEC_FLAG_CLOSED_GOP)
  for (const [name, value] of encoderOptions(rate.qp === undefined ? spec : { ...spec, qp: rate.qp })) setOption(context, name, value)
  const surfaces = encoder.endsWith('_vaapi') ? openVaapiSurfaces(context, width, height) : undefined
  return {
    codec,
    context,
    opened(code) {
      try {
        must(code, `open ${encoder}`)
        if (encoder === 'libsvtav1') takeOrdinaryPriority()
        const form = codedForm(spec.id, spec.codec, context.extraData ?? new Uint8Array(0))
        if (isFault(form)) throw new Error(`${encoder}: ${form.fault}`)
        return { context, surfaces, ...form, rate }
      } catch (error) {
        release({ context, surfaces })
        throw error
      }
    },
  }
}

function release({ context, surfaces }: Pick<Coder, 'context' | 'surfaces'>): void {
  surfaces?.close()
  context.freeContext()
}

/** Opens an encoder; throws FFmpeg's words where it cannot. */
export function openFrameEncoder(spec: FrameEncoderSpec): FrameEncoder {
  const { encoder, frameRate } = spec
  let wanted: Rate = { kbps: spec.kbps, qp: spec.qp }
  const first = prepare(spec, wanted)
  let coder = first.opened(first.context.open2Sync(first.codec, null))
  /** Takes over at the next keyframe, or at once where the bitrate falls. */
  let successor: Coder | undefined
  let opening = false
  let closed = false
  const output = new EnginePacket()
  output.alloc()
  let lastDts = Number.NEGATIVE_INFINITY
  let step = Math.round(videoTimescale / frameRate)

  /**
   * x264 without lookahead has done its work when it has taken a frame: the way through another thread would cost more than what is left.
   */
  const isDoneAtOnce = encoder === 'libx264' && spec.lowLatency

  async function drain(emit: (packet: Packet) => void): Promise<void> {
    const { context, track, packetData } = coder
    while ((isDoneAtOnce ? context.receivePacketSync(output) : await context.receivePacket(output)) >= 0) {
      const data = output.data
      // An encoder with B-frames that takes over starts with times before its first frame.
      const dts = Math.max(Number(output.dts), lastDts + 1)
      if (data) {
        const since = dts - lastDts
        if (since < 2 * videoTimescale) step = since
        lastDts = dts
        const duration = Number(output.duration)
        emit({
          track,
          pts: ticks(Number(output.pts)),
          dts: ticks(dts),
          duration: ticks(duration > 0 ? duration : step),
          key: output.isKeyframe,
          data: packetData(data),
        })
      }
      output.unref()
    }
  }

  async function finish(emit: (packet: Packet) => void): Promise<void> {
    if ((await coder.context.sendFrame(null)) >= 0) await drain(emit)
  }

  /** Opens encoders on a thread of their own, until there is one for what is wanted: opening takes longer than a frame. */
  async function openSuccessor(): Promise<void> {
    opening = true
    try {
      while (!closed && !isSameRate((successor ?? coder).rate, wanted)) {
        const next = prepare(spec, wanted)
        const made = next.opened(await next.context.open2(next.codec, null))
        if (successor) release(successor)
        successor = made
      }
    } finally {
      opening = false
      if (closed && successor) release(successor)
    }
  }

  return {
    get track() {
      return coder.track
    },
    async encode(frame, pts, key, emit) {
      const takesOver = successor !== undefined && (key || isLower(successor.rate, coder.rate))
      if (successor && takesOver) {
        await finish(emit)
        release(coder)
        const { track } = coder
        // Who reads it need not start again where the same decoder goes on.
        coder = Buffer.compare(successor.track.config, track.config) === 0 ? { ...successor, track } : successor
        successor = undefined
      }
      const { context, surfaces } = coder
      frame.pts = BigInt(pts)
      frame.pictType = key || takesOver ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
      must(await context.sendFrame(surfaces ? await surfaces.upload(frame) : frame), 'encode')
      await drain(emit)
    },
    setBitrate(kbps) {
      wanted = { ...wanted, kbps }
      if (takesBitrates(encoder)) limit(coder.context, spec, kbps)
      // Where none can be opened, the one active goes on with what it has.
      else if (!opening) openSuccessor().catch(() => undefined)
    },
    setQuantizer(qp) {
      wanted = { ...wanted, qp }
      if (!opening) openSuccessor().catch(() => undefined)
    },
    finish,
    close() {
      closed = true
      output.free()
      release(coder)
      if (successor && !opening) release(successor)
    },
  }
}
