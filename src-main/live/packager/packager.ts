import { buildChunk, ChunkSamples } from '../../formats/cmaf-chunk.ts'
import type { Packet, Track } from '../../formats/track.ts'
import type { DiscontinuityReason, LiveStream, StreamSubscriber } from '../streams/stream.ts'
import type { MediaSegment, PackagedStream } from './packaged-stream.ts'
import { choosePartTargetMs } from './part-target.ts'
import { Rendition, type SegmentStart } from './rendition.ts'

export interface PackagerOptions {
  /** Wished segment length; keyframes decide. */
  readonly segmentMs: number
  /** Wished part length; PART-TARGET may be a little longer to hold whole frames. */
  readonly partMs: number
  /** Media kept in the playlists. */
  readonly windowMs: number
  /** Longest keyframe interval that an earlier run of this stream had: TARGETDURATION allows for it from the start. */
  readonly keyframeIntervalMs?: number
  /** Media is let go this long after the stream's end; without it, at `stop`. */
  readonly retainAfterEndMs?: number
}

/** A packaged stream with its owner's side: whoever made it stops it. */
export interface Packager extends PackagedStream {
  readonly renditions: readonly Rendition[]
  /** Bytes of media held, in the playlists and just out of them. */
  readonly memoryBytes: number
  /** Segments that had to be cut before a frame that is no keyframe, because the keyframe came too late. */
  readonly forcedCuts: number
  /** Longest distance of two keyframes so far, for the next run. */
  readonly longestKeyframeIntervalMs: number
  /** One-frame MP4 of the newest keyframe; `id` changes with the picture. Undefined while there is none. */
  keyframe(): { readonly id: string; readonly data: Uint8Array } | undefined
  /** Leaves the stream and lets go of all media. */
  stop(): void
}

/** A keyframe this much before the wished length ends a segment too: frame times jitter. */
const earlyKeyShare = 0.9
/** With less than this of the wished length a segment is not ended, even where the next keyframe will come too late. */
const leastShare = 0.25
/** The leading track's segments keep this far below TARGETDURATION + 0.5 s, so that the others' last frames fit. */
const followersRoomS = 0.15
/** A leading track that is silent this long holds the others no longer. */
const longestWaitS = 1
/**
 * Encoders left to themselves (OBS, x264) send a keyframe every 250 frames: whole GOPs up to this length become one
 * segment, because a segment that does not begin with a keyframe leaves new viewers without a picture until the next.
 */
const longestTargetS = 12
/** RFC 8216bis section 6.2.2: a live playlist holds at least three target durations. */
const leastWindowTargets = 3
/** So many packets of one track wait for the leading track at most. */
const mostWaiting = 512
/** Where a second video track has no keyframe this share of a segment after the others began one, it begins without. */
const keySearchShare = 0.6
/** Times of tracks with different timescales are equal within this. */
const epsilonS = 1e-6
const boundariesKept = 64

/** Packages a stream from its newest keyframe on. */
export function createPackager(stream: LiveStream, options: PackagerOptions): Packager {
  return new StreamPackager(stream, options)
}

class StreamPackager implements Packager, StreamSubscriber {
  readonly renditions: Rendition[] = []
  targetDurationS: number
  partTargetMs: number
  ended = false
  forcedCuts = 0
  longestKeyframeIntervalMs = 0

  readonly #stream: LiveStream
  readonly #options: PackagerOptions
  readonly #segmentS: number
  readonly #tracks = new Map<string, Track>()
  readonly #byId = new Map<string, Rendition>()
  #listeners: (() => void)[] = []
  #unsubscribe: (() => void) | undefined
  #release: ReturnType<typeof setTimeout> | undefined
  #targetsFixed = false
  #stopped = false
  /** Where segments begin, oldest first, with consecutive sequence numbers. */
  readonly #boundaries: SegmentStart[] = []
  /** False at the start and after a seam, until the leading track (or another in its absence) begins. */
  #started = false
  #seam = false
  #seams = 0
  #endS = 0
  #lastKeyS: number | undefined
  #keyIntervalS = 0
  #picture: { readonly id: string; readonly data: Uint8Array } | undefined

