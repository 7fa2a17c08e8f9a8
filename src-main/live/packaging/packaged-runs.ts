import type { LiveStream } from '../../media/live-stream.ts'
import type { StreamDirectory } from '../hub/stream.ts'
import type { PackagedStream } from './packaged-stream.ts'
import type { Packager } from './packager.ts'

/** Makes a stream into media that players fetch. */
export type PackageStream = (stream: LiveStream, keyframeIntervalMs: number | undefined) => Packager

interface Kept {
  readonly name: string
  readonly packaged: Packager
  readonly unsubscribe: () => void
  /** To be called when it is dropped, by listener. */
  readonly leaving: Map<unknown, () => void>
  timer: NodeJS.Timeout | undefined
}

/** Packages every run of every stream, and keeps a run's media a while after its end. */
export class PackagedRuns {
  readonly #package: PackageStream
  readonly #keepMs: (packaged: Packager) => number
  /** Oldest first. */
  readonly #kept: Kept[] = []
  /** Longest keyframe interval of the last run of a stream by name, ms: encoders keep their settings. */
  readonly #intervals = new Map<string, number>()
  readonly #streams: StreamDirectory
  readonly #listeners = new Set<(run: PackagedStream) => () => void>()
  #stopListening: (() => void) | undefined

  /** @param keepMs how long media stay playable after the end of a run */
  constructor(streams: StreamDirectory, packageStream: PackageStream, keepMs: (packaged: Packager) => number) {
    this.#package = packageStream
    this.#keepMs = keepMs
    this.#streams = streams
  }

  /** Packages every stream that becomes active from now on. */
  start(): void {
    this.#stopListening ??= this.#streams.onActive((stream) => this.#begin(stream))
  }

  /** The newest run of that name, or the run of that epoch while it is kept. */
  find(name: string, epoch?: string): Packager | undefined {
    return this.#kept.findLast((kept) => kept.name === name && (epoch === undefined || kept.packaged.epoch === epoch))?.packaged
  }

  /** One-frame MP4 of the newest keyframe. */
  keyframe(name: string): Uint8Array | undefined {
    return this.find(name)?.keyframe()?.data
  }

  /** The runs of a name that go on or are kept, the oldest first. */
  all(name: string): readonly Packager[] {
    return this.#kept.filter((kept) => kept.name === name).map((kept) => kept.packaged)
  }

  /**
   * Calls back with every run that is kept, and with every one that starts; what the listener answers is called when that run is dropped.
   * Returns the function that stops listening.
   */
  onRun(listener: (run: PackagedStream) => () => void): () => void {
    this.#listeners.add(listener)
    for (const { packaged, leaving } of this.#kept) leaving.set(listener, listener(packaged))
    return () => {
      this.#listeners.delete(listener)
      for (const { leaving } of this.#kept) {
        leaving.get(listener)?.()
        leaving.delete(listener)
      }
    }
  }

  /** Frees what is kept of a stream at once. */
  forget(name: string): void {
    this.#intervals.delete(name)
    for (const kept of this.#kept.filter((each) => each.name === name)) this.#drop(kept)
  }

  stop(): void {
    this.#stopListening?.()
    for (const kept of [...this.#kept]) this.#drop(kept)
  }

  #begin(stream: LiveStream): void {
    const packaged = this.#package(stream, this.#intervals.get(stream.name))
    const unsubscribe = stream.subscribe(
      { onTrack: () => undefined, onPacket: () => undefined, onDiscontinuity: () => undefined, onEnd: () => this.#ended(kept) },
      { from: 'live' },
    )
    const kept: Kept = { name: stream.name, packaged, unsubscribe, leaving: new Map(), timer: undefined }
    this.#kept.push(kept)
    for (const listener of this.#listeners) kept.leaving.set(listener, listener(packaged))
  }

  #ended(kept: Kept): void {
    const { longestKeyframeIntervalMs } = kept.packaged
    if (longestKeyframeIntervalMs > 0) this.#intervals.set(kept.name, longestKeyframeIntervalMs)
    kept.timer = setTimeout(() => this.#drop(kept), this.#keepMs(kept.packaged))
    kept.timer.unref()
  }

  #drop(kept: Kept): void {
    clearTimeout(kept.timer)
    const at = this.#kept.indexOf(kept)
    if (at < 0) return
    this.#kept.splice(at, 1)
    kept.unsubscribe()
    for (const leave of kept.leaving.values()) leave()
    kept.packaged.stop()
  }
}
