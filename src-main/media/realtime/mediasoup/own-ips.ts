import { networkInterfaces } from 'node:os'

/** IP addresses at which a machine that listens everywhere can be reached; loopback if it has no other. */
export function ownIps(bind: string): string[] {
  const family = bind === '::' ? 'IPv6' : 'IPv4'
  const found = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((each) => each.family === family && !each.internal && !each.address.startsWith('fe80:'))
    .map((each) => each.address)
  return found.length > 0 ? found : [bind === '::' ? '::1' : '127.0.0.1']
}
