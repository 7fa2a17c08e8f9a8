import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { type AppError, type ErrorCode, errorKinds } from '../../platform/errors.ts'
import type { SharedAnswer } from '../../platform/http/fast-path/shared-answer.ts'
import type { Logger } from '../../platform/logger.ts'
import { ownText } from '../../platform/own-text.ts'

export type AnyRequest = IncomingMessage | Http2ServerRequest
export type AnyResponse = ServerResponse | Http2ServerResponse

/** What playback needs of `ServerResponse`, `Http2ServerResponse` and `FastResponse`, whose types do not meet. */
export interface PlaybackResponse {
  readonly headersSent: boolean
  readonly writableEnded: boolean
  readonly destroyed: boolean
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown
  write(data: Uint8Array): boolean
  end(data?: Uint8Array): unknown
  /** What is written from now on leaves together, at `uncork`. */
  cork(): void
  uncork(): void
  setTimeout(ms: number, callback: () => void): unknown
  once(event: 'close' | 'drain', listener: () => void): unknown
  destroy(error?: Error): unknown
  /** Sends an answer that many get, where that can be done in one go; false: nothing was sent. */
  sendShared?(answer: SharedAnswer): boolean
}

/** Both kinds of server response, seen through the part that they share. */
export function asPlaybackResponse(response: AnyResponse): PlaybackResponse {
  return response as unknown as PlaybackResponse
}

/**
 * Every answer may be read by pages of any origin, with the headers that players measure by. `timing-allow-origin` lets
 * them see transfer times.
 */
const open = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Content-Length, Content-Range, Date, ETag, Server-Timing',
  'timing-allow-origin': '*',
} as const

/** Headers of one kind of answer, for reuse: written once, sent often. */
export function answerHeaders(
  contentType: string,
  cacheControl: string,
  length: number | undefined,
  more?: OutgoingHttpHeaders,
): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ...open, 'content-type': contentType, 'cache-control': cacheControl, ...more }
  if (length !== undefined) headers['content-length'] = length
  return headers
}

const preflight: OutgoingHttpHeaders = {
  ...open,
  'access-control-allow-methods': 'GET, HEAD, OPTIONS',
  'access-control-allow-headers': 'Range, If-None-Match, CMCD-Object, CMCD-Request, CMCD-Session, CMCD-Status',
  'access-control-max-age': '86400',
  allow: 'GET, HEAD, OPTIONS',
}
const methodNotAllowed: OutgoingHttpHeaders = { ...open, allow: 'GET, HEAD, OPTIONS', 'content-length': 0 }

/** Answers a CORS preflight or a plain OPTIONS. */
export function sendPreflight(response: PlaybackResponse): void {
  response.writeHead(204, preflight)
  response.end()
}

export function sendMethodRejected(response: PlaybackResponse): void {
  response.writeHead(405, methodNotAllowed)
  response.end()
}

/** An error of the catalogue as problem+json that no cache may keep. */
export function sendProblem(
  response: PlaybackResponse,
  code: ErrorCode,
  options: { status?: number; detail?: string; retryAfterS?: number; more?: Readonly<Record<string, unknown>> } = {},
): void {
  const kind = errorKinds[code]
  const status = options.status ?? kind.status
  const problem = {
    type: 'about:blank',
    title: kind.title,
    status,
    detail: options.detail ?? kind.title,
    code,
    remedy: kind.remedy,
    ...options.more,
  }
  const body = Buffer.from(JSON.stringify(problem))
  const more: OutgoingHttpHeaders = {}
  if (options.retryAfterS !== undefined) more['retry-after'] = String(options.retryAfterS)
  response.writeHead(status, answerHeaders('application/problem+json', 'no-store', body.length, more))
  response.end(body)
}

/** An error as problem+json, with its details. */
export function sendError(response: PlaybackResponse, error: AppError, more?: Readonly<Record<string, unknown>>): void {
  const { retryAfterSeconds, ...details } = error.details
  const retry = typeof retryAfterSeconds === 'number' ? { retryAfterS: retryAfterSeconds } : {}
  sendProblem(response, error.code, { detail: error.message, more: { ...details, ...more }, ...retry })
}

/**
 * Calls `settle` with a verdict: at once, or when it has been reached and the client is still there. What `settle` throws then breaks this
 * response alone.
 */
export function onVerdict<T>(
  verdict: T | Promise<T>,
  response: { readonly destroyed: boolean; destroy(): unknown },
  log: Pick<Logger, 'error'>,
  settle: (value: T) => void,
): void {
  if (!(verdict instanceof Promise)) {
    settle(verdict)
    return
  }
  verdict
    .then((value) => {
      if (!response.destroyed) settle(value)
    })
    .catch((error) => {
      log.error({ err: error }, 'a request failed after its verdict')
      response.destroy()
    })
}

/** Value of a request header that cannot be a list. */
export function header(request: AnyRequest, name: string): string {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}

/** Longest name of a program that is kept, characters. */
const maxUserAgent = 300

/** What a client's program calls itself, cut: it stays as long as its viewer is known. */
export function userAgentOf(request: AnyRequest): string {
  const text = header(request, 'user-agent')
  return text.length > maxUserAgent ? ownText(text, maxUserAgent) : text
}
