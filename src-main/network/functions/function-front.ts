import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ErrorCode } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { loopHeader, maxPasses, passesOf } from '../cdn-loop.ts'
import { FunctionFetch, type SiteTarget } from './function-fetch.ts'
import type { FunctionLine } from './function-line.ts'
import { FunctionFault, type FunctionRunner } from './function-runner.ts'
import { type FunctionSet, functionFor, type NodeFunction } from './function-set.ts'
import {
  type FetchReply,
  type HeaderList,
  type LogLevel,
  maxLineText,
  type RunAnswer,
  type RunFault,
  type RunRequest,
} from './run-messages.ts'

export interface FunctionFrontOptions {
  readonly runner: FunctionRunner
  /** Where requests of a viewer for this node's own sites go on, behind functions. */
  readonly inside: (viewer: string) => SiteTarget
  /** True for the host name of a site of this node. */
  readonly isSite: (host: string) => boolean
  readonly onLine: (line: FunctionLine) => void
  readonly sendError: (response: ServerResponse, code: ErrorCode) => void
  readonly log: Logger
}

/** nginx closes connections that it does not use after 60 s: were we first, a request could come to one that is closing. ms */
const keptMs = 75_000
/** Bodies of requests that are kept in memory: of one, and of all, bytes. */
const maxRequestBytes = 2 ** 20
const maxAllBytes = 64 * 2 ** 20
/** What a viewer's request tells nginx and us, and no function. */
const notGiven: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'])
const notAnswered: ReadonlySet<string> = new Set([...notGiven, 'content-length', 'proxy-connection'])

const codes: Readonly<Record<RunFault, ErrorCode>> = {
  ...{ thrown: 'network.function_failed', start: 'network.function_failed', crashed: 'network.function_failed' },
  ...{ cpu: 'network.function_limit', memory: 'network.function_limit', time: 'network.function_limit' },
  ...{ busy: 'network.function_unavailable', unavailable: 'network.function_unavailable' },
}

/** Header with the secret that nginx has. */
export const functionSecretHeader = 'x-edge-functions'

/** Header with the path of the route that nginx found. */
export const functionRouteHeader = 'x-edge-route'

/** Answers requests that have a function: nginx sends them here, over loopback, with a secret. */
export class FunctionFront {
  readonly #options: FunctionFrontOptions
  readonly #server: Server
  readonly #secret = randomBytes(24).toString('base64url')
  #functions: readonly NodeFunction[] = []
  #bodyBytes = 0

