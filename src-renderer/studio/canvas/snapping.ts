import type { Box, Point, Size } from './geometry.ts'

/** Lines that something may snap to, pixels of the canvas. */
export interface SnapLines {
  readonly x: readonly number[]
  readonly y: readonly number[]
}

/** What was snapped to: lines to draw. */
export interface SnappedTo {
  readonly x?: number
  readonly y?: number
}

export interface Snapped {
  readonly by: Point
  readonly guides: SnappedTo
}

/** Edges and middles of the canvas and of other items. */
export function snapLines({ width, height }: Size, others: readonly Box[]): SnapLines {
  return {
    x: [0, width / 2, width, ...others.flatMap(({ left, right }) => [left, (left + right) / 2, right])],
    y: [0, height / 2, height, ...others.flatMap(({ top, bottom }) => [top, (top + bottom) / 2, bottom])],
  }
}

function nearest(
  values: readonly number[],
  lines: readonly number[],
  within: number,
): { readonly by: number; readonly line: number } | undefined {
  let best: { readonly by: number; readonly line: number } | undefined
  for (const value of values) {
    for (const line of lines) {
      const by = line - value
      if (Math.abs(by) <= within && (best === undefined || Math.abs(by) < Math.abs(best.by))) best = { by, line }
    }
  }
  return best
}

/** How far a moved box must go on so that an edge or its middle is on a line, if one is near enough. */
export function snapBox({ left, top, right, bottom }: Box, lines: SnapLines, within: number): Snapped {
  const x = nearest([left, (left + right) / 2, right], lines.x, within)
  const y = nearest([top, (top + bottom) / 2, bottom], lines.y, within)
  return {
    by: { x: x?.by ?? 0, y: y?.by ?? 0 },
    guides: { ...(x === undefined ? {} : { x: x.line }), ...(y === undefined ? {} : { y: y.line }) },
  }
}

/** A point that is dragged, on the axes that it moves along. */
export function snapPoint(point: Point, axes: { readonly x: boolean; readonly y: boolean }, lines: SnapLines, within: number): Snapped {
  const x = axes.x ? nearest([point.x], lines.x, within) : undefined
  const y = axes.y ? nearest([point.y], lines.y, within) : undefined
  return {
    by: { x: x?.by ?? 0, y: y?.by ?? 0 },
    guides: { ...(x === undefined ? {} : { x: x.line }), ...(y === undefined ? {} : { y: y.line }) },
  }
}
