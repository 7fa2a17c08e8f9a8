import type { IncomingHttpHeaders } from 'node:http'
import { ownText } from '../../own-text.ts'

/** The head of a request of the plainest kind. */
export interface RequestHead {
  readonly method: 'GET' | 'HEAD'
  /** As it was sent; starts with `/`. */
  readonly target: string
  /** Names in lower case, each with one value. */
  readonly headers: IncomingHttpHeaders
  /** Lines of the headers as they were sent: requests with the same lines have the same headers. */
  readonly lines: string
  /** Offset of the first byte behind the head. */
  readonly end: number
}

/** Longest head that is read here, bytes. */
export const maxHeadBytes = 8192

const carriageReturn = 0x0d
const lineFeed = 0x0a
const emptyLine = Buffer.from('\r\n\r\n')

/** Request line of RFC 9112 section 3 with the origin form, and characters in its target that no two parsers read differently. */
const requestLine = /^(GET|HEAD) (\/[\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]*) HTTP\/1\.1$/

/** Header lines: a token, a colon, and visible characters of ASCII with spaces and tabs. Each ends with CRLF; none is folded. */
const headerLines = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e]*\r\n)+$/

/** Headers that make more of a request than a question for bytes: they delimit a body, or have the connection become something else. */
const beyond = new Set([
  'content-length',
  'transfer-encoding',
  'trailer',
  'te',
  'upgrade',
  'expect',
  'http2-settings',
  'proxy-connection',
  'keep-alive',
  '__proto__',
])
/** Headers by which our own processes speak for a client. */
const ownPrefix = 'x-streams-'

/**
 * Reads the head of a request that starts at `from`. Undefined for everything that is not complete, not HTTP/1.1, or not simple: a body,
 * an upgrade, a header that is there twice, anything that RFC 9112 leaves to the reader. Who calls leaves those to a parser of all of HTTP.
 * @param known a head that was read before on the same connection
 */
export function readRequestHead(bytes: Buffer, from: number, known?: RequestHead): RequestHead | undefined {
  // most connections ask something else, and say so with their first byte
  const first = bytes[from]
  if (first !== 0x47 && first !== 0x48) return undefined
  const end = bytes.indexOf(emptyLine, from)
  if (end < 0 || end - from > maxHeadBytes) return undefined
  const lineEnd = bytes.indexOf(carriageReturn, from)
  if (bytes[lineEnd + 1] !== lineFeed) return undefined
  const line = requestLine.exec(bytes.toString('latin1', from, lineEnd))
  // without any header
  if (line === null || lineEnd === end) return undefined
  const lines = bytes.toString('latin1', lineEnd + 2, end + 2)
  const headers = known !== undefined && known.lines === lines ? known.headers : readHeaders(lines)
  if (headers === undefined) return undefined
  return { method: line[1] as 'GET' | 'HEAD', target: line[2] as string, headers, lines, end: end + emptyLine.length }
}

function readHeaders(lines: string): IncomingHttpHeaders | undefined {
  if (!headerLines.test(lines)) return undefined
  const headers: IncomingHttpHeaders = {}
  for (let at = 0; at < lines.length; ) {
    const colon = lines.indexOf(':', at)
    const end = lines.indexOf('\r', colon)
    const name = lines.slice(at, colon).toLowerCase()
    const value = trimmed(lines, colon + 1, end)
    if (beyond.has(name) || name.startsWith(ownPrefix) || Object.hasOwn(headers, name)) return undefined
    // `close`, and names of headers that are for this connection alone
    if (name === 'connection' && value.toLowerCase() !== 'keep-alive') return undefined
    // parts of a text keep all of it, and who watches is remembered by some of these
    headers[name] = ownText(value, value.length)
    at = end + 2
  }
  return headers.host === undefined ? undefined : headers
}

/** Without spaces and tabs around it (RFC 9112 section 5.1). */
function trimmed(text: string, from: number, to: number): string {
  let [start, end] = [from, to]
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09
