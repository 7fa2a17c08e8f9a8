import type { EventMessage, SocketMessage } from './types.ts'

export interface EventSocketHandlers {
  onEvent(event: EventMessage): void
  /** The state has to be read again: first connection, a reset, or another run of the host. */
  onFresh(): void
  onConnection(state: 'connecting' | 'live' | 'reconnecting'): void
}

/** Delay before attempt n (0 = first retry), ms: doubles from 250 ms to 8 s, spread over its upper half so that pages do not return all at once. */
export function reconnectDelayMs(attempt: number, random: number): number {
  const ceiling = Math.min(8000, 250 * 2 ** Math.min(attempt, 10))
  return ceiling / 2 + (ceiling / 2) * random
}

/** The page's position in the host's events: what to ask for on reconnect, and what a greeting means. */
export class EventCursor {
  run: string | undefined
  seq = 0

  /** URL of the next connection: `base`, which may have a query, and from where events are wanted. */
  urlOf(base: string): string {
    if (this.run === undefined) return base
    return `${base}${base.includes('?') ? '&' : '?'}since=${this.seq}&run=${encodeURIComponent(this.run)}`
  }

  /** Takes a message; true where the state has to be read again. */
  take(message: SocketMessage): boolean {
    if (message.type === 'hello') {
      if (message.run === this.run) return false
      this.run = message.run
      this.seq = message.seq
      return true
    }
    if (message.type === 'reset') {
      this.run = message.run
      this.seq = message.seq
      return true
    }
    if (message.seq > this.seq) this.seq = message.seq
    return false
  }
}

/** WebSocket URL of a route of the API, say `/events`. */
export const socketUrl = (path: string): string => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1${path}`

/**
 * Follows some topics on a socket of their own: those that the host sends only while somebody asks for them by name. Returns what ends it.
 *
 * @param onFresh the state has to be read again: at the first connection, and when events may have been missed
 */
export const followTopics = (topics: readonly string[], onEvent: (event: EventMessage) => void, onFresh = (): void => {}): (() => void) =>
  openEventSocket(socketUrl(`/events?topics=${topics.join(',')}`), { onEvent, onFresh, onConnection() {} })

/** Keeps one event socket open. Returns what ends it. */
export function openEventSocket(url: string, handlers: EventSocketHandlers): () => void {
  const cursor = new EventCursor()
  let socket: WebSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let attempt = 0
  let stopped = false

  const retry = () => {
    if (stopped || timer !== undefined) return
    handlers.onConnection('reconnecting')
    timer = setTimeout(
      () => {
        timer = undefined
        connect()
      },
      reconnectDelayMs(attempt++, Math.random()),
    )
  }

  const connect = () => {
    if (stopped) return
    const current = new WebSocket(cursor.urlOf(url))
    socket = current
    current.onmessage = (message) => {
      if (current !== socket) return
      let parsed: SocketMessage
      try {
        parsed = JSON.parse(String(message.data)) as SocketMessage
      } catch {
        return
      }
      const fresh = cursor.take(parsed)
      if (parsed.type === 'hello') {
        attempt = 0
        handlers.onConnection('live')
      }
      if (fresh) handlers.onFresh()
      if (parsed.type === undefined && typeof parsed.topic === 'string') handlers.onEvent(parsed)
    }
    current.onclose = () => {
      if (current !== socket) return
      socket = undefined
      retry()
    }
  }

  const wake = () => {
    if (socket || stopped) return
    clearTimeout(timer)
    timer = undefined
    attempt = 0
    connect()
  }
  window.addEventListener('online', wake)
  connect()

  return () => {
    stopped = true
    clearTimeout(timer)
    window.removeEventListener('online', wake)
    const open = socket
    socket = undefined
    open?.close()
  }
}
