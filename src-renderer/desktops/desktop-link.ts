import type { Right } from '../../src-main/desktop/rights/rights.ts'
import type { RecordingMark } from '../../src-main/desktop/schemas/recording.ts'
import type { ClientMessage, Quality } from '../../src-main/desktop/sessions/client-message.ts'
import { reconnectDelayMs, socketUrl } from '../client/event-socket.ts'
import { type HostError, sentencesOf } from '../client/host-error.ts'
import {
  type DisplayAudio,
  type DisplayCursor,
  type DisplayUpdate,
  type DisplayVideo,
  pixelsOf,
  readDisplayMessage,
} from './display-updates.ts'
import { decodableVideo, VideoDecoding } from './display-video.ts'
import type { Printed } from './files/printed-documents.tsx'
import { LinkLatency } from './link-latency.ts'
import { extent, type MonitorPlace } from './monitors/arrangement.ts'
import type { DesktopPerson, Presence } from './sharing/presence.ts'
import { LinkTransports, type TransportMessage } from './transport/link-transports.ts'
import type { Transport, TransportChoice } from './transport/transport-choice.ts'

export type LinkState =
  | { readonly kind: 'connecting' }
  /** Somebody has to allow it. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'reconnecting' }
  /** Connecting again by itself would not help. */
  | { readonly kind: 'failed'; readonly reason: string; readonly locked: boolean }

/** What is opened: a display of a user, or that of an invitation by the secret of its guest. */
export type Connection = { readonly display: string } | { readonly guest: string }

export interface DesktopLinkOptions {
  readonly connection: Connection
  readonly canvas: HTMLCanvasElement
  readonly quality: Quality
  readonly transport: TransportChoice
  /** Which monitor is shown, from 1 on; 0: all of them. */
  readonly monitor: number
  /** `several`: the display can be split into monitors. */
  readonly onMonitors: (monitors: readonly MonitorPlace[], several: boolean) => void
  readonly onState: (state: LinkState) => void
  readonly onPresence: (presence: Presence) => void
  /** A URL of an image and the pixel that points, as CSS has it. */
  readonly onCursor: (cursor: string) => void
  /** Before every connection, and when the display comes over another transport: all of it starts again. */
  readonly onConnect: () => void
  /** Looks at a binary message before it is drawn: true where it was no change of the display. */
  readonly onBytes: (message: ArrayBuffer) => boolean
  readonly onAudio: (audio: DisplayAudio) => void
  /** How many fingers the touch screen of the display takes; 0: it has none. */
  readonly onTouchScreen: (fingers: number) => void
  /** What was asked for could not be done, in the page's language. */
  readonly onProblem: (problem: string) => void
  /** A program of the display printed a document. */
  readonly onPrinted: (printed: Printed) => void
}

/** Between two questions how long the way is, ms. */
const pingEveryMs = 2000

/** Codes of the host that say why it closes: rights have ended, the display is gone, cannot be started, or cannot be shown. */
const lastingCodes = [4403, 4404, 4409, 4410]

/** One page's connection to a display: draws what comes, sends what is typed, and connects again when it was lost. */
export class DesktopLink {
  readonly #options: DesktopLinkOptions
  readonly #context: CanvasRenderingContext2D
  #socket: WebSocket | undefined
  #transports: LinkTransports | undefined
  #choice: TransportChoice
  /** Counts connections and changes of transport: what came before the last one is not drawn any more. */
  #epoch = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #attempt = 0
  #stopped = false
  /** Updates are drawn in their order, however long each takes to decompress. */
  #drawing: Promise<void> = Promise.resolve()
  #said: string | undefined
  #presence: Presence = { you: '', rights: [], people: [], recording: null, live: null }
  #quality: Quality
  #monitor: number
  #monitors: readonly MonitorPlace[] = []
  /** What of the display the canvas shows; undefined: all of it. */
  #part: MonitorPlace | undefined
  /** How long changes take; that of a lost connection says nothing of the next one. */
  #latency = new LinkLatency()
  readonly #pings: ReturnType<typeof setInterval>
  readonly #video = new VideoDecoding()
  #decodes = decodableVideo()

  constructor(options: DesktopLinkOptions) {
    this.#options = options
    this.#quality = options.quality
    this.#monitor = options.monitor
    this.#choice = options.transport
    this.#context = options.canvas.getContext('2d', { alpha: false, desynchronized: true }) as CanvasRenderingContext2D
    this.#pings = setInterval(() => this.#ping(), pingEveryMs)
    this.#connect()
  }

  get latency(): LinkLatency {
    return this.#latency
  }

  /** Places are those of the canvas. */
  send(message: ClientMessage): void {
    if ((message.kind === 'key' || message.kind === 'button') && message.down) this.#latency.pressed(performance.now())
    this.#transports?.send(this.#onDisplay(message))
  }

