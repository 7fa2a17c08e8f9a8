import type { MediaPart, MediaSegment } from './packaged-stream.ts'
import type { RenditionArchive, StoredMedia } from './segment-archive.ts'

/** A part with where its first sample is in its bytes, for the one-frame frame. */
export interface PackagedPart extends MediaPart {
  /** The chunk's `tfdt`: `startTicks` less the delay that B-frames cause. */
  readonly decodeTicks: number
  readonly firstSampleBytes: number
  readonly firstSampleOffset: number
}

/** A segment while it grows. `index.ts` and playback see it through the read-only contract. */
export interface GrowingSegment extends MediaSegment {
  durationTicks: number
  independent: boolean
  complete: boolean
  byteLength: number
  frames: number
  /** Bits per second at which a player with `minBufferS` never runs dry, whichever earlier part it starts with and ends in this segment. */
  steadyRate: number
  stored?: StoredMedia
  readonly parts: PackagedPart[]
}

/** How many segments stay fetchable after they have left the playlist. */
const retiredSegments = 2

/**
 * The segments of one rendition: those that are listed, and a few that have left the list but that slow clients may still be fetching.
 * The newest are kept in memory; older ones, if there is a rewind window, are listed from disk. Counts the bytes it keeps.
 */
export class SegmentWindow {
  /** Oldest first; the last may be growing. */
  readonly listed: GrowingSegment[] = []
  readonly #retired: GrowingSegment[] = []
  readonly #archive: RenditionArchive | undefined
  /** Index in `listed` of the oldest that has not been given to the archive. */
  #kept = 0
  #windowTicks = 0
  #rewindTicks = 0
  /** Ticks of complete segments: all that are listed, and those in memory. */
  #listedTicks = 0
  #keptTicks = 0
  #bytes = 0

  constructor(archive?: RenditionArchive) {
    this.#archive = archive
  }

  /** Sets how many ticks of complete segments memory keeps, and how many are listed where there is an archive. */
  keep(windowTicks: number, rewindTicks = 0): void {
    this.#windowTicks = windowTicks
    this.#rewindTicks = this.#archive === undefined ? 0 : rewindTicks
  }

  /** Media bytes kept in memory, listed and retired. */
  get byteLength(): number {
    return this.#bytes
  }

  /** Index in `listed` of the oldest segment in memory. */
  get firstKept(): number {
    return this.#kept
  }

  /** Starts to list a segment. */
  add(segment: GrowingSegment): void {
    this.listed.push(segment)
  }

  /** Adds a part to the last segment. */
  addPart(segment: GrowingSegment, part: PackagedPart, frames: number): void {
    segment.parts.push(part)
    segment.durationTicks += part.durationTicks
    segment.byteLength += part.data.length
    segment.frames += frames
    this.#bytes += part.data.length
  }

