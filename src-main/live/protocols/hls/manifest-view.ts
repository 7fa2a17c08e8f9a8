import { rescale } from '../../../formats/media-time.ts'
import { type MpdAdaptationSet, type MpdPeriod, type MpdRepresentation, writeMpd } from '../../../formats/playlists/mpd-document.ts'
import { type MediaSegment, minBufferS, type PackagedRendition, type PackagedStream } from '../../packaging/packaged-stream.ts'
import { urlPrefix } from './playlist-view.ts'

export interface ManifestOptions {
  readonly title: string
  readonly cdnPrefix: string
  /** ms since 1970. */
  readonly nowMs: number
  /** URL of the host's clock. */
  readonly clockUrl: string
}

interface Span {
  readonly key: string
  readonly rendition: PackagedRendition
  readonly segments: MediaSegment[]
}

/** Where nothing follows a period's media for longer than this, s, the period says where it ends. */
const maxHoleS = 0.5

/**
 * Makes a stream's manifests. It remembers where each period started, because a period's start must stay the same after
 * its first segments have left the window.
 */
export class ManifestView {
  readonly #startsS = new Map<string, number>()

  text(stream: PackagedStream, options: ManifestOptions): string {
    const periods = this.#periods(stream, urlPrefix(options.cdnPrefix, stream.name))
    const partS = stream.partTargetMs / 1000
    let endS = 0
    let depthS = 0
    for (const rendition of stream.renditions) {
      const segments = rendition.segments
      const first = segments[0]
      const last = segments.at(-1)
      if (!first || !last) continue
      const { timescale } = rendition.track
      endS = Math.max(endS, (last.startTicks + last.durationTicks) / timescale)
      depthS = Math.max(depthS, (last.startTicks + last.durationTicks - first.startTicks) / timescale)
    }
    // Three parts behind the edge, as PART-HOLD-BACK says for HLS, and as much again for manifests that are polled.
    const latencyS = Math.max(1.5, 6 * partS) + stream.lagMs / 1000
    return writeMpd({
      live: !stream.ended,
      title: options.title,
      availabilityStartTimeMs: stream.originTimeMs,
      publishTimeMs: options.nowMs,
      timeShiftBufferDepthS: Math.max(depthS, stream.targetDurationS),
      minimumUpdatePeriodS: Math.max(0.5, stream.targetDurationS / 2),
      minBufferTimeS: minBufferS(stream.partTargetMs),
      maxSegmentDurationS: stream.targetDurationS + 0.5,
      suggestedPresentationDelayS: latencyS,
      availabilityTimeOffsetS: Math.max(0, stream.targetDurationS - partS),
      targetLatencyMs: latencyS * 1000,
      clockUrl: options.clockUrl,
      endS,
      periods,
    })
  }

