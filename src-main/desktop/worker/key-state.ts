import type { NativeDesktopInput } from './desktop-addon.ts'
import { keysymOf, keysymOfCharacter } from './keysyms.ts'

/** More keys than a person has fingers for: further ones are not pressed. */
const maxHeld = 32

/** Keys that one viewer has down: what it does not press any more is released, however that was lost. */
export class KeyState {
  readonly #input: NativeDesktopInput
  /** Keycodes of the display by the viewer's `code`. */
  readonly #held = new Map<string, number>()

  constructor(input: NativeDesktopInput) {
    this.#input = input
  }

  /** A key that is down already repeats. */
  key(event: { readonly code: string; readonly key: string; readonly down: boolean }): void {
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
    for (const character of text) {
      const keycode = this.#input.press(keysymOfCharacter(character))
      if (keycode !== 0) this.#input.release(keycode)
    }
  }
}
