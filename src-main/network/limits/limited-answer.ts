import type { OutgoingHttpHeaders } from 'node:http'
import type { Limited } from './request-limits.ts'

const names = { anonymous: 'address', signedIn: 'user', live: 'live', route: 'route' } as const

/** Headers of an answer to who is over a limit (RFC 6585, section 4; draft-ietf-httpapi-ratelimit-headers-10). */
export function limitedHeaders({ kind, perMinute, waitMs }: Limited): OutgoingHttpHeaders {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  const name = `"${names[kind]}"`
  return { 'retry-after': String(seconds), 'ratelimit-policy': `${name};q=${perMinute};w=60`, 'ratelimit': `${name};r=0;t=${seconds}` }
}
