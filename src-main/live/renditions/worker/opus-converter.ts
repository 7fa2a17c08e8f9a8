import {
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_AC3,
  AV_CODEC_ID_EAC3,
  AV_CODEC_ID_FLAC,
  AV_CODEC_ID_MP3,
  AV_CODEC_ID_OPUS,
  AV_SAMPLE_FMT_FLT,
  FF_ENCODER_LIBOPUS,
} from 'node-av/constants'
import { AudioFifo, Codec, CodecContext, Packet as EnginePacket, Frame, Rational, SoftwareResampleContext } from 'node-av/lib'
import { isFault } from '../../../formats/fault.ts'
import type { AudioTrack, Packet, Track } from '../../../formats/track.ts'
import { audioTrack } from '../../../formats/track-from-config.ts'
import { must, setOption } from '../../../platform/ffmpeg/engine.ts'

const codecIds = {
  aac: AV_CODEC_ID_AAC,
  opus: AV_CODEC_ID_OPUS,
  flac: AV_CODEC_ID_FLAC,
  ac3: AV_CODEC_ID_AC3,
  eac3: AV_CODEC_ID_EAC3,
  mp3: AV_CODEC_ID_MP3,
} as const
const rate = 48_000
/** Samples of one packet: 20 ms. */
const packetSamples = 960
/** Distance between where the sound stands and where its times say it should at which it jumps there: 60 ms. */
const jumpSamples = 2880

/** Sound of any codec made Opus. */
export interface OpusConverter {
  readonly track: Track
  /** Takes a packet of the source, gives what is complete by it. A packet that cannot be decoded is passed over. */
  convert(packet: Packet, emit: (packet: Packet) => void): void
  close(): void
}

/** What FFmpeg's decoders want to know beforehand, from what the track carries. */
function decoderConfiguration(track: AudioTrack): Buffer | undefined {
  if (track.codec === 'aac') return Buffer.from(track.config)
  // The STREAMINFO block without its header (RFC 9639, 8.2).
  if (track.codec === 'flac') return Buffer.from(track.config.subarray(4, 38))
  if (track.codec !== 'opus') return undefined
  const head = Buffer.concat([Buffer.from('OpusHead'), track.config])
  head[8] = 1
  head.subarray(10, 12).reverse()
  head.subarray(12, 16).reverse()
  head.subarray(16, 18).reverse()
  return head
}

/** Opens decoder, resampler and encoder. Throws where the media engine lacks one. */
export function openOpusConverter(id: string, source: AudioTrack, kbps: number): OpusConverter {
  const decoderCodec = Codec.findDecoder(codecIds[source.codec])
  const encoderCodec = Codec.findEncoderByName(FF_ENCODER_LIBOPUS)
  if (!decoderCodec || !encoderCodec) throw new Error(`The media engine cannot make Opus of ${source.codec}`)
  const decoder = new CodecContext()
  decoder.allocContext3(decoderCodec)
  const configuration = decoderConfiguration(source)
  if (configuration) decoder.extraData = configuration
  decoder.pktTimebase = new Rational(1, source.timescale)
  decoder.sampleRate = source.sampleRate
  must(decoder.open2Sync(decoderCodec, null), `open the ${source.codec} decoder`)

  const encoder = new CodecContext()
  encoder.allocContext3(encoderCodec)
  encoder.sampleRate = rate
  encoder.sampleFormat = AV_SAMPLE_FMT_FLT
  encoder.channelLayout = AV_CHANNEL_LAYOUT_STEREO
  encoder.timeBase = new Rational(1, rate)
  encoder.bitRate = BigInt(kbps) * 1000n
  encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER)
  setOption(encoder, 'frame_duration', '20')
  must(encoder.open2Sync(encoderCodec, null), 'open the Opus encoder')
  const described = audioTrack(id, 'opus', encoder.extraData ?? new Uint8Array(0))
  if (isFault(described)) throw new Error(described.fault)
  const track = described

  const input = new EnginePacket()
  input.alloc()
  const output = new EnginePacket()
  output.alloc()
  const decoded = new Frame()
  decoded.alloc()
  const sound = new Frame()
  sound.alloc()
  sound.format = AV_SAMPLE_FMT_FLT
  sound.sampleRate = rate
  sound.channelLayout = AV_CHANNEL_LAYOUT_STEREO
  sound.nbSamples = packetSamples
  must(sound.getBuffer(0), 'sound memory')
  const fifo = new AudioFifo()
  fifo.alloc(AV_SAMPLE_FMT_FLT, 2, 4 * packetSamples)
  let resampler: SoftwareResampleContext | undefined
  let resampledFrom = ''
  let room = Buffer.alloc(0)
  /** Time of the first sample that waits in the queue, in samples; undefined before the first. */
  let headAt: number | undefined

  function resample(): void {
    const from = `${decoded.sampleRate}/${decoded.format}/${decoded.channels}`
    if (resampler === undefined || from !== resampledFrom) {
      resampler?.free()
      resampler = new SoftwareResampleContext()
      must(
        resampler.allocSetOpts2(
          AV_CHANNEL_LAYOUT_STEREO,
          AV_SAMPLE_FMT_FLT,
          rate,
          decoded.channelLayout,
          decoded.format as typeof AV_SAMPLE_FMT_FLT,
          decoded.sampleRate,
        ),
        'describe the resampler',
      )
      must(resampler.init(), 'open the resampler')
      resampledFrom = from
    }
    const most = resampler.getOutSamples(decoded.nbSamples)
    if (room.length < most * 8) room = Buffer.alloc(most * 8)
    const made = must(resampler.convertSync([room], most, decoded.extendedData, decoded.nbSamples), 'resample')
    const at = Math.round((Number(decoded.bestEffortTimestamp) * rate) / source.timescale)
    const due = headAt === undefined ? undefined : headAt + fifo.size
    if (due === undefined || Math.abs(at - due) > jumpSamples) {
      fifo.reset()
      headAt = at
    }
    if (made > 0) must(fifo.writeSync(room.subarray(0, made * 8), made), 'queue sound')
  }

  function encode(emit: (packet: Packet) => void): void {
    while (fifo.size >= packetSamples) {
      must(sound.makeWritable(), 'sound memory')
      must(fifo.readSync(sound.data as Buffer[], packetSamples), 'read sound')
      sound.pts = BigInt(headAt as number)
      headAt = (headAt as number) + packetSamples
      must(encoder.sendFrameSync(sound), 'encode sound')
      while (encoder.receivePacketSync(output) >= 0) {
        const pts = Number(output.pts)
        const data = output.data
        // The encoder's priming may come before time 0, where a live stream has nothing to trim it by.
        if (pts >= 0 && data) emit({ track, pts, dts: pts, duration: packetSamples, key: true, data: Buffer.from(data) })
        output.unref()
      }
    }
  }

  return {
    track,
    convert(packet, emit) {
      input.unref()
      input.data = packet.data as Buffer
      input.pts = BigInt(Math.round(packet.pts))
      input.dts = BigInt(Math.round(packet.dts))
      if (decoder.sendPacketSync(input) < 0) return
      while (decoder.receiveFrameSync(decoded) >= 0) {
        resample()
        decoded.unref()
        encode(emit)
      }
    },
    close() {
      input.free()
      output.free()
      decoded.free()
      sound.free()
      fifo.free()
      resampler?.free()
      decoder.freeContext()
      encoder.freeContext()
    },
  }
}
