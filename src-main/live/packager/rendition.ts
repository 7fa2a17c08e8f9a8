import { buildChunk, ChunkSamples } from '../../formats/cmaf-chunk.ts'
import { buildInit } from '../../formats/cmaf-init.ts'
import { opusPacketDuration } from '../../formats/opus.ts'
import type { Packet, Track } from '../../formats/track.ts'
import type { RenditionArchive } from '../dvr/segment-archive.ts'
import { isDerived } from '../renditions/derived-streams.ts'
import type { PackagedRendition } from './packaged-stream.ts'
import type { SegmentStart } from './segment-boundaries.ts'
import { type GrowingSegment, measure, type PackagedPart, SegmentWindow } from './segment-window.ts'

/** What a rendition must know of its packager. */
export interface RenditionLimits {
  readonly partTargetMs: number
  readonly targetDurationS: number
  readonly windowMs: number
  readonly originTimeMs: number
  /** Where media goes that leaves memory, and how much is listed from there, ms; 0 for none. */
  readonly archive?: RenditionArchive
  readonly rewindMs: number
}

const largestOffset = 2 ** 31 - 1
/** Times in whole ms make a rate of 30 look like 29.99; 29.97 is a rate of its own. */
const wholeRateTolerance = 0.02

/**
 * One track on its way to parts. Keeps the chain of sample durations exact (each part begins where the last one ended), closes parts
 * as soon as the next frame would not fit, and leaves to the packager where segments begin.
 */
export class Rendition implements PackagedRendition {
  readonly id: string
  track: Track
  readonly inits = new Map<number, { readonly data: Uint8Array; readonly track: Track }>()
  readonly window: SegmentWindow
  averageBandwidth = 0
  peakBandwidth = 0
  frameRate: number | undefined
  /** Sequence of the segment being made or, between two, of the last one; -1 before the first. */
  sequence = -1
  /** A track that appears late begins with a segment behind this one. */
  joinsAfter = -1
  /** Made of the publisher's tracks by a transcoder: follows them, some way behind, and never leads. */
  readonly derived: boolean
  /** Its transcoder makes it no more; what it has made stays fetchable for a while. */
  retired = false
  away = false
  /** Newest time of the whole stream, in seconds, when a packet of this track came last. */
  heardAtS = 0
  /** Video waits for a keyframe after a seam. */
  awaitsKey: boolean
  /** Packets that wait until the packager knows whether a segment begins before them. */
  readonly waiting: Packet[] = []
  /** Jumps in the track's times longer than a part, over which the chain of durations does not reach. */
  gaps = 0
  /** Newest part that begins with a keyframe. */
  newestKeyPart: { readonly part: PackagedPart; readonly initId: number; readonly sequence: number } | undefined

  readonly #limits: RenditionLimits
  readonly #samples = new ChunkSamples()
  readonly #partTicks: number
  #targetDurationS: number
  #windowMs = 0
  #rewindMs = 0
  #hardTicks = 0
  #initId = 0
  #initTrack: Track | undefined
  #segment: GrowingSegment | undefined
  #partStart = 0
  /** End of the last closed part. */
  #end = 0
  /** Placed start, true time and nominal duration of the sample whose duration is still open. */
  #lastStart = 0
  #lastTime = 0
  #lastNominal = 1
  /** Distance of pts and dts at the first keyframe: here all is counted by decoding time plus this, so that a segment begins where its keyframe is shown. */
  #shift: number | undefined
  /** Decoding time at which the last chunk ended. */
  #decodeEnd = 0
  #hasMedia = false
  #chunks = 0

  constructor(track: Track, limits: RenditionLimits) {
    this.id = track.id
    this.track = track
    this.derived = isDerived(track.id)
    this.awaitsKey = track.kind === 'video'
    this.#limits = limits
    this.window = new SegmentWindow(limits.archive)
    this.#rewindMs = limits.rewindMs
    this.#partTicks = Math.floor((limits.partTargetMs * track.timescale) / 1000)
    this.#targetDurationS = limits.targetDurationS
    this.allow(limits.targetDurationS, limits.windowMs)
    this.frameRate = track.kind === 'video' ? track.frameRate : undefined
  }

