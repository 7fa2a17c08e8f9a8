import type { Box, Point, Size } from './geometry.ts'

export type AlignTo = 'left' | 'center' | 'right' | 'top' | 'middle' | 'bottom'

/** How far boxes must go to be aligned: several to what is around all of them, one to the canvas. */
export function alignBoxes(boxes: readonly Box[], to: AlignTo, canvas: Size): readonly Point[] {
  const around =
    boxes.length > 1
      ? {
          left: Math.min(...boxes.map(({ left }) => left)),
          top: Math.min(...boxes.map(({ top }) => top)),
          right: Math.max(...boxes.map(({ right }) => right)),
          bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
        }
      : { left: 0, top: 0, right: canvas.width, bottom: canvas.height }
  const wayOf: Readonly<Record<AlignTo, (box: Box) => Point>> = {
    left: ({ left }) => ({ x: around.left - left, y: 0 }),
    center: ({ left, right }) => ({ x: (around.left + around.right - left - right) / 2, y: 0 }),
    right: ({ right }) => ({ x: around.right - right, y: 0 }),
    top: ({ top }) => ({ x: 0, y: around.top - top }),
    middle: ({ top, bottom }) => ({ x: 0, y: (around.top + around.bottom - top - bottom) / 2 }),
    bottom: ({ bottom }) => ({ x: 0, y: around.bottom - bottom }),
  }
  return boxes.map(wayOf[to])
}

/** How far boxes must go so that the gaps between them are the same; the outer two stay. */
export function distributeBoxes(boxes: readonly Box[], axis: 'x' | 'y'): readonly Point[] {
  const [begin, end] = axis === 'x' ? (['left', 'right'] as const) : (['top', 'bottom'] as const)
  const order = boxes.map((_, index) => index).sort((one, other) => (boxes[one]?.[begin] ?? 0) - (boxes[other]?.[begin] ?? 0))
  const sizes = boxes.reduce((sum, box) => sum + box[end] - box[begin], 0)
  const [first, last] = [boxes[order[0] ?? 0], boxes[order.at(-1) ?? 0]]
  const by: Point[] = boxes.map(() => ({ x: 0, y: 0 }))
  if (first === undefined || last === undefined || boxes.length < 3) return by
  const gap = (last[end] - first[begin] - sizes) / (boxes.length - 1)
  let at = first[begin]
  for (const index of order) {
    const box = boxes[index]
    if (box === undefined) continue
    const distance = at - box[begin]
    by[index] = axis === 'x' ? { x: distance, y: 0 } : { x: 0, y: distance }
    at += box[end] - box[begin] + gap
  }
  return by
}
