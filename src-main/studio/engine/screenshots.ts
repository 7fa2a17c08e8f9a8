import { AV_CODEC_ID_MJPEG, AV_CODEC_ID_PNG, AV_PIX_FMT_RGBA, AV_PIX_FMT_YUVJ420P } from 'node-av/constants'
import { Codec, CodecContext, Frame, Packet, Rational } from 'node-av/lib'
import { must, setOption } from '../../platform/ffmpeg/engine.ts'
import type { Compositor, PictureMemory, Surface } from '../native/compositor.ts'

export interface ScreenshotOrder {
  readonly type: 'png' | 'jpeg'
  /** Pixels; the height follows. The surface's own where left out. */
  readonly width?: number
}

function memory(width: number, height: number): PictureMemory {
  const half = (width + 1) >> 1
  const rows = (height + 1) >> 1
  return {
    width,
    height,
    planes: [Buffer.alloc(width * height), Buffer.alloc(half * rows), Buffer.alloc(half * rows)],
    strides: [width, half, half],
  }
}

/** Composes a surface and writes it as an image file. `frame` is a frame number of its own, so that nothing of the show's is used again. */
export async function takeScreenshot(
  compositor: Compositor,
  surface: Surface,
  frame: number,
  { type, width = surface.width }: ScreenshotOrder,
): Promise<Uint8Array> {
  let picture = memory(surface.width, surface.height)
  compositor.render(surface, picture, frame)
  const even = Math.max(2, Math.min(width, surface.width) & ~1)
  if (even !== surface.width) {
    const small = memory(even, Math.max(2, Math.round((surface.height * even) / surface.width / 2) * 2))
    compositor.scale(picture, small)
    picture = small
  }
  if (type === 'jpeg') compositor.recolor(picture, 'bt601', 'full')
  return encode(compositor, picture, type)
}

async function encode(compositor: Compositor, picture: PictureMemory, type: 'png' | 'jpeg'): Promise<Uint8Array> {
  const codec = Codec.findEncoder(type === 'png' ? AV_CODEC_ID_PNG : AV_CODEC_ID_MJPEG)
  if (!codec) throw new Error(`The media engine cannot write ${type}`)
  const format = type === 'png' ? AV_PIX_FMT_RGBA : AV_PIX_FMT_YUVJ420P
  const context = new CodecContext()
  const frame = new Frame()
  const packet = new Packet()
  try {
    context.allocContext3(codec)
    context.width = picture.width
    context.height = picture.height
    context.pixelFormat = format
    context.timeBase = new Rational(1, 1)
    if (type === 'png') setOption(context, 'compression_level', '3')
    must(context.open2Sync(codec, null), `open the ${type} encoder`)
    frame.alloc()
    frame.width = picture.width
    frame.height = picture.height
    frame.format = format
    must(frame.getBuffer(0), 'picture memory')
    const planes = type === 'png' ? [compositor.toRgba(picture)] : picture.planes
    const strides = type === 'png' ? [picture.width * 4] : picture.strides
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
