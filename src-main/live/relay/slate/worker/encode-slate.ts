import { Decoder, Demuxer, FilterAPI } from 'node-av/api'
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_LOG_ERROR,
  AV_PICTURE_TYPE_NONE,
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
import { Codec, CodecContext, FormatContext, Frame, Log, Packet, Rational, type Stream } from 'node-av/lib'
import { must, setOption } from '../../../../media/worker/ffmpeg/engine.ts'
import type { SlateJob } from '../messages.ts'
import { drawSlate, type Plane } from './draw-slate.ts'

/** A picture is encoded for so long and repeated; a video is cut after `longestS`. */
const pictureS = 2
const maxS = 10
const silenceS = 0.5
const maxPoints = 8192 * 4608

const encoders = { h264: FF_ENCODER_LIBX264, hevc: FF_ENCODER_LIBX265, av1: FF_ENCODER_LIBSVTAV1 } as const

interface Lane {
  readonly context: CodecContext
  readonly stream: Stream
}

/** Encodes a slate in the settings of its stream into an FLV file: one closed group of pictures, then silence. */
export async function encodeSlate(job: SlateJob): Promise<void> {
  Log.setLevel(AV_LOG_ERROR)
  const frames = await picturesOf(job)
  const output = new FormatContext()
  must(output.allocOutputContext2(null, 'flv', job.output), 'make output')
  const lane = (context: CodecContext): Lane => {
    const stream = output.newStream(null)
    must(stream.codecpar.fromContext(context), 'describe stream')
    stream.codecpar.codecTag = 0
    stream.timeBase = context.timeBase
    return { context, stream }
  }
  const video = lane(openVideo(job, frames.count))
  const audio = job.audio === undefined ? undefined : lane(openAudio(job.audio))
  must(await output.openOutput(), 'open output')
  must(await output.writeHeader(null), 'write head')
  const packet = new Packet()
  packet.alloc()

  async function drain({ context, stream }: Lane): Promise<void> {
    while ((await context.receivePacket(packet)) >= 0) {
      packet.streamIndex = stream.index
      packet.rescaleTs(context.timeBase, stream.timeBase)
      if (packet.pts >= 0n) must(await output.writeFrame(packet), 'write')
      packet.unref()
    }
  }

  for (let index = 0; index < frames.count; index++) {
    const frame = frames.at(index)
    frame.pictType = AV_PICTURE_TYPE_NONE
    frame.pts = BigInt(index)
    must(await video.context.sendFrame(frame), 'encode picture')
    await drain(video)
  }
  await video.context.sendFrame(null)
  await drain(video)
  if (audio !== undefined) await encodeSilence(audio, () => drain(audio))
  must(await output.writeTrailer(), 'write end')
  await output.closeOutput()
}

async function encodeSilence({ context }: Lane, drain: () => Promise<void>): Promise<void> {
  const samples = context.frameSize || 1024
  const sound = new Frame()
  sound.alloc()
  sound.format = context.sampleFormat
  sound.sampleRate = context.sampleRate
  sound.channelLayout = context.channelLayout
  sound.nbSamples = samples
  must(sound.getBuffer(0), 'sound memory')
  for (let at = 0; at < context.sampleRate * silenceS; at += samples) {
    must(sound.makeWritable(), 'sound memory')
    for (const plane of sound.data ?? []) plane?.fill(0)
    sound.pts = BigInt(at)
    must(await context.sendFrame(sound), 'encode sound')
    await drain()
  }
  await context.sendFrame(null)
  await drain()
  sound.free()
}

