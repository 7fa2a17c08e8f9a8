import type { Point } from './geometry.ts'

/** Which part of a canvas its frame on the page shows. */
export interface CanvasZoom {
  /** 1: the whole canvas fills the frame. */
  readonly scale: number
  /** Where the left edge of the canvas is, as a share of the frame's width. */
  readonly x: number
  /** Where its top edge is, as a share of the frame's height. */
  readonly y: number
}

export const wholeCanvas: CanvasZoom = { scale: 1, x: 0, y: 0 }

const minScale = 0.25
const maxScale = 16
/** So near the whole canvas it is the whole canvas. */
const nearlyWhole = 0.03
/** Share of the frame that stays free at the edges of an enlarged canvas: handles are there. */
const margin = 0.05

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value))

function kept({ scale, x, y }: CanvasZoom): CanvasZoom {
  if (Math.abs(scale - 1) < nearlyWhole) return wholeCanvas
  const within = (value: number): number => (scale > 1 ? clamp(value, 1 - scale - margin, margin) : clamp(value, 0, 1 - scale))
  return { scale, x: within(x), y: within(y) }
}

/** Enlarged by a factor; what is at a point of the frame, in shares of it, stays there. */
export function zoomedAt(zoom: CanvasZoom, factor: number, { x, y }: Point): CanvasZoom {
  const scale = clamp(zoom.scale * factor, minScale, maxScale)
  const by = scale / zoom.scale
  return kept({ scale, x: x - (x - zoom.x) * by, y: y - (y - zoom.y) * by })
}

/** Moved by shares of the frame. */
export const panned = (zoom: CanvasZoom, { x, y }: Point): CanvasZoom => kept({ ...zoom, x: zoom.x + x, y: zoom.y + y })

/** Two fingers on the frame, in shares of it. */
export type Fingers = readonly [Point, Point]

const between = ([one, other]: Fingers): Point => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 })
const apart = ([one, other]: Fingers): number => Math.hypot(one.x - other.x, one.y - other.y)

/** Enlarged and moved by two fingers that went from one place to another. */
export function pinched(zoom: CanvasZoom, from: Fingers, to: Fingers): CanvasZoom {
  const [before, after] = [between(from), between(to)]
  const zoomed = zoomedAt(zoom, apart(from) < 0.01 ? 1 : apart(to) / apart(from), before)
  return panned(zoomed, { x: after.x - before.x, y: after.y - before.y })
}

/** A point of the frame, in shares of it, as a share of the canvas. */
export const shareOfCanvas = ({ scale, x, y }: CanvasZoom, at: Point): Point => ({ x: (at.x - x) / scale, y: (at.y - y) / scale })