  sendBytes(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(bytes)
  }

  /** Bytes that wait to be sent. */
  get waitingBytes(): number {
    return this.#socket?.bufferedAmount ?? 0
  }

  /** What the display comes over now; undefined while it does not. */
  get transport(): Transport | undefined {
    return this.#socket === undefined ? undefined : this.#transports?.via
  }

  /** What the display is to come over. */
  chooseTransport(choice: TransportChoice): void {
    this.#choice = choice
    this.#transports?.choose(choice)
  }

  /** What the display looks like while it moves. */
  prefer(quality: Quality): void {
    this.#quality = quality
    this.send({ kind: 'quality', quality })
  }

  /** Which monitor is shown, from 1 on; 0: all of them. */
  show(monitor: number): void {
    this.#monitor = monitor
    this.#choosePart()
  }

  stop(): void {
    this.#stopped = true
    clearInterval(this.#pings)
    clearTimeout(this.#timer)
    this.#video.close()
    this.#transports?.stop()
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
  }

  #connect(): void {
    const { connection, onState, onConnect, onTouchScreen } = this.#options
    onConnect()
    onTouchScreen(0)
    onState({ kind: this.#attempt === 0 ? 'connecting' : 'reconnecting' })
    const path = 'guest' in connection ? '/desktop/guest' : `/desktop/session?display=${encodeURIComponent(connection.display)}`
    const socket = new WebSocket(socketUrl(path))
    if ('guest' in connection) socket.onopen = () => socket.send(JSON.stringify({ kind: 'hello', guest: connection.guest }))
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    this.#said = undefined
    this.#epoch++
    this.#latency = new LinkLatency()
    this.#transports?.stop()
    this.#transports = new LinkTransports({
      choice: this.#choice,
      sendText: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text)
      },
      onMessage: (message) => {
        if (socket === this.#socket) this.#take(message, socket)
      },
      onSwitch: () => {
        this.#epoch++
        this.#latency = new LinkLatency()
        this.#options.onConnect()
      },
      onRoundTrip: (ms) => this.#latency.answered(ms),
    })
    this.#presence = { ...this.#presence, recording: null, live: null }
    let introduced = false
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.#socket) return
      if (typeof data === 'string') {
        const message = JSON.parse(data) as HostMessage
        // From here on the display listens.
        if (message.kind === 'rights' && !introduced) this.#introduce()
        introduced ||= message.kind === 'rights'
        this.#hear(message)
      } else this.#take(data, socket)
    }
    socket.onclose = ({ code, reason }) => {
      if (socket !== this.#socket || this.#stopped) return
      this.#socket = undefined
      this.#transports?.stop()
      if (lastingCodes.includes(code)) {
        onState({ kind: 'failed', reason: this.#said ?? reason, locked: reason === 'desktop.locked' })
        return
      }
      onState({ kind: 'reconnecting' })
      this.#timer = setTimeout(() => this.#connect(), reconnectDelayMs(this.#attempt++, Math.random()))
    }
  }

  #introduce(): void {
    void this.#decodes.then((decodable) => {
      this.send({ kind: 'decoder', ...decodable })
      this.send({ kind: 'quality', quality: this.#quality })
      if (this.#part) this.send({ kind: 'part', part: this.#part })
      this.#ping()
    })
  }

  #hear(message: HostMessage): void {
    if (message.kind === 'pong') this.#transports?.answered(message.at)
    else if (isOfTransport(message)) this.#transports?.hear(message)
    else if (message.kind === 'monitors') {
      this.#monitors = message.monitors
      this.#options.onMonitors(message.monitors, message.several)
      this.#choosePart()
    } else if (message.kind === 'touch-screen') this.#options.onTouchScreen(message.fingers)
    else if (message.kind === 'error') this.#said = sentencesOf(message)
    else if (message.kind === 'problem') this.#options.onProblem(sentencesOf(message))
    else if (message.kind === 'printed') this.#options.onPrinted(message)
    else if (message.kind === 'waiting') this.#options.onState({ kind: 'waiting' })
    else {
      this.#presence =
        message.kind === 'rights'
          ? { ...this.#presence, you: message.attendee, rights: message.rights, visit: message.visit }
          : message.kind === 'recording'
            ? { ...this.#presence, recording: message.recording }
            : message.kind === 'live'
              ? { ...this.#presence, live: message.live }
              : { ...this.#presence, people: message.people }
      this.#options.onPresence(this.#presence)
    }
  }

  /** One that is gone is shown with the others. */
  #choosePart(): void {
    const wanted = this.#monitors.length > 1 ? this.#monitors[this.#monitor - 1] : undefined
    if (JSON.stringify(wanted) === JSON.stringify(this.#part)) return
    this.#part = wanted
    const { canvas } = this.#options
    const { width, height } = wanted ?? extent(this.#monitors)
    canvas.width = width
    canvas.height = height
    // All of it follows.
    this.send({ kind: 'part', part: wanted ?? null })
  }

  #onDisplay(message: ClientMessage): ClientMessage {
    if (this.#part === undefined) return message
    const { x, y } = this.#part
    if (message.kind === 'touch') return { ...message, fingers: message.fingers.map((each) => ({ ...each, x: each.x + x, y: each.y + y })) }
    if (message.kind === 'move') return { ...message, x: message.x + x, y: message.y + y }
    if (message.kind !== 'button' || message.x === undefined || message.y === undefined) return message
    return { ...message, x: message.x + x, y: message.y + y }
  }

  #ping(): void {
    if (document.visibilityState === 'visible') this.send({ kind: 'ping', at: performance.now() })
  }

  #take(data: ArrayBuffer, socket: WebSocket): void {
    const receivedMs = performance.now()
    if (this.#options.onBytes(data)) return
    const message = readDisplayMessage(data)
    if (message === undefined) return
    if (message.kind === 'audio') {
      this.#options.onAudio(message)
      return
    }
    const epoch = this.#epoch
    const draw = async (): Promise<void> => {
      // What follows is on its way over another transport.
      if (epoch !== this.#epoch) return
      if (message.kind === 'cursor') {
        this.#options.onCursor(cursorOf(message))
        this.send({ kind: 'drawn', update: message.number, ms: performance.now() - receivedMs })
        return
      }
      const decodedMs = message.kind === 'video' ? await this.#drawVideo(message) : this.#draw(message, await pixelsOf(message))
      if (epoch !== this.#epoch || socket !== this.#socket) return
      this.send({ kind: 'drawn', update: message.number, ms: performance.now() - receivedMs })
      // It asked how long the way is.
      if (message.kind === 'update' && message.parts.length === 0) return
      const { captureMs, encodeMs, answers } = message
      const { latency } = this
      // The canvas is shown with the page's next frame.
      requestAnimationFrame((shownMs) =>
        latency.drawn({ captureMs, encodeMs, answers, receivedMs, decodedMs, shownMs: Math.max(shownMs, decodedMs) }),
      )
      this.#options.onState({ kind: 'open' })
      this.#attempt = 0
    }
    // What cannot be drawn is asked for again by connecting again.
    this.#drawing = this.#drawing.then(draw).catch(() => socket.close(4000, 'an update could not be drawn'))
  }

  /** When the frame was decoded, ms of the page's clock. */
  async #drawVideo(video: DisplayVideo): Promise<number> {
    try {
      const frame = await this.#video.decode(video)
      const decodedMs = performance.now()
      if (frame === undefined) return decodedMs
      this.#context.drawImage(frame, -(this.#part?.x ?? 0), -(this.#part?.y ?? 0))
      frame.close()
      return decodedMs
    } catch {
      // This browser says that it decodes what it does not: the display comes with fewer colors, or as pixels from here on.
      const decodable = { h264: (await this.#decodes).fullColor, fullColor: false }
      this.#decodes = Promise.resolve(decodable)
      this.send({ kind: 'decoder', ...decodable })
      return performance.now()
    }
  }

  #draw(update: DisplayUpdate, pixels: Uint8Array<ArrayBuffer>): number {
    const decodedMs = performance.now()
    const { canvas } = this.#options
    const { x, y, width, height } = this.#part ?? { x: 0, y: 0, width: update.width, height: update.height }
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width
      canvas.height = height
    }
    let at = pixels.byteOffset
    for (const part of update.parts) {
      const bytes = part.width * part.height * 4
      this.#context.putImageData(
        new ImageData(new Uint8ClampedArray(pixels.buffer, at, bytes), part.width, part.height),
        part.x - x,
        part.y - y,
      )
      at += bytes
    }
    return decodedMs
  }
}

/** What the host says in words. */
type HostMessage =
  | TransportMessage
  | { readonly kind: 'pong'; readonly at: number }
  | { readonly kind: 'touch-screen'; readonly fingers: number }
  | { readonly kind: 'monitors'; readonly monitors: readonly MonitorPlace[]; readonly several: boolean }
  | ({ readonly kind: 'error' } & HostError)
  | ({ readonly kind: 'problem' } & HostError)
  | { readonly kind: 'recording'; readonly recording: RecordingMark }
  | ({ readonly kind: 'printed' } & Printed)
  | { readonly kind: 'live'; readonly live: string | null }
  | { readonly kind: 'rights'; readonly attendee: string; readonly rights: readonly Right[]; readonly visit?: string }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'people'; readonly people: readonly DesktopPerson[] }

const transportKinds: readonly string[] = ['rtc', 'rtc-answer', 'rtc-failed', 'transport']

function isOfTransport(message: HostMessage): message is TransportMessage {
  return transportKinds.includes(message.kind)
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
