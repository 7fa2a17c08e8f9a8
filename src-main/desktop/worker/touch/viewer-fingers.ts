import type { TouchPlace } from './touch-events.ts'
import type { TouchScreen } from './touch-screen.ts'

/** What of a touch screen a viewer's fingers need. */
export type TouchedScreen = Pick<TouchScreen, 'begin' | 'move' | 'end'>

/** Fingers that one viewer has on the touch screen of a display: what it does not touch any more is lifted, however that was lost. */
export class ViewerFingers {
  readonly #screen: TouchedScreen
  /** Touches of the display by the viewer's number of the finger. */
  readonly #down = new Map<number, number>()

  constructor(screen: TouchedScreen) {
    this.#screen = screen
  }

  get touching(): boolean {
    return this.#down.size > 0
  }

  /** These fingers are down, and no others. */
  apply(fingers: readonly (TouchPlace & { readonly finger: number })[]): void {
    for (const [finger, touch] of this.#down) {
      if (fingers.some((each) => each.finger === finger)) continue
      this.#down.delete(finger)
      this.#screen.end(touch)
    }
    for (const { finger, x, y } of fingers) {
      const touch = this.#down.get(finger)
      if (touch !== undefined) this.#screen.move(touch, { x, y })
      else {
        const begun = this.#screen.begin({ x, y })
        if (begun !== 0) this.#down.set(finger, begun)
      }
    }
  }
}
