import { type HeaderList, maxBodyBytes, type RunAnswer } from '../run-messages.ts'

/** An answer as it crosses to the other process; undefined where a function has made something else of it. */
export function readAnswer(answer: unknown): RunAnswer | undefined {
  const { status, headers, body } = (answer ?? {}) as Record<string, unknown>
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) return undefined
  const list = readHeaders(headers)
  if (list === undefined) return undefined
  if (body === null || body === undefined || typeof body === 'number') return { status, headers: list, body: body ?? null }
  const bytes = body instanceof ArrayBuffer ? new Uint8Array(body) : body instanceof Uint8Array ? body : undefined
  return bytes === undefined || bytes.length > maxBodyBytes ? undefined : { status, headers: list, body: bytes }
}

/** Headers that can be sent; undefined where one cannot. */
export function readHeaders(headers: unknown): HeaderList | undefined {
  if (!Array.isArray(headers) || headers.length > 200) return undefined
  let bytes = 0
  for (const each of headers) {
    if (!Array.isArray(each) || each.length !== 2) return undefined
    const [name, value] = each as [unknown, unknown]
    if (typeof name !== 'string' || typeof value !== 'string') return undefined
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]{1,200}$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value)) return undefined
    bytes += name.length + value.length
  }
  return bytes > 16_384 ? undefined : (headers as HeaderList)
}
