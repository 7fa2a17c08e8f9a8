import { setImmediate as turn } from 'node:timers/promises'
import { AppError } from '../../platform/errors.ts'
import { type NodeFacts, type ShareKind, shareKinds } from './node-report.ts'
import { costOf, type Prices, type Region } from './region.ts'
import { TopNames } from './top-names.ts'
import { TrafficGroup, TrafficSums } from './traffic-group.ts'
import { mapOf } from './traffic-map.ts'
import { maxPoints, type Traffic, type TrafficQuery } from './traffic-schemas.ts'
import type { TrafficSeries } from './traffic-series.ts'
import { type HourCounts, hourOf } from './traffic-shares.ts'
import type { TrafficStore } from './traffic-store.ts'

/** A node as figures are shown of it. */
export interface KnownNode {
  readonly id: string
  readonly name: string
  /** ISO 8601. */
  readonly createdAt: string
}

export interface TrafficSource {
  readonly fine: TrafficSeries
  readonly coarse: TrafficSeries
  /** The present hours. */
  readonly hours: ReadonlyMap<string, HourCounts>
  readonly facts: ReadonlyMap<string, NodeFacts>
  readonly nodes: readonly KnownNode[]
  readonly regions: readonly Region[]
  readonly store: Pick<TrafficStore, 'shares'>
}

/** Series of their own; what is beyond is one together. */
const maxSeries = 20
/** Steps that are read for one answer. */
const maxSteps = 200_000
/** Hours of nodes whose names are read for one answer, the newest. */
const maxHours = 1500
/** Of names, in an answer. */
const answeredNames = 25

/** Answers what was asked about traffic. Throws `request.invalid` for a time that cannot be answered. */
export async function answerTraffic(source: TrafficSource, query: TrafficQuery, nowMs: number): Promise<Traffic> {
  const nodes = query.node === undefined ? source.nodes : source.nodes.filter(({ id }) => id === query.node)
  const span = spanOf(query, source, nodes.length, nowMs)
  const { fromMs, toMs, stepMs, points, series } = span
  const sums = new Map<string, TrafficSums>()
  const groups = new Map<string, TrafficGroup>()
  const regionOf = (id: string): string | null => source.facts.get(id)?.region ?? null
  const groupOf = (id: string): string => (query.by === 'node' ? id : query.by === 'region' ? (regionOf(id) ?? 'none') : 'all')
  const lines = new Map<string, readonly (TrafficSums | undefined)[]>()
  for (const { id } of nodes) {
    const all = new TrafficSums()
    const line = new Array<TrafficSums | undefined>(points)
    series.each(id, fromMs, toMs, (atMs, values, offset) => {
      const point = Math.floor((atMs - fromMs) / stepMs)
      line[point] ??= new TrafficSums()
      line[point]?.add(values, offset)
      all.add(values, offset)
    })
    sums.set(id, all)
    lines.set(id, line)
    await turn()
  }
  const shown = shownGroups(nodes, sums, groupOf)
  for (const { id } of nodes) {
    const key = shown.has(groupOf(id)) ? groupOf(id) : 'other'
    const group = groups.get(key) ?? new TrafficGroup(points)
    groups.set(key, group)
    group.add(lines.get(id) ?? [])
  }
  if (query.by !== 'node' && query.by !== 'region' && groups.size === 0) groups.set('all', new TrafficGroup(points))
  const names = new Map([...source.nodes, ...source.regions].map(({ id, name }) => [id, name]))
  const total = new TrafficSums()
  for (const each of sums.values()) total.add(each.values)
  const delivered = places(source, nodes, sums, regionOf, { fromMs, toMs: Math.min(toMs, nowMs) })
  const shares = await sharesOf(source, new Set(nodes.map(({ id }) => id)), fromMs, toMs)
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    stepS: stepMs / 1000,
    times: Array.from({ length: points }, (_, point) => fromMs + point * stepMs),
    series: [...groups].map(([id, group]) => group.series(id, names.get(id) ?? id)),
    totals: {
      requests: total.of('requests'),
      bytesIn: total.of('bytesIn'),
      bytesOut: total.of('bytesOut'),
      hitRatio: total.hitRatio,
      errors4xx: total.of('errors4xx'),
      errors5xx: total.of('errors5xx'),
      p50Ms: total.percentile(0.5),
      p95Ms: total.percentile(0.95),
      p99Ms: total.percentile(0.99),
    },
    ...delivered,
    ...shares,
    map: mapOf({ ...delivered, ...shares }, source.regions),
  }
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
  readonly stepMs: number
  readonly points: number
  readonly series: TrafficSeries
}

