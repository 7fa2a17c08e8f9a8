import type { ClientMessage } from '../../src-main/desktop/sessions/client-message.ts'

export const stickyNames = ['Control', 'Alt', 'Shift'] as const
export type StickyName = (typeof stickyNames)[number]

/** Modifiers that a touch switches on for the next key, where nobody can press two keys at a time. */
export class StickyKeys {
  readonly #send: (message: ClientMessage) => void
  readonly #onChange: (active: readonly StickyName[]) => void
  #active: readonly StickyName[] = []

  constructor(send: (message: ClientMessage) => void, onChange: (active: readonly StickyName[]) => void) {
    this.#send = send
    this.#onChange = onChange
  }

  get any(): boolean {
    return this.#active.length > 0
  }

  toggle(name: StickyName): void {
    this.#set(this.#active.includes(name) ? this.#active.filter((each) => each !== name) : [...this.#active, name])
  }

  /** Presses and releases a key with what is switched on, which is off then. */
  press(code: string, key: string): void {
    const modifiers = this.#active
    for (const name of modifiers) this.#send({ kind: 'key', code: `${name}Left`, key: name, down: true })
    this.#send({ kind: 'key', code, key, down: true })
    this.#send({ kind: 'key', code, key, down: false })
    for (const name of modifiers) this.#send({ kind: 'key', code: `${name}Left`, key: name, down: false })
    if (this.any) this.#set([])
  }

  #set(active: readonly StickyName[]): void {
    this.#active = active
    this.#onChange(active)
  }
}
