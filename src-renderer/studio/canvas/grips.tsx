import { type HandleName, handles } from './dragging.ts'
import type { Point } from './geometry.ts'
import { gripAt, gripFrame, turnerAt } from './grip-frame.ts'
import type { StageItem } from './stage-items.ts'

const handleSizePx = 10
/** What a finger hits: handles of small items are 22 pixels apart. */
const touchSizePx = 22
const turnerTouchSizePx = 32

interface GripsProps {
  readonly item: StageItem
  /** Pixels of the canvas for one of the screen. */
  readonly unit: number
}

/** The eight handles of an item, and the one above it that turns it. */
export function Grips({ item, unit }: GripsProps) {
  const frame = gripFrame(item.corners, unit)
  const top = gripAt(frame, 0, -1)
  const turner = turnerAt(frame, unit)
  const touched = ({ x, y }: Point, name: string, sizePx: number) => (
    <rect
      className="stage-touch"
      x={x - (sizePx / 2) * unit}
      y={y - (sizePx / 2) * unit}
      width={sizePx * unit}
      height={sizePx * unit}
      data-handle={name}
    />
  )
  const size = handleSizePx * unit
  return (
    <>
      <line className="stage-frame" x1={top.x} y1={top.y} x2={turner.x} y2={turner.y} />
      {touched(turner, 'turn', turnerTouchSizePx)}
      <circle className="stage-grip turn" cx={turner.x} cy={turner.y} r={size / 2} data-handle="turn" data-testid="handle-turn" />
      {(Object.keys(handles) as readonly HandleName[]).map((name) => {
        const point = gripAt(frame, handles[name].x, handles[name].y)
        return (
          <g key={name}>
            {touched(point, name, touchSizePx)}
            <rect
              className="stage-grip"
              x={point.x - size / 2}
              y={point.y - size / 2}
              width={size}
              height={size}
              style={{ cursor: `${name}-resize` }}
              data-handle={name}
              data-testid={`handle-${name}`}
            />
          </g>
        )
      })}
    </>
  )
}
