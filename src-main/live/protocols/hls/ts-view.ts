import { isFault } from '../../../formats/fault.ts'
import { type CmafSample, readCmafSamples } from '../../../formats/mp4/cmaf-reader.ts'
import { elementaryForm } from '../../../formats/mpegts/elementary-stream.ts'
import { tsPacketBytes } from '../../../formats/mpegts/mpegts-packets.ts'
import { type TsTrack, writeTsSegment } from '../../../formats/mpegts/mpegts-writer.ts'
import { type PlaylistSegment, writeMediaPlaylist } from '../../../formats/playlists/m3u8-media.ts'
import { writeMultivariantPlaylist } from '../../../formats/playlists/m3u8-multivariant.ts'
import type { MediaSegment, PackagedRendition, PackagedStream } from '../../packaging/packaged-stream.ts'
import { urlPrefix } from './playlist-view.ts'

/** One video and one audio track of a stream, muxed in transport stream segments; one of them may be missing, not both. */
export interface MuxedRendition {
  /** The name in URLs: `ts-v0-a0`, `ts-v0`, `ts-a0`. */
  readonly id: string
  readonly video: PackagedRendition | undefined
  readonly audio: PackagedRendition | undefined
}

/**
 * Largest part of a transport stream that is neither frames nor packet headers: tables and padding of continuity counters to multiples of
 * sixteen packets, for each segment.
 */
const fixedPackets = 62
/** Stuffing, header and times of a PES packet, on average at most. */
const pesOverheadBytes = 140
const audioPesPerSecond = 16
/** Segments kept once they are made, for each stream: players behind the same edge ask for the same few. */
const maxKept = 8

/**
 * The stream as transport streams: each video with the first audio. Undefined where a codec has no place in one (AV1, VP9, Opus,
 * FLAC), so that the stream stays in fMP4.
 */
export function muxedRenditions(stream: PackagedStream): MuxedRendition[] | undefined {
  const videos: PackagedRendition[] = []
  let audio: PackagedRendition | undefined
  for (const rendition of stream.renditions) {
    if (!elementaryForm(rendition.track)) return undefined
    if (rendition.track.kind === 'video') videos.push(rendition)
    else audio ??= rendition
  }
  if (videos.length === 0) return audio && [{ id: `ts-${audio.id}`, video: undefined, audio }]
  return videos.map((video) => ({ id: audio ? `ts-${video.id}-${audio.id}` : `ts-${video.id}`, video, audio }))
}

/** The multivariant playlist of the muxed renditions. */
export function muxedMultivariantText(
  stream: PackagedStream,
  muxed: readonly MuxedRendition[],
  options: { cdnPrefix: string; session: string | undefined; token?: string | undefined },
): string {
  const query = options.session === undefined ? '' : `?session=${options.session}`
  const prefix = urlPrefix(options.cdnPrefix, stream.name, options.token)
  const video = []
  const audio = []
  for (const one of muxed) {
    const overhead = overheadBandwidth(stream, one)
    const members = membersOf(one)
    const bandwidthOf = (of: (member: PackagedRendition) => number): number =>
      members.reduce((sum, member) => sum + of(member), 0) * (tsPacketBytes / (tsPacketBytes - 4)) + overhead
    const entry = {
      uri: `${prefix}${stream.epoch}/${one.id}/hls.m3u8${query}`,
      bandwidth: bandwidthOf((member) => member.peakBandwidth),
      averageBandwidth: bandwidthOf((member) => member.averageBandwidth),
      codecs: members.map((member) => elementaryForm(member.track)?.codecString ?? member.track.codecString).join(','),
    }
    const track = one.video?.track
    if (track?.kind === 'video') {
      video.push({ ...entry, width: track.width, height: track.height, frameRate: one.video?.frameRate ?? track.frameRate })
    } else if (one.audio?.track.kind === 'audio') {
      audio.push({ ...entry, name: 'Audio 1', channels: one.audio.track.channels })
    }
  }
  const independentSegments = muxed.every((one) => one.video?.segments.every((segment) => segment.independent) ?? true)
  return writeMultivariantPlaylist({ independentSegments, video, audio, version: 3 })
}

