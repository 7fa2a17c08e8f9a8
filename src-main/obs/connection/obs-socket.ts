import { OBSWebSocket, WebSocketOpCode } from 'obs-websocket-js/json'
import { WebSocket } from 'ws'
import type { ObsChannel } from './obs-channel.ts'
import { textOf } from './said.ts'

/** Longest message that nobody asked for, bytes: events of OBS have some hundred. */
const maxEventBytes = 1024 * 1024
/** So much is read in one window; what is more waits in the network, so that a flood neither fills memory nor takes a core. */
const maxMessagesPerWindow = 500
const maxBytesPerWindow = 4 * 1024 * 1024
const windowMs = 100

export interface ObsSocketOptions {
  /** That was just made: it is not open yet. */
  readonly channel: ObsChannel
  readonly onEvent: (event: string, data: unknown, bytes: number) => void
  /** Whether an answer is expected. */
  readonly isAsked: () => boolean
  /** It sent what is not read; `what` names it. Its owner ends the connection. */
  readonly onTooLarge: (what: string) => void
}

/** obs-websocket-js over a connection that is bounded in time, size and rate, with every event at one listener. */
export class ObsSocket extends OBSWebSocket {
  readonly #options: ObsSocketOptions
  #windowStartMs = 0
  #messages = 0
  #bytes = 0
  /** Monotonic ms of the last sign of life. */
  lastHeardMs = 0

  constructor(options: ObsSocketOptions) {
    super()
    this.#options = options
  }

  ping(): void {
    const { channel } = this.#options
    if (channel.readyState === WebSocket.OPEN) channel.ping()
  }

  /** Without a closing handshake: what hangs would not answer it. */
  terminate(): void {
    this.#options.channel.terminate()
  }

  protected override async createConnection(): ReturnType<OBSWebSocket['createConnection']> {
    const { channel } = this.#options
    const opened = this.internalEventPromise('ConnectionOpened')
    const hello = this.internalEventPromise<Awaited<ReturnType<OBSWebSocket['createConnection']>>>('op:0')
    this.socket = channel as never
    channel.onopen = (event) => this.onOpen(event)
    channel.onmessage = (event: { readonly data: unknown }) => {
      this.#count(sizeOf(event.data))
      void this.onMessage(event as never)
    }
    channel.onerror = (event) => this.onError(event)
    channel.onclose = (event) => this.onClose(event)
    channel.on('pong', () => {
      this.lastHeardMs = performance.now()
    })
    await opened
    return hello
  }

  protected override async decodeMessage(data: never): ReturnType<OBSWebSocket['decodeMessage']> {
    const { onEvent, isAsked, onTooLarge } = this.#options
    const bytes = sizeOf(data)
    // Before it is read, which would take a second.
    if (bytes > maxEventBytes && !isAsked()) {
      onTooLarge(`a message of ${megabytes(bytes)} that nobody asked for`)
      return ignored
    }
    const message = await super.decodeMessage(data)
    if (message.op !== WebSocketOpCode.Event) return message
    if (bytes > maxEventBytes) {
      onTooLarge(`an event of ${megabytes(bytes)}`)
      return ignored
    }
    onEvent(textOf(message.d.eventType), message.d.eventData, bytes)
    return message
  }

  #count(bytes: number): void {
    const { channel } = this.#options
    const nowMs = performance.now()
    this.lastHeardMs = nowMs
    if (nowMs - this.#windowStartMs > windowMs) {
      this.#windowStartMs = nowMs
      this.#messages = 0
      this.#bytes = 0
    }
    this.#messages++
    this.#bytes += bytes
    if ((this.#messages < maxMessagesPerWindow && this.#bytes < maxBytesPerWindow) || channel.isPaused) return
    channel.pause()
    setTimeout(() => channel.resume(), windowMs).unref()
  }
}

/** A message without a code, which the library passes over. */
const ignored = {} as never

/** Of a message, bytes: JSON of OBS is ASCII but for names. */
const sizeOf = (data: unknown): number => (typeof data === 'string' ? data.length : data instanceof Uint8Array ? data.byteLength : 0)

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`
