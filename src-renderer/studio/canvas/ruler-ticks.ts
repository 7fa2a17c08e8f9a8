/** A mark of a ruler, at a pixel of the canvas. */
export interface Tick {
  readonly at: number
  readonly label: boolean
}

/** Least distance between two numbers, pixels of the screen. */
const labelEachPx = 50
const parts = 5

/**
 * The marks of a ruler from one pixel of the canvas to another.
 * @param perPixel pixels of the screen for one of the canvas
 */
export function rulerTicks(from: number, to: number, perPixel: number): readonly Tick[] {
  if (!(perPixel > 0) || !(to > from)) return []
  const least = labelEachPx / perPixel
  const power = 10 ** Math.floor(Math.log10(least))
  const step = Math.max(1, ([1, 2, 5, 10].find((each) => each * power >= least) ?? 10) * power)
  const tick = step >= parts ? step / parts : step
  const first = Math.ceil(from / tick)
  const count = Math.floor(to / tick) - first + 1
  const perLabel = Math.round(step / tick)
  return Array.from({ length: Math.max(0, count) }, (_, index) => ({
    at: (first + index) * tick,
    label: (first + index) % perLabel === 0,
  }))
}
