import type { Track } from '../../formats/track.ts'
import type { StoredMedia } from './segment-archive.ts'

/** A CMAF chunk: one moof and mdat. Made once; HLS parts, HLS and DASH segments and chunked DASH are views on the same bytes. */
export interface MediaPart {
  readonly index: number
  /**
   * Counts the rendition's parts, across segments: the part's URL. The next part's URL is so known before it is known whether the
   * segment goes on, and EXT-X-PRELOAD-HINT never names a part that does not come (RFC 8216bis section 4.4.5.3). Undefined for a
   * chunk that is no part of a playlist, because its frames last longer than PART-TARGET.
   */
  readonly serial: number | undefined
  /** Ticks of the rendition's timescale. */
  readonly startTicks: number
  readonly durationTicks: number
  /** Starts with a frame that a decoder can start at. */
  readonly independent: boolean
  readonly data: Uint8Array
}

/** What players of DASH wait for before they start, seconds: two parts, and no less than half a second. */
export const minBufferS = (partTargetMs: number): number => Math.max(0.5, (2 * partTargetMs) / 1000)

/** How many parts of a segment playlists list: its chunks up to the first that is not a part. */
export function listedParts(segment: { readonly parts: readonly Pick<MediaPart, 'serial'>[] }): number {
  let count = segment.parts.length
  while (count > 0 && segment.parts[count - 1]?.serial === undefined) count--
  return count
}

export interface MediaSegment {
  /** Media sequence number; the same number covers the same time in every rendition of the stream. */
  readonly sequence: number
  readonly startTicks: number
  /** Final once `complete`; until then the sum of the parts so far. */
  readonly durationTicks: number
  /** Wall clock of the first frame, ms since 1970. */
  readonly programDateTimeMs: number
  /** A seam is before this segment. */
  readonly discontinuity: boolean
  /** How many seams are before or at this segment since the stream started (EXT-X-DISCONTINUITY-SEQUENCE counting). */
  readonly discontinuitySequence: number
  /**
   * Counts the sets of qualities that the stream has had: DASH has a period for each, because players do not expect one to join or
   * leave inside (dash.js then updates none of them). Undefined where this quality joined after the segment had started.
   */
  readonly choice: number | undefined
  /** Which initialization segment it needs: key into `PackagedRendition.inits`. */
  readonly initId: number
  /** Empty for a gap, and for a segment that is on disk (`stored`). */
  readonly parts: readonly MediaPart[]
  /** Where its `byteLength` bytes are, once they have left memory. */
  readonly stored?: StoredMedia
  readonly independent: boolean
  /** Nothing arrived for this rendition while the others went on: no parts, no bytes. HLS lists it with EXT-X-GAP, DASH leaves it out. */
  readonly gap?: boolean
  readonly complete: boolean
  readonly byteLength: number
}

export interface PackagedRendition {
  /** Track id: `v0`, `a0`. */
  readonly id: string
  /** The track as configured now. */
  readonly track: Track
  readonly inits: ReadonlyMap<number, { readonly data: Uint8Array; readonly track: Track }>
  /** Oldest first; the last may be incomplete. Never empty once the rendition is `ready`. */
  readonly segments: readonly MediaSegment[]
  /**
   * It is not produced now: its transcoder is away for a moment, or it was retired. New players are not notified of it, and those that
   * follow it are sent to another.
   */
  readonly away: boolean
  /** The set of qualities (`MediaSegment.choice`) from which on it is one of them. */
  readonly memberFrom: number
  /** Measured over the window, bits per second. */
  readonly averageBandwidth: number
  /** The largest segment's bit rate in the window, bits per second. */
  readonly peakBandwidth: number
  /** Bits per second that a player with `minBufferS` needs so as never to run dry: an MPD's `@bandwidth`. */
  readonly steadyBandwidth: number
  /** Measured frames per second for video, undefined for audio. */
  readonly frameRate: number | undefined
  /** Sequence of the segment being made and how many of its parts are listed: what a blocking reload waits for. Serial of the next part. */
  readonly edge: { readonly sequence: number; readonly parts: number; readonly serial: number }
}

/** A stream as playback sees it. Kept after the publisher has gone, until its retention ends. */
export interface PackagedStream {
  readonly streamId: string
  readonly name: string
  readonly epoch: string
  /**
   * EXT-X-TARGETDURATION in whole seconds: no segment's rounded duration exceeds it. Rises twice at most, and never falls:
   * where the first GOP turns out to be longer, before a playlist has been answered; where the first long GOP comes
   * later, when cutting a segment inside it was not enough (see target-duration.ts).
   */
  readonly targetDurationS: number
  /** EXT-X-PART-INF PART-TARGET in ms: never changes, and no part is longer. */
  readonly partTargetMs: number
  readonly originTimeMs: number
  /** What is added to the machine's monotonic clock (`monotonicMs`) to get the clock that `originTimeMs` was read from. */
  readonly clockOffsetMs: number
  /** How far transcoded renditions run behind the publisher's own, ms: players stay as much farther from the edge, so that they can switch. */
  readonly lagMs: number
  /** There is no publisher now; it is expected back. */
  readonly away: boolean
  /** Every rendition has at least one part. */
  readonly ready: boolean
  /** True once the stream has ended: playlists get EXT-X-ENDLIST, the MPD becomes static. */
  readonly ended: boolean
  readonly renditions: readonly PackagedRendition[]
  /** A segment by number, also for a short while after it has left `segments` (RFC 8216bis section 6.2.2). */
  findSegment(renditionId: string, sequence: number): MediaSegment | undefined
  /** Calls back after every new part, segment, rendition and at the end. Returns the way to stop listening. */
  onChange(listener: () => void): () => void
}
