import type { ChartPoint } from './chart-scale.ts'

export interface ChartSeries {
  /** Empty: the only one. */
  readonly label: string
  /** CSS colour. */
  readonly color: string
  readonly points: readonly ChartPoint[]
}

/** Something that happened, drawn as a line through all charts. */
export interface ChartMark {
  readonly timeMs: number
  readonly text: string
  readonly color: string
}

export interface ChartData {
  /** Right edge. */
  readonly nowMs: number
  readonly series: readonly ChartSeries[]
  readonly marks?: readonly ChartMark[]
}

/** Where a chart has its values from. Not state of React: a chart is drawn again by itself whenever there are new ones. */
export interface ChartSource {
  read(): ChartData
  /** Calls back when there are new values. Returns the way to stop. */
  subscribe(listener: () => void): () => void
}

/** The moment that is looked at, in all charts that share it. */
export class ChartCursor {
  readonly #listeners = new Set<() => void>()
  #timeMs: number | null = null

  get timeMs(): number | null {
    return this.#timeMs
  }

  set(timeMs: number | null): void {
    if (this.#timeMs === timeMs) return
    this.#timeMs = timeMs
    for (const listener of this.#listeners) listener()
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
