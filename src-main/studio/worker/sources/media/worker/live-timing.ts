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
/** A track that comes later than the other one is waited for by so much more than its quickest delivery, µs, or by the buffer. */
const laterTrackUs = 60_000
/** One that comes later than this behind the other is not waited for, µs: its publisher's clocks are wrong. */
const maxApartUs = 3_000_000
/** A step of the grid is kept to until another would be nearer by this much of a step. */
const gridSlack = 0.6

/** How late the packets of a track come: `arrival - pts`, µs. */
class Delivery {
  /** Least of the present and of the previous half window. */
  #min = Number.POSITIVE_INFINITY
  #minBefore = Number.POSITIVE_INFINITY
  /** Since when all come after they were due, and the least of them. */
  lateSince = Number.NaN
  #minLate = Number.POSITIVE_INFINITY

  /** Infinite where nothing came for the whole window. */
  get quickest(): number {
    return Math.min(this.#min, this.#minBefore)
  }

  arrived(distance: number): void {
    this.#min = Math.min(this.#min, distance)
  }

  endHalf(): void {
    this.#minBefore = this.#min
    this.#min = Number.POSITIVE_INFINITY
  }

  onTime(): void {
    this.lateSince = Number.NaN
    this.#minLate = Number.POSITIVE_INFINITY
  }

  late(distance: number, nowUs: number): void {
    if (Number.isNaN(this.lateSince)) this.lateSince = nowUs
    this.#minLate = Math.min(this.#minLate, distance)
  }

  /** What comes late is how it comes from now on. */
  followLate(): void {
    if (Number.isNaN(this.lateSince)) return
    this.#min = this.#minLate
    this.#minBefore = Number.POSITIVE_INFINITY
    this.onTime()
  }
}

/**
 * When something that arrives is due: its own time plus an offset that delays the quickest delivery by as much as is wanted.
 * A longer way is followed once everything of a track comes late, a shorter one slowly, or by a jump where it is much: both tracks stay
 * together. Where the program's frames are known it settles where a frame of the stream is due on a frame of the program: audio is then as
 * late as its video. All times are µs.
 */
export class LiveTiming {
  readonly #bufferUs: number
  readonly #tracks = new Map<number, Delivery>()
  #halfBegan = Number.NaN
  #offsetUs = Number.NaN
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
    this.#tracks.clear()
    this.#halfBegan = this.#offsetUs = this.#aimUs = this.#atUs = Number.NaN
  }

  /** Something of a track and time `ptsUs` arrived. Answers true where the offset jumped. */
  arrived(track: number, ptsUs: number, nowUs: number): boolean {
    const distance = nowUs - ptsUs
    const delivery = this.#deliveryOf(track)
    if (nowUs - this.#halfBegan > windowUs / 2) {
      for (const each of this.#tracks.values()) each.endHalf()
      this.#halfBegan = nowUs
    }
    delivery.arrived(distance)
    if (Number.isNaN(this.#offsetUs)) {
      this.#halfBegan = this.#atUs = this.#beganUs = nowUs
      this.#offsetUs = this.#aim()
      return true
    }
    const elapsed = nowUs - this.#atUs
    this.#atUs = nowUs
    if (distance > this.#offsetUs) return this.#late(delivery, distance, nowUs)
    delivery.onTime()
    const excess = this.#offsetUs - this.#aim()
    if (excess > (nowUs - this.#beganUs < beginningUs ? firstJumpUs : jumpUs)) {
      this.#offsetUs -= excess
      return true
    }
    const slew = elapsed * slewRate
    this.#offsetUs -= Math.max(-slew, Math.min(slew, excess))
    return false
  }

  #deliveryOf(track: number): Delivery {
    const known = this.#tracks.get(track)
    if (known !== undefined) return known
    const delivery = new Delivery()
    this.#tracks.set(track, delivery)
    return delivery
  }

  /** Where the offset belongs with the quickest deliveries of the tracks. */
  #aim(): number {
    let quickest = Number.POSITIVE_INFINITY
    for (const each of this.#tracks.values()) quickest = Math.min(quickest, each.quickest)
    let wanted = quickest + this.#bufferUs
    const later = Math.min(laterTrackUs, this.#bufferUs)
    for (const each of this.#tracks.values()) {
      if (each.quickest - quickest < maxApartUs) wanted = Math.max(wanted, each.quickest + later)
    }
    this.#aimUs = this.onGrid(this.#aimUs, wanted)
    return this.#aimUs
  }

  #late(delivery: Delivery, distance: number, nowUs: number): boolean {
    delivery.late(distance, nowUs)
    if (nowUs - delivery.lateSince < lateForUs) return false
    // A way that became longer is so for all that come late.
    for (const each of this.#tracks.values()) each.followLate()
    const before = this.#offsetUs
    this.#offsetUs = Math.max(before, this.#aim())
    return this.#offsetUs > before
  }
}
