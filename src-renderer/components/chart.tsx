import { useEffect, useId, useRef, useState } from 'react'
import { components as t } from '../messages/page.ts'
import { type ChartPoint, linePath, nearestIndex, niceCeiling } from './chart-scale.ts'
import './chart.css'

export interface ChartSeries {
  readonly label: string
  readonly points: readonly ChartPoint[]
  /** CSS colour. */
  readonly color: string
}

interface ChartProps {
  readonly title: string
  readonly series: readonly ChartSeries[]
  readonly nowMs: number
  readonly spanMs: number
  readonly format: (value: number) => string
  /** Shorter form for the axis; `format` where absent. */
  readonly axis?: (value: number) => string
  /** The scale's top is at least this. */
  readonly min: number
  /** Values go below zero: the scale is even on both sides. */
  readonly signed?: boolean
  /** Shared between charts, so that one crosshair shows the same moment in all. */
  readonly hoverMs: number | null
  readonly onHover: (timeMs: number | null) => void
}

const height = 132
const left = 62
const right = 8
const top = 8
const bottom = 20

/** 0 to `count`. */
function minuteMarks(count: number): readonly number[] {
  return Array.from({ length: count + 1 }, (_, minute) => minute)
}

/** A line chart of the last minutes with axis labels and a crosshair. */
export function Chart({ title, series, nowMs, spanMs, format, axis = format, min, signed = false, hoverMs, onHover }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(480)
  const titleId = useId()
  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(() => setWidth(Math.max(200, element.clientWidth)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  let extreme = 0
  for (const { points } of series) for (const { value } of points) if (value !== null) extreme = Math.max(extreme, Math.abs(value))
  const high = niceCeiling(extreme, min)
  const low = signed ? -high : 0
  const from = nowMs - spanMs
  const x = (timeMs: number) => left + ((timeMs - from) / spanMs) * (width - left - right)
  const y = (value: number) => top + ((high - value) / (high - low)) * (height - top - bottom)
  const ticks = signed ? [high, 0, low] : [high, high / 2, 0]
  const minutes = Math.round(spanMs / 60_000)
  const shown = hoverMs !== null && hoverMs >= from ? hoverMs : null

  return (
    <figure className="chart card" aria-labelledby={titleId}>
      <figcaption>
        <span id={titleId}>{title}</span>
        <span className="chart-legend">
          {series.map((each) => {
            const index = shown === null ? each.points.length - 1 : nearestIndex(each.points, shown)
            const value = each.points[index]?.value ?? null
            return (
              <span key={each.label}>
                {each.label && <i style={{ background: each.color }} />}
                {each.label && <span className="quiet">{each.label}</span>}
                <b>{value === null ? '–' : format(value)}</b>
              </span>
            )
          })}
        </span>
      </figcaption>
      <div ref={box}>
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={t.lastMinutes(title, minutes)}
          onPointerMove={(event) => {
            const at = event.clientX - event.currentTarget.getBoundingClientRect().left
            onHover(from + ((Math.max(left, Math.min(width - right, at)) - left) / (width - left - right)) * spanMs)
          }}
          onPointerLeave={() => onHover(null)}
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line className="grid" x1={left} x2={width - right} y1={y(tick)} y2={y(tick)} />
              <text x={left - 8} y={y(tick) + 4} textAnchor="end">
                {axis(tick)}
              </text>
            </g>
          ))}
          {minuteMarks(minutes).map((minute) => (
            <text
              key={minute}
              x={x(nowMs - minute * 60_000)}
              y={height - 4}
              textAnchor={minute === 0 ? 'end' : minute === minutes ? 'start' : 'middle'}
            >
              {minute === 0 ? t.now : t.minutesBefore(minute)}
            </text>
          ))}
          {series.map((each) => (
            <path key={each.label} d={linePath(each.points, x, y, 3500)} stroke={each.color} />
          ))}
          {shown !== null && <line className="cross" x1={x(shown)} x2={x(shown)} y1={top} y2={height - bottom} />}
          {shown !== null &&
            series.map((each) => {
              const point = each.points[nearestIndex(each.points, shown)]
              if (!point || point.value === null || Math.abs(point.timeMs - shown) > 3500) return null
              return <circle key={each.label} cx={x(point.timeMs)} cy={y(point.value)} r={3.5} fill={each.color} />
            })}
        </svg>
      </div>
    </figure>
  )
}

/** The bit rate of the last minutes at a glance; same size whether or not there is anything to draw. */
export function Sparkline({
  points,
  nowMs,
  spanMs,
  label,
}: {
  readonly points: readonly ChartPoint[]
  readonly nowMs: number
  readonly spanMs: number
  readonly label: string
}) {
  let high = 1
  for (const { value } of points) if (value !== null) high = Math.max(high, value)
  const x = (timeMs: number) => ((timeMs - nowMs + spanMs) / spanMs) * 160
  const y = (value: number) => 34 - (value / (high * 1.1)) * 32
  return (
    <svg className="sparkline" viewBox="0 0 160 36" preserveAspectRatio="none" role="img" aria-label={label}>
      <line className="grid" x1="0" x2="160" y1="35" y2="35" />
      <path d={linePath(points, x, y, 3500)} stroke="var(--accent)" vectorEffect="non-scaling-stroke" />
    </svg>
  )
}
