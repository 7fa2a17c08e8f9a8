import { msToTicks, rescale, ticks, ticksToMs } from '../../../formats/media-time.ts'
import type { AudioTrack, Packet, Track } from '../../../formats/track.ts'
import { decodedMs, type IngestPacket } from '../../../media/ingest-packet.ts'

/** RTMP timestamps are 32 bits of milliseconds (Adobe RTMP 1.0, section 3): they wrap after 49.7 days. */
const WRAP_MS = 2 ** 32
/** A step back of more than this starts a new count; a smaller one is disorder and is squeezed flat. */
const BACKWARD_MS = 100
/** A step forward of more than this that the wall clock did not see is a jump of the encoder's clock. */
const FORWARD_MS = 5000
/** How near another track's clock must bring a jumped track for both to be one jump. */
const SAME_JUMP_MS = 1000
/** A hole of more than this on the corrected timeline, in all tracks, is reported to players as a discontinuity. */
const HOLE_MS = 1000
/** So is a pause of video beside which there is no audio, where it is longer than this. */
const LONE_PAUSE_MS = 20_000
/** Audio leaves the sample clock when the smoothed difference to the encoder's milliseconds is over this. */
const DRIFT_MS = 30
/** ... or when two packets in a row show that this much audio is missing. */
const MISSING_MS = 100
/** Max time between decoding and showing a frame; anything more is wrong. */
const COMPOSITION_MS = 5000
/** Assumed until two frames show the distance. */
const DEFAULT_FRAME_MS = 1000 / 30

/** Duration of one audio packet in ticks of `track.timescale`, if the codec or its bytes say; else undefined. */
export type AudioTicks = (track: AudioTrack, data: Uint8Array) => number | undefined

export interface TimelineOptions {
  /** Where on the stream's timeline the publication's first packet lands, ms. */
  readonly startMs: number
  /** No packet is placed before this, ms: the end of what the stream has delivered so far. */
  readonly floorMs: number
  readonly audioTicks: AudioTicks
  /** Puts the encoder's clock on the timeline outright (timeline = source + offset, ms), in place of `startMs`. */
  readonly offsetMs?: number
  /** What each track has delivered so far, ms by track id, where that is known better than by `floorMs`. */
  readonly floors?: ReadonlyMap<string, number> | undefined
}

/** What is known of one track; times named `Ms` are on the encoder's clock after unwrapping unless they say timeline. */
class TrackClock {
  track: Track
  ticksPerMs: number
  started = false
  lastRawMs = 0
  wraps = 0
  lastSourceMs = 0
  lastArrivalMs = 0
  #offsetMs = 0
  #offsetTicks = 0
  lastDts = -1
  /** Since when there is no hole in it, timeline ms. */
  steadySinceMs = 0
  /** Latest presentation time, ticks. */
  lastPts = -1
  /** Audio: position of the sample clock. Video: unused. */
  nextDts = 0
  /** Running average distance of two packets in ticks. */
  averageTicks: number
  /** Audio: smoothed difference between the encoder's milliseconds and the sample clock. */
  driftMs = 0
  missing = 0

  constructor(track: Track) {
    this.track = track
    this.ticksPerMs = track.timescale / 1000
    this.averageTicks = this.#guess(track)
  }

  /** timeline = source + offset. */
  get offsetMs(): number {
    return this.#offsetMs
  }

  set offsetMs(ms: number) {
    this.#offsetMs = ms
    this.#offsetTicks = msToTicks(ms, this.track.timescale)
  }

  /**
   * Where a packet of the wraps so far belongs on the timeline, ticks of the track. The offset is added in whole ticks, to every packet
   * alike: distances stay the publisher's own.
   * @param later how much later than its decoding time, in the packet's ticks
   */
  due({ dts, timescale }: IngestPacket, later: number): number {
    const sourceTicks = dts + later + (this.wraps * WRAP_MS * timescale) / 1000
    return rescale(sourceTicks, timescale, this.track.timescale) + this.#offsetTicks
  }

  #guess(track: Track): number {
    if (track.kind === 'audio') return track.samplesPerPacket ?? track.timescale / 50
    const rate = track.frameRate
    const ms = rate !== undefined && rate >= 1 && rate <= 1000 ? 1000 / rate : DEFAULT_FRAME_MS
    return ms * this.ticksPerMs
  }

  /** Takes over a changed configuration; a changed timescale converts the clock. */
  change(track: Track): void {
    if (track.timescale !== this.track.timescale) {
      const scale = track.timescale / this.track.timescale
      this.lastDts = Math.ceil(this.lastDts * scale)
      this.nextDts = Math.ceil(this.nextDts * scale)
      this.averageTicks *= scale
      this.ticksPerMs = track.timescale / 1000
    }
    if (track.kind === 'audio' && track.samplesPerPacket !== undefined) this.averageTicks = track.samplesPerPacket
    this.track = track
    this.offsetMs = this.#offsetMs
  }
}

