import { type PointerEvent, useEffect, useRef, useState } from 'react'
import { useShow } from '../show-store.ts'
import type { CanvasPart, Collection, Scene } from '../types.ts'
import { colorBehind, type Picking, stopPicking, takeColor } from './eyedropper.ts'
import { apply, compose, contentTransform, invert, type Point } from './geometry.ts'
import { t } from './messages.ts'
import { isOn, type StageItem, sizesOf, stageItems } from './stage-items.ts'

interface PickerLayerProps {
  readonly canvas: CanvasPart
  readonly scene: Scene
  readonly document: Collection
  readonly picking: Picking
}

/** Takes the next click on the canvas as a colour of a source, wherever that is shown. */
export function PickerLayer({ canvas, scene, document: show, picking }: PickerLayerProps) {
  const svg = useRef<SVGSVGElement>(null)
  const [at, setAt] = useState<{ readonly point: Point; readonly color: string } | null>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      event.stopPropagation()
      stopPicking()
    }
    document.addEventListener('keydown', onKey, true)
    return () => document.removeEventListener('keydown', onKey, true)
  }, [])
  const look = (event: PointerEvent): { readonly point: Point; readonly color: string } | null => {
    const { left, top, width } = (svg.current as SVGSVGElement).getBoundingClientRect()
    const scale = canvas.width / width
    const point = { x: (event.clientX - left) * scale, y: (event.clientY - top) * scale }
    const items = stageItems(scene, show, sizesOf(show, useShow.getState().sourceReports), new Map())
    for (const each of items) {
      if (!('source' in each.item) || each.item.source !== picking.source || !isOn(each, point)) continue
      const pixel = pixelAt(each, point)
      const color = pixel && colorBehind(picking, pixel)
      if (color !== undefined) return { point, color }
    }
    return null
  }
  return (
    <svg
      ref={svg}
      className="stage picker-layer"
      viewBox={`0 0 ${canvas.width} ${canvas.height}`}
      role="img"
      aria-label={t.picking}
      data-testid="picker"
      onPointerMove={(event) => setAt(look(event))}
      onPointerLeave={() => setAt(null)}
      onPointerDown={(event) => {
        event.preventDefault()
        takeColor(picking, look(event)?.color)
      }}
    >
      {at !== null && (
        <circle
          className="picker-swatch"
          cx={at.point.x + canvas.width / 40}
          cy={at.point.y - canvas.width / 40}
          r={canvas.width / 60}
          style={{ fill: at.color }}
        />
      )}
    </svg>
  )
}

/** The pixel of an item's content at a point of the canvas. */
function pixelAt({ item, content, within }: StageItem, point: Point): Point | undefined {
  const back = invert(compose(within, contentTransform(item, content)))
  if (back === undefined) return undefined
  const { x, y } = apply(back, point)
  return { x: x + item.crop.left, y: y + item.crop.top }
}
