import { join } from 'node:path'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Collection, Source } from '../collection/collection.ts'
import type { FrameStore, MediaStores, SoundStore } from '../native/media-stores.ts'
import type { RunningSource, SourceContext, SourceReport } from '../sources/running-source.ts'
import type { FrameRate } from './frame-clock.ts'

export interface SourcesAtWorkNeeds {
  readonly stores: MediaStores
  readonly log: Logger
  /** Sources keep small files below, by collection. */
  readonly folder: string
  readonly start: (kind: string, settings: unknown, context: SourceContext) => Promise<RunningSource>
  /** Monotonic microseconds at which frames of the program are due: this one, and those whole frames away. */
  readonly clockOriginUs: () => number
  readonly liveAddress: (stream: string) => Promise<string>
  /** A source has its stores from now on. */
  readonly onBegun: (source: string) => void
  readonly onReport: (source: string, report: SourceReport) => void
}

interface AtWork {
  source: Source
  /** Undefined while it is being begun. */
  running: RunningSource | undefined
  shown: boolean
  ended: boolean
  /** What is played takes, as far as it said, ms. */
  durationMs: number | undefined
}

/** The sources of a collection, running: begun, changed and ended as the collection says. */
export class SourcesAtWork {
  readonly #needs: SourcesAtWorkNeeds
  readonly #atWork = new Map<string, AtWork>()
  readonly #ending = new Set<Promise<void>>()

  constructor(needs: SourcesAtWorkNeeds) {
    this.#needs = needs
  }

  setCollection({ id: collection, sources, frameRate, canvases }: Collection): void {
    const wanted = new Map(sources.map((source) => [source.id, source]))
    for (const [id, atWork] of this.#atWork) {
      if (wanted.get(id)?.kind === atWork.source.kind) continue
      this.#atWork.delete(id)
      this.#end(atWork)
    }
    const canvas = canvases[0] as { readonly width: number; readonly height: number }
    for (const source of sources) {
      const known = this.#atWork.get(source.id)
      if (known === undefined) this.#begin(source, frameRate, canvas, join(this.#needs.folder, collection))
      else if (known.source !== source) {
        const { settings } = known.source
        known.source = source
        if (settings !== source.settings) known.running?.update(source.settings)
      }
    }
  }

  pictures(id: string): FrameStore | undefined {
    return this.#atWork.get(id)?.running?.pictures
  }

  sound(id: string): SoundStore | undefined {
    return this.#atWork.get(id)?.running?.sound
  }

  /** How long a source plays at its speed, ms; undefined where it did not say, or has no end. */
  lengthMs(id: string): number | undefined {
    const atWork = this.#atWork.get(id)
    const speed = atWork?.source.settings.speed
    return atWork?.durationMs && atWork.durationMs / (typeof speed === 'number' ? speed : 1)
  }

  /** Exactly these are seen from now on. */
  setShown(shown: ReadonlySet<string>): void {
    for (const [id, atWork] of this.#atWork) {
      const now = shown.has(id)
      if (now === atWork.shown) continue
      atWork.shown = now
      atWork.running?.show?.(now)
    }
  }

  isShown(id: string): boolean {
    return this.#atWork.get(id)?.shown ?? false
  }

  /** Throws AppError. */
  command(id: string, name: string, details: Readonly<Record<string, unknown>>): void {
    const atWork = this.#atWork.get(id)
    if (atWork === undefined) throw new AppError('request.not_found', `There is no source ${id}`)
    if (atWork.running?.command === undefined) {
      throw new AppError('request.conflict', `The source ${id} takes no commands now`)
    }
    atWork.running.command(name, details)
  }

  async close(): Promise<void> {
    for (const atWork of this.#atWork.values()) this.#end(atWork)
    this.#atWork.clear()
    await Promise.all(this.#ending)
  }

  #begin(source: Source, frameRate: FrameRate, canvas: { readonly width: number; readonly height: number }, folder: string): void {
    const { stores, log, start, clockOriginUs, liveAddress, onReport } = this.#needs
    const { id, kind, settings } = source
    const atWork: AtWork = { source, running: undefined, shown: false, ended: false, durationMs: undefined }
    this.#atWork.set(id, atWork)
    const beginning = start(kind, settings, {
      id,
      log: log.child({ source: id }),
      stores,
      frameRate,
      clockOriginUs: clockOriginUs(),
      canvas,
      folder,
      report: (report) => {
        const durationMs = report.details?.durationMs
        if (typeof durationMs === 'number') atWork.durationMs = durationMs
        if (!atWork.ended) onReport(id, report)
      },
      liveAddress,
    }).then((running) => {
      atWork.running = running
      if (atWork.ended) return running.stop()
      // What changed while it was being begun.
      if (atWork.source.settings !== settings) running.update(atWork.source.settings)
      if (atWork.shown) running.show?.(true)
      this.#needs.onBegun(id)
      return undefined
    })
    this.#watch(id, beginning)
  }

  #end(atWork: AtWork): void {
    atWork.ended = true
    if (atWork.running) this.#watch(atWork.source.id, Promise.resolve(atWork.running.stop()))
  }

  #watch(id: string, work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => this.#needs.log.warn({ err: error, source: id }, 'a source failed'))
      .finally(() => this.#ending.delete(watched))
    this.#ending.add(watched)
  }
}
