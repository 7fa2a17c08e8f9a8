import { isIP, isIPv6 } from 'node:net'

/** `HOST:PORT`, with IPv6 in brackets: without them a port of four digits reads as part of the IP address. */
export function joinHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** The IP address alone, of `HOST`, `HOST:PORT` or `[HOST]:PORT`; IPv4 mapped into IPv6 is IPv4. */
export function bareIp(remote: string): string {
  let address = remote
  if (address.startsWith('[')) address = address.slice(1, address.indexOf(']'))
  else if (isIP(address) === 0 && address.includes(':')) address = address.slice(0, address.lastIndexOf(':'))
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped?.[1] ?? address
}

/**
 * A subscriber's IP addresses, to count by: an IPv4 address, or the /64 network of an IPv6 address, in which everybody has as many as they
 * like (RFC 6177). Takes what `bareIp` takes; a text that is no IP address counts by itself.
 */
export function ipGroup(remote: string): string {
  const address = bareIp(remote)
  const [bare = ''] = address.split('%')
  if (!isIPv6(bare)) return address
  const [head = '', tail] = bare.toLowerCase().split('::')
  const before = head === '' ? [] : head.split(':')
  // the last 32 bits may be written as IPv4
  const after = tail ? tail.replace(/\d+\.\d+\.\d+\.\d+$/, '0:0').split(':') : []
  const zeros = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
  const groups = [...before, ...zeros, ...after].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${groups.join(':')}::/64`
}
