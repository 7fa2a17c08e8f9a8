import {
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV444P,
  AVCOL_PRI_SMPTE170M,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_SMPTE170M,
  AVCOL_TRC_SMPTE170M,
} from 'node-av/constants'
import { Frame } from 'node-av/lib'
import { type FrameEncoder, openFrameEncoder } from '../../media/worker/ffmpeg/frame-encoder.ts'
import type { NativeDesktopView } from './desktop-addon.ts'

/** Between keyframes that viewers who fell behind are given, ms: each costs as much as many frames. */
const keyEveryMs = 1000

export interface MotionVideoOptions {
  /** Quality of x264: the lower, the better. Undefined where its bitrate decides. */
  readonly crf?: number
  readonly kbps?: number
  /** At most, frames a second: what is drawn faster is not seen. */
  readonly fps: number
  /** Each pixel has a color of its own (4:4:4), not each four (4:2:0). */
  readonly fullColor?: boolean
}

export interface VideoFrame {
  readonly width: number
  readonly height: number
  readonly key: boolean
  /** Of the decoder: `AVCDecoderConfigurationRecord`, ISO/IEC 14496-15 section 5.3.3.1. */
  readonly config: Uint8Array
  /** NAL units with their lengths, as the record says. */
  readonly data: Uint8Array
}

/** Encodes a display while it moves: one encoder for all its viewers, open as long as its size stays. */
export class MotionVideo {
  readonly #view: NativeDesktopView
  readonly #options: MotionVideoOptions
  readonly #fullColor: boolean
  #encoder: FrameEncoder | undefined
  #frame: Frame | undefined
  #size = { width: 0, height: 0 }
  #keyMs = Number.NEGATIVE_INFINITY
  #startMs = 0

  constructor(view: NativeDesktopView, options: MotionVideoOptions) {
    this.#view = view
    this.#options = options
    this.#fullColor = options.fullColor === true
  }

  /** The frame that the view has now, of the display's size cut to even numbers. `wantsKey`: somebody cannot go on without a keyframe. */
  async encode(width: number, height: number, wantsKey: boolean, nowMs: number): Promise<VideoFrame | undefined> {
    const even = { width: width & ~1, height: height & ~1 }
    const fresh = this.#size.width !== even.width || this.#size.height !== even.height
    if (fresh) this.#open(even, nowMs)
    const frame = this.#frame as Frame
    const encoder = this.#encoder as FrameEncoder
    frame.makeWritable()
    const [y, u, v] = frame.data as [Buffer, Buffer, Buffer]
    const [strideY, strideUv] = frame.linesize as unknown as [number, number]
    if (!this.#view.planes(y, u, v, strideY, strideUv, even.width, even.height, this.#fullColor)) return undefined
    const key = fresh || (wantsKey && nowMs - this.#keyMs >= keyEveryMs)
    if (key) this.#keyMs = nowMs
    let made: VideoFrame | undefined
    await encoder.encode(frame, Math.round((nowMs - this.#startMs) * 90), key, (packet) => {
      made = { ...even, key: packet.key, config: packet.track.config, data: packet.data }
    })
    return made
  }

  /** Frees what encodes; the next frame is a keyframe. */
  rest(): void {
    this.#encoder?.close()
    this.#frame?.free()
    this.#encoder = undefined
    this.#frame = undefined
    this.#size = { width: 0, height: 0 }
  }

  #open(size: { readonly width: number; readonly height: number }, nowMs: number): void {
    this.rest()
    this.#size = size
    this.#startMs = nowMs
    const colors = {
      colorRange: AVCOL_RANGE_MPEG,
      colorSpace: AVCOL_SPC_SMPTE170M,
      colorPrimaries: AVCOL_PRI_SMPTE170M,
      colorTrc: AVCOL_TRC_SMPTE170M,
    }
    this.#encoder = openFrameEncoder({
      id: 'v0',
      codec: 'h264',
      encoder: 'libx264',
      preset: 'ultrafast',
      profile: this.#fullColor ? 'high444' : 'baseline',
      lowLatency: true,
      bFrames: 0,
      ...(this.#options.crf === undefined ? {} : { crf: this.#options.crf }),
      kbps: this.#options.kbps ?? 0,
      threads: 2,
      frameRate: this.#options.fps,
      colors,
      ...size,
    })
    const frame = new Frame()
    frame.alloc()
    Object.assign(frame, { ...size, format: this.#fullColor ? AV_PIX_FMT_YUV444P : AV_PIX_FMT_YUV420P, ...colors })
    frame.getBuffer(0)
    this.#frame = frame
  }
}
