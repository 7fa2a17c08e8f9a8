import { useEffect, useState } from 'react'
import { useLiveImage } from '../../components/live-image.ts'
import { colorAt, sourceImageUrl, stopPicking, takeColor, useEyedropper } from '../canvas/eyedropper.ts'
import { t as canvasTexts } from '../canvas/messages.ts'
import type { Source } from '../types.ts'
import { t } from './messages.ts'

/** Between two images, ms. */
const pauseMs = 350
const width = 560

/** The source with its filters, a few times a second; without them while the button is pressed. Colours can be picked from it. */
export function SourcePreview({ source }: { readonly source: Source }) {
  const [held, setHeld] = useState(false)
  const [color, setColor] = useState<string>()
  const picking = useEyedropper((state) => (state.picking?.source === source.id ? state.picking : null))
  const first = source.filters[0]?.id
  const before = held || picking !== null ? (picking?.filter ?? first) : undefined
  const plainUrl = sourceImageUrl(source.id, { type: 'jpeg', width })
  const url = before === undefined ? plainUrl : sourceImageUrl(source.id, { type: 'jpeg', width, before })
  const { ref, shown } = useLiveImage(url, { pauseMs })
  useEffect(() => stopPicking, [])

  /** The pixel of the image that comes into the filter. */
  const pixelOf = (event: { readonly clientX: number; readonly clientY: number }): { readonly x: number; readonly y: number } => {
    const { left, top, width: shownWidth, height: shownHeight } = (ref.current as HTMLCanvasElement).getBoundingClientRect()
    const { width: all, height: rows } = picking?.image ?? { width: 0, height: 0 }
    return { x: ((event.clientX - left) / shownWidth) * all, y: ((event.clientY - top) / shownHeight) * rows }
  }
  const hold = { onPointerDown: () => setHeld(true), onPointerUp: () => setHeld(false), onPointerLeave: () => setHeld(false) }
  const takes = picking !== null
  return (
    <div className="source-preview">
      <canvas
        ref={ref}
        role="img"
        aria-label={before === undefined ? t.preview : t.previewBefore}
        data-testid="source-preview"
        data-picking={takes}
        data-before={shown === undefined ? undefined : shown !== plainUrl}
        {...(takes
          ? {
              onPointerMove: (event) => {
                const { x, y } = pixelOf(event)
                setColor(colorAt(picking.image, x, y))
              },
              onClick: (event) => {
                const { x, y } = pixelOf(event)
                takeColor(picking, colorAt(picking.image, x, y))
                setColor(undefined)
              },
            }
          : hold)}
      />
      {shown === undefined && <p className="quiet small">{t.previewNone}</p>}
      {takes ? (
        <p className="small picking-help" role="status">
          <span className="swatch" style={{ background: color ?? 'transparent' }} />
          <span>{canvasTexts.picking}</span>
          <button type="button" className="button quiet" onClick={stopPicking}>
            {t.cancelPick}
          </button>
        </p>
      ) : (
        <button
          type="button"
          className="button hold"
          aria-pressed={held}
          data-testid="compare"
          {...hold}
          onKeyDown={(event) => {
            if (event.key !== ' ' && event.key !== 'Enter') return
            event.preventDefault()
            setHeld(true)
          }}
          onKeyUp={() => setHeld(false)}
          onBlur={() => setHeld(false)}
        >
          {t.hold}
        </button>
      )}
    </div>
  )
}
