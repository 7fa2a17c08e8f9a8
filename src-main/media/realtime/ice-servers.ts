import { AppError } from '../../platform/errors.ts'
import type { IceServer } from './sfu-engine.ts'
import { type TurnOptions, turnServers } from './turn-credentials.ts'

/** The servers that are sent to clients. Credentials are only for accepted sessions: a TURN server relays for everyone who has them. */
export interface IceServers {
  /** Those without a login, for anybody. */
  readonly open: readonly IceServer[]
  /** All of them, with logins that are recreated for each call. */
  readonly ofSession: () => readonly IceServer[]
}

/** What the options say that clients are given. Throws `config.invalid`. */
export function iceServersOf(config: { readonly iceServers: string; readonly turn: TurnOptions }): IceServers & {
  /** Those of the option `iceServers`. */
  readonly fixed: readonly IceServer[]
} {
  const fixed = readIceServers(config.iceServers)
  return {
    fixed,
    open: fixed.filter(({ credential }) => credential === undefined),
    ofSession: () => [...fixed, ...turnServers(config.turn, Date.now())],
  }
}

/** The option `webrtcAddresses` as a list. */
export function announcedAddresses(text: string): readonly string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}

/**
 * Reads the option `iceServers`: entries separated by commas, each `stun:HOST:PORT` or
 * `turn:USER:PASSWORD@HOST:PORT?transport=udp` (the same for `turns:`). Throws `config.invalid`.
 */
export function readIceServers(text: string): readonly IceServer[] {
  const servers: IceServer[] = []
  for (const entry of text.split(',').map((each) => each.trim())) {
    if (entry === '') continue
    const match = /^(stuns?|turns?):(?:([^:@\s]+):([^@\s]+)@)?([^@\s;<>"]+)$/.exec(entry)
    if (match === null)
      throw new AppError('config.invalid', `iceServers: "${entry}" is neither stun:HOST:PORT nor turn:USER:PASSWORD@HOST:PORT`)
    const [, scheme = '', username, credential, rest = ''] = match
    if (scheme.startsWith('turn') && username === undefined)
      throw new AppError('config.invalid', `iceServers: ${scheme}:${rest} needs USER:PASSWORD@ before its host`)
    servers.push({
      urls: `${scheme}:${rest}`,
      ...(username === undefined || credential === undefined
        ? {}
        : { username: decodeURIComponent(username), credential: decodeURIComponent(credential) }),
    })
  }
  return servers
}

/** Values of `Link` headers (RFC 9725, 4.6). */
export function iceLinks(servers: readonly IceServer[]): readonly string[] {
  return servers.map(({ urls, username, credential }) => {
    const login =
      username === undefined ? '' : `; username="${quoted(username)}"; credential="${quoted(credential ?? '')}"; credential-type="password"`
    return `<${urls}>; rel="ice-server"${login}`
  })
}

/** Most servers that are taken of one answer. */
const maxLinks = 16

/** Reads `Link` headers of a WHIP server; links that are not ICE servers are skipped. */
export function readIceLinks(values: readonly string[]): readonly IceServer[] {
  const servers: IceServer[] = []
  for (const value of values) {
    for (const [, urls = '', rest = ''] of value
      .slice(0, 8192)
      .matchAll(/<((?:stun|turn)s?:[^>]{1,300})>((?:\s*;\s*[\w-]+=(?:"(?:[^"\\]|\\.)*"|[^\s;,"]+))*)/g)) {
      const parameters = new Map<string, string>()
      for (const [, name = '', inQuotes, plain] of rest.matchAll(/;\s*([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+))/g)) {
        parameters.set(name.toLowerCase(), inQuotes === undefined ? (plain ?? '') : inQuotes.replace(/\\(.)/g, '$1'))
      }
      if (parameters.get('rel') !== 'ice-server' || servers.length >= maxLinks) continue
      const username = parameters.get('username')
      const credential = parameters.get('credential')
      servers.push({ urls, ...(username === undefined ? {} : { username }), ...(credential === undefined ? {} : { credential }) })
    }
  }
  return servers
}

const quoted = (text: string): string => text.replace(/[\\"]/g, '\\$&')
