/** Which slide comes next, over a list that may change between rounds. */
export class SlideOrder {
  readonly #shuffle: boolean
  readonly #random: () => number
  #slides: readonly string[] = []
  #order: string[] = []
  #place = -1

  constructor(order: 'listed' | 'shuffle', random: () => number = Math.random) {
    this.#shuffle = order === 'shuffle'
    this.#random = random
  }

  get slides(): number {
    return this.#slides.length
  }

  /** Number of the slide that stands, counted from 1 in this round; 0 before the first. */
  get position(): number {
    return this.#place + 1
  }

  /** The list as it is now. What stands keeps its place where it is still there. */
  setSlides(slides: readonly string[]): void {
    const standing = this.#order[this.#place]
    this.#slides = slides
    if (this.#shuffle) {
      const known = new Set(slides)
      const kept = this.#order.filter((slide) => known.has(slide))
      const keptSet = new Set(kept)
      const added = shuffled(
        slides.filter((slide) => !keptSet.has(slide)),
        this.#random,
      )
      this.#order = [...kept, ...added]
    } else this.#order = [...slides]
    const at = standing === undefined ? -1 : this.#order.indexOf(standing)
    this.#place = at >= 0 ? at : Math.min(this.#place, this.#order.length - 1)
  }

  /** Begins before the first slide again. */
  rewind(): void {
    if (this.#shuffle) this.#order = shuffled(this.#slides, this.#random)
    this.#place = -1
  }

  /** Steps on, or back by -1; undefined at the end of a list that is not begun again, and where there is nothing. */
  step(by: 1 | -1, loop: boolean): string | undefined {
    const count = this.#order.length
    if (count === 0) return undefined
    let place = this.#place + by
    if (place >= count) {
      if (!loop) return undefined
      const last = this.#order[count - 1]
      this.rewind()
      // The same picture does not stand twice in a row.
      if (this.#shuffle && count > 1 && this.#order[0] === last) this.#order.push(this.#order.shift() as string)
      place = 0
    }
    if (place < 0) place = loop ? count - 1 : 0
    this.#place = place
    return this.#order[place]
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
