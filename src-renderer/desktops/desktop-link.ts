import type { ClientMessage } from '../../src-main/desktop/sessions/client-message.ts'
import { reconnectDelayMs, socketUrl } from '../client/event-socket.ts'
import { type DisplayCursor, type DisplayUpdate, type DisplayVideo, pixelsOf, readDisplayMessage } from './display-updates.ts'
import { decodesVideo, VideoDecoding } from './display-video.ts'

export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'reconnecting' }
  /** Connecting again by itself would not help. */
  | { readonly kind: 'failed'; readonly reason: string }

export interface DesktopLinkOptions {
  readonly display: string
  readonly canvas: HTMLCanvasElement
  readonly onState: (state: LinkState) => void
  /** A URL of an image and the pixel that points, as CSS has it. */
  readonly onCursor: (cursor: string) => void
}

/** Codes of the host that say why it closes: the display is gone, cannot be started, or cannot be shown. */
const lastingCodes = [4404, 4409, 4410]

/** One page's connection to a display: draws what comes, sends what is typed, and connects again when it was lost. */
export class DesktopLink {
  readonly #options: DesktopLinkOptions
  readonly #context: CanvasRenderingContext2D
  #socket: WebSocket | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #attempt = 0
  #stopped = false
  /** Updates are drawn in their order, however long each takes to decompress. */
  #drawing: Promise<void> = Promise.resolve()
  #said: string | undefined
  readonly #video = new VideoDecoding()
  #decodes = decodesVideo()

  constructor(options: DesktopLinkOptions) {
    this.#options = options
    this.#context = options.canvas.getContext('2d', { alpha: false, desynchronized: true }) as CanvasRenderingContext2D
    this.#connect()
  }

  send(message: ClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#video.close()
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
  }

  #connect(): void {
    const { display, onState } = this.#options
    onState({ kind: this.#attempt === 0 ? 'connecting' : 'reconnecting' })
    const socket = new WebSocket(socketUrl(`/desktop/session?display=${encodeURIComponent(display)}`))
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    this.#said = undefined
    socket.onopen = () => void this.#decodes.then((h264) => this.send({ kind: 'decoder', h264 }))
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.#socket) return
      if (typeof data === 'string') this.#said = (JSON.parse(data) as { readonly message: string }).message
      else this.#take(data, socket)
    }
    socket.onclose = ({ code, reason }) => {
      if (socket !== this.#socket || this.#stopped) return
      this.#socket = undefined
      if (lastingCodes.includes(code)) {
        onState({ kind: 'failed', reason: this.#said ?? reason })
        return
      }
      onState({ kind: 'reconnecting' })
      this.#timer = setTimeout(() => this.#connect(), reconnectDelayMs(this.#attempt++, Math.random()))
    }
  }

  #take(data: ArrayBuffer, socket: WebSocket): void {
    const message = readDisplayMessage(data)
    if (message === undefined) return
    if (message.kind === 'cursor') {
      this.#options.onCursor(cursorOf(message))
      return
    }
    const draw = async (): Promise<void> => {
      if (message.kind === 'video') await this.#drawVideo(message)
      else this.#draw(message, await pixelsOf(message))
      if (socket !== this.#socket) return
      this.send({ kind: 'drawn', update: message.number })
      this.#options.onState({ kind: 'open' })
      this.#attempt = 0
    }
    // What cannot be drawn is asked for again by connecting again.
    this.#drawing = this.#drawing.then(draw).catch(() => socket.close(4000, 'an update could not be drawn'))
  }

  async #drawVideo(video: DisplayVideo): Promise<void> {
    try {
      const frame = await this.#video.decode(video)
      if (frame === undefined) return
      this.#context.drawImage(frame, 0, 0)
      frame.close()
    } catch {
      // This browser says that it decodes what it does not: the display comes as pixels from here on.
      this.#decodes = Promise.resolve(false)
      this.send({ kind: 'decoder', h264: false })
    }
  }

  #draw({ width, height, parts }: DisplayUpdate, pixels: Uint8Array<ArrayBuffer>): void {
    const { canvas } = this.#options
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width
      canvas.height = height
    }
    let at = pixels.byteOffset
    for (const part of parts) {
      const bytes = part.width * part.height * 4
      this.#context.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer, at, bytes), part.width, part.height), part.x, part.y)
      at += bytes
    }
  }
}

/** An invisible pointer has no pixels. */
function cursorOf({ width, height, hotX, hotY, pixels }: DisplayCursor): string {
  if (width === 0 || height === 0) return 'none'
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(pixels), width, height), 0, 0)
  return `url(${canvas.toDataURL()}) ${hotX} ${hotY}, default`
}