/**
 * Puts one publication's packets on the stream's own timeline. What an encoder's clock may do, and how that is handled:
 *
 * - wrap at 2^32 ms: unwrapped exactly;
 * - step back a little (up to 100 ms): the packet is squeezed in behind the previous one;
 * - step back more, or forward more than 5 s that the wall clock did not see: the track goes on where it was; if other
 *   tracks jump along they share the new offset, so that audio and video stay in sync;
 * - drift between milliseconds and samples: audio follows the sample clock without a gap, and is set right by one gap or
 *   one packet less when it is 30 ms off.
 *
 * Guarantees: dts strictly increasing within a track, pts >= dts (negative composition is raised to dts),
 * integers, never before `floorMs`. Everything corrected is counted in `repairs`, a wrap or jump once per track.
 */
export class Timeline {
  /** Corrections since the publication started. */
  repairs = 0
  /** True when the packet placed last starts after a hole that players must be notified of. */
  seam = false
  readonly #clocks: TrackClock[] = []
  readonly #audioTicks: AudioTicks
  readonly #startMs: number
  readonly #floorMs: number
  readonly #floors: ReadonlyMap<string, number> | undefined
  #anchored = false
  #offsetMs = 0
  /** Timeline ms of the last hole reported, so that the other tracks' share of the same hole is not reported again. */
  #seamAtMs = -1
  #hasVideo = false
  #endMs: number

  constructor(options: TimelineOptions) {
    this.#startMs = Math.max(options.startMs, options.floorMs)
    this.#floorMs = options.floorMs
    this.#endMs = options.floorMs
    this.#audioTicks = options.audioTicks
    this.#floors = options.floors
    if (options.offsetMs !== undefined) {
      this.#anchored = true
      this.#offsetMs = options.offsetMs
    }
  }

  /** Where the latest packet of any track ends on the timeline, ms. */
  get endMs(): number {
    return this.#endMs
  }

  /** What is added to a track's own times, ms; undefined before its first packet. */
  offsetOf(trackId: string): number | undefined {
    const clock = this.#clocks.find((each) => each.track.id === trackId)
    return clock?.started === true ? clock.offsetMs : undefined
  }

  /** Presentation time of the latest frame or audio packet of a track, timeline ms; undefined before its first packet. */
  shownMs(trackId: string): number | undefined {
    const clock = this.#clocks.find((each) => each.track.id === trackId)
    return clock === undefined || clock.lastPts < 0 ? undefined : clock.lastPts / clock.ticksPerMs
  }

  /** Before what time each track takes nothing more, timeline ms by track id. */
  floors(): Map<string, number> {
    const floors = new Map<string, number>()
    for (const clock of this.#clocks) {
      if (clock.lastDts < 0) continue
      const next = clock.track.kind === 'audio' ? clock.nextDts : clock.lastDts + 1
      floors.set(clock.track.id, next / clock.ticksPerMs)
    }
    return floors
  }

  /** Declares a track, or its changed configuration. */
  setTrack(track: Track): void {
    if (track.kind === 'video') this.#hasVideo = true
    for (const clock of this.#clocks) {
      if (clock.track.id === track.id) {
        clock.change(track)
        return
      }
    }
    this.#clocks.push(new TrackClock(track))
  }

