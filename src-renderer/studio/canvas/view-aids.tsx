import type { CanvasPart } from '../types.ts'
import { useAids } from './aids.ts'

/** Shares of the canvas that EBU R 95 keeps free at each side: for what happens, and for text. */
const safeShares = [0.035, 0.05]
/** Rows of the grid: squares on a canvas of 16:9. */
const gridRows = 9

/** Lines over the video that only this page sees. */
export function AidLines({ canvas: { width, height } }: { readonly canvas: CanvasPart }) {
  const { safeAreas, grid } = useAids()
  const step = height / gridRows
  return (
    <svg className="canvas-aids" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {grid &&
        Array.from({ length: Math.ceil(width / step) - 1 }, (_, index) => (index + 1) * step).map((x) => (
          <line key={`x${x}`} x1={x} x2={x} y1={0} y2={height} />
        ))}
      {grid &&
        Array.from({ length: gridRows - 1 }, (_, index) => (index + 1) * step).map((y) => (
          <line key={`y${y}`} x1={0} x2={width} y1={y} y2={y} />
        ))}
      {safeAreas &&
        safeShares.map((share) => (
          <rect
            key={share}
            className="safe-area"
            x={width * share}
            y={height * share}
            width={width * (1 - 2 * share)}
            height={height * (1 - 2 * share)}
          />
        ))}
    </svg>
  )
}
