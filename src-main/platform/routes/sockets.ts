import type { Static, TSchema } from 'typebox'
import type { Principal, Role } from './principal.ts'

/** One client of a WebSocket endpoint. */
export interface SocketClient {
  readonly principal: Principal
  /** Bytes that wait for the client, here and in front of the system's socket: the sender decides from it what to drop. */
  readonly waitingBytes: number
  /** Does nothing where the client is gone. */
  send(data: string | Uint8Array): void
  /** A code of RFC 6455 section 7.4, or one from 4000 on. */
  close(code: number, reason: string): void
  /** Without a closing handshake, for a client that takes nothing. */
  terminate(): void
}

/** A client whose pace an endpoint decides. */
export interface PacedSocketClient extends SocketClient {
  /** Reads nothing until `resume`: what it sends waits in the network. */
  pause(): void
  resume(): void
  /** Asks for a sign of life: see `onPong`. */
  ping(): void
}

/** What an endpoint does for one client. */
export interface SocketSession {
  /** A text message. Where it is left out, messages are ignored. */
  onMessage?(text: string): void
  /** A binary message, which is the receiver's own. Where it is left out, one ends the connection. */
  onBytes?(bytes: Buffer): void
  /** It answered a ping. */
  onPong?(): void
  /** @param code with which it was closed */
  onClose(code: number): void
}

export interface SocketRequest<Query> {
  readonly query: Query
  /** Who asks; anonymous only on endpoints whose role is `none`. */
  readonly principal: Principal
  readonly remoteAddress: string
  /** A header by its name in lower case. */
  header(name: string): string | undefined
}

/** A WebSocket endpoint of the API; `api` checks sign-in, Origin, role, limits and query before it is asked. */
export interface SocketDefinition {
  /** Under /api/v1. */
  readonly path: string
  /** OpenAPI tag. */
  readonly tag: string
  /** One line for the OpenAPI description. */
  readonly summary: string
  /** An old name of another endpoint: see `atOldPath`. */
  readonly deprecated?: true
  /** `none`: the endpoint checks by itself who may open it. */
  readonly role: Role | 'none'
  readonly query?: TSchema
  /** Clients at a time, of all IP addresses. */
  readonly maxClients: number
  /** Longest message that a client may send, bytes: a longer one ends the connection. */
  readonly maxMessageBytes: number
  /** Messages of one client in a second, where the usual number is too small; the endpoint paces its clients by `pause`. */
  readonly maxMessagesPerSecond?: number
  /** Answers what serves the client once the connection is open. Throws AppError: then the upgrade is rejected with it. */
  // biome-ignore lint/suspicious/noExplicitAny: the list of endpoints is heterogeneous; `defineSocket` types each one
  readonly accept: (request: SocketRequest<any>) => (client: PacedSocketClient) => SocketSession
}

/** Types an endpoint by the schema of its query. */
export function defineSocket<Q extends TSchema>(
  socket: Omit<SocketDefinition, 'query' | 'accept'> & {
    query: Q
    accept: (request: SocketRequest<Static<Q>>) => (client: PacedSocketClient) => SocketSession
  },
): SocketDefinition {
  return socket
}
