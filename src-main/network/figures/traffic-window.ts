import { latencyClass, latencyClasses } from './latency.ts'
import { type NodeReport, reportedNames, type ShareKind, shareKinds } from './node-report.ts'
import type { RequestFact } from './request-fact.ts'
import { TopNames } from './top-names.ts'

/** Names of each kind that are counted between two reports. */
const countedNames = 500

/** What was requested in a report's time. */
export type WindowCounts = Pick<
  NodeReport,
  'requests' | 'hits' | 'lookups' | 'bytesIn' | 'bytesOut' | 'errors4xx' | 'errors5xx' | 'latency' | ShareKind
>

type Sums = Record<'requests' | 'hits' | 'lookups' | 'bytesIn' | 'bytesOut' | 'errors4xx' | 'errors5xx', number>

/** Adds requests up until they are reported. Memory is bounded, whatever is asked for. */
export class TrafficWindow {
  readonly #sums: Sums = { requests: 0, hits: 0, lookups: 0, bytesIn: 0, bytesOut: 0, errors4xx: 0, errors5xx: 0 }
  readonly #latency = new Array<number>(latencyClasses).fill(0)
  readonly #names = Object.fromEntries(shareKinds.map((kind) => [kind, new TopNames(countedNames)])) as Record<ShareKind, TopNames>

  add({ status, bytesIn, bytesOut, latencyMs, hit, path, referer, device, country }: RequestFact): void {
    const sums = this.#sums
    sums.requests++
    sums.bytesIn += bytesIn
    sums.bytesOut += bytesOut
    if (hit !== undefined) sums.lookups++
    if (hit === true) sums.hits++
    if (status >= 500) sums.errors5xx++
    else if (status >= 400) sums.errors4xx++
    if (latencyMs !== undefined) {
      const index = latencyClass(latencyMs)
      this.#latency[index] = (this.#latency[index] as number) + 1
    }
    this.#names.paths.add(path, 1, bytesOut)
    this.#names.referers.add(referer, 1, bytesOut)
    this.#names.devices.add(device, 1, bytesOut)
    this.#names.statuses.add(String(status), 1, bytesOut)
    if (country !== undefined) this.#names.countries.add(country, 1, bytesOut)
  }

  /**
   * What there was, and an empty window from now on.
   * @param uncounted requests beside those that were added, which were like them
   */
  take(uncounted: number): WindowCounts {
    const { requests } = this.#sums
    const factor = requests === 0 ? 1 : (requests + uncounted) / requests
    const scaled = (count: number): number => Math.round(count * factor)
    const shares = (kind: ShareKind) =>
      this.#names[kind].top(reportedNames).map((each) => ({ ...each, requests: scaled(each.requests), bytes: scaled(each.bytes) }))
    const sums = Object.fromEntries(Object.entries(this.#sums).map(([name, sum]) => [name, scaled(sum)])) as Sums
    const counts = {
      ...sums,
      latency: this.#latency.map(scaled),
      ...(Object.fromEntries(shareKinds.map((kind) => [kind, shares(kind)])) as Record<ShareKind, NodeReport['paths']>),
    }
    for (const name of Object.keys(this.#sums) as (keyof Sums)[]) this.#sums[name] = 0
    this.#latency.fill(0)
    for (const kind of shareKinds) this.#names[kind] = new TopNames(countedNames)
    return counts
  }
}
