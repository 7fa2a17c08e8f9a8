import {
  AV_NOPTS_VALUE,
  AV_PIX_FMT_BGR0,
  AV_PIX_FMT_BGRA,
  AV_PIX_FMT_NV12,
  AV_PIX_FMT_RGB0,
  AV_PIX_FMT_RGBA,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVA420P,
  AV_PIX_FMT_YUVJ420P,
  AVCOL_RANGE_JPEG,
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_FCC,
  AVCOL_SPC_SMPTE170M,
  AVCOL_SPC_UNSPECIFIED,
  type AVPixelFormat,
  SWS_BILINEAR,
} from 'node-av/constants'
import { avGetPixFmtName, Frame, SoftwareScaleContext } from 'node-av/lib'
import { must } from '../../../../../media/worker/ffmpeg/engine.ts'
import type { FrameToWrite, PixelLayout } from '../../../../../media/worker/stores/media-stores.ts'

/** Formats that a store takes as they are. */
const direct = new Map<AVPixelFormat, { readonly layout: PixelLayout; readonly opaque?: boolean }>([
  [AV_PIX_FMT_YUV420P, { layout: 'i420' }],
  [AV_PIX_FMT_YUVJ420P, { layout: 'i420' }],
  [AV_PIX_FMT_YUVA420P, { layout: 'i420a' }],
  [AV_PIX_FMT_NV12, { layout: 'nv12' }],
  [AV_PIX_FMT_BGRA, { layout: 'bgra' }],
  [AV_PIX_FMT_RGBA, { layout: 'rgba' }],
  [AV_PIX_FMT_BGR0, { layout: 'bgra', opaque: true }],
  [AV_PIX_FMT_RGB0, { layout: 'rgba', opaque: true }],
])

/** How frames of a pixel format are stored: RGB goes to the store as RGB, which knows the colours to make of it. */
function targetOf(name: string): AVPixelFormat {
  const hasAlpha = /^(?:yuva|rgba|bgra|argb|abgr|gbrap|ya|pal8|ayuv|vuya|uyva)/.test(name)
  const isRgb = /^(?:rgb|bgr|argb|abgr|gbr|0rgb|0bgr|x2rgb|x2bgr|pal8|ya|xyz)/.test(name)
  if (isRgb) return hasAlpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB0
  return hasAlpha ? AV_PIX_FMT_YUVA420P : AV_PIX_FMT_YUV420P
}

/** Makes what decoders give into what a store takes: nothing to do for most, swscale for the rest. */
export class FrameConverter {
  #scaler: SoftwareScaleContext | undefined
  #from = ''
  /** Frames that nobody uses, for the next conversion. */
  #spare: Frame[] = []

  /** The frame itself or a converted one, which is then the caller's in place of `frame`; give it back with `release`. */
  async convert(frame: Frame): Promise<Frame> {
    const format = frame.format as AVPixelFormat
    const { num, den } = frame.sampleAspectRatio
    const isSquare = num <= 0 || den <= 0 || num === den
    if (direct.has(format) && isSquare && frame.linesize.every((bytes) => bytes >= 0)) return frame
    const target = direct.has(format) ? format : targetOf(avGetPixFmtName(format) ?? '')
    const width = isSquare ? frame.width : Math.min(8192, Math.max(1, Math.round((frame.width * num) / den)))
    const made = this.#room(width, frame.height, target)
    const from = `${frame.width}x${frame.height} ${format} ${width}`
    if (from !== this.#from) {
      this.#scaler?.freeContext()
      this.#scaler = new SoftwareScaleContext()
      this.#scaler.getContext(frame.width, frame.height, format, width, frame.height, target, SWS_BILINEAR)
      this.#from = from
    }
    made.colorSpace = frame.colorSpace
    made.colorRange = frame.colorRange
    must(await (this.#scaler as SoftwareScaleContext).scaleFrame(made, frame), 'convert the frame')
    frame.free()
    return made
  }

  /** The frame is not needed any more. */
  release(frame: Frame): void {
    if (this.#spare.length < 4 && frame.isWritable && frame.pts === spareMark) this.#spare.push(frame)
    else frame.free()
  }

  close(): void {
    for (const frame of this.#spare) frame.free()
    this.#spare = []
    this.#scaler?.freeContext()
    this.#scaler = undefined
  }

  #room(width: number, height: number, format: AVPixelFormat): Frame {
    for (let spare = this.#spare.pop(); spare !== undefined; spare = this.#spare.pop()) {
      if (spare.width === width && spare.height === height && spare.format === format) return spare
      spare.free()
    }
    const frame = new Frame()
    frame.alloc()
    frame.width = width
    frame.height = height
    frame.format = format
    must(frame.getBuffer(0), 'frame memory')
    frame.pts = spareMark
    return frame
  }
}

/** Time of frames whose memory is the converter's own. */
const spareMark = AV_NOPTS_VALUE + 1n

/** A frame in the words of a store. Its planes are good as long as the frame. */
export function frameToWrite(frame: Frame, timeUs: number): FrameToWrite {
  const format = frame.format as AVPixelFormat
  const { layout, opaque } = direct.get(format) ?? { layout: 'i420' as const }
  return {
    layout,
    width: frame.width,
    height: frame.height,
    planes: frame.data ?? [],
    strides: frame.linesize,
    matrix: matrixOf(frame),
    range: frame.colorRange === AVCOL_RANGE_JPEG || format === AV_PIX_FMT_YUVJ420P ? 'full' : 'limited',
    ...(opaque && { opaque }),
    timeUs,
  }
}

function matrixOf(frame: Frame): 'bt601' | 'bt709' {
  switch (frame.colorSpace) {
    case AVCOL_SPC_BT709:
      return 'bt709'
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
    case AVCOL_SPC_FCC:
      return 'bt601'
    case AVCOL_SPC_UNSPECIFIED:
      // What players take for granted where a file does not say.
      return frame.width >= 1280 || frame.height > 576 ? 'bt709' : 'bt601'
    default:
      return 'bt709'
  }
}
