import { isIPv4, isIPv6 } from 'node:net'

/** Where datagrams of a transport stream are expected. */
export interface UdpUrl {
  /** IP address of this machine to listen on; undefined for the host's own. For a group: the interface that joins it. */
  readonly local: string | undefined
  /** Multicast group. */
  readonly group: string | undefined
  readonly port: number
  readonly family: 4 | 6
}

/**
 * Reads `udp://@GROUP:PORT`, `udp://ADDRESS:PORT`, `udp://:PORT` or `udp://@:PORT`, IPv6 in brackets; `?localaddr=ADDRESS` names the
 * interface. Undefined for other URLs.
 */
export function readUdpUrl(text: string): UdpUrl | undefined {
  const match = /^udp:\/\/@?(\[[0-9A-Fa-f:.]+\]|[0-9.]*):(\d{1,5})\/?(?:\?localaddr=(\[[0-9A-Fa-f:.]+\]|[0-9.]+))?$/.exec(text.trim())
  if (match === null) return undefined
  const host = bare(match[1] ?? '')
  const port = Number(match[2])
  const local = match[3] === undefined ? undefined : bare(match[3])
  if (port < 1 || port > 65_535) return undefined
  if (host !== '' && !isIPv4(host) && !isIPv6(host)) return undefined
  if (local !== undefined && !isIPv4(local) && !isIPv6(local)) return undefined
  const family = isIPv6(host === '' ? (local ?? '') : host) ? 6 : 4
  if (local !== undefined && isIPv6(local) !== (family === 6)) return undefined
  const group = isIPv4(host) ? Number(host.split('.')[0]) >> 4 === 14 : /^ff/i.test(host)
  return group ? { local, group: host, port, family } : { local: host === '' ? local : host, group: undefined, port, family }
}

function bare(address: string): string {
  return address.replace(/^\[|\]$/g, '')
}
