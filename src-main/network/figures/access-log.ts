import { appendFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { clientOf } from '../../platform/http/client.ts'
import type { FastRequest } from '../../platform/http/fast-path/fast-request.ts'
import type { FastResponse } from '../../platform/http/fast-path/fast-response.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import { RotatedLog, type RotatedLogOptions } from '../front/nginx/rotated-log.ts'
import { whenAnswered } from './answered-request.ts'

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
  #writing: Promise<void> | undefined
  readonly #append: (file: string, text: string) => Promise<void>

  /** Throws `config.invalid` where the file cannot be written. */
  constructor(options: RotatedLogOptions, append = (file: string, text: string) => appendFile(file, text, { mode: 0o600 })) {
    this.#append = append
    this.#rotation = new RotatedLog(options, () => undefined)
    this.#timer = repeat(everyMs, () => this.#write())
  }

  /** Writes a line when the request is over. */
  follow(request: IncomingMessage | FastRequest, response: ServerResponse | FastResponse): void {
    const { remoteAddress } = clientOf(request)
    const { method = '', url = '', httpVersion, headers } = request
    const at = new Date()
    whenAnswered(request, response, ({ status, bytesOut }) =>
      this.#add(
        `${plain(remoteAddress) || '-'} - - [${combinedTime(at)}] "${plain(method)} ${plain(url)} HTTP/${httpVersion}" ${status} ${bytesOut} "${plain(headers.referer) || '-'}" "${plain(headers['user-agent']) || '-'}"\n`,
      ),
    )
  }

  /** Writes what waits; a disk that is full or gone costs these lines alone. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#rotation.stop()
    await this.#writing?.catch(() => undefined)
    await this.#write()?.catch(() => undefined)
  }

  #add(line: string): void {
    if (this.#length + line.length > maxWaiting) return
    this.#waiting.push(line)
    this.#length += line.length
  }

  /** One write at a time: while the disk hangs, lines wait as far as their bound. Rejects where they could not be written. */
  #write(): Promise<void> | undefined {
    if (this.#writing !== undefined || this.#waiting.length === 0) return undefined
    const text = this.#waiting.join('')
    this.#waiting = []
    this.#length = 0
    this.#writing = this.#append(this.#rotation.options.file, text).finally(() => {
      this.#writing = undefined
    })
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
