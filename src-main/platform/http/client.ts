import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { isIP } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { FastRequest } from './fast-path/fast-request.ts'
import type { TrustedProxies } from './trusted-proxies.ts'

/** A request of any HTTP version, whichever of our parsers read it. */
export type ServerRequest = IncomingMessage | Http2ServerRequest | FastRequest

/** Whose request it is. */
export interface Client {
  readonly remoteAddress: string
  readonly remotePort: number
  /** True where the client speaks TLS. */
  readonly encrypted: boolean
  /** `1.0`, `1.1` or `2.0`. */
  readonly httpVersion: string
  /** Id of the node that handed the request on. */
  readonly node?: string
}

/** Header of the private socket between our processes: `SECRET PORT S VERSION ADDRESS`, where S is 1 for TLS. */
export const clientHeader = 'x-streams-client'

/** Clients of requests that another process of ours took. */
const adopted = new WeakMap<object, Client>()

/** The client of a request, also where a delivery process passed the request on. */
export function clientOf(request: ServerRequest): Client {
  const known = adopted.get(request)
  if (known !== undefined) return known
  // HTTP/2 has no socket once the session is over.
  const { remoteAddress = '', remotePort = 0 } = request.socket ?? {}
  const encrypted = (request.socket as TLSSocket | undefined)?.encrypted === true
  return { remoteAddress, remotePort, encrypted, httpVersion: request.httpVersion }
}

/** Writes a client for the header. `secret` is the private socket's, without spaces. */
export function writeClient(secret: string, { remoteAddress, remotePort, encrypted, httpVersion }: Client): string {
  return `${secret} ${remotePort} ${encrypted ? 1 : 0} ${httpVersion} ${remoteAddress}`
}

/** Reads the header; undefined where `writeClient` did not write it with this secret. */
export function readClient(secret: string, text: unknown): Client | undefined {
  const match = typeof text === 'string' ? /^(\S{1,100}) (\d{1,5}) ([01]) (\d\.\d) ([0-9A-Za-z:.%]{0,64})$/.exec(text) : null
  if (!match || !equal(match[1] as string, secret)) return undefined
  const [, , port, tls, httpVersion = '', remoteAddress = ''] = match
  return { remotePort: Number(port), encrypted: tls === '1', httpVersion, remoteAddress }
}

/**
 * Assigns the client of the header to a request that came over the private socket, so that `clientOf` returns it.
 * False where the header is missing, malformed or without the secret.
 */
export function adoptClient(request: IncomingMessage, secret: string): boolean {
  const client = readClient(secret, request.headers[clientHeader])
  delete request.headers[clientHeader]
  if (client === undefined) return false
  adopted.set(request, client)
  return true
}

/** Assigns the client that a trusted proxy names to a request, so that `clientOf` returns it. False where no trusted proxy sent the request. */
export function adoptForwarded(request: IncomingMessage | FastRequest, proxies: TrustedProxies): boolean {
  if (!proxies.any) return false
  const sender = clientOf(request)
  const named = proxies.has(sender.remoteAddress) ? proxies.clientOf(request.headers) : undefined
  if (named === undefined) return false
  const { remoteAddress, encrypted = sender.encrypted } = named
  adopted.set(request, { ...sender, remoteAddress, remotePort: 0, encrypted })
  return true
}

/** Header of requests that a node of ours hands on: its secret. */
export const nodeHeader = 'x-streams-node'

/** Header of such requests: `ADDRESS https` or `ADDRESS http`, the client. Proxies between nodes change `X-Forwarded-For`. */
export const viewerHeader = 'x-streams-viewer'

/** Writes a client for the header. */
export function writeViewer({ remoteAddress, encrypted }: Pick<Client, 'remoteAddress' | 'encrypted'>): string {
  return `${remoteAddress} ${encrypted ? 'https' : 'http'}`
}

function readViewer(text: unknown): Pick<Client, 'remoteAddress' | 'encrypted'> | undefined {
  const [, remoteAddress = '', scheme] = typeof text === 'string' ? (/^([0-9A-Za-z:.%]{1,64}) (https?)$/.exec(text) ?? []) : []
  return isIP(remoteAddress) === 0 ? undefined : { remoteAddress, encrypted: scheme === 'https' }
}

/**
 * Assigns the client that a node names to a request that it handed on, so that `clientOf` returns it.
 * @param nodeOf the id of the node that has a secret
 */
export function adoptFromNode(
  request: IncomingMessage,
  proxies: Pick<TrustedProxies, 'clientOf'>,
  nodeOf: (secret: string) => string | undefined,
): void {
  const secret = request.headers[nodeHeader]
  const viewer = request.headers[viewerHeader]
  delete request.headers[viewerHeader]
  if (secret === undefined) return
  delete request.headers[nodeHeader]
  const node = typeof secret === 'string' ? nodeOf(secret) : undefined
  const named = node === undefined ? undefined : (readViewer(viewer) ?? proxies.clientOf(request.headers))
  if (node === undefined || named === undefined) return
  const sender = clientOf(request)
  const { remoteAddress, encrypted = sender.encrypted } = named
  adopted.set(request, { ...sender, remoteAddress, remotePort: 0, encrypted, node })
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
