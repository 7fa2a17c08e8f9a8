import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastRequest } from '../../platform/http/fast-path/fast-request.ts'
import type { FastResponse } from '../../platform/http/fast-path/fast-response.ts'

/** How a request that this process answers itself ended. */
export interface AnsweredRequest {
  /** 499, as nginx counts, where the client left before there was an answer. */
  readonly status: number
  /** Headers included; of HTTP/2, whose requests share a connection, the body alone. */
  readonly bytesOut: number
}

/** Calls back once the request is over, however it ended. */
export function whenAnswered(
  request: IncomingMessage | FastRequest,
  response: ServerResponse | FastResponse,
  done: (answered: AnsweredRequest) => void,
): void {
  const { httpVersionMajor, socket } = request
  const before = socket?.bytesWritten ?? 0
  response.once('close', () => {
    const length = 'getHeader' in response ? Number(response.getHeader('content-length') ?? 0) : response.contentLength
    const bytesOut = httpVersionMajor === 2 ? length : Math.max(0, (socket?.bytesWritten ?? 0) - before)
    done({ status: response.headersSent ? response.statusCode : 499, bytesOut: Number.isSafeInteger(bytesOut) ? bytesOut : 0 })
  })
}
