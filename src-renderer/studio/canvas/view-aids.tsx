import { Frame, Grid3x3 } from 'lucide-react'
import { useState } from 'react'
import type { CanvasPart } from '../types.ts'
import { t } from './messages.ts'

export type Aid = 'safeAreas' | 'grid'

const stored = (aid: Aid): string => `ami.studio.${aid}`

function read(aid: Aid): boolean {
  try {
    return localStorage.getItem(stored(aid)) === 'on'
  } catch {
    return false
  }
}

/** Whether lines are drawn over the canvas, as last chosen in this browser. */
export function useAid(aid: Aid): readonly [boolean, () => void] {
  const [on, setOn] = useState(() => read(aid))
  const toggle = (): void => {
    setOn(!on)
    try {
      localStorage.setItem(stored(aid), on ? 'off' : 'on')
    } catch {
      // Without storage it is kept until the page is left.
    }
  }
  return [on, toggle]
}

/** Shares of the canvas that EBU R 95 keeps free at each side: for what happens, and for text. */
const safeShares = [0.035, 0.05]
/** Rows of the grid: squares on a canvas of 16:9. */
const gridRows = 9

/** Lines over the video that only this page sees. */
export function AidLines({ canvas: { width, height }, safeAreas, grid }: { readonly canvas: CanvasPart } & Readonly<Record<Aid, boolean>>) {
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

interface AidButtonsProps {
  readonly safeAreas: readonly [boolean, () => void]
  readonly grid: readonly [boolean, () => void]
}

export function AidButtons({ safeAreas, grid }: AidButtonsProps) {
  const button = ([on, toggle]: readonly [boolean, () => void], label: string, icon: React.ReactNode) => (
    <button type="button" className="tool" aria-pressed={on} aria-label={label} title={label} onClick={toggle}>
      {icon}
    </button>
  )
  return (
    <div className="canvas-tools">
      {button(safeAreas, t.safeAreas, <Frame size={14} />)}
      {button(grid, t.grid, <Grid3x3 size={14} />)}
    </div>
  )
}
