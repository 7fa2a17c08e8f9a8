import type { Item } from '../types.ts'

/** The position of an item. */
export type Layout = Pick<Item, 'position' | 'scale' | 'rotation' | 'alignment' | 'crop' | 'bounds'>

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** An upright box: pixels of the scene. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** x' = a*x + c*y + e, y' = b*x + d*y + f */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

export const identity: Affine = [1, 0, 0, 1, 0, 0]

export const apply = ([a, b, c, d, e, f]: Affine, { x, y }: Point): Point => ({ x: a * x + c * y + e, y: b * x + d * y + f })

/** First `inner`, then `outer`. */
export function compose([a, b, c, d, e, f]: Affine, inner: Affine): Affine {
  const [ia, ib, ic, id, ie, is] = inner
  return [a * ia + c * ib, b * ia + d * ib, a * ic + c * id, b * ic + d * id, a * ie + c * is + e, b * ie + d * is + f]
}

/** Undefined where a side of it has no length. */
export function invert([a, b, c, d, e, f]: Affine): Affine | undefined {
  const det = a * d - b * c
  if (Math.abs(det) < 1e-9) return undefined
  return [d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det]
}

const across = { left: 0, center: 0.5, right: 1 } as const
const down = { top: 0, center: 0.5, bottom: 1 } as const

/**
 * The box that handles are drawn at: that of the item's content, or its bounds. A point of it is at `origin + turn((u - pivotX) * width, (v
 * - pivotY) * height)`, u and v from 0 (left, top) to 1.
 */
export interface Frame {
  readonly origin: Point
  readonly angle: number
  readonly width: number
  readonly height: number
  readonly pivotX: number
  readonly pivotY: number
}

/** Pixels of the content that the crop leaves, one of them at least. */
export function croppedSize({ crop }: Pick<Layout, 'crop'>, content: Size): Size {
  return { width: Math.max(1, content.width - crop.left - crop.right), height: Math.max(1, content.height - crop.top - crop.bottom) }
}

/** The frame of an item whose content has a size, in pixels of its scene (or group), by the rules of the studio's engine. */
export function frameOf(layout: Layout, content: Size): Frame {
  const { bounds, scale, alignment, position, rotation } = layout
  const { width, height } = croppedSize(layout, content)
  const [boxWidth, boxHeight] = bounds === null ? [width * scale.x, height * scale.y] : [bounds.width, bounds.height]
  // Mirrored content reaches to the other side of its alignment point.
  const pivot = (size: number, at: number): number => (size < 0 ? 1 - at : at)
  return {
    origin: position,
    angle: (rotation * Math.PI) / 180,
    width: Math.abs(boxWidth),
    height: Math.abs(boxHeight),
    pivotX: pivot(boxWidth, across[alignment.x]),
    pivotY: pivot(boxHeight, down[alignment.y]),
  }
}

export function turn({ x, y }: Point, angle: number): Point {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return { x: cos * x - sin * y, y: sin * x + cos * y }
}

/** A point of a frame, by its share of width and height. */
export function pointAt({ origin, angle, width, height, pivotX, pivotY }: Frame, u: number, v: number): Point {
  const { x, y } = turn({ x: (u - pivotX) * width, y: (v - pivotY) * height }, angle)
  return { x: origin.x + x, y: origin.y + y }
}

/** The other way round: shares of width and height at which a point is. */
export function sharesOf(
  { origin, angle, width, height, pivotX, pivotY }: Frame,
  point: Point,
): { readonly u: number; readonly v: number } {
  const { x, y } = turn({ x: point.x - origin.x, y: point.y - origin.y }, -angle)
  return { u: width === 0 ? Number.NaN : x / width + pivotX, v: height === 0 ? Number.NaN : y / height + pivotY }
}

/** Corners from the top left clockwise, seen through the item's parent. */
export function cornersOf(frame: Frame, within: Affine = identity): readonly [Point, Point, Point, Point] {
  const at = (u: number, v: number): Point => apply(within, pointAt(frame, u, v))
  return [at(0, 0), at(1, 0), at(1, 1), at(0, 1)]
}

/** Smallest upright box around points. */
export function boxOf(points: readonly Point[]): Box {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) }
}

/** Where an item's cropped content is in its frame: its size there, and how far it is from the frame's left and top; negative where it reaches beyond bounds. */
export interface ContentBox extends Size {
  readonly insetX: number
  readonly insetY: number
}

/** Where what the crop leaves is in the frame of an item, by how its bounds fit it. */
export function contentBox(layout: Layout, content: Size): ContentBox {
  const frame = frameOf(layout, content)
  const { bounds } = layout
  if (bounds === null) return { width: frame.width, height: frame.height, insetX: 0, insetY: 0 }
  const left = croppedSize(layout, content)
  const [scaleX, scaleY] = [frame.width / left.width, frame.height / left.height]
  const fits: Readonly<Record<typeof bounds.fit, readonly [number, number]>> = {
    stretch: [scaleX, scaleY],
    contain: [Math.min(scaleX, scaleY), Math.min(scaleX, scaleY)],
    cover: [Math.max(scaleX, scaleY), Math.max(scaleX, scaleY)],
    width: [scaleX, scaleX],
    height: [scaleY, scaleY],
    shrink: [Math.min(scaleX, scaleY, 1), Math.min(scaleX, scaleY, 1)],
  }
  const [fitX, fitY] = fits[bounds.fit]
  const [width, height] = [left.width * fitX, left.height * fitY]
  return {
    width,
    height,
    insetX: (frame.width - width) * across[bounds.alignment.x],
    insetY: (frame.height - height) * down[bounds.alignment.y],
  }
}

/** How many content pixels one pixel of the item's cropped content takes in its scene: what a group's inside is scaled and turned by. */
export function contentTransform(layout: Layout, content: Size): Affine {
  const frame = frameOf(layout, content)
  const left = croppedSize(layout, content)
  const { width, height, insetX, insetY } = contentBox(layout, content)
  const mirrorX = layout.scale.x < 0
  const mirrorY = layout.scale.y < 0
  const [cos, sin] = [Math.cos(frame.angle), Math.sin(frame.angle)]
  const begin = turn(
    {
      x: insetX - frame.pivotX * frame.width + (mirrorX ? width : 0),
      y: insetY - frame.pivotY * frame.height + (mirrorY ? height : 0),
    },
    frame.angle,
  )
  const x = (mirrorX ? -width : width) / left.width
  const y = (mirrorY ? -height : height) / left.height
  return [cos * x, sin * x, -sin * y, cos * y, frame.origin.x + begin.x, frame.origin.y + begin.y]
}