  constructor(stream: LiveStream, options: PackagerOptions) {
    this.#stream = stream
    this.#options = options
    this.#segmentS = options.segmentMs / 1000
    const known = Math.min(longestTargetS, Math.ceil((options.keyframeIntervalMs ?? 0) / 1000))
    this.targetDurationS = Math.max(1, Math.round(options.segmentMs / 1000), known)
    this.partTargetMs = options.partMs
    this.#unsubscribe = stream.subscribe(this, { from: 'keyframe' })
    if (this.#stopped) this.#unsubscribe()
  }

  get streamId(): string {
    return this.#stream.id
  }

  get name(): string {
    return this.#stream.name
  }

  get epoch(): string {
    return this.#stream.epoch
  }

  get originTimeMs(): number {
    return this.#stream.originTimeMs
  }

  get windowMs(): number {
    return this.#options.windowMs
  }

  get ready(): boolean {
    return (
      this.renditions.length > 0 &&
      this.renditions.some((rendition) => rendition.segments.some((segment) => segment.parts.length > 0)) &&
      this.#allBegun()
    )
  }

  get memoryBytes(): number {
    let bytes = 0
    for (const rendition of this.renditions) bytes += rendition.window.byteLength
    return bytes
  }

  onChange(listener: () => void): () => void {
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener)
    }
  }

  findSegment(renditionId: string, sequence: number): MediaSegment | undefined {
    return this.#byId.get(renditionId)?.window.find(sequence)
  }

  keyframe(): { readonly id: string; readonly data: Uint8Array } | undefined {
    for (const rendition of this.renditions) {
      const newest = rendition.newestKeyPart
      const init = newest === undefined ? undefined : rendition.inits.get(newest.initId)
      if (newest === undefined || init === undefined) continue
      const id = `${rendition.id}-${newest.sequence}-${newest.part.index}`
      if (this.#picture?.id === id) return this.#picture
      const { firstSampleOffset, firstSampleBytes, data } = newest.part
      const sample = new ChunkSamples()
      sample.push(data.subarray(firstSampleOffset, firstSampleOffset + firstSampleBytes), init.track.timescale, 0, true)
      const chunk = buildChunk('video', 1, 0, sample, false)
      const picture = new Uint8Array(init.data.length + chunk.length)
      picture.set(init.data)
      picture.set(chunk, init.data.length)
      this.#picture = { id, data: picture }
      return this.#picture
    }
    return undefined
  }

  stop(): void {
    this.#stopped = true
    this.#unsubscribe?.()
    clearTimeout(this.#release)
    this.#listeners = []
    this.#picture = undefined
    for (const rendition of this.renditions) rendition.clear()
  }

  onTrack(track: Track): void {
    if (this.#stopped) return
    const known = this.#tracks.get(track.id)
    this.#tracks.set(track.id, track)
    const rendition = this.#byId.get(track.id)
    if (rendition === undefined) {
      if (this.#targetsFixed) this.#addRendition(track)
      return
    }
    if (known !== undefined && sameConfiguration(known, track) && known.timescale === track.timescale && known.kind === track.kind) return
    this.onDiscontinuity('codec-change')
    if (known?.timescale === track.timescale && known.kind === track.kind) {
      rendition.configure(track)
    } else {
      const replacement = this.#makeRendition(track)
      this.renditions[this.renditions.indexOf(rendition)] = replacement
      this.#byId.set(track.id, replacement)
      rendition.clear()
    }
  }

  onPacket(packet: Packet): void {
    if (this.#stopped || this.ended || !(packet.dts >= 0 && packet.pts >= 0) || packet.data.length === 0) return
    if (!this.#targetsFixed) this.#fixTargets(packet)
    const rendition = this.#byId.get(packet.track.id)
    if (rendition === undefined) return
    if (rendition.awaitsKey && !packet.key) return
    rendition.awaitsKey = false
    const leader = this.#leader()
    let changed = false
    if (rendition === leader) {
      changed = this.#lead(rendition, packet)
      for (const other of this.renditions) if (other.waiting.length > 0) changed = this.#drain(other, rendition) || changed
    } else {
      rendition.waiting.push(packet)
      changed = this.#drain(rendition, leader)
    }
    if (changed) this.#notify()
  }

  onDiscontinuity(_reason: DiscontinuityReason): void {
    if (this.#stopped || this.ended || (this.#seam && !this.#started)) return
    this.#closeAll()
    for (const rendition of this.renditions) rendition.breakChain()
    if (this.#boundaries.length > 0) this.#seam = true
    this.#started = false
    this.#lastKeyS = undefined
    this.#notify()
  }

  onReconnecting(away: boolean): void {
    if (!away || this.#stopped) return
    this.#emptyQueues()
    let changed = false
    for (const rendition of this.renditions) changed = rendition.flushPart() || changed
    if (changed) this.#notify()
  }

  onEnd(): void {
    if (this.ended || this.#stopped) return
    this.#closeAll()
    this.ended = true
    this.#notify()
    if (this.#options.retainAfterEndMs !== undefined) {
      this.#release = setTimeout(() => this.stop(), this.#options.retainAfterEndMs)
      this.#release.unref()
    }
  }

  #notify(): void {
    for (const listener of this.#listeners) listener()
  }

  /** Every rendition has a part; one that stays silent for a whole segment is not waited for. */
  #allBegun(): boolean {
    const passed = this.renditions.some((rendition) => rendition.segments.filter((segment) => segment.complete).length > 1)
    return passed || this.renditions.every((rendition) => rendition.segments.some((segment) => segment.parts.length > 0))
  }

  /** PART-TARGET is settled by the tracks that are known when the first packet comes, and stands from then on. */
  #fixTargets(packet: Packet): void {
    this.#targetsFixed = true
    if (!this.#tracks.has(packet.track.id)) this.#tracks.set(packet.track.id, packet.track)
    const frames: number[] = []
    for (const track of this.#tracks.values()) {
      let ms = 0
      if (track.kind === 'audio') ms = track.samplesPerPacket === undefined ? 20 : (track.samplesPerPacket * 1000) / track.timescale
      else if (track.id === packet.track.id) ms = (packet.duration * 1000) / track.timescale
      else if (track.frameRate !== undefined) ms = 1000 / track.frameRate
      if (ms > 0 && ms < this.#options.segmentMs / 2) frames.push(ms)
    }
    this.partTargetMs = Math.min(choosePartTargetMs(this.#options.partMs, frames), this.targetDurationS * 1000)
    for (const track of this.#tracks.values()) this.#addRendition(track)
  }

  #addRendition(track: Track): void {
    const rendition = this.#makeRendition(track)
    rendition.joinsAfter = this.#newest()?.sequence ?? -1
    this.renditions.push(rendition)
    this.#byId.set(track.id, rendition)
  }

  #makeRendition(track: Track): Rendition {
    return new Rendition(track, {
      partTargetMs: this.partTargetMs,
      targetDurationS: this.targetDurationS,
      windowMs: this.#windowMs(),
      originTimeMs: this.#stream.originTimeMs,
    })
  }

  /** The first video track leads where segments begin, else the first audio track. */
  #leader(): Rendition {
    return this.renditions.find((rendition) => rendition.track.kind === 'video') ?? (this.renditions[0] as Rendition)
  }

  #newest(): SegmentStart | undefined {
    return this.#boundaries[this.#boundaries.length - 1]
  }

  #boundary(sequence: number): SegmentStart | undefined {
    const first = this.#boundaries[0]
    return first === undefined ? undefined : this.#boundaries[sequence - first.sequence]
  }

  /** Takes a packet of the track that decides, and begins segments before it where the rules say so. */
  #lead(rendition: Rendition, packet: Packet): boolean {
    const time = rendition.timeOf(packet)
    const timeS = time / rendition.track.timescale
    if (packet.key && rendition.track.kind === 'video') {
      if (this.#lastKeyS !== undefined) {
        this.#keyIntervalS = timeS - this.#lastKeyS
        this.longestKeyframeIntervalMs = Math.max(this.longestKeyframeIntervalMs, Math.round(this.#keyIntervalS * 1000))
      }
      this.#lastKeyS = timeS
    }
    const behind = rendition.sequence < (this.#newest()?.sequence ?? -1)
    if (!this.#started || (!rendition.open && !behind) || this.#mustCut(rendition, packet, timeS)) {
      this.#cut(rendition, packet, time)
      return true
    }
    if (behind || !rendition.open) return this.#follow(rendition, packet)
    return rendition.add(packet)
  }

  #mustCut(rendition: Rendition, packet: Packet, timeS: number): boolean {
    const newest = this.#newest()
    if (newest === undefined) return true
    const elapsedS = timeS - (rendition.open ? rendition.segmentStartS : newest.timeS)
    const limitS = this.targetDurationS + 0.5 - followersRoomS
    if (packet.key) {
      if (elapsedS >= this.#segmentS * (rendition.track.kind === 'audio' ? 1 : earlyKeyShare) - epsilonS) return true
      const misfit = !rendition.startsWithKey || elapsedS + this.#keyIntervalS > limitS || !rendition.open
      if (rendition.track.kind === 'video' && misfit && elapsedS >= this.#segmentS * leastShare) return true
    }
    if (!rendition.wouldOverrun(packet, limitS)) return false
    const longGop = newest.sequence === 0 || !rendition.startsWithKey
    if (rendition.track.kind === 'video' && longGop && this.targetDurationS < longestTargetS) {
      this.#raiseTarget()
      return false
    }
    this.forcedCuts++
    return true
  }

  /**
   * TARGETDURATION should never change. That of a stream whose first GOP turns out to be longer than the wished segment
   * rises before a playlist has been answered, since the first answer waits for as long. An encoder that sends its first
   * long GOP later (keyframes at scene cuts) has a segment cut inside, and its target raised when that was not enough: a
   * changed number does players less harm than segments that they cannot begin with.
   */
  #raiseTarget(): void {
    this.targetDurationS = longestTargetS
    for (const rendition of this.renditions) rendition.allow(longestTargetS, this.#windowMs())
  }

  #windowMs(): number {
    return Math.max(this.#options.windowMs, leastWindowTargets * 1000 * this.targetDurationS)
  }

  /** Begins a new segment for the whole stream, with this packet of this rendition as its first. */
  #cut(rendition: Rendition, packet: Packet, time: number): void {
    if (rendition.open) rendition.endSegment(time)
    const last = this.#newest()
    const sequence = last === undefined ? 0 : last.sequence + 1
    if (this.#seam) this.#seams++
    const timeS = Math.max(
      rendition.timeOf(packet) / rendition.track.timescale,
      last === undefined ? 0 : last.timeS,
      this.#seam ? this.#endS : 0,
    )
    const start = { sequence, timeS, discontinuity: this.#seam, discontinuitySequence: this.#seams }
    this.#boundaries.push(start)
    if (this.#boundaries.length > boundariesKept) this.#boundaries.shift()
    this.#seam = false
    this.#started = true
    this.#enter(rendition, packet, start)
    for (const other of this.renditions) if (other !== rendition) this.#bringNear(other, sequence)
  }

  /** Puts the packet first in a segment; what the rendition missed since its last one is listed as gaps. */
  #enter(rendition: Rendition, packet: Packet, start: SegmentStart): void {
    if (rendition.open) rendition.endSegment(rendition.timeOf(packet))
    this.#fillGaps(rendition, start.sequence)
    rendition.startSegment(packet, start)
  }

  #fillGaps(rendition: Rendition, until: number): void {
    if (rendition.sequence < 0) return
    const oldest = this.#boundaries[0]?.sequence ?? until
    for (let sequence = Math.max(rendition.sequence + 1, oldest); sequence < until; sequence++) {
      const start = this.#boundary(sequence)
      const next = this.#boundary(sequence + 1)
      if (start !== undefined && next !== undefined) rendition.addGap(start, next.timeS)
    }
  }

  /** A silent rendition's playlist is kept within two segments of the others': its segment ends with what it has. */
  #bringNear(rendition: Rendition, sequence: number): void {
    if (rendition.sequence < 0 || rendition.sequence >= sequence - 1) return
    rendition.endSegment()
    this.#fillGaps(rendition, sequence)
  }

  /** Takes a packet of a track that follows the boundaries others have set. */
  #follow(rendition: Rendition, packet: Packet): boolean {
    const timeS = rendition.timeOf(packet) / rendition.track.timescale
    const newest = this.#newest()
    if (newest === undefined) return false
    const target = this.#segmentFor(rendition, packet, timeS)
    if (target !== undefined) {
      this.#enter(rendition, packet, target)
      return true
    }
    if (!rendition.open) {
      if (rendition.track.kind === 'video' && !packet.key) rendition.awaitsKey = true
      return false
    }
    if (rendition.wouldOverrun(packet, this.targetDurationS + 0.5 - epsilonS)) {
      this.forcedCuts++
      const next = this.#boundary(rendition.sequence + 1)
      if (next === undefined) this.#cut(rendition, packet, rendition.timeOf(packet))
      else this.#enter(rendition, packet, next)
      return true
    }
    return rendition.add(packet)
  }

  /** The segment that must begin with this packet, or undefined where it belongs into the growing one (or before the first). */
  #segmentFor(rendition: Rendition, packet: Packet, timeS: number): SegmentStart | undefined {
    const video = rendition.track.kind === 'video'
    const after = rendition === this.#leader() ? rendition.sequence : Math.max(rendition.sequence, rendition.joinsAfter)
    const toleranceS = video && packet.key ? rendition.nominalOf(packet) / rendition.track.timescale / 2 : epsilonS
    let target: SegmentStart | undefined
    for (let i = this.#boundaries.length - 1; i >= 0; i--) {
      const start = this.#boundaries[i] as SegmentStart
      if (start.sequence <= after) break
      if (timeS >= start.timeS - toleranceS) {
        target = start
        break
      }
    }
    if (target === undefined || !video || packet.key) return target
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
      if (this.#started && leader.sequence >= 0 && neededS < leader.highS) {
        waiting.shift()
        changed = this.#follow(rendition, packet) || changed
        continue
      }
      const lastS = rendition.timeOf(waiting[waiting.length - 1] as Packet) / scale
      const knownS = this.#started && leader.sequence >= 0 ? leader.highS : timeS
      if (lastS - knownS <= longestWaitS && waiting.length <= mostWaiting) break
      waiting.shift()
      changed = this.#leadInAbsence(rendition, packet) || changed
    }
    return changed
  }

  /** The leading track is silent: this packet goes through, and begins segments by the clock where needed. */
  #leadInAbsence(rendition: Rendition, packet: Packet): boolean {
    const newest = this.#newest()
    const time = rendition.timeOf(packet)
    const timeS = time / rendition.track.timescale
    if (!this.#started || newest === undefined || (rendition.sequence === newest.sequence && timeS - newest.timeS >= this.#segmentS)) {
      this.#cut(rendition, packet, time)
      return true
    }
    return this.#follow(rendition, packet)
  }

  #emptyQueues(): void {
    for (const rendition of this.renditions) {
      for (const packet of rendition.waiting) this.#leadInAbsence(rendition, packet)
      rendition.waiting.length = 0
    }
  }

  #closeAll(): void {
    this.#emptyQueues()
    for (const rendition of this.renditions) {
      rendition.endSegment()
      this.#endS = Math.max(this.#endS, rendition.highS)
    }
  }
}

function sameConfiguration(a: Track, b: Track): boolean {
  if (a.codec !== b.codec || a.codecString !== b.codecString || a.config.length !== b.config.length) return false
  if (a.kind === 'video' && b.kind === 'video' && (a.width !== b.width || a.height !== b.height)) return false
  return a.config.every((byte, i) => byte === b.config[i])
}
