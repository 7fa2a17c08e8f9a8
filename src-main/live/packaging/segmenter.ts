import type { Packet } from '../../formats/track.ts'
import type { Rendition } from './rendition.ts'
import { SegmentBoundaries, type SegmentStart } from './segment-boundaries.ts'
import { Silence } from './silence.ts'
import type { TargetDuration } from './target-duration.ts'
import { TranscoderLag } from './transcoder-lag.ts'

/** A keyframe this much before the wished length ends a segment too: frame times jitter. */
const earlyKeyShare = 0.9
/** With less than this of the wished length a segment is not ended, even where the next keyframe will come too late. */
const minShare = 0.25
/** The leading track's segments keep this far below TARGETDURATION + 0.5 s, so that the others' last frames fit; 250 frames at 24 a second fit 10 s. */
const followersRoomS = 0.08
/** A leading track that is silent this long no longer delays the others; for a silent follower, segments are listed without it. */
const maxWaitS = 1
/** Two pauses of video within this many wished segments: its frames come seldom, and parts have no use. */
const sparseSegments = 2
/**
 * A track that is made of others (by a transcoder) may run this far behind them, in wished segments, before what it has
 * not delivered becomes gaps: while it delivers anything it is late and not away.
 */
const maxLagSegments = 5
/** Where such a track has delivered nothing for this long while the others went on, its transcoder counts as away. */
const awayAfterS = 0.7
/** A frame that ends a pause starts a segment where the one before would show the last frame for longer than this. */
const minHoldS = 0.05
/** Tracks of one publisher that appear within this of the first start with it. */
const togetherS = 0.5
/** Audio that is earlier by more than this than the first frame behind a seam is left out. */
const maxEarlyS = 0.1
/** After a seam transcoders start again and are given this much longer. */
const seamGraceS = 1.5
/** This many packets of one track wait for the leading track at most. */
const maxWaiting = 512
/** Where a second video track has no keyframe this share of a segment after the others started one, it starts without. */
const keySearchShare = 0.6
/** Times of tracks with different timescales are equal within this. */
const epsilonS = 1e-6

/**
 * Decides before which packets segments start. One track leads: its keyframes and the wished length set the boundaries. The
 * others' packets wait until it has passed them, and then follow the boundaries that it has set.
 */
export class Segmenter {
  /** Segments that had to be cut before a frame that is no keyframe, because the keyframe came too late. */
  forcedCuts = 0
  /** Longest distance of two keyframes of the leading track so far. */
  longestKeyframeIntervalMs = 0

  readonly #renditions: readonly Rendition[]
  readonly #target: TargetDuration
  readonly #segmentS: number
  readonly #boundaries = new SegmentBoundaries()
  readonly #silence = new Silence()
  readonly #lag = new TranscoderLag()
  #lastKeyS: number | undefined
  #keyIntervalS = 0
  /** Newest time of any packet that was taken, in seconds. */
  #newestS = 0
  /** A seam, or a pause of the publisher's video, is before the next packet. */
  #anew = false
  /** Where the newest pause of the leading video ended, seconds. */
  #pausedUntilS = Number.NEGATIVE_INFINITY
  /** Frames of the leading video come seldom now. */
  #sparse = false

  /** `renditions` stays its owner's, who adds and replaces; `segmentMs` is the wished length, keyframes decide. */
  constructor(renditions: readonly Rendition[], target: TargetDuration, segmentMs: number) {
    this.#renditions = renditions
    this.#target = target
    this.#segmentS = segmentMs / 1000
  }

