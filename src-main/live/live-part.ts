import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { ErrorCode } from '../platform/errors.ts'
import type { RouteDefinition } from '../platform/routes.ts'

export type AnyRequest = IncomingMessage | Http2ServerRequest
export type AnyResponse = ServerResponse | Http2ServerResponse

/** One capability of the live wing: made by its folder's `createX(needs)`, joined to the others in `live/index.ts`. */
export interface LivePart {
  /** Its doors of the API. */
  readonly routes?: readonly RouteDefinition[]
  /** Opens its ports and begins its work; after the stream registry stands. Rejects with AppError. */
  start?(): Promise<void> | void
  /** Ends its sockets, timers and processes. Idempotent; in under two seconds. */
  stop?(): Promise<void> | void
  /** What does not work at present although it should, for `/health`. */
  problems?(): readonly ErrorCode[]
  /** Requests outside /api that are its own: true where it took the request over. Cheap for all others. */
  handleHttp?(request: AnyRequest, response: AnyResponse): boolean
  /** WebSocket upgrades outside /api that are its own: true where it took the socket over. */
  handleUpgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
}