/** Bits per second that the transport stream adds to the frames. */
function overheadBandwidth(stream: PackagedStream, muxed: MuxedRendition): number {
  const rate = muxed.video ? (muxed.video.frameRate ?? 30) : 0
  const pesPerSecond = rate + (muxed.audio ? audioPesPerSecond : 0)
  return 8 * (pesPerSecond * pesOverheadBytes + (fixedPackets * tsPacketBytes) / stream.targetDurationS)
}

function membersOf(muxed: MuxedRendition): PackagedRendition[] {
  return [muxed.video, muxed.audio].filter((member) => member !== undefined)
}

/** What a segment is to its playlist beyond its media: whether a seam is before it, and how many are before or at it. */
interface Seam {
  readonly seam: boolean
  readonly count: number
}

/**
 * One run of a stream as MPEG-TS: playlists of the complete segments that video and audio share, and the segments themselves, made from our
 * own CMAF chunks on request. Without requests it uses no memory and no CPU.
 */
export class TsView {
  readonly #stream: PackagedStream
  /** For each muxed rendition by sequence number: seams stay counted after their segments have left the window. */
  readonly #seams = new Map<string, Map<number, Seam>>()
  /** Made segments by rendition and number; the one that was requested last is last. */
  readonly #kept = new Map<string, Uint8Array>()

  constructor(stream: PackagedStream) {
    this.#stream = stream
  }

  /** The muxed rendition of that name, if the stream's codecs allow it. */
  find(id: string): MuxedRendition | undefined {
    return id.startsWith('ts-') ? muxedRenditions(this.#stream)?.find((one) => one.id === id) : undefined
  }

  /** Whether its playlist has a segment to name. */
  ready(muxed: MuxedRendition): boolean {
    return this.#segments(muxed).length > 0
  }

  /** A media playlist as players of the first version of HLS want it. */
  playlistText(muxed: MuxedRendition, cdnPrefix: string): string {
    const stream = this.#stream
    const main = mainOf(muxed)
    const prefix = urlPrefix(cdnPrefix, stream.name)
    return writeMediaPlaylist({
      timescale: main.track.timescale,
      targetDurationS: stream.targetDurationS,
      partTargetMs: stream.partTargetMs,
      segments: this.#segments(muxed),
      ended: stream.ended,
      lowLatency: false,
      skip: false,
      container: 'mpegts',
      uriPrefix: prefix === '' ? '' : `${prefix}${stream.epoch}/${muxed.id}/`,
      hint: main.edge,
      reports: [],
    })
  }

  /** The segment's bytes; undefined where it is not kept, not complete or has nothing that can be carried. */
  segment(muxed: MuxedRendition, sequence: number): Uint8Array | undefined {
    const key = `${muxed.id} ${sequence}`
    const bytes = this.#kept.get(key) ?? this.#make(muxed, sequence)
    if (!bytes) return undefined
    this.#kept.delete(key)
    this.#kept.set(key, bytes)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= maxKept) break
      this.#kept.delete(oldest)
    }
    return bytes
  }

