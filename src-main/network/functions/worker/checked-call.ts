import { type FetchCall, maxBodyBytes, type RunCall } from '../run-messages.ts'
import { readHeaders } from './checked-answer.ts'

/** What the process around this one has to answer; undefined for what is answered here, a text for what is rejected. */
export function readCall(op: string, argument: unknown): RunCall | string | undefined {
  const asked = (argument ?? {}) as Record<string, unknown>
  if (op === 'read') return typeof asked.fetch === 'number' ? { op, fetch: asked.fetch } : 'This body is not there'
  if (op !== 'fetch') return undefined
  const { method, url, headers, body, redirect } = asked
  const list = readHeaders(headers)
  const bytes = body instanceof ArrayBuffer ? new Uint8Array(body) : null
  if (typeof method !== 'string' || !/^[A-Z]{1,20}$/.test(method) || typeof url !== 'string' || url.length > 16_384 || list === undefined)
    return 'The request cannot be sent: its method, URL or headers are not valid'
  if (bytes !== null && bytes.length > maxBodyBytes) return `A body has at most ${maxBodyBytes} bytes`
  return { op, method, url, headers: list, body: bytes, redirect: redirect === 'manual' ? 'manual' : 'follow' } satisfies FetchCall
}
