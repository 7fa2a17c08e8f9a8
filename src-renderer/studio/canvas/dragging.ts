import { contentBox, croppedSize, type Frame, frameOf, type Layout, type Point, pointAt, type Size, turn } from './geometry.ts'

/** A handle of a frame, by the side that it moves: -1 left or top, 1 right or bottom, 0 neither. */
export interface Handle {
  readonly x: -1 | 0 | 1
  readonly y: -1 | 0 | 1
}

/** Names as CSS has them for cursors. */
export const handles = {
  nw: { x: -1, y: -1 },
  n: { x: 0, y: -1 },
  ne: { x: 1, y: -1 },
  e: { x: 1, y: 0 },
  se: { x: 1, y: 1 },
  s: { x: 0, y: 1 },
  sw: { x: -1, y: 1 },
  w: { x: -1, y: 0 },
} as const satisfies Record<string, Handle>

export type HandleName = keyof typeof handles

export type LayoutChange = Partial<Pick<Layout, 'position' | 'scale' | 'rotation' | 'crop' | 'bounds'>>

/** Least size that an item is dragged to, pixels. */
const minSize = 4

/** Places need no more than a hundredth of a pixel. */
export const rounded = (value: number, digits = 2): number => Math.round(value * 10 ** digits) / 10 ** digits
const roundedPoint = ({ x, y }: Point): Point => ({ x: rounded(x), y: rounded(y) })

export function movedBy(layout: Layout, by: Point): LayoutChange {
  return { position: roundedPoint({ x: layout.position.x + by.x, y: layout.position.y + by.y }) }
}

/** New position of the alignment point when a frame gets another size and a point of it, by its shares, keeps its place. */
function originFor(frame: Frame, width: number, height: number, u: number, v: number): Point {
  return originAt(frame, pointAt(frame, u, v), width, height, u, v)
}

/** Where the alignment point is when a frame of that size has a point of it, by its shares, at a place. */
function originAt({ pivotX, pivotY, angle }: Frame, place: Point, width: number, height: number, u: number, v: number): Point {
  const offset = turn({ x: (pivotX - u) * width, y: (pivotY - v) * height }, angle)
  return roundedPoint({ x: place.x + offset.x, y: place.y + offset.y })
}

/** A length of at least so much, on the side on which it is. */
const atLeast = (length: number, least: number): number => (length < 0 ? Math.min(length, -least) : Math.max(length, least))

const shareOf = (side: -1 | 0 | 1): number => (side + 1) / 2

/**
 * An item whose handle was dragged to a point, in pixels of its parent. The opposite side stays where it is; dragged across it, the
 * item is mirrored, and bounds are on its other side.
 * @param keepAspect both sides change by the same factor
 */
export function resized(layout: Layout, content: Size, { x, y }: Handle, to: Point, keepAspect: boolean): LayoutChange {
  const frame = frameOf(layout, content)
  const [anchorU, anchorV] = [1 - shareOf(x), 1 - shareOf(y)]
  const anchor = pointAt(frame, anchorU, anchorV)
  const reach = turn({ x: to.x - anchor.x, y: to.y - anchor.y }, -frame.angle)
  // Negative on the other side.
  const reached = {
    width: x === 0 ? frame.width : atLeast(reach.x * x, minSize),
    height: y === 0 ? frame.height : atLeast(reach.y * y, minSize),
  }
  let [width, height] = [Math.abs(reached.width), Math.abs(reached.height)]
  if (keepAspect && frame.width > 0 && frame.height > 0) {
    const factors = [x === 0 ? 0 : width / frame.width, y === 0 ? 0 : height / frame.height]
    const factor = Math.max(...factors, minSize / Math.max(frame.width, frame.height))
    width = frame.width * factor
    height = frame.height * factor
  }
  const [crossesX, crossesY] = [reached.width < 0, reached.height < 0]
  const mirrors = layout.bounds === null
  // Mirrored content reaches to the other side of its alignment point.
  const next = {
    ...frame,
    pivotX: crossesX && mirrors ? 1 - frame.pivotX : frame.pivotX,
    pivotY: crossesY && mirrors ? 1 - frame.pivotY : frame.pivotY,
  }
  const position = originAt(next, anchor, width, height, crossesX ? 1 - anchorU : anchorU, crossesY ? 1 - anchorV : anchorV)
  if (layout.bounds !== null)
    return { position, bounds: { ...layout.bounds, width: Math.max(1, rounded(width)), height: Math.max(1, rounded(height)) } }
  const cropped = croppedSize(layout, content)
  const sign = (value: number, crosses: boolean): number => (value < 0 !== crosses ? -1 : 1)
  return {
    position,
    scale: {
      x: rounded((sign(layout.scale.x, crossesX) * width) / cropped.width, 5),
      y: rounded((sign(layout.scale.y, crossesY) * height) / cropped.height, 5),
    },
  }
}

