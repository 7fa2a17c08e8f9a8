import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { IceServer } from '../../media/realtime/sfu-engine.ts'
import { isLoopback } from '../../platform/net/loopback.ts'
import type { ReachCheck } from '../schemas/reach.ts'
import { askStun, stunEndpoint } from './stun-answer.ts'

/** Servers that are asked, at most. */
const maxAsked = 8

export interface ReachFacts {
  readonly bind: string
  /** Of desktops over WebRTC; 0: a free one. */
  readonly udpPort: number | 'off'
  /** Those of the option `webrtcAddresses`. */
  readonly addresses: readonly string[]
  readonly iceServers: readonly IceServer[]
}

export interface ReachDependencies {
  /** IP addresses of this machine. */
  readonly ownIps: () => readonly string[]
  readonly ask: typeof askStun
}

const real: ReachDependencies = {
  ownIps: () => Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
  ask: askStun,
}

/** Whether people elsewhere reach this host's desktops, as far as the host knows, and why not. */
export async function checkReach(facts: ReachFacts, { ownIps, ask }: ReachDependencies = real): Promise<readonly ReachCheck[]> {
  const { bind, addresses, iceServers } = facts
  const turns = iceServers.filter(({ urls }) => /^turns?:/.test(urls)).slice(0, maxAsked)
  const stuns = iceServers.filter(({ urls }) => /^stuns?:/.test(urls)).slice(0, maxAsked)
  const asked = async ({ urls }: IceServer): Promise<{ readonly url: string; readonly ip: string | undefined } | undefined> => {
    const endpoint = stunEndpoint(urls)
    return endpoint && { url: urls, ip: await ask(endpoint) }
  }
  const [byStun, byTurn] = await Promise.all([Promise.all(stuns.map(asked)), Promise.all(turns.map(asked))])
  const publicIp = [...byStun, ...byTurn].find((each) => each?.ip !== undefined && isPublic(each.ip))?.ip
  return [
    isLoopback(bind)
      ? check('bind-loopback', 'problem', bind, `Only this machine reaches ${bind}: set the option bind, or put a proxy with TLS in front`)
      : check('bind-open', 'good', bind, `Other machines reach the host at ${bind}`),
    udpCheck(facts, bind === '' || isIP(bind) === 0 || isAny(bind) ? ownIps() : [bind], publicIp),
    ...(stuns.length === 0
      ? [check('stun-none', 'note', '', 'No STUN server is set: browsers behind a NAT are reached by what they send first')]
      : []),
    ...byStun.flatMap((each) => (each === undefined ? [] : [stunCheck(each.url, each.ip, addresses)])),
    ...(turns.length === 0
      ? [check('turn-none', 'note', '', 'No TURN server is set: where UDP does not pass, desktops come over the WebSocket')]
      : []),
    ...byTurn.flatMap((each) =>
      each === undefined
        ? []
        : [
            each.ip === undefined
              ? check('turn-silent', 'problem', each.url, `${each.url} does not answer over UDP`)
              : check('turn-answers', 'good', each.url, `${each.url} answers`),
          ],
    ),
  ]
}

const check = (code: ReachCheck['code'], state: ReachCheck['state'], value: string, message: string): ReachCheck => ({
  code,
  state,
  value,
  message,
})

function udpCheck({ bind, udpPort, addresses }: ReachFacts, ips: readonly string[], publicIp: string | undefined): ReachCheck {
  if (udpPort === 'off') return check('udp-off', 'note', '', 'WebRTC is off (desktopWebrtcPort): desktops come over the WebSocket')
  const port = udpPort === 0 ? '' : String(udpPort)
  if (isLoopback(bind)) {
    return check('udp-loopback', 'problem', port, `UDP port ${port} of WebRTC is on loopback, as the option bind says`)
  }
  const told = addresses.length > 0 ? addresses : ips
  if (told.some(isPublic))
    return check('udp-open', 'good', port, `Browsers are given UDP port ${port} at ${told.filter(isPublic).join(', ')}`)
  const remedy = `set webrtcAddresses to ${publicIp ?? 'the public IP address'} and forward UDP port ${port}`
  return check('udp-private', 'note', port, `Browsers are given private IP addresses only: for people elsewhere ${remedy}`)
}

function stunCheck(url: string, ip: string | undefined, addresses: readonly string[]): ReachCheck {
  if (ip === undefined) return check('stun-silent', 'problem', url, `${url} does not answer over UDP`)
  if (addresses.length > 0 && !addresses.includes(ip)) {
    return check('stun-differs', 'note', ip, `${url} sees this machine as ${ip}, which is not in webrtcAddresses`)
  }
  return check('stun-sees', 'good', ip, `${url} sees this machine as ${ip}`)
}

const isAny = (bind: string): boolean => bind === '0.0.0.0' || bind === '::'

/** Whether an IP address can be reached from elsewhere: neither private (RFC 1918, RFC 4193), nor shared (RFC 6598), nor of one link or machine. */
function isPublic(ip: string): boolean {
  if (isIP(ip) === 4)
    return !/^(0|10|127)\.|^(169\.254|192\.168)\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(ip)
  return isIP(ip) === 6 ? !/^(::1?$|f[cd]|fe[89ab])/i.test(ip) : ip !== '' && !isLoopback(ip)
}
