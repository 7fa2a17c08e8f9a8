import type { Role } from '../routes/principal.ts'
import { hashSecret, newSecret } from './secrets.ts'

export interface SignInLinks {
  /** A secret that signs in once, within ten minutes. */
  create(role: Role): { secret: string; expiresAt: string }
  /** Spends the secret; undefined where it is unknown, spent or expired. */
  redeem(secret: string): Role | undefined
}

const lifeMs = 10 * 60_000
const maxOpen = 1000

/** One-time sign-in links; they end with the run of the host. */
export function createSignInLinks(now: () => number = Date.now): SignInLinks {
  const open = new Map<string, { role: Role; expiresAt: number }>()
  return {
    create(role) {
      for (const [hash, link] of open) {
        if (link.expiresAt <= now() || open.size >= maxOpen) open.delete(hash)
      }
      const secret = newSecret()
      const expiresAt = now() + lifeMs
      open.set(hashSecret(secret), { role, expiresAt })
      return { secret, expiresAt: new Date(expiresAt).toISOString() }
    },
    redeem(secret) {
      const hash = hashSecret(secret)
      const link = open.get(hash)
      open.delete(hash)
      return link && link.expiresAt > now() ? link.role : undefined
    },
  }
}
