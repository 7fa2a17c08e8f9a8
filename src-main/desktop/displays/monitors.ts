import { maxMonitors, maxSide, minSide } from '../schemas/display.ts'

/** Where one monitor of a display is, pixels. */
export interface MonitorPlace {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const within = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value))

/** As the display can have them: the first column and row are not empty, and what lies beyond its largest size is cut off. */
export function placed(monitors: readonly MonitorPlace[]): readonly MonitorPlace[] {
  const left = Math.min(...monitors.map(({ x }) => x))
  const top = Math.min(...monitors.map(({ y }) => y))
  return monitors.slice(0, maxMonitors).map(({ x, y, width, height }) => {
    const place = { x: within(x - left, 0, maxSide - minSide), y: within(y - top, 0, maxSide - minSide) }
    return { ...place, width: within(width, minSide, maxSide - place.x), height: within(height, minSide, maxSide - place.y) }
  })
}

/** With another size of one of them: those right of it and below it move along. */
export function withSize(monitors: readonly MonitorPlace[], index: number, width: number, height: number): readonly MonitorPlace[] {
  const changed = monitors[index]
  if (changed === undefined) return monitors
  const [right, bottom] = [changed.x + changed.width, changed.y + changed.height]
  return placed(
    monitors.map((each, at) => {
      if (at === index) return { ...each, width, height }
      return {
        ...each,
        x: each.x >= right ? each.x + width - changed.width : each.x,
        y: each.y >= bottom ? each.y + height - changed.height : each.y,
      }
    }),
  )
}

/** The size of a display that contains them, pixels. */
export function sizeAround(monitors: readonly MonitorPlace[]): { readonly width: number; readonly height: number } {
  return {
    width: Math.max(...monitors.map(({ x, width }) => x + width)),
    height: Math.max(...monitors.map(({ y, height }) => y + height)),
  }
}
