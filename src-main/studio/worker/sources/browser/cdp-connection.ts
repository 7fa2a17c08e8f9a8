import type { Readable, Writable } from 'node:stream'
import { PendingReplies } from '../../../../platform/workers/pending-replies.ts'

/** An event that the browser tells. `sessionId` names the page it is of. */
export interface CdpEvent {
  readonly method: string
  // biome-ignore lint/suspicious/noExplicitAny: each event has parameters of its own
  readonly params: any
  readonly sessionId?: string
}

/** The browser rejected a command, or is gone. */
export class CdpFault extends Error {}

/** Longest message that is accepted, bytes: a screenshot of 4096 x 4096 that cannot be compressed. */
const maxMessage = 128 << 20
const patienceMs = 15_000

/** Speaks the Chrome DevTools Protocol over the two pipes of `--remote-debugging-pipe`: JSON, with a zero byte after each message. */
export class CdpConnection {
  readonly #to: Writable
  readonly #onEvent: (event: CdpEvent) => void
  readonly #waiting = new PendingReplies<unknown>()
  readonly #parts: Buffer[] = []
  #bytes = 0
  #closed = false

  constructor(to: Writable, from: Readable, onEvent: (event: CdpEvent) => void) {
    this.#to = to
    this.#onEvent = onEvent
    to.on('error', () => this.#close())
    from.on('error', () => this.#close())
    from.on('close', () => this.#close())
    from.on('data', (bytes: Buffer) => this.#take(bytes))
  }

  /**
   * Sends a command, to a page or to the browser.
   * @throws CdpFault where it is rejected, or not answered in time
   */
  // biome-ignore lint/suspicious/noExplicitAny: each command has an answer of its own
  send(method: string, params: object = {}, sessionId?: string, timeoutMs = patienceMs): Promise<any> {
    if (this.#closed) return Promise.reject(new CdpFault('The browser is gone'))
    const write = (id: number) => this.#to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    return this.#waiting.request(write, timeoutMs, () => new CdpFault(`${method} was not answered within ${timeoutMs} ms`))
  }

  #take(bytes: Buffer): void {
    let from = 0
    for (;;) {
      const end = bytes.indexOf(0, from)
      const part = bytes.subarray(from, end < 0 ? undefined : end)
      this.#parts.push(part)
      this.#bytes += part.length
      if (this.#bytes > maxMessage) {
        this.#close()
        return
      }
      if (end < 0) return
      const whole = this.#parts.length === 1 ? part : Buffer.concat(this.#parts)
      this.#parts.length = 0
      this.#bytes = 0
      this.#read(whole.toString())
      from = end + 1
      if (from === bytes.length) return
    }
  }

  #read(text: string): void {
    const message = JSON.parse(text)
    if (message.id === undefined) {
      this.#onEvent(message)
      return
    }
    if (message.error === undefined) this.#waiting.resolve(message.id, message.result)
    else this.#waiting.reject(message.id, new CdpFault(message.error.message))
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#waiting.rejectAll(() => new CdpFault('The browser is gone'))
  }
}
