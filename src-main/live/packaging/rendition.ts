import { opusPacketDuration } from '../../formats/codecs/opus.ts'
import { ticksToMs } from '../../formats/media-time.ts'
import { buildChunk, ChunkSamples } from '../../formats/mp4/cmaf-chunk.ts'
import { buildInit } from '../../formats/mp4/cmaf-init.ts'
import type { CmafSample } from '../../formats/mp4/cmaf-reader.ts'
import type { Packet, Track } from '../../formats/track.ts'
import { isDerived } from '../hub/derived-streams.ts'
import { leadIn, shownOrder } from './lead-in.ts'
import { listedParts, minBufferS, type PackagedRendition } from './packaged-stream.ts'
import type { RenditionArchive } from './segment-archive.ts'
import type { SegmentStart } from './segment-boundaries.ts'
import { type GrowingSegment, measure, type PackagedPart, SegmentWindow, steadyRateOf } from './segment-window.ts'

/** What a rendition must know of its packager. */
export interface RenditionLimits {
  readonly partTargetMs: number
  readonly targetDurationS: number
  readonly windowMs: number
  readonly originTimeMs: number
  /** Where media goes that leaves memory, and how much is listed from there, ms; 0 for none. */
  readonly archive?: RenditionArchive
  readonly rewindMs: number
  /** First numbers of its URLs, where a rendition of the same id was before: none is given again. */
  readonly from?: { readonly initId: number; readonly serial: number }
}

const largestOffset = 2 ** 31 - 1
/** A segment that repeats the newest frame may take this many times the bytes that the stream usually takes, and this many at least. */
const maxHoldShare = 2
const minHoldBytes = 256 * 1024
/** Browsers leave out a frame that comes within a millisecond of the one before: what is to be seen comes later than that. */
const shownApartS = 0.002
/** Times in whole ms make a rate of 30 look like 29.99; 29.97 is a rate of its own. */
const wholeRateTolerance = 0.02

/**
 * One track on its way to parts. Keeps the chain of sample durations exact (each part starts where the last one ended), closes parts
 * as soon as the next frame would not fit, and leaves to the packager where segments start.
 */
