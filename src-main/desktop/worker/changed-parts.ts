import type { DesktopRect } from './desktop-addon.ts'

/** More parts than this are sent as one. */
const maxParts = 24

const areaOf = ({ width, height }: DesktopRect): number => width * height

const contains = (outer: DesktopRect, inner: DesktopRect): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height

function around(parts: readonly DesktopRect[]): DesktopRect {
  const x = Math.min(...parts.map((part) => part.x))
  const y = Math.min(...parts.map((part) => part.y))
  return {
    x,
    y,
    width: Math.max(...parts.map((part) => part.x + part.width)) - x,
    height: Math.max(...parts.map((part) => part.y + part.height)) - y,
  }
}

/** What of a display a viewer has not seen yet. */
export class ChangedParts {
  /** What has waited longest is first. */
  #parts: DesktopRect[] = []

  get empty(): boolean {
    return this.#parts.length === 0
  }

  add(parts: readonly DesktopRect[]): void {
    for (const part of parts) {
      if (this.#parts.some((known) => contains(known, part))) continue
      this.#parts = [...this.#parts.filter((known) => !contains(part, known)), part]
    }
    if (this.#parts.length > maxParts) this.#parts = [around(this.#parts)]
  }

  /**
   * What there is, within a display of that size, of at most so many pixels, or one row more; the rest stays unseen. A part that is larger is
   * cut between rows. Where not all of it is taken the small parts are first, so that what was typed does not wait for the rest; half is for
   * the part that has waited longest, so that it is taken while small ones change all the time.
   */
  take(width: number, height: number, maxPixels: number): readonly DesktopRect[] {
    const parts = this.#parts.flatMap(({ x, y, ...size }) => {
      const part = { x, y, width: Math.min(size.width, width - x), height: Math.min(size.height, height - y) }
      return part.width > 0 && part.height > 0 ? [part] : []
    })
    const inTurn =
      parts.reduce((sum, part) => sum + areaOf(part), 0) > maxPixels ? parts.toSorted((one, other) => areaOf(one) - areaOf(other)) : parts
    const rows = new Map<DesktopRect, number>()
    let pixels = 0
    const takeOf = (part: DesktopRect, most: number, least = 0): void => {
      const before = rows.get(part) ?? 0
      const more = Math.min(part.height - before, Math.max(least, Math.floor(most / part.width)))
      rows.set(part, before + more)
      pixels += more * part.width
    }
    const [longest] = parts
    if (longest !== undefined) takeOf(longest, maxPixels / 2, 1)
    for (const part of inTurn) if (part !== longest) takeOf(part, Math.max(0, maxPixels - pixels))
    if (longest !== undefined) takeOf(longest, Math.max(0, maxPixels - pixels))
    const taken = (part: DesktopRect): number => rows.get(part) ?? 0
    this.#parts = parts
      .filter((part) => taken(part) < part.height)
      .map((part) => ({ ...part, y: part.y + taken(part), height: part.height - taken(part) }))
    return inTurn.filter((part) => taken(part) > 0).map((part) => ({ ...part, height: taken(part) }))
  }
}
