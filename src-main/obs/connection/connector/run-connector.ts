import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { AppError } from '../../../platform/errors.ts'
import { maxMessageBytes } from '../obs-channel.ts'
import { connectorPath, isOpenWord, tokenHeader, word } from './connector-words.ts'
import { type RelayedObs, relayObs } from './obs-relay.ts'
import { watchSilence } from './relay-sockets.ts'

export interface ConnectorOptions extends RelayedObs {
  /** Of the host, `http(s)://HOST[:PORT]`. */
  readonly to: URL
  readonly token: string
  readonly signal: AbortSignal
  /** What happens, for people. */
  readonly onLine: (line: string) => void
  /** First wait before it connects again, ms. */
  readonly firstWaitMs?: number
}

const usualFirstWaitMs = 500
const maxWaitMs = 30_000
const handshakeMs = 10_000
/** The host's code for a token that it no longer accepts. */
const revokedCode = 4401

/**
 * Connects an OBS that a host cannot reach to that host, until the signal: waits there, and relays messages while its OBS is wanted.
 * Rejects with `obs.connector_token` where the host does not accept the token.
 */
export async function runConnector(options: ConnectorOptions): Promise<void> {
  const { to, signal, onLine, firstWaitMs = usualFirstWaitMs } = options
  for (let failures = 0; !signal.aborted; ) {
    const reached = await connectOnce(options)
    if (signal.aborted) return
    failures = reached ? 0 : failures + 1
    const waitMs = Math.min(firstWaitMs * 2 ** Math.min(failures, 10), maxWaitMs)
    if (!reached) onLine(`${to.origin} cannot be reached: tried again in ${Math.ceil(waitMs / 1000)} s`)
    await sleep(waitMs, undefined, { signal }).catch(() => undefined)
  }
}

/** One connection to the host, until it ends. Answers whether there was one. */
async function connectOnce(options: ConnectorOptions): Promise<boolean> {
  const { to, token, signal, onLine } = options
  const host = new WebSocket(`${to.protocol === 'https:' ? 'wss' : 'ws'}://${to.host}${connectorPath}`, {
    headers: { [tokenHeader]: token },
    handshakeTimeout: handshakeMs,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  })
  watchSilence(host)
  const ended = Promise.withResolvers<boolean>()
  let reached = false
  let relaying = false
  const stop = (): void => host.terminate()
  signal.addEventListener('abort', stop)
  host.on('unexpected-response', (_request, response) => {
    response.resume()
    if (response.statusCode === 401) ended.reject(new AppError('obs.connector_token', `${to.origin} does not accept the token`))
    else ended.resolve(false)
    host.terminate()
  })
  host.on('error', () => undefined)
  host.on('open', () => {
    reached = true
    onLine(`connected to ${to.origin}`)
    host.send(word({ connector: 'ready', host: to.hostname.replace(/^\[|\]$/g, '') }))
  })
  host.on('message', (data, binary) => {
    if (relaying || binary || !isOpenWord(String(data))) return
    relaying = true
    const onFailed = (why: string): void => {
      relaying = false
      onLine(why)
    }
    relayObs(options, host, onFailed).catch((error: unknown) => {
      onLine(String(error))
      host.terminate()
    })
  })
  host.on('close', (code) => {
    if (code === revokedCode) ended.reject(new AppError('obs.connector_token', `${to.origin} has revoked the token`))
    else ended.resolve(reached)
  })
  try {
    return await ended.promise
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
