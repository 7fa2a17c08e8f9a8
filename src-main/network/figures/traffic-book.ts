import Value from 'typebox/value'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import { Turns } from '../../platform/timing/turns.ts'
import { percentileMs } from './latency.ts'
import { fillLevel, type NodeFacts, type NodeReport, NodeReportSchema, reportMs, shareKinds } from './node-report.ts'
import type { Region } from './region.ts'
import { answerTraffic, type KnownNode } from './traffic-answer.ts'
import type { NodeTrafficNow, Traffic, TrafficQuery } from './traffic-schemas.ts'
import { seriesFields, TrafficSeries } from './traffic-series.ts'
import { HourCounts, hourOf } from './traffic-shares.ts'
import type { TrafficStore } from './traffic-store.ts'

const dayMs = 86_400_000
/** So often figures are written to the disk, ms. */
const saveMs = 300_000
/** Chunks in memory: of 53 KB each. */
const maxChunks = 1000
/** Rows of hours on the disk, of some KB each. */
const maxShareRows = 100_000
/** A report is counted again after so long, ms: a node that reports more often is not believed more. */
const leastMs = reportMs / 2

export interface TrafficBookDependencies {
  readonly store: TrafficStore
  readonly nodes: () => readonly KnownNode[]
  readonly regions: () => readonly Region[]
  readonly log: Logger
  /** ms since 1970. */
  readonly now: () => number
}

interface Newest {
  readonly atMs: number
  readonly report: NodeReport
}

/** What a node did since this host started, for Prometheus. */
export type NodeTotals = Readonly<Record<'requests' | 'hits' | 'lookups' | 'bytesIn' | 'bytesOut' | 'errors4xx' | 'errors5xx', number>>
const totalled = ['requests', 'hits', 'lookups', 'bytesIn', 'bytesOut', 'errors4xx', 'errors5xx'] as const

/** What nodes report of themselves: checked, kept for 24 hours by ten seconds and for 30 days by five minutes, and answered. */
export class TrafficBook {
  readonly #dependencies: TrafficBookDependencies
  readonly #fine = new TrafficSeries({ stepMs: reportMs, keptMs: dayMs, maxChunks: maxChunks / 2 })
  readonly #coarse = new TrafficSeries({ stepMs: 300_000, keptMs: 30 * dayMs, maxChunks: maxChunks / 2 })
  readonly #newest = new Map<string, Newest>()
  readonly #totals = new Map<string, Record<(typeof totalled)[number], number>>()
  readonly #hours = new Map<string, HourCounts>()
  readonly #facts: Map<string, NodeFacts>
  readonly #answers = new Turns(20, 'questions about traffic', 'network.busy')
  readonly #writes = new Turns(1000, 'figures to be written', 'network.busy')
  readonly #timer: NodeJS.Timeout
  readonly #malformed = new Set<string>()

  private constructor(dependencies: TrafficBookDependencies, facts: ReadonlyMap<string, NodeFacts>) {
    this.#dependencies = dependencies
    this.#facts = new Map(facts)
    this.#timer = repeat(saveMs, () => this.save())
  }

  /** Reads what was kept. */
  static async open(dependencies: TrafficBookDependencies): Promise<TrafficBook> {
    const { store, now } = dependencies
    const book = new TrafficBook(dependencies, await store.facts())
    for (const kind of ['fine', 'coarse'] as const) {
      const series = kind === 'fine' ? book.#fine : book.#coarse
      // The newest come first, and would be the first to go.
      const chunks = await store.chunks(kind, now() - series.keptMs - dayMs * 2, maxChunks / 2)
      for (const chunk of [...chunks].reverse()) series.restore(chunk)
    }
    for (const { node, startMs, read } of await store.shares(hourOf(now()), now(), maxChunks)) {
      const hour = new HourCounts(startMs)
      hour.add(read())
      book.#hours.set(node, hour)
    }
    return book
  }