  /**
   * Places one packet; undefined where it belongs to no declared track, or is audio that is too old to be placed.
   * @param arrivalMs monotonic clock at its arrival
   */
  place(given: IngestPacket, arrivalMs: number): Packet | undefined {
    this.seam = false
    let clock: TrackClock | undefined
    for (const each of this.#clocks) {
      if (each.track.id === given.trackId) {
        clock = each
        break
      }
    }
    if (clock === undefined) return undefined
    let packet = given
    let rawMs = decodedMs(packet)
    if (!(Math.abs(rawMs) <= 2 ** 40)) {
      packet = this.#dueNext(clock, packet)
      rawMs = decodedMs(packet)
    }
    const sourceMs = this.#unwrap(clock, rawMs)
    if (!clock.started) this.#begin(clock, sourceMs, arrivalMs)
    else this.#follow(clock, sourceMs, arrivalMs)
    clock.lastSourceMs = sourceMs
    clock.lastArrivalMs = arrivalMs
    const placed = clock.track.kind === 'video' ? this.#video(clock, packet) : this.#audio(clock, clock.track, packet)
    clock.started = true
    if (placed === undefined) return undefined
    const endMs = (placed.dts + placed.duration) / clock.ticksPerMs
    if (endMs > this.#endMs) this.#endMs = endMs
    return placed
  }

  /** A packet with a time that no encoder means, at the next one that is due. */
  #dueNext(clock: TrackClock, packet: IngestPacket): IngestPacket {
    this.repairs++
    const nextMs = clock.started ? clock.lastRawMs + clock.averageTicks / clock.ticksPerMs : 0
    return { ...packet, dts: msToTicks(nextMs, packet.timescale) }
  }