export class Rendition implements PackagedRendition {
  readonly id: string
  track: Track
  readonly inits = new Map<number, { readonly data: Uint8Array; readonly track: Track }>()
  readonly window: SegmentWindow
  averageBandwidth = 0
  peakBandwidth = 0
  steadyBandwidth = 0
  frameRate: number | undefined
  /** Sequence of the segment being made or, between two, of the last one; -1 before the first. */
  sequence = -1
  /** A track that appears late starts with a segment behind this one. */
  joinsAfter = -1
  /** Made of the publisher's tracks by a transcoder: follows them, some way behind, and never leads. */
  readonly derived: boolean
  /** Its transcoder no longer produces it; what it produced can be fetched for a while. */
  retired = false
  away = false
  memberFrom = 0
  /** Newest time of the whole stream, in seconds, when a packet of this track came last. */
  heardAtS = 0
  /** Video waits for a keyframe after a seam. */
  awaitsKey: boolean
  /** Packets that wait until the packager knows whether a segment starts before them. */
  readonly waiting: Packet[] = []
  /** Jumps in the track's times longer than a part, over which the chain of durations does not reach. */
  gaps = 0
  /** Newest part that starts with a keyframe. */
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
  /** Distance of pts and dts at the first keyframe: here all is counted by decoding time plus this, so that a segment starts where its keyframe is shown. */
  #shift: number | undefined
  /** Decoding time at which the last chunk ended. */
  #decodeEnd = 0
  #hasMedia = false
  #chunks = 0
  /** Parts so far. */
  #parts = 0
  /** The growing segment has no parts: it is made when it ends. */
  #sparse = false
  /** Distance of the newest two packets, ticks. */
  #stepTicks = 0
  /** Samples of the growing part that were sent before, for the decoder alone. */
  #repeated = 0

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
    this.#initId = limits.from?.initId ?? 0
    this.#parts = limits.from?.serial ?? 0
  }

  /** First numbers of the URLs of a rendition that takes the place of this one. */
  get next(): { readonly initId: number; readonly serial: number } {
    return { initId: this.#initId + 1, serial: this.#parts }
  }

  /** Lets segments last up to another TARGETDURATION, and keeps this many ms of them. */
  allow(targetDurationS: number, windowMs: number): void {
    this.#targetDurationS = targetDurationS
    this.#hardTicks = Math.ceil((targetDurationS + 0.5) * this.track.timescale) - 1
    this.#windowMs = windowMs
    this.rewind(this.#rewindMs)
  }

  /** Lists this many ms of media, those that are not in memory from disk; 0 for those in memory only. */
  rewind(rewindMs: number): void {
    this.#rewindMs = rewindMs
    this.window.keep((this.#windowMs * this.track.timescale) / 1000, (rewindMs * this.track.timescale) / 1000)
  }

  get segments(): readonly GrowingSegment[] {
    return this.window.listed
  }

  get edge(): { readonly sequence: number; readonly parts: number; readonly serial: number } {
    const segment = this.#segment
    const serial = this.#parts
    return segment === undefined
      ? { sequence: this.sequence + 1, parts: 0, serial }
      : { sequence: segment.sequence, parts: listedParts(segment), serial }
  }

  /** True where a packet can join the growing segment. */
  get open(): boolean {
    return this.#segment !== undefined
  }

  /** Seconds on the stream's timeline at which the growing segment started. */
  get segmentStartS(): number {
    return (this.#segment?.startTicks ?? this.#end) / this.track.timescale
  }

  /** Where the media ends that this rendition has taken, in seconds; the last frame's duration is an estimate. */
  get highS(): number {
    return (this.#samples.count === 0 ? this.#end : this.#nominalEnd()) / this.track.timescale
  }

  /** True where the growing segment starts with a keyframe (or no segment grows). */
  get startsWithKey(): boolean {
    return this.#segment === undefined || this.#segment.independent
  }

  /** Time of a packet on this rendition's clock, in ticks: presentation time for audio, shifted decoding time for video. */
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
    // among frames that come seldom the next one may be as far away as the last one was
    const lasts = Math.max(this.nominalOf(packet), this.#sparse ? Math.min(this.#stepTicks, this.#hardTicks / 2) : 0)
    return start + lasts - this.#segment.startTicks > limitS * this.track.timescale
  }

  /** True if this video packet follows a gap longer than a part: the publisher sent no frame for this long. */
  pausesBefore(packet: Packet): boolean {
    if (this.track.kind !== 'video' || !this.#hasMedia || this.awaitsKey) return false
    const from = this.#samples.count === 0 ? this.#end : this.#nominalEnd()
    return this.timeOf(packet) - from > this.#partTicks
  }

  /** True where the growing segment has no parts. */
  get sparse(): boolean {
    return this.#segment !== undefined && this.#sparse
  }

  /** Takes a changed configuration; the next segment gets its own initialization segment. The caller has ended the segment. */
  configure(track: Track): void {
    this.track = track
    this.breakChain()
  }

  /**
   * Ends the growing segment before a packet at `time` ticks, or with what it has. Where media is missing before the next
   * segment starts, `untilTicks` or that packet's time, its listed length reaches so far: playlists add lengths up.
   */
  endSegment(time?: number, untilTicks = time): void {
    const segment = this.#segment
    if (segment === undefined) return
    // a frame that lasts long ends where the segment does, unless it came behind that
    const lastEnd = this.#sparse && untilTicks !== undefined && untilTicks > this.#lastStart ? untilTicks : time
    if (this.#samples.count > 0) this.#closePart(lastEnd === undefined ? this.#nominalEnd() : this.#boundEnd(lastEnd))
    if (untilTicks !== undefined && untilTicks - this.#end > this.#partTicks)
      segment.durationTicks = Math.min(this.#hardTicks, untilTicks - segment.startTicks)
    segment.steadyRate = steadyRateOf(this.window.listed, this.track.timescale, minBufferS(this.#limits.partTargetMs))
    this.window.complete(segment)
    this.#segment = undefined
    this.#measure()
    for (const id of this.inits.keys()) if (id !== this.#initId && !this.window.needsInit(id)) this.inits.delete(id)
  }

  /** After a seam nothing of the old chain is valid: video goes on at a keyframe. */
  breakChain(): void {
    this.#shift = undefined
    this.awaitsKey = this.track.kind === 'video'
  }

  /** Shows the newest frame on until `untilTicks`, where the growing segment's chunks end earlier than that by more than a part. */
  showOn(untilTicks: number): void {
    if (this.#segment === undefined || (this.#sparse && this.#samples.count > 0)) return
    const end = this.#withinSegment(untilTicks)
    if (end - (this.#samples.count === 0 ? this.#end : this.#nominalEnd()) <= this.#partTicks) return
    this.flushPart()
    const samples = end - this.#end > this.#partTicks ? this.#leadIn(end) : undefined
    if (samples === undefined) return
    this.#repeat(samples)
    this.#closePart(end)
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

  /**
   * Lists a segment in which no frame came: the newest one goes on being shown. Players would stop where their buffer has a hole, and
   * drop what follows it up to the next keyframe. False where a decoder cannot be led to that frame, or only by much more than the
   * stream usually takes.
   */
  addHold(start: SegmentStart, endS: number): boolean {
    const from = Math.round(start.timeS * this.track.timescale)
    const endTicks = Math.min(this.#end + this.#hardTicks, Math.round(endS * this.track.timescale))
    const usualBytes = (this.averageBandwidth / 8) * ((endTicks - this.#end) / this.track.timescale)
    const maxBytes = Math.max(minHoldBytes, maxHoldShare * usualBytes)
    const samples = Math.abs(from - this.#end) <= this.#partTicks ? this.#leadIn(endTicks, maxBytes) : undefined
    if (samples === undefined) return false
    this.#open(start, this.#end, true)
    this.#repeat(samples)
    this.#closePart(endTicks)
    this.endSegment()
    return true
  }

  /** Starts a segment with this packet. */
  startSegment(packet: Packet, start: SegmentStart): void {
    if (this.#initTrack !== this.track) this.#renewInit()
    if (this.#shift === undefined) this.#shift = this.track.kind === 'video' ? packet.pts - packet.dts : 0
    const time = this.timeOf(packet)
    const follows = this.#hasMedia && !start.discontinuity
    const chained = follows && Math.abs(time - this.#end) <= this.#partTicks
    // the frame before a pause was shown up to this segment's start, and continues to be shown
    const paused = follows && !chained && Math.abs(start.timeS * this.track.timescale - this.#end) <= this.#partTicks
    const samples = chained || time < this.#end || (packet.key && !paused) ? undefined : this.#leadIn(paused ? time : undefined)
    const unbroken = chained || (paused && samples !== undefined)
    if (follows && !unbroken) this.gaps++
    this.#hasMedia = true
    const startTicks = unbroken ? this.#end : Math.max(time, this.#end, this.#decodeEnd + this.#shift)
    this.#sparse = this.track.kind === 'video' && start.sparse
    this.#open(start, startTicks, packet.key || samples !== undefined)
    if (samples === undefined) this.#begin(packet, startTicks)
    else {
      this.#repeat(samples)
      this.#join(packet, time)
    }
  }

  /** Adds a packet to the growing segment. True where a part became complete. */
  add(packet: Packet): boolean {
    const time = this.timeOf(packet)
    let closed = false
    this.#stepTicks = time - this.#lastTime
    if (this.#samples.count > 0) {
      const predicted = this.#lastStart + this.#lastNominal
      const steady = this.track.kind === 'audio' && Math.abs(time - predicted) <= this.#lastNominal / 2
      const start = steady ? predicted : Math.max(this.#lastStart + 1, time)
      if (start + this.nominalOf(packet) - this.#partStart > this.#partLimit) {
        this.#closePart(this.#boundEnd(start))
        closed = true
      } else {
        this.#setLastDuration(start - this.#lastStart)
        this.#append(packet, start, time)
        return this.#closeEarly()
      }
    }
    if (time - this.#end > this.#partTicks) {
      const samples = this.#leadIn(this.#withinSegment(time))
      if (samples !== undefined) {
        this.#repeat(samples)
        this.#join(packet, time)
        return true
      }
      this.gaps++
      this.#end = this.#withinSegment(time)
    }
    this.#begin(packet, this.#end)
    return this.#samples.count === 0 || closed
  }

  /** Drops all media. */
  clear(): void {
    this.#samples.clear()
    this.waiting.length = 0
    this.window.clear()
    this.#segment = undefined
    this.newestKeyPart = undefined
  }

  #open(start: SegmentStart, startTicks: number, independent: boolean): void {
    const segment = this.#newSegment(start, startTicks, independent)
    this.sequence = start.sequence
    this.#segment = segment
    this.window.add(segment)
    this.#end = startTicks
  }

  /** What a decoder needs to show the newest frame again; undefined where it does not fit between the end of the media and `untilTicks`. */
  #leadIn(untilTicks = Number.POSITIVE_INFINITY, maxBytes?: number): CmafSample[] | undefined {
    if (this.track.kind !== 'video' || !this.#hasMedia || this.awaitsKey) return undefined
    const samples = leadIn(this.window.listed, maxBytes)
    return samples !== undefined && samples.length < untilTicks - this.#end ? samples : undefined
  }

  /** Starts a part with frames that were sent before, a tick each: the decoder needs them, and the last one shown goes on being so. */
  #repeat(samples: readonly CmafSample[]): void {
    const shown = shownOrder(samples)
    const start = this.#end
    const apart = Math.ceil(this.track.timescale * shownApartS)
    samples.forEach(({ data, key }, index) => {
      const place = shown[index] as number
      const late = place === samples.length - 1 ? apart : 0
      this.#samples.push(data, 1, place + late - index + (this.#shift as number), key)
    })
    this.#partStart = start
    this.#lastStart = start + samples.length - 1
    this.#lastTime = this.#lastStart
    this.#repeated = samples.length
  }

  /** Adds the packet that ends a pause. */
  #join(packet: Packet, time: number): void {
    const start = Math.max(this.#lastStart + 1, this.#withinSegment(time))
    if (start - this.#partStart < this.#partLimit) {
      this.#setLastDuration(start - this.#lastStart)
      this.#append(packet, start, time)
      this.#closeEarly()
    } else {
      this.#closePart(start)
      this.#begin(packet, start)
    }
  }

  #newSegment(start: SegmentStart, startTicks: number, independent: boolean): GrowingSegment {
    return {
      sequence: start.sequence,
      startTicks,
      durationTicks: 0,
      programDateTimeMs: this.#limits.originTimeMs + ticksToMs(startTicks, this.track.timescale),
      discontinuity: start.discontinuity,
      discontinuitySequence: start.discontinuitySequence,
      choice: start.choice >= this.memberFrom ? start.choice : undefined,
      initId: this.#initId,
      parts: [],
      independent,
      complete: false,
      byteLength: 0,
      frames: 0,
      steadyRate: 0,
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

  /** How long the growing part may become, ticks. */
  get #partLimit(): number {
    return this.#sparse ? Number.POSITIVE_INFINITY : this.#partTicks
  }

  /** An end of the growing part that keeps part and segment within their limits and the last sample at least one tick long. */
  #boundEnd(end: number): number {
    return Math.max(this.#lastStart + 1, this.#withinSegment(Math.min(end, this.#partStart + this.#partLimit)))
  }

  #withinSegment(end: number): number {
    return this.#segment === undefined ? end : Math.min(end, this.#segment.startTicks + this.#hardTicks)
  }

  /** Closes the part at once where another frame as long as the last one would not fit. */
  #closeEarly(): boolean {
    const end = this.#nominalEnd()
    if (end + this.#lastNominal <= this.#partStart + this.#partLimit) return false
    this.#closePart(end)
    return true
  }

  #closePart(end: number): void {
    const segment = this.#segment as GrowingSegment
    const samples = this.#samples
    this.#setLastDuration(end - this.#lastStart)
    const decodeTicks = Math.max(this.#decodeEnd, this.#partStart - (this.#shift as number))
    this.#decodeEnd = decodeTicks + end - this.#partStart
    const listed = !this.#sparse && end - this.#partStart <= this.#partTicks && listedParts(segment) === segment.parts.length
    const data = buildChunk(this.track.kind, ++this.#chunks >>> 0, decodeTicks, samples, segment.parts.length === 0)
    const part: PackagedPart = {
      index: segment.parts.length,
      serial: listed ? this.#parts++ : undefined,
      startTicks: this.#partStart,
      durationTicks: end - this.#partStart,
      decodeTicks,
      independent: samples.keys[0] as boolean,
      data,
      firstSampleBytes: (samples.data[0] as Uint8Array).length,
      firstSampleOffset: data.length - samples.byteLength,
    }
    this.window.addPart(segment, part, samples.count - this.#repeated)
    this.#repeated = 0
    samples.clear()
    this.#end = end
    if (this.track.kind === 'video' && part.independent) this.newestKeyPart = { part, initId: this.#initId, sequence: segment.sequence }
    if (segment.parts.length === 1 && this.window.listed.length === 1) this.#measure()
  }

  #measure(): void {
    const measured = measure(this.window.listed, this.window.firstKept, this.track.timescale, this.#targetDurationS)
    this.averageBandwidth = measured.average
    this.peakBandwidth = measured.peak
    // audio has one quality: a bitrate that it once needed it may need again, however quiet it is now
    const before = this.track.kind === 'audio' ? this.steadyBandwidth : 0
    this.steadyBandwidth = Math.max(before, measured.steady)
    if (this.track.kind === 'video' && measured.frameRate > 0 && this.window.listed[0]?.complete) {
      const whole = Math.round(measured.frameRate)
      this.frameRate = Math.abs(measured.frameRate - whole) < wholeRateTolerance ? whole : Math.round(measured.frameRate * 1000) / 1000
    }
  }
}
