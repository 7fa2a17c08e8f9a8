import { createHash } from 'node:crypto'
import { AppError } from '../platform/errors.ts'
import type { RouteReply } from '../platform/routes/routes.ts'

/** Answers a repeated request with the first one's answer instead of acting twice. */
export interface IdempotencyStore {
  /** `scope` tells callers and endpoints apart; `body` must be the same for the same key. Throws `request.conflict`. */
  once(scope: string, key: string, body: unknown, act: () => Promise<RouteReply<unknown>>): Promise<RouteReply<unknown>>
}

/** Long enough for a client that tries again; answers may hold secrets, which must not stay in memory for hours. */
const lifeMs = 10 * 60_000

export function createIdempotencyStore(capacity = 2000, now: () => number = Date.now): IdempotencyStore {
  const kept = new Map<string, { digest: string; until: number; reply: Promise<RouteReply<unknown>> }>()
  return {
    async once(scope, key, body, act) {
      if (key.length > 200)
        throw new AppError('request.invalid', 'Idempotency-Key is longer than 200 characters', { details: { field: 'Idempotency-Key' } })
      const id = `${scope} ${key}`
      const digest = createHash('sha256')
        .update(JSON.stringify(body) ?? '')
        .digest('hex')
      const found = kept.get(id)
      if (found && found.until > now()) {
        if (found.digest !== digest)
          throw new AppError('request.conflict', 'This Idempotency-Key was used for another request', {
            details: { field: 'Idempotency-Key' },
          })
        return found.reply
      }
      const reply = act()
      kept.delete(id)
      if (kept.size >= capacity) kept.delete(kept.keys().next().value as string)
      kept.set(id, { digest, until: now() + lifeMs, reply })
      // What failed may be tried again.
      reply.catch(() => kept.delete(id))
      return reply
    },
  }
}