  /** Marks a segment complete, moves those that leave memory to the archive, and drops the oldest beyond the window. */
  complete(segment: GrowingSegment): void {
    segment.complete = true
    this.#listedTicks += segment.durationTicks
    this.#keptTicks += segment.durationTicks
    if (this.#rewindTicks > this.#windowTicks) this.#spill()
    const keepTicks = Math.max(this.#windowTicks, this.#rewindTicks)
    while (this.listed.length > 1) {
      const oldest = this.listed[0] as GrowingSegment
      if (!oldest.complete || this.#listedTicks - oldest.durationTicks < keepTicks) break
      this.#dropOldest()
    }
  }

  /** Drops the older half of what is on disk. */
  shrink(): void {
    for (let count = Math.ceil(this.#kept / 2); count > 0; count--) this.#dropOldest()
  }

  /** A segment by its sequence number, listed or only just dropped. */
  find(sequence: number): GrowingSegment | undefined {
    const first = this.listed[0]
    if (first !== undefined && sequence >= first.sequence) {
      const guess = this.listed[sequence - first.sequence]
      return guess?.sequence === sequence ? guess : this.listed.findLast((segment) => segment.sequence === sequence)
    }
    return this.#retired.find((segment) => segment.sequence === sequence)
  }

  /** True where a kept segment needs that initialization segment. */
  needsInit(initId: number): boolean {
    return this.listed.some((segment) => segment.initId === initId) || this.#retired.some((segment) => segment.initId === initId)
  }

  /** Drops everything. */
  clear(): void {
    this.listed.length = 0
    this.#retired.length = 0
    this.#kept = 0
    this.#listedTicks = 0
    this.#keptTicks = 0
    this.#bytes = 0
    this.#archive?.close()
  }

  #spill(): void {
    while (this.#kept < this.listed.length - 1) {
      const oldest = this.listed[this.#kept] as GrowingSegment
      if (!oldest.complete || this.#keptTicks - oldest.durationTicks < this.#windowTicks) return
      this.#kept++
      this.#keptTicks -= oldest.durationTicks
      if (oldest.byteLength > 0) void this.#store(oldest)
    }
  }

  /** Until its bytes are on disk a segment keeps them; where the disk does not take it, the list starts behind it. */
  async #store(segment: GrowingSegment): Promise<void> {
    const stored = await this.#archive?.store(segment)
    const at = this.listed.indexOf(segment)
    if (at < 0) {
      // left the list meanwhile: its bytes are counted where it went
      if (stored !== undefined) this.#archive?.release(stored)
      return
    }
    if (stored === undefined) {
      for (let count = at + 1; count > 0; count--) this.#dropOldest()
      return
    }
    segment.stored = stored
    segment.parts.length = 0
    this.#bytes -= segment.byteLength
  }

  #dropOldest(): void {
    const oldest = this.listed.shift() as GrowingSegment
    this.#listedTicks -= oldest.durationTicks
    if (this.#kept > 0) this.#kept--
    else this.#keptTicks -= oldest.durationTicks
    this.#retired.push(oldest)
    if (this.#retired.length <= retiredSegments) return
    const gone = this.#retired.shift() as GrowingSegment
    if (gone.stored === undefined) this.#bytes -= gone.byteLength
    else this.#archive?.release(gone.stored)
  }
}

/** A player that starts so long before is served by the average. */
const steadySpanS = 12

/**
 * The rate at which media must come so that a player which starts with any part, and has waited for `minBufferS`, has each part of the
 * last segment when it is due: what `@bandwidth` and `@minBufferTime` of an MPD promise together (ISO/IEC 23009-1, 5.3.5.2).
 */
export function steadyRateOf(segments: readonly GrowingSegment[], timescale: number, minBufferS: number): number {
  const last = segments.at(-1)
  if (last === undefined) return 0
  let rate = 0
  let laterBits = 0
  for (let end = last.parts.length - 1; end >= 0; end--) {
    const due = last.parts[end] as PackagedPart
    laterBits += due.data.length * 8
    // bits from a part on, up to and with the one that is due
    let bits = -(laterBits - due.data.length * 8)
    for (let at = segments.length - 1; at >= 0; at--) {
      const { parts } = segments[at] as GrowingSegment
      for (let index = parts.length - 1; index >= 0; index--) {
        const part = parts[index] as PackagedPart
        bits += part.data.length * 8
        if (bits > 0) rate = Math.max(rate, bits / (minBufferS + (due.startTicks - part.startTicks) / timescale))
      }
      if ((due.startTicks - (segments[at] as GrowingSegment).startTicks) / timescale > steadySpanS) break
    }
  }
  return rate
}

/** Bits per second and frames per second over complete segments from an index on; the growing one counts while there is no other. */
export function measure(
  segments: readonly GrowingSegment[],
  from: number,
  timescale: number,
  targetS: number,
): { average: number; peak: number; steady: number; frameRate: number } {
  let bytes = 0
  let ticks = 0
  let frames = 0
  let peak = 0
  let anyPeak = 0
  let steady = 0
  const onlyGrowing = !segments.some((segment) => segment.complete && segment.durationTicks > 0)
  for (let at = from; at < segments.length; at++) {
    const segment = segments[at] as GrowingSegment
    if (segment.durationTicks === 0 || !(segment.complete || onlyGrowing)) continue
    bytes += segment.byteLength
    ticks += segment.durationTicks
    frames += segment.frames
    steady = Math.max(steady, segment.steadyRate)
    const rate = (segment.byteLength * 8 * timescale) / segment.durationTicks
    if (rate > anyPeak) anyPeak = rate
    if (rate > peak && segment.durationTicks >= (targetS * timescale) / 2) peak = rate
  }
  if (ticks === 0) return { average: 0, peak: 0, steady: 0, frameRate: 0 }
  return {
    steady: Math.ceil(steady),
    average: Math.round((bytes * 8 * timescale) / ticks),
    peak: Math.round(peak > 0 ? peak : anyPeak),
    frameRate: (frames * timescale) / ticks,
  }
}
