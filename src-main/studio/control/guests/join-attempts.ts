import { ipGroup } from '../../../platform/net/ip-address.ts'

const max = 20
const windowMs = 5 * 60_000
const maxIps = 2000

/** Counts links that nobody was given, by IP address (by /64 network of IPv6): keys cannot be guessed, but trying them costs this host. */
export class JoinAttempts {
  readonly #now: () => number
  readonly #failures = new Map<string, { count: number; readonly untilMs: number }>()

  /** @param now ms */
  constructor(now: () => number) {
    this.#now = now
  }

  failed(remoteAddress: string): void {
    const client = ipGroup(remoteAddress)
    const known = this.#failures.get(client)
    const entry = known && known.untilMs > this.#now() ? known : { count: 0, untilMs: this.#now() + windowMs }
    entry.count++
    this.#failures.delete(client)
    const [oldest] = this.#failures.keys()
    if (this.#failures.size >= maxIps && oldest !== undefined) this.#failures.delete(oldest)
    this.#failures.set(client, entry)
  }

  isBlocked(remoteAddress: string): boolean {
    const known = this.#failures.get(ipGroup(remoteAddress))
    return known !== undefined && known.untilMs > this.#now() && known.count >= max
  }
}