  #periods(stream: PackagedStream, prefix: string): MpdPeriod[] {
    const keys: string[] = []
    const byKey = new Map<string, Span[]>()
    for (const span of spans(stream)) {
      const known = byKey.get(span.key)
      if (known) known.push(span)
      else {
        byKey.set(span.key, [span])
        keys.push(span.key)
      }
    }
    const startOf = new Map(keys.map((key) => [key, this.#start(key, byKey.get(key) ?? [])]))
    keys.sort((a, b) => (startOf.get(a) ?? 0) - (startOf.get(b) ?? 0))
    for (const key of this.#startsS.keys()) if (!byKey.has(key)) this.#startsS.delete(key)
    return keys.map((key, index) => {
      const startS = startOf.get(key) ?? 0
      const members = byKey.get(key) ?? []
      const next = keys[index + 1]
      const untilS = next === undefined ? (stream.ended ? Number.POSITIVE_INFINITY : undefined) : startOf.get(next)
      const endS = endOf(members)
      // While a publisher was away there is no media: a player that looks for some in that time finds the next period.
      const ends = untilS !== undefined && untilS - endS > maxHoleS ? { durationS: endS - startS } : undefined
      return { id: `p${key}`, startS, ...ends, adaptationSets: adaptationSets(stream, members, startS, prefix) }
    })
  }

  #start(key: string, members: readonly Span[]): number {
    let startS = this.#startsS.get(key)
    if (startS === undefined) {
      startS = Number.POSITIVE_INFINITY
      for (const { rendition, segments } of members) startS = Math.min(startS, (segments[0]?.startTicks ?? 0) / rendition.track.timescale)
      // Whole microseconds, as the text has them, so that offsets agree with what players compute from it.
      startS = Math.round(startS * 1e6) / 1e6
      this.#startsS.set(key, startS)
    }
    return startS
  }
}

/**
 * Each rendition's listed segments, cut where any rendition has a seam or a new initialization segment, and where one joins or leaves. Sequence numbers
 * cover the same time in every rendition, so a cut is a sequence number.
 */
function spans(stream: PackagedStream): Span[] {
  const cuts = new Set<number>()
  for (const rendition of stream.renditions) {
    let previous: MediaSegment | undefined
    for (const segment of rendition.segments) {
      const another = segment.choice !== undefined && previous?.choice !== undefined && previous.choice !== segment.choice
      if (segment.discontinuity || another || (previous && previous.initId !== segment.initId)) cuts.add(segment.sequence)
      previous = segment
    }
  }
  const result: Span[] = []
  const main = stream.renditions.find((rendition) => rendition.track.kind === 'video')
  // a period starts with the best quality in it
  const newest = main?.segments.at(-1)
  const madeUntil = newest && newest.byteLength === 0 && cuts.has(newest.sequence) ? newest.sequence - 1 : undefined
  for (const rendition of stream.renditions) {
    const lesser = rendition.track.kind === 'video' && rendition !== main
    let span: Span | undefined
    for (const segment of rendition.segments) {
      // it joins with a period: until then players take another
      if (segment.choice === undefined || segment.sequence > (madeUntil ?? segment.sequence)) continue
      // what a lesser quality had before a gap is left out
      if (lesser && segment.gap === true) {
        if (span) span.segments.length = 0
        continue
      }
      // a gap is in the timeline all the same: players count segment numbers from it
      if (segment.byteLength === 0 && segment.gap !== true) continue
      if (!span || cuts.has(segment.sequence)) {
        span = { key: periodKey(stream, segment), rendition, segments: [] }
        result.push(span)
      }
      span.segments.push(segment)
    }
    const expected = main && rendition !== main ? expectedSegment(rendition, main, cuts) : undefined
    if (expected) result.push({ key: periodKey(stream, expected), rendition, segments: [expected] })
  }
  return result.filter((span) => span.segments.length > 0)
}

/**
 * What a rendition that runs behind has not started yet of the newest period: listed like a segment in the making, since none may join
 * later. Undefined where it has media there, or does not belong to it.
 */
function expectedSegment(other: PackagedRendition, main: PackagedRendition, cuts: ReadonlySet<number>): MediaSegment | undefined {
  const from = main.segments.findLast(({ sequence, byteLength }) => cuts.has(sequence) && byteLength > 0)
  const last = other.segments.findLast(({ byteLength }) => byteLength > 0)
  if (!from || !last || other.away || from.choice === undefined || other.memberFrom > from.choice) return undefined
  if (last.sequence >= from.sequence) return undefined
  // audio that is silent for long, or ends with its publisher, is not waited for
  if (other.track.kind === 'audio' && (from.discontinuity || last.sequence < from.sequence - 1)) return undefined
  const startTicks = rescale(from.startTicks, main.track.timescale, other.track.timescale)
  return {
    ...last,
    discontinuity: from.discontinuity,
    discontinuitySequence: from.discontinuitySequence,
    sequence: from.sequence,
    startTicks,
    durationTicks: 0,
    choice: from.choice,
    parts: [],
    complete: false,
    byteLength: 0,
  }
}

/** The same for every segment between two cuts, and different on both sides of one. */
function periodKey(stream: PackagedStream, segment: MediaSegment): string {
  let key = `${segment.discontinuitySequence}`
  if (segment.choice) key += `-${segment.choice}`
  for (const rendition of stream.renditions) {
    const init = initAt(rendition, segment.sequence)
    // The first one goes without saying, so that a rendition that joins later does not rename the periods before it.
    if (init > 0) key += `.${rendition.id}-${init}`
  }
  return key
}

/** The initialization segment in force at a sequence number. */
function initAt(rendition: PackagedRendition, sequence: number): number {
  let init = rendition.segments[0]?.initId ?? 0
  for (const segment of rendition.segments) {
    if (segment.sequence > sequence) break
    init = segment.initId
  }
  return init
}

function endOf(members: readonly Span[]): number {
  let end = 0
  for (const { rendition, segments } of members) {
    const last = segments.at(-1)
    if (last) end = Math.max(end, (last.startTicks + last.durationTicks) / rendition.track.timescale)
  }
  return end
}

function adaptationSets(stream: PackagedStream, members: readonly Span[], startS: number, prefix: string): MpdAdaptationSet[] {
  const sets = new Map<string, { kind: 'video' | 'audio'; sap: boolean; label?: string; representations: MpdRepresentation[] }>()
  let audioTracks = 0
  for (const { rendition, segments } of members) {
    const first = segments[0]
    if (!first) continue
    const track = rendition.inits.get(first.initId)?.track ?? rendition.track
    // All video of one codec is one adaptation set; each audio track has a set of its own.
    const key = track.kind === 'video' ? `video ${track.codec}` : rendition.id
    let set = sets.get(key)
    if (!set) {
      if (track.kind === 'audio') audioTracks += 1
      set = {
        kind: track.kind,
        sap: true,
        representations: [],
        ...(audioTracks > 1 && track.kind === 'audio' ? { label: `Audio ${audioTracks}` } : undefined),
      }
      sets.set(key, set)
    }
    set.sap &&= segments.every((segment) => segment.independent)
    const address = `${prefix}${stream.epoch}/${rendition.id}/`
    const frameRate = rendition.frameRate ?? (track.kind === 'video' ? track.frameRate : undefined)
    set.representations.push({
      id: rendition.id,
      codecs: track.codecString,
      bandwidth: Math.max(rendition.steadyBandwidth, rendition.peakBandwidth, rendition.averageBandwidth),
      timescale: track.timescale,
      presentationTimeOffsetTicks: Math.round(startS * track.timescale),
      startNumber: first.sequence,
      initialization: `${address}init-${first.initId}.mp4`,
      media: `${address}seg-$Number$.m4s`,
      timeline: timeline(stream, rendition, segments),
      ...(track.kind === 'video'
        ? {
            width: track.width,
            height: track.height,
            sar: track.pixelAspect ? `${track.pixelAspect[0]}:${track.pixelAspect[1]}` : '1:1',
            ...(frameRate === undefined ? undefined : { frameRate }),
          }
        : { audioSamplingRate: track.sampleRate, channels: track.channels }),
    })
  }
  let id = 0
  return [...sets.values()].map((set) => ({
    id: id++,
    contentType: set.kind,
    startWithSap: set.sap,
    representations: set.representations.toSorted((a, b) => b.bandwidth - a.bandwidth),
    ...(set.label === undefined ? undefined : { label: set.label }),
  }))
}

/** An unfinished segment is listed as long as the one before it was: players fetch it by its number while it grows. */
function timeline(
  stream: PackagedStream,
  rendition: PackagedRendition,
  segments: readonly MediaSegment[],
): { startTicks: number; durationTicks: number }[] {
  return segments.map((segment, index) => {
    if (segment.complete || stream.ended) return { startTicks: segment.startTicks, durationTicks: segment.durationTicks }
    const expected = segments[index - 1]?.durationTicks ?? stream.targetDurationS * rendition.track.timescale
    return { startTicks: segment.startTicks, durationTicks: Math.max(expected, segment.durationTicks) }
  })
}