  /** The segment behind which a track that appears now starts; -1: with the first, which has only just started. */
  get joinsAfter(): number {
    const { newest } = this.#boundaries
    if (newest === undefined || (newest.sequence === 0 && this.#newestS - newest.timeS < togetherS)) return -1
    return newest.sequence
  }

  /** How far transcoded tracks run behind the others, seconds; 0 without transcoded tracks. */
  get lagS(): number {
    return this.#lag.largestS
  }

  /** Takes a packet of one of the renditions. True where a part or segment became complete or a segment started. */
  take(rendition: Rendition, packet: Packet): boolean {
    if (rendition.awaitsKey && !packet.key) return false
    rendition.awaitsKey = false
    const timeS = rendition.timeOf(packet) / rendition.track.timescale
    this.#newestS = Math.max(this.#newestS, timeS)
    if (rendition.derived && rendition.sequence >= 0 && !rendition.away) this.#lag.add(this.#newestS - timeS, this.#newestS)
    const leader = this.#leader()
    // while the publisher sends no video its transcoder has nothing to produce
    if (rendition === leader && this.#newestS - rendition.heardAtS > awayAfterS) this.#anew = true
    rendition.heardAtS = this.#newestS
    if (!this.#silence.admits(rendition, packet, this.#newestS)) return false
    if (rendition !== leader) {
      rendition.waiting.push(packet)
      return this.#drain(rendition, leader)
    }
    let changed = this.#lead(rendition, packet)
    changed = this.#lookForAbsent() || changed
    for (const other of this.#renditions) {
      if (other.waiting.length > 0) changed = this.#drain(other, rendition) || changed
      else if (this.#silence.isDue(other, this.#newestS)) changed = this.#fillSilence(other, rendition) || changed
    }
    return changed
  }

  /**
   * Ends all segments before a seam; `decodable` where decoders can go on behind it without a keyframe. False where nothing came since
   * the last seam.
   */
  breakOff(decodable: boolean): boolean {
    const again = this.#boundaries.seam
    if (!again) this.close()
    if (!decodable) for (const rendition of this.#renditions) rendition.breakChain()
    if (again) return false
    this.#silence.breakOff()
    this.#boundaries.breakOff()
    this.#anew = true
    this.#lastKeyS = undefined
    return true
  }

  /**
   * Ends a rendition's segment because its configuration changes. Where the leading track changes, all start a new stretch with it, as
   * its media do not follow from what came before; the others only need a decoder that is set up again.
   */
  endForChange(rendition: Rendition): void {
    if (rendition === this.#leader()) {
      this.breakOff(true)
      return
    }
    const waiting = rendition.waiting.splice(0)
    for (const packet of waiting) this.#follow(rendition, packet)
    rendition.endSegment()
    this.#boundaries.reach(rendition.highS)
  }

  /**
   * A quality is no longer produced. Its segment ends where the others' does, now or as soon as that is known: playlists add lengths up,
   * and it may come back.
   */
  retire(rendition: Rendition): void {
    rendition.retired = true
    this.leave(rendition)
    rendition.waiting.length = 0
    if (!this.#endRetired(rendition)) rendition.flushPart()
  }

  /** A retired quality is produced again: it has a gap for the time in between, not its last frame. */
  resume(rendition: Rendition): void {
    if (!rendition.open && rendition.sequence >= 0) this.#fillGaps(rendition, this.#boundaries.newestSequence)
    rendition.retired = false
  }

  /** False where it is not known yet where the segment ends. */
  #endRetired(rendition: Rendition): boolean {
    const endTicks = this.#endTicks(rendition)
    if (endTicks === undefined) return false
    rendition.showOn(endTicks)
    rendition.endSegment(undefined, endTicks)
    return true
  }

  /** A quality is no longer produced, for now or for good. */
  leave(rendition: Rendition): void {
    if (rendition.away) return
    rendition.away = true
    if (rendition.sequence < 0) return
    this.#boundaries.changeChoice()
    rendition.memberFrom = Number.MAX_SAFE_INTEGER
  }

  /** Lets all through that waits and closes the growing parts, because nothing more is coming for now. True where a part was closed. */
  flush(): boolean {
    this.#emptyQueues()
    let changed = false
    for (const rendition of this.#renditions) changed = rendition.flushPart() || changed
    return changed
  }

  /** Lets all through that waits and ends all segments. */
  close(): void {
    this.#emptyQueues()
    const leader = this.#leader()
    for (const rendition of this.#renditions) {
      // a segment that the others have started is not left without it
      if (rendition.sequence < this.#boundaries.newestSequence) this.#fillSilence(rendition, leader)
      rendition.endSegment()
      this.#boundaries.reach(rendition.highS)
    }
  }

  /** Silence for audio of the publisher up to where its video is. True where a part was closed. */
  #fillSilence(rendition: Rendition, leader: Rendition): boolean {
    if (rendition.derived || rendition.sequence < 0 || leader.track.kind !== 'video' || !this.#boundaries.started) return false
    let changed = false
    for (const packet of this.#silence.packets(rendition, leader.highS)) changed = this.#follow(rendition, packet) || changed
    return changed
  }

  /** The publisher's first video track leads where segments start, else its first audio track. */
  #leader(): Rendition {
    let leader: Rendition | undefined
    for (const rendition of this.#renditions) {
      if (rendition.derived) continue
      if (rendition.track.kind === 'video') return rendition
      leader ??= rendition
    }
    return leader ?? (this.#renditions[0] as Rendition)
  }

  /** It is one of the qualities from the next segment on. */
  #join(rendition: Rendition): void {
    rendition.away = false
    rendition.memberFrom = this.#boundaries.changeChoice()
  }

  /** Sees which transcoded tracks have fallen silent or come back. True where one did. */
  #lookForAbsent(): boolean {
    let changed = false
    for (const rendition of this.#renditions) {
      if (!rendition.derived) continue
      if (this.#anew) rendition.heardAtS = this.#newestS + seamGraceS
      const away = rendition.retired || this.#newestS - rendition.heardAtS > awayAfterS
      if (away !== rendition.away) {
        changed = true
        if (away) this.leave(rendition)
        else if (rendition.sequence >= 0) this.#join(rendition)
        rendition.away = away
      }
    }
    this.#anew = false
    return changed
  }

  /** Takes a packet of the track that decides, and starts segments before it where the rules say so. */
  #lead(rendition: Rendition, packet: Packet): boolean {
    const time = rendition.timeOf(packet)
    const timeS = time / rendition.track.timescale
    if (this.#boundaries.started && rendition.pausesBefore(packet)) this.#passPause(rendition, timeS)
    if (packet.key && rendition.track.kind === 'video') {
      if (this.#lastKeyS !== undefined && this.#pausedUntilS <= this.#lastKeyS) {
        this.#keyIntervalS = timeS - this.#lastKeyS
        this.longestKeyframeIntervalMs = Math.max(this.longestKeyframeIntervalMs, Math.round(this.#keyIntervalS * 1000))
      }
      this.#lastKeyS = timeS
    }
    const behind = rendition.sequence < this.#boundaries.newestSequence
    // what others have started in its absence it starts too, before it decides again
    if (!this.#boundaries.started || (!behind && (!rendition.open || this.#mustCut(rendition, packet, timeS)))) {
      this.#cut(rendition, packet, time)
      return true
    }
    if (behind || !rendition.open) return this.#follow(rendition, packet)
    return rendition.add(packet)
  }

  /** How long a segment of the leading track may be, seconds. */
  get #limitS(): number {
    return this.#target.seconds + 0.5 - followersRoomS
  }

  /**
   * The leading video sent nothing for longer than a part: what it has ends where its last frame would have, and segments in which
   * that frame goes on being shown reach up to this time. Where pauses follow each other closely the frames are in segments without
   * parts, each as long as it lasts.
   */
  #passPause(leader: Rendition, untilS: number): void {
    const began = leader.sparse
    this.#sparse = untilS - this.#pausedUntilS < sparseSegments * this.#segmentS
    this.#pausedUntilS = untilS
    if (leader.open && !began) this.#split(leader, leader.highS)
    const newest = () => this.#boundaries.newest as SegmentStart
    while (untilS - newest().timeS > this.#limitS) this.#split(leader, Math.max(newest().timeS + this.#segmentS, leader.highS))
    if (!newest().sparse && untilS - newest().timeS > minHoldS) this.#split(leader, untilS)
  }

  /** The leading track is silent while others go on: its segment ends, and segments in which its last frame is shown follow. */
  #split(leader: Rendition, atS: number): void {
    leader.endSegment(undefined, Math.round(atS * leader.track.timescale))
    this.#boundaries.begin(atS, this.#sparse)
  }

  /** True for a track of which nothing came while the others went on. */
  #silent(rendition: Rendition): boolean {
    return this.#newestS - rendition.heardAtS > maxWaitS
  }

  #mustCut(rendition: Rendition, packet: Packet, timeS: number): boolean {
    const newest = this.#boundaries.newest
    if (newest === undefined) return true
    const elapsedS = timeS - (rendition.open ? rendition.segmentStartS : newest.timeS)
    const limitS = this.#limitS
    if (packet.key) {
      if (elapsedS >= this.#segmentS * (rendition.track.kind === 'audio' ? 1 : earlyKeyShare) - epsilonS) return true
      const misfit = !rendition.startsWithKey || elapsedS + this.#keyIntervalS > limitS || !rendition.open
      if (rendition.track.kind === 'video' && misfit && elapsedS >= this.#segmentS * minShare) return true
    }
    if (!rendition.wouldOverrun(packet, limitS)) return false
    if (rendition.sparse) return true
    const sinceKeyS = timeS - (this.#lastKeyS ?? Number.NEGATIVE_INFINITY)
    const longGop = sinceKeyS > this.#segmentS && (newest.sequence === 0 || !rendition.startsWithKey)
    if (rendition.track.kind === 'video' && longGop && this.#target.raisable) {
      this.#target.raise()
      for (const each of this.#renditions) each.allow(this.#target.seconds, this.#target.windowMs)
      return false
    }
    this.forcedCuts++
    return true
  }

  /** Starts a new segment for the whole stream, with this packet of this rendition as its first. */
  #cut(rendition: Rendition, packet: Packet, time: number): void {
    if (rendition.open) rendition.endSegment(time)
    const timeS = time / rendition.track.timescale
    this.#sparse &&= timeS - this.#pausedUntilS < sparseSegments * this.#segmentS
    const start = this.#boundaries.begin(timeS, this.#sparse)
    this.#enter(rendition, packet, start)
    for (const other of this.#renditions) if (other !== rendition) this.#bringNear(other, start.sequence)
  }

  /** Puts the packet first in a segment; what the rendition missed since its last one is listed as gaps. */
  #enter(rendition: Rendition, packet: Packet, start: SegmentStart): void {
    const time = rendition.timeOf(packet)
    if (rendition.open) {
      const endTicks = Math.min(time, this.#endTicks(rendition) ?? time)
      if (this.#holds(rendition)) rendition.showOn(endTicks)
      rendition.endSegment(time, endTicks)
    }
    this.#fillGaps(rendition, start.sequence)
    // players that came before it know of the others alone
    const joins = rendition.derived || start.sequence > 0
    if (rendition.sequence < 0 && rendition.track.kind === 'video' && rendition !== this.#leader() && joins) this.#join(rendition)
    rendition.startSegment(packet, start)
  }

  #fillGaps(rendition: Rendition, until: number): void {
    if (rendition.sequence < 0) return
    const oldest = this.#boundaries.oldestSequence ?? until
    const holds = this.#holds(rendition)
    for (let sequence = Math.max(rendition.sequence + 1, oldest); sequence < until; sequence++) {
      const start = this.#boundaries.at(sequence)
      const next = this.#boundaries.at(sequence + 1)
      if (start === undefined || next === undefined) continue
      if (!holds || !rendition.addHold(start, next.timeS)) rendition.addGap(start, next.timeS)
    }
  }

  /** True where the last frame goes on being shown: not where a transcoder makes none although its source goes on. */
  #holds(rendition: Rendition): boolean {
    if (rendition.track.kind !== 'video' || rendition.awaitsKey || rendition.retired) return false
    if (!rendition.derived) return true
    return rendition.heardAtS > this.#leader().heardAtS - awayAfterS
  }

  /**
   * A silent rendition's playlist is kept within two segments of the others': its segment ends with what it has. One that is
   * made of others and goes on delivering is late, and waited for longer: players take a late playlist better than holes.
   */
  #bringNear(rendition: Rendition, sequence: number): void {
    const near = this.#holds(rendition) && this.#silent(rendition) ? sequence : sequence - 1
    if (rendition.retired && rendition.open) this.#endRetired(rendition)
    if (rendition.sequence < 0 || rendition.sequence >= near || rendition.retired) return
    const delivers = rendition.derived && this.#newestS - rendition.heardAtS < maxWaitS
    if (delivers && rendition.sequence >= sequence - maxLagSegments) return
    const endTicks = this.#endTicks(rendition)
    if (endTicks !== undefined && this.#holds(rendition)) rendition.showOn(endTicks)
    rendition.endSegment(undefined, endTicks)
    this.#fillGaps(rendition, sequence)
  }

  /** Where the segment that a rendition is in has ended in the others, ticks of its timescale; undefined where it has not. */
  #endTicks(rendition: Rendition): number | undefined {
    const next = this.#boundaries.at(rendition.sequence + 1)
    return next === undefined ? undefined : Math.round(next.timeS * rendition.track.timescale)
  }

  /** Takes a packet of a track that follows the boundaries others have set. */
  #follow(rendition: Rendition, packet: Packet): boolean {
    const timeS = rendition.timeOf(packet) / rendition.track.timescale
    if (this.#boundaries.newest === undefined) return false
    const target = this.#segmentFor(rendition, packet, timeS)
    if (target !== undefined) {
      this.#enter(rendition, packet, target)
      return true
    }
    if (!rendition.open) {
      // frames that come later than what was made without them are shown at once
      const next = rendition.sequence < 0 ? undefined : this.#boundaries.at(rendition.sequence + 1)
      if (next !== undefined) {
        // a backup's audio goes back to its keyframe, whose frame is passed already: a segment may not last longer because of it
        if (next.discontinuity && rendition.track.kind === 'audio' && timeS < next.timeS - maxEarlyS) return false
        this.#enter(rendition, packet, next)
        return true
      }
      // a publisher's track whose configuration changed starts a segment for all: nothing of it is left out
      if (rendition.sequence >= 0 && !rendition.derived) {
        this.#cut(rendition, packet, rendition.timeOf(packet))
        for (const other of this.#renditions) if (other !== rendition && !other.derived) other.endSegment()
        return true
      }
      if (rendition.track.kind === 'video' && !packet.key) rendition.awaitsKey = true
      return false
    }
    if (rendition.wouldOverrun(packet, this.#target.seconds + 0.5 - epsilonS)) {
      const next = this.#boundaries.at(rendition.sequence + 1)
      if (next === undefined && rendition.derived) {
        rendition.endSegment()
        return true
      }
      this.forcedCuts++
      if (next === undefined) this.#cut(rendition, packet, rendition.timeOf(packet))
      else this.#enter(rendition, packet, next)
      return true
    }
    return rendition.add(packet)
  }

  /** The segment that must start with this packet, or undefined where it belongs into the growing one (or before the first). */
  #segmentFor(rendition: Rendition, packet: Packet, timeS: number): SegmentStart | undefined {
    const video = rendition.track.kind === 'video'
    const after = rendition === this.#leader() ? rendition.sequence : Math.max(rendition.sequence, rendition.joinsAfter)
    const toleranceS = video && packet.key ? rendition.nominalOf(packet) / rendition.track.timescale / 2 : epsilonS
    const target = this.#boundaries.newestBy(timeS, after, toleranceS)
    if (target === undefined || !video || packet.key) return target
    if (rendition.sequence >= 0 && (!rendition.open || rendition.pausesBefore(packet))) return target
    if (!rendition.open || timeS < target.timeS + this.#segmentS * keySearchShare) return undefined
    this.forcedCuts++
    return target
  }

  /** Lets waiting packets through that the leading track has passed; all but the newest second where it is silent. */
  #drain(rendition: Rendition, leader: Rendition): boolean {
    const waiting = rendition.waiting
    let changed = false
    while (waiting.length > 0) {
      const packet = waiting[0] as Packet
      const scale = rendition.track.timescale
      const timeS = rendition.timeOf(packet) / scale
      const neededS = rendition.track.kind === 'video' ? timeS + rendition.nominalOf(packet) / scale / 2 : timeS
      const led = this.#boundaries.started && leader.sequence >= 0
      if (led && neededS < leader.highS) {
        waiting.shift()
        changed = this.#follow(rendition, packet) || changed
        continue
      }
      const lastS = rendition.timeOf(waiting[waiting.length - 1] as Packet) / scale
      const knownS = led ? leader.highS : timeS
      if (lastS - knownS <= maxWaitS && waiting.length <= maxWaiting) break
      waiting.shift()
      changed = this.#leadInAbsence(rendition, packet) || changed
    }
    return changed
  }

  /** The leading track is silent: this packet goes through, and starts segments by the clock where needed. */
  #leadInAbsence(rendition: Rendition, packet: Packet): boolean {
    // what is made of the publisher's tracks has nothing to say about where they start
    if (rendition.derived) return this.#boundaries.started ? this.#follow(rendition, packet) : false
    const leader = this.#leader()
    if (leader !== rendition && leader.track.kind === 'video' && leader.open && !leader.sparse && this.#silent(leader))
      this.#split(leader, leader.highS)
    const newest = this.#boundaries.newest
    const time = rendition.timeOf(packet)
    const timeS = time / rendition.track.timescale
    const lengthS = rendition.sequence === newest?.sequence ? this.#segmentS : this.#limitS
    const overdue = newest === undefined || timeS - newest.timeS >= lengthS
    if (!this.#boundaries.started || overdue) {
      this.#cut(rendition, packet, time)
      return true
    }
    return this.#follow(rendition, packet)
  }

  #emptyQueues(): void {
    for (const rendition of this.#renditions) {
      for (const packet of rendition.waiting) this.#leadInAbsence(rendition, packet)
      rendition.waiting.length = 0
    }
  }
}
