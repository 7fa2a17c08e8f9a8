import { decimalSeconds, isoTime, microseconds } from './m3u8-text.ts'

export interface PlaylistPart {
  /** Names the part: counts the playlist's parts since it started. Undefined for a chunk that is longer than a part may be. */
  readonly serial: number | undefined
  readonly startTicks: number
  readonly durationTicks: number
  readonly independent: boolean
}

export interface PlaylistSegment {
  readonly sequence: number
  readonly startTicks: number
  readonly durationTicks: number
  /** ms since 1970. */
  readonly programDateTimeMs: number
  readonly discontinuity: boolean
  readonly discontinuitySequence: number
  readonly initId: number
  readonly parts: readonly PlaylistPart[]
  readonly independent: boolean
  readonly complete: boolean
  /** There is no media for its time (section 4.4.4.7). */
  readonly gap?: boolean
}

export interface RenditionReport {
  readonly uri: string
  /** Sequence of the last segment with a part or whole in that rendition's playlist, and the index of its last part where it has any. */
  readonly lastSequence: number
  readonly lastPart: number | undefined
}

export interface MediaPlaylist {
  /** Ticks per second of every time here. */
  readonly timescale: number
  readonly targetDurationS: number
  readonly partTargetMs: number
  /** Other renditions come this much later, ms: players keep as much farther from the edge. */
  readonly lagMs?: number
  /** Oldest first; only the last may be incomplete. */
  readonly segments: readonly PlaylistSegment[]
  readonly ended: boolean
  /** Low-Latency HLS with parts, else complete segments alone. */
  readonly lowLatency: boolean
  /** A delta update was asked for (`_HLS_skip`): segments before the skip boundary are left out where there are any. */
  readonly skip: boolean
  /** What segments are (`fmp4` where left out); MPEG-TS needs no initialization segment and has no parts. */
  readonly container?: 'fmp4' | 'mpegts'
  /** Prefix of every media URL: empty, or an absolute URL that ends with `/`. */
  readonly uriPrefix: string
  /** Lines of complete segments as they were written before with the same URLs: long lists are then cheap to write again. */
  readonly written?: WeakMap<PlaylistSegment, string>
  /** The segment that is being made, and the part. */
  readonly hint: { readonly sequence: number; readonly serial: number }
  readonly reports: readonly RenditionReport[]
}

/**
 * Parts older than this many target durations are no longer listed (RFC 8216bis section 6.2.2), nor those of more segments
 * than this: some players count segments instead.
 */
const partsWithin = 3
/** CAN-SKIP-UNTIL in target durations: the least that section 4.4.3.8 allows. */
const skipBoundaryTargets = 6
/** PART-HOLD-BACK in part targets: section 4.4.3.8 asks for two and recommends three. */
const partHoldBackParts = 3
const holdBackTargets = 3

/** Writes a live media playlist (RFC 8216bis sections 4.4.3 to 4.4.5). */
export function writeMediaPlaylist(playlist: MediaPlaylist): string {
  const { timescale, targetDurationS, lowLatency } = playlist
  const segments = listed(playlist)
  const first = segments[0]
  const skipped = playlist.skip && lowLatency ? skippable(segments, timescale, targetDurationS) : 0

  // EXT-X-SKIP needs version 9, EXT-X-MAP version 6 and fractions of seconds version 3 (section 8); the two forms of one
  // low-latency playlist agree.
  const transport = playlist.container === 'mpegts'
  const extension = transport ? 'ts' : 'm4s'
  let text = `#EXTM3U\n#EXT-X-VERSION:${lowLatency ? 9 : transport ? 3 : 6}\n#EXT-X-TARGETDURATION:${targetDurationS}\n`
  if (lowLatency) {
    const partTargetUs = Math.round(playlist.partTargetMs * 1000)
    text += `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=${decimalSeconds(skipBoundaryTargets * targetDurationS * 1e6)},PART-HOLD-BACK=${decimalSeconds(partHoldBackParts * partTargetUs + Math.round((playlist.lagMs ?? 0) * 1000))},HOLD-BACK=${decimalSeconds(holdBackTargets * targetDurationS * 1e6)}\n`
    text += `#EXT-X-PART-INF:PART-TARGET=${decimalSeconds(partTargetUs)}\n`
  }
  text += `#EXT-X-MEDIA-SEQUENCE:${first ? first.sequence : playlist.hint.sequence}\n`
  // The tag counts the seams before the first listed segment; the segment's own seam is a tag of its own.
  const before = first ? first.discontinuitySequence - (first.discontinuity ? 1 : 0) : 0
  if (before > 0) text += `#EXT-X-DISCONTINUITY-SEQUENCE:${before}\n`
  if (segments.length > 0 && segments.every((segment) => segment.independent)) text += '#EXT-X-INDEPENDENT-SEGMENTS\n'
  if (skipped > 0) text += `#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}\n`

  const partsFrom = firstWithParts(segments, partsWithin * targetDurationS * timescale)
  let initId = skipped > 0 ? segments[skipped - 1]?.initId : undefined
  for (let index = skipped; index < segments.length; index++) {
    const segment = segments[index]
    if (!segment) break
    if (segment.discontinuity) text += '#EXT-X-DISCONTINUITY\n'
    if (!transport && segment.initId !== initId) {
      initId = segment.initId
      text += `#EXT-X-MAP:URI="${playlist.uriPrefix}init-${initId}.mp4"\n`
    }
    if (index < partsFrom && segment.complete) {
      let lines = playlist.written?.get(segment)
      if (lines === undefined) {
        lines = dateLine(segment) + mediaLines(segment, timescale, playlist.uriPrefix, extension)
        playlist.written?.set(segment, lines)
      }
      text += lines
      continue
    }
    text += dateLine(segment)
    if (lowLatency && index >= partsFrom) text += partTags(segment, timescale, playlist.uriPrefix)
    if (segment.complete || playlist.ended) text += mediaLines(segment, timescale, playlist.uriPrefix, extension)
  }
  if (playlist.ended) return `${text}#EXT-X-ENDLIST\n`
  if (!lowLatency) return text
  text += `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${playlist.uriPrefix}part-${playlist.hint.serial}.m4s"\n`
  for (const report of playlist.reports) {
    text += `#EXT-X-RENDITION-REPORT:URI="${report.uri}",LAST-MSN=${report.lastSequence}${report.lastPart === undefined ? '' : `,LAST-PART=${report.lastPart}`}\n`
  }
  return text
}

