import type { Packet, Track } from '../../formats/track.ts'
import type { DiscontinuityReason, LiveStream, StreamSubscriber } from '../../media/live-stream.ts'
import { createSteadyClock } from '../../platform/timing/steady-clock.ts'
import type { LadderStream } from '../hub/derived-streams.ts'
import { KeyframeFile, type NewestKeyframe } from './keyframe-file.ts'
import type { MediaSegment, PackagedStream } from './packaged-stream.ts'
import { choosePartTargetMs, frameDurationsMs } from './part-target.ts'
import { Rendition } from './rendition.ts'
import type { RunArchive } from './segment-archive.ts'
import { Segmenter } from './segmenter.ts'
import { TargetDuration } from './target-duration.ts'

export interface PackagerOptions {
  /** Wished segment length; keyframes decide. */
  readonly segmentMs: number
  /** Wished part length; PART-TARGET may be a little longer to hold whole frames. */
  readonly partMs: number
  /** Media kept in the playlists. */
  readonly windowMs: number
  /** Longest keyframe interval that an earlier run of this stream had: TARGETDURATION allows for it from the start. */
  readonly keyframeIntervalMs?: number
  /** Where media goes that leaves memory and stays listed, and how much is listed in all, ms (0: what is in memory). */
  readonly archive?: RunArchive
  readonly rewindMs?: number
  /** What is added to `monotonicMs` to get the clock that the stream is dated by. */
  readonly clockOffsetMs?: number
}

/** A packaged stream with its owner's side: its creator stops it. */
export interface Packager extends PackagedStream {
  readonly renditions: readonly Rendition[]
  /** Media that the playlists list, ms. */
  readonly windowMs: number
  /** Bytes of media kept, in the playlists and just out of them. */
  readonly memoryBytes: number
  /** Segments that had to be cut before a frame that is no keyframe, because the keyframe came too late. */
  readonly forcedCuts: number
  /** Longest distance of two keyframes so far, for the next run. */
  readonly longestKeyframeIntervalMs: number
  /** One-frame MP4 of the newest keyframe; `id` changes with the frame. Undefined while no keyframe is kept. */
  keyframe(): NewestKeyframe | undefined
  /** Lists this much media from now on, ms; 0 for what is in memory. */
  rewind(rewindMs: number): void
  /** Leaves the stream and drops all media. */
  stop(): void
}

/** A stream, perhaps with a ladder of transcoded tracks beneath its own. */
export type PackagedSource = LiveStream & Partial<Pick<LadderStream, 'onRetired'>>

/** Retired renditions can be fetched this long. */
const keepRetiredMs = 30_000

/** Packages a stream from its newest keyframe on. */
export function createPackager(stream: PackagedSource, options: PackagerOptions): Packager {
  return new StreamPackager(stream, options)
}

class StreamPackager implements Packager, StreamSubscriber {
  readonly renditions: Rendition[] = []
  readonly clockOffsetMs: number
  partTargetMs: number
  away = false
  ended = false

  readonly #stream: PackagedSource
  readonly #options: PackagerOptions
  #rewindMs: number
  readonly #target: TargetDuration
  readonly #segmenter: Segmenter
  readonly #keyframeFile = new KeyframeFile()
  readonly #tracks = new Map<string, Track>()
  readonly #byId = new Map<string, Rendition>()
  #listeners: (() => void)[] = []
  #unsubscribe: (() => void) | undefined
  #stopHearingOfRetired: (() => void) | undefined
  readonly #leaving = new Set<ReturnType<typeof setTimeout>>()
  #targetsFixed = false
  #stopped = false

