/** Which slide comes next, over a list that may change between rounds. */
export class SlideOrder {
  readonly #shuffle: boolean
  /** Of this round: the same slides come in the same order with it. */
  #seed: number
  #slides: readonly string[] = []
  #order: string[] = []
  #place = -1

  /** @param seed of the first round's order, where another process started it */
  constructor(order: 'listed' | 'shuffle', seed = Math.floor(Math.random() * 2 ** 32)) {
    this.#shuffle = order === 'shuffle'
    this.#seed = seed
  }

  get seed(): number {
    return this.#seed
  }

  get slides(): number {
    return this.#slides.length
  }

  /** Number of the slide that is shown, counted from 1 in this round; 0 before the first. */
  get position(): number {
    return this.#place + 1
  }

  get current(): string | undefined {
    return this.#order[this.#place]
  }

  /** Goes to a slide, at a position of this round if it is there. False, and nothing happens, where it is not in the list. */
  goTo(slide: string, position: number): boolean {
    const place = this.#order[position - 1] === slide ? position - 1 : this.#order.indexOf(slide)
    if (place >= 0) this.#place = place
    return place >= 0
  }

  /** The present list. The slide that is shown keeps its place if it is still there. */
  setSlides(slides: readonly string[]): void {
    const standing = this.#order[this.#place]
    this.#slides = slides
    if (this.#shuffle) {
      const known = new Set(slides)
      const kept = this.#order.filter((slide) => known.has(slide))
      const keptSet = new Set(kept)
      const added = shuffled(
        slides.filter((slide) => !keptSet.has(slide)),
        numbersFrom(this.#seed),
      )
      this.#order = [...kept, ...added]
    } else this.#order = [...slides]
    const at = standing === undefined ? -1 : this.#order.indexOf(standing)
    this.#place = at >= 0 ? at : Math.min(this.#place, this.#order.length - 1)
  }

  /** Starts before the first slide again. */
  rewind(): void {
    if (this.#shuffle) this.#shuffleFrom(this.#seed)
    this.#place = -1
  }

  /** Steps on, or back by -1; undefined at the end of a list that is not started again, and where there is nothing. */
  step(by: 1 | -1, loop: boolean): string | undefined {
    const count = this.#order.length
    if (count === 0) return undefined
    let place = this.#place + by
    if (place >= count) {
      if (!loop) return undefined
      const last = this.#order[count - 1]
      this.rewind()
      // The same image is not shown twice in a row: another order, then.
      for (let tries = 0; this.#shuffle && count > 1 && this.#order[0] === last && tries < 64; tries++) this.#shuffleFrom(this.#seed)
      place = 0
    }
    if (place < 0) place = loop ? count - 1 : 0
    this.#place = place
    return this.#order[place]
  }

  #shuffleFrom(seed: number): void {
    this.#seed = Math.floor(numbersFrom(seed)() * 2 ** 32)
    this.#order = shuffled(this.#slides, numbersFrom(this.#seed))
  }
}

/** Numbers from 0 to 1 that look random, the same ones for the same seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function shuffled(slides: readonly string[], random: () => number): string[] {
  const order = [...slides]
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const kept = order[last] as string
    order[last] = order[other] as string
    order[other] = kept
  }
  return order
}
