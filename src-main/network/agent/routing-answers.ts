import type { IncomingMessage, ServerResponse } from 'node:http'
import { openHeaders, type ProbeAnswer, type SignedNodes } from '../origin/routing/routing-schemas.ts'
import { sendError } from './origin-proxy.ts'

/** Answers what players ask a node of itself and of other nodes. @param body undefined: the origin has not said it yet */
export function answerRouting({ method }: IncomingMessage, response: ServerResponse, body: ProbeAnswer | SignedNodes | undefined): void {
  if (method !== 'GET' && method !== 'HEAD') sendError(response, 'network.not_served')
  else if (body === undefined) sendError(response, 'network.origin_away')
  else {
    const text = JSON.stringify(body)
    response.writeHead(200, { ...openHeaders, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    response.end(method === 'HEAD' ? undefined : text)
  }
}
