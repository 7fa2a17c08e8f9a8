import type { OutgoingHttpHeaders } from 'node:http'
import { headText } from './response-head.ts'
import type { SharedAnswer } from './shared-answer.ts'

/** The connection below a response. */
export interface ResponseOutput {
  /** False while the client takes less than it is sent. `last` ends the response; more than one piece leave together. */
  send(pieces: readonly Uint8Array[], last: boolean): boolean
  cork(): void
  uncork(): void
  /** Breaks the connection. */
  destroy(): void
  /** No further request comes here after this response. */
  readonly closes: boolean
}

type ResponseEvent = 'close' | 'drain'

/** After how long a client that takes nothing is given up, ms. */
const usualStuckMs = 30_000
const nothing: readonly Uint8Array[] = []
const lastChunk = Buffer.from('0\r\n\r\n')
const lineEnd = Buffer.from('\r\n')

/** The response to a `FastRequest`: the face of `ServerResponse` as far as media need it, and the same bytes. */
export class FastResponse {
  readonly #output: ResponseOutput
  readonly #isHead: boolean
  #own: OutgoingHttpHeaders | undefined
  #head: Buffer | undefined
  #hasBody = true
  #chunked = false
  /** Bytes of the body that are still to come, where its length is known. */
  #left = 0
  #length = 0
  #listeners: { readonly event: ResponseEvent; readonly listener: () => void }[] | undefined
  #stuck: { readonly ms: number; readonly callback: () => void } | undefined
  statusCode = 200
  headersSent = false
  writableEnded = false
  destroyed = false
  #isOver = false

  constructor(output: ResponseOutput, isHead: boolean) {
    this.#output = output
    this.#isHead = isHead
  }

  /** Sends a header along with those of `writeHead`. */
  setHeader(name: string, value: string): void {
    this.#own ??= {}
    this.#own[name.toLowerCase()] = value
  }

  /** Bytes of the body, as the head says. */
  get contentLength(): number {
    return this.#length
  }

  /** Throws where a header has a value that HTTP does not. The head leaves with the first bytes of the body. */
  writeHead(status: number, headers: OutgoingHttpHeaders): this {
    if (this.headersSent) throw new Error('the head of the response has been sent')
    const { 'content-length': length } = headers
    this.#hasBody = !this.#isHead && status !== 204 && status !== 304
    this.#chunked = this.#hasBody && length === undefined
    this.#left = this.#hasBody ? Number(length ?? 0) : 0
    this.#length = this.#left
    const text = headText(status, this.#own === undefined ? headers : { ...this.#own, ...headers }, this.#output.closes)
    this.#head = Buffer.from(this.#chunked ? `${text}Transfer-Encoding: chunked\r\n\r\n` : `${text}\r\n`, 'latin1')
    this.statusCode = status
    this.headersSent = true
    return this
  }

  /** Sends an answer that many get. False: nothing was sent, and `writeHead` and `end` are to send the same. */
  sendShared(answer: SharedAnswer): boolean {
    if (this.headersSent || this.destroyed || this.#isHead || this.#own !== undefined || this.#output.closes) return false
    this.headersSent = true
    this.writableEnded = true
    this.#length = answer.body.length
    this.#output.send([answer.bytes()], true)
    return true
  }

  /** Sends the head by itself. */
  flushHeaders(): void {
    if (this.#head !== undefined && !this.destroyed) this.#output.send(this.#framed(undefined), false)
  }

  /** False while the client takes less than it is sent; `drain` says when it takes more. */
  write(data: Uint8Array): boolean {
    if (this.destroyed || this.writableEnded) return false
    return this.#output.send(this.#framed(data), false)
  }

  end(data?: Uint8Array | string): void {
    if (this.destroyed || this.writableEnded) return
    if (!this.headersSent) this.writeHead(this.statusCode, { 'content-length': data === undefined ? 0 : Buffer.byteLength(data) })
    const pieces = this.#framed(typeof data === 'string' ? Buffer.from(data) : data)
    this.writableEnded = true
    // the client would take the next response for the rest of this one
    if (this.#left !== 0) {
      this.destroy()
      return
    }
    this.#output.send(this.#chunked ? [...pieces, lastChunk] : pieces, true)
  }

  /** Calls back where bytes wait for so long and the client takes none of them. */
  setTimeout(ms: number, callback: () => void): void {
    this.#stuck = { ms, callback }
  }

  /** After how long a client that takes nothing is given up, ms. */
  get stuckMs(): number {
    return this.#stuck?.ms ?? usualStuckMs
  }

  /** The client has taken nothing for so long. */
  giveUp(): void {
    if (this.#stuck === undefined) this.destroy()
    else this.#stuck.callback()
  }

  /** Has what is written from now on leave together, at `uncork`. */
  cork(): void {
    this.#output.cork()
  }

  uncork(): void {
    this.#output.uncork()
  }

  once(event: ResponseEvent, listener: () => void): this {
    if (this.#isOver && event === 'close') queueMicrotask(listener)
    else {
      this.#listeners ??= []
      this.#listeners.push({ event, listener })
    }
    return this
  }

  off(event: ResponseEvent, listener: () => void): this {
    this.#listeners = this.#listeners?.filter((each) => each.event !== event || each.listener !== listener)
    return this
  }

  destroy(): this {
    if (!this.destroyed) {
      this.destroyed = true
      this.#output.destroy()
    }
    return this
  }

  /** The client takes more. */
  drained(): void {
    this.#call('drain')
  }

  /** The response is over: sent, or its client has gone. */
  closed(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.destroyed = true
    this.#call('close')
  }

  #call(event: ResponseEvent): void {
    const listeners = this.#listeners
    if (listeners === undefined) return
    this.#listeners = listeners.filter((each) => each.event !== event)
    for (const each of listeners) if (each.event === event) each.listener()
  }

  /** What to send for a piece of the body, the head before the first of them. */
  #framed(data: Uint8Array | undefined): readonly Uint8Array[] {
    if (!this.headersSent) this.writeHead(this.statusCode, {})
    const head = this.#head
    this.#head = undefined
    const hasData = this.#hasBody && data !== undefined && data.length > 0
    if (!hasData) return head === undefined ? nothing : [head]
    if (this.#chunked) {
      const size = Buffer.from(`${data.length.toString(16)}\r\n`, 'latin1')
      return head === undefined ? [size, data, lineEnd] : [head, size, data, lineEnd]
    }
    this.#left -= data.length
    if (this.#left < 0) throw new Error('the body is longer than its head says')
    return head === undefined ? [data] : [head, data]
  }
}
