import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** A request as an origin takes it that believes everything. */
export interface GullibleRequest {
  readonly method: string
  readonly target: string
  /** Names in lower case; of several with one name the last. */
  readonly headers: Readonly<Record<string, string>>
  readonly head: string
  readonly body: string
}

/** Which header it takes the end of a body from, where there are both. */
type Reading = 'length' | 'chunks'

/**
 * An origin that reads whatever comes: lines without a carriage return, folded ones, spaces before colons, codings that it does not know. Where
 * bytes may be two requests, it takes them for two. Answers are bytes.
 */
export class GullibleOrigin {
  readonly requests: GullibleRequest[] = []
  reading: Reading = 'length'
  answer: (request: GullibleRequest, socket: Socket) => void = (_, socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  }
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket))
      let text = ''
      socket.on('data', (bytes: Buffer) => {
        text += bytes.toString('latin1')
        for (let read = readRequest(text, this.reading); read !== undefined; read = readRequest(text, this.reading)) {
          text = read.rest
          this.requests.push(read.request)
          this.answer(read.request, socket)
        }
      })
    })
  }

  static async open(): Promise<GullibleOrigin> {
    const origin = new GullibleOrigin()
    origin.#server.listen(0, '127.0.0.1')
    await once(origin.#server, 'listening')
    return origin
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get openConnections(): number {
    return this.#sockets.size
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}

function readRequest(text: string, reading: Reading): { readonly request: GullibleRequest; readonly rest: string } | undefined {
  const start = text.search(/[^\r\n]/)
  const end = /\r?\n\r?\n/.exec(text.slice(Math.max(0, start)))
  if (start < 0 || end === null) return undefined
  const head = text.slice(start, start + end.index)
  const behind = text.slice(start + end.index + end[0].length)
  const [first = '', ...lines] = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)
  const [method = '', target = ''] = first.split(' ')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  const body = readBody(behind, headers, reading)
  return body && { request: { method, target, headers, head, body: body.text }, rest: body.rest }
}

function readBody(
  text: string,
  headers: Readonly<Record<string, string>>,
  reading: Reading,
): { readonly text: string; readonly rest: string } | undefined {
  const isChunked = /chunked/i.test(headers['transfer-encoding'] ?? '')
  const length = Number(/\d+/.exec(headers['content-length'] ?? '')?.[0] ?? Number.NaN)
  if (isChunked && (reading === 'chunks' || Number.isNaN(length))) return readChunks(text)
  if (Number.isNaN(length)) return { text: '', rest: text }
  return text.length < length ? undefined : { text: text.slice(0, length), rest: text.slice(length) }
}

function readChunks(text: string): { readonly text: string; readonly rest: string } | undefined {
  let [all, rest] = ['', text]
  for (;;) {
    const line = /^([0-9a-f]*)[^\n]*\n/i.exec(rest)
    if (line === null) return undefined
    const size = Number.parseInt(line[1] || '0', 16)
    rest = rest.slice(line[0].length)
    if (size === 0) {
      const end = /^(?:[^\r\n]+\r?\n)*\r?\n/.exec(rest)
      return end === null ? undefined : { text: all, rest: rest.slice(end[0].length) }
    }
    if (rest.length < size + 2) return undefined
    all += rest.slice(0, size)
    rest = rest.slice(size).replace(/^\r?\n/, '')
  }
}
