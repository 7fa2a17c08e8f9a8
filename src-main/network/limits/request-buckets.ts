import type { Rate } from './limit-settings.ts'
import { RecentMap } from './recent-map.ts'

interface Bucket {
  /** Requests that may be made now; below 0 what was made too much. */
  level: number
  atMs: number
  /** Of the whole limit, while another part of it is at other nodes. */
  perMs: number
  burst: number
  /** Until then the part applies; 0 for the whole limit. */
  leasedUntilMs: number
  /** Since the last report: requests that were allowed, and all. */
  used: number
  wanted: number
  reportedAtMs: number
  /** Reports without a request, one after the other. */
  quiet: number
}

/** What a node says of a bucket: [key, requests allowed since the last report, all since then, what its lease has left]. */
export type UsageEntry = [key: string, used: number, wanted: number, left: number | null]
/** What a node may allow: [key, requests a second, at once, now]. */
export type LeaseEntry = readonly [key: string, perSecond: number, burst: number, level: number]

/** Buckets that a node keeps: a flood of IP addresses replaces those that were used least recently. */
const maxBuckets = 50_000
/** Buckets whose limit is shared with other nodes at a time. */
const maxActive = 5000
/** Buckets in one report. */
export const maxReported = 500
/** Part of a minute's requests from which on the origin is asked about a bucket. */
const askedFrom = 0.02
/** A lease is over after this time without another, ms: what follows is counted here alone. */
export const leaseMs = 5000
/** Buckets with a lease are reported so often, ms. */
const everyMs = 1000
/** After so many reports without a request a bucket is not reported any more. */
const maxQuiet = 10

/**
 * Token buckets by key. Each has the whole limit until the origin says which part of it is this node's. Times are ms of any clock that
 * does not go back.
 */
export class RequestBuckets {
  readonly #buckets: RecentMap<Bucket>
  /** Those to be reported: with a lease, or used enough. */
  readonly #active = new Set<string>()

  /** @param max buckets at a time */
  constructor(max = maxBuckets) {
    this.#buckets = new RecentMap(max)
  }

  get size(): number {
    return this.#buckets.size
  }

  /** Takes a request out of a bucket. Returns 0, or ms until there is one again. */
  take(key: string, rate: Rate, nowMs: number): number {
    const bucket = this.#refilled(key, rate, nowMs)
    bucket.wanted++
    if (bucket.level < 1) {
      this.#note(key, bucket, rate)
      return (1 - bucket.level) / bucket.perMs
    }
    bucket.level--
    bucket.used++
    this.#note(key, bucket, rate)
    return 0
  }

  /** Counts requests that were answered already. Returns ms until the bucket has some again; 0 while it has. */
  charge(key: string, rate: Rate, count: number, nowMs: number): number {
    const bucket = this.#refilled(key, rate, nowMs)
    bucket.wanted += count
    bucket.used += count
    bucket.level = Math.max(-rate.burst, bucket.level - count)
    this.#note(key, bucket, rate)
    return bucket.level >= 1 ? 0 : (1 - bucket.level) / bucket.perMs
  }

  /** Counts requests that were rejected elsewhere. */
  rejected(key: string, rate: Rate, count: number, nowMs: number): void {
    const bucket = this.#refilled(key, rate, nowMs)
    bucket.wanted += count
    this.#note(key, bucket, rate)
  }

  /** Ms until a bucket has a request again; 0 while it has. */
  waitMs(key: string, rate: Rate, nowMs: number): number {
    if (!this.#buckets.has(key)) return 0
    const bucket = this.#refilled(key, rate, nowMs)
    return bucket.level >= 1 ? 0 : (1 - bucket.level) / bucket.perMs
  }

  /** Applies what the origin allows this node. What is unknown here is ignored. */
  lease([key, perSecond, burst, level]: LeaseEntry, nowMs: number): void {
    const bucket = this.#buckets.get(key)
    if (bucket === undefined) return
    bucket.perMs = Math.max(0.01, perSecond) / 1000
    bucket.burst = Math.max(1, burst)
    // what was used since the report was sent comes out of it
    bucket.level = Math.min(level, bucket.burst) - bucket.used
    bucket.atMs = nowMs
    bucket.leasedUntilMs = nowMs + leaseMs
    this.#active.add(key)
  }

  /** What to report now: new ones at once, others each second. At most `maxReported`; the rest has its turn next time. */
  report(nowMs: number): UsageEntry[] {
    const entries: UsageEntry[] = []
    for (const key of this.#active) {
      if (entries.length >= maxReported) break
      const bucket = this.#buckets.get(key)
      if (bucket === undefined) {
        this.#active.delete(key)
        continue
      }
      const sinceMs = nowMs - bucket.reportedAtMs
      const hasLease = bucket.leasedUntilMs > nowMs
      // without a lease the answer to the last report may be on its way
      if (sinceMs < (hasLease ? everyMs : everyMs / 2)) continue
      bucket.quiet = bucket.wanted === 0 ? bucket.quiet + 1 : 0
      if (bucket.quiet > maxQuiet) {
        this.#active.delete(key)
        continue
      }
      entries.push([key, bucket.used, bucket.wanted, hasLease ? Math.max(0, Math.floor(bucket.level)) : null])
      bucket.used = 0
      bucket.wanted = 0
      bucket.reportedAtMs = nowMs
    }
    // who had a turn goes behind the others
    for (const [key] of entries) {
      this.#active.delete(key)
      this.#active.add(key)
    }
    return entries
  }

  /** Starts with other limits. */
  clear(): void {
    this.#buckets.clear()
    this.#active.clear()
  }

  #refilled(key: string, rate: Rate, nowMs: number): Bucket {
    let bucket = this.#buckets.get(key)
    if (bucket === undefined) {
      bucket = {
        ...{ level: rate.burst, atMs: nowMs, perMs: rate.perMinute / 60_000, burst: rate.burst },
        ...{ leasedUntilMs: 0, used: 0, wanted: 0, reportedAtMs: Number.NEGATIVE_INFINITY, quiet: 0 },
      }
      this.#buckets.set(key, bucket)
      return bucket
    }
    if (bucket.leasedUntilMs !== 0 && bucket.leasedUntilMs < nowMs) {
      bucket.leasedUntilMs = 0
      bucket.perMs = rate.perMinute / 60_000
      bucket.burst = rate.burst
    }
    bucket.level = Math.min(bucket.burst, bucket.level + Math.max(0, nowMs - bucket.atMs) * bucket.perMs)
    bucket.atMs = nowMs
    return bucket
  }

  #note(key: string, bucket: Bucket, { perMinute }: Rate): void {
    if (bucket.leasedUntilMs !== 0 || this.#active.size >= maxActive) return
    if (bucket.wanted >= Math.max(5, perMinute * askedFrom)) this.#active.add(key)
  }
}
