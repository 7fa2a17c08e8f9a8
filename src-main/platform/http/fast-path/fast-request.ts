import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'

/** A GET or HEAD request without a body over HTTP/1.1, with what of `IncomingMessage` such a request has. */
export interface FastRequest {
  readonly method: 'GET' | 'HEAD'
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly httpVersion: '1.1'
  readonly httpVersionMajor: 1
  readonly socket: Socket
  /** Length of its head. */
  readonly headBytes: number
}
