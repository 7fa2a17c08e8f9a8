import { createHash } from 'node:crypto'
import { WebSocket } from 'ws'
import { findObs } from '../found/find-obs.ts'
import { jsonProtocol, maxMessageBytes } from '../obs-channel.ts'
import { word } from './connector-words.ts'
import { forward, watchSilence } from './relay-sockets.ts'

/** Which OBS a connector relays, where it is not the one of this machine by its settings. */
export interface RelayedObs {
  readonly obs?: { readonly host: string; readonly port: number }
  /** Of its WebSocket server; it stays on this machine. */
  readonly password?: string
  readonly env: NodeJS.ProcessEnv
}

const handshakeMs = 10_000
const usualPort = 4455

/**
 * Connects to OBS and passes messages between it and the host, until one of both ends. The connector signs in to OBS itself: the host
 * sees an OBS without a password. `onFailed`: OBS was not reached, and the host has been informed.
 */
export async function relayObs(options: RelayedObs, host: WebSocket, onFailed: (why: string) => void): Promise<void> {
  const found = options.obs === undefined || options.password === undefined ? await findHere(options) : undefined
  const target = options.obs ?? { host: '127.0.0.1', port: found?.port ?? usualPort }
  const password = options.password ?? found?.password ?? ''
  const name = target.host.includes(':') ? `[${target.host}]` : target.host
  const obs = new WebSocket(`ws://${name}:${target.port}`, jsonProtocol, {
    handshakeTimeout: handshakeMs,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  })
  watchSilence(obs)
  const signIn = new SignIn(password)
  const toObs = (data: unknown, binary: boolean): void => {
    if (!binary) forward(signIn.toObs(String(data)), host, obs)
  }
  const onHostClose = (): void => obs.terminate()
  let opened = false
  let why = ''
  host.on('close', onHostClose)
  obs.on('open', () => {
    opened = true
    host.on('message', toObs)
    host.send(word({ connector: 'opened' }))
  })
  obs.on('message', (data, binary) => {
    if (!binary) forward(signIn.toHost(String(data)), obs, host)
  })
  obs.on('error', (error) => {
    why = error.message
  })
  obs.on('close', (code) => {
    host.off('message', toObs)
    host.off('close', onHostClose)
    // Codes from 4000 on are OBS's own: the host knows what they mean.
    if (opened) host.close(code >= 4000 ? code : 1001, 'OBS ended the connection')
    else if (host.readyState === WebSocket.OPEN) {
      host.send(word({ connector: 'failed', message: `${name}:${target.port}: ${why}` }))
      onFailed(`OBS does not answer at ${name}:${target.port}: ${why}`)
    }
  })
}

/** The OBS of this machine, or the one at the port that was named. */
async function findHere({ obs, env }: RelayedObs) {
  const all = await findObs(env)
  if (obs !== undefined) return all.find(({ port }) => port === obs.port)
  return all.find(({ serverEnabled }) => serverEnabled) ?? all[0]
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64')

/** Answers the question of OBS for its password in place of the host: in the first message of each side (obs-websocket 5, Hello and Identify). */
class SignIn {
  readonly #password: string
  #answer: string | undefined
  #hello = false
  #identified = false

  constructor(password: string) {
    this.#password = password
  }

  toHost(text: string): string {
    if (this.#hello) return text
    this.#hello = true
    const message = parse(text)
    const { authentication } = message?.d ?? {}
    if (message === undefined || this.#password === '' || typeof authentication !== 'object' || authentication === null) return text
    const { challenge, salt } = authentication as Record<string, unknown>
    this.#answer = sha256(`${sha256(`${this.#password}${salt}`)}${challenge}`)
    const { authentication: _, ...d } = message.d
    return JSON.stringify({ ...message, d })
  }

  toObs(text: string): string {
    if (this.#identified || this.#answer === undefined) return text
    this.#identified = true
    const message = parse(text)
    return message === undefined ? text : JSON.stringify({ ...message, d: { ...message.d, authentication: this.#answer } })
  }
}

function parse(text: string): { readonly d: Record<string, unknown> } | undefined {
  try {
    const message = JSON.parse(text) as { d?: Record<string, unknown> }
    return typeof message.d === 'object' && message.d !== null ? { ...message, d: message.d } : undefined
  } catch {
    return undefined
  }
}
