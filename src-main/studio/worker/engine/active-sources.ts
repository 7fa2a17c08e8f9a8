import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { DisplayPlace } from '../../../media/desktop-displays.ts'
import type { SourceMemory, SourceReport } from '../../../media/source-report.ts'
import type { AudioStore, FrameStore, MediaStores } from '../../../media/worker/stores/media-stores.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { ReachPolicy } from '../../../platform/outbound/reach.ts'
import { isMaskedUrl, maskUrlsIn } from '../../../platform/outbound/url-secrets.ts'
import type { Collection, Source } from '../../document/collection.ts'
import { keysByEditors } from '../../document/references/authorship.ts'
import type { FrameRate } from '../../document/schemas/frame-rate.ts'
import { sizeBehind } from '../filters/size-behind.ts'
import type { RunningSource, SourceContext } from '../sources/running-source.ts'
import { reachOf, type ShowReach, type SourceReach } from '../sources/source-reach.ts'

export interface ActiveSourcesDependencies {
  readonly stores: MediaStores
  readonly log: Logger
  /** Sources keep small files below, by collection. */
  readonly folder: string
  readonly reach: ReachPolicy
  /** Displays of the remote desktop that sources name, by id. */
  readonly displays: Readonly<Record<string, DisplayPlace>>
  readonly start: (kind: string, settings: unknown, context: SourceContext) => Promise<RunningSource>
  /** Monotonic microseconds at which frames of the program are due: this one, and those whole frames away. */
  readonly clockOriginUs: () => number
  readonly liveUrl: (stream: string) => Promise<string>
  /** A source has its stores from now on. */
  readonly onStarted: (source: string) => void
  readonly onReport: (source: string, report: SourceReport) => void
  /** What sources kept before the process died, by their ids. */
  readonly memories: Readonly<Record<string, SourceMemory>>
  readonly onMemory: (source: string, memory: SourceMemory | undefined) => void
}

interface AtWork {
  source: Source
  reach: SourceReach
  /** Undefined while it is being started. */
  running: RunningSource | undefined
  shown: boolean
  ended: boolean
  /** What is played takes, as far as it said, ms. */
  durationMs: number | undefined
  /** As it was reported last, and the size that was reported with it. */
  report: SourceReport | undefined
  size: Size | undefined
}

interface Size {
  readonly width: number
  readonly height: number
}

/** The sources of a collection, running: started, changed and ended as the collection says. */
export class ActiveSources {
  readonly #dependencies: ActiveSourcesDependencies
  readonly #active = new Map<string, AtWork>()
  readonly #ending = new Set<Promise<void>>()
  /** Each is taken once: a source that is removed and added again starts again. */
  readonly #memories: Map<string, SourceMemory>
  #policy: ReachPolicy
  #displays: Readonly<Record<string, DisplayPlace>>
  /** All sources are to be judged again. */
  #isStale = false
  #collection: Collection | undefined

  constructor(dependencies: ActiveSourcesDependencies) {
    this.#dependencies = dependencies
    this.#memories = new Map(Object.entries(dependencies.memories))
    this.#policy = dependencies.reach
    this.#displays = dependencies.displays
  }

