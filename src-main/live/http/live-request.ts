import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { LiveUrl } from './live-url.ts'
import type { AnyRequest, PlaybackResponse } from './response.ts'

/** A request with its URL taken apart. */
export interface ParsedRequest {
  readonly request: AnyRequest
  readonly url: LiveUrl
}

/** A request for something of a stream, on its way to its resource. */
export interface LiveRequest extends ParsedRequest {
  readonly response: PlaybackResponse
}

/** The same for a WebSocket. */
export interface LiveUpgrade extends ParsedRequest {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}
