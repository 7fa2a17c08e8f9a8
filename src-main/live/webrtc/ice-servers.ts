import { AppError } from '../../platform/errors.ts'
import type { IceServer } from './sfu-engine.ts'

/**
 * Reads the option `iceServers`: entries parted by commas, each `stun:HOST:PORT` or
 * `turn:USER:PASSWORD@HOST:PORT?transport=udp` (`turns:` likewise). Throws `config.invalid`.
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

const quoted = (text: string): string => text.replace(/[\\"]/g, '\\$&')
