import type { ClientMessage } from '../../../src-main/desktop/sessions/client-message.ts'

/** MediaStreamTrackProcessor of Chromium (W3C mediacapture-transform), of which TypeScript has no types. */
interface TrackReader {
  readonly readable: ReadableStream<VideoFrame>
}
const { MediaStreamTrackProcessor: TrackProcessor } = globalThis as {
  readonly MediaStreamTrackProcessor?: new (options: { readonly track: MediaStreamTrack }) => TrackReader
}

/** As the host takes it. */
const size = { width: 640, height: 360 } as const
const maxFrameBytes = 64 * 1024
const frameMs = 1000 / 15
/** How sharp a frame is, the best that is not too large. */
const qualities = [0.8, 0.5, 0.2] as const

/** True where a camera can be read: Chromium, on https:// and on this machine. */
export function takesCamera(): boolean {
  return TrackProcessor !== undefined && typeof OffscreenCanvas === 'function' && navigator.mediaDevices !== undefined
}

export interface CameraSender {
  readonly send: (message: ClientMessage) => void
  readonly sendFrame: (frame: Uint8Array<ArrayBuffer>) => void
}

/** The camera of this browser, as the display's, until it is closed. */
export class ShownCamera {
  readonly #sender: CameraSender
  readonly #track: MediaStreamTrack
  readonly #canvas = new OffscreenCanvas(size.width, size.height)
  #sentMs = Number.NEGATIVE_INFINITY

  private constructor(sender: CameraSender, track: MediaStreamTrack, onEnd: () => void) {
    this.#sender = sender
    this.#track = track
    track.onended = onEnd
    this.introduce()
    void this.#show().catch(onEnd)
  }

  /** Asks the browser's owner. Rejects where they do not allow it, or there is no camera. */
  static async open(sender: CameraSender, onEnd: () => void): Promise<ShownCamera> {
    const video = { width: { ideal: size.width }, height: { ideal: size.height }, frameRate: { ideal: 15 } }
    const [track] = (await navigator.mediaDevices.getUserMedia({ video })).getVideoTracks()
    return new ShownCamera(sender, track as MediaStreamTrack, onEnd)
  }

  /** Says that there is a camera: on a new connection, too. */
  introduce(): void {
    this.#sender.send({ kind: 'camera', on: true })
  }

  close(): void {
    this.#sender.send({ kind: 'camera', on: false })
    this.#track.stop()
  }

  async #show(): Promise<void> {
    const reader = new (TrackProcessor as NonNullable<typeof TrackProcessor>)({ track: this.#track }).readable.getReader()
    for (;;) {
      const { value: frame, done } = await reader.read()
      if (done) return
      // Cameras do not keep to the rate that they are asked for.
      const due = performance.now() - this.#sentMs >= 0.75 * frameMs
      if (due) this.#draw(frame)
      frame.close()
      if (due) await this.#send()
    }
  }

  /** Fits the frame in, with black beside it. */
  #draw(frame: VideoFrame): void {
    const context = this.#canvas.getContext('2d', { alpha: false })
    const { displayWidth, displayHeight } = frame
    const scale = Math.min(size.width / displayWidth, size.height / displayHeight)
    const [width, height] = [displayWidth * scale, displayHeight * scale]
    context?.fillRect(0, 0, size.width, size.height)
    context?.drawImage(frame, (size.width - width) / 2, (size.height - height) / 2, width, height)
    this.#sentMs = performance.now()
  }

  async #send(): Promise<void> {
    for (const quality of qualities) {
      const image = await this.#canvas.convertToBlob({ type: 'image/jpeg', quality })
      if (image.size > maxFrameBytes) continue
      const message = new Uint8Array(4 + image.size)
      message[0] = 2
      message.set(new Uint8Array(await image.arrayBuffer()), 4)
      if (this.#track.readyState === 'live') this.#sender.sendFrame(message)
      return
    }
  }
}
