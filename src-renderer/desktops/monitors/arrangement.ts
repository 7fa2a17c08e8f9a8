/** Where one monitor of a display is, pixels. */
export interface MonitorPlace {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Edges that are so close are meant to be in line, pixels. */
const alignPx = 120

/** The first column and row are not empty. */
export function fromCorner(monitors: readonly MonitorPlace[]): readonly MonitorPlace[] {
  const left = Math.min(...monitors.map(({ x }) => x))
  const top = Math.min(...monitors.map(({ y }) => y))
  return monitors.map((each) => ({ ...each, x: each.x - left, y: each.y - top }))
}

/** The size of what contains them, pixels. */
export function extent(monitors: readonly MonitorPlace[]): { readonly width: number; readonly height: number } {
  return {
    width: Math.max(...monitors.map(({ x, width }) => x + width)),
    height: Math.max(...monitors.map(({ y, height }) => y + height)),
  }
}

/** With one more at the right, as large as the last one. */
export function withOneMore(monitors: readonly MonitorPlace[]): readonly MonitorPlace[] {
  const last = monitors.at(-1) ?? { x: 0, y: 0, width: 1280, height: 720 }
  return [...monitors, { ...last, x: extent(monitors).width, y: 0 }]
}

/** With one of them moved to that side of all others: `right` and `down` are -1, 0 or 1, one of them not 0. */
export function withBeyond(monitors: readonly MonitorPlace[], index: number, right: number, down: number): readonly MonitorPlace[] {
  const moved = monitors[index]
  const others = monitors.filter((_, at) => at !== index)
  if (moved === undefined || others.length === 0) return monitors
  const left = Math.min(...others.map(({ x }) => x))
  const top = Math.min(...others.map(({ y }) => y))
  const end = extent(others)
  const x = right < 0 ? left - moved.width : right > 0 ? end.width : left
  const y = down < 0 ? top - moved.height : down > 0 ? end.height : top
  return fromCorner(monitors.map((each, at) => (at === index ? { ...moved, x, y } : each)))
}

const overlap = (one: MonitorPlace, other: MonitorPlace): boolean =>
  one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height

/** A place along an edge that touches it, in line with its start or end where it nearly is. */
function along(at: number, size: number, edge: number, edgeSize: number): number {
  for (const line of [edge, edge + edgeSize - size]) if (Math.abs(at - line) < alignPx) return line
  return Math.max(edge - size + 1, Math.min(edge + edgeSize - 1, at))
}

/** With one of them moved to the free place beside another one that is nearest to `x` and `y`. */
export function withMoved(monitors: readonly MonitorPlace[], index: number, x: number, y: number): readonly MonitorPlace[] {
  const moved = monitors[index]
  const others = monitors.filter((_, at) => at !== index)
  if (moved === undefined || others.length === 0) return monitors
  const { width, height } = moved
  const places = others
    .flatMap((other) => {
      const row = along(y, height, other.y, other.height)
      const column = along(x, width, other.x, other.width)
      return [
        { x: other.x - width, y: row },
        { x: other.x + other.width, y: row },
        { x: column, y: other.y - height },
        { x: column, y: other.y + other.height },
      ]
    })
    .map((place) => ({ ...moved, ...place }))
    .filter((place) => !others.some((other) => overlap(place, other)))
    .sort((one, other) => Math.hypot(one.x - x, one.y - y) - Math.hypot(other.x - x, other.y - y))
  const [nearest = moved] = places
  return fromCorner(monitors.map((each, at) => (at === index ? nearest : each)))
}