  setCollection(collection: Collection): void {
    const { sources, frameRate, canvases } = collection
    const reachable: ShowReach = { policy: this.#policy, byEditors: keysByEditors(collection), displays: this.#displays }
    const allJudged = this.#isStale || collection.byEditors !== this.#collection?.byEditors
    this.#collection = collection
    this.#isStale = false
    const wanted = new Map(sources.map((source) => [source.id, source]))
    for (const [id, active] of this.#active) {
      if (wanted.get(id)?.kind === active.source.kind) continue
      this.#active.delete(id)
      this.#end(active)
    }
    const canvas = canvases[0] as { readonly width: number; readonly height: number }
    for (const source of sources) {
      const known = this.#active.get(source.id)
      if (known === undefined) {
        const reach = reachOf(source, reachable)
        this.#begin(source, reach, frameRate, canvas, join(this.#dependencies.folder, collection.id))
        continue
      }
      if (known.source === source && !allJudged) continue
      const reach = reachOf(source, reachable)
      const changed = known.source.settings !== source.settings || !isDeepStrictEqual(known.reach, reach)
      known.source = source
      known.reach = reach
      if (changed) known.running?.update(source.settings, reach)
    }
  }

  /** What users' paths and URLs may lead to is another from now on. */
  setReach(policy: ReachPolicy): void {
    this.#policy = policy
    this.#judgeAgain()
  }

  /** Displays of the remote desktop started, ended or were removed. */
  setDisplays(displays: Readonly<Record<string, DisplayPlace>>): void {
    this.#displays = displays
    this.#judgeAgain()
  }

  frameStore(id: string): FrameStore | undefined {
    return this.#active.get(id)?.running?.frameStore
  }

  audioStore(id: string): AudioStore | undefined {
    return this.#active.get(id)?.running?.audioStore
  }

  /** How long a source plays at its speed, ms; undefined where it did not say, or has no end. */
  lengthMs(id: string): number | undefined {
    const active = this.#active.get(id)
    const speed = active?.source.settings.speed
    return active?.durationMs && active.durationMs / (typeof speed === 'number' ? speed : 1)
  }

  /** Exactly these are seen from now on. */
  setShown(shown: ReadonlySet<string>): void {
    for (const [id, active] of this.#active) {
      const now = shown.has(id)
      if (now === active.shown) continue
      active.shown = now
      active.running?.show?.(now)
    }
  }

  /** Reports again those whose frames have another size now. */
  reportSizes(): void {
    for (const [id, active] of this.#active) {
      const size = sizeOf(active)
      if (size?.width === active.size?.width && size?.height === active.size?.height) continue
      active.size = size
      this.#notify(id, active)
    }
  }

  isShown(id: string): boolean {
    return this.#active.get(id)?.shown ?? false
  }

  /** Throws AppError. */
  command(id: string, name: string, details: Readonly<Record<string, unknown>>): void {
    const active = this.#active.get(id)
    if (active === undefined) throw new AppError('studio.not_found', `There is no source "${id}"`)
    if (active.running?.command === undefined) {
      throw new AppError('request.conflict', `The source ${id} takes no commands now`)
    }
    active.running.command(name, details)
  }

  async close(): Promise<void> {
    for (const active of this.#active.values()) this.#end(active)
    this.#active.clear()
    await Promise.all(this.#ending)
  }

  #judgeAgain(): void {
    this.#isStale = true
    if (this.#collection !== undefined) this.setCollection(this.#collection)
  }

  #begin(
    source: Source,
    reach: SourceReach,
    frameRate: FrameRate,
    canvas: { readonly width: number; readonly height: number },
    folder: string,
  ): void {
    const { stores, log, start, clockOriginUs, liveUrl, onMemory } = this.#dependencies
    const { id, kind, settings } = source
    const active: AtWork = {
      source,
      reach,
      running: undefined,
      shown: false,
      ended: false,
      durationMs: undefined,
      report: undefined,
      size: undefined,
    }
    this.#active.set(id, active)
    const memory = this.#memories.get(id)
    this.#memories.delete(id)
    const beginning = start(kind, settings, {
      id,
      log: log.child({ source: id }),
      stores,
      frameRate,
      clockOriginUs: clockOriginUs(),
      canvas,
      reach,
      folder,
      memory,
      isWanted: () => !active.ended,
      remember: (next) => {
        if (!active.ended) onMemory(id, next)
      },
      report: (report) => {
        const durationMs = report.details?.durationMs
        if (typeof durationMs === 'number') active.durationMs = durationMs
        active.report = withoutSecrets(report, active.source.settings)
        if (!active.ended) this.#notify(id, active)
      },
      liveUrl,
    }).then((running) => {
      active.running = running
      if (active.ended) return running.stop()
      // What changed while it was being started.
      if (active.source.settings !== settings || active.reach !== reach) running.update(active.source.settings, active.reach)
      // One that was seen before the process died must know where it is not any more.
      if (active.shown || memory !== undefined) running.show?.(active.shown)
      this.#dependencies.onStarted(id)
      return undefined
    })
    this.#watch(id, beginning)
  }

  #notify(id: string, { report = { state: 'running' }, size }: AtWork): void {
    this.#dependencies.onReport(id, size === undefined ? report : { ...report, picture: size })
  }

  #end(active: AtWork): void {
    active.ended = true
    if (active.running) this.#watch(active.source.id, Promise.resolve(active.running.stop()))
  }

  #watch(id: string, work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => this.#dependencies.log.warn({ err: error, source: id }, 'a source failed'))
      .finally(() => this.#ending.delete(watched))
    this.#ending.add(watched)
  }
}

function sizeOf({ running, source }: AtWork): Size | undefined {
  const store = running?.frameStore
  if (store === undefined || store.sequence === 0 || store.width === 0) return undefined
  const size = sizeBehind(source.filters, store.width, store.height)
  return size.width > 0 && size.height > 0 ? size : undefined
}

/** A report as everybody may read it: its texts quote URLs of the settings, and what FFmpeg and browsers say of them. */
function withoutSecrets(report: SourceReport, settings: Source['settings']): SourceReport {
  const { problem, details } = report
  const urls = Object.values(settings).filter((each) => typeof each === 'string')
  const hide = <T>(value: T): T | string => (typeof value === 'string' ? maskUrlsIn(value, ...urls) : value)
  const shown = problem !== undefined && urls.some(isMaskedUrl) ? 'The URL has *** where its secret was: enter it again' : hide(problem)
  return {
    ...report,
    ...(shown !== undefined && { problem: shown }),
    ...(details !== undefined && { details: Object.fromEntries(Object.entries(details).map(([name, value]) => [name, hide(value)])) }),
  }
}
