import type { Answer } from '../../src-main/api/typed-api.ts'
import { call, reportProblem } from '../client/api.ts'
import { followEvents } from '../client/event-followers.ts'
import type { EventMessage } from '../client/types.ts'
import type { ChartMark, ChartSeries, ChartSource } from '../components/chart-source.ts'
import { t } from './messages.ts'

type Figures = Answer<'GET', '/health/figures'>
export type OwnProcess = Figures['processes'][number]
export type Mark = Figures['marks'][number]

/** What of the figures React shows: it changes seldom, or every few seconds. */
export interface FiguresShown {
  readonly loaded: boolean
  /** Names of all figures that there are. */
  readonly figures: readonly string[]
  readonly names: Readonly<Record<string, string>>
  readonly memoryBytes: number
  readonly marks: readonly Mark[]
  readonly processes: readonly OwnProcess[]
}

export const spanMs = 60 * 60_000

const markColors: Readonly<Record<Mark['kind'], string>> = {
  'scene': 'var(--accent)',
  'output-failed': 'var(--live)',
  'output-recovered': 'var(--good)',
  'overload': 'var(--warn)',
  'process': 'var(--live)',
  'clock': 'var(--warn)',
}

/** A mark in words. */
export function markText({ kind, name }: Mark): string {
  const text = t.marks[kind]
  return typeof text === 'function' ? text(name) : text
}

/** The figures of the last hour: read once, then kept up to date by events, beside React. */
export class FiguresFeed {
  #times: number[] = []
  #values: Record<string, (number | null)[]> = {}
  #shown: FiguresShown = { loaded: false, figures: [], names: {}, memoryBytes: 0, marks: [], processes: [] }
  readonly #listeners = new Set<() => void>()
  readonly #leave: () => void
  #waiting: EventMessage[] | undefined

  constructor() {
    this.#leave = followEvents({ onFresh: () => void this.#read(), onEvent: (event) => this.#take(event) })
  }

  /** The same object until something of it changed. */
  readonly shown = (): FiguresShown => this.#shown

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Lines of a chart: figures with their labels and colours. `lines` is asked each time: there may be others. */
  source(lines: () => readonly { readonly figure: string; readonly label: string; readonly color: string }[]): ChartSource {
    return {
      read: () => ({
        nowMs: this.#times.at(-1) ?? Date.now(),
        marks: this.#marks(),
        series: lines().map(({ figure, label, color }): ChartSeries => {
          const values = this.#values[figure]
          return { label, color, points: this.#times.map((timeMs, index) => ({ timeMs, value: values?.[index] ?? null })) }
        }),
      }),
      subscribe: this.subscribe,
    }
  }

  /** Values of some figures at a time for each minute, for tables: the newest first. */
  rows(figures: readonly string[]): readonly { readonly timeMs: number; readonly values: readonly (number | null)[] }[] {
    const rows: { timeMs: number; values: (number | null)[] }[] = []
    let before = Number.POSITIVE_INFINITY
    for (let index = this.#times.length - 1; index >= 0; index--) {
      const timeMs = this.#times[index] as number
      if (before - timeMs < 60_000) continue
      before = timeMs
      rows.push({ timeMs, values: figures.map((figure) => this.#values[figure]?.[index] ?? null) })
    }
    return rows
  }

  close(): void {
    this.#leave()
    this.#listeners.clear()
  }

  #marks(): ChartMark[] {
    return this.#shown.marks.map((mark) => ({ timeMs: mark.timeMs, text: markText(mark), color: markColors[mark.kind] }))
  }

  async #read(): Promise<void> {
    this.#waiting = []
    try {
      const { times, values, names, memoryBytes, marks, processes } = await call('GET', '/health/figures')
      this.#times = [...times]
      this.#values = Object.fromEntries(Object.entries(values).map(([figure, each]) => [figure, [...each]]))
      this.#show({ loaded: true, figures: Object.keys(values), names, memoryBytes, marks, processes })
      const waiting = this.#waiting ?? []
      this.#waiting = undefined
      for (const event of waiting) this.#take(event)
    } catch (error) {
      this.#waiting = undefined
      reportProblem(error)
    }
  }

  #take(event: EventMessage): void {
    if (event.topic !== 'health.sample' && event.topic !== 'health.mark') return
    if (this.#waiting !== undefined) {
      this.#waiting.push(event)
      return
    }
    if (event.topic === 'health.mark') {
      const mark = event.data as Mark
      this.#show({ marks: [...this.#shown.marks.filter((each) => each.timeMs !== mark.timeMs || each.kind !== mark.kind), mark] })
      return
    }
    const { timeMs, values, names, processes } = event.data as {
      readonly timeMs: number
      readonly values: Readonly<Record<string, number>>
      readonly names: Readonly<Record<string, string>>
      readonly processes: readonly OwnProcess[]
    }
    if (timeMs <= (this.#times.at(-1) ?? 0)) return
    const count = this.#times.length
    this.#times.push(timeMs)
    for (const figure of new Set([...Object.keys(this.#values), ...Object.keys(values)])) {
      const column = this.#values[figure] ?? Array.from({ length: count }, () => null)
      column.push(values[figure] ?? null)
      this.#values[figure] = column
    }
    while ((this.#times[0] as number) < timeMs - spanMs) {
      this.#times.shift()
      for (const column of Object.values(this.#values)) column.shift()
    }
    const figures = Object.keys(this.#values)
    this.#show({ processes, names, ...(figures.length === this.#shown.figures.length ? {} : { figures }) })
  }

  #show(more: Partial<FiguresShown>): void {
    this.#shown = { ...this.#shown, ...more }
    for (const listener of this.#listeners) listener()
  }
}
