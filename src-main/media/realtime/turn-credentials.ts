import { createHmac } from 'node:crypto'
import { randomText } from '../../platform/random-id.ts'
import type { IceServer } from './sfu-engine.ts'

/** The options `turn.*`. */
export interface TurnOptions {
  /** `turn:HOST:PORT?transport=udp` and `turns:...`, separated by commas; empty for no TURN server. */
  readonly urls: string
  /** Shared with the TURN server (coturn: `static-auth-secret`). */
  readonly secret: string
  /** How long a login may open connections, s. */
  readonly lifetimeSeconds: number
}

/**
 * TURN servers with a login that expires by itself: the name is the second at which it expires and a random text, so that no
 * two sessions share a login and quotas of the TURN server count each by itself; the password is the HMAC-SHA1 of the name under
 * the secret that host and TURN server share (draft-uberti-behave-turn-rest, coturn's `use-auth-secret`). Empty where no URL or
 * no secret is given.
 */
export function turnServers(options: TurnOptions, nowMs: number, name = randomText(16)): readonly IceServer[] {
  const urls = options.urls.split(',').flatMap((each) => each.trim() || [])
  if (urls.length === 0 || options.secret === '') return []
  const username = `${Math.floor(nowMs / 1000) + options.lifetimeSeconds}:${name}`
  const credential = createHmac('sha1', options.secret).update(username).digest('base64')
  return urls.map((each) => ({ urls: each, username, credential }))
}
