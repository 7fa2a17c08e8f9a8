import { AppError } from '../../../../platform/errors.ts'
import type { Logger } from '../../../../platform/logger.ts'
import type { CurrentRun } from '../../run/current-run.ts'
import { HealthMeter } from '../../run/health.ts'
import { StreamPublication } from '../stream-publication.ts'
import type { StreamReports } from '../stream-reports.ts'
import { type SlateFor, SlateShow, type SlateSource } from './slate-show.ts'

/** Max gap of the timeline that a slate fills, ms. */
const MAX_CATCH_UP_MS = 4000

export interface SlatePublisherDependencies {
  readonly id: string
  readonly name: string
  readonly slates: SlateSource | undefined
  readonly reports: StreamReports
  readonly log: Logger
  /** Monotonic ms. */
  readonly monotonic: () => number
  /** The first packet of a run is here. */
  readonly startTimeline: (current: CurrentRun, monotonicMs: number) => void
  /** The slate cannot be shown; another one may be tried later. */
  readonly onFailed: () => void
}

interface Shown {
  readonly lasts: 'window' | 'unlimited'
  show: SlateShow | undefined
  publication: StreamPublication | undefined
  current: CurrentRun | undefined
}

/** Publishes a stream's slate while no other publisher does. When that is: `publisher-loss`. */
export class SlatePublisher {
  readonly #dependencies: SlatePublisherDependencies
  #shown: Shown | undefined

  constructor(dependencies: SlatePublisherDependencies) {
    this.#dependencies = dependencies
  }

  get onAir(): boolean {
    return this.#shown?.publication !== undefined
  }

  /** How far it has filled the timeline, ms. */
  get endMs(): number | undefined {
    return this.#shown?.publication?.endMs
  }

  /** How long the slate that is shown, or prepared, may last; undefined without a slate. */
  get lasts(): 'window' | 'unlimited' | undefined {
    return this.#shown?.lasts
  }

  /** Has the slate encoded, where the stream has one, for a `start` that comes soon. */
  prepare(stream: Omit<SlateFor, 'name'>): void {
    const { name, slates } = this.#dependencies
    // What is wrong with it is said when it is to be shown.
    if (slates?.lasts(name) !== undefined) slates.prepare({ name, ...stream }).catch(() => undefined)
  }

  /** Prepares the slate and shows it after `afterMs`, into the run that `currentRun` answers then. One at a time. */
  start(stream: Omit<SlateFor, 'name'>, afterMs: number, currentRun: () => CurrentRun): void {
    const { name, slates, monotonic, log, reports } = this.#dependencies
    const lasts = slates?.lasts(name)
    if (slates === undefined || lasts === undefined || this.#shown !== undefined) return
    const shown: Shown = { lasts, show: undefined, publication: undefined, current: undefined }
    this.#shown = shown
    shown.show = new SlateShow({
      loop: slates.prepare({ name, ...stream }),
      afterMs,
      monotonic,
      begin: () => this.#goOnAir(shown, currentRun()),
      failed: (error) => {
        if (this.#shown !== shown) return
        this.#shown = undefined
        const { code, message } = error instanceof AppError ? error : new AppError('slate.unavailable', undefined, { cause: error })
        log.warn({ streamId: this.#dependencies.id, code }, message)
        reports.record({ kind: 'error', message: `no slate: ${message}`, code })
        reports.publish('stream.slate-failed', { code, message })
        this.#dependencies.onFailed()
      },
    })
  }

  /** Takes the slate off air; the next publisher continues after it. */
  stop(): void {
    const shown = this.#shown
    if (shown === undefined) return
    this.#shown = undefined
    shown.show?.stop()
    shown.publication?.retire()
    shown.current?.fill(shown.publication?.endMs)
  }

  #goOnAir(shown: Shown, current: CurrentRun): { publication: StreamPublication; behindMs: number } {
    const { id, name, reports, monotonic, startTimeline } = this.#dependencies
    const behindMs = Math.min(MAX_CATCH_UP_MS, current.lagMs(monotonic()))
    const publication = new StreamPublication({
      streamId: id,
      streamName: name,
      run: current.run,
      // figures of the slate do not count as the stream's health
      meter: new HealthMeter(monotonic()),
      monotonic,
      onAir: true,
      owner: {
        begin: (monotonicMs) => {
          startTimeline(current, monotonicMs)
          const originMs = current.originMs ?? monotonicMs
          return { originMs, startMs: Math.max(current.endMs, monotonicMs - originMs - behindMs), floorMs: current.endMs }
        },
        admits: () => true,
        tracksChanged: () => reports.announce('tracks'),
        metadataChanged: () => undefined,
        fault: () => undefined,
        closed: () => undefined,
      },
    })
    current.run.newPublisher('slate')
    current.run.setReconnecting(false)
    shown.publication = publication
    shown.current = current
    reports.publish('stream.failover', { from: null, to: 'slate', cause: 'lost', exact: false, gapMs: 0 })
    reports.record({ kind: 'state', message: `stream ${name} shows its slate` })
    reports.announce('updated')
    return { publication, behindMs }
  }
}