  /** Lets segments last up to another TARGETDURATION, and keeps so many ms of them. */
  allow(targetDurationS: number, windowMs: number): void {
    this.#targetDurationS = targetDurationS
    this.#hardTicks = Math.ceil((targetDurationS + 0.5) * this.track.timescale) - 1
    this.#windowMs = windowMs
    this.rewind(this.#rewindMs)
  }

  /** Lists so many ms of media, those that memory does not hold from disk; 0 for what memory holds alone. */
  rewind(rewindMs: number): void {
    this.#rewindMs = rewindMs
    this.window.keep((this.#windowMs * this.track.timescale) / 1000, (rewindMs * this.track.timescale) / 1000)
  }

  get segments(): readonly GrowingSegment[] {
    return this.window.listed
  }

  get edge(): { readonly sequence: number; readonly parts: number } {
    const segment = this.#segment
    return segment === undefined ? { sequence: this.sequence + 1, parts: 0 } : { sequence: segment.sequence, parts: segment.parts.length }
  }

  /** True where a packet can join the growing segment. */
  get open(): boolean {
    return this.#segment !== undefined
  }

  /** Seconds on the stream's timeline at which the growing segment began. */
  get segmentStartS(): number {
    return (this.#segment?.startTicks ?? this.#end) / this.track.timescale
  }

  /** Where the media ends that this rendition has taken, in seconds; the last frame's duration is an estimate. */
  get highS(): number {
    return (this.#samples.count === 0 ? this.#end : this.#nominalEnd()) / this.track.timescale
  }

  /** True where the growing segment begins with a keyframe (or there is none). */
  get startsWithKey(): boolean {
    return this.#segment === undefined || this.#segment.independent
  }

  /** Time of a packet on this rendition's clock, in ticks: presentation for sound, shifted decoding for pictures. */
  timeOf(packet: Packet): number {
    return this.track.kind === 'audio' ? packet.pts : packet.dts + (this.#shift ?? packet.pts - packet.dts)
  }

  /** Length of a packet in ticks: what its codec says, else what its timeline estimates. */
  nominalOf(packet: Packet): number {
    const track = this.track
    if (track.kind === 'audio') {
      if (track.samplesPerPacket !== undefined) return track.samplesPerPacket
      if (track.codec === 'opus') return opusPacketDuration(packet.data) || Math.max(1, Math.round(packet.duration))
    }
    return Math.max(1, Math.round(packet.duration))
  }

  /** True where a packet would make the growing segment last longer than may be. */
  wouldOverrun(packet: Packet, limitS: number): boolean {
    if (this.#segment === undefined) return false
    const start = Math.max(this.timeOf(packet), this.#end)
    return start + this.nominalOf(packet) - this.#segment.startTicks > limitS * this.track.timescale
  }

  /** Takes a changed configuration; the next segment gets its own initialization segment. The caller has ended the segment. */
  configure(track: Track): void {
    this.track = track
    this.awaitsKey = track.kind === 'video'
  }

  /**
   * Ends the growing segment before a packet at `time` ticks, or with what it has. Where media is missing before the next
   * segment begins, `untilTicks` or that packet's time, its listed length reaches so far: playlists add lengths up.
   */
  endSegment(time?: number, untilTicks = time): void {
    const segment = this.#segment
    if (segment === undefined) return
    if (this.#samples.count > 0) this.#closePart(time === undefined ? this.#nominalEnd() : this.#boundEnd(time))
    if (untilTicks !== undefined && untilTicks - this.#end > this.#partTicks)
      segment.durationTicks = Math.min(this.#hardTicks, untilTicks - segment.startTicks)
    this.window.complete(segment)
    this.#segment = undefined
    this.#measure()
    for (const id of this.inits.keys()) if (id !== this.#initId && !this.window.needsInit(id)) this.inits.delete(id)
  }

  /** After a seam nothing of the old chain holds. */
  breakChain(): void {
    this.#shift = undefined
    this.awaitsKey = this.track.kind === 'video'
  }

  /** Closes the growing part with what it has, because nothing more is coming for now. */
  flushPart(): boolean {
    if (this.#samples.count === 0) return false
    this.#closePart(this.#nominalEnd())
    return true
  }

  /** Lists a segment in which this rendition has nothing. */
  addGap(start: SegmentStart, endS: number): void {
    const startTicks = Math.round(start.timeS * this.track.timescale)
    const segment = this.#newSegment(start, startTicks, false)
    segment.durationTicks = Math.max(0, Math.min(this.#hardTicks, Math.round(endS * this.track.timescale) - startTicks))
    const listed = { ...segment, gap: true as const }
    this.sequence = start.sequence
    this.window.add(listed)
    this.window.complete(listed)
  }

  /** Begins a segment with this packet. */
  startSegment(packet: Packet, start: SegmentStart): void {
    if (this.#initTrack !== this.track) this.#renewInit()
    if (this.#shift === undefined) this.#shift = this.track.kind === 'video' ? packet.pts - packet.dts : 0
    const time = this.timeOf(packet)
    const chained = this.#hasMedia && !start.discontinuity && Math.abs(time - this.#end) <= this.#partTicks
    if (!chained && this.#hasMedia && !start.discontinuity) this.gaps++
    this.#hasMedia = true
    const startTicks = chained ? this.#end : Math.max(time, this.#end, this.#decodeEnd + this.#shift)
    const segment = this.#newSegment(start, startTicks, packet.key)
    this.sequence = start.sequence
    this.#segment = segment
    this.window.add(segment)
    this.#end = startTicks
    this.#begin(packet, startTicks)
  }

  /** Adds a packet to the growing segment. True where a part became complete. */
  add(packet: Packet): boolean {
    const time = this.timeOf(packet)
    let closed = false
    if (this.#samples.count > 0) {
      const predicted = this.#lastStart + this.#lastNominal
      const steady = this.track.kind === 'audio' && Math.abs(time - predicted) <= this.#lastNominal / 2
      const start = steady ? predicted : Math.max(this.#lastStart + 1, time)
      if (start + this.nominalOf(packet) - this.#partStart > this.#partTicks) {
        this.#closePart(this.#boundEnd(start))
        closed = true
      } else {
        this.#setLastDuration(start - this.#lastStart)
        this.#append(packet, start, time)
        return this.#closeEarly()
      }
    }
    if (time - this.#end > this.#partTicks) {
      this.gaps++
      this.#end = this.#withinSegment(time)
    }
    this.#begin(packet, this.#end)
    return this.#samples.count === 0 || closed
  }

  /** Lets go of all media. */
  clear(): void {
    this.#samples.clear()
    this.waiting.length = 0
    this.window.clear()
    this.#segment = undefined
    this.newestKeyPart = undefined
  }

  #newSegment(start: SegmentStart, startTicks: number, independent: boolean): GrowingSegment {
    return {
      sequence: start.sequence,
      startTicks,
      durationTicks: 0,
      programDateTimeMs: this.#limits.originTimeMs + (startTicks * 1000) / this.track.timescale,
      discontinuity: start.discontinuity,
      discontinuitySequence: start.discontinuitySequence,
      initId: this.#initId,
      parts: [],
      independent,
      complete: false,
      byteLength: 0,
      frames: 0,
    }
  }

  #renewInit(): void {
    if (this.#initTrack !== undefined) this.#initId++
    this.#initTrack = this.track
    this.inits.set(this.#initId, { data: buildInit(this.track), track: this.track })
  }

  #begin(packet: Packet, start: number): void {
    this.#partStart = start
    this.#append(packet, start, this.timeOf(packet))
    this.#closeEarly()
  }

  #append(packet: Packet, start: number, time: number): void {
    const offset = this.track.kind === 'audio' ? 0 : packet.pts - start + (this.#shift as number)
    this.#lastStart = start
    this.#lastTime = time
    this.#lastNominal = this.nominalOf(packet)
    this.#samples.push(packet.data, this.#lastNominal, Math.max(-largestOffset, Math.min(largestOffset, offset)), packet.key)
  }

  #setLastDuration(duration: number): void {
    this.#samples.durations[this.#samples.count - 1] = Math.max(1, duration)
  }

  /** Where the last sample is expected to end, within what part and segment allow. */
  #nominalEnd(): number {
    const from = this.track.kind === 'audio' ? this.#lastStart : this.#lastTime
    return this.#boundEnd(from + this.#lastNominal)
  }

  /** An end of the growing part that keeps part and segment within their limits and the last sample at least one tick long. */
  #boundEnd(end: number): number {
    return Math.max(this.#lastStart + 1, this.#withinSegment(Math.min(end, this.#partStart + this.#partTicks)))
  }

  #withinSegment(end: number): number {
    return this.#segment === undefined ? end : Math.min(end, this.#segment.startTicks + this.#hardTicks)
  }

  /** Closes the part at once where another frame as long as the last one would not fit. */
  #closeEarly(): boolean {
    const end = this.#nominalEnd()
    if (end + this.#lastNominal <= this.#partStart + this.#partTicks) return false
    this.#closePart(end)
    return true
  }

  #closePart(end: number): void {
    const segment = this.#segment as GrowingSegment
    const samples = this.#samples
    this.#setLastDuration(end - this.#lastStart)
    const decodeTicks = Math.max(this.#decodeEnd, this.#partStart - (this.#shift as number))
    this.#decodeEnd = decodeTicks + end - this.#partStart
    const data = buildChunk(this.track.kind, ++this.#chunks >>> 0, decodeTicks, samples, segment.parts.length === 0)
    const part: PackagedPart = {
      index: segment.parts.length,
      startTicks: this.#partStart,
      durationTicks: end - this.#partStart,
      decodeTicks,
      independent: samples.keys[0] as boolean,
      data,
      firstSampleBytes: (samples.data[0] as Uint8Array).length,
      firstSampleOffset: data.length - samples.byteLength,
    }
    this.window.addPart(segment, part, samples.count)
    samples.clear()
    this.#end = end
    if (this.track.kind === 'video' && part.independent) this.newestKeyPart = { part, initId: this.#initId, sequence: segment.sequence }
    if (segment.parts.length === 1 && this.window.listed.length === 1) this.#measure()
  }

  #measure(): void {
    const measured = measure(this.window.listed, this.window.firstHeld, this.track.timescale, this.#targetDurationS)
    this.averageBandwidth = measured.average
    this.peakBandwidth = measured.peak
    if (this.track.kind === 'video' && measured.frameRate > 0 && this.window.listed[0]?.complete) {
      const whole = Math.round(measured.frameRate)
      this.frameRate = Math.abs(measured.frameRate - whole) < wholeRateTolerance ? whole : Math.round(measured.frameRate * 1000) / 1000
    }
  }
}
