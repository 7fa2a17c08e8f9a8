import {
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_LOG_ERROR,
  AV_PIX_FMT_YUV420P,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  AVCOL_PRI_BT709,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  AVCOL_TRC_BT709,
  AVFMT_FLAG_FLUSH_PACKETS,
  FF_ENCODER_AAC,
  FF_ENCODER_LIBOPUS,
  FF_ENCODER_LIBSVTAV1,
  FF_ENCODER_LIBX264,
  FF_ENCODER_LIBX265,
} from 'node-av/constants'
import { Codec, CodecContext, FormatContext, Frame, Log, Packet, Rational, type Stream } from 'node-av/lib'
import { must, setOption } from '../../../../media/worker/ffmpeg/engine.ts'
import type { Planes } from '../../../../media/worker/test-card/test-card.ts'
import { toneSampleRate } from '../../../../media/worker/test-card/test-tone.ts'
import type { TestStreamOptions } from '../messages.ts'

const videoEncoders = { h264: FF_ENCODER_LIBX264, hevc: FF_ENCODER_LIBX265, av1: FF_ENCODER_LIBSVTAV1 } as const
const audioEncoders = { aac: FF_ENCODER_AAC, opus: FF_ENCODER_LIBOPUS } as const

/** Encoder settings for the lowest delay: no B-frames, no look-ahead, a keyframe exactly every two seconds. */
function videoSettings(options: TestStreamOptions): Record<string, string> {
  const gop = options.fps * 2
  switch (options.video) {
    case 'h264':
      return { preset: 'veryfast', tune: 'zerolatency', profile: 'high', 'x264-params': `keyint=${gop}:min-keyint=${gop}:scenecut=0` }
    case 'hevc':
      return {
        preset: 'ultrafast',
        tune: 'zerolatency',
        'x265-params': `keyint=${gop}:min-keyint=${gop}:scenecut=0:bframes=0:log-level=error`,
      }
    case 'av1':
      return { preset: '12', 'svtav1-params': `keyint=${gop}:pred-struct=1:rc=2:scd=0` }
  }
}

/** One encoder and its stream in the container. */
interface Lane {
  readonly context: CodecContext
  readonly stream: Stream
}

/** Turns drawn pictures and sound into a stream at an address. Not re-entrant: one call at a time. */
export interface TestStreamEncoder {
  /** Samples of one sound packet. */
  readonly samplesPerPacket: number
  /** Planes of the one picture that is encoded again and again; ask anew for each frame, the bytes may have moved. */
  planes(): Planes
  writePicture(frame: number): Promise<void>
  /** `fill` draws one channel's samples, `samplesPerPacket` of them beginning at `firstSample`. */
  writeSound(firstSample: number, fill: (into: Float32Array, firstSample: number) => void): Promise<void>
  close(): Promise<void>
}

function openVideo(options: TestStreamOptions): CodecContext {
  const codec = Codec.findEncoderByName(videoEncoders[options.video])
  if (!codec) throw new Error(`The media engine has no ${videoEncoders[options.video]} encoder`)
  const context = new CodecContext()
  context.allocContext3(codec)
  context.width = options.width
  context.height = options.height
  context.pixelFormat = AV_PIX_FMT_YUV420P
  context.timeBase = new Rational(1, options.fps)
  context.framerate = new Rational(options.fps, 1)
  context.gopSize = options.fps * 2
  context.maxBFrames = 0
  context.bitRate = BigInt(options.videoKbps) * 1000n
  if (options.video !== 'av1') {
    context.rcMaxRate = BigInt(options.videoKbps) * 1000n
    context.rcBufferSize = options.videoKbps * 1000
  }
  context.colorRange = AVCOL_RANGE_MPEG
  context.colorSpace = AVCOL_SPC_BT709
  context.colorPrimaries = AVCOL_PRI_BT709
  context.colorTrc = AVCOL_TRC_BT709
  context.threadCount = 1
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER)
  for (const [name, value] of Object.entries(videoSettings(options))) setOption(context, name, value)
  must(context.open2Sync(codec, null), 'open video encoder')
  return context
}

function openAudio(options: TestStreamOptions): CodecContext {
  const codec = Codec.findEncoderByName(audioEncoders[options.audio])
  if (!codec) throw new Error(`The media engine has no ${audioEncoders[options.audio]} encoder`)
  const context = new CodecContext()
  context.allocContext3(codec)
  context.sampleRate = toneSampleRate
  context.sampleFormat = options.audio === 'aac' ? AV_SAMPLE_FMT_FLTP : AV_SAMPLE_FMT_FLT
  context.channelLayout = AV_CHANNEL_LAYOUT_STEREO
  context.timeBase = new Rational(1, toneSampleRate)
  context.bitRate = 128_000n
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER)
  must(context.open2Sync(codec, null), 'open audio encoder')
  return context
}

