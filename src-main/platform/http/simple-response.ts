import type { OutgoingHttpHeaders } from 'node:http'

/** A response that is answered in one go, whichever of our servers sends it. */
export interface SimpleResponse {
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown
  end(body: string): unknown
}
