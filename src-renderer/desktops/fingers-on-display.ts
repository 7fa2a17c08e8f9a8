import type { ClientMessage } from '../../src-main/desktop/sessions/client-message.ts'

/** Fingers are sent again while they are down: the host lifts those of a page that is silent for a second, ms. */
const againMs = 250

interface Place {
  /** Pixels of the display. */
  readonly x: number
  readonly y: number
}

/** Fingers on the touch screen of a display, which its programs get: all that are down in each message, moves once for each frame of the page. */
export class FingersOnDisplay {
  readonly #send: (message: ClientMessage) => void
  readonly #placeOf: (clientX: number, clientY: number) => Place
  /** By the pointer's id of the browser. */
  readonly #fingers = new Map<number, Place & { readonly finger: number }>()
  #frame = 0
  #again: ReturnType<typeof setInterval> | undefined

  constructor(send: (message: ClientMessage) => void, placeOf: (clientX: number, clientY: number) => Place) {
    this.#send = send
    this.#placeOf = placeOf
  }

  /** How many are down. */
  get down(): number {
    return this.#fingers.size
  }

  put(pointer: number, clientX: number, clientY: number): void {
    const used = new Set([...this.#fingers.values()].map(({ finger }) => finger))
    let finger = 0
    while (used.has(finger)) finger++
    this.#fingers.set(pointer, { finger, ...this.#placeOf(clientX, clientY) })
    this.#again ??= setInterval(() => this.#tell(), againMs)
    this.#tell()
  }

  move(pointer: number, clientX: number, clientY: number): void {
    const known = this.#fingers.get(pointer)
    if (known === undefined) return
    const place = this.#placeOf(clientX, clientY)
    if (place.x === known.x && place.y === known.y) return
    this.#fingers.set(pointer, { finger: known.finger, ...place })
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#tell())
  }

  lift(pointer: number): void {
    if (!this.#fingers.has(pointer)) return
    // Where it was last is part of its way.
    if (this.#frame !== 0) this.#tell()
    this.#fingers.delete(pointer)
    this.#tell()
    if (this.#fingers.size === 0) this.#rest()
  }

  stop(): void {
    if (this.#fingers.size > 0) this.#send({ kind: 'touch', fingers: [] })
    this.#fingers.clear()
    this.#rest()
  }

  #rest(): void {
    clearInterval(this.#again)
    this.#again = undefined
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
  }

  #tell(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
    this.#send({ kind: 'touch', fingers: [...this.#fingers.values()] })
  }
}
