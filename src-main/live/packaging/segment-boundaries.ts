/** Where a segment of the whole stream starts: the same for all renditions. */
export interface SegmentStart {
  readonly sequence: number
  /** Seconds on the stream's timeline. */
  readonly timeS: number
  readonly discontinuity: boolean
  readonly discontinuitySequence: number
  /** Counts the sets of qualities that the stream has had: see `MediaSegment`. */
  readonly choice: number
  /** Frames last longer than parts here: the segment is made at once when it ends, and has no parts. */
  readonly sparse: boolean
}

const boundariesKept = 64

/** Where segments start, with consecutive sequence numbers and never backwards, and which of them are behind a seam. */
export class SegmentBoundaries {
  /** False at the start and after a seam, until the leading track (or another in its absence) starts. */
  started = false
  /** True from a seam on until the first segment behind it starts. */
  seam = false
  /** Oldest first. */
  readonly #starts: SegmentStart[] = []
  #seams = 0
  #choice = 0
  #endS = 0

  get newest(): SegmentStart | undefined {
    return this.#starts[this.#starts.length - 1]
  }

  /** Sequence of the newest; -1 before the first. */
  get newestSequence(): number {
    return this.newest?.sequence ?? -1
  }

  /** Sequence of the oldest that is still known. */
  get oldestSequence(): number | undefined {
    return this.#starts[0]?.sequence
  }

  at(sequence: number): SegmentStart | undefined {
    const first = this.#starts[0]
    return first === undefined ? undefined : this.#starts[sequence - first.sequence]
  }

  /** The newest that starts by `timeS` seconds, give or take the tolerance, of those behind the segment `after`. */
  newestBy(timeS: number, after: number, toleranceS: number): SegmentStart | undefined {
    for (let i = this.#starts.length - 1; i >= 0; i--) {
      const start = this.#starts[i] as SegmentStart
      if (start.sequence <= after) return undefined
      if (timeS >= start.timeS - toleranceS) return start
    }
    return undefined
  }

  /** The next segment starts at `timeS` seconds, or where the one before it started or the media before the seam ended. */
  begin(timeS: number, sparse = false): SegmentStart {
    const last = this.newest
    if (this.seam) this.#seams++
    const start = {
      sequence: last === undefined ? 0 : last.sequence + 1,
      timeS: Math.max(timeS, last === undefined ? 0 : last.timeS, this.seam ? this.#endS : 0),
      discontinuity: this.seam,
      discontinuitySequence: this.#seams,
      choice: this.#choice,
      sparse,
    }
    this.#starts.push(start)
    if (this.#starts.length > boundariesKept) this.#starts.shift()
    this.seam = false
    this.started = true
    return start
  }

  /** A quality joins or leaves with the next segment. @returns the number of the set of qualities from there on */
  changeChoice(): number {
    this.#choice++
    return this.#choice
  }

  /** Media of a rendition ends at `endS` seconds: nothing behind a seam starts before. */
  reach(endS: number): void {
    this.#endS = Math.max(this.#endS, endS)
  }

  /** What comes next does not follow from what came before. */
  breakOff(): void {
    if (this.#starts.length > 0) this.seam = true
    this.started = false
  }
}
