import { startPipeWireRemedy } from '../../../media/worker/capture/pipewire/pipewire-devices.ts'
import type { PipeWireAddon, VideoOutput } from '../../../media/worker/native/pipewire.ts'
import type { CanvasFrames } from '../../control/engine/studio-engine.ts'
import type { CameraToFeed } from '../../control/outputs/virtual-camera/messages.ts'
import type { FedCamera, NotifyCamera } from './fed-camera.ts'

/** After the node was lost, ms. */
const retryMs = 500

/** A camera of PipeWire: a node that is there while the canvas is, kept over a restart of the studio, made again after one of PipeWire. */
export class PipeWireCamera implements FedCamera {
  readonly #addon: PipeWireAddon
  readonly #camera: Extract<CameraToFeed, { readonly via: 'pipewire' }>
  readonly #notify: NotifyCamera
  #output: VideoOutput | undefined
  /** What the node was made for. */
  #canvasFrames: CanvasFrames | undefined
  #retry: NodeJS.Timeout | undefined
  #before = { frames: 0, dropped: 0 }

  constructor(addon: PipeWireAddon, camera: Extract<CameraToFeed, { readonly via: 'pipewire' }>, notify: NotifyCamera) {
    this.#addon = addon
    this.#camera = camera
    this.#notify = notify
  }

  show(canvasFrames: CanvasFrames | null): void {
    // Without frames the node stays: a program that uses the camera waits for the next one.
    if (canvasFrames === null) return
    const before = this.#canvasFrames
    this.#canvasFrames = canvasFrames
    if (this.#output === undefined || before === undefined || !sameShape(before, canvasFrames)) {
      this.#open()
      return
    }
    try {
      this.#output.setStore(canvasFrames.address)
    } catch {
      // Its maker died meanwhile: another is reported soon.
    }
  }

  statistics(): { readonly frames: number; readonly dropped: number } {
    const { frames, dropped } = this.#output?.statistics() ?? { frames: 0, dropped: 0 }
    return { frames: this.#before.frames + frames, dropped: this.#before.dropped + dropped }
  }

  async close(): Promise<void> {
    this.#end()
  }

  #open(): void {
    this.#end()
    const canvasFrames = this.#canvasFrames
    if (canvasFrames === undefined) return
    const { address, width, height, frameRate } = canvasFrames
    const { node, name } = this.#camera
    try {
      const output: VideoOutput = new this.#addon.VideoOutput({ node, name, store: address, width, height, ...frameRate }, (event) => {
        if (output !== this.#output) return
        if (event.state === 'error') this.#lose(`${event.problem}; ${startPipeWireRemedy}`)
        else if (event.state === 'paused' || event.state === 'streaming') {
          this.#notify({ type: 'live' })
          this.#notify({ type: 'taken', taken: event.state === 'streaming' })
        }
      })
      this.#output = output
    } catch (error) {
      this.#lose((error as Error).message)
    }
  }

  #lose(problem: string): void {
    this.#end()
    this.#notify({ type: 'waiting', problem })
    this.#retry = setTimeout(() => this.#open(), retryMs)
  }

  #end(): void {
    clearTimeout(this.#retry)
    this.#before = this.statistics()
    this.#output?.close()
    this.#output = undefined
    this.#notify({ type: 'taken', taken: false })
  }
}

function sameShape(one: CanvasFrames, other: CanvasFrames): boolean {
  return (
    one.width === other.width &&
    one.height === other.height &&
    one.frameRate.numerator === other.frameRate.numerator &&
    one.frameRate.denominator === other.frameRate.denominator
  )
}
