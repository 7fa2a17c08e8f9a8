import { AV_CHANNEL_LAYOUT_STEREO, AV_SAMPLE_FMT_FLT, AVERROR_EOF } from 'node-av/constants'
import { Codec, CodecContext, Frame, type Packet, SoftwareResampleContext, type Stream } from 'node-av/lib'
import { must } from '../../../../../media/worker/ffmpeg/engine.ts'
import { audioRate } from './audio-rate.ts'
import { MediaFault } from './media-fault.ts'

/** Decoded audio: interleaved stereo at 48 kHz. */
export interface DecodedAudio {
  readonly samples: Float32Array
  /** Where it is on the file's or stream's own time, frames of 48 kHz. */
  readonly position: number
}

/** Times of packets may be so wrong before they are believed, frames: files keep milliseconds, encoders less. */
const toleranceFrames = audioRate * 0.04

/** How much of the difference is made up for with each packet. */
const followRate = 0.02

/** Audio from packets, its positions counted in samples, so that none is lost or doubled. */
export class AudioDecoder {
  readonly #context = new CodecContext()
  readonly #frame = new Frame()
  readonly #tick: number
  #resampler: SoftwareResampleContext | undefined
  #resampledFrom = ''
  #room = Buffer.alloc(0)
  /** Position that the next sample is taken to have; NaN while it is unknown. */
  #expected = Number.NaN
  readonly #follows: boolean
  faults = 0
  lastFault = 0

  /**
   * @param follows positions follow the times of the packets slowly, as those of a sender whose clock runs differently must.
   * Throws MediaFault.
   */
  constructor(stream: Stream, follows: boolean) {
    this.#follows = follows
    const codec = Codec.findDecoder(stream.codecpar.codecId)
    if (!codec) throw new MediaFault('refused', 'The media engine has no decoder for its audio')
    const { num, den } = stream.timeBase
    this.#tick = (num * audioRate) / den
    this.#context.allocContext3(codec)
    must(this.#context.parametersToContext(stream.codecpar), 'describe the audio')
    this.#context.pktTimebase = stream.timeBase
    this.#context.threadCount = 1
    must(this.#context.open2Sync(codec, null), 'open the decoder of its audio')
    this.#frame.alloc()
  }

  /** Takes a packet, undefined at the end of all; gives what is complete by it. */
  decode(packet: Packet | undefined): DecodedAudio[] {
    const sent = this.#context.sendPacketSync(packet ?? null)
    if (sent < 0 && sent !== AVERROR_EOF) {
      this.faults++
      this.lastFault = sent
    }
    const decoded: DecodedAudio[] = []
    while (this.#context.receiveFrameSync(this.#frame) >= 0) {
      const made = this.#resample()
      if (made !== undefined) decoded.push(made)
      this.#frame.unref()
    }
    if (packet === undefined && this.#resampler !== undefined && !Number.isNaN(this.#expected)) {
      const rest = this.#convert(null, 0)
      if (rest !== undefined) decoded.push(this.#placed(rest, this.#expected))
    }
    return decoded
  }

  /** What comes next does not continue what came. */
  flush(): void {
    this.#context.flushBuffers()
    this.#expected = Number.NaN
    this.#resampler?.free()
    this.#resampler = undefined
    this.#resampledFrom = ''
  }

  close(): void {
    this.#frame.free()
    this.#resampler?.free()
    this.#context.freeContext()
  }

  #resample(): DecodedAudio | undefined {
    const frame = this.#frame
    const from = `${frame.sampleRate}/${frame.format}/${frame.channels}`
    if (this.#resampler === undefined || from !== this.#resampledFrom) {
      this.#resampler?.free()
      const resampler = new SoftwareResampleContext()
      const format = frame.format as typeof AV_SAMPLE_FMT_FLT
      must(
        resampler.allocSetOpts2(AV_CHANNEL_LAYOUT_STEREO, AV_SAMPLE_FMT_FLT, audioRate, frame.channelLayout, format, frame.sampleRate),
        'describe the resampler',
      )
      must(resampler.init(), 'open the resampler')
      this.#resampler = resampler
      this.#resampledFrom = from
    }
    const ticks = Number(frame.bestEffortTimestamp)
    const reported = Math.abs(ticks) < 2 ** 62 ? Math.round(ticks * this.#tick) : Number.NaN
    // What is left in the resampler belongs before this frame.
    const waiting = Number(this.#resampler.getDelay(BigInt(audioRate)))
    const believed = reported - waiting
    if (Number.isNaN(this.#expected)) this.#expected = Number.isNaN(believed) ? 0 : believed
    else if (Math.abs(believed - this.#expected) > toleranceFrames) this.#expected = believed
    else if (this.#follows) this.#expected += (believed - this.#expected) * followRate
    const samples = this.#convert(frame.extendedData, frame.nbSamples)
    return samples === undefined ? undefined : this.#placed(samples, this.#expected)
  }

  #placed(samples: Float32Array, position: number): DecodedAudio {
    this.#expected = position + samples.length / 2
    return { samples, position }
  }

  #convert(data: Buffer[] | null, count: number): Float32Array | undefined {
    const resampler = this.#resampler as SoftwareResampleContext
    const max = resampler.getOutSamples(count)
    if (max <= 0) return undefined
    if (this.#room.length < max * 8) this.#room = Buffer.alloc(max * 8)
    const made = must(resampler.convertSync([this.#room], max, data, count), 'resample')
    if (made === 0) return undefined
    const samples = new Float32Array(2 * made)
    new Uint8Array(samples.buffer).set(this.#room.subarray(0, made * 8))
    return samples
  }
}
