import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Logger } from '../../logger.ts'
import { repeat } from '../../timing/repeat.ts'
import { endSocket } from '../end-socket.ts'
import type { FastRequest } from './fast-request.ts'
import { FastResponse, type ResponseOutput } from './fast-response.ts'
import { maxHeadBytes, type RequestHead, readRequestHead } from './request-head.ts'

/** Answers a request, at once or later; false: it was not touched, and something else answers it. */
export type FastHandler = (request: FastRequest, response: FastResponse) => boolean

export interface FastPathOptions {
  readonly handle: FastHandler
  /** How long a connection may be open before it asks something, ms. */
  readonly firstRequestMs: number
  /** How long it may be silent between two requests, ms. */
  readonly keepAliveMs: number
  readonly log: Pick<Logger, 'error'>
}

/** Bytes that a client may send ahead while it is answered: more than any player sends, and the connection is broken. */
const maxAheadBytes = 2 * maxHeadBytes
const sweepMs = 1000
const noBytes = Buffer.alloc(0)

/**
 * Answers plain requests of HTTP/1.1 on sockets themselves, which costs a third of what Node's HTTP server takes. A connection that asks
 * for anything else is passed on, with all that it has sent and was not answered, to a server of all of HTTP, which keeps it.
 */
export class FastPath {
  readonly #options: FastPathOptions
  readonly #connections = new Set<FastConnection>()
  readonly #sweep: NodeJS.Timeout
  #stopping = false