  /**
   * The segments that every member has whole, seen as one; a change of codec is a seam here, since there is no EXT-X-MAP to announce it.
   */
  #segments(muxed: MuxedRendition): PlaylistSegment[] {
    const { ended } = this.#stream
    const main = mainOf(muxed)
    const other = muxed.video && muxed.audio
    const known = this.#seams.get(muxed.id)
    const seams = new Map<number, Seam>()
    const listed: PlaylistSegment[] = []
    if (other && other.segments.length === 0) return listed
    const from = Math.max(main.segments[0]?.sequence ?? 0, other?.segments[0]?.sequence ?? 0)
    let previous: { readonly configuration: string; readonly count: number } | undefined
    // A track that was replaced starts again further on: what was listed before it stays counted, with a seam between.
    if (known && !known.has(from)) for (const [sequence, { count }] of known) if (sequence < from) previous = { configuration: '', count }
    for (const segment of main.segments) {
      // transport streams are made from media in memory: the rewind window is for fMP4 only
      if (segment.sequence < from || segment.stored) continue
      const beside = other?.segments.find((each) => each.sequence === segment.sequence)
      if (!ended && !(segment.complete && (!other || beside?.complete))) break
      const configuration = `${segment.initId}.${beside?.initId ?? ''}`
      const before = known?.get(segment.sequence)
      const seam =
        before?.seam ??
        (segment.discontinuity || beside?.discontinuity === true || (previous !== undefined && previous.configuration !== configuration))
      // Where nothing is known yet, more than enough: every changed configuration counts as a seam of its own.
      const first = segment.discontinuitySequence + segment.initId + (beside?.initId ?? 0)
      const count = before?.count ?? (previous ? previous.count + (seam ? 1 : 0) : first)
      seams.set(segment.sequence, { seam, count })
      previous = { configuration, count }
      listed.push({
        sequence: segment.sequence,
        startTicks: segment.startTicks,
        durationTicks: segment.durationTicks,
        programDateTimeMs: segment.programDateTimeMs,
        discontinuity: seam,
        discontinuitySequence: count,
        initId: 0,
        parts: [],
        independent: segment.independent,
        complete: true,
        gap: !(carried(main, segment) || (other && beside && carried(other, beside))),
      })
    }
    if (seams.size > 0) this.#seams.set(muxed.id, seams)
    return listed
  }

  #make(muxed: MuxedRendition, sequence: number): Uint8Array | undefined {
    const video = muxed.video && this.#track(muxed.video, sequence)
    const audio = muxed.audio && this.#track(muxed.audio, sequence)
    if (video === 'missing' || audio === 'missing') return undefined
    if (!video?.track.samples.length && !audio?.track.samples.length) return undefined
    return writeTsSegment({
      ...(video && { video: video.track }),
      ...(audio && { audio: audio.track }),
      version: (video?.initId ?? 0) + (audio?.initId ?? 0),
    })
  }

  /** A member's share of a segment, perhaps without samples; undefined where its codec cannot be carried. */
  #track(rendition: PackagedRendition, sequence: number): { track: TsTrack; initId: number } | 'missing' | undefined {
    const segment = this.#stream.findSegment(rendition.id, sequence)
    if (!segment) return this.#stream.ended && sequence > (rendition.segments.at(-1)?.sequence ?? -1) ? undefined : 'missing'
    if (!segment.complete && !this.#stream.ended) return 'missing'
    const track = rendition.inits.get(segment.initId)?.track ?? rendition.track
    const form = elementaryForm(track)
    if (!form) return undefined
    const samples: CmafSample[] = []
    for (const part of segment.parts) {
      const read = readCmafSamples(part.data, track.kind === 'audio')
      if (isFault(read)) return 'missing'
      for (const sample of read) samples.push(sample)
    }
    const samplesPerPacket = track.kind === 'audio' ? track.samplesPerPacket : undefined
    return {
      track: { form, timescale: track.timescale, samples, ...(samplesPerPacket === undefined ? undefined : { samplesPerPacket }) },
      initId: segment.initId,
    }
  }
}

function mainOf(muxed: MuxedRendition): PackagedRendition {
  const main = muxed.video ?? muxed.audio
  if (!main) throw new TypeError('a muxed rendition without members')
  return main
}

function carried(rendition: PackagedRendition, segment: MediaSegment): boolean {
  return segment.parts.length > 0 && elementaryForm(rendition.inits.get(segment.initId)?.track ?? rendition.track) !== undefined
}