/**
 * A layout whose bounds are as large as what is seen in them, which stays where it is. What reaches beyond its bounds keeps them.
 */
function tightened(layout: Layout, content: Size): Layout {
  const { bounds } = layout
  const frame = frameOf(layout, content)
  const { width, height, insetX, insetY } = contentBox(layout, content)
  if (bounds === null || width > frame.width + 0.5 || height > frame.height + 0.5) return layout
  const [u, v] = [insetX / frame.width, insetY / frame.height]
  return { ...layout, position: originAt(frame, pointAt(frame, u, v), width, height, 0, 0), bounds: { ...bounds, width, height } }
}

/** An item whose sides were cut off by dragging a handle to a point: what is left stays where it is, and bounds end where it does. */
export function cropped(dragged: Layout, content: Size, { x, y }: Handle, to: Point): LayoutChange {
  const layout = tightened(dragged, content)
  const frame = frameOf(layout, content)
  const left = croppedSize(layout, content)
  const [anchorU, anchorV] = [1 - shareOf(x), 1 - shareOf(y)]
  const anchor = pointAt(frame, anchorU, anchorV)
  const reach = turn({ x: to.x - anchor.x, y: to.y - anchor.y }, -frame.angle)
  const crop = { ...layout.crop }
  /** Cuts one side so that what is left has a length in content pixels; mirrored content has its sides exchanged. */
  const cut = (
    side: -1 | 0 | 1,
    wanted: number,
    size: number,
    mirrored: boolean,
    near: 'left' | 'top',
    far: 'right' | 'bottom',
  ): number => {
    if (side === 0) return size - crop[near] - crop[far]
    const [moving, kept] = side < 0 !== mirrored ? [near, far] : [far, near]
    const rest = Math.round(Math.min(size - crop[kept], Math.max(1, wanted)))
    crop[moving] = size - crop[kept] - rest
    return rest
  }
  const perX = frame.width / left.width
  const perY = frame.height / left.height
  const width = cut(x, (reach.x * x) / perX, content.width, layout.scale.x < 0, 'left', 'right')
  const height = cut(y, (reach.y * y) / perY, content.height, layout.scale.y < 0, 'top', 'bottom')
  // What is larger than its bounds fills them again.
  if (layout.bounds !== null && layout === dragged) return { crop, position: layout.position }
  const position = originFor(frame, width * perX, height * perY, anchorU, anchorV)
  if (layout.bounds === null) return { crop, position }
  return { crop, position, bounds: { ...layout.bounds, width: rounded(width * perX), height: rounded(height * perY) } }
}

/** Degrees at which a turning item is caught, and from how near. */
const caughtEach = 45
const caughtWithin = 4
/** Degrees that it turns by in steps. */
const stepEach = 15

/** How an item turns: as the pointer does, caught near eighths of a turn, or in steps alone. */
export type Turning = 'free' | 'caught' | 'steps'

/** An item turned about its middle so that its top looks at a point. */
export function turned(layout: Layout, content: Size, to: Point, how: Turning): LayoutChange {
  const frame = frameOf(layout, content)
  const middle = pointAt(frame, 0.5, 0.5)
  let rotation = (Math.atan2(to.y - middle.y, to.x - middle.x) * 180) / Math.PI + 90
  const nearest = Math.round(rotation / caughtEach) * caughtEach
  if (how === 'steps') rotation = Math.round(rotation / stepEach) * stepEach
  else if (how === 'caught' && Math.abs(rotation - nearest) <= caughtWithin) rotation = nearest
  rotation = rounded(((((rotation + 180) % 360) + 360) % 360) - 180, 1)
  const angle = (rotation * Math.PI) / 180
  const offset = turn({ x: (frame.pivotX - 0.5) * frame.width, y: (frame.pivotY - 0.5) * frame.height }, angle)
  return { rotation, position: roundedPoint({ x: middle.x + offset.x, y: middle.y + offset.y }) }
}
