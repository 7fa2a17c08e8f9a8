import { isIP } from 'node:net'
import { ipGroup } from '../../platform/net/ip-address.ts'
import type { CountedRequest } from './counted-request.ts'
import { bucketKey, defaultLimits, type LimitKind, type LimitSettings, type Rate, type RouteLimit } from './limit-settings.ts'
import { type Marks, maxMarks } from './marks.ts'
import { NetworkSet } from './network-set.ts'
import { type LeaseEntry, RequestBuckets, type UsageEntry } from './request-buckets.ts'

/** Why a request is answered with 429. */
export interface Limited {
  readonly kind: LimitKind
  readonly perMinute: number
  /** When there is a request again. */
  readonly waitMs: number
}

/** A client that is over a limit is marked for this time at least, ms. */
const minMarkMs = 1000

interface Mark {
  readonly name: string
  readonly key: string
  readonly rate: Rate
  untilMs: number
}

export interface RequestLimitsOptions {
  /** Where nginx looks up who is over a limit; undefined where this process faces viewers. */
  readonly marks: Marks | undefined
  /** ms on a clock that does not go back. */
  readonly now?: () => number
}

/** Counts the requests of viewers at a node: those that this process answers before they are, those that nginx answers by its log. */
export class RequestLimits {
  readonly #buckets = new RequestBuckets()
  readonly #marks: Marks | undefined
  readonly #marked = new Map<string, Mark>()
  readonly #now: () => number
  #settings: LimitSettings = defaultLimits
  /** The origin shares these limits among nodes; undefined: they are counted here alone. */
  #isShared = false
  #routes: readonly (readonly [RouteLimit, number])[] = []
  #allowed = new NetworkSet()

  constructor({ marks, now = () => performance.now() }: RequestLimitsOptions) {
    this.#marks = marks
    this.#now = now
  }

  get settings(): LimitSettings {
    return this.#settings
  }

  /** @param isShared the origin says which part of each limit is this node's */
  use(settings: LimitSettings, isShared: boolean): void {
    if (isShared === this.#isShared && JSON.stringify(settings) === JSON.stringify(this.#settings)) return
    this.#settings = settings
    this.#isShared = isShared
    this.#routes = settings.routes.map((route, index) => [route, index] as const).sort(([a], [b]) => b.path.length - a.path.length)
    this.#buckets.clear()
    for (const { name } of this.#marked.values()) this.#marks?.remove(name, 'limited')
    this.#marked.clear()
  }

  /** IP addresses and networks that are never limited, besides this machine. */
  allow(addresses: NetworkSet): void {
    this.#allowed = addresses
  }

  /** True for who is never limited. */
  isExempt(remoteAddress: string): boolean {
    if (isIP(remoteAddress) === 0 || remoteAddress.startsWith('127.') || remoteAddress === '::1' || remoteAddress.startsWith('::ffff:127.'))
      return true
    return this.#allowed.has(remoteAddress)
  }

  /**
   * Counts a request that this process answers. Undefined where it may.
   * @param path without the query
   */
  check(remoteAddress: string, path: string): Limited | undefined {
    if (!this.#settings.enabled || this.isExempt(remoteAddress)) return undefined
    const nowMs = this.#now()
    const network = ipGroup(remoteAddress)
    const kind = path.startsWith('/live/') ? 'live' : 'anonymous'
    const rate = this.#settings[kind]
    const waitMs = this.#buckets.take(bucketKey(kind, network), rate, nowMs)
    if (waitMs > 0) return { kind, perMinute: rate.perMinute, waitMs }
    const [route] = this.#routeOf(path) ?? []
    if (route === undefined) return undefined
    const routeMs = this.#buckets.take(bucketKey('route', route.per === 'all' ? '*' : network, route.path), route, nowMs)
    return routeMs > 0 ? { kind: 'route', perMinute: route.perMinute, waitMs: routeMs } : undefined
  }

  /** Counts what nginx answered. */
  count(lines: readonly CountedRequest[]): void {
    const nowMs = this.#now()
    if (this.#settings.enabled) for (const line of lines) this.#countLine(line, nowMs)
  }

  /** What to report to the origin now. */
  report(): UsageEntry[] {
    return this.#isShared ? this.#buckets.report(this.#now()) : []
  }

  lease(entries: readonly LeaseEntry[]): void {
    const nowMs = this.#now()
    for (const entry of entries) this.#buckets.lease(entry, nowMs)
  }

  /** Removes the marks of who has requests again. */
  sweep(): void {
    const nowMs = this.#now()
    for (const [id, mark] of this.#marked) {
      if (mark.untilMs > nowMs) continue
      const waitMs = this.#buckets.waitMs(mark.key, mark.rate, nowMs)
      if (waitMs > 0) mark.untilMs = nowMs + waitMs
      else {
        this.#marked.delete(id)
        this.#marks?.remove(mark.name, 'limited')
      }
    }
  }

  #countLine({ network, user, status, path }: CountedRequest, nowMs: number): void {
    const of = network.includes(':') ? `${network}::/64` : network
    // A signature that is not valid is nobody's.
    const isUser = user !== '' && status !== 403
    const kind = isUser ? 'signedIn' : 'anonymous'
    this.#charge(bucketKey(kind, isUser ? user : of), this.#settings[kind], status, isUser ? `u-${user}` : network, nowMs)
    const [route, index] = this.#routeOf(path) ?? []
    if (route === undefined) return
    const isAll = route.per === 'all'
    this.#charge(bucketKey('route', isAll ? '*' : of, route.path), route, status, isAll ? `r${index}` : `r${index}-${network}`, nowMs)
  }

  #charge(key: string, rate: Rate, status: number, name: string, nowMs: number): void {
    if (status === 429) {
      this.#buckets.rejected(key, rate, 1, nowMs)
      return
    }
    const waitMs = this.#buckets.charge(key, rate, 1, nowMs)
    if (waitMs === 0 || this.#marks === undefined) return
    const mark = this.#marked.get(name)
    const untilMs = nowMs + Math.max(minMarkMs, waitMs)
    if (mark !== undefined) mark.untilMs = Math.max(mark.untilMs, untilMs)
    else if (this.#marked.size < maxMarks) {
      this.#marks.set(name, 'limited')
      this.#marked.set(name, { name, key, rate, untilMs })
    }
  }

  #routeOf(path: string): readonly [RouteLimit, number] | undefined {
    return this.#routes.find(([{ path: prefix }]) => path.startsWith(prefix))
  }
}
