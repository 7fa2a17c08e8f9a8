import { AppError } from '../platform/errors.ts'

/** Slows down whoever guesses at sign-ins from one address. */
export interface AttemptLimit {
  /** Throws `auth.too_many_attempts`. */
  check(address: string): void
  failed(address: string): void
}

const mostAddresses = 10_000

/** At most `most` failures in `windowMs` from one address. */
export function createAttemptLimit(most = 10, windowMs = 5 * 60_000, now: () => number = Date.now): AttemptLimit {
  const failures = new Map<string, { count: number; until: number }>()
  return {
    check(address) {
      const entry = failures.get(address)
      if (!entry) return
      if (entry.until <= now()) failures.delete(address)
      else if (entry.count >= most) {
        throw new AppError('auth.too_many_attempts', undefined, { details: { retryAfterSeconds: Math.ceil((entry.until - now()) / 1000) } })
      }
    },
    failed(address) {
      const entry = failures.get(address)
      if (entry && entry.until > now()) {
        entry.count += 1
        return
      }
      if (failures.size >= mostAddresses) failures.delete(failures.keys().next().value as string)
      failures.set(address, { count: 1, until: now() + windowMs })
    },
  }
}
