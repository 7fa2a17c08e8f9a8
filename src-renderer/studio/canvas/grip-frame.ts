import { apply, invert, type Point } from './geometry.ts'

/** Where the handles of an item are drawn: a point of it is at `center + x * across + y * down`, x and y from -1 to 1. */
export interface GripFrame {
  readonly center: Point
  readonly across: Point
  readonly down: Point
}

/** Least length of its sides, pixels of the screen: shorter, its handles would cover each other and the item. */
const minSidePx = 44
const turnerAwayPx = 26

const lengthOf = ({ x, y }: Point): number => Math.hypot(x, y)

/** Half a side, at least so long; of a side without length the direction is the one that is given. */
function atLeast(half: Point, least: number, otherwise: Point): Point {
  const length = lengthOf(half)
  if (length >= least) return half
  const [way, by] = length > 1e-6 ? [half, least / length] : [otherwise, least / (lengthOf(otherwise) || 1)]
  return { x: way.x * by, y: way.y * by }
}

/**
 * Around an item by its corners, clockwise from the top left.
 * @param unit pixels of the canvas for one of the screen
 */
export function gripFrame([first, second, third, fourth]: readonly [Point, Point, Point, Point], unit: number): GripFrame {
  const least = (minSidePx / 2) * unit
  const across = { x: (second.x - first.x) / 2, y: (second.y - first.y) / 2 }
  const down = { x: (fourth.x - first.x) / 2, y: (fourth.y - first.y) / 2 }
  return {
    center: { x: (first.x + third.x) / 2, y: (first.y + third.y) / 2 },
    across: atLeast(across, least, lengthOf(down) > 1e-6 ? { x: down.y, y: -down.x } : { x: 1, y: 0 }),
    down: atLeast(down, least, lengthOf(across) > 1e-6 ? { x: -across.y, y: across.x } : { x: 0, y: 1 }),
  }
}

export const gripAt = ({ center, across, down }: GripFrame, x: number, y: number): Point => ({
  x: center.x + x * across.x + y * down.x,
  y: center.y + x * across.y + y * down.y,
})

/** Where the handle is that turns the item: above its top. */
export function turnerAt(frame: GripFrame, unit: number): Point {
  return gripAt(frame, 0, -1 - (turnerAwayPx * unit) / (lengthOf(frame.down) || 1))
}

/** Whether a point is between the handles: whoever presses there moves the item, however small it is. */
export function isBetweenGrips({ center, across, down }: GripFrame, point: Point): boolean {
  const back = invert([across.x, across.y, down.x, down.y, center.x, center.y])
  if (back === undefined) return false
  const { x, y } = apply(back, point)
  return Math.abs(x) <= 1 && Math.abs(y) <= 1
}
