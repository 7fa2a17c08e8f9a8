import { type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react'
import type { CanvasPart } from '../types.ts'
import { type CanvasZoom, shareOfCanvas } from './canvas-zoom.ts'
import type { Point } from './geometry.ts'
import type { Axis } from './guides.ts'
import { t } from './messages.ts'
import { rulerTicks } from './ruler-ticks.ts'
import type { GuideEditor } from './use-guides.ts'

interface RulersProps {
  readonly canvas: CanvasPart
  readonly zoom: CanvasZoom
  readonly guides: GuideEditor
  /** What the rulers are beside. */
  readonly frame: RefObject<HTMLElement | null>
}

/** Pixels of the screen. */
const thickness = 18
/** What a number needs behind its mark. */
const labelPx = 28

/** Rulers above and to the left of a canvas, in its pixels; a guide is dragged out of each. */
export function Rulers({ canvas, zoom, guides, frame }: RulersProps) {
  const [size, setSize] = useState({ width: 0, height: 0 })
  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }))
    observer.observe(element)
    return () => observer.disconnect()
  }, [frame])
  const pointOf = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = (frame.current as HTMLElement).getBoundingClientRect()
    const share = shareOfCanvas(zoom, { x: (clientX - left) / width, y: (clientY - top) / height })
    return { x: share.x * canvas.width, y: share.y * canvas.height }
  }
  /** The ruler above measures x, and horizontal guides come out of it. */
  const ruler = (measures: Axis) => (
    <Ruler
      measures={measures}
      from={-(measures === 'x' ? zoom.x * canvas.width : zoom.y * canvas.height) / zoom.scale}
      perPixel={((measures === 'x' ? size.width : size.height) * zoom.scale) / (measures === 'x' ? canvas.width : canvas.height)}
      lengthPx={measures === 'x' ? size.width : size.height}
      pointOf={pointOf}
      guides={guides}
    />
  )
  return (
    <>
      {ruler('x')}
      {ruler('y')}
      <span className="canvas-ruler-corner" aria-hidden="true" />
    </>
  )
}

interface RulerProps {
  readonly measures: Axis
  /** Pixel of the canvas at the start of the ruler. */
  readonly from: number
  /** Pixels of the screen for one of the canvas. */
  readonly perPixel: number
  readonly lengthPx: number
  readonly pointOf: (event: PointerEvent) => Point
  readonly guides: GuideEditor
}

function Ruler({ measures, from, perPixel, lengthPx, pointOf, guides }: RulerProps) {
  /** The pointer that drags a guide out. */
  const pointer = useRef<number | undefined>(undefined)
  const across = measures === 'x'
  const release = (event: PointerEvent, keeps: boolean): void => {
    if (pointer.current !== event.pointerId) return
    pointer.current = undefined
    if (keeps) guides.end()
    else guides.cancel()
  }
  return (
    <svg
      className={`canvas-ruler ${measures}`}
      width={across ? lengthPx : thickness}
      height={across ? thickness : lengthPx}
      role="img"
      aria-label={across ? t.rulerAbove : t.rulerLeft}
      data-testid={`ruler-${measures}`}
      onPointerDown={(event) => {
        if (event.button !== 0 || pointer.current !== undefined) return
        event.preventDefault()
        pointer.current = event.pointerId
        event.currentTarget.setPointerCapture(event.pointerId)
        guides.start(across ? 'y' : 'x', null, pointOf(event))
      }}
      onPointerMove={(event) => {
        if (pointer.current === event.pointerId) guides.move(pointOf(event))
      }}
      onPointerUp={(event) => release(event, true)}
      onLostPointerCapture={(event) => release(event, true)}
      onPointerCancel={(event) => release(event, false)}
    >
      <title>{across ? t.rulerAbove : t.rulerLeft}</title>
      {rulerTicks(from, from + lengthPx / (perPixel || 1), perPixel).map(({ at, label }) => {
        // Half a pixel: lines are sharp.
        const place = Math.round((at - from) * perPixel) + 0.5
        const long = label ? thickness : 5
        return (
          <g key={at}>
            {across ? (
              <line x1={place} x2={place} y1={thickness - long} y2={thickness} />
            ) : (
              <line y1={place} y2={place} x1={thickness - long} x2={thickness} />
            )}
            {label &&
              place < lengthPx - labelPx &&
              (across ? (
                <text x={place + 3} y={9}>
                  {at}
                </text>
              ) : (
                <text transform={`translate(9 ${place + 3}) rotate(-90)`} textAnchor="end">
                  {at}
                </text>
              ))}
          </g>
        )
      })}
    </svg>
  )
}
