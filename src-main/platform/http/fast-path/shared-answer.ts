import type { OutgoingHttpHeaders } from 'node:http'
import { headText, secondNow } from './response-head.ts'

/** An answer with status 200 that many clients get. Its head and body are put together once a second at most, since the head names the time. */
export class SharedAnswer {
  readonly headers: OutgoingHttpHeaders
  readonly body: Uint8Array
  #bytes: Buffer | undefined
  #second = -1

  /** @param headers with the length of the body */
  constructor(headers: OutgoingHttpHeaders, body: Uint8Array) {
    this.headers = headers
    this.body = body
  }

  /** What a connection that stays open gets. */
  bytes(): Buffer {
    const second = secondNow()
    if (this.#bytes === undefined || second !== this.#second) {
      this.#second = second
      this.#bytes = Buffer.concat([Buffer.from(`${headText(200, this.headers, false)}\r\n`, 'latin1'), this.body])
    }
    return this.#bytes
  }
}
