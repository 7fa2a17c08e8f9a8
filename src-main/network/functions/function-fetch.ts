import { type Agent, type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import { isAllowedHost } from '../../platform/outbound/allowed-hosts.ts'
import { lookupOf } from '../../platform/outbound/judged-connection.ts'
import { type LookupNames, OutboundFault, type OutboundTarget, resolveTarget } from '../../platform/outbound/network-policy.ts'
import { loopHeader, withPass } from '../cdn-loop.ts'
import { type FetchCall, type FetchReply, type HeaderList, maxBodyBytes, maxFetches, type RunCall } from './run-messages.ts'

/** What functions of a site ask for of the site itself: what viewers would get without functions. */
export interface SiteTarget {
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
  /** Keeps connections to it open. */
  readonly connections?: Agent
}

export interface FunctionFetchOptions {
  /** Hosts besides the site's own, as an admin listed them. */
  readonly hosts: readonly string[]
  /** Where URLs of the site itself lead; undefined where they cannot be asked for. */
  readonly site: (host: string) => SiteTarget | undefined
  /** Looks names up in place of the system. */
  readonly lookup?: LookupNames
  /** `CDN-Loop` of the request that the function answers. */
  readonly loop: string
}

const maxRedirects = 5
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** An answer's head, and each piece of its body, comes within this time, ms. */
const silenceMs = 10_000

/** Headers that belong to one connection, say where it leads, or whose bodies a function could not read. */
const notSent: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', 'host', 'content-length'],
  ...['proxy-authorization', 'proxy-connection', 'accept-encoding', 'forwarded', 'x-real-ip', loopHeader],
])
const isSent = (name: string): boolean => !notSent.has(name) && !name.startsWith('x-forwarded-') && !name.startsWith('x-edge-')

/** Requests of one run of a function, within limits: hosts that are allowed, as many and as much as there may be. */
export class FunctionFetch {
  readonly #options: FunctionFetchOptions
  readonly #signal: AbortSignal
  readonly #answers = new Map<number, IncomingMessage>()
  /** Answers whose bodies are being read. */
  readonly #read = new Set<IncomingMessage>()
  #count = 0

  constructor(options: FunctionFetchOptions, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
  }