  constructor(stream: PackagedSource, options: PackagerOptions) {
    this.#stream = stream
    this.#options = options
    this.clockOffsetMs = options.clockOffsetMs ?? createSteadyClock().offsetMs
    this.#rewindMs = options.rewindMs ?? 0
    options.archive?.onShrink(() => this.#shrink())
    this.#target = new TargetDuration(options)
    this.#segmenter = new Segmenter(this.renditions, this.#target, options.segmentMs)
    this.partTargetMs = options.partMs
    this.#unsubscribe = stream.subscribe(this, { from: 'keyframe' })
    if (this.#stopped) this.#unsubscribe()
    else this.#stopHearingOfRetired = stream.onRetired?.((trackId) => this.#retire(trackId))
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
    return Math.max(this.#target.windowMs, this.#rewindMs)
  }

  get targetDurationS(): number {
    return this.#target.seconds
  }

  get lagMs(): number {
    return this.#segmenter.lagS * 1000
  }

  get forcedCuts(): number {
    return this.#segmenter.forcedCuts
  }

  get longestKeyframeIntervalMs(): number {
    return this.#segmenter.longestKeyframeIntervalMs
  }

  get ready(): boolean {
    return this.renditions.length > 0 && this.renditions.some(hasMedia) && this.#allStarted()
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

  keyframe(): NewestKeyframe | undefined {
    return this.#keyframeFile.of(this.renditions)
  }

  rewind(rewindMs: number): void {
    this.#rewindMs = rewindMs
    for (const rendition of this.renditions) rendition.rewind(rewindMs)
  }

  stop(): void {
    this.#stopped = true
    this.#unsubscribe?.()
    this.#stopHearingOfRetired?.()
    for (const timer of this.#leaving) clearTimeout(timer)
    this.#leaving.clear()
    this.#listeners = []
    this.#keyframeFile.clear()
    for (const rendition of this.renditions) rendition.clear()
    this.#options.archive?.close()
  }

  onTrack(track: Track): void {
    if (this.#stopped) return
    const known = this.#tracks.get(track.id)
    this.#tracks.set(track.id, track)
    const rendition = this.#byId.get(track.id)
    if (rendition?.retired) this.#segmenter.resume(rendition)
    if (rendition === undefined) {
      if (this.#targetsFixed) this.#addRendition(track)
      return
    }
    if (known !== undefined && sameConfiguration(known, track) && known.timescale === track.timescale && known.kind === track.kind) return
    if (this.ended) return
    if (known?.timescale === track.timescale && known.kind === track.kind) {
      this.#segmenter.endForChange(rendition)
      rendition.configure(track)
    } else {
      this.#segmenter.breakOff(true)
      const replacement = this.#makeRendition(track, rendition.next)
      replacement.joinsAfter = this.#segmenter.joinsAfter
      this.renditions[this.renditions.indexOf(rendition)] = replacement
      this.#byId.set(track.id, replacement)
      rendition.clear()
    }
    this.#notify()
  }

  onPacket(packet: Packet): void {
    if (this.#stopped || this.ended || !(packet.dts >= 0 && packet.pts >= 0) || packet.data.length === 0) return
    if (!this.#targetsFixed) this.#fixTargets(packet)
    const rendition = this.#byId.get(packet.track.id)
    if (rendition !== undefined && !rendition.retired && this.#segmenter.take(rendition, packet)) this.#notify()
  }

  onDiscontinuity(reason: DiscontinuityReason): void {
    // a changed configuration was reported with its track: it is that rendition's own affair
    if (this.#stopped || this.ended || reason === 'codec-change') return
    // a jump of its clock, or a hole, takes nothing from what an encoder's next frames are made of
    if (this.#segmenter.breakOff(reason === 'timestamp-jump')) this.#notify()
  }

  onReconnecting(away: boolean): void {
    if (this.#stopped || this.ended || away === this.away) return
    this.away = away
    if (away) this.#segmenter.flush()
    this.#notify()
  }

  onEnd(): void {
    if (this.ended || this.#stopped) return
    this.#segmenter.close()
    this.ended = true
    this.#notify()
  }

  #shrink(): void {
    for (const rendition of this.renditions) rendition.window.shrink()
    this.#notify()
  }

  #notify(): void {
    for (const listener of this.#listeners) listener()
  }

  /** Every rendition has a part. One that is silent for a whole segment, or that a transcoder makes, is not waited for. */
  #allStarted(): boolean {
    const passed = this.renditions.some((rendition) => rendition.segments[1]?.complete === true)
    return passed || this.renditions.every((rendition) => rendition.derived || hasMedia(rendition))
  }

  /** Ends a rendition that is no longer produced. Its media can be fetched for a while; then it is dropped. */
  #retire(trackId: string): void {
    const rendition = this.#byId.get(trackId)
    if (rendition === undefined || rendition.retired || this.#stopped) return
    this.#segmenter.retire(rendition)
    this.#notify()
    const timer = setTimeout(() => {
      this.#leaving.delete(timer)
      if (rendition.retired) this.#forget(rendition)
    }, keepRetiredMs)
    timer.unref()
    this.#leaving.add(timer)
  }

  #forget(rendition: Rendition): void {
    const at = this.renditions.indexOf(rendition)
    if (at < 0) return
    this.renditions.splice(at, 1)
    this.#byId.delete(rendition.id)
    this.#tracks.delete(rendition.id)
    rendition.clear()
    this.#notify()
  }

  /** PART-TARGET is settled by the tracks that are known when the first packet comes, and does not change after that. */
  #fixTargets(packet: Packet): void {
    this.#targetsFixed = true
    if (!this.#tracks.has(packet.track.id)) this.#tracks.set(packet.track.id, packet.track)
    const frames = frameDurationsMs(this.#tracks.values(), packet, this.#options.segmentMs / 2)
    this.partTargetMs = Math.min(choosePartTargetMs(this.#options.partMs, frames), this.targetDurationS * 1000)
    for (const track of this.#tracks.values()) this.#addRendition(track)
  }

  #addRendition(track: Track): void {
    const rendition = this.#makeRendition(track)
    rendition.joinsAfter = this.#segmenter.joinsAfter
    this.renditions.push(rendition)
    this.#byId.set(track.id, rendition)
  }

  #makeRendition(track: Track, from?: Rendition['next']): Rendition {
    return new Rendition(track, {
      ...(from && { from }),
      partTargetMs: this.partTargetMs,
      targetDurationS: this.#target.seconds,
      windowMs: this.#target.windowMs,
      originTimeMs: this.#stream.originTimeMs,
      rewindMs: this.#rewindMs,
      ...(this.#options.archive && { archive: this.#options.archive.rendition(track.id) }),
    })
  }
}

function hasMedia(rendition: Rendition): boolean {
  return rendition.segments.some((segment) => segment.byteLength > 0)
}

function sameConfiguration(a: Track, b: Track): boolean {
  if (a.codec !== b.codec || a.codecString !== b.codecString || a.config.length !== b.config.length) return false
  if (a.kind === 'video' && b.kind === 'video' && (a.width !== b.width || a.height !== b.height)) return false
  return a.config.every((byte, i) => byte === b.config[i])
}
