import type { MessageBus } from '../../../platform/message-bus/message-bus.ts'
import { remoteDesktop } from '../../displays/portal/desktop-portal.ts'
import type { NativeDesktopInput } from '../desktop-addon.ts'
import type { SharedScreen } from './portal-session.ts'

/** As Linux numbers them (input-event-codes.h), by X's numbers. */
const buttons: Readonly<Record<number, number>> = { 1: 0x110, 2: 0x112, 3: 0x111, 8: 0x113, 9: 0x114 }
/** Axis and step of the wheel by X's numbers. */
const wheel: Readonly<Record<number, readonly [axis: number, step: number]>> = { 4: [0, -1], 5: [0, 1], 6: [1, -1], 7: [1, 1] }

const shift = 0xffe1

/** Calls that wait: a text is taken piece by piece. */
const maxTyped = 256
/** More keys and buttons are not pressed, and the pointer is not moved: the desktop does not keep up. */
const maxWaiting = 512

type Call = readonly [what: string, signature: string, values: readonly unknown[]]

interface Place {
  readonly width: number
  readonly height: number
}

/**
 * Keyboard and pointer of a desktop by its portal. Keys are named by what they write: the desktop finds them in its own layout. Portals work
 * on several calls at once and in any order: each call waits for the answer to the one before.
 */
export class PortalInput implements NativeDesktopInput {
  readonly #bus: MessageBus
  readonly #frame: () => Place | undefined
  #screen: SharedScreen | undefined
  #used = false
  readonly #waiting: Call[] = []
  #calling = false
  readonly #keys = new Set<number>()
  readonly #buttons = new Set<number>()

  /** @param frame size of the frames now, in whose pixels viewers point */
  constructor(bus: MessageBus, frame: () => Place | undefined) {
    this.#bus = bus
    this.#frame = frame
  }

  /** From here on the desktop takes input. */
  begin(screen: SharedScreen): void {
    this.#screen = screen
    this.#used = false
  }

  press(keysym: number): number {
    if (keysym === 0 || this.#screen?.types !== true || this.#full) return 0
    if (this.#keys.has(keysym)) this.release(keysym)
    this.#keys.add(keysym)
    this.#notify('KeyboardKeysym', 'iu', keysym, 1)
    return keysym
  }

  prepare(keysyms: readonly number[]): number {
    return Math.min(keysyms.length, Math.max(0, Math.floor((maxTyped - this.#waiting.length) / 2)))
  }

  release(keysym: number): void {
    if (this.#keys.delete(keysym)) this.#notify('KeyboardKeysym', 'iu', keysym, 0)
  }

  move(x: number, y: number): void {
    const frame = this.#frame()
    if (this.#screen?.points !== true || frame === undefined || this.#full) return
    const { node, size = frame } = this.#screen
    this.#notify('PointerMotionAbsolute', 'udd', node, scaled(x, frame.width, size.width), scaled(y, frame.height, size.height))
  }

  shift(x: number, y: number): void {
    if (this.#screen?.points === true && !this.#full) this.#notify('PointerMotion', 'dd', x, y)
  }

  button(number: number, down: boolean): void {
    if (this.#screen?.points !== true || (down && this.#full)) return
    const turn = wheel[number]
    const code = buttons[number]
    if (turn) {
      // The wheel turns when it is pressed, as X has it.
      if (down) this.#notify('PointerAxisDiscrete', 'ui', ...turn)
    } else if (code !== undefined && this.#buttons.has(number) !== down) {
      if (down) this.#buttons.add(number)
      else this.#buttons.delete(number)
      this.#notify('PointerButton', 'iu', code, down ? 1 : 0)
    }
  }

  releaseAll(): void {
    for (const keysym of [...this.#keys]) this.release(keysym)
    for (const number of [...this.#buttons]) this.button(number, false)
  }

  close(): void {
    this.releaseAll()
    this.#screen = undefined
  }

  get #full(): boolean {
    return this.#waiting.length >= maxWaiting
  }

  #notify(what: string, signature: string, ...values: readonly unknown[]): void {
    if (this.#screen === undefined) return
    if (!this.#used) {
      this.#used = true
      this.#addKeyboard(this.#screen)
    }
    // Where the pointer was on its way is of no interest.
    if (what === 'PointerMotionAbsolute' && this.#waiting.at(-1)?.[0] === what) this.#waiting.pop()
    this.#waiting.push([what, signature, values])
    if (!this.#calling) void this.#work(this.#screen.session)
  }

  async #work(session: string): Promise<void> {
    this.#calling = true
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const [what, signature, values] = next
      // A session that has ended says so itself.
      await this.#bus.call(remoteDesktop, `Notify${what}`, `oa{sv}${signature}`, [session, {}, ...values]).catch(() => undefined)
    }
    this.#calling = false
  }

  /** Where no keyboard is plugged in the desktop makes one with the first key, which programs do not get: one that writes nothing. */
  #addKeyboard({ types }: SharedScreen): void {
    for (const state of types ? [1, 0] : []) this.#notify('KeyboardKeysym', 'iu', shift, state)
  }
}

/** The middle of a pixel, in another unit and within its bounds. */
function scaled(at: number, from: number, to: number): number {
  return Math.max(0, Math.min(to - 1, Math.floor(((at + 0.5) * to) / from)))
}
