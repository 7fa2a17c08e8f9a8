import { useEffect, useRef, useState } from 'react'
import { change } from '../show-store.ts'
import type { CanvasPart } from '../types.ts'
import { showAid } from './aids.ts'
import type { Point } from './geometry.ts'
import { type Axis, type Guides, guideAt, guidesOf, withGuide } from './guides.ts'

/** A guide that is dragged: out of a ruler, or one that was there. */
interface GuideDrag {
  readonly axis: Axis
  /** Null: a new one. */
  readonly index: number | null
  /** Undefined outside the canvas. */
  readonly at: number | undefined
}

/** The guides of a canvas, and the drag of one of them. */
export interface GuideEditor {
  /** With the dragged one where it is dragged to. */
  readonly guides: Guides
  readonly drag: GuideDrag | undefined
  start(axis: Axis, index: number | null, at: Point): void
  /** Pixels of the canvas. */
  move(at: Point): void
  /** Keeps it where it is; outside the canvas it is removed. */
  end(): void
  cancel(): void
}

export const setGuides = (canvas: CanvasPart, guides: Guides): void => change(`canvases/${canvas.id}`, { guides })

export function useGuides(canvas: CanvasPart): GuideEditor {
  const [drag, setShown] = useState<GuideDrag | undefined>(undefined)
  /** A pointer moves more often than it is drawn. */
  const latest = useRef(drag)
  const setDrag = (next: GuideDrag | undefined): void => {
    latest.current = next
    setShown(next)
  }
  const stored = guidesOf(canvas)
  const guides = drag === undefined ? stored : withGuide(stored, drag.axis, drag.index, drag.at)
  const isDragging = drag !== undefined
  useEffect(() => {
    if (!isDragging) return
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      event.stopPropagation()
      latest.current = undefined
      setShown(undefined)
    }
    document.addEventListener('keydown', onKey, true)
    return () => document.removeEventListener('keydown', onKey, true)
  }, [isDragging])
  return {
    guides,
    drag,
    start(axis, index, at) {
      showAid('guides', true)
      setDrag({ axis, index, at: guideAt(axis, at[axis], canvas) })
    },
    move(at) {
      const now = latest.current
      if (now !== undefined) setDrag({ ...now, at: guideAt(now.axis, at[now.axis], canvas) })
    },
    end() {
      const ended = latest.current
      setDrag(undefined)
      if (ended === undefined || (ended.index === null && ended.at === undefined)) return
      setGuides(canvas, withGuide(stored, ended.axis, ended.index, ended.at))
    },
    cancel: () => setDrag(undefined),
  }
}
