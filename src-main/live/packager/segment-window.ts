import type { MediaPart, MediaSegment } from './packaged-stream.ts'

/** A part with where its first sample lies in its bytes, for the one-frame picture. */
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
  readonly parts: PackagedPart[]
}

/** How many segments stay fetchable after they have left the playlist. */
const retiredSegments = 2

/**
 * The segments of one rendition: those that are listed, and a few that have left the list but that slow clients may still be fetching.
 * Counts the bytes it holds.
 */
export class SegmentWindow {
  /** Oldest first; the last may be growing. */
  readonly listed: GrowingSegment[] = []
  readonly #retired: GrowingSegment[] = []
  #windowTicks = 0
  #listedTicks = 0
  #bytes = 0

  /** Sets how many ticks of complete segments stay listed. */
  keep(windowTicks: number): void {
    this.#windowTicks = windowTicks
  }

  /** Media bytes held, listed and retired. */
  get byteLength(): number {
    return this.#bytes
  }

  /** Begins to list a segment. */
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

  /** Marks a segment complete, and drops the oldest ones beyond the window. */
  complete(segment: GrowingSegment): void {
    segment.complete = true
    this.#listedTicks += segment.durationTicks
    while (this.listed.length > 1) {
      const oldest = this.listed[0] as GrowingSegment
      if (!oldest.complete || this.#listedTicks - oldest.durationTicks < this.#windowTicks) break
      this.listed.shift()
      this.#listedTicks -= oldest.durationTicks
      this.#retired.push(oldest)
      if (this.#retired.length > retiredSegments) this.#bytes -= (this.#retired.shift() as GrowingSegment).byteLength
    }
  }

  /** A segment by its sequence number, listed or only just dropped. */
  find(sequence: number): GrowingSegment | undefined {
    for (let i = this.listed.length - 1; i >= 0; i--) {
      const segment = this.listed[i] as GrowingSegment
      if (segment.sequence === sequence) return segment
    }
    return this.#retired.find((segment) => segment.sequence === sequence)
  }

  /** True where a held segment needs that initialization segment. */
  needsInit(initId: number): boolean {
    return this.listed.some((segment) => segment.initId === initId) || this.#retired.some((segment) => segment.initId === initId)
  }

  /** Lets go of everything. */
  clear(): void {
    this.listed.length = 0
    this.#retired.length = 0
    this.#listedTicks = 0
    this.#bytes = 0
  }
}

/** Bits per second and frames per second over complete segments; the growing one counts while there is no other. */
export function measure(
  segments: readonly GrowingSegment[],
  timescale: number,
  targetS: number,
): { average: number; peak: number; frameRate: number } {
  let bytes = 0
  let ticks = 0
  let frames = 0
  let peak = 0
  let anyPeak = 0
  const onlyGrowing = !segments.some((segment) => segment.complete && segment.durationTicks > 0)
  for (const segment of segments) {
    if (segment.durationTicks === 0 || !(segment.complete || onlyGrowing)) continue
    bytes += segment.byteLength
    ticks += segment.durationTicks
    frames += segment.frames
    const rate = (segment.byteLength * 8 * timescale) / segment.durationTicks
    if (rate > anyPeak) anyPeak = rate
    if (rate > peak && segment.durationTicks >= (targetS * timescale) / 2) peak = rate
  }
  if (ticks === 0) return { average: 0, peak: 0, frameRate: 0 }
  return {
    average: Math.round((bytes * 8 * timescale) / ticks),
    peak: Math.round(peak > 0 ? peak : anyPeak),
    frameRate: (frames * timescale) / ticks,
  }
}
