import { WebSocket } from 'ws'
import { fetchedByHost } from '../../platform/outbound/fetched-by-host.ts'
import { type JudgeTarget, lookupOf } from '../../platform/outbound/judged-connection.ts'

/** Longest message that is taken, bytes: a screenshot of 4096x4096 fits. */
export const maxMessageBytes = 64 * 1024 * 1024
/** What obs-websocket calls its messages as JSON. */
export const jsonProtocol = 'obswebsocket.json'

/** What carries messages to an OBS and back: the WebSocket of `ws`, or a connector in its place. */
export interface ObsChannel {
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  readonly readyState: number
  readonly isPaused: boolean
  send(data: string): void
  close(): void
  /** Without a closing handshake. */
  terminate(): void
  ping(): void
  pause(): void
  resume(): void
  on(event: 'pong', listener: () => void): unknown
}

/** A way to an OBS. */
export interface ObsDial {
  /** For people: HOST:PORT, or what it is otherwise. */
  readonly where: string
  /** Starts to connect. Rejects with OutboundFault, `obs.*`, or what the lookup of a name says. */
  open(handshakeTimeoutMs: number): Promise<ObsChannel>
  /** This machine's name or IP address as that OBS reaches it, once connected. */
  localAddress(channel: ObsChannel): string | undefined
}

/** Connects to host and port. `judge` says where that leads: nobody asks the name server again. */
export function dialDirectly(host: string, port: number, judge: JudgeTarget): ObsDial {
  return {
    where: `${host}:${port}`,
    async open(handshakeTimeoutMs) {
      const target = await judge(host, port)
      const name = target.host.includes(':') ? `[${target.host}]` : target.host
      return new WebSocket(`ws://${name}:${port}`, jsonProtocol, {
        lookup: lookupOf(target),
        handshakeTimeout: handshakeTimeoutMs,
        maxPayload: maxMessageBytes,
        perMessageDeflate: false,
        headers: { [fetchedByHost.name]: fetchedByHost.value },
      }) as unknown as ObsChannel
    },
    localAddress: (channel) => (channel as unknown as { _socket?: { localAddress?: string } })._socket?.localAddress,
  }
}
