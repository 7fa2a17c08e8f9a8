import { useEffect, useRef, useState } from 'react'
import { colorAt, sourceImageUrl, stopPicking, takeColor, useEyedropper } from '../canvas/eyedropper.ts'
import { t as canvasTexts } from '../canvas/messages.ts'
import type { Source } from '../types.ts'
import { t } from './messages.ts'

/** Between two images, ms: each is composed for this page alone. */
const pauseMs = 350
const width = 560

/** The source with its filters, a few times a second; without them while the button is pressed. Colours can be picked from it. */
export function SourcePreview({ source }: { readonly source: Source }) {
  const target = useRef<HTMLCanvasElement>(null)
  const [held, setHeld] = useState(false)
  const [shown, setShown] = useState(false)
  const [color, setColor] = useState<string>()
  const picking = useEyedropper((state) => (state.picking?.source === source.id ? state.picking : null))
  const first = source.filters[0]?.id
  const before = held || picking !== null ? (picking?.filter ?? first) : undefined

  useEffect(() => {
    const ending = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const draw = async (): Promise<void> => {
      if (document.visibilityState !== 'visible') return
      const url = sourceImageUrl(source.id, { type: 'jpeg', width, ...(before === undefined ? {} : { before }) })
      const response = await fetch(url, { cache: 'no-store', signal: ending.signal })
      if (!response.ok) return
      const bitmap = await createImageBitmap(await response.blob())
      const canvas = target.current
      if (canvas !== null && !ending.signal.aborted) {
        canvas.width = bitmap.width
        canvas.height = bitmap.height
        canvas.getContext('2d', { alpha: false })?.drawImage(bitmap, 0, 0)
        canvas.dataset.before = String(before !== undefined)
        setShown(true)
      }
      bitmap.close()
    }
    const next = (): void => {
      // The source may have no image yet: the next one comes.
      draw()
        .catch(() => undefined)
        .finally(() => {
          if (!ending.signal.aborted) timer = setTimeout(next, pauseMs)
        })
    }
    next()
    return () => {
      ending.abort()
      clearTimeout(timer)
    }
  }, [source.id, before])
  useEffect(() => stopPicking, [])

  /** The pixel of the image that comes into the filter. */
  const pixelOf = (event: { readonly clientX: number; readonly clientY: number }): { readonly x: number; readonly y: number } => {
    const { left, top, width: shownWidth, height: shownHeight } = (target.current as HTMLCanvasElement).getBoundingClientRect()
    const { width: all, height: rows } = picking?.image ?? { width: 0, height: 0 }
    return { x: ((event.clientX - left) / shownWidth) * all, y: ((event.clientY - top) / shownHeight) * rows }
  }
  const hold = { onPointerDown: () => setHeld(true), onPointerUp: () => setHeld(false), onPointerLeave: () => setHeld(false) }
  const takes = picking !== null
  return (
    <div className="source-preview">
      <canvas
        ref={target}
        role="img"
        aria-label={before === undefined ? t.preview : t.previewBefore}
        data-testid="source-preview"
        data-picking={takes}
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
      {!shown && <p className="quiet small">{t.previewNone}</p>}
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
