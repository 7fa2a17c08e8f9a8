/** Over how long the quickest delivery is looked for, µs. */
const windowUs = 8_000_000
/** How fast the presentation may be drawn nearer to live without anybody noticing: parts of the time that passes. */
const slewRate = 0.002
/** More delay than wanted that is cut off by a jump, µs; less in the beginning, when servers send what they have kept all at once. */
const jumpUs = 400_000
const firstJumpUs = 20_000
const beginningUs = 1_500_000
/** Everything having come too late for so long means that the way has become longer, µs. */
const lateForUs = 400_000

/**
 * When something that arrives is due: its own time plus an offset that holds back as much as is wanted of the quickest delivery.
 * A longer way is followed once everything comes late, a shorter one slowly, or by a jump where it is much. All times are µs.
 */
export class LiveTiming {
  readonly #bufferUs: number
  /** Least `arrival - pts` of the present and of the previous half window. */
  #least = Number.POSITIVE_INFINITY
  #leastBefore = Number.POSITIVE_INFINITY
  #halfBegan = Number.NaN
  #offsetUs = Number.NaN
  #lateSince = Number.NaN
  #leastLate = Number.POSITIVE_INFINITY
  #atUs = Number.NaN
  #beganUs = Number.NaN

  constructor(bufferUs: number) {
    this.#bufferUs = bufferUs
  }

  /** What is added to a presentation time to get the time that it is due. NaN before anything arrived. */
  get offsetUs(): number {
    return this.#offsetUs
  }

  /** Forgets the offset: what comes next does not continue what was. */
  reset(): void {
    this.#least = this.#leastBefore = this.#leastLate = Number.POSITIVE_INFINITY
    this.#halfBegan = this.#offsetUs = this.#lateSince = this.#atUs = Number.NaN
  }

  /** Something of time `ptsUs` arrived. Answers true where the offset jumped. */
  arrived(ptsUs: number, nowUs: number): boolean {
    const distance = nowUs - ptsUs
    if (Number.isNaN(this.#offsetUs)) {
      this.#offsetUs = distance + this.#bufferUs
      this.#halfBegan = this.#atUs = this.#beganUs = nowUs
      this.#least = distance
      return true
    }
    if (nowUs - this.#halfBegan > windowUs / 2) {
      this.#leastBefore = this.#least
      this.#least = Number.POSITIVE_INFINITY
      this.#halfBegan = nowUs
    }
    this.#least = Math.min(this.#least, distance)
    const elapsed = nowUs - this.#atUs
    this.#atUs = nowUs
    if (distance > this.#offsetUs) return this.#late(distance, nowUs)
    this.#lateSince = Number.NaN
    this.#leastLate = Number.POSITIVE_INFINITY
    const excess = this.#offsetUs - this.#bufferUs - Math.min(this.#least, this.#leastBefore)
    if (excess > (nowUs - this.#beganUs < beginningUs ? firstJumpUs : jumpUs)) {
      this.#offsetUs -= excess
      return true
    }
    const slew = elapsed * slewRate
    this.#offsetUs -= Math.max(-slew, Math.min(slew, excess))
    return false
  }

  #late(distance: number, nowUs: number): boolean {
    if (Number.isNaN(this.#lateSince)) this.#lateSince = nowUs
    this.#leastLate = Math.min(this.#leastLate, distance)
    if (nowUs - this.#lateSince < lateForUs) return false
    this.#offsetUs = this.#leastLate + this.#bufferUs
    this.#least = this.#leastLate
    this.#leastBefore = Number.POSITIVE_INFINITY
    this.#lateSince = Number.NaN
    this.#leastLate = Number.POSITIVE_INFINITY
    return true
  }
}