  constructor(options: FastPathOptions) {
    this.#options = options
    this.#sweep = repeat(sweepMs, () => {
      const nowMs = performance.now()
      for (const each of this.#connections) each.endIfSilent(nowMs)
    })
  }

  /** Takes a connection that has sent nothing yet, or nothing that was read. `passOn` takes it where it asks for something else. */
  take(socket: Socket, passOn: (socket: Socket) => void): void {
    const connection = new FastConnection(socket, this.#options, {
      passOn,
      isStopping: () => this.#stopping,
      left: () => void this.#connections.delete(connection),
    })
    this.#connections.add(connection)
  }

  /** Ends connections that are silent, and others once they are answered. */
  stop(): void {
    this.#stopping = true
    clearInterval(this.#sweep)
    for (const each of this.#connections) each.endUnlessAnswered()
  }
}

interface ConnectionOwner {
  passOn(socket: Socket): void
  isStopping(): boolean
  left(): void
}

class FastConnection implements ResponseOutput {
  readonly #socket: Socket
  readonly #options: FastPathOptions
  readonly #owner: ConnectionOwner
  /** What has come and was not read yet. */
  #ahead: Buffer = noBytes
  #known: RequestHead | undefined
  #response: FastResponse | undefined
  /** The client has closed its half. */
  #isLast = false
  #isEnding = false
  #hasTimeout = false
  readonly #isEncrypted: boolean
  #isOverdue = false
  /** When a silent connection is ended, clock of `performance.now()`. */
  #untilMs: number

  constructor(socket: Socket, options: FastPathOptions, owner: ConnectionOwner) {
    this.#socket = socket
    this.#isEncrypted = (socket as TLSSocket).encrypted === true
    this.#options = options
    this.#owner = owner
    this.#untilMs = performance.now() + options.firstRequestMs
    socket.on('data', this.#onData)
    socket.on('end', this.#onEnd)
    socket.on('close', this.#onClose)
    socket.on('error', this.#onError)
    socket.on('drain', this.#onDrain)
    socket.on('timeout', this.#onTimeout)
  }

  get closes(): boolean {
    return this.#isLast || this.#owner.isStopping()
  }

  /** Ends it the second time that it is found silent for too long: what came while this process could not run is read in between. */
  endIfSilent(nowMs: number): void {
    if (this.#response !== undefined || nowMs < this.#untilMs) return
    if (this.#isOverdue) this.endUnlessAnswered()
    else this.#isOverdue = true
  }

  endUnlessAnswered(): void {
    if (this.#response === undefined && !this.#isEnding) this.#socket.destroy()
  }

  send(pieces: readonly Uint8Array[], last: boolean): boolean {
    const socket = this.#socket
    // what is encrypted leaves later
    const isLater = last && (this.#isEncrypted || socket.writableLength > 0)
    let hasSpace = true
    if (pieces.length > 1) socket.cork()
    for (let at = 0; at < pieces.length; at++) {
      const piece = pieces[at] as Uint8Array
      hasSpace = isLater && at === pieces.length - 1 ? socket.write(piece, this.#onSent) : socket.write(piece)
    }
    if (pieces.length > 1) socket.uncork()
    if (last && !isLater && this.#isTaken()) {
      this.#sent()
      return hasSpace
    }
    // behind everything that was sent before
    if (last && (!isLater || pieces.length === 0)) socket.write(noBytes, this.#onSent)
    // what the system has taken in one go needs no watching
    if (!this.#hasTimeout && socket.writableLength > 0 && this.#response !== undefined) {
      this.#hasTimeout = true
      socket.setTimeout(this.#response.stuckMs)
    }
    return hasSpace
  }

  /** The system took all that was written at once, as it nearly always does, and the connection goes on: waiting for it to say so would cost as much as the request. */
  #isTaken(): boolean {
    const socket = this.#socket
    return socket.writableLength === 0 && socket.errored === null && !this.closes
  }

  cork(): void {
    this.#socket.cork()
  }

  uncork(): void {
    this.#socket.uncork()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#isEnding) return
    this.#isOverdue = false
    this.#ahead = this.#ahead.length === 0 ? bytes : Buffer.concat([this.#ahead, bytes])
    if (this.#response === undefined) this.#next()
    // a socket that is not read does not say that its client has left
    else if (this.#ahead.length > maxAheadBytes) this.#socket.destroy()
  }

  /** The last bytes of a response have left. */
  readonly #onSent = (): void => {
    if (this.#response === undefined || this.#socket.destroyed) return
    this.#sent()
    if (!this.closes) return
    this.#isEnding = true
    endSocket(this.#socket)
  }

  #sent(): void {
    if (this.#hasTimeout) {
      this.#hasTimeout = false
      this.#socket.setTimeout(0)
    }
    const response = this.#response
    this.#response = undefined
    response?.closed()
    this.#untilMs = performance.now() + this.#options.keepAliveMs
    // not at once: each answer to requests that came together would be made inside the one before
    if (this.#ahead.length > 0) process.nextTick(this.#onAhead)
  }

  readonly #onAhead = (): void => {
    if (this.#ahead.length > 0 && this.#response === undefined && !this.#isEnding && !this.#socket.destroyed) this.#next()
  }

  readonly #onEnd = (): void => {
    this.#isLast = true
    const response = this.#response
    if (response?.writableEnded === true) return
    // who has closed does not wait for what is not there yet, and gets what was sent
    this.#isEnding = true
    this.#response = undefined
    response?.closed()
    endSocket(this.#socket)
  }

  readonly #onClose = (): void => {
    this.#owner.left()
    const response = this.#response
    this.#response = undefined
    response?.closed()
  }

  readonly #onError = (): void => void this.#socket.destroy()

  readonly #onDrain = (): void => this.#response?.drained()

  readonly #onTimeout = (): void => {
    if (this.#response === undefined) this.#socket.destroy()
    else this.#response.giveUp()
  }

  /** Answers the first request that has come, or passes the connection on. */
  #next(): void {
    const head = readRequestHead(this.#ahead, 0, this.#known)
    if (head === undefined || !this.#answer(head)) this.#passOn()
  }

  #answer(head: RequestHead): boolean {
    const { method, target: url, headers, end } = head
    const socket = this.#socket
    const request: FastRequest = { method, url, headers, httpVersion: '1.1', httpVersionMajor: 1, socket, headBytes: end }
    const response = new FastResponse(this, method === 'HEAD')
    const before = this.#ahead
    this.#ahead = end === before.length ? noBytes : before.subarray(end)
    this.#response = response
    let isAnswered = true
    try {
      isAnswered = this.#options.handle(request, response)
    } catch (error) {
      this.#options.log.error({ err: error, method }, 'a request handler failed')
      socket.destroy()
    }
    if (isAnswered) {
      this.#known = head
      return true
    }
    this.#ahead = before
    this.#response = undefined
    return false
  }

  #passOn(): void {
    const socket = this.#socket
    socket.off('data', this.#onData)
    socket.off('end', this.#onEnd)
    socket.off('close', this.#onClose)
    socket.off('error', this.#onError)
    socket.off('drain', this.#onDrain)
    socket.off('timeout', this.#onTimeout)
    this.#owner.left()
    socket.pause()
    socket.unshift(this.#ahead)
    this.#ahead = noBytes
    this.#owner.passOn(socket)
    process.nextTick(() => socket.resume())
  }
}
