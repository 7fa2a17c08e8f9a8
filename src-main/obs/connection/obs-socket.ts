import { OBSWebSocket, WebSocketOpCode } from 'obs-websocket-js/json'
import { WebSocket } from 'ws'
import { fetchedByHost } from '../../platform/fetched-by-host.ts'
import { lookupOf } from '../../platform/outbound/judged-connection.ts'
import type { OutboundTarget } from '../../platform/outbound/network-policy.ts'
import { textOf } from './said.ts'

/** Longest message that is taken, bytes: a screenshot of 4096x4096 fits. */
const maxMessageBytes = 64 * 1024 * 1024
/** Longest message that nobody asked for, bytes: events of OBS have some hundred. */
const maxEventBytes = 1024 * 1024
/** So much is read in one window; what is more waits in the network, so that a flood neither fills memory nor takes a core. */
const maxMessagesPerWindow = 500
const maxBytesPerWindow = 4 * 1024 * 1024
const windowMs = 100

export interface ObsSocketOptions {
  /** The IP addresses that were judged: nobody asks the name server again. */
  readonly target: OutboundTarget
  readonly handshakeTimeoutMs: number
  readonly onEvent: (event: string, data: unknown, bytes: number) => void
  /** Whether an answer is expected. */
  readonly isAsked: () => boolean
  /** It sent what is not read; `what` names it. Its owner ends the connection. */
  readonly onTooLarge: (what: string) => void
}

/** obs-websocket-js over a connection that is bounded in time, size and rate, with every event at one listener. */
export class ObsSocket extends OBSWebSocket {
  readonly #options: ObsSocketOptions
  #connection: WebSocket | undefined
  #windowStartMs = 0
  #messages = 0
  #bytes = 0
  /** Monotonic ms of the last sign of life. */
  lastHeardMs = 0

  constructor(options: ObsSocketOptions) {
    super()
    this.#options = options
  }

  /** This machine's IP address in the connection. */
  get localAddress(): string | undefined {
    return (this.#connection as unknown as { _socket?: { localAddress?: string } } | undefined)?._socket?.localAddress
  }

  ping(): void {
    if (this.#connection?.readyState === WebSocket.OPEN) this.#connection.ping()
  }

  /** Without a closing handshake: what hangs would not answer it. */
  terminate(): void {
    this.#connection?.terminate()
  }

  protected override async createConnection(url: string): ReturnType<OBSWebSocket['createConnection']> {
    const { target, handshakeTimeoutMs } = this.#options
    const opened = this.internalEventPromise('ConnectionOpened')
    const hello = this.internalEventPromise<Awaited<ReturnType<OBSWebSocket['createConnection']>>>('op:0')
    const socket = new WebSocket(url, this.protocol, {
      lookup: lookupOf(target),
      handshakeTimeout: handshakeTimeoutMs,
      maxPayload: maxMessageBytes,
      perMessageDeflate: false,
      headers: { [fetchedByHost.name]: fetchedByHost.value },
    })
    this.#connection = socket
    this.socket = socket as never
    socket.onopen = (event) => this.onOpen(event as never)
    socket.onmessage = (event) => {
      this.#count(socket, sizeOf(event.data))
      void this.onMessage(event as never)
    }
    socket.onerror = (event) => this.onError(event as never)
    socket.onclose = (event) => this.onClose(event as never)
    socket.on('pong', () => {
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

  #count(socket: WebSocket, bytes: number): void {
    const nowMs = performance.now()
    this.lastHeardMs = nowMs
    if (nowMs - this.#windowStartMs > windowMs) {
      this.#windowStartMs = nowMs
      this.#messages = 0
      this.#bytes = 0
    }
    this.#messages++
    this.#bytes += bytes
    if ((this.#messages < maxMessagesPerWindow && this.#bytes < maxBytesPerWindow) || socket.isPaused) return
    socket.pause()
    setTimeout(() => socket.resume(), windowMs).unref()
  }
}

/** A message without a code, which the library passes over. */
const ignored = {} as never

/** Of a message, bytes: JSON of OBS is ASCII but for names. */
const sizeOf = (data: unknown): number => (typeof data === 'string' ? data.length : data instanceof Uint8Array ? data.byteLength : 0)

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`
