import { useEffect, useId, useRef } from 'react'
import { locale } from '../messages/language.ts'
import { components as t } from '../messages/page.ts'
import { type ChartPoint, linePath } from './chart-scale.ts'
import type { ChartCursor, ChartSource } from './chart-source.ts'
import { ChartView } from './chart-view.ts'
import './chart.css'

interface ChartProps {
  readonly title: string
  /** The same object for as long as it is the same chart. */
  readonly source: ChartSource
  /** Shared between charts, so that one crosshair shows the same moment in all. */
  readonly cursor: ChartCursor
  readonly spanMs: number
  /** A line stops where values are further apart, ms. */
  readonly gapMs: number
  /** Marks at the bottom, minutes before now; the first is 0. */
  readonly minutes: readonly number[]
  readonly format: (value: number) => string
  /** Shorter form for the axis; `format` where absent. */
  readonly axis?: (value: number) => string
  /** The scale's top is at least this. */
  readonly min: number
  readonly max?: number
  /** Values go below zero: the scale is even on both sides. */
  readonly signed?: boolean
}

const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
/** Values that the keys move by; with Shift ten times as many. */
const keys: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -60, PageDown: 60, Home: -1e6, End: 1e6 }

function beforeText(minutes: number): string {
  if (minutes === 0) return t.now
  if (minutes <= 120) return t.minutesBefore(minutes)
  return minutes <= 2880 ? t.hoursBefore(minutes / 60) : t.daysBefore(minutes / 1440)
}

/** A line chart of the last minutes with axis labels and a crosshair, by pointer or arrow keys. It is drawn beside React. */
export function Chart(props: ChartProps) {
  const { title, source, cursor, spanMs, minutes } = props
  const svg = useRef<SVGSVGElement>(null)
  const legend = useRef<HTMLSpanElement>(null)
  const spoken = useRef<HTMLSpanElement>(null)
  const view = useRef<ChartView>(null)
  const titleId = useId()
  // biome-ignore lint/correctness/useExhaustiveDependencies: how values are written does not change while a chart is drawn
  useEffect(() => {
    if (svg.current === null || legend.current === null || spoken.current === null) return
    const { gapMs, min, max, signed = false, format, axis = format } = props
    const drawn = new ChartView(svg.current, legend.current, spoken.current, {
      ...{ source, cursor, spanMs, gapMs, min, signed, format, axis, minutes },
      ...(max === undefined ? {} : { max }),
      minuteText: beforeText,
      clockText: (timeMs) => clock.format(timeMs),
    })
    view.current = drawn
    return () => drawn.close()
  }, [source, cursor, spanMs, minutes])
  return (
    <figure className="chart card" aria-labelledby={titleId}>
      <figcaption>
        <span id={titleId}>{title}</span>
        <span className="chart-legend" ref={legend} />
      </figcaption>
      <div>
        <svg
          ref={svg}
          role="img"
          aria-label={
            spanMs > 7_200_000 ? t.lastHours(title, Math.round(spanMs / 3_600_000)) : t.lastMinutes(title, Math.round(spanMs / 60_000))
          }
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read its values
          tabIndex={0}
          onPointerMove={(event) => view.current?.pointAt(event.clientX - event.currentTarget.getBoundingClientRect().left)}
          onPointerLeave={() => view.current?.pointAt(undefined)}
          onBlur={() => view.current?.pointAt(undefined)}
          onKeyDown={(event) => {
            const by = keys[event.key]
            if (by === undefined) return
            event.preventDefault()
            view.current?.step(event.shiftKey ? by * 10 : by)
          }}
        />
      </div>
      <span className="sr-only" ref={spoken} aria-live="polite" />
    </figure>
  )
}

/** The bit rate of the last minutes at a glance; same size whether or not there is anything to draw. */
export function Sparkline({
  points,
  nowMs,
  spanMs,
  label,
  gapMs = 3500,
}: {
  readonly points: readonly ChartPoint[]
  readonly nowMs: number
  readonly spanMs: number
  readonly label: string
  /** The line stops where points are further apart. */
  readonly gapMs?: number
}) {
  let high = 1
  for (const { value } of points) if (value !== null) high = Math.max(high, value)
  const x = (timeMs: number) => ((timeMs - nowMs + spanMs) / spanMs) * 160
  const y = (value: number) => 34 - (value / (high * 1.1)) * 32
  return (
    <svg className="sparkline" viewBox="0 0 160 36" preserveAspectRatio="none" role="img" aria-label={label}>
      <line className="grid" x1="0" x2="160" y1="35" y2="35" />
      <path d={linePath(points, x, y, gapMs)} stroke="var(--accent)" vectorEffect="non-scaling-stroke" />
    </svg>
  )
}
