import { availableParallelism } from 'node:os'
import {
  AVCOL_PRI_BT709,
  AVCOL_PRI_SMPTE170M,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_SMPTE170M,
  AVCOL_TRC_BT709,
  AVCOL_TRC_SMPTE170M,
} from 'node-av/constants'
import type { Packet, Track } from '../../../formats/track.ts'
import { type FrameColors, type FrameEncoder, openFrameEncoder } from '../../../media/worker/ffmpeg/frame-encoder.ts'
import { encodedSize } from '../../document/schemas/encoded-size.ts'
import type { VideoEncoding as VideoEncodingSettings } from '../../document/schemas/encoding-schemas.ts'
import type { FrameRate } from '../../document/schemas/frame-rate.ts'
import type { Compositor } from '../compositor/compositor.ts'
import { framePts } from './frame-clock.ts'
import { FramePool, type PooledFrame } from './frame-pool.ts'
import { Gops } from './gops.ts'
import { type Look, looksSame } from './look.ts'
import { PageQuality } from './page-quality.ts'

export interface VideoEncodingDependencies {
  readonly compositor: Compositor
  readonly canvas: { readonly width: number; readonly height: number }
  /** `encoder` and `preset` name what is used: nothing is `auto` any more. */
  readonly encoding: VideoEncodingSettings
  readonly bitrateKbps: number | undefined
  /** For pages that look, and nobody else. */
  readonly forPages: boolean
  readonly frameRate: FrameRate
  readonly nowMs: () => number
  readonly onTrack: (track: Track) => void
  readonly onPacket: (packet: Packet) => void
  readonly onFault: (problem: string) => void
}

/** Frames that may be with the encoder, one of them active: more are left out, so that it never falls behind for good. */
const maxWaiting = 3
/** Pages get a frame that looks like the one before so often, ms: it says that they are connected, and how far behind they are. */
const stillEachMs = 500
/** Pages get a keyframe that often while nothing moves, ms: who comes later decodes what came since. */
const stillKeyMs = 10_000

function colorsOf({ colorSpace, colorRange }: VideoEncodingSettings): FrameColors {
  const range = colorRange === 'full' ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
  return colorSpace === 'bt601'
    ? { colorRange: range, colorSpace: AVCOL_SPC_SMPTE170M, colorPrimaries: AVCOL_PRI_SMPTE170M, colorTrc: AVCOL_TRC_SMPTE170M }
    : { colorRange: range, colorSpace: AVCOL_SPC_BT709, colorPrimaries: AVCOL_PRI_BT709, colorTrc: AVCOL_TRC_BT709 }
}

/** One encoding of a canvas: takes its frames as they are composited, leaves some out if the encoder is too slow. */
export class VideoEncoding {
  readonly #dependencies: VideoEncodingDependencies
  readonly size: { readonly width: number; readonly height: number }
  readonly forPages: boolean
  readonly #groups: Gops
  readonly #colors: FrameColors
  #quality: PageQuality | undefined
  #encoder: FrameEncoder | undefined
  #track: Track | undefined
  /** For encodings that differ from the canvas's own frames. */
  #pool: FramePool | undefined
  #chain: Promise<void> = Promise.resolve()
  #waiting = 0
  /** The number of the frame that it takes. */
  #wanted = Number.NaN
  #keyWanted = true
  /** Somebody cannot start without one. */
  #keyAsked = true
  /** What was encoded last, and when. */
  #look: Look
  #lookMs = Number.NEGATIVE_INFINITY
  #lastKeyMs = Number.NEGATIVE_INFINITY
  #closed = false
  #frames = 0
  #skipped = 0
  #bytes = 0
  #lags: number[] = []

