import type { AudioStore } from '../../../../media/worker/stores/media-stores.ts'
import { blockFrames, mixRate } from '../mixer.ts'
import { AudioIntake } from './audio-intake.ts'
import type { Segment } from './segment.ts'
import type { SincTable } from './sinc-table.ts'

/** Frames of a fade at the start and the end of audio: 5 ms. */
const fadeFrames = 240
const blockUs = (blockFrames * 1e6) / mixRate
/** Further off than this is jumped to, with a crossfade; less is caught up with. */
const jumpUs = 8000
/** Fastest catching up, as a fraction of the rate: 0.9 cents, which nobody hears. */
const fastestCatchUp = 5e-4
/** Seconds in which what is off is caught up with. */
const catchUpSeconds = 2
/** A clock that runs so close to ours is ours: samples are taken as they are until they are half a millisecond off. */
const sameClock = 3e-6
const sameClockUs = 500
/** Audio that comes less before it is needed is late: the resampler and the fades look this far ahead. */
const neededUs = 6000
/** How often audio must come late until its source counts as late, and how long before it is needed it then comes. */
const lateArrivals = 12
const spareUs = 10_000
/** Latest that audio may be and still be played (later than it belongs), us. */
const latestUs = 1_500_000
/** Arrivals after which a source that became punctual is played punctually. */
const watchedArrivals = 1000

/** A place in a segment that is played from. */
interface Lane {
  segment: Segment | undefined
  /** Frame to be played next; fractional. */
  position: number
  /** Frames of the device for each that leaves. */
  step: number
  /** 0 to 1: level of its fade. */
  fade: number
}

/**
 * Plays a source's audio on the mixer's clock: finds what is to be heard at each block's time, follows the device's clock with a fractional
 * resampler, and fades where audio starts, ends or has a seam.
 */
export class SourceReader {
  readonly #intake: AudioIntake
  readonly #table: SincTable
  readonly #isNominal: boolean
  #lane: Lane = { segment: undefined, position: 0, step: 1, fade: 0 }
  #other: Lane = { segment: undefined, position: 0, step: 1, fade: 0 }
  readonly #fadingOut = new Float32Array(blockFrames * 2)
  #isExact = false
  #aheadUs = 0
  #offUs = 0
  /** How much later than it belongs the audio is played, because it comes late. */
  #shiftUs = 0
  #lateCount = 0
  #latestUs = 0
  #watched = 0
  #lastLeft = 0
  #lastRight = 0

  constructor(store: AudioStore, table: SincTable) {
    this.#intake = new AudioIntake(store)
    this.#table = table
    this.#isNominal = store.sampleRate === mixRate
  }

  /** Parts per million that the device is fast. */
  get ppm(): number {
    return this.#intake.clock.drift * 1e6
  }

