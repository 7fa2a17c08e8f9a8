import { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { AppError, errorKinds } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { rejectUpgrade } from './end-socket.ts'
import { findRequestFault } from './request-fault.ts'

/** What a server calls for each request. */
export interface HttpHandlers {
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/**
 * Wraps handlers so that nothing a client sends ends the process: malformed requests are rejected before the handlers see them, an
 * upgraded socket has an error listener from its first moment, an AppError that a handler throws is the response, and any other error
 * costs its own client the connection alone.
 */
export function guardHandlers({ onRequest, onUpgrade }: HttpHandlers, log: Pick<Logger, 'error'>): HttpHandlers {
  return {
    onRequest(request, response) {
      try {
        const fault = findRequestFault(request)
        if (fault === undefined) onRequest(request, response)
        else refuse(request, response, new AppError('request.malformed', fault))
      } catch (error) {
        if (!(error instanceof AppError))
          log.error({ err: error, method: request.method, path: pathWithoutSecrets(request) }, 'a request handler failed')
        if (response.headersSent) response.destroy()
        else refuse(request, response, error instanceof AppError ? error : new AppError('internal'))
      }
    },
    onUpgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      try {
        const fault = findRequestFault(request)
        if (fault === undefined) onUpgrade(request, socket, head)
        else reject(socket, new AppError('request.malformed', fault))
      } catch (error) {
        if (error instanceof AppError) reject(socket, error)
        else {
          log.error({ err: error, path: pathWithoutSecrets(request) }, 'an upgrade handler failed')
          socket.destroy()
        }
      }
    },
  }
}

/** As it may be logged: tokens are in queries, and in the paths of signed links. */
function pathWithoutSecrets({ url = '' }: IncomingMessage): string {
  const [path = ''] = url.split(/[?#]/, 1)
  return path.replace(/\/@[^/]*/, '/@***')
}

function reject(socket: Duplex, error: AppError): void {
  rejectUpgrade(socket, `${error.status} ${STATUS_CODES[error.status]}`, 'application/problem+json', problem(error))
}

function refuse(request: IncomingMessage, response: ServerResponse, error: AppError): void {
  const body = problem(error)
  const { retryAfterSeconds } = error.details
  const headers: OutgoingHttpHeaders = {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  }
  if (typeof retryAfterSeconds === 'number') headers['retry-after'] = String(retryAfterSeconds)
  // HTTP/2 has no header for this.
  if (request.httpVersionMajor === 1) headers.connection = 'close'
  response.writeHead(error.status, headers)
  response.end(request.method === 'HEAD' ? undefined : body)
}

function problem({ code, status, message, remedy, details }: AppError): string {
  return JSON.stringify({
    ...details,
    type: `urn:ami-streams:error:${code}`,
    title: errorKinds[code].title,
    status,
    detail: message,
    code,
    remedy,
  })
}
