import { Ruler } from 'lucide-react'
import { useState } from 'react'
import { ContextMenu, type MenuEntry } from '../../components/context-menu.tsx'
import type { CanvasPart } from '../types.ts'
import { type Aid, showAid, useAids } from './aids.ts'
import { type CanvasZoom, wholeCanvas, zoomedAt } from './canvas-zoom.ts'
import type { Point } from './geometry.ts'
import { guidesOf, noGuides } from './guides.ts'
import { t } from './messages.ts'
import { setGuides } from './use-guides.ts'

export interface ViewOptions {
  readonly canvas: CanvasPart
  readonly zoom: CanvasZoom
  readonly onZoom: (zoom: CanvasZoom) => void
  readonly onEditGuides: () => void
}

const zoomStep = 1.5
const middle = { x: 0.5, y: 0.5 }

/** How the canvas is looked at: the same in its own menu and in that of a right click. */
export function zoomEntries({ zoom, onZoom }: ViewOptions): readonly MenuEntry[] {
  return [
    { label: t.zoomIn, act: () => onZoom(zoomedAt(zoom, zoomStep, middle)), keys: 'Ctrl++' },
    { label: t.zoomOut, act: () => onZoom(zoomedAt(zoom, 1 / zoomStep, middle)), keys: 'Ctrl+-' },
    { label: t.zoomWhole, act: () => onZoom(wholeCanvas), keys: 'Ctrl+0' },
  ]
}

/** What is drawn over and beside the canvas. */
export function aidEntries({ canvas, onEditGuides }: ViewOptions): readonly (readonly MenuEntry[])[] {
  const shown = useAids.getState()
  const aid = (label: string, name: Aid): MenuEntry => ({ label, act: () => showAid(name, !shown[name]), checked: shown[name] })
  const { x, y } = guidesOf(canvas)
  return [
    [aid(t.rulers, 'rulers'), aid(t.guides, 'guides'), aid(t.safeAreas, 'safeAreas'), aid(t.grid, 'grid')],
    [
      { label: t.editGuides, act: onEditGuides },
      { label: t.removeGuides, act: () => setGuides(canvas, noGuides), disabled: x.length + y.length === 0 },
    ],
  ]
}

/** The button in the corner of the canvas with rulers, guides, safe areas, grid and zoom. */
export function ViewMenu(options: ViewOptions) {
  const [at, setAt] = useState<Point | undefined>(undefined)
  const { scale } = options.zoom
  return (
    <>
      <div className="canvas-tools" data-zoomed={scale !== 1}>
        {scale !== 1 && (
          <button
            type="button"
            className="tool zoom"
            title={t.zoomWhole}
            onClick={() => options.onZoom(wholeCanvas)}
            data-testid="zoom-whole"
          >
            {t.zoomed(scale)}
          </button>
        )}
        <button
          type="button"
          className="tool"
          aria-label={t.view}
          title={t.view}
          aria-haspopup="menu"
          aria-expanded={at !== undefined}
          data-testid="canvas-view"
          onClick={(event) => {
            const { left, top } = event.currentTarget.getBoundingClientRect()
            setAt({ x: left, y: top })
          }}
        >
          <Ruler size={14} />
        </button>
      </div>
      {at !== undefined && (
        <ContextMenu
          at={at}
          label={t.view}
          groups={[...aidEntries(options), zoomEntries(options)]}
          onClose={() => setAt(undefined)}
          testId="view-menu"
        />
      )}
    </>
  )
}
