import {
  AV_CODEC_FLAG_LOW_DELAY,
  AV_CODEC_ID_VP8,
  AV_CODEC_ID_VP9,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  FF_THREAD_FRAME,
  FF_THREAD_SLICE,
} from 'node-av/constants'
import { Codec, CodecContext, Frame, type Packet, type Stream } from 'node-av/lib'
import { must, setOption } from '../../../../../media/worker/ffmpeg/engine.ts'
import { FrameConverter } from './frame-converter.ts'
import { FrameRotator, quarterTurnsOf } from './frame-rotator.ts'
import type { MediaEngine } from './media-engine.ts'
import { MediaFault } from './media-fault.ts'

/** Lateness at which frames are left out, µs. */
const hurriedUs = 250_000

/** A decoded frame. Its owner frees it with `FrameDecoder.release`. */
export interface DecodedFrame {
  readonly frame: Frame
  /** Of the file's or stream's own time, µs. */
  readonly ptsUs: number
  readonly durationUs: number
}

/** Frames from packets. One call at a time. */
export class FrameDecoder {
  readonly #context = new CodecContext()
  readonly #engine: MediaEngine
  readonly #converter = new FrameConverter()
  readonly #turner: FrameRotator | undefined
  readonly #tickUs: number
  readonly #frameUs: number
  /** Packets that could not be decoded since the last look. */
  faults = 0
  /** FFmpeg's word for the last of them. */
  lastFault = 0
  #lastPtsUs = Number.NaN
  #skipped = 'default'

  /** @param lowDelay for what happens now: no video is kept back for a second thread. Throws MediaFault. */
  constructor(stream: Stream, engine: MediaEngine, lowDelay: boolean) {
    this.#engine = engine
    const codec = decoderOf(stream)
    if (!codec) throw new MediaFault('refused', 'The media engine has no decoder for its video')
    const turns = quarterTurnsOf(stream)
    this.#turner = turns === 0 ? undefined : new FrameRotator(turns)
    const { num, den } = stream.timeBase
    this.#tickUs = (num * 1e6) / den
    const rate = stream.avgFrameRate
    this.#frameUs = rate.num > 0 && rate.den > 0 ? (rate.den * 1e6) / rate.num : 40_000
    this.#context.allocContext3(codec)
    must(this.#context.parametersToContext(stream.codecpar), 'describe the video')
    this.#context.pktTimebase = stream.timeBase
    this.#context.threadCount = 2
    this.#context.threadType = lowDelay ? FF_THREAD_SLICE : ((FF_THREAD_FRAME | FF_THREAD_SLICE) as typeof FF_THREAD_FRAME)
    if (lowDelay) this.#context.setFlags(AV_CODEC_FLAG_LOW_DELAY)
    must(this.#context.open2Sync(codec, null), 'open the decoder of its video')
  }

  /** Usual duration of a frame, µs. */
  get frameUs(): number {
    return this.#frameUs
  }

  /** Takes a packet; undefined at the end of all. Ask `next` until it gives nothing, before and after. */
  async push(packet: Packet | undefined): Promise<void> {
    const sent = await this.#engine.asked(this.#context.sendPacket(packet ?? null))
    if (sent < 0 && sent !== AVERROR_EOF) this.#fault(sent)
  }

  /** The next frame; those before `fromUs` are not converted, only skipped. */
  async next(fromUs: number): Promise<DecodedFrame | 'passed' | undefined> {
    const frame = new Frame()
    frame.alloc()
    const received = await this.#engine.asked(this.#context.receiveFrame(frame))
    if (received < 0) {
      frame.free()
      if (received !== AVERROR_EAGAIN && received !== AVERROR_EOF) this.#fault(received)
      return undefined
    }
    const ticks = Number(frame.bestEffortTimestamp)
    const durationUs = frame.duration > 0n ? Number(frame.duration) * this.#tickUs : this.#frameUs
    // Some files have no times: one frame follows the other then.
    const isTimed = Math.abs(ticks) < 2 ** 62
    const ptsUs = isTimed ? ticks * this.#tickUs : Number.isNaN(this.#lastPtsUs) ? fromUs : this.#lastPtsUs + durationUs
    this.#lastPtsUs = ptsUs
    if (ptsUs + durationUs <= fromUs + 1) {
      frame.free()
      return 'passed'
    }
    const upright = this.#turner === undefined ? frame : await this.#turner.turn(frame)
    return { frame: await this.#converter.convert(upright), ptsUs, durationUs }
  }

  release(decoded: DecodedFrame): void {
    this.#converter.release(decoded.frame)
  }

  /** The video is this much too late, µs: frames that no other frame needs are not decoded until it has caught up. */
  hurry(lateUs: number): void {
    const skipped = lateUs > hurriedUs ? 'noref' : lateUs > 0 ? this.#skipped : 'default'
    if (skipped === this.#skipped) return
    this.#skipped = skipped
    setOption(this.#context, 'skip_frame', skipped)
  }

  /** What comes next does not continue what came. */
  flush(): void {
    this.#context.flushBuffers()
    this.#lastPtsUs = Number.NaN
  }

  close(): void {
    this.#turner?.close()
    this.#converter.close()
    this.#context.freeContext()
  }

  #fault(code: number): void {
    this.faults++
    this.lastFault = code
  }
}

/** FFmpeg's own decoders of VP8 and VP9 leave out alpha, which is beside the frames. */
function decoderOf(stream: Stream): Codec | null {
  const { codecId } = stream.codecpar
  const hasAlpha = stream.metadata?.get('alpha_mode') === '1'
  if (hasAlpha && codecId === AV_CODEC_ID_VP9) return Codec.findDecoderByName('libvpx-vp9' as never) ?? Codec.findDecoder(codecId)
  if (hasAlpha && codecId === AV_CODEC_ID_VP8) return Codec.findDecoderByName('libvpx' as never) ?? Codec.findDecoder(codecId)
  return Codec.findDecoder(codecId)
}
