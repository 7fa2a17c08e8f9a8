import {
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_AC3,
  AV_CODEC_ID_EAC3,
  AV_CODEC_ID_FLAC,
  AV_CODEC_ID_MP3,
  AV_CODEC_ID_OPUS,
  AV_SAMPLE_FMT_FLT,
} from 'node-av/constants'
import { Codec, CodecContext, Packet as EnginePacket, Frame, Rational, SoftwareResampleContext } from 'node-av/lib'
import type { AudioTrack, Packet, Track } from '../../../../formats/track.ts'
import { openAudioEncoder } from '../../../../media/worker/ffmpeg/audio-encoder.ts'
import { must } from '../../../../media/worker/ffmpeg/engine.ts'

const codecIds = {
  aac: AV_CODEC_ID_AAC,
  opus: AV_CODEC_ID_OPUS,
  flac: AV_CODEC_ID_FLAC,
  ac3: AV_CODEC_ID_AC3,
  eac3: AV_CODEC_ID_EAC3,
  mp3: AV_CODEC_ID_MP3,
} as const
const rate = 48_000
/** Max difference between the position of the audio and its timestamps; beyond it the audio jumps: 60 ms. */
const jumpSamples = 2880

/** Converts audio of any codec to Opus. */
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
  if (!decoderCodec) throw new Error(`The media engine cannot read ${source.codec}`)
  const decoder = new CodecContext()
  decoder.allocContext3(decoderCodec)
  const configuration = decoderConfiguration(source)
  if (configuration) decoder.extraData = configuration
  decoder.pktTimebase = new Rational(1, source.timescale)
  decoder.sampleRate = source.sampleRate
  must(decoder.open2Sync(decoderCodec, null), `open the ${source.codec} decoder`)

  const encoder = openAudioEncoder(id, 'opus', kbps)

  const input = new EnginePacket()
  input.alloc()
  const decoded = new Frame()
  decoded.alloc()
  let resampler: SoftwareResampleContext | undefined
  let resampledFrom = ''
  let room = Buffer.alloc(0)
  /** Where the next sample belongs, in samples; undefined before the first. */
  let dueAt: number | undefined

  function resample(emit: (packet: Packet) => void): void {
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
    const max = resampler.getOutSamples(decoded.nbSamples)
    // Floats want memory of their own, at a multiple of four.
    if (room.length < max * 8) room = Buffer.from(new ArrayBuffer(max * 8))
    const made = must(resampler.convertSync([room], max, decoded.extendedData, decoded.nbSamples), 'resample')
    const at = Math.round((Number(decoded.bestEffortTimestamp) * rate) / source.timescale)
    if (dueAt === undefined || Math.abs(at - dueAt) > jumpSamples) dueAt = at
    if (made === 0) return
    encoder.encode(new Float32Array(room.buffer, room.byteOffset, made * 2), dueAt, (packet) => {
      // The encoder's priming may come before time 0, where a live stream has nothing to trim it by.
      if (packet.pts >= 0) emit(packet)
    })
    dueAt += made
  }

  return {
    track: encoder.track,
    convert(packet, emit) {
      input.unref()
      input.data = packet.data as Buffer
      input.pts = BigInt(Math.round(packet.pts))
      input.dts = BigInt(Math.round(packet.dts))
      if (decoder.sendPacketSync(input) < 0) return
      while (decoder.receiveFrameSync(decoded) >= 0) {
        resample(emit)
        decoded.unref()
      }
    },
    close() {
      input.free()
      decoded.free()
      resampler?.free()
      decoder.freeContext()
      encoder.close()
    },
  }
}
