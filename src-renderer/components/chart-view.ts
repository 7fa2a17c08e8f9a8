import { type ChartPoint, linePath, nearestIndex, niceCeiling, thinned } from './chart-scale.ts'
import type { ChartCursor, ChartData, ChartSource } from './chart-source.ts'

export interface ChartViewOptions {
  readonly source: ChartSource
  readonly cursor: ChartCursor
  readonly spanMs: number
  /** A line stops where values are further apart, ms. */
  readonly gapMs: number
  /** The scale's top is at least this. */
  readonly min: number
  /** The scale's top is never more than this. */
  readonly max?: number
  /** Values go below zero: the scale is even on both sides. */
  readonly signed: boolean
  readonly format: (value: number) => string
  readonly axis: (value: number) => string
  /** Marks at the bottom: minutes before now. */
  readonly minutes: readonly number[]
  readonly minuteText: (minute: number) => string
  readonly clockText: (timeMs: number) => string
}

const height = 132
const left = 62
const right = 8
const top = 8
const bottom = 20
const svgNamespace = 'http://www.w3.org/2000/svg'

const svg = (name: string, attributes: Readonly<Record<string, string | number>> = {}): SVGElement => {
  const element = document.createElementNS(svgNamespace, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  return element
}

/**
 * A chart that draws itself into elements that it is given, beside React. It is SVG, so that its colours follow the theme and it is sharp
 * at every zoom; no more points are drawn than there are pixels.
 */
export class ChartView {
  readonly #root: SVGSVGElement
  readonly #legend: HTMLElement
  readonly #spoken: HTMLElement
  readonly #options: ChartViewOptions
  readonly #lines = svg('g')
  readonly #grid = svg('g')
  readonly #marks = svg('g')
  readonly #pointer = svg('g')
  readonly #observer: ResizeObserver
  readonly #leave: (() => void)[]
  #width = 480
  #data: ChartData = { nowMs: 0, series: [] }
  #high = 1
  #low = 0
  #frame = 0
  #dirty = true

  constructor(root: SVGSVGElement, legend: HTMLElement, spoken: HTMLElement, options: ChartViewOptions) {
    this.#root = root
    this.#legend = legend
    this.#spoken = spoken
    this.#options = options
    root.append(this.#grid, this.#marks, this.#lines, this.#pointer)
    root.setAttribute('height', String(height))
    this.#observer = new ResizeObserver(() => {
      this.#width = Math.max(200, root.parentElement?.clientWidth ?? 480)
      this.#later(true)
    })
    if (root.parentElement !== null) this.#observer.observe(root.parentElement)
    this.#leave = [options.source.subscribe(() => this.#later(true)), options.cursor.subscribe(() => this.#later(false))]
    this.#later(true)
  }

  /** Where the pointer is, px from the left edge; undefined: away. */
  pointAt(x: number | undefined): void {
    const { cursor, spanMs } = this.#options
    if (x === undefined) cursor.set(null)
    else {
      const at = Math.max(left, Math.min(this.#width - right, x))
      cursor.set(this.#from + ((at - left) / (this.#width - left - right)) * spanMs)
    }
  }

  /** Moves the cursor by values, and speaks them. */
  step(by: number): void {
    const points = this.#data.series[0]?.points ?? []
    if (points.length === 0) return
    const { cursor } = this.#options
    const at = cursor.timeMs === null ? points.length - 1 : nearestIndex(points, cursor.timeMs) + by
    const point = points[Math.max(0, Math.min(points.length - 1, at))] as ChartPoint
    cursor.set(point.timeMs)
    this.#spoken.textContent = this.#describe(point.timeMs)
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    this.#observer.disconnect()
    for (const leave of this.#leave) leave()
    this.#root.replaceChildren()
    this.#legend.replaceChildren()
  }

  get #from(): number {
    return this.#data.nowMs - this.#options.spanMs
  }

  readonly #x = (timeMs: number): number => left + ((timeMs - this.#from) / this.#options.spanMs) * (this.#width - left - right)
  readonly #y = (value: number): number => top + ((this.#high - value) / (this.#high - this.#low)) * (height - top - bottom)

  #later(dirty: boolean): void {
    this.#dirty ||= dirty
    if (this.#frame !== 0) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      if (this.#dirty) this.#draw()
      this.#dirty = false
      this.#drawPointer()
    })
  }

  #draw(): void {
    const { source, min, max, signed, gapMs, minutes, minuteText, axis } = this.#options
    this.#data = source.read()
    let extreme = 0
    for (const { points } of this.#data.series) {
      for (const { value } of points) if (value !== null) extreme = Math.max(extreme, Math.abs(value))
    }
    this.#high = Math.min(max ?? Number.POSITIVE_INFINITY, niceCeiling(extreme, min))
    this.#low = signed ? -this.#high : 0
    this.#root.setAttribute('width', String(this.#width))
    const ticks = signed ? [this.#high, 0, this.#low] : [this.#high, this.#high / 2, 0]
    this.#grid.replaceChildren(
      ...ticks.flatMap((tick) => {
        const label = svg('text', { 'x': left - 8, 'y': this.#y(tick) + 4, 'text-anchor': 'end' })
        label.textContent = axis(tick)
        return [svg('line', { class: 'grid', x1: left, x2: this.#width - right, y1: this.#y(tick), y2: this.#y(tick) }), label]
      }),
      ...minutes.map((minute) => {
        const anchor = minute === 0 ? 'end' : minute === minutes.at(-1) ? 'start' : 'middle'
        const label = svg('text', { 'x': this.#x(this.#data.nowMs - minute * 60_000), 'y': height - 4, 'text-anchor': anchor })
        label.textContent = minuteText(minute)
        return label
      }),
    )
    this.#marks.replaceChildren(
      ...(this.#data.marks ?? [])
        .filter(({ timeMs }) => timeMs >= this.#from)
        .map(({ timeMs, text, color }) => {
          const line = svg('line', { class: 'mark', x1: this.#x(timeMs), x2: this.#x(timeMs), y1: top, y2: height - bottom, stroke: color })
          const title = svg('title')
          title.textContent = text
          line.append(title)
          return line
        }),
    )
    const columns = this.#width - left - right
    this.#lines.replaceChildren(
      ...this.#data.series.map(({ points, color }) =>
        svg('path', { d: linePath(thinned(points, columns), this.#x, this.#y, gapMs), stroke: color }),
      ),
    )
    const entries = this.#data.series.map(({ label, color }) => {
      const entry = document.createElement('span')
      if (label !== '') {
        const dot = document.createElement('i')
        dot.style.background = color
        const name = document.createElement('span')
        name.className = 'quiet'
        name.textContent = label
        entry.append(dot, name)
      }
      entry.append(document.createElement('b'))
      return entry
    })
    this.#legend.replaceChildren(...entries)
  }

  #drawPointer(): void {
    const { cursor, format, gapMs } = this.#options
    const shown = cursor.timeMs !== null && cursor.timeMs >= this.#from ? cursor.timeMs : null
    const drawn: SVGElement[] = []
    if (shown !== null) drawn.push(svg('line', { class: 'cross', x1: this.#x(shown), x2: this.#x(shown), y1: top, y2: height - bottom }))
    for (const [index, { points, color }] of this.#data.series.entries()) {
      const point = points[shown === null ? points.length - 1 : nearestIndex(points, shown)]
      const value = this.#legend.children[index]?.querySelector('b')
      if (value) value.textContent = point === undefined || point.value === null ? '–' : format(point.value)
      if (shown === null || point === undefined || point.value === null || Math.abs(point.timeMs - shown) > gapMs) continue
      drawn.push(svg('circle', { cx: this.#x(point.timeMs), cy: this.#y(point.value), r: 3.5, fill: color }))
    }
    this.#pointer.replaceChildren(...drawn)
  }

  #describe(timeMs: number): string {
    const values = this.#data.series.map(({ label, points }) => {
      const value = points[nearestIndex(points, timeMs)]?.value ?? null
      return `${label} ${value === null ? '–' : this.#options.format(value)}`.trim()
    })
    return `${this.#options.clockText(timeMs)}: ${values.join(', ')}`
  }
}