function openVideo({ video }: SlateJob, count: number): CodecContext {
  const codec = Codec.findEncoderByName(encoders[video.codec])
  if (!codec) throw new Error(`The media engine has no ${encoders[video.codec]} encoder`)
  const [numerator, denominator] = video.rate
  const context = new CodecContext()
  context.allocContext3(codec)
  context.width = video.width
  context.height = video.height
  context.pixelFormat = AV_PIX_FMT_YUV420P
  context.timeBase = new Rational(denominator, numerator)
  context.framerate = new Rational(numerator, denominator)
  context.gopSize = count
  context.maxBFrames = 0
  context.colorRange = AVCOL_RANGE_MPEG
  context.colorSpace = AVCOL_SPC_BT709
  context.threadCount = 1
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER)
  const gop = `keyint=${count + 1}:min-keyint=${count}`
  const settings: Record<string, string> =
    video.codec === 'h264'
      ? {
          'preset': 'veryfast',
          'tune': 'zerolatency',
          'crf': '24',
          'x264-params': `${gop}:scenecut=0`,
          ...(video.profile ? { profile: video.profile } : {}),
        }
      : video.codec === 'hevc'
        ? { 'preset': 'ultrafast', 'tune': 'zerolatency', 'crf': '26', 'x265-params': `${gop}:scenecut=0:bframes=0:log-level=error` }
        : { 'preset': '12', 'svtav1-params': `keyint=${count + 1}:pred-struct=1:scd=0` }
  for (const [name, value] of Object.entries(settings)) setOption(context, name, value)
  must(context.open2Sync(codec, null), 'open video encoder')
  return context
}

function openAudio({ codec: name, sampleRate, channels }: NonNullable<SlateJob['audio']>): CodecContext {
  const encoder = name === 'aac' ? FF_ENCODER_AAC : FF_ENCODER_LIBOPUS
  const codec = Codec.findEncoderByName(encoder)
  if (!codec) throw new Error(`The media engine has no ${encoder} encoder`)
  const context = new CodecContext()
  context.allocContext3(codec)
  context.sampleRate = sampleRate
  context.sampleFormat = name === 'aac' ? AV_SAMPLE_FMT_FLTP : AV_SAMPLE_FMT_FLT
  context.channelLayout = channels === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO
  context.timeBase = new Rational(1, sampleRate)
  context.bitRate = 64_000n
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER)
  must(context.open2Sync(codec, null), 'open audio encoder')
  return context
}

/** The pictures to encode: one again and again, or those of a short video. */
async function picturesOf({ file, title, video }: SlateJob): Promise<{ count: number; at: (index: number) => Frame }> {
  const { width, height, rate } = video
  const stillCount = Math.max(1, Math.round((pictureS * rate[0]) / rate[1]))
  if (file === undefined) {
    const frame = new Frame()
    frame.alloc()
    frame.width = width
    frame.height = height
    frame.format = AV_PIX_FMT_YUV420P
    frame.colorRange = AVCOL_RANGE_MPEG
    frame.colorSpace = AVCOL_SPC_BT709
    must(frame.getBuffer(0), 'picture memory')
    const { data, linesize } = frame
    if (!data) throw new Error('The media engine gave no picture memory')
    const plane = (index: number): Plane => ({ data: data[index] as Uint8Array, stride: linesize[index] as number })
    drawSlate([plane(0), plane(1), plane(2)], width, height, title)
    return { count: stillCount, at: () => frame }
  }
  const input = await Demuxer.open(file)
  const stream = input.video()
  if (stream === undefined) throw new Error('The file holds no picture')
  if (stream.codecpar.width * stream.codecpar.height > maxPoints) throw new Error('The picture has more points than 8K')
  const decoder = await Decoder.create(stream)
  const filter = FilterAPI.create(
    `fps=${rate[0]}/${rate[1]},scale=${width}:${height}:force_original_aspect_ratio=decrease:out_range=tv,pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2,setsar=1,format=yuv420p`,
  )
  const frames: Frame[] = []
  const max = Math.floor((maxS * rate[0]) / rate[1])
  for await (const frame of filter.frames(decoder.frames(input.packets(stream.index)))) {
    if (frame === null) break
    const kept = frame.clone()
    if (kept !== null) frames.push(kept)
    if (frames.length >= max) break
  }
  const first = frames[0]
  if (first === undefined) throw new Error('The file holds no picture that can be decoded')
  return frames.length === 1 ? { count: stillCount, at: () => first } : { count: frames.length, at: (index) => frames[index] as Frame }
}
