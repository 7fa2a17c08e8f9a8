import { AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ420P } from 'node-av/constants'
import { Codec, CodecContext, Frame, Packet, Rational } from 'node-av/lib'
import { must, setOption } from '../../../media/worker/ffmpeg/engine.ts'
import type { Compositor, FrameMemory } from '../compositor/compositor.ts'

interface Opened {
  readonly context: CodecContext
  readonly frame: Frame
  readonly memory: FrameMemory
}

/** Coarseness of FFmpeg's JPEG encoder, 2 to 31: texts can be read, and 320x180 takes about 10 KB. */
const quantizer = 5
/** Sizes that are kept open. */
const maxOpen = 4

/** Writes small images as JPEG, again and again: one encoder is kept for each size. */
export class JpegEncoders {
  readonly #compositor: Compositor
  readonly #open = new Map<string, Opened>()
  #packet: Packet | undefined
  #pts = 0n

  constructor(compositor: Compositor) {
    this.#compositor = compositor
  }

  /** Blocks for some tenths of a millisecond. The frame stays unchanged. */
  encode(composed: FrameMemory): Uint8Array {
    const { context, frame, memory } = this.#opened(composed)
    this.#compositor.scale(composed, memory)
    this.#compositor.recolor(memory, 'bt601', 'full')
    if (this.#packet === undefined) {
      this.#packet = new Packet()
      this.#packet.alloc()
    }
    frame.pts = this.#pts++
    must(context.sendFrameSync(frame), 'encode')
    must(context.receivePacketSync(this.#packet), 'encode')
    const data = Buffer.from(this.#packet.data as Buffer)
    this.#packet.unref()
    return data
  }

  close(): void {
    for (const opened of this.#open.values()) free(opened)
    this.#open.clear()
    this.#packet?.free()
    this.#packet = undefined
  }

  #opened({ width, height }: FrameMemory): Opened {
    const key = `${width} ${height}`
    const known = this.#open.get(key)
    if (known?.frame.isWritable) return known
    // The encoder still has it: never with one thread, as far as is known.
    if (known !== undefined) free(known)
    this.#open.delete(key)
    const [oldest] = this.#open
    if (this.#open.size >= maxOpen && oldest !== undefined) {
      free(oldest[1])
      this.#open.delete(oldest[0])
    }
    const codec = Codec.findEncoder(AV_CODEC_ID_MJPEG)
    if (!codec) throw new Error('The media engine cannot write JPEG')
    const context = new CodecContext()
    context.allocContext3(codec)
    context.width = width
    context.height = height
    context.pixelFormat = AV_PIX_FMT_YUVJ420P
    context.timeBase = new Rational(1, 1)
    setOption(context, 'qmin', String(quantizer))
    setOption(context, 'qmax', String(quantizer))
    setOption(context, 'threads', '1')
    // Tables made for each image make it a tenth smaller, and take a third of the time.
    setOption(context, 'huffman', 'default')
    must(context.open2Sync(codec, null), 'open the jpeg encoder')
    const frame = new Frame()
    frame.alloc()
    frame.width = width
    frame.height = height
    frame.format = AV_PIX_FMT_YUVJ420P
    must(frame.getBuffer(0), 'frame memory')
    const [y, u, v] = frame.data as [Buffer, Buffer, Buffer]
    const [strideY, strideU, strideV] = frame.linesize as [number, number, number]
    const opened = { context, frame, memory: { width, height, planes: [y, u, v], strides: [strideY, strideU, strideV] } as const }
    this.#open.set(key, opened)
    return opened
  }
}

function free({ context, frame }: Opened): void {
  frame.free()
  context.freeContext()
}
