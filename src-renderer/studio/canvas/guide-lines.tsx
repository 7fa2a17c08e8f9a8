import type { CanvasPart } from '../types.ts'
import type { Axis } from './guides.ts'
import type { GuideEditor } from './use-guides.ts'

interface GuideLinesProps {
  readonly canvas: CanvasPart
  readonly editor: GuideEditor
  /** Pixels of the canvas for one of the screen. */
  readonly unit: number
}

const hitWidthPx = 7
const labelSizePx = 11

/** The guides of a canvas, to be dragged. */
export function GuideLines({ canvas: { width, height }, editor: { guides, drag }, unit }: GuideLinesProps) {
  const label = labelSizePx * unit
  return (
    <>
      {(['x', 'y'] as const).flatMap((axis) =>
        guides[axis].map((at, index) => {
          const ends = axis === 'x' ? { x1: at, x2: at, y1: 0, y2: height } : { x1: 0, x2: width, y1: at, y2: at }
          const isDragged = drag?.axis === axis && drag.at === at
          return (
            <g key={`${axis} ${at}`} className={isDragged ? 'guide dragged' : 'guide'} data-testid={`guide-${axis}`} data-at={at}>
              <line {...ends} />
              <line {...ends} className={`guide-hit ${axis}`} style={{ strokeWidth: hitWidthPx * unit }} data-guide={`${axis}:${index}`} />
              {isDragged && (
                <text
                  x={axis === 'x' ? at + label / 2 : label / 2}
                  y={axis === 'x' ? label * 1.3 : at - label / 2}
                  style={{ fontSize: label, strokeWidth: label / 4 }}
                >
                  {at}
                </text>
              )}
            </g>
          )
        }),
      )}
    </>
  )
}

/** The guide that an element is pressed to drag. */
export function guideOfElement(element: Element): { readonly axis: Axis; readonly index: number } | undefined {
  const [axis, index] = element.getAttribute('data-guide')?.split(':') ?? []
  return axis === undefined ? undefined : { axis: axis as Axis, index: Number(index) }
}