  constructor(dependencies: VideoEncodingDependencies) {
    this.#dependencies = dependencies
    const { encoding, canvas, frameRate, forPages } = dependencies
    this.forPages = forPages
    this.size = encodedSize(canvas, encoding.height)
    this.#colors = colorsOf(encoding)
    this.#groups = new Gops(encoding.keyframeMs, encoding.frameDivisor, frameRate)
    const { width, height } = this.size
    const kbps = dependencies.bitrateKbps ?? encoding.bitrateKbps
    const maxKbps = encoding.rateControl === 'vbr' ? (encoding.maxBitrateKbps ?? Math.round(kbps * 1.5)) : kbps
    if (forPages && encoding.encoder === 'libx264') this.#quality = new PageQuality(maxKbps)
    try {
      this.#encoder = openFrameEncoder({
        id: 'v0',
        codec: encoding.codec,
        encoder: encoding.encoder,
        preset: encoding.preset,
        lowLatency: encoding.bFrames === 0,
        profile: encoding.profile === 'auto' ? 'high' : encoding.profile,
        bFrames: encoding.bFrames,
        ...(encoding.rateControl === 'crf' ? { crf: encoding.crf } : {}),
        ...(this.#quality === undefined ? {} : { qp: this.#quality.quantizer }),
        width,
        height,
        frameRate: frameRate.numerator / frameRate.denominator / encoding.frameDivisor,
        kbps,
        maxKbps,
        // Two threads are done a millisecond earlier, and take more in all.
        threads: forPages ? 1 : Math.min(8, availableParallelism()),
        colors: this.#colors,
      })
      const recolored = encoding.colorSpace !== 'bt709' || encoding.colorRange !== 'limited'
      if (forPages || recolored || width !== canvas.width || height !== canvas.height) this.#pool = new FramePool(width, height)
      this.#reportTrack(this.#encoder.track)
    } catch (error) {
      dependencies.onFault((error as Error).message)
    }
  }

  /**
   * Whether a frame is wanted, so that its canvas must be composited. Asked once for each: one that the encoder is too slow for is left out
   * here, before it is composited for nothing.
   */
  wants(frame: number): boolean {
    this.#wanted = Number.NaN
    if (this.#encoder === undefined || frame % this.#dependencies.encoding.frameDivisor !== 0) return false
    if (this.#groups.beginsWith(frame)) this.#keyWanted = true
    if (this.#waiting >= maxWaiting) {
      this.#skipped++
      return false
    }
    this.#wanted = frame
    return true
  }

  /** Takes the canvas's frame of a number. */
  offer(pooled: PooledFrame, frame: number): void {
    const encoder = this.#encoder
    if (encoder === undefined || frame !== this.#wanted) return
    this.#look = undefined
    const own = this.#ownFrame(pooled)
    if (own === undefined) this.#skipped++
    else this.#encode(encoder, own, frame, this.#keyWanted)
  }

  /** Whether what looks like that was encoded, and not long ago. */
  hasShown(look: Look): boolean {
    return !this.#keyAsked && looksSame(look, this.#look) && this.#dependencies.nowMs() - this.#lookMs < stillEachMs
  }

  /** Memory of its own size to compose into; undefined while the encoder has all of it. */
  takeFrame(): PooledFrame | undefined {
    const pooled = this.#pool?.take()
    if (pooled === undefined) this.#skipped++
    return pooled
  }

  /** Takes a frame of its own size. */
  offerOwn(pooled: PooledFrame, frame: number, look: Look): void {
    const encoder = this.#encoder
    if (encoder === undefined || frame !== this.#wanted) return
    const nowMs = this.#dependencies.nowMs()
    const moved = !looksSame(look, this.#look)
    this.#look = look
    this.#lookMs = nowMs
    this.#encode(encoder, pooled, frame, this.#keyWanted && (moved || this.#keyAsked || nowMs - this.#lastKeyMs >= stillKeyMs))
  }

  #encode(encoder: FrameEncoder, pooled: PooledFrame, frame: number, key: boolean): void {
    const nowMs = this.#dependencies.nowMs()
    if (key) {
      this.#keyWanted = false
      this.#keyAsked = false
      this.#lastKeyMs = nowMs
    }
    const shared = pooled.share()
    Object.assign(shared, this.#colors)
    this.#waiting++
    this.#chain = this.#chain.then(async () => {
      try {
        if (!this.#closed) {
          await encoder.encode(shared, framePts(frame, this.#dependencies.frameRate), key, (packet) => {
            this.#frames++
            this.#bytes += packet.data.length
            if (this.#quality?.take(packet.data.length, this.#dependencies.nowMs())) encoder.setQuantizer(this.#quality.quantizer)
            if (packet.track !== this.#track) this.#reportTrack(packet.track)
            this.#dependencies.onPacket(packet)
          })
          this.#lags.push(this.#dependencies.nowMs() - nowMs)
        }
      } catch (error) {
        this.#dependencies.onFault((error as Error).message)
      } finally {
        shared.free()
        this.#waiting--
      }
    })
  }

  /** At most two a second, for all requests. */
  requestKeyframe(): void {
    if (this.#dependencies.nowMs() - this.#lastKeyMs < 500) return
    this.#keyWanted = true
    this.#keyAsked = true
  }

  setBitrate(kbps: number): void {
    this.#encoder?.setBitrate(kbps)
  }

  /** Since the last call, for rates. */
  statistics() {
    const lags = this.#lags
    this.#lags = []
    const bytes = this.#bytes
    this.#bytes = 0
    const { codec, encoder } = this.#dependencies.encoding
    return {
      codec,
      encoder,
      ...this.size,
      frames: this.#frames,
      skipped: this.#skipped,
      bitrateKbps: Math.round((bytes * 8) / 1000),
      lagMs: lags.length === 0 ? 0 : lags.reduce((sum, lag) => sum + lag, 0) / lags.length,
      longestLagMs: Math.max(0, ...lags),
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#chain
    this.#encoder?.close()
    this.#encoder = undefined
    this.#pool?.close()
  }

  #reportTrack(track: Track): void {
    this.#track = track
    this.#dependencies.onTrack(track)
  }

  #ownFrame(pooled: PooledFrame): PooledFrame | undefined {
    if (this.#pool === undefined) return pooled
    const own = this.#pool.take()
    if (own === undefined) return undefined
    const { compositor, encoding } = this.#dependencies
    compositor.scale(pooled.memory, own.memory)
    compositor.recolor(own.memory, encoding.colorSpace, encoding.colorRange)
    return own
  }
}