  /** How much later (positive) than it belongs the audio is, ms. */
  get offsetMs(): number {
    return (this.#offUs + this.#shiftUs) / 1000
  }

  get missing(): number {
    return this.#intake.missing
  }

  /**
   * Writes the block that is heard at `timeUs`; audio whose own time is `aheadUs` later is taken, which may be negative. With `isLeaving`
   * nothing new is taken out of the store, which may be gone. Answers whether there was any audio.
   */
  read(timeUs: number, aheadUs: number, into: Float32Array, isLeaving = false): boolean {
    const intake = this.#intake
    if (!isLeaving) {
      const keepFrom = Math.floor(Math.min(this.#lane.position, intake.ring.end)) - this.#table.taps
      intake.pull(keepFrom)
    }
    this.#watchLateness(timeUs + aheadUs - this.#shiftUs)
    const wantedUs = timeUs + aheadUs - this.#shiftUs
    const segment = this.#segmentAt(wantedUs)
    if (segment === undefined) {
      into.fill(0)
      return false
    }
    const position = segment.frameAt(wantedUs)
    const lane = this.#lane
    const offUs = (position - lane.position) / segment.framesPerUs
    const isJump = segment !== lane.segment || aheadUs !== this.#aheadUs || Math.abs(offUs) > jumpUs
    this.#aheadUs = aheadUs
    this.#offUs = isJump ? 0 : offUs
    if (!isJump) {
      this.#follow(lane, segment, offUs)
      const isAudible = this.#play(lane, into)
      this.#lastLeft = into[into.length - 2]!
      this.#lastRight = into[into.length - 1]!
      return isAudible
    }
    return this.#jump(segment, position, into)
  }

  #jump(segment: Segment, position: number, into: Float32Array): boolean {
    const old = this.#lane
    const lane = this.#other
    lane.segment = segment
    lane.position = position
    lane.fade = 0
    this.#isExact = false
    this.#follow(lane, segment, 0)
    const was = old.segment !== undefined && this.#play(old, this.#fadingOut)
    const { ring } = this.#intake
    const { taps } = this.#table
    // In the middle of audio there is nothing to start with: only the crossfade fades.
    const isInside = position >= Math.max(segment.start, ring.begin) + taps && position + blockFrames * lane.step < ring.end - taps
    if (was && isInside) lane.fade = 1
    const isAudible = this.#play(lane, into)
    if (was) crossfade(this.#fadingOut, into)
    this.#lane = lane
    this.#other = old
    old.segment = undefined
    this.#lastLeft = into[into.length - 2]!
    this.#lastRight = into[into.length - 1]!
    return was || isAudible
  }

  /** The newest segment that has started by the end of the block; what is before it is dropped once it is left. */
  #segmentAt(wantedUs: number): Segment | undefined {
    const segments = this.#intake.segments
    let index = segments.length - 1
    while (index > 0 && segments[index]!.startUs > wantedUs + blockUs) index--
    if (index > 0) segments.splice(0, index)
    return segments[0]
  }

  /** Sets how fast the lane plays, so that it comes to where it should be. */
  #follow(lane: Lane, segment: Segment, offUs: number): void {
    const rate = (segment.framesPerUs * 1e6) / mixRate
    if (this.#isNominal) {
      const isSame = Math.abs(rate - 1) < (this.#isExact ? 2 * sameClock : sameClock)
      this.#isExact = isSame && Math.abs(offUs) < (this.#isExact ? sameClockUs : sameClockUs / 2)
      if (this.#isExact) {
        // To the next whole frame within a block, and then from one to the next.
        lane.step = Number.isInteger(lane.position) ? 1 : (Math.round(lane.position) + blockFrames - lane.position) / blockFrames
        if (lane.fade === 0) {
          lane.position = Math.round(lane.position)
          lane.step = 1
        }
        return
      }
    }
    const catchUp = offUs / 1e6 / catchUpSeconds
    lane.step = rate * (1 + Math.max(-fastestCatchUp, Math.min(fastestCatchUp, catchUp)))
  }

  /** Plays a block from a lane. Answers whether any of it is audible. */
  #play(lane: Lane, into: Float32Array): boolean {
    const { ring } = this.#intake
    const segment = lane.segment!
    const { taps } = this.#table
    const step = lane.step
    let position = lane.position
    lane.position = position + blockFrames * step
    if (step === 1 && Number.isInteger(position)) lane.position = position + blockFrames
    else if (this.#isExact) lane.position = Math.round(lane.position)

    const from = Math.max(segment.start, ring.begin === 0 ? 0 : ring.begin + taps)
    const end = Math.min(segment.end, ring.end) - taps / 2
    let silent = 0
    if (position < from) {
      silent = Math.min(blockFrames, Math.ceil((from - position) / step))
      position += silent * step
      lane.fade = 0
    }
    const left = Math.max(0, (end - position) / step)
    const count = Math.min(blockFrames - silent, Math.floor(left))
    if (silent > 0) into.fill(0, 0, silent * 2)
    if (count > 0) {
      if (step === 1 && Number.isInteger(position)) ring.copy(position, into, silent, count)
      else ring.interpolate(this.#table, position, step, into, silent, count)
      if (lane.fade < 1 || left < count + fadeFrames) this.#fade(lane, into, silent, count, left)
    }
    const played = silent + count
    if (played < blockFrames) {
      into.fill(0, played * 2)
      if (lane.fade > 0 && count === 0) this.#fallFrom(this.#lastLeft, this.#lastRight, into)
      lane.fade = 0
      if (segment.isOpen && silent < blockFrames) this.#intake.waited += blockFrames - played
    }
    return count > 0
  }

  /** Rises at the start; falls so that it is silent when `left` frames have been played. */
  #fade(lane: Lane, into: Float32Array, at: number, count: number, left: number): void {
    let fade = lane.fade
    const rise = 1 / fadeFrames
    const fall = 1 / Math.min(fadeFrames, Math.max(1, left) / Math.max(fade, rise))
    for (let frame = 0; frame < count; frame++) {
      fade = Math.min(1, fade + rise, (left - frame) * fall)
      const gain = fade * fade * (3 - 2 * fade)
      into[(at + frame) * 2]! *= gain
      into[(at + frame) * 2 + 1]! *= gain
    }
    lane.fade = Math.max(0, fade)
  }

  /** Audio stopped without a warning: its last value glides to silence, so that there is no step. */
  #fallFrom(left: number, right: number, into: Float32Array): void {
    for (let frame = 0; frame < fadeFrames; frame++) {
      const gain = (1 - frame / fadeFrames) ** 2
      into[frame * 2] = left * gain
      into[frame * 2 + 1] = right * gain
    }
  }

  /** Plays a source that always comes late as much later, alone: the others need not wait for it. */
  #watchLateness(wantedUs: number): void {
    const { arrivedUs } = this.#intake
    if (Number.isNaN(arrivedUs)) return
    const lateUs = wantedUs + spareUs - arrivedUs
    this.#watched++
    this.#latestUs = this.#watched === 1 ? lateUs : Math.max(this.#latestUs, lateUs)
    this.#lateCount = Math.max(0, this.#lateCount + (lateUs > spareUs - neededUs ? 1 : -1))
    const isLate = this.#lateCount >= lateArrivals
    const isPunctual = this.#shiftUs > 0 && this.#watched >= watchedArrivals && this.#latestUs < -3 * spareUs
    if (isLate || isPunctual) this.#shiftUs = Math.max(0, Math.min(latestUs, this.#shiftUs + this.#latestUs))
    if (isLate || this.#watched >= watchedArrivals) {
      this.#lateCount = 0
      this.#watched = 0
    }
  }
}

/** From what is in `from` to what is in `into`. */
function crossfade(from: Float32Array, into: Float32Array): void {
  for (let frame = 0; frame < blockFrames; frame++) {
    const share = (frame + 1) / blockFrames
    const left = from[frame * 2]!
    const right = from[frame * 2 + 1]!
    into[frame * 2] = left + (into[frame * 2]! - left) * share
    into[frame * 2 + 1] = right + (into[frame * 2 + 1]! - right) * share
  }
}
