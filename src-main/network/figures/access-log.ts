import { appendFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { clientOf } from '../../platform/http/client.ts'
import { repeat } from '../../platform/repeat.ts'
import { RotatedLog, type RotatedLogOptions } from '../nginx/rotated-log.ts'

/** Lines are written together, so often, ms. */
const everyMs = 1000
/** Characters that wait to be written; lines beyond are lost. */
const maxWaiting = 4 * 2 ** 20
/** Of a request's line and of a header. */
const maxText = 4096

/** The access log of a node without nginx, in the combined format. */
export class AccessLog {
  readonly #rotation: RotatedLog
  readonly #timer: NodeJS.Timeout
  #waiting: string[] = []
  #length = 0
  #writing: Promise<void> = Promise.resolve()

  /** Throws `config.invalid` where the file cannot be written. */
  constructor(options: RotatedLogOptions) {
    this.#rotation = new RotatedLog(options, () => undefined)
    this.#timer = repeat(everyMs, () => this.#write())
  }

  /** Writes a line when the request is over. */
  follow(request: IncomingMessage, response: ServerResponse): void {
    const { remoteAddress } = clientOf(request)
    const { method = '', url = '', httpVersion, headers, socket } = request
    const before = socket?.bytesWritten ?? 0
    const at = new Date()
    response.once('close', () => {
      const sent = request.httpVersionMajor === 2 ? Number(response.getHeader('content-length') ?? 0) : (socket?.bytesWritten ?? 0) - before
      const status = response.headersSent ? response.statusCode : 499
      this.#add(
        `${plain(remoteAddress) || '-'} - - [${combinedTime(at)}] "${plain(method)} ${plain(url)} HTTP/${httpVersion}" ${status} ${Math.max(0, sent) || 0} "${plain(headers.referer) || '-'}" "${plain(headers['user-agent']) || '-'}"\n`,
      )
    })
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#rotation.stop()
    await this.#write()
  }

  #add(line: string): void {
    if (this.#length + line.length > maxWaiting) return
    this.#waiting.push(line)
    this.#length += line.length
  }

  #write(): Promise<void> {
    if (this.#waiting.length === 0) return this.#writing
    const text = this.#waiting.join('')
    this.#waiting = []
    this.#length = 0
    // One after the other, and a full disk costs these lines alone.
    this.#writing = this.#writing.catch(() => undefined).then(() => appendFile(this.#rotation.options.file, text, { mode: 0o600 }))
    return this.#writing
  }
}

/** As nginx escapes: quotes, backslashes, control characters and all that is not ASCII, so that a line stays one. */
export function plain(text = ''): string {
  return text
    .slice(0, maxText)
    .replace(/[^ !#-[\]-~]/g, (character) =>
      [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
    )
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `23/Nov/2026:18:05:59 +0000` */
export function combinedTime(at: Date): string {
  const [day, clock] = at.toISOString().split('T') as [string, string]
  const [year, month, date] = day.split('-')
  return `${date}/${months[Number(month) - 1]}/${year}:${clock.slice(0, 8)} +0000`
}
