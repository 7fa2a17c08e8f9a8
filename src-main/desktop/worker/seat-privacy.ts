import { repeat } from '../../platform/timing/repeat.ts'
import type { SeatState, SeatWishes } from '../displays/screen-privacy.ts'
import type { DesktopAddon, NativeLocalSeat } from './desktop-addon.ts'

/** Between looks at monitors and devices that have come since, ms. */
const againMs = 1000

/** Keeps a real screen black, and what is plugged into the machine without effect, while the host wants it. */
export class SeatPrivacy {
  readonly #seats: DesktopAddon['LocalSeat']
  readonly #onState: (state: SeatState) => void
  #seat: NativeLocalSeat | undefined
  #timer: NodeJS.Timeout | undefined
  #said = ''

  constructor(seats: DesktopAddon['LocalSeat'], onState: (state: SeatState) => void) {
    this.#seats = seats
    this.#onState = onState
  }

  want(wishes: SeatWishes): void {
    clearInterval(this.#timer)
    // Each wish is answered.
    this.#said = ''
    if (wishes.blank || wishes.blockInput) this.#timer = repeat(againMs, () => this.#apply(wishes))
    this.#apply(wishes)
  }

  /** As it was before. */
  stop(): void {
    clearInterval(this.#timer)
    if (this.#seat === undefined) return
    this.#seat.close()
    this.#seat = undefined
    this.#say({ blanked: 'off', inputBlocked: 'off' })
  }

  #apply({ blank, blockInput }: SeatWishes): void {
    this.#seat ??= this.#open()
    // Nothing is known then of what a process before this one left.
    if (this.#seat === undefined && !blank && !blockInput) return
    const done = this.#seat?.apply(blank, blockInput)
    const stateOf = (wanted: boolean, is: boolean | undefined) => (!wanted ? 'off' : is === true ? 'on' : 'failed')
    this.#say({ blanked: stateOf(blank, done?.black), inputBlocked: stateOf(blockInput, done?.blocked) })
  }

  #say(state: SeatState): void {
    const said = JSON.stringify(state)
    if (said === this.#said) return
    this.#said = said
    this.#onState(state)
  }

  #open(): NativeLocalSeat | undefined {
    try {
      return new this.#seats('')
    } catch {
      // The screen is lost for its viewers, too: the view says so.
      return undefined
    }
  }
}
