import {
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  FF_ENCODER_AAC,
  FF_ENCODER_LIBOPUS,
} from 'node-av/constants'
import { Codec, CodecContext, Packet as EnginePacket, Frame, Rational } from 'node-av/lib'
import { audioTrack } from '../../../formats/codecs/track-from-config.ts'
import { isFault } from '../../../formats/fault.ts'
import { ticks } from '../../../formats/media-time.ts'
import type { Packet, Track } from '../../../formats/track.ts'
import { must, setOption } from './engine.ts'

const rate = 48_000

/** Encodes interleaved stereo of 48 kHz. */
export interface AudioFrameEncoder {
  readonly track: Track
  /** Takes the audio that follows; `at` is the number of its first frame (sample per channel), for the first call and after gaps. */
  encode(samples: Float32Array, at: number, emit: (packet: Packet) => void): void
  close(): void
}

/**
 * Opens an encoder; throws FFmpeg's words where it cannot. Times of packets are frames.
 * @param quick Opus in packets of 10 ms with the least delay, for a conversation, in the place of 20 ms
 */
export function openAudioEncoder(id: string, codec: 'aac' | 'opus', kbps: number, quick = false): AudioFrameEncoder {
  const found = Codec.findEncoderByName(codec === 'aac' ? FF_ENCODER_AAC : FF_ENCODER_LIBOPUS)
  if (!found) throw new Error(`The media engine has no encoder for ${codec}`)
  const planar = codec === 'aac'
  const packetMs = quick ? 10 : 20
  const packetFrames = planar ? 1024 : (packetMs * rate) / 1000
  const format = planar ? AV_SAMPLE_FMT_FLTP : AV_SAMPLE_FMT_FLT
  const context = new CodecContext()
  context.allocContext3(found)
  context.sampleRate = rate
  context.sampleFormat = format
  context.channelLayout = AV_CHANNEL_LAYOUT_STEREO
  context.timeBase = new Rational(1, rate)
  context.bitRate = BigInt(kbps) * 1000n
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER)
  if (codec === 'opus') setOption(context, 'frame_duration', String(packetMs))
  if (codec === 'opus' && quick) setOption(context, 'application', 'lowdelay')
  must(context.open2Sync(found, null), `open the ${codec} encoder`)
  const track = audioTrack(id, codec, context.extraData ?? new Uint8Array(0))
  if (isFault(track)) throw new Error(track.fault)
  const output = new EnginePacket()
  output.alloc()
  const audioFrame = new Frame()
  audioFrame.alloc()
  audioFrame.format = format
  audioFrame.sampleRate = rate
  audioFrame.channelLayout = AV_CHANNEL_LAYOUT_STEREO
  audioFrame.nbSamples = packetFrames
  must(audioFrame.getBuffer(0), 'audio memory')
  /** Audio of the packet that is being filled, interleaved. */
  const gathered = new Float32Array(packetFrames * 2)
  let filled = 0
  let headAt: number | undefined

  function encodePacket(emit: (packet: Packet) => void): void {
    must(audioFrame.makeWritable(), 'audio memory')
    const planes = (audioFrame.data as Buffer[]).map((plane) => new Float32Array(plane.buffer, plane.byteOffset, plane.byteLength >> 2))
    if (planar) {
      const [left, right] = planes as [Float32Array, Float32Array]
      for (let frame = 0; frame < packetFrames; frame++) {
        left[frame] = gathered[2 * frame] as number
        right[frame] = gathered[2 * frame + 1] as number
      }
    } else (planes[0] as Float32Array).set(gathered)
    audioFrame.pts = BigInt(headAt as number)
    headAt = (headAt as number) + packetFrames
    must(context.sendFrameSync(audioFrame), 'encode audio')
    while (context.receivePacketSync(output) >= 0) {
      const pts = Number(output.pts)
      const data = output.data
      if (data)
        emit({ track: track as Track, pts: ticks(pts), dts: ticks(pts), duration: ticks(packetFrames), key: true, data: Buffer.from(data) })
      output.unref()
    }
  }

  return {
    track,
    encode(samples, at, emit) {
      if (headAt === undefined || headAt + filled / 2 !== at) {
        headAt = at
        filled = 0
      }
      for (let from = 0; from < samples.length; ) {
        const room = Math.min(gathered.length - filled, samples.length - from)
        gathered.set(from === 0 && room === samples.length ? samples : samples.subarray(from, from + room), filled)
        filled += room
        from += room
        if (filled === gathered.length) {
          filled = 0
          encodePacket(emit)
        }
      }
    },
    close() {
      output.free()
      audioFrame.free()
      context.freeContext()
    },
  }
}
