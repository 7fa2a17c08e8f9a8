import { gzipSync } from 'node:zlib'
import { SharedAnswer } from '../../../platform/http/fast-path/shared-answer.ts'
import { answerHeaders } from '../../http/response.ts'

/** Below this compressing costs more than it saves. */
const minGzipBytes = 1024

/** A text that was rendered once and goes to many: both its forms are made at most once. */
export class SharedText {
  readonly plain: Buffer
  readonly #contentType: string
  readonly #answers = new Map<string, SharedAnswer>()
  #gzip: Buffer | undefined

  constructor(text: string, contentType: string) {
    this.plain = Buffer.from(text)
    this.#contentType = contentType
  }

  /** The answer to a client, compressed where it accepts that and it pays. */
  answer(acceptsGzip: boolean, cacheControl: string): SharedAnswer {
    const compressed = acceptsGzip && this.plain.length >= minGzipBytes
    const key = compressed ? `gzip ${cacheControl}` : cacheControl
    let answer = this.#answers.get(key)
    if (!answer) {
      const more = compressed ? { 'content-encoding': 'gzip', vary: 'Accept-Encoding' } : { vary: 'Accept-Encoding' }
      const bytes = compressed ? this.#compressed() : this.plain
      answer = new SharedAnswer(answerHeaders(this.#contentType, cacheControl, bytes.length, more), bytes)
      this.#answers.set(key, answer)
    }
    return answer
  }

  #compressed(): Buffer {
    this.#gzip ??= gzipSync(this.plain, { level: 1 })
    return this.#gzip
  }
}
