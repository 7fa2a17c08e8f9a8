import { type RefObject, useEffect, useState } from 'react'
import { type CanvasZoom, wholeCanvas, zoomedAt } from './canvas-zoom.ts'

/** So many pixels of the wheel enlarge by a factor of e. */
const wheelPx = 400
const lineHeightPx = 16
/** Of one turn: some wheels send hundreds of pixels at once. */
const maxWheelPx = 120

/**
 * Which part of a canvas its frame shows. The wheel over it zooms with Ctrl, and without while the canvas has the focus: else it scrolls
 * the page.
 */
export function useCanvasZoom(frame: RefObject<HTMLElement | null>): readonly [CanvasZoom, (zoom: CanvasZoom) => void] {
  const [zoom, setZoom] = useState(wholeCanvas)
  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const onWheel = (event: WheelEvent): void => {
      const isMeant = event.ctrlKey || event.metaKey || element.contains(document.activeElement)
      if (!isMeant || event.deltaY === 0) return
      event.preventDefault()
      const { left, top, width, height } = element.getBoundingClientRect()
      const wheel = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * lineHeightPx
      const turned = Math.min(maxWheelPx, Math.max(-maxWheelPx, wheel))
      const at = { x: (event.clientX - left) / width, y: (event.clientY - top) / height }
      setZoom((now) => zoomedAt(now, Math.exp(-turned / wheelPx), at))
    }
    // React's own listeners cannot keep the page from being scrolled.
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [frame])
  return [zoom, setZoom]
}
