import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_YUV420P,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  FF_ENCODER_AAC,
  FF_ENCODER_LIBOPUS,
  FF_ENCODER_LIBSVTAV1,
  FF_ENCODER_LIBX264,
  FF_ENCODER_LIBX265,
} from 'node-av/constants'
import { Codec, CodecContext, FormatContext, Frame, Packet, Rational, type Stream } from 'node-av/lib'
import type { Planes } from '../test-card/test-card.ts'
import { must, setOption } from './engine.ts'

/** What the host draws by itself is encoded in software, so that every machine can. */
const videoEncoders = { h264: FF_ENCODER_LIBX264, hevc: FF_ENCODER_LIBX265, av1: FF_ENCODER_LIBSVTAV1 } as const
const audioEncoders = { aac: FF_ENCODER_AAC, opus: FF_ENCODER_LIBOPUS } as const

export interface DrawnVideo {
  readonly codec: 'h264' | 'hevc' | 'av1'
  readonly width: number
  readonly height: number
  /** Frames per second as a fraction. */
  readonly rate: readonly [numerator: number, denominator: number]
  /** Frames from one keyframe to the next. */
  readonly gop: number
  /** Options of the encoder. */
  readonly settings: Readonly<Record<string, string>>
}

export interface DrawnAudio {
  readonly codec: 'aac' | 'opus'
  /** Hz. */
  readonly sampleRate: number
  readonly channels: number
  /** bit/s. */
  readonly bitRate: number
}

/** Opens an encoder of drawn frames: 4:2:0, BT.709, limited range, without B-frames, one thread. `more` sets what is special. */
export function openDrawnVideo({ codec: name, width, height, rate, gop, settings }: DrawnVideo, more?: (context: CodecContext) => void) {
  const { codec, context } = allocate(videoEncoders[name])
  const [numerator, denominator] = rate
  context.width = width
  context.height = height
  context.pixelFormat = AV_PIX_FMT_YUV420P
  context.timeBase = new Rational(denominator, numerator)
  context.framerate = new Rational(numerator, denominator)
  context.gopSize = gop
  context.maxBFrames = 0
  context.colorRange = AVCOL_RANGE_MPEG
  context.colorSpace = AVCOL_SPC_BT709
  context.threadCount = 1
  more?.(context)
  for (const [option, value] of Object.entries(settings)) setOption(context, option, value)
  must(context.open2Sync(codec, null), 'open video encoder')
  return context
}

/** Opens an encoder of audio: planar floats for AAC, interleaved ones for Opus. */
export function openDrawnAudio({ codec: name, sampleRate, channels, bitRate }: DrawnAudio): CodecContext {
  const { codec, context } = allocate(audioEncoders[name])
  context.sampleRate = sampleRate
  context.sampleFormat = name === 'aac' ? AV_SAMPLE_FMT_FLTP : AV_SAMPLE_FMT_FLT
  context.channelLayout = channels === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO
  context.timeBase = new Rational(1, sampleRate)
  context.bitRate = BigInt(bitRate)
  must(context.open2Sync(codec, null), 'open audio encoder')
  return context
}

function allocate(encoder: Parameters<typeof Codec.findEncoderByName>[0]): { codec: Codec; context: CodecContext } {
  const codec = Codec.findEncoderByName(encoder)
  if (!codec) throw new Error(`The media engine has no ${encoder} encoder`)
  const context = new CodecContext()
  context.allocContext3(codec)
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER)
  return { codec, context }
}

/** A frame to draw into, in the format of `openDrawnVideo`. */
export function allocDrawnFrame(width: number, height: number): Frame {
  const frame = new Frame()
  frame.alloc()
  frame.width = width
  frame.height = height
  frame.format = AV_PIX_FMT_YUV420P
  frame.colorRange = AVCOL_RANGE_MPEG
  frame.colorSpace = AVCOL_SPC_BT709
  must(frame.getBuffer(0), 'video memory')
  return frame
}

/** The planes of a frame, which nothing else uses afterwards. Ask again for each drawing: the bytes may have moved. */
export function planesOf(frame: Frame): Planes {
  must(frame.makeWritable(), 'video memory')
  const { data, linesize } = frame
  if (!data) throw new Error('The media engine gave no video memory')
  const plane = (index: number) => ({ data: data[index] as Uint8Array, stride: linesize[index] as number })
  return [plane(0), plane(1), plane(2)]
}

/** A frame of audio as an encoder takes them; `samples` of each channel. */
export function allocAudio(context: CodecContext): { readonly frame: Frame; readonly samples: number } {
  const samples = context.frameSize || 1024
  const frame = new Frame()
  frame.alloc()
  frame.format = context.sampleFormat
  frame.sampleRate = context.sampleRate
  frame.channelLayout = context.channelLayout
  frame.nbSamples = samples
  must(frame.getBuffer(0), 'audio memory')
  return { frame, samples }
}

/** One encoder and its stream in the container. */
export interface DrawnLane {
  readonly context: CodecContext
  readonly stream: Stream
}

/** A container that encoders are written into: a file, or a server. */
export class DrawnOutput {
  readonly format: FormatContext
  readonly #packet = new Packet()

  /** @param container FFmpeg's name */
  constructor(container: string, url: string) {
    this.format = new FormatContext()
    must(this.format.allocOutputContext2(null, container, url), 'make output')
    this.#packet.alloc()
  }

  /** Adds a stream for an encoder; before the header is written. */
  lane(context: CodecContext): DrawnLane {
    const stream = this.format.newStream(null)
    must(stream.codecpar.fromContext(context), 'describe stream')
    stream.codecpar.codecTag = 0
    stream.timeBase = context.timeBase
    return { context, stream }
  }

  /** Encodes a frame, or with null what is left in the encoder, and writes what is ready. */
  async encode(lane: DrawnLane, frame: Frame | null, what: string): Promise<void> {
    const { context, stream } = lane
    const packet = this.#packet
    must(await context.sendFrame(frame), what)
    while ((await context.receivePacket(packet)) >= 0) {
      packet.streamIndex = stream.index
      packet.rescaleTs(context.timeBase, stream.timeBase)
      // The audio encoder's priming comes before time 0, where a live stream has nothing to trim it by.
      if (packet.pts >= 0n) must(await this.format.writeFrame(packet), 'write')
      packet.unref()
    }
  }

  /** Frees its packet. */
  free(): void {
    this.#packet.free()
  }
}
