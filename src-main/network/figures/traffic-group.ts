import { latencyClasses, percentileMs } from './latency.ts'
import type { Traffic } from './traffic-schemas.ts'
import { type SeriesField, seriesFields, stepWidth } from './traffic-series.ts'

const at = Object.fromEntries(seriesFields.map((name, index) => [name, index])) as Record<SeriesField, number>

/** Sums of what is kept in a step. */
export class TrafficSums {
  readonly values = new Float64Array(stepWidth)

  add(from: ArrayLike<number>, offset = 0): void {
    for (let index = 0; index < stepWidth; index++) this.values[index] = (this.values[index] as number) + (from[offset + index] ?? 0)
  }

  of(field: SeriesField): number {
    return this.values[at[field]] as number
  }

  percentile(share: number): number | null {
    return percentileMs(this.values.subarray(seriesFields.length, seriesFields.length + latencyClasses), share)
  }

  get hitRatio(): number | null {
    return ratio(this.of('hits'), this.of('lookups'))
  }

  get errorRatio(): number | null {
    return ratio(this.of('errors4xx') + this.of('errors5xx'), this.of('requests'))
  }
}

const ratio = (part: number, whole: number): number | null => (whole > 0 ? round(part / whole) : null)
const round = (value: number): number => Math.round(value * 10_000) / 10_000

type Series = Traffic['series'][number]
type SeriesFigure = Exclude<keyof Series, 'id' | 'name'>

/** A line of charts: one node, or several together. */
export class TrafficGroup {
  readonly #sums: TrafficSums[]
  /** Sums over nodes of what each does in a second, or has at a moment. */
  readonly #rates: Float64Array[]
  readonly #nodes: Float64Array

  constructor(points: number) {
    this.#sums = Array.from({ length: points }, () => new TrafficSums())
    this.#rates = summed.map(() => new Float64Array(points))
    this.#nodes = new Float64Array(points)
  }

  /** Adds what one node did in each point; undefined where it said nothing. */
  add(node: readonly (TrafficSums | undefined)[]): void {
    for (const [point, sums] of node.entries()) {
      if (sums === undefined) continue
      this.#sums[point]?.add(sums.values)
      this.#nodes[point] = (this.#nodes[point] as number) + 1
      for (const [index, [field, by]] of summed.entries()) {
        const rates = this.#rates[index] as Float64Array
        rates[point] = (rates[point] as number) + sums.of(field) / Math.max(0.001, sums.of(by))
      }
    }
  }

  series(id: string, name: string): Series {
    const each = (read: (point: number, sums: TrafficSums, nodes: number) => number | null): (number | null)[] =>
      this.#sums.map((sums, point) => ((this.#nodes[point] as number) > 0 ? read(point, sums, this.#nodes[point] as number) : null))
    const rate = (field: SeriesField, factor = 1) => {
      const rates = this.#rates[summed.findIndex(([name]) => name === field)] as Float64Array
      return each((point) => round((rates[point] as number) * factor))
    }
    const mean = (field: SeriesField) => {
      const rates = this.#rates[summed.findIndex(([name]) => name === field)] as Float64Array
      return each((point, _sums, nodes) => round((rates[point] as number) / nodes))
    }
    const figures: Record<SeriesFigure, (number | null)[]> = {
      requestsPerS: rate('requests'),
      bitrateOutBps: rate('bytesOut', 8),
      bitrateInBps: rate('bytesIn', 8),
      hitRatio: each((_, sums) => sums.hitRatio),
      errorRatio: each((_, sums) => sums.errorRatio),
      p50Ms: each((_, sums) => sums.percentile(0.5)),
      p95Ms: each((_, sums) => sums.percentile(0.95)),
      p99Ms: each((_, sums) => sums.percentile(0.99)),
      connections: rate('connections'),
      cpu: mean('cpu'),
      memory: mean('memory'),
      fill: mean('fill'),
    }
    return { id, name, ...figures }
  }
}

/** What is summed over nodes, and what each is divided by before. */
const summed: readonly (readonly [SeriesField, SeriesField])[] = [
  ['requests', 'seconds'],
  ['bytesOut', 'seconds'],
  ['bytesIn', 'seconds'],
  ['connections', 'samples'],
  ['cpu', 'samples'],
  ['memory', 'samples'],
  ['fill', 'samples'],
]
