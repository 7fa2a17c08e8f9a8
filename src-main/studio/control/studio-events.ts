import type { SourceReport } from '../../media/source-report.ts'
import type { EventBus } from '../../platform/events/events.ts'
import { type NativePreparation, watchPreparation } from '../../platform/native-preparation.ts'
import type { EngineEvent, StudioEngine } from './engine/studio-engine.ts'

export interface StudioEvents {
  /** Why the studio cannot run here, or null. */
  readonly problem: string | null
  /** What is being built before it can run, or null. */
  readonly preparation: NativePreparation | null
  stop(): void
}

/** Tells on the event socket what the studio's process tells: its state, its sources, figures; meters while somebody looks. */
export function publishEngineEvents(engine: StudioEngine, events: EventBus): StudioEvents {
  let problem: string | null = null
  let preparation: NativePreparation | null = null
  const reports = new Map<string, SourceReport>()
  const meters = events.offerSamples('studio.meters', (wanted) => engine.meter(wanted))
  const drift = events.offerSamples('studio.drift', () => undefined)

  const publishState = (): void => events.publish('studio.state', { state: engine.state, problem, preparation })
  const leavePreparation = watchPreparation((next) => {
    preparation = next
    publishState()
  })

  const notify = (event: EngineEvent): void => {
    switch (event.kind) {
      case 'state':
        problem = event.problem ?? null
        publishState()
        break
      case 'source': {
        const before = reports.get(event.source)
        reports.set(event.source, event.report)
        // Positions come all the time; a new state is what a page must not miss.
        const passing = before?.state === event.report.state && before.problem === event.report.problem
        events.publish('studio.source', { id: event.source, report: event.report }, { volatile: passing })
        break
      }
      case 'filter':
        events.publish('studio.filter', { id: event.filter, problem: event.problem })
        break
      case 'filter-chose':
        events.publish('studio.filter_chose', { id: event.filter, chosen: event.chosen }, { volatile: true })
        break
      case 'monitor':
        events.publish('studio.monitor', event.report)
        break
      case 'switched':
        events.publish('studio.switched', { canvas: event.canvas, scene: event.scene, frame: event.frame })
        break
      case 'meters':
        meters.publish({ meters: event.meters })
        break
      case 'drift':
        drift.publish({ drift: event.drift })
        break
      case 'statistics':
        events.publish('studio.statistics', event.statistics, { volatile: true })
        break
      case 'levels':
      case 'lost':
      case 'shown':
      case 'transition-ended':
      case 'encodings':
      case 'tiles':
      case 'window':
        break
    }
  }
  const leave = engine.onEvent((event) => {
    notify(event)
    if (reports.size > 4096) reports.clear()
  })
  return {
    get problem() {
      return problem
    },
    get preparation() {
      return preparation
    },
    stop() {
      leave()
      leavePreparation()
      meters.stop()
      drift.stop()
    },
  }
}