/** Opens encoders and the output; rejects when the address cannot be opened or the server refuses. */
export async function openTestStreamEncoder(options: TestStreamOptions): Promise<TestStreamEncoder> {
  Log.setLevel(AV_LOG_ERROR)
  const output = new FormatContext()
  must(output.allocOutputContext2(null, options.url.endsWith('.mp4') ? 'mp4' : 'flv', options.url), 'make output')
  const lane = (context: CodecContext): Lane => {
    const stream = output.newStream(null)
    must(stream.codecpar.fromContext(context), 'describe stream')
    stream.codecpar.codecTag = 0
    stream.timeBase = context.timeBase
    return { context, stream }
  }
  const video = lane(openVideo(options))
  const audio = lane(openAudio(options))
  must(await output.openOutput(), 'connect')
  output.setFlags(AVFMT_FLAG_FLUSH_PACKETS)
  if (!options.url.endsWith('.mp4')) setOption(output, 'flvflags', 'no_duration_filesize')
  must(await output.writeHeader(null), 'publish')

  const samples = audio.context.frameSize || 1024
  const planar = options.audio === 'aac'
  const picture = new Frame()
  picture.alloc()
  picture.width = options.width
  picture.height = options.height
  picture.format = AV_PIX_FMT_YUV420P
  picture.colorRange = AVCOL_RANGE_MPEG
  picture.colorSpace = AVCOL_SPC_BT709
  must(picture.getBuffer(0), 'picture memory')
  const sound = new Frame()
  sound.alloc()
  sound.format = audio.context.sampleFormat
  sound.sampleRate = toneSampleRate
  sound.channelLayout = AV_CHANNEL_LAYOUT_STEREO
  sound.nbSamples = samples
  must(sound.getBuffer(0), 'sound memory')
  const packet = new Packet()
  packet.alloc()
  const mono = new Float32Array(samples)

  async function drain({ context, stream }: Lane): Promise<void> {
    while ((await context.receivePacket(packet)) >= 0) {
      // The sound encoder's priming comes before time 0, where a live stream has nothing to trim it by.
      if (packet.pts < 0n) {
        packet.unref()
        continue
      }
      packet.streamIndex = stream.index
      packet.rescaleTs(context.timeBase, stream.timeBase)
      must(await output.writeFrame(packet), 'send')
      packet.unref()
    }
  }

  let closed = false
  return {
    samplesPerPacket: samples,

    planes() {
      must(picture.makeWritable(), 'picture memory')
      const data = picture.data
      const strides = picture.linesize
      if (!data) throw new Error('The media engine gave no picture memory')
      return [
        { data: data[0]!, stride: strides[0]! },
        { data: data[1]!, stride: strides[1]! },
        { data: data[2]!, stride: strides[2]! },
      ]
    },

    async writePicture(frame) {
      picture.pts = BigInt(frame)
      must(await video.context.sendFrame(picture), 'encode picture')
      await drain(video)
    },

    async writeSound(firstSample, fill) {
      must(sound.makeWritable(), 'sound memory')
      const data = sound.data
      if (!data) throw new Error('The media engine gave no sound memory')
      fill(mono, firstSample)
      for (let plane = 0; plane < (planar ? 2 : 1); plane++) {
        const bytes = data[plane]!
        const into = new Float32Array(bytes.buffer, bytes.byteOffset, planar ? samples : samples * 2)
        if (planar) into.set(mono)
        else for (let index = 0; index < samples; index++) into[index * 2] = into[index * 2 + 1] = mono[index]!
      }
      sound.pts = BigInt(firstSample)
      must(await audio.context.sendFrame(sound), 'encode sound')
      await drain(audio)
    },

    async close() {
      if (closed) return
      closed = true
      // Flushing can fail only because the connection is gone, which the caller knows by now.
      await video.context
        .sendFrame(null)
        .then(() => drain(video))
        .catch(() => undefined)
      await output.writeTrailer().catch(() => undefined)
      await output.closeOutput().catch(() => undefined)
      picture.free()
      sound.free()
      packet.free()
      video.context.freeContext()
      audio.context.freeContext()
    },
  }
}