  private constructor(options: FunctionFrontOptions) {
    this.#options = options
    this.#server = createServer({ maxHeaderSize: 32 * 1024, keepAliveTimeout: keptMs }, (request, response) => {
      response.on('error', () => undefined)
      this.#onRequest(request, response).catch((error) => {
        options.log.error({ err: error }, 'a function could not be run')
        if (response.headersSent) response.destroy()
        else options.sendError(response, 'network.function_failed')
      })
    })
    this.#server.on('error', (error) => options.log.error({ err: error }, 'the listener of functions failed'))
  }

  /** Listens on a port of 127.0.0.1. */
  static async open(options: FunctionFrontOptions): Promise<FunctionFront> {
    const front = new FunctionFront(options)
    front.#server.listen(0, '127.0.0.1')
    await once(front.#server, 'listening')
    return front
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get secret(): string {
    return this.#secret
  }

  use({ functions }: FunctionSet): void {
    this.#functions = functions
    this.#options.runner.setFunctions(functions)
  }

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { sendError, runner, inside, isSite, onLine } = this.#options
    if (request.headers[functionSecretHeader] !== this.#secret) {
      sendError(response, 'network.not_served')
      return
    }
    const { host = '', 'x-forwarded-for': viewer = '', 'x-forwarded-proto': scheme = 'http' } = request.headers
    const url = URL.parse(`${scheme === 'https' ? 'https' : 'http'}://${host}${request.url}`)
    if (url === null) {
      sendError(response, 'network.not_served')
      return
    }
    const found = functionFor(this.#functions, url.hostname, String(request.headers[functionRouteHeader] ?? ''))
    const left = new AbortController()
    response.once('close', () => left.abort())
    const { signal } = left
    const address = String(viewer)
    const loop = String(request.headers[loopHeader] ?? '')
    const fetches = new FunctionFetch(
      {
        hosts: found?.fetchHosts ?? [],
        site: (of) => (of === url.host || isSite(of.replace(/:\d+$/, '')) ? inside(address) : undefined),
        loop,
      },
      signal,
    )
    const line = (level: LogLevel, text: string): void => {
      if (found !== undefined)
        onLine({ name: found.name, version: found.version, at: new Date().toISOString(), level, text: text.slice(0, maxLineText) })
    }
    if (passesOf(loop) >= maxPasses) {
      line('error', `The request has passed ${maxPasses} nodes: what this function fetches leads back to it`)
      sendError(response, 'network.request_loop')
      return
    }
    let bodyBytes = 0
    try {
      const body = await this.#bodyOf(request)
      if (body === undefined) {
        sendError(response, 'network.function_body')
        return
      }
      bodyBytes = body?.length ?? 0
      const asked = { method: request.method ?? 'GET', url: url.href, headers: given(request), address, ...(body && { body }) }
      const answer =
        found === undefined
          ? await passedOn(asked, fetches)
          : await runner.run(found.name, asked, { call: (number, each) => fetches.call(number, each), log: line }, signal)
      await send(answer, fetches, request, response)
    } catch (error) {
      if (signal.aborted) return
      const fault = error instanceof FunctionFault ? error : undefined
      line('error', fault === undefined ? (error as Error).message : fault.message)
      if (response.headersSent) response.destroy()
      else sendError(response, codes[fault?.fault ?? 'crashed'])
    } finally {
      this.#bodyBytes -= bodyBytes
      fetches.end()
    }
  }

  /** Null for a request without a body, undefined for one that is too large. */
  async #bodyOf(request: IncomingMessage): Promise<Uint8Array | null | undefined> {
    const { 'transfer-encoding': coding, 'content-length': length = '0' } = request.headers
    if (coding === undefined && Number(length) === 0) return null
    const pieces: Buffer[] = []
    let bytes = 0
    try {
      for await (const piece of request as AsyncIterable<Buffer>) {
        bytes += piece.length
        this.#bodyBytes += piece.length
        if (bytes > maxRequestBytes || this.#bodyBytes > maxAllBytes) {
          this.#bodyBytes -= bytes
          return undefined
        }
        pieces.push(piece)
      }
    } catch (error) {
      this.#bodyBytes -= bytes
      throw error
    }
    return Buffer.concat(pieces, bytes)
  }
}

/** What nginx sent here for another host name of the same site goes to the site as it is. */
async function passedOn({ method, url, headers, body }: RunRequest, fetches: FunctionFetch): Promise<RunAnswer> {
  const reply = (await fetches.call(0, { op: 'fetch', method, url, headers, body: body ?? null, redirect: 'manual' })) as FetchReply
  return { status: reply.status, headers: reply.headers, body: 0 }
}

async function send(
  { status, headers, body }: RunAnswer,
  fetches: FunctionFetch,
  { method }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const list: OutgoingHttpHeaders = {}
  for (const [name, value] of headers) {
    if (notAnswered.has(name) || name.startsWith('x-accel-')) continue
    const before = list[name]
    list[name] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [String(before), value]
  }
  const passed = typeof body === 'number' ? fetches.take(body) : undefined
  if (typeof body === 'number' && passed === undefined)
    throw new Error('The body of the answer has been read already, or is of another request')
  const isEmpty = method === 'HEAD' || status === 204 || status === 304
  if (body instanceof Uint8Array && !isEmpty) list['content-length'] = body.length
  const length = passed?.headers['content-length']
  if (length !== undefined && status !== 204) list['content-length'] = length
  response.writeHead(status, list)
  if (isEmpty || passed === undefined) {
    passed?.destroy()
    response.end(isEmpty || !(body instanceof Uint8Array) ? undefined : body)
    return
  }
  for await (const piece of passed as AsyncIterable<Buffer>) {
    if (!response.write(piece)) await once(response, 'drain', { signal: AbortSignal.timeout(60_000) })
  }
  response.end()
}

function given({ rawHeaders }: IncomingMessage): HeaderList {
  const list: [string, string][] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase()
    if (!notGiven.has(name) && !name.startsWith('x-edge-')) list.push([name, rawHeaders[at + 1] as string])
  }
  return list
}
