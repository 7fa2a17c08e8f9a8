import type { OutgoingHttpHeaders } from 'node:http'
import { gzipSync } from 'node:zlib'
import { answerHeaders } from '../../http/response.ts'

/** Below this compressing costs more than it saves. */
const minGzipBytes = 1024

/** A text that was rendered once and goes to many: bytes and headers of both its forms are made at most once. */
export class SharedText {
  readonly plain: Buffer
  readonly #contentType: string
  readonly #headers = new Map<string, OutgoingHttpHeaders>()
  #gzip: Buffer | undefined

  constructor(text: string, contentType: string) {
    this.plain = Buffer.from(text)
    this.#contentType = contentType
  }

  /** The bytes for a client, compressed where it accepts that and it pays. */
  bytes(acceptsGzip: boolean): Buffer {
    if (!acceptsGzip || this.plain.length < minGzipBytes) return this.plain
    this.#gzip ??= gzipSync(this.plain, { level: 1 })
    return this.#gzip
  }

  headers(bytes: Buffer, cacheControl: string): OutgoingHttpHeaders {
    const compressed = bytes !== this.plain
    const key = compressed ? `gzip ${cacheControl}` : cacheControl
    let headers = this.#headers.get(key)
    if (!headers) {
      const more = compressed ? { 'content-encoding': 'gzip', vary: 'Accept-Encoding' } : { vary: 'Accept-Encoding' }
      headers = answerHeaders(this.#contentType, cacheControl, bytes.length, more)
      this.#headers.set(key, headers)
    }
    return headers
  }
}
