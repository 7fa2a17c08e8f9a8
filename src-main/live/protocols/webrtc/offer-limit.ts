import { ipGroup } from '../../../platform/net/ip-address.ts'

/** Offers that one client (IPv4 address, /64 network of IPv6) may send at once, and how many it regains each second. */
const max = 60
const perSecond = 10
/** Max IP addresses to remember: the one that was seen longest ago is dropped first. */
const maxIps = 10_000

/** Limits how often an IP address may set up a connection. */
export class OfferLimit {
  readonly #now: () => number
  readonly #left = new Map<string, { tokens: number; atMs: number }>()

  /** `now`: monotonic ms. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Takes one offer; answers how many seconds to wait where there are too many, else 0. */
  take(address: string): number {
    const atMs = this.#now()
    const client = ipGroup(address)
    const known = this.#left.get(client)
    const tokens = known === undefined ? max : Math.min(max, known.tokens + ((atMs - known.atMs) * perSecond) / 1000)
    this.#left.delete(client)
    const oldest = this.#left.keys().next()
    if (this.#left.size >= maxIps && !oldest.done) this.#left.delete(oldest.value)
    this.#left.set(client, { tokens: tokens < 1 ? tokens : tokens - 1, atMs })
    return tokens < 1 ? Math.max(1, Math.ceil((1 - tokens) / perSecond)) : 0
  }
}
