import { useEffect, useRef } from 'react'
import { followMeters } from '../levels/meter-feed.ts'
import { curveOf } from './curves.ts'
import { t } from './messages.ts'

interface TransferCurveProps {
  readonly kind: string
  readonly settings: Readonly<Record<string, unknown>>
  /** Whose level comes in: `source:ID` or `track:N`. */
  readonly of: string
}

const floorDb = -72
const size = 140
const at = (db: number): number => ((Math.max(floorDb, Math.min(0, db)) - floorDb) / -floorDb) * size
const lines = [-60, -48, -36, -24, -12]

/** How a filter changes levels, with the level that comes in as a point that moves on it, drawn beside React. */
export function TransferCurve({ kind, settings, of }: TransferCurveProps) {
  const point = useRef<SVGCircleElement>(null)
  const figures = useRef<HTMLSpanElement>(null)
  const curve = useRef<(inDb: number) => number>(undefined)
  curve.current = curveOf(kind, settings)
  const key = typeof settings.key === 'string' && settings.key !== '' ? settings.key : undefined
  useEffect(() => {
    let shownDb = floorDb
    let drawnAtMs = 0
    return followMeters((levels, nowMs) => {
      const reading = levels.get(key === undefined ? of : `source:${key}`)
      const inDb = reading === undefined ? floorDb : key === undefined ? reading.inputDb : Math.max(...reading.peakDb)
      // Rises at once, falls as a needle does.
      shownDb = Math.max(inDb, shownDb - (24 * Math.min(250, nowMs - drawnAtMs)) / 1000, floorDb)
      drawnAtMs = nowMs
      const outDb = curve.current?.(shownDb) ?? shownDb
      point.current?.setAttribute('cx', String(at(shownDb)))
      point.current?.setAttribute('cy', String(size - at(outDb)))
      if (figures.current !== null) {
        const text = (db: number): string => (db <= floorDb ? t.silent : db.toFixed(0))
        figures.current.textContent = `${t.curveIn} ${text(shownDb)} dB → ${t.curveOut} ${text(outDb)} dB`
        figures.current.dataset.in = shownDb.toFixed(1)
        figures.current.dataset.out = Math.max(floorDb, outDb).toFixed(1)
      }
    })
  }, [of, key])
  if (curve.current === undefined) return null
  const points = Array.from({ length: 73 }, (_, index) => floorDb + index)
    .map((db) => `${at(db)},${size - at(curve.current?.(db) ?? db)}`)
    .join(' ')
  return (
    <div className="transfer-curve">
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t.curve}>
        {lines.map((db) => (
          <g key={db}>
            <line x1={at(db)} x2={at(db)} y1={0} y2={size} />
            <line y1={at(db)} y2={at(db)} x1={0} x2={size} />
          </g>
        ))}
        <line className="even" x1={0} y1={size} x2={size} y2={0} />
        <polyline points={points} />
        <circle ref={point} r={4} cx={0} cy={size} />
      </svg>
      <span ref={figures} className="quiet small" aria-hidden="true" data-testid="curve-figures" />
    </div>
  )
}