  #unwrap(clock: TrackClock, rawMs: number): number {
    if (clock.started) {
      const step = rawMs - clock.lastRawMs
      if (step < -WRAP_MS / 2) {
        clock.wraps++
        this.repairs++
      } else if (step > WRAP_MS / 2) {
        clock.wraps--
        this.repairs++
      }
    }
    clock.lastRawMs = rawMs
    return rawMs + clock.wraps * WRAP_MS
  }

  /** A track's first packet: the publication's first one anchors all tracks, the others join its clock where that makes sense. */
  #begin(clock: TrackClock, sourceMs: number, arrivalMs: number): void {
    if (!this.#anchored) {
      this.#anchored = true
      this.#offsetMs = this.#startMs - sourceMs
      clock.offsetMs = this.#offsetMs
      return
    }
    let alone = true
    for (const other of this.#clocks) {
      if (!other.started) continue
      alone = false
      // a track may start late by as much as the wall clock says, or be a little out of step
      const ahead = sourceMs - other.lastSourceMs - (arrivalMs - other.lastArrivalMs)
      if (Math.abs(ahead) <= FORWARD_MS) {
        clock.offsetMs = other.offsetMs
        return
      }
      // the other track wrapped already, or this one did
      for (const wrap of [WRAP_MS, -WRAP_MS]) {
        if (Math.abs(ahead + wrap) <= FORWARD_MS) {
          clock.offsetMs = other.offsetMs + wrap
          this.repairs++
          return
        }
      }
    }
    if (alone) {
      clock.offsetMs = this.#offsetMs
      return
    }
    this.repairs++
    clock.offsetMs = this.#endMs - sourceMs
  }

  #floorOf(clock: TrackClock): number {
    return Math.ceil((this.#floors?.get(clock.track.id) ?? this.#floorMs) * clock.ticksPerMs)
  }

  #follow(clock: TrackClock, sourceMs: number, arrivalMs: number): void {
    const step = sourceMs - clock.lastSourceMs
    if (step >= -BACKWARD_MS && step <= HOLE_MS) {
      if (step < 0) this.repairs++
      return
    }
    const elapsedMs = arrivalMs - clock.lastArrivalMs
    const averageMs = clock.averageTicks / clock.ticksPerMs
    const lastMs = clock.track.kind === 'audio' ? clock.nextDts / clock.ticksPerMs - averageMs : clock.lastDts / clock.ticksPerMs
    if (step < 0 || (step > FORWARD_MS && step - elapsedMs > FORWARD_MS)) {
      this.repairs++
      const expectedMs = lastMs + (elapsedMs > HOLE_MS ? elapsedMs : averageMs)
      clock.offsetMs = this.#sharedOffset(clock, sourceMs, expectedMs)
    }
    const atMs = sourceMs + clock.offsetMs
    if (atMs - lastMs <= HOLE_MS) return
    clock.steadySinceMs = atMs
    if ((this.#hasVideo && clock.track.kind === 'audio') || this.#seamAtMs >= lastMs || this.#pausedAlone(clock, lastMs, atMs)) return
    this.#seamAtMs = atMs
    this.seam = true
  }

  /** Whether other tracks went on in a hole of this one: screen shares and slides send a frame when there is a new one. */
  #pausedAlone(clock: TrackClock, lastMs: number, atMs: number): boolean {
    let beside = false
    for (const other of this.#clocks) {
      if (other === clock || other.lastDts < 0) continue
      const endMs = (other.track.kind === 'audio' ? other.nextDts : other.lastDts) / other.ticksPerMs
      if (endMs < lastMs - HOLE_MS) continue
      beside = true
      // packets of one time do not come at one time
      if (other.steadySinceMs <= lastMs && endMs - lastMs > (atMs - lastMs) / 2) return true
    }
    return !beside && clock.track.kind === 'video' && atMs - lastMs <= LONE_PAUSE_MS
  }

  /** The offset of a jumped track: one that another track, or the last jump, has already, where it fits; else a new one. */
  #sharedOffset(clock: TrackClock, sourceMs: number, expectedMs: number): number {
    let best = expectedMs - sourceMs
    let distance = SAME_JUMP_MS
    const fits = Math.abs(sourceMs + this.#offsetMs - expectedMs)
    if (fits <= distance) {
      best = this.#offsetMs
      distance = fits
    }
    for (const other of this.#clocks) {
      if (other === clock || !other.started) continue
      const away = Math.abs(sourceMs + other.offsetMs - expectedMs)
      if (away < distance) {
        best = other.offsetMs
        distance = away
      }
    }
    this.#offsetMs = best
    return best
  }

  #video(clock: TrackClock, packet: IngestPacket): Packet {
    let dts = clock.due(packet, 0)
    const floor = clock.lastDts < 0 ? this.#floorOf(clock) : clock.lastDts + 1
    if (dts < floor) dts = floor
    if (clock.lastDts >= 0) {
      const step = dts - clock.lastDts
      // a pause says nothing about the frame rate, nor do frames that were squeezed in for the decoder only
      if (step * 16 >= clock.averageTicks && step < clock.averageTicks * 4) clock.averageTicks += (step - clock.averageTicks) / 16
      else if (step >= clock.averageTicks * 4 && step < clock.ticksPerMs * HOLE_MS) clock.averageTicks += clock.averageTicks / 4
    }
    clock.lastDts = dts
    const compositionMs = ticksToMs(packet.composition, packet.timescale)
    let pts = dts
    if (compositionMs > 0 && compositionMs <= COMPOSITION_MS) pts = Math.max(dts, clock.due(packet, packet.composition))
    else if (compositionMs > COMPOSITION_MS) this.repairs++
    // squeezed packets keep their own presentation time only as far as the rule allows
    const latest = dts + COMPOSITION_MS * clock.ticksPerMs
    if (pts > latest) pts = latest
    if (pts > clock.lastPts) clock.lastPts = pts
    return {
      track: clock.track,
      pts: ticks(pts),
      dts: ticks(dts),
      duration: ticks(Math.max(1, Math.round(clock.averageTicks))),
      key: packet.key,
      data: packet.data,
    }
  }

  #audio(clock: TrackClock, track: AudioTrack, packet: IngestPacket): Packet | undefined {
    const ideal = clock.due(packet, 0)
    const known = this.#audioTicks(track, packet.data)
    if (clock.lastDts < 0) {
      const floor = this.#floorOf(clock)
      // audio from before the timeline's start cannot be placed on it
      if (ideal < floor - clock.averageTicks / 2) return undefined
      clock.nextDts = Math.max(floor, ideal)
      clock.driftMs = 0
    }
    let duration: number
    const awayTicks = ideal - clock.nextDts
    if (known !== undefined && known > 0) duration = known
    else {
      // unknown length: the average distance, bent a little towards the encoder's clock, so that there is never a gap
      if (Math.abs(awayTicks) < clock.averageTicks) clock.averageTicks += awayTicks / 256
      duration = Math.max(1, Math.round(clock.averageTicks + awayTicks / 16))
    }
    const awayMs = awayTicks / clock.ticksPerMs
    clock.missing = awayMs > MISSING_MS ? clock.missing + 1 : 0
    clock.driftMs += (awayMs - clock.driftMs) / 16
    if (clock.missing >= 2 || (clock.missing > 0 && awayMs > HOLE_MS) || clock.driftMs > DRIFT_MS) {
      if (awayMs > 0) clock.nextDts = ideal
      clock.driftMs = 0
      clock.missing = 0
      this.repairs++
    } else if (clock.driftMs < -DRIFT_MS) {
      // more samples than time: one packet less
      clock.driftMs += duration / clock.ticksPerMs
      this.repairs++
      return undefined
    }
    const dts = clock.nextDts
    clock.lastDts = dts
    clock.lastPts = dts
    clock.nextDts = dts + duration
    return { track, pts: ticks(dts), dts: ticks(dts), duration: ticks(duration), key: true, data: packet.data }
  }
}
