/** Figures are the middle of so many of the newest. */
const maxSamples = 40
/** A press that nothing was drawn for by then has no effect to measure, ms. */
const maxPressMs = 1000

/** What a change of the display took on its way, as a page counts it, ms. */
export interface LatencySplit {
  readonly capture: number
  readonly encode: number
  readonly network: number
  readonly decode: number
  readonly draw: number
  /** From a key or button to the first change after it; null until one was pressed. */
  readonly press: number | null
  /** The same for the slowest of twenty. */
  readonly pressP95: number | null
}

export interface DrawnUpdate {
  /** As the host says, ms. */
  readonly captureMs: number
  readonly encodeMs: number
  readonly answers: boolean
  /** Of this page's clock: when its message came, when its pixels were there, and when they were on the canvas for the next frame. */
  readonly receivedMs: number
  readonly decodedMs: number
  readonly shownMs: number
}

class Samples {
  readonly #values: number[] = []

  add(value: number): void {
    this.#values.push(Math.max(0, value))
    if (this.#values.length > maxSamples) this.#values.shift()
  }

  /** The value that this share of all is below; undefined without one. */
  at(share: number): number | undefined {
    return this.#values.toSorted((one, other) => one - other)[Math.floor(share * this.#values.length)]
  }
}

/** How long changes of a display take to its viewer. The host says which change is the first after a press; the network takes half of a round trip. */
export class LinkLatency {
  readonly #capture = new Samples()
  readonly #encode = new Samples()
  readonly #decode = new Samples()
  readonly #draw = new Samples()
  readonly #roundTrip = new Samples()
  readonly #press = new Samples()
  #pressedMs: number | undefined

  /** A key or button went down at that time of the page's clock. */
  pressed(nowMs: number): void {
    if (this.#pressedMs === undefined || nowMs - this.#pressedMs > maxPressMs) this.#pressedMs = nowMs
  }

  answered(roundTripMs: number): void {
    this.#roundTrip.add(roundTripMs)
  }

  drawn({ captureMs, encodeMs, answers, receivedMs, decodedMs, shownMs }: DrawnUpdate): void {
    this.#capture.add(captureMs)
    this.#encode.add(encodeMs)
    this.#decode.add(decodedMs - receivedMs)
    this.#draw.add(shownMs - decodedMs)
    if (this.#pressedMs === undefined || !answers) return
    if (shownMs - this.#pressedMs <= maxPressMs) this.#press.add(shownMs - this.#pressedMs)
    this.#pressedMs = undefined
  }

  /** Undefined until an update was drawn and the host has answered. */
  split(): LatencySplit | undefined {
    const [capture, encode, decode, draw] = [this.#capture, this.#encode, this.#decode, this.#draw].map((each) => each.at(0.5))
    const network = this.#networkMs
    if (capture === undefined || encode === undefined || decode === undefined || draw === undefined || network === undefined)
      return undefined
    return { capture, encode, network, decode, draw, press: this.#press.at(0.5) ?? null, pressP95: this.#press.at(0.95) ?? null }
  }

  get #networkMs(): number | undefined {
    const roundTrip = this.#roundTrip.at(0.5)
    return roundTrip === undefined ? undefined : roundTrip / 2
  }
}
