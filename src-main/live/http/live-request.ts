import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AppError } from '../../platform/errors.ts'
import type { LiveUrl } from './live-url.ts'
import type { AnyRequest, PlaybackResponse } from './response.ts'

/** A request with its URL taken apart. */
export interface ParsedRequest {
  readonly request: AnyRequest
  readonly url: LiveUrl
}

/** What the rules of access have said of a request. */
export interface Verdict {
  /** Undefined: it is allowed. */
  readonly rejection: AppError | undefined
}

/** A request for something of a stream, on its way to its resource. */
export interface LiveRequest extends ParsedRequest {
  readonly response: PlaybackResponse
  /** Undefined where nobody has asked them yet. */
  readonly verdict?: Verdict | undefined
}

/** The same for a WebSocket. */
export interface LiveUpgrade extends ParsedRequest {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}
