/** In which order the items of a list are played. */
export class PlayOrder {
  readonly #count: number
  readonly #random: () => number
  /** Items in the order of this round. */
  #round: number[]
  #at = 0
  loop: boolean
  readonly #shuffle: boolean

  /** @param random answers 0 to 1, as `Math.random` does */
  constructor(count: number, options: { readonly loop: boolean; readonly shuffle: boolean }, random: () => number = Math.random) {
    this.#count = count
    this.#random = random
    this.loop = options.loop
    this.#shuffle = options.shuffle
    this.#round = this.#newRound(undefined)
  }

  /** Number of the item that is played; undefined in an empty list. */
  get current(): number | undefined {
    return this.#round[this.#at]
  }

  /** What comes after it, or undefined at the end. Asked as often as one likes: it stays the same until `next` is called. */
  get following(): number | undefined {
    if (this.#at + 1 < this.#round.length) return this.#round[this.#at + 1]
    if (!this.loop || this.#count === 0) return undefined
    this.#round = [...this.#round.slice(this.#at), ...this.#newRound(this.current)]
    this.#at = 0
    return this.#round[1]
  }

  /** Goes to what follows. False, and nothing happens, at the end. */
  next(): boolean {
    if (this.following === undefined) return false
    this.#at++
    return true
  }

  /** Leaves out what follows, this time. */
  dropFollowing(): void {
    if (this.following !== undefined) this.#round.splice(this.#at + 1, 1)
  }

  /** Goes back by one; from the first to the last where it loops. False, and nothing happens, at the start. */
  previous(): boolean {
    if (this.#at > 0) this.#at--
    else if (this.loop && this.#count > 0) {
      const before = this.current === undefined ? 0 : (this.current + this.#count - 1) % this.#count
      this.#round = [before, ...this.#round]
    } else return false
    return true
  }

  /** Starts again. */
  restart(): void {
    this.#round = this.#newRound(undefined)
    this.#at = 0
  }

  /** Goes to an item by its number. */
  goTo(item: number): void {
    const at = this.#round.indexOf(item)
    if (at >= 0) this.#at = at
  }

  /** What another process needs to go on behind an item that is played now; empty where the list tells its order by itself. */
  stateAt(item: number): { readonly round?: readonly number[]; readonly place?: number } {
    return this.#shuffle ? { round: this.#round, place: Math.max(0, this.#round.lastIndexOf(item, this.#at)) } : {}
  }

  /** Goes on in the order of another process. */
  resume(item: number, { round, place = 0 }: { readonly round?: readonly number[]; readonly place?: number }): void {
    if (!this.#shuffle || round === undefined || round[place] !== item) {
      this.goTo(item)
      return
    }
    this.#round = [...round]
    this.#at = place
  }

  #newRound(after: number | undefined): number[] {
    const round = Array.from({ length: this.#count }, (_, index) => index)
    if (!this.#shuffle) return round
    for (let index = round.length - 1; index > 0; index--) {
      const other = Math.floor(this.#random() * (index + 1))
      const kept = round[index] as number
      round[index] = round[other] as number
      round[other] = kept
    }
    // Nobody wants to hear one twice running because a round ended with it.
    if (round.length > 1 && round[0] === after) round.push(round.shift() as number)
    return round
  }
}
