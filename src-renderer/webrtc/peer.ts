import { player as t } from '../messages/player.ts'
import { readIceLinks } from './ice-links.ts'

/** Why the host did not take an offer. `status` 0: it did not answer. */
export class OfferRejected extends Error {
  readonly status: number
  /** Code of the host's error catalogue, e.g. `publish.key_unknown`; empty where it gave none. */
  readonly code: string
  readonly remedy: string

  constructor(status: number, code: string, message: string, remedy: string) {
    super(message)
    this.name = 'OfferRejected'
    this.status = status
    this.code = code
    this.remedy = remedy
  }

  /** True where asking again cannot help: a wrong key, no codec, a malformed offer. */
  get final(): boolean {
    return [400, 401, 403, 405, 406, 415].includes(this.status)
  }
}

export interface PeerOptions {
  /** URL of the WHIP or WHEP endpoint. */
  readonly endpoint: string
  /** Sent as bearer token. */
  readonly key?: string
  /** `relay` sends everything through TURN. */
  readonly transportPolicy?: RTCIceTransportPolicy
  readonly connectTimeoutMs: number
  readonly signal: AbortSignal
  /** Adds tracks, transceivers and channels. */
  prepare(connection: RTCPeerConnection): void
  /** Last change to the offer before it is used. */
  rewriteOffer?(sdp: string): string
}

/** A connection that is up. */
export interface Peer {
  readonly connection: RTCPeerConnection
  /** Settles when the connection is over, for whatever reason. */
  readonly over: Promise<void>
  /** Tells the host goodbye and closes. Idempotent. */
  close(): void
}

/** ms that a broken path may take to repair by itself before the connection is given up. */
const MEND_MS = 4000

/**
 * One offer and answer with the host, until media can flow. Our candidates need not be sent: the host sees where our
 * checks come from. Rejects with OfferRejected, or with an Error when no connection came to be in time.
 */
export async function openPeer(options: PeerOptions): Promise<Peer> {
  const { endpoint, key, signal, connectTimeoutMs } = options
  const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceTransportPolicy: options.transportPolicy ?? 'all' })
  let resource: string | undefined
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    connection.close()
    // The page may be closing: the goodbye is sent all the same.
    if (resource !== undefined) void fetch(resource, { method: 'DELETE', keepalive: true, headers: authorization(key) }).catch(() => {})
  }
  try {
    options.prepare(connection)
    const offer = await connection.createOffer()
    const sdp = options.rewriteOffer?.(offer.sdp ?? '') ?? offer.sdp ?? ''
    const response = await ask(endpoint, sdp, key, AbortSignal.any([signal, AbortSignal.timeout(connectTimeoutMs)]))
    const location = response.headers.get('location')
    if (location !== null) resource = new URL(location, new URL(endpoint, globalThis.location.href)).href
    const iceServers = readIceLinks(response.headers.get('link'))
    // The servers come with the answer (RFC 9725 section 4.6), so gathering starts behind it.
    if (iceServers.length > 0) connection.setConfiguration({ ...connection.getConfiguration(), iceServers })
    const answer = await response.text()
    signal.throwIfAborted()
    await connection.setLocalDescription({ type: 'offer', sdp })
    await connection.setRemoteDescription({ type: 'answer', sdp: answer })
    await connected(connection, connectTimeoutMs, signal)
    return { connection, over: over(connection), close }
  } catch (error) {
    close()
    throw error
  }
}

function authorization(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` }
}

async function ask(endpoint: string, sdp: string, key: string | undefined, signal: AbortSignal): Promise<Response> {
  let response: Response
  try {
    response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp', ...authorization(key) },
      body: sdp,
      signal,
    })
  } catch {
    throw new OfferRejected(0, 'network', t.hostDoesNotAnswer, t.checkTheConnection)
  }
  if (response.ok) return response
  const problem = (await response.json().catch(() => ({}))) as { code?: string; title?: string; detail?: string; remedy?: string }
  const message = problem.detail ?? problem.title ?? t.hostAnswered(response.status)
  throw new OfferRejected(response.status, problem.code ?? '', message, problem.remedy ?? '')
}

function connected(connection: RTCPeerConnection, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => done(new Error(t.noWebRtcConnection)), timeoutMs)
    const done = (error?: Error) => {
      clearTimeout(timer)
      connection.removeEventListener('connectionstatechange', look)
      signal.removeEventListener('abort', abort)
      if (error) reject(error)
      else resolve()
    }
    const look = () => {
      if (connection.connectionState === 'connected') done()
      else if (connection.connectionState === 'failed') done(new Error(t.noWebRtcConnection))
    }
    const abort = () => done(new Error('stopped'))
    connection.addEventListener('connectionstatechange', look)
    signal.addEventListener('abort', abort)
    look()
  })
}

function over(connection: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    connection.addEventListener('connectionstatechange', () => {
      clearTimeout(timer)
      const { connectionState } = connection
      if (connectionState === 'failed' || connectionState === 'closed') resolve()
      else if (connectionState === 'disconnected') timer = setTimeout(resolve, MEND_MS)
    })
  })
}