  /** Answers a call of the function. Rejects with what the function gets as the error. */
  async call(number: number, asked: RunCall): Promise<FetchReply | Uint8Array> {
    if (asked.op === 'read') return this.#bodyOf(asked.fetch)
    if (++this.#count > maxFetches) throw new OutboundFault(`A request may make ${maxFetches} requests`)
    const { answer, url } = await this.#follow(asked)
    this.#answers.set(number, answer)
    answer.on('error', () => undefined)
    return { status: answer.statusCode ?? 502, headers: headersOf(answer), url: url.href }
  }

  /** The body of a fetch that the function passes on unread; whoever takes it reads or destroys it. */
  take(number: number): IncomingMessage | undefined {
    const answer = this.#answers.get(number)
    this.#answers.delete(number)
    return answer
  }

  /** Ends what nobody took, and what is being read. */
  end(): void {
    for (const answer of [...this.#answers.values(), ...this.#read]) answer.destroy()
    this.#answers.clear()
  }

  async #bodyOf(number: number): Promise<Uint8Array> {
    const answer = this.take(number)
    if (answer === undefined) throw new OutboundFault('This body is not there')
    const pieces: Buffer[] = []
    let bytes = 0
    this.#read.add(answer)
    try {
      for await (const piece of answer as AsyncIterable<Buffer>) {
        bytes += piece.length
        if (bytes > maxBodyBytes) throw new OutboundFault(`A body that is read may have ${maxBodyBytes} bytes`)
        pieces.push(piece)
      }
    } finally {
      answer.destroy()
      this.#read.delete(answer)
    }
    return Buffer.concat(pieces, bytes)
  }

  async #follow(asked: FetchCall): Promise<{ readonly answer: IncomingMessage; readonly url: URL }> {
    let url = readFetchUrl(asked.url)
    let { method, body } = asked
    for (let hops = 0; ; hops++) {
      const { answer, own } = await this.#once(url, method, asked.headers, body)
      const { location } = answer.headers
      // What the site itself answers is the viewer's to follow.
      const isRedirect = redirects.has(answer.statusCode ?? 0) && location !== undefined
      if (!isRedirect || asked.redirect === 'manual' || own) return { answer, url }
      answer.destroy()
      if (hops >= maxRedirects) throw new OutboundFault(`${url.host} redirects more than ${maxRedirects} times`)
      const next = URL.parse(location, url.href)
      if (next === null) throw new OutboundFault(`${url.host} redirects to what is no URL`)
      if (next.origin !== url.origin) throw new OutboundFault(`${url.host} redirects to ${next.host}: fetch it with redirect: "manual"`)
      url = readFetchUrl(next.href)
      if (answer.statusCode === 303 || (method === 'POST' && [301, 302].includes(answer.statusCode ?? 0))) {
        method = 'GET'
        body = null
      }
    }
  }

  async #once(
    url: URL,
    method: string,
    given: HeaderList,
    body: Uint8Array | null,
  ): Promise<{ readonly answer: IncomingMessage; readonly own: boolean }> {
    const site = this.#options.site(url.host)
    const secure = url.protocol === 'https:' && site === undefined
    const port = site?.port ?? (Number(url.port) || (secure ? 443 : 80))
    const target = site === undefined ? await judge(url.hostname, port, this.#options) : undefined
    this.#signal.throwIfAborted()
    // For the site itself nginx adds this node.
    const loop = site === undefined ? withPass(this.#options.loop) : this.#options.loop
    const headers: OutgoingHttpHeaders = { host: url.host, ...(loop === '' ? {} : { [loopHeader]: loop }), ...site?.headers }
    for (const [name, value] of given) if (isSent(name)) headers[name] = add(headers[name], value)
    if (body !== null) headers['content-length'] = body.length
    // Only what can be sent twice goes over a connection that may be closing.
    const isRepeatable = body === null && ['GET', 'HEAD'].includes(method)
    return new Promise((resolve, reject) => {
      const ask = (agent: Agent | false): void => {
        const asking = (secure ? requestHttps : requestHttp)({
          ...{ host: target?.host ?? '127.0.0.1', port, method, path: `${url.pathname}${url.search}`, headers },
          ...(target === undefined ? {} : { lookup: lookupOf(target) }),
          ...{ agent, signal: this.#signal, timeout: silenceMs, setHost: false },
        })
        let isAnswered = false
        asking.once('response', (answer) => {
          isAnswered = true
          resolve({ answer, own: site !== undefined })
        })
        asking.once('timeout', () => asking.destroy(new OutboundFault(`${url.host} did not answer within ${silenceMs / 1000} s`)))
        asking.on('error', (error: NodeJS.ErrnoException) => {
          const wasClosing = asking.reusedSocket && !isAnswered && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '')
          if (wasClosing && !this.#signal.aborted) ask(false)
          else reject(error)
        })
        asking.end(body ?? undefined)
      }
      ask((isRepeatable && site?.connections) || false)
    })
  }
}

/** Throws OutboundFault for what no function may fetch at all. */
function readFetchUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) throw new OutboundFault('Only http and https URLs can be fetched')
  if (url.username !== '' || url.password !== '') throw new OutboundFault('Give the user in a header, not in the URL')
  return url
}

/**
 * Where a request to a host that is not the site's own leads. A host needs to be on the list; one whose IP address is not public needs
 * that IP address, or a network with it, to be on the list: what a name means is not in the admin's hands. Rejects with OutboundFault.
 */
async function judge(host: string, port: number, { hosts, lookup }: FunctionFetchOptions): Promise<OutboundTarget> {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  const isName = isIP(name) === 0
  const isListed = (address?: string): boolean => isAllowedHost(hosts, name, address, port)
  const networks = hosts.filter((each) => /^[[\d]/.test(each) && /^[\da-f.:[\]/]+$/i.test(each))
  const policy = { editorHosts: networks, ownHttpPorts: [], ownHttpsPorts: [] }
  let target: OutboundTarget
  try {
    target = await resolveTarget(name, port, policy, true, lookup)
  } catch (error) {
    if (!(error instanceof OutboundFault)) throw error
    throw new OutboundFault(`${name} leads to this machine or its network, which is not on the list of hosts that the function may fetch`)
  }
  const addresses = target.addresses.filter(({ address }) => (isName && isListed()) || isListed(address))
  if (addresses.length === 0) throw new OutboundFault(`${name} is not on the list of hosts that the function may fetch`)
  return { ...target, addresses }
}

const add = (value: OutgoingHttpHeaders[string], more: string): string | string[] =>
  value === undefined ? more : Array.isArray(value) ? [...value, more] : [String(value), more]

/** Headers of an answer as functions get them. */
function headersOf({ rawHeaders }: IncomingMessage): HeaderList {
  const list: [string, string][] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase()
    if (!['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'trailer'].includes(name))
      list.push([name, rawHeaders[at + 1] as string])
  }
  return list
}
