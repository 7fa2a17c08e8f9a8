import { AV_CODEC_ID_MJPEG, AV_CODEC_ID_PNG, AV_PIX_FMT_RGBA, AV_PIX_FMT_YUVJ420P } from 'node-av/constants'
import { Codec, CodecContext, Frame, Packet, Rational } from 'node-av/lib'
import { must, setOption } from '../../../media/worker/ffmpeg/engine.ts'
import type { Compositor, FrameMemory } from '../compositor/compositor.ts'

export interface ScreenshotOrder {
  readonly type: 'png' | 'jpeg'
  /** Pixels; the height follows. The frame's own by default. */
  readonly width?: number
}

function memory(width: number, height: number): FrameMemory {
  const half = (width + 1) >> 1
  const rows = (height + 1) >> 1
  return {
    width,
    height,
    planes: [Buffer.alloc(width * height), Buffer.alloc(half * rows), Buffer.alloc(half * rows)],
    strides: [width, half, half],
  }
}

/** Has a frame of a size composited and writes it as an image file. */
export async function takeScreenshot(
  compositor: Compositor,
  size: { readonly width: number; readonly height: number },
  compose: (into: FrameMemory) => void,
  { type, width = size.width }: ScreenshotOrder,
): Promise<Uint8Array> {
  let composed = memory(size.width, size.height)
  compose(composed)
  const even = Math.max(2, Math.min(width, size.width) & ~1)
  if (even !== size.width) {
    const small = memory(even, Math.max(2, Math.round((size.height * even) / size.width / 2) * 2))
    compositor.scale(composed, small)
    composed = small
  }
  if (type === 'jpeg') compositor.recolor(composed, 'bt601', 'full')
  return encode(compositor, composed, type)
}

async function encode(compositor: Compositor, composed: FrameMemory, type: 'png' | 'jpeg'): Promise<Uint8Array> {
  const codec = Codec.findEncoder(type === 'png' ? AV_CODEC_ID_PNG : AV_CODEC_ID_MJPEG)
  if (!codec) throw new Error(`The media engine cannot write ${type}`)
  const format = type === 'png' ? AV_PIX_FMT_RGBA : AV_PIX_FMT_YUVJ420P
  const context = new CodecContext()
  const frame = new Frame()
  const packet = new Packet()
  try {
    context.allocContext3(codec)
    context.width = composed.width
    context.height = composed.height
    context.pixelFormat = format
    context.timeBase = new Rational(1, 1)
    if (type === 'png') setOption(context, 'compression_level', '3')
    must(context.open2Sync(codec, null), `open the ${type} encoder`)
    frame.alloc()
    frame.width = composed.width
    frame.height = composed.height
    frame.format = format
    must(frame.getBuffer(0), 'frame memory')
    const planes = type === 'png' ? [compositor.toRgba(composed)] : composed.planes
    const strides = type === 'png' ? [composed.width * 4] : composed.strides
    for (const [index, plane] of planes.entries()) {
      const stride = strides[index] as number
      const into = frame.data?.[index] as Buffer
      const step = frame.linesize[index] as number
      for (let row = 0; (row + 1) * stride <= plane.length; row++) into.set(plane.subarray(row * stride, (row + 1) * stride), row * step)
    }
    frame.pts = 0n
    packet.alloc()
    must(await context.sendFrame(frame), 'encode')
    must(await context.sendFrame(null), 'encode')
    must(await context.receivePacket(packet), 'encode')
    return Buffer.from(packet.data as Buffer)
  } finally {
    packet.free()
    frame.free()
    context.freeContext()
  }
}
