/** A step between two packets that no stream makes by itself, µs: its time was set again. */
const forwardJumpUs = 5_000_000
const backwardJumpUs = 1_000_000
/** Two tracks whose times jump by about the same jump together, µs. */
const sameJumpUs = 1_000_000

interface Track {
  shiftUs: number
  lastUs: number
  arrivedUs: number
}

/** Makes one steady time of the times of a live stream's packets, which may start again or jump at any packet. All times are µs. */
export class LiveClock {
  readonly #tracks = new Map<number, Track>()
  /** What the newest jump of any track was made good by. */
  #shiftUs = 0

  /** What is to be added to the times of a packet that arrives now, by its decoding time. */
  shiftFor(track: number, dtsUs: number, nowUs: number): number {
    const known = this.#tracks.get(track)
    if (known === undefined) {
      this.#tracks.set(track, { shiftUs: this.#shiftUs, lastUs: dtsUs + this.#shiftUs, arrivedUs: nowUs })
      return this.#shiftUs
    }
    const stepUs = dtsUs + known.shiftUs - known.lastUs
    // A stream that was silent for a while may have counted on.
    const countedUs = Math.min(stepUs, stepUs - (nowUs - known.arrivedUs))
    known.arrivedUs = nowUs
    if (countedUs > forwardJumpUs || stepUs < -backwardJumpUs) {
      const otherStepUs = dtsUs + this.#shiftUs - known.lastUs
      if (this.#shiftUs !== known.shiftUs && Math.abs(otherStepUs) < sameJumpUs) known.shiftUs = this.#shiftUs
      else {
        known.shiftUs = this.#newest() - dtsUs
        this.#shiftUs = known.shiftUs
      }
    }
    known.lastUs = dtsUs + known.shiftUs
    return known.shiftUs
  }

  /** The newest time of all tracks. */
  #newest(): number {
    let newest = Number.NEGATIVE_INFINITY
    for (const { lastUs } of this.#tracks.values()) newest = Math.max(newest, lastUs)
    return newest
  }
}