/** What may be listed now: an unfinished segment by its parts alone, and a plain playlist has no parts. */
function listed(playlist: MediaPlaylist): readonly PlaylistSegment[] {
  const { segments } = playlist
  const last = segments.at(-1)
  if (!last || last.complete) return segments
  const show = playlist.ended ? last.parts.length > 0 : playlist.lowLatency && last.parts[0]?.serial !== undefined
  return show ? segments : segments.slice(0, -1)
}

/**
 * Index of the oldest segment whose parts are listed. Measured in media, not on the timeline: while a publisher was away
 * time went on and the playlist did not. None are listed before a segment without: hls.js takes the newest part that is listed for the
 * end of the stream, and does not load what comes behind it.
 */
function firstWithParts(segments: readonly PlaylistSegment[], withinTicks: number): number {
  let first = segments.length
  for (let behindTicks = 0; first > segments.length - partsWithin && behindTicks < withinTicks; first--) {
    const segment = segments[first - 1]
    if (!segment || (segment.complete && segment.parts.at(-1)?.serial === undefined)) break
    behindTicks += segment.durationTicks
  }
  return first
}

/** How many of the oldest segments are wholly before the skip boundary. */
function skippable(segments: readonly PlaylistSegment[], timescale: number, targetDurationS: number): number {
  const boundaryTicks = skipBoundaryTargets * targetDurationS * timescale
  let count = segments.length
  for (let behindTicks = 0; count > 0 && behindTicks < boundaryTicks; count--) behindTicks += segments[count - 1]?.durationTicks ?? 0
  return count
}

function dateLine(segment: PlaylistSegment): string {
  return `#EXT-X-PROGRAM-DATE-TIME:${isoTime(segment.programDateTimeMs)}\n`
}

function mediaLines(segment: PlaylistSegment, timescale: number, uriPrefix: string, extension: string): string {
  const us = microseconds(segment.startTicks + segment.durationTicks, timescale) - microseconds(segment.startTicks, timescale)
  return `${segment.gap === true ? '#EXT-X-GAP\n' : ''}#EXTINF:${decimalSeconds(us)},\n${uriPrefix}seg-${segment.sequence}.${extension}\n`
}

function partTags(segment: PlaylistSegment, timescale: number, uriPrefix: string): string {
  let text = ''
  // parts that are not the whole of a complete segment are not listed
  if (segment.complete && segment.parts.at(-1)?.serial === undefined) return text
  for (const part of segment.parts) {
    if (part.serial === undefined) break
    const us = microseconds(part.startTicks + part.durationTicks, timescale) - microseconds(part.startTicks, timescale)
    text += `#EXT-X-PART:DURATION=${decimalSeconds(us)},URI="${uriPrefix}part-${part.serial}.m4s"${part.independent ? ',INDEPENDENT=YES' : ''}\n`
  }
  return text
}