  /** Takes a report of a node as far as it can be true; what is malformed, or comes too often, is left out. */
  take(node: string, report: unknown): void {
    const { now, log } = this.#dependencies
    if (!Value.Check(NodeReportSchema, report)) {
      if (!this.#malformed.has(node) && this.#malformed.size < 1000) log.warn({ node }, 'a node reports figures that are malformed')
      this.#malformed.add(node)
      return
    }
    const atMs = now()
    const before = this.#newest.get(node)
    const passedMs = before === undefined ? reportMs * 3 : atMs - before.atMs
    if (passedMs < leastMs) return
    const plausible = plausibleOf(report, passedMs / 1000 + 2)
    this.#newest.set(node, { atMs, report: plausible })
    const values = valuesOf(plausible)
    this.#fine.add(node, atMs, values)
    this.#coarse.add(node, atMs, values)
    this.#count(node, plausible)
    this.#countNames(node, atMs, plausible)
    this.#keepFacts(node, plausible)
  }

  /** The last ten seconds of a node; null where it said nothing for a while. */
  newest(node: string): NodeTrafficNow | null {
    const newest = this.#newest.get(node)
    if (newest === undefined || this.#dependencies.now() - newest.atMs > reportMs * 3) return null
    const { report, atMs } = newest
    const { seconds, requests, cache } = report
    const perSecond = (count: number): number => Math.round((count / seconds) * 100) / 100
    return {
      at: new Date(atMs).toISOString(),
      requestsPerS: perSecond(requests),
      bitrateOutBps: Math.round((report.bytesOut * 8) / seconds),
      bitrateInBps: Math.round((report.bytesIn * 8) / seconds),
      hitRatio: report.lookups === 0 ? null : Math.round((report.hits / report.lookups) * 10_000) / 10_000,
      errorRatio: requests === 0 ? 0 : Math.round(((report.errors4xx + report.errors5xx) / requests) * 10_000) / 10_000,
      p50Ms: percentileMs(report.latency, 0.5),
      p95Ms: percentileMs(report.latency, 0.95),
      p99Ms: percentileMs(report.latency, 0.99),
      connections: report.connections,
      cpu: report.cpu,
      memory: report.memory,
      cache: cache && { ...cache, warning: fillLevel(cache) },
      region: report.region,
      capacityMbps: report.capacityMbps,
      anycast: report.anycast ?? null,
      prefetch: report.prefetch ?? null,
    }
  }

  /** By node, since this host started. */
  totals(): ReadonlyMap<string, NodeTotals> {
    return this.#totals
  }

  /** Throws `request.invalid` for a time that cannot be answered, and `network.busy`. */
  async query(query: TrafficQuery): Promise<Traffic> {
    const { store, nodes, regions, now } = this.#dependencies
    const known = nodes()
    if (query.node !== undefined && known.every(({ id }) => id !== query.node))
      throw new AppError('network.node_not_found', `There is no node "${query.node}"`)
    return this.#answers.next(() =>
      answerTraffic(
        { fine: this.#fine, coarse: this.#coarse, hours: this.#hours, facts: this.#facts, nodes: known, regions: regions(), store },
        query,
        now(),
      ),
    )
  }

  /** Writes what has changed. */
  async save(): Promise<void> {
    const { store, nodes, now } = this.#dependencies
    await this.#writes.next(async () => {
      for (const [kind, series] of [
        ['fine', this.#fine],
        ['coarse', this.#coarse],
      ] as const) {
        series.trim(now())
        for (const chunk of series.takeChanged()) await store.saveChunk(kind, chunk)
        // A chunk starts before what it ends with.
        await store.trim(kind, now() - series.keptMs - series.stepMs * 400, maxChunks / 2)
      }
      for (const [node, hour] of this.#hours) await store.saveShares(node, hour.startMs, hour.shares())
      await store.trim('shares', now() - 30 * dayMs, maxShareRows)
    })
    const known = new Set(nodes().map(({ id }) => id))
    for (const [node, hour] of this.#hours) if (hour.startMs < hourOf(now())) this.#hours.delete(node)
    // Nodes that were revoked have no figures any more.
    for (const each of [this.#newest, this.#totals, this.#facts, this.#hours]) {
      for (const node of each.keys()) if (!known.has(node)) each.delete(node)
    }
    this.#malformed.clear()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.save()
  }

  #count(node: string, report: NodeReport): void {
    const totals = this.#totals.get(node) ?? { requests: 0, hits: 0, lookups: 0, bytesIn: 0, bytesOut: 0, errors4xx: 0, errors5xx: 0 }
    for (const name of totalled) totals[name] += report[name]
    this.#totals.set(node, totals)
  }

  #countNames(node: string, atMs: number, report: NodeReport): void {
    const { store, log } = this.#dependencies
    const before = this.#hours.get(node)
    const hour = before?.startMs === hourOf(atMs) ? before : new HourCounts(atMs)
    if (before !== undefined && before !== hour) {
      void this.#writes
        .behind(() => store.saveShares(node, before.startMs, before.shares()))
        .catch((error) => log.error({ err: error }, 'figures of nodes could not be written'))
    }
    this.#hours.set(node, hour)
    hour.add(report)
  }

  #keepFacts(node: string, { region, capacityMbps, prices }: NodeReport): void {
    const { store, log } = this.#dependencies
    const facts: NodeFacts = { region, capacityMbps, prices }
    if (JSON.stringify(facts) === JSON.stringify(this.#facts.get(node))) return
    this.#facts.set(node, facts)
    void this.#writes
      .behind(() => store.saveFacts(node, facts))
      .catch((error) => log.error({ err: error }, 'what a node says of itself could not be written'))
  }
}

/** A node is believed as far as its figures fit each other, and the time that has passed. */
function plausibleOf(report: NodeReport, maxSeconds: number): NodeReport {
  const { requests, bytesOut } = report
  const lookups = Math.min(report.lookups, requests)
  const errors5xx = Math.min(report.errors5xx, requests)
  const timed = report.latency.reduce((sum, count) => sum + count, 0)
  const names = Object.fromEntries(
    shareKinds.map((kind) => [
      kind,
      report[kind].map((each) => ({ ...each, requests: Math.min(each.requests, requests), bytes: Math.min(each.bytes, bytesOut) })),
    ]),
  ) as Pick<NodeReport, (typeof shareKinds)[number]>
  return {
    ...report,
    ...names,
    lookups,
    hits: Math.min(report.hits, lookups),
    errors5xx,
    errors4xx: Math.min(report.errors4xx, requests - errors5xx),
    latency: timed > requests * 1.1 + 30 ? report.latency.map(() => 0) : report.latency,
    seconds: Math.max(1, Math.min(report.seconds, maxSeconds)),
  }
}

function valuesOf(report: NodeReport): readonly number[] {
  const fill = report.cache === null || report.cache.maxBytes === 0 ? 0 : Math.min(1, report.cache.bytes / report.cache.maxBytes)
  const own = { ...report, fill, samples: 1 }
  return [...seriesFields.map((name) => own[name]), ...report.latency]
}
