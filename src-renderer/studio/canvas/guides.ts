import type { CanvasPart } from '../types.ts'
import type { Box, Size } from './geometry.ts'
import { type SnapLines, snapLines } from './snapping.ts'

/** `x`: vertical lines, by their distance from the left; `y`: horizontal ones, from the top. Pixels of the canvas. */
export interface Guides {
  readonly x: readonly number[]
  readonly y: readonly number[]
}

export type Axis = keyof Guides

export const noGuides: Guides = { x: [], y: [] }
/** Of each axis. */
export const maxGuides = 64

export const guidesOf = ({ guides }: Pick<CanvasPart, 'guides'>): Guides => guides ?? noGuides

/** A whole pixel of the canvas; undefined outside of it, where a guide is removed. */
export function guideAt(axis: Axis, at: number, { width, height }: Size): number | undefined {
  const place = Math.round(at)
  return place < 0 || place > (axis === 'x' ? width : height) ? undefined : place
}

/**
 * The guides with one of them at another place.
 * @param index of the guide; null adds one
 * @param to undefined removes it
 */
export function withGuide(guides: Guides, axis: Axis, index: number | null, to: number | undefined): Guides {
  const others = guides[axis].filter((_, each) => each !== index)
  const isFull = to !== undefined && others.length >= maxGuides
  return { ...guides, [axis]: to === undefined || isFull || others.includes(to) ? others : others.toSpliced(index ?? others.length, 0, to) }
}

/** Guides of a canvas that gets another size. */
export function scaledGuides({ x, y }: Guides, before: Size, after: Size): Guides {
  return {
    x: x.map((each) => Math.round((each * after.width) / before.width)),
    y: y.map((each) => Math.round((each * after.height) / before.height)),
  }
}

/** Lines of the canvas, of guides and of other items. */
export function snapLinesWith(canvas: Size, guides: Guides, others: readonly Box[]): SnapLines {
  const { x, y } = snapLines(canvas, others)
  return { x: [...x, ...guides.x], y: [...y, ...guides.y] }
}
