import { msToTicks, ticksToMs } from '../../../../formats/media-time.ts'
import type { Track } from '../../../../formats/track.ts'
import { decodedMs, type IngestPacket, presentedMs } from '../../../../media/ingest-packet.ts'
import type { Timeline } from '../../run/timeline.ts'
import { align, type SourceClock } from './source-clock.ts'
import type { StandbyBuffer } from './standby-buffer.ts'

/** A gap shorter than this is normal jitter of the encoder, in frames. */
const NEXT_FRAMES = 1.5
/** Frames that were shown already get this duration when only the decoder needs them. */
const SQUEEZE = 1 / 1000
/** Ticks per second of squeezed times, which are much closer together than any publisher counts. */
const squeezedTimescale = 1_000_000_000

/** How one publisher goes on where another stopped. Times in ms; `timeline` is the stream's, `source` the new publisher's own. */
export interface Joint {
  /** timeline = source + offset. */
  readonly offsetMs: number
  /** Frames presented before this (timeline) have been shown; where `identical`, those decoded before it. */
  readonly resumeMs: number
  /** Before this (timeline) the decoder must have what it needs for the next frame. */
  readonly leadMs: number
  /** Frames that were shown are left out (true: the decoder has the same ones) or go to the decoder alone. */
  readonly identical: boolean
  /** What each track has delivered, timeline ms by track id. */
  readonly floors: ReadonlyMap<string, number> | undefined
  readonly floorMs: number
  readonly startMs: number
  /** Monotonic ms of timeline 0. */
  readonly originMs: number
  /** Where in what was kept ready it starts. */
  readonly first: number
  /** No frame is missing and none is shown twice, judging by timestamps. */
  readonly exact: boolean
  /** Time without a frame, ms. */
  readonly gapMs: number
}

/** What must be known of a publisher to join it to another. */
export interface JoinedPublisher {
  readonly clock: SourceClock
  /** First video track, or without video the first track. */
  readonly leader: string | undefined
  readonly tracks: ReadonlyMap<string, Track>
  /** The timeline that it was on while on air. */
  readonly timeline: Timeline | undefined
  /** What it could go on air with. */
  readonly buffer: StandbyBuffer | undefined
}

export interface StreamPosition {
  readonly originMs: number
  readonly floorMs: number
  readonly nowMs: number
}

/**
 * Where `next` can go on from `last`. `exact` only where their clocks are known to agree and `next` reaches back far enough; otherwise its
 * newest group of pictures is squeezed to end at the current time.
 */
export function findJoint(next: JoinedPublisher, last: JoinedPublisher | undefined, position: StreamPosition): Joint | undefined {
  const { buffer, leader } = next
  if (buffer === undefined || leader === undefined || buffer.keys.length === 0) return undefined
  return (last === undefined ? undefined : exactJoint(next, last, position)) ?? newestJoint(next, position)
}

function exactJoint(next: JoinedPublisher, last: JoinedPublisher, position: StreamPosition): Joint | undefined {
  const { timeline } = last
  const alignment = align(next.clock, last.clock)
  const lastLeader = last.leader
  if (timeline === undefined || alignment === undefined || lastLeader === undefined) return undefined
  const lastOffsetMs = timeline.offsetOf(lastLeader)
  const shownMs = timeline.shownMs(lastLeader)
  if (lastOffsetMs === undefined || shownMs === undefined) return undefined
  const { frameMs } = last.clock
  const offsetMs = lastOffsetMs + alignment.shiftMs
  const { packets, keys } = next.buffer as StandbyBuffer
  const latestStart = shownMs + frameMs * NEXT_FRAMES
  const covering = keys.findLast((at) => timeOf(packets[at]) + offsetMs <= latestStart)
  const first = covering ?? (keys[0] as number)
  const gapMs = covering === undefined ? timeOf(packets[first]) + offsetMs - shownMs - frameMs : 0
  const floors = timeline.floors()
  const identical = alignment.identical && sameConfiguration(next, last)
  // far from where the stream should be, agreeing timestamps are an accident
  if (gapMs > 2000) return undefined
  return {
    offsetMs,
    resumeMs: (identical ? (floors.get(lastLeader) ?? shownMs) : shownMs) + frameMs / 2,
    leadMs: shownMs + frameMs - 1,
    identical,
    floors,
    floorMs: position.floorMs,
    startMs: position.floorMs,
    originMs: position.originMs,
    first,
    exact: covering !== undefined,
    gapMs: Math.max(0, gapMs),
  }
}

/** The newest frame is shown now; the frames before it in its group go to the decoder only. */
function newestJoint(next: JoinedPublisher, { originMs, floorMs, nowMs }: StreamPosition): Joint {
  const { packets, keys } = next.buffer as StandbyBuffer
  const first = keys.at(-1) as number
  const newest = packets.findLast((packet) => packet.trackId === next.leader) as IngestPacket
  const newestMs = presentedMs(newest)
  const spanMs = Math.max(0, newestMs - timeOf(packets[first]))
  const startMs = Math.max(nowMs - originMs, floorMs + spanMs * SQUEEZE + 1)
  const offsetMs = startMs - newestMs
  return {
    offsetMs,
    resumeMs: startMs - 0.5,
    leadMs: startMs - 0.5,
    identical: false,
    floors: undefined,
    floorMs,
    startMs,
    originMs,
    first,
    exact: false,
    gapMs: Math.max(0, startMs - floorMs),
  }
}

/**
 * What happens to a frame at a joint: left out because it was shown; passed on for the decoder only, its times squeezed
 * together before the joint, so that the one after it is decoded rightly and shown in time; or `over`, the joint is behind.
 */
export function squeeze(packet: IngestPacket, joint: Joint): 'shown' | 'over' | { packet: IngestPacket; squeezed: boolean } {
  const dtsMs = decodedMs(packet) + joint.offsetMs
  const ptsMs = dtsMs + ticksToMs(packet.composition, packet.timescale)
  if (dtsMs >= joint.resumeMs) return 'over'
  if (joint.identical) return 'shown'
  const shownDts = joint.leadMs - (joint.leadMs - dtsMs) * SQUEEZE
  const shownPts = ptsMs >= joint.resumeMs ? ptsMs : joint.leadMs - (joint.leadMs - ptsMs) * SQUEEZE
  const { trackId, key, data } = packet
  return {
    packet: {
      trackId,
      timescale: squeezedTimescale,
      dts: msToTicks(shownDts - joint.offsetMs, squeezedTimescale),
      composition: msToTicks(shownPts - shownDts, squeezedTimescale),
      key,
      data,
    },
    squeezed: ptsMs < joint.resumeMs,
  }
}

/** Presentation time on the publisher's own clock, ms. */
function timeOf(packet: IngestPacket | undefined): number {
  return packet === undefined ? 0 : presentedMs(packet)
}

function sameConfiguration(a: JoinedPublisher, b: JoinedPublisher): boolean {
  const one = a.tracks.get(a.leader as string)
  const other = b.tracks.get(b.leader as string)
  return one !== undefined && other !== undefined && one.codecString === other.codecString && Buffer.compare(one.config, other.config) === 0
}
