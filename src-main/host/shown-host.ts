import { hostname, networkInterfaces } from 'node:os'
import { isLoopback } from '../platform/net/loopback.ts'

/** The host part of URLs that people are shown: what a bind address means from outside. */
export function shownHost(bind: string, publicUrl: string): string {
  if (publicUrl !== '') return new URL(publicUrl).hostname
  const bare = bind.replace(/^\[|\]$/g, '')
  if (bare === '0.0.0.0' || bare === '::') return firstOutsideIp() ?? hostname()
  return bare.includes(':') ? `[${bare}]` : bare
}

/** True if a bind address can be reached from other machines. */
export function isWide(bind: string): boolean {
  return !isLoopback(bind)
}

function firstOutsideIp(): string | undefined {
  for (const list of Object.values(networkInterfaces())) {
    for (const one of list ?? []) if (!one.internal && one.family === 'IPv4') return one.address
  }
  return undefined
}
