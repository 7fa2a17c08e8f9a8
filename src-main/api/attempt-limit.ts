import { AppError } from '../platform/errors.ts'
import { ipGroup } from '../platform/net/ip-address.ts'

/**
 * Slows down guesses at sign-ins from one IP address, or one /64 network of IPv6. It is asked about failures alone: what is valid always
 * passes.
 */
export interface AttemptLimit {
  /** Counts a failed sign-in and returns its error: `auth.too_many_attempts` once the limit is passed, `code` before. */
  failed(address: string, code: 'auth.token_unknown' | 'auth.link_spent'): AppError
  /** Resolves after the delay that an answer past the limit gets. At once while many wait already: each keeps a connection open. */
  delay(): Promise<void>
}

const maxIps = 10_000
const maxDelayed = 64

export interface AttemptLimitOptions {
  /** Failures of one IP address within `windowMs` that are answered at once. */
  readonly max?: number
  readonly windowMs?: number
  readonly delayMs?: number
  readonly now?: () => number
}

/** Creates a limit that keeps the newest 10,000 IP addresses. */
export function createAttemptLimit({
  max = 10,
  windowMs = 5 * 60_000,
  delayMs = 1000,
  now = Date.now,
}: AttemptLimitOptions = {}): AttemptLimit {
  const failures = new Map<string, { count: number; until: number }>()
  let delayed = 0
  return {
    failed(address, code) {
      const client = ipGroup(address)
      const known = failures.get(client)
      const entry = known && known.until > now() ? known : { count: 0, until: now() + windowMs }
      entry.count += 1
      failures.delete(client)
      if (failures.size >= maxIps) failures.delete(failures.keys().next().value as string)
      failures.set(client, entry)
      if (entry.count <= max) return new AppError(code)
      const retryAfterSeconds = Math.ceil((entry.until - now()) / 1000)
      return new AppError('auth.too_many_attempts', undefined, { details: { retryAfterSeconds } })
    },
    async delay() {
      if (delayed >= maxDelayed) return
      delayed += 1
      await new Promise((resolve) => setTimeout(resolve, delayMs).unref())
      delayed -= 1
    },
  }
}
