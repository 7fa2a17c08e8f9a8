import { AV_PIX_FMT_YUV420P } from 'node-av/constants'
import { Frame } from 'node-av/lib'
import { must } from '../../../media/worker/ffmpeg/engine.ts'
import type { FrameMemory } from '../compositor/compositor.ts'

/** A frame that is composited into and encoded from: the encoder's own memory, so that nothing is copied between the two. */
export interface PooledFrame {
  readonly memory: FrameMemory
  /** Another reference to the same memory for the encoder; `free()` gives it back. */
  share(): Frame
}

/** Max frames that encoders may have at a time. */
const max = 12

/** Frames of one size, reused when nobody has them any more. */
export class FramePool {
  readonly #width: number
  readonly #height: number
  #pooled: { readonly frame: Frame; readonly pooled: PooledFrame }[] = []

  constructor(width: number, height: number) {
    this.#width = width
    this.#height = height
  }

  /** Undefined while encoders hold all of them. */
  take(): PooledFrame | undefined {
    const free = this.#pooled.find(({ frame }) => frame.isWritable)
    if (free !== undefined) return free.pooled
    if (this.#pooled.length >= max) return undefined
    const frame = new Frame()
    frame.alloc()
    frame.width = this.#width
    frame.height = this.#height
    frame.format = AV_PIX_FMT_YUV420P
    must(frame.getBuffer(0), 'frame memory')
    const [y, u, v] = frame.data as [Buffer, Buffer, Buffer]
    const [strideY, strideU, strideV] = frame.linesize as [number, number, number]
    const pooled: PooledFrame = {
      memory: { width: this.#width, height: this.#height, planes: [y, u, v], strides: [strideY, strideU, strideV] },
      share() {
        const shared = new Frame()
        shared.alloc()
        must(shared.ref(frame), 'frame memory')
        return shared
      },
    }
    this.#pooled.push({ frame, pooled })
    return pooled
  }

  close(): void {
    for (const { frame } of this.#pooled) frame.free()
    this.#pooled = []
  }
}
