import { latencyClasses } from './latency.ts'

/** What is kept of each step of time: sums, and behind them the counts of times by class. */
export const seriesFields = [
  'requests',
  'hits',
  'lookups',
  'bytesIn',
  'bytesOut',
  'errors4xx',
  'errors5xx',
  'connections',
  'cpu',
  'memory',
  'fill',
  'samples',
  'seconds',
] as const
export type SeriesField = (typeof seriesFields)[number]
/** Numbers of a step. */
export const stepWidth = seriesFields.length + latencyClasses
/** Steps that are kept together. */
export const chunkSteps = 360

/** Figures of a node over some time: `chunkSteps` steps from `startMs` on. */
export interface SeriesChunk {
  readonly node: string
  readonly startMs: number
  readonly values: Float32Array
}

export interface SeriesOptions {
  readonly stepMs: number
  /** What is older is deleted, ms. */
  readonly keptMs: number
  /** Chunks of all nodes together; the oldest go. */
  readonly maxChunks: number
}

/** Figures of nodes over time, in bounded memory. */
export class TrafficSeries {
  readonly #options: SeriesOptions
  /** By node, and by the start of the chunk. */
  readonly #nodes = new Map<string, Map<number, Float32Array>>()
  readonly #changed = new Set<string>()
  #count = 0

  constructor(options: SeriesOptions) {
    this.#options = options
  }

  get stepMs(): number {
    return this.#options.stepMs
  }

  get keptMs(): number {
    return this.#options.keptMs
  }

  /** Adds to what there is of a node at a time. `values` are `stepWidth` numbers. */
  add(node: string, atMs: number, values: ArrayLike<number>): void {
    const { start, offset } = this.#placeOf(atMs)
    const chunk = this.#chunk(node, start)
    for (let index = 0; index < stepWidth; index++) chunk[offset + index] = (chunk[offset + index] as number) + (values[index] ?? 0)
    this.#changed.add(keyOf(node, start))
  }

  /** Calls back with each step of a node that has values, in the order of time: its time, its chunk and where in it. */
  each(node: string, fromMs: number, toMs: number, visit: (atMs: number, values: Float32Array, offset: number) => void): void {
    const chunks = this.#nodes.get(node)
    if (chunks === undefined) return
    const samples = seriesFields.indexOf('samples')
    for (const start of [...chunks.keys()].sort((a, b) => a - b)) {
      const values = chunks.get(start) as Float32Array
      const first = Math.max(0, Math.ceil((fromMs - start) / this.stepMs))
      const end = Math.min(chunkSteps, Math.ceil((toMs - start) / this.stepMs))
      for (let step = first; step < end; step++) {
        if ((values[step * stepWidth + samples] as number) > 0) visit(start + step * this.stepMs, values, step * stepWidth)
      }
    }
  }

  /** Nodes of which there is anything. */
  nodes(): readonly string[] {
    return [...this.#nodes.keys()]
  }

  /** Takes what was kept before. */
  restore({ node, startMs, values }: SeriesChunk): void {
    if (values.length === chunkSteps * stepWidth && startMs === this.#placeOf(startMs).start) this.#chunk(node, startMs, values)
  }

  /** What has changed since the last call. */
  takeChanged(): readonly SeriesChunk[] {
    const changed = [...this.#changed].flatMap((key) => {
      const [start = '', node = ''] = key.split(' ')
      const values = this.#nodes.get(node)?.get(Number(start))
      return values === undefined ? [] : [{ node, startMs: Number(start), values }]
    })
    this.#changed.clear()
    return changed
  }

  /** Deletes what is too old. */
  trim(nowMs: number): void {
    const chunkMs = this.stepMs * chunkSteps
    for (const [node, chunks] of this.#nodes) {
      for (const start of chunks.keys()) if (start + chunkMs < nowMs - this.keptMs) this.#remove(node, start)
    }
  }

  #placeOf(atMs: number): { readonly start: number; readonly offset: number } {
    const step = Math.floor(atMs / this.stepMs)
    const first = Math.floor(step / chunkSteps) * chunkSteps
    return { start: first * this.stepMs, offset: (step - first) * stepWidth }
  }

  #chunk(node: string, start: number, values?: Float32Array): Float32Array {
    const known = this.#nodes.get(node)?.get(start)
    if (known !== undefined) return known
    const made = values ?? new Float32Array(chunkSteps * stepWidth)
    const chunks = this.#nodes.get(node) ?? new Map<number, Float32Array>()
    this.#nodes.set(node, chunks)
    chunks.set(start, made)
    this.#count++
    while (this.#count > this.#options.maxChunks) this.#removeOldest(node, start)
    return made
  }

  #removeOldest(exceptNode: string, exceptStart: number): void {
    let oldest: { node: string; start: number } | undefined
    for (const [node, chunks] of this.#nodes) {
      for (const start of chunks.keys()) {
        const isNew = node === exceptNode && start === exceptStart
        if (!isNew && (oldest === undefined || start < oldest.start)) oldest = { node, start }
      }
    }
    if (oldest === undefined) return
    this.#remove(oldest.node, oldest.start)
  }

  #remove(node: string, start: number): void {
    const chunks = this.#nodes.get(node)
    if (chunks?.delete(start) !== true) return
    this.#count--
    this.#changed.delete(keyOf(node, start))
    if (chunks.size === 0) this.#nodes.delete(node)
  }
}

const keyOf = (node: string, start: number): string => `${start} ${node}`