function spanOf({ from, to, stepS }: TrafficQuery, { fine, coarse }: TrafficSource, nodes: number, nowMs: number): Span {
  const toMs = to === undefined ? nowMs : Date.parse(to)
  const fromMs = from === undefined ? toMs - 3_600_000 : Date.parse(from)
  if (!(fromMs < toMs)) throw new AppError('request.invalid', 'query.from is not before query.to')
  if (toMs - fromMs > coarse.keptMs + 86_400_000)
    throw new AppError('request.invalid', 'query.from and query.to are more than 31 days apart')
  const wantedMs = stepS === undefined ? Math.max(30_000, (toMs - fromMs) / 240) : stepS * 1000
  const isFine = fromMs >= nowMs - fine.keptMs && ((toMs - fromMs) / fine.stepMs) * nodes <= maxSteps && wantedMs < coarse.stepMs * 4
  const series = isFine ? fine : coarse
  const stepMs = Math.ceil(wantedMs / series.stepMs) * series.stepMs
  const first = Math.floor(fromMs / stepMs) * stepMs
  const points = Math.ceil((toMs - first) / stepMs)
  if (points > maxPoints) throw new AppError('request.invalid', `query.stepS gives ${points} points, and there are ${maxPoints} at most`)
  return { fromMs: first, toMs: first + points * stepMs, stepMs, points, series }
}

/** Those with most traffic have a series of their own. */
function shownGroups(
  nodes: readonly KnownNode[],
  sums: ReadonlyMap<string, TrafficSums>,
  groupOf: (id: string) => string,
): ReadonlySet<string> {
  const bytes = new Map<string, number>()
  for (const { id } of nodes) bytes.set(groupOf(id), (bytes.get(groupOf(id)) ?? 0) + (sums.get(id)?.of('bytesOut') ?? 0))
  const sorted = [...bytes].sort((a, b) => b[1] - a[1]).map(([name]) => name)
  return new Set(sorted.length <= maxSeries ? sorted : sorted.slice(0, maxSeries - 1))
}

function places(
  { facts, regions }: TrafficSource,
  nodes: readonly KnownNode[],
  sums: ReadonlyMap<string, TrafficSums>,
  regionOf: (id: string) => string | null,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Pick<Traffic, 'nodes' | 'regions' | 'costs'> {
  const regionPrices = new Map(regions.map(({ id, prices }) => [id, prices]))
  const all = nodes.map(({ id, name, createdAt }) => {
    const own = sums.get(id) ?? new TrafficSums()
    const region = regionOf(id)
    const prices: Prices | undefined = facts.get(id)?.prices ?? (region === null ? undefined : regionPrices.get(region))
    const ms = Math.max(0, toMs - Math.max(fromMs, Date.parse(createdAt)))
    const spent = prices && { currency: prices.currency, amount: costOf(prices, own.of('bytesOut'), ms) }
    return { id, name, region, own, spent }
  })
  const placeOf = (id: string, name: string, those: typeof all) => {
    const own = new TrafficSums()
    for (const each of those) own.add(each.own.values)
    const currencies = new Set(those.flatMap(({ spent }) => spent?.currency ?? []))
    const amount = those.reduce((sum, { spent }) => sum + (spent?.amount ?? 0), 0)
    const bytesOut = own.of('bytesOut')
    const [currency] = currencies
    // Amounts in several currencies have no sum.
    const cost =
      currency === undefined || currencies.size > 1
        ? null
        : { currency, amount: cents(amount), perTb: bytesOut > 0 ? cents(amount / (bytesOut / 1e12)) : null }
    return { id, name, requests: own.of('requests'), bytesOut, hitRatio: own.hitRatio, cost }
  }
  const regionIds = [...new Set([...regions.map(({ id }) => id), ...all.flatMap(({ region }) => region ?? [])])]
  const costs = new Map<string, number>()
  for (const { spent } of all) if (spent !== undefined) costs.set(spent.currency, (costs.get(spent.currency) ?? 0) + spent.amount)
  return {
    nodes: all.map((each) => ({ ...placeOf(each.id, each.name, [each]), region: each.region })),
    regions: regionIds.map((id) => {
      const known = regions.find((region) => region.id === id)
      const those = all.filter(({ region }) => region === id)
      return { ...placeOf(id, known?.name ?? id, those), labels: known?.labels ?? [] }
    }),
    costs: [...costs].map(([currency, amount]) => ({ currency, amount: cents(amount) })),
  }
}

const cents = (amount: number): number => Math.round(amount * 100) / 100

/** Names of whole hours: those that the time is in. */
async function sharesOf(
  { hours, store }: TrafficSource,
  nodes: ReadonlySet<string>,
  fromMs: number,
  toMs: number,
): Promise<Pick<Traffic, ShareKind>> {
  const sums = Object.fromEntries(shareKinds.map((kind) => [kind, new TopNames(1000)])) as Record<ShareKind, TopNames>
  const add = (shares: ReturnType<HourCounts['shares']>): void => {
    for (const kind of shareKinds) for (const { name, requests, bytes } of shares[kind]) sums[kind].add(name, requests, bytes)
  }
  for (const [node, hour] of hours) {
    if (nodes.has(node) && hour.startMs < toMs && hour.startMs >= hourOf(fromMs)) add(hour.shares())
  }
  const stored = await store.shares(hourOf(fromMs), toMs, maxHours)
  for (const [index, { node, startMs, read }] of stored.entries()) {
    if (index % 20 === 19) await turn()
    if (nodes.has(node) && hours.get(node)?.startMs !== startMs) add(read())
  }
  return Object.fromEntries(shareKinds.map((kind) => [kind, sums[kind].top(answeredNames)])) as unknown as Pick<Traffic, ShareKind>
}
