import type { NativeDesktopInput } from './desktop-addon.ts'
import { keysymOf, keysymOfCharacter } from './keysyms.ts'

/** More keys than a person has fingers for: further ones are not pressed. */
const maxHeld = 32
/** Characters that wait to be typed: further ones are not. */
const maxWaiting = 200_000
/** What waits behind a text: further keys and movements do not wait. */
const maxActions = 10_000
/** Characters that are typed at once: where the layout has all of them, that many. */
const maxTogether = 250
/** Between parts of a text, for programs to read what was typed before, ms. */
const waitMs = 20
/** After so many looks nobody waits any more: all keys without a meaning are down. Programs that hang are given up before. */
const maxLooks = 800

/** Keys that one viewer has down: what it does not press any more is released, however that was lost. */
export class KeyState {
  readonly #input: NativeDesktopInput
  /** Keycodes of the display by the viewer's `code`. */
  readonly #held = new Map<string, number>()
  /** Keysyms of a text, and what was done after it: programs take only so many characters at a time that the layout does not have. */
  readonly #waiting: (number[] | (() => void))[] = []
  #waitingCharacters = 0
  #timer: NodeJS.Timeout | undefined
  #looks = 0

  constructor(input: NativeDesktopInput) {
    this.#input = input
  }

  /** Does this when what was typed before has been. */
  after(action: () => void): void {
    if (this.#waiting.length === 0 || this.#waiting.length > maxActions) action()
    else this.#waiting.push(action)
  }

  /** A key that is down already repeats. */
  key(event: { readonly code: string; readonly key: string; readonly down: boolean }): void {
    this.after(() => this.#apply(event))
  }

  #apply(event: { readonly code: string; readonly key: string; readonly down: boolean }): void {
    const held = this.#held.get(event.code)
    if (held !== undefined) {
      this.#held.delete(event.code)
      this.#input.release(held)
    }
    if (!event.down || this.#held.size >= maxHeld) return
    const keycode = this.#input.press(keysymOf(event))
    if (keycode !== 0) this.#held.set(event.code, keycode)
  }

  /** Releases what is not among them. */
  keep(codes: readonly string[]): void {
    for (const [code, keycode] of this.#held) {
      if (codes.includes(code)) continue
      this.#held.delete(code)
      this.#input.release(keycode)
    }
  }

  get holding(): boolean {
    return this.#held.size > 0
  }

  /** Types a text, whatever keys the display's layout has. */
  type(text: string): void {
    const keysyms = Array.from(text, keysymOfCharacter)
    if (keysyms.length === 0) return
    if (this.#waitingCharacters + keysyms.length > maxWaiting || this.#waiting.length > maxActions) return
    this.#waitingCharacters += keysyms.length
    this.#waiting.push(keysyms)
    if (this.#timer === undefined) this.#work()
  }

  /** Nothing that waits is done, and nothing stays down. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // It listens to programs for a text that is typed in parts.
    if (this.#waitingCharacters > 0) this.#input.prepare([])
    this.#waiting.length = 0
    this.#waitingCharacters = 0
    this.keep([])
  }

  #work(): void {
    this.#timer = undefined
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (typeof next === 'function') next()
      else if (!this.#typed(next)) {
        this.#timer = setTimeout(() => this.#work(), waitMs)
        return
      }
      this.#waiting.shift()
    }
  }

  /** Types as much of a text as programs can take now; true when all of it is. */
  #typed(keysyms: number[]): boolean {
    let ready = this.#input.prepare(keysyms.slice(0, maxTogether))
    if (ready === 0) {
      if (++this.#looks < maxLooks) return false
      ready = 1
    }
    this.#looks = 0
    for (const keysym of keysyms.splice(0, ready)) {
      const keycode = this.#input.press(keysym)
      if (keycode !== 0) this.#input.release(keycode)
    }
    this.#waitingCharacters -= ready
    return keysyms.length === 0
  }
}
