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
   * What there is, within a display of that size, of at most so many pixels, or one row where that is more; the rest stays unseen. A part
   * that is larger is cut between rows. Where not all of it is taken the small parts are first: what was typed does not wait for the rest.
   */
  take(width: number, height: number, maxPixels: number): readonly DesktopRect[] {
    const taken: DesktopRect[] = []
    const left: DesktopRect[] = []
    let pixels = 0
    const all = this.#parts.reduce((sum, part) => sum + areaOf(part), 0)
    const inTurn = all > maxPixels ? this.#parts.toSorted((one, other) => areaOf(one) - areaOf(other)) : this.#parts
    for (const { x, y, ...size } of inTurn) {
      const part = { x, y, width: Math.min(size.width, width - x), height: Math.min(size.height, height - y) }
      if (part.width <= 0 || part.height <= 0) continue
      const rows = Math.min(part.height, Math.max(taken.length === 0 ? 1 : 0, Math.floor((maxPixels - pixels) / part.width)))
      if (rows > 0) taken.push({ ...part, height: rows })
      if (rows < part.height) left.push({ ...part, y: y + rows, height: part.height - rows })
      pixels += rows * part.width
    }
    this.#parts = left
    return taken
  }
}
