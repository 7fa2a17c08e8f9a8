import { AV_CHANNEL_LAYOUT_STEREO, AV_CODEC_ID_OPUS } from 'node-av/constants'
import { Codec, CodecContext, Packet as EnginePacket, Frame } from 'node-av/lib'
import { must } from './engine.ts'

/** Decodes Opus of WebRTC to interleaved stereo of 48 kHz. */
export interface AudioDecoder {
  /** Takes one packet; a packet that is malformed gives nothing. */
  decode(packet: Uint8Array): readonly Float32Array[]
  close(): void
}

const rate = 48_000

/** Opens a decoder; throws FFmpeg's words where it cannot. */
export function openAudioDecoder(): AudioDecoder {
  const codec = Codec.findDecoder(AV_CODEC_ID_OPUS)
  if (!codec) throw new Error('The media engine cannot decode Opus')
  const context = new CodecContext()
  context.allocContext3(codec)
  context.sampleRate = rate
  context.channelLayout = AV_CHANNEL_LAYOUT_STEREO
  context.threadCount = 1
  must(context.open2Sync(codec, null), 'open the Opus decoder')
  const input = new EnginePacket()
  input.alloc()
  const frame = new Frame()
  frame.alloc()
  return {
    decode(packet) {
      input.unref()
      input.data = Buffer.from(packet)
      if (context.sendPacketSync(input) < 0) return []
      const decoded: Float32Array[] = []
      while (context.receiveFrameSync(frame) >= 0) {
        decoded.push(interleaved(frame))
        frame.unref()
      }
      return decoded
    },
    close() {
      input.free()
      frame.free()
      context.freeContext()
    },
  }
}

/** FFmpeg's decoder gives a plane for each channel. */
function interleaved(frame: Frame): Float32Array {
  const planes = (frame.data as Buffer[]).map((plane) => new Float32Array(plane.buffer, plane.byteOffset, frame.nbSamples))
  const left = planes[0] as Float32Array
  const right = planes[1] ?? left
  const samples = new Float32Array(2 * frame.nbSamples)
  for (let at = 0; at < frame.nbSamples; at++) {
    samples[2 * at] = left[at] as number
    samples[2 * at + 1] = right[at] as number
  }
  return samples
}
