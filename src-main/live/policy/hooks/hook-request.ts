import { createHmac } from 'node:crypto'
import { fetchedByHost } from '../../../platform/outbound/fetched-by-host.ts'
import { fetchable } from '../../../platform/outbound/url-secrets.ts'

/** One answer of a hook, or why there was none. */
export interface HookAnswer {
  readonly status: number | null
  readonly error: string | null
  readonly durationMs: number
  /** First bytes of the body as text. */
  readonly body: string
}

/** Bytes of an answer that are read; the rest is dropped. */
const maxAnswered = 64 * 1024

/** `t=SECONDS,v1=HEX`: HMAC-SHA256 over `SECONDS.BODY`, so that an old delivery cannot be sent again as a new one. */
export function signatureOf(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}

export interface HookTarget {
  readonly url: string
  readonly secret: string
  readonly timeoutMs: number
}

/** Posts a body to a hook. Never rejects: an error is part of the result. */
export async function postHook(
  { url, secret, timeoutMs }: HookTarget,
  event: string,
  deliveryId: string,
  body: string,
  stop: AbortSignal,
): Promise<HookAnswer> {
  const from = performance.now()
  const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)])
  try {
    const target = fetchable(url)
    const response = await fetch(target.url, {
      method: 'POST',
      redirect: 'manual',
      signal,
      headers: {
        ...target.headers,
        [fetchedByHost.name]: fetchedByHost.value,
        'content-type': 'application/json',
        'user-agent': 'AMI-Streams-Hooks',
        'streams-event': event,
        'streams-delivery': deliveryId,
        'streams-signature': signatureOf(secret, Math.floor(Date.now() / 1000), body),
      },
      body,
    })
    const text = await readSome(response)
    return { status: response.status, error: null, durationMs: performance.now() - from, body: text }
  } catch (error) {
    return { status: null, error: reasonOf(error, timeoutMs), durationMs: performance.now() - from, body: '' }
  }
}

async function readSome(response: Response): Promise<string> {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= maxAnswered) break
  }
  return Buffer.concat(chunks).toString('utf8', 0, maxAnswered)
}

function reasonOf(error: unknown, timeoutMs: number): string {
  const { name, cause } = error as Error & { cause?: { code?: string; message?: string } }
  if (name === 'TimeoutError') return `no answer within ${timeoutMs} ms`
  // An error without a cause is about the URL and quotes it, with the password in it; viewers read this text in the audit log.
  return cause?.code ?? cause?.message ?? 'the URL cannot be called'
}
