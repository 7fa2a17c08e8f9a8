import { ipGroup } from '../../platform/net/ip-address.ts'
import { isLoopback } from '../../platform/net/loopback.ts'

/** Who would watch, as places are given out. */
export interface PlaceSeeker {
  /** The same for a player that comes back before it is counted. */
  readonly key: string
  readonly remoteAddress: string
}

/** `address-full`: the IP address has as many viewers as one may have; `full`: the stream has. */
export type Placing = 'placed' | 'address-full' | 'full'

/** How long a player that was accepted has to fetch media, ms. */
const reservedMs = 10_000
const maxReserved = 5000
/** Proxies, tests and players side by side come from this machine. */
const loopbackFactor = 16

/**
 * Places of one stream by IP address. A viewer that is counted has fetched media; one that was accepted and has not has a reservation,
 * which takes few places from others: a client that invents players takes no places from people.
 */
export class ViewerPlaces {
  readonly #perAddress: number
  readonly #counted = new Map<string, number>()
  #countedInAll = 0
  /** Oldest first. */
  readonly #reserved = new Map<string, { readonly group: string; readonly untilMs: number }>()
  readonly #reservedOf = new Map<string, number>()

  /** @param perAddress viewers that one IP address may have */
  constructor(perAddress: number) {
    this.#perAddress = perAddress
  }

  /** Counts a viewer, unless its IP address has the max number already. */
  take(remoteAddress: string): boolean {
    const group = ipGroup(remoteAddress)
    const mine = this.#counted.get(group) ?? 0
    if (mine >= this.#most(remoteAddress)) return false
    this.#counted.set(group, mine + 1)
    this.#countedInAll++
    return true
  }

  /** A viewer that was counted has left. */
  leave(remoteAddress: string): void {
    this.#countedInAll--
    step(this.#counted, ipGroup(remoteAddress), -1)
  }

  /** Gives a place of `max` to somebody who is not counted yet, until it is, or for some seconds. */
  reserve({ key, remoteAddress }: PlaceSeeker, max: number, nowMs: number): Placing {
    this.#dropOld(nowMs)
    this.release(key)
    const group = ipGroup(remoteAddress)
    const mine = this.#reservedOf.get(group) ?? 0
    if ((this.#counted.get(group) ?? 0) + mine >= this.#most(remoteAddress)) return 'address-full'
    const share = Math.ceil(max / 8)
    let kept = this.#countedInAll + mine
    for (const [other, count] of this.#reservedOf) if (other !== group) kept += Math.min(count, share)
    if (kept >= max) return 'full'
    this.#reserved.set(key, { group, untilMs: nowMs + reservedMs })
    step(this.#reservedOf, group, 1)
    return 'placed'
  }

  /** The player is counted, or gone. */
  release(key: string): void {
    const reservation = this.#reserved.get(key)
    if (reservation === undefined) return
    this.#reserved.delete(key)
    step(this.#reservedOf, reservation.group, -1)
  }

  #most(remoteAddress: string): number {
    return this.#perAddress * (isLoopback(remoteAddress) ? loopbackFactor : 1)
  }

  #dropOld(nowMs: number): void {
    for (const [key, { untilMs }] of this.#reserved) {
      if (untilMs > nowMs && this.#reserved.size < maxReserved) return
      this.release(key)
    }
  }
}

function step(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}
