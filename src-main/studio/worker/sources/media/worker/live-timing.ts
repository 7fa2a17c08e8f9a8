import type { ProgramClock } from './timeline.ts'

/** Over how long the quickest delivery is looked for, µs. */
const windowUs = 8_000_000
/** How fast the presentation may be drawn nearer to live without anybody noticing: parts of the time that passes. */
const slewRate = 0.002
/** More delay than wanted that is cut off by a jump, µs; less at the start, when servers send what they have kept all at once. */
const jumpUs = 400_000
const firstJumpUs = 20_000
const beginningUs = 1_500_000
/** Everything having come too late for this long means that the way has become longer, µs. */
const lateForUs = 400_000
/** A step of the grid is kept to until another would be nearer by this much of a step. */
const gridSlack = 0.6

/**
 * When something that arrives is due: its own time plus an offset that delays the quickest delivery by as much as is wanted.
 * A longer way is followed once everything comes late, a shorter one slowly, or by a jump where it is much. Where the program's frames
 * are known it settles where a frame of the stream is due on a frame of the program: audio is then as late as its video. All times are µs.
 */
export class LiveTiming {
  readonly #bufferUs: number
  /** Least `arrival - pts` of the present and of the previous half window. */
  #min = Number.POSITIVE_INFINITY
  #minBefore = Number.POSITIVE_INFINITY
  #halfBegan = Number.NaN
  #offsetUs = Number.NaN
  #lateSince = Number.NaN
  #minLate = Number.POSITIVE_INFINITY
  #atUs = Number.NaN
  #beganUs = Number.NaN
  /** Offsets at which frames of the stream are due on frames of the program: one of them, and how far the others are apart. */
  #gridUs = Number.NaN
  #gridStepUs = Number.NaN
  /** The offset that is drawn near to. */
  #aimUs = Number.NaN

  constructor(bufferUs: number) {
    this.#bufferUs = bufferUs
  }

  /** What is added to a presentation time to get the time that it is due. NaN before anything arrived. */
  get offsetUs(): number {
    return this.#offsetUs
  }

  get hasGrid(): boolean {
    return !Number.isNaN(this.#gridUs)
  }

  /** A frame has the time `ptsUs`: the offset settles where it, and what is whole frames away, is due on frames of the program. */
  keepTo(ptsUs: number, { originUs, periodUs }: ProgramClock): void {
    this.#gridUs = originUs - ptsUs
    this.#gridStepUs = periodUs
    // Nothing was shown yet: no need to draw near slowly.
    this.#offsetUs = this.#aimUs = this.onGrid(Number.NaN, this.#offsetUs)
  }

  forgetGrid(): void {
    this.#gridUs = this.#gridStepUs = Number.NaN
  }

  /** An offset of the grid near to `offsetUs`: `presentUs`, one of them, as long as it is hardly farther away than others. */
  onGrid(presentUs: number, offsetUs: number): number {
    if (!this.hasGrid) return offsetUs
    if (Math.abs(presentUs - offsetUs) <= gridSlack * this.#gridStepUs) return presentUs
    return this.#gridUs + Math.round((offsetUs - this.#gridUs) / this.#gridStepUs) * this.#gridStepUs
  }

  /** Drops the offset: what comes next does not continue what was. */
  reset(): void {
    this.#min = this.#minBefore = this.#minLate = Number.POSITIVE_INFINITY
    this.#halfBegan = this.#offsetUs = this.#aimUs = this.#lateSince = this.#atUs = Number.NaN
  }

  /** Something of time `ptsUs` arrived. Answers true where the offset jumped. */
  arrived(ptsUs: number, nowUs: number): boolean {
    const distance = nowUs - ptsUs
    if (Number.isNaN(this.#offsetUs)) {
      this.#offsetUs = this.#aimAt(distance)
      this.#halfBegan = this.#atUs = this.#beganUs = nowUs
      this.#min = distance
      return true
    }
    if (nowUs - this.#halfBegan > windowUs / 2) {
      this.#minBefore = this.#min
      this.#min = Number.POSITIVE_INFINITY
      this.#halfBegan = nowUs
    }
    this.#min = Math.min(this.#min, distance)
    const elapsed = nowUs - this.#atUs
    this.#atUs = nowUs
    if (distance > this.#offsetUs) return this.#late(distance, nowUs)
    this.#lateSince = Number.NaN
    this.#minLate = Number.POSITIVE_INFINITY
    const excess = this.#offsetUs - this.#aimAt(Math.min(this.#min, this.#minBefore))
    if (excess > (nowUs - this.#beganUs < beginningUs ? firstJumpUs : jumpUs)) {
      this.#offsetUs -= excess
      return true
    }
    const slew = elapsed * slewRate
    this.#offsetUs -= Math.max(-slew, Math.min(slew, excess))
    return false
  }

  /** Where the offset belongs with a delivery that is the quickest. */
  #aimAt(distance: number): number {
    this.#aimUs = this.onGrid(this.#aimUs, distance + this.#bufferUs)
    return this.#aimUs
  }

  #late(distance: number, nowUs: number): boolean {
    if (Number.isNaN(this.#lateSince)) this.#lateSince = nowUs
    this.#minLate = Math.min(this.#minLate, distance)
    if (nowUs - this.#lateSince < lateForUs) return false
    this.#offsetUs = this.#aimAt(this.#minLate)
    this.#min = this.#minLate
    this.#minBefore = Number.POSITIVE_INFINITY
    this.#lateSince = Number.NaN
    this.#minLate = Number.POSITIVE_INFINITY
    return true
  }
}
