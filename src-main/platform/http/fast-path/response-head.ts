import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http'

const invalidValue = /[^\t\x20-\x7e\x80-\xff]/

/** Status line and headers of a response of HTTP/1.1, without the line that ends them. Throws where a header has a value that HTTP does not. */
export function headText(status: number, headers: OutgoingHttpHeaders, closes: boolean): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) text += headerLine(name, value)
  }
  // an answer that is handed on has one already
  if (headers.date === undefined) text += `Date: ${dateNow()}\r\n`
  return text + (closes ? 'Connection: close\r\n' : 'Connection: keep-alive\r\nKeep-Alive: timeout=30\r\n')
}

function headerLine(name: string, value: OutgoingHttpHeaders[string]): string {
  if (Array.isArray(value)) return value.map((each) => headerLine(name, each)).join('')
  const text = String(value)
  if (typeof value !== 'number' && invalidValue.test(text)) throw new Error(`invalid characters in the header ${name}`)
  return `${name}: ${text}\r\n`
}

let [date, dateS] = ['', -1]

/** What heads of responses name as the time, s since 1970. */
export const secondNow = (): number => Math.floor(Date.now() / 1000)

/** IMF-fixdate of RFC 9110 section 5.6.7, written once a second. */
function dateNow(): string {
  const second = secondNow()
  if (second !== dateS) {
    dateS = second
    date = new Date(second * 1000).toUTCString()
  }
  return date
}
