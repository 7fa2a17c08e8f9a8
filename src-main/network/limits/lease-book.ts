import type { Rate } from './limit-settings.ts'
import { RecentMap } from './recent-map.ts'
import type { LeaseEntry, UsageEntry } from './request-buckets.ts'

/** What one node has of a limit. */
interface Part {
  /** Requests that it may make now; below 0 what it made too much. */
  left: number
  /** Requests that reach it, per second. */
  demand: number
  atMs: number
}

interface Shared {
  /** Requests that may be made now and that no node has yet. */
  pool: number
  atMs: number
  readonly parts: Map<string, Part>
}

/** Limits that are shared among nodes: those that were reported least recently are dropped. */
const maxShared = 100_000
/** A node that is silent about a limit for this time gives its part back, ms. */
const silentMs = 15_000
/** Least time between two reports that count, ms: a node sends ten a second at most. */
const minReportMs = 50
/** The part of a limit that a node has with hardly any requests, so that its next one need not wait. */
const minShare = 0.02

/**
 * The origin's half of limits that are exact across nodes: what refills a bucket is divided among the nodes that report requests for it, by
 * what they need; a node that needs less than its equal share leaves the rest to others. A node that allows more than it had, or says so,
 * has less itself later: no report takes anything from other nodes.
 */
export class LeaseBook {
  readonly #shared: RecentMap<Shared>
  readonly #reportedAtMs = new Map<string, number>()

  /** @param max limits at a time */
  constructor(max = maxShared) {
    this.#shared = new RecentMap(max)
  }

  get size(): number {
    return this.#shared.size
  }

  /**
   * Takes a node's report and returns what it may do now.
   * @param rateOf undefined for keys that are not limited
   * @param nowMs on any clock that does not go back
   */
  report(node: string, entries: readonly UsageEntry[], rateOf: (key: string) => Rate | undefined, nowMs: number): LeaseEntry[] {
    if (nowMs - (this.#reportedAtMs.get(node) ?? Number.NEGATIVE_INFINITY) < minReportMs) return []
    this.#reportedAtMs.set(node, nowMs)
    return entries.flatMap((entry) => {
      const rate = rateOf(entry[0])
      return rate === undefined ? [] : [this.#lease(node, entry, rate, nowMs)]
    })
  }

  /** A node has disconnected: others have its part once it has been silent. */
  leave(node: string): void {
    this.#reportedAtMs.delete(node)
  }

  /** Other limits apply. */
  clear(): void {
    this.#shared.clear()
  }

  #lease(node: string, [key, used, wanted, left]: UsageEntry, rate: Rate, nowMs: number): LeaseEntry {
    const perSecond = rate.perMinute / 60
    const shared = this.#settled(key, rate, left, nowMs)
    let part = shared.parts.get(node)
    if (part === undefined) {
      // What it had from this program before it was started again is still its own.
      const own = left === null ? 0 : Math.min(left, rate.burst, shared.parts.size === 0 ? rate.burst : 0)
      part = { left: own, demand: 0, atMs: nowMs - 1000 }
      shared.parts.set(node, part)
    }
    const passedS = Math.min(10_000, Math.max(100, nowMs - part.atMs)) / 1000
    part.atMs = nowMs
    part.demand = Math.max(wanted / passedS, part.demand / 2)
    part.left = Math.max(-rate.burst, part.left - used)
    const parts = shares(shared.parts, perSecond)
    // Who has more than its part of now gives the rest to those that lack some; it learns of it with its own next report.
    for (const [other, share] of parts) {
      const each = shared.parts.get(other) as Part
      const over = each.left - share * rate.burst
      if (over <= 0) continue
      each.left -= over
      shared.pool += over
    }
    const share = parts.get(node) as number
    const most = share * rate.burst
    const given = Math.max(0, Math.min(shared.pool, most - part.left))
    shared.pool -= given
    part.left += given
    return [key, rounded(share * perSecond), rounded(Math.max(1, most)), rounded(part.left)]
  }

  /** The state of a limit at this moment. @param left what the first node that reports it has of a lease; null where it has none */
  #settled(key: string, { perMinute, burst }: Rate, left: number | null, nowMs: number): Shared {
    let shared = this.#shared.get(key)
    if (shared === undefined) {
      // With a lease this program was started again: what nodes have of the burst is not given once more.
      shared = { pool: left === null ? burst : 0, atMs: nowMs, parts: new Map() }
      this.#shared.set(key, shared)
      return shared
    }
    const passedMs = Math.max(0, nowMs - shared.atMs)
    shared.atMs = nowMs
    for (const [node, part] of shared.parts) {
      if (nowMs - part.atMs <= silentMs) continue
      shared.parts.delete(node)
      shared.pool += Math.max(0, part.left)
    }
    const inflow = (passedMs * perMinute) / 60_000
    if (shared.parts.size === 0) shared.pool += inflow
    let kept = 0
    for (const [node, share] of shares(shared.parts, perMinute / 60)) {
      const part = shared.parts.get(node) as Part
      const filled = part.left + share * inflow
      part.left = Math.min(Math.max(part.left, share * burst), filled)
      shared.pool += filled - part.left
      kept += Math.max(0, part.left)
    }
    shared.pool = Math.max(0, Math.min(burst - kept, shared.pool))
    return shared
  }
}

/** Max-min fair: who needs less than an equal part has what it needs; what is over is divided equally. The sum is 1. */
function shares(parts: ReadonlyMap<string, Part>, perSecond: number): Map<string, number> {
  if (parts.size === 1) return new Map([[[...parts.keys()][0] as string, 1]])
  const demands = [...parts].map(([node, { demand }]) => ({ node, needed: Math.max(minShare, demand / perSecond) }))
  demands.sort((a, b) => a.needed - b.needed)
  const result = new Map<string, number>()
  let rest = 1
  for (const [index, { node, needed }] of demands.entries()) {
    const share = Math.min(needed, rest / (demands.length - index))
    result.set(node, share)
    rest -= share
  }
  for (const [node, share] of result) result.set(node, share + rest / result.size)
  return result
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000
