import { loadPipeWire, type VideoOutput } from '../../../media/worker/native/pipewire.ts'
import type { FrameStore, MediaStores } from '../../../media/worker/stores/media-stores.ts'
import { loadAddon } from '../../../platform/load-addon.ts'
import { cameraRate, cameraSize } from '../../sessions/camera-frames.ts'
import type { CameraMessage } from '../../sessions/client-message.ts'
import { decodeFrame } from './decode-frame.ts'

/** By which programs of the display know it, and what they show. */
const node = 'ami-streams-camera'
const name = 'Camera of the viewer'
/** After PipeWire was lost, ms. */
const retryMs = 1000

/** The camera of one viewer, which programs of the display use through PipeWire. It is there while the viewer has it on: the last one to. */
export class DisplayCamera {
  readonly #onProblem: (problem: string) => void
  /** Whose it is. */
  #viewer = 0
  #store: FrameStore | undefined
  #output: VideoOutput | undefined
  #timer: NodeJS.Timeout | undefined
  /** Frames that come meanwhile are dropped. */
  #decoding = false

  constructor(onProblem: (problem: string) => void) {
    this.#onProblem = onProblem
  }

  hear(viewer: number, message: CameraMessage): void {
    if (message.kind === 'camera-frame') void this.#show(viewer, message.data)
    else if (message.on) this.#take(viewer)
    else this.leave(viewer)
  }

  leave(viewer: number): void {
    if (viewer !== this.#viewer) return
    this.#viewer = 0
    this.#close()
    this.#store?.close()
    this.#store = undefined
  }

  stop(): void {
    this.leave(this.#viewer)
  }

  #take(viewer: number): void {
    if (viewer === this.#viewer) return
    // Nothing of whose it was before is seen.
    this.leave(this.#viewer)
    this.#viewer = viewer
    try {
      this.#store = loadAddon<MediaStores>('compositor').createFrameStore()
      this.#open()
    } catch (error) {
      this.#onProblem((error as Error).message)
    }
  }

  #open(): void {
    const store = this.#store?.address
    if (store === undefined) return
    const { VideoOutput } = loadPipeWire()
    this.#output = new VideoOutput({ node, name, store, ...cameraSize, numerator: cameraRate, denominator: 1 }, ({ state }) => {
      if (state !== 'error') return
      this.#close()
      this.#timer = setTimeout(() => this.#open(), retryMs)
    })
  }

  #close(): void {
    clearTimeout(this.#timer)
    this.#output?.close()
    this.#output = undefined
  }

  async #show(viewer: number, jpeg: Uint8Array): Promise<void> {
    if (viewer !== this.#viewer || this.#decoding) return
    this.#decoding = true
    const pixels = await decodeFrame(jpeg)
    this.#decoding = false
    if (pixels === undefined || viewer !== this.#viewer) return
    const { width, height } = cameraSize
    const timeUs = Number(process.hrtime.bigint() / 1000n)
    this.#store?.write({ layout: 'rgba', width, height, planes: [pixels], strides: [4 * width], opaque: true, timeUs })
  }
}
