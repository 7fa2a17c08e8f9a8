import type { Registry } from 'prom-client'
import type { EventBus } from '../../platform/events/events.ts'
import type { ClientLimits } from '../../platform/http/client-limits.ts'
import type { StreamStatus } from '../hub/stream.ts'
import type { LivePart } from '../live-part.ts'
import { BeaconEndpoint } from './beacon-endpoint.ts'
import { NoticeEndpoint } from './notice-endpoint.ts'
import { viewerRoutes } from './routes.ts'
import type { WhileRequestAllowed } from './viewer-admission.ts'
import { registerListeners, type ViewerMetrics } from './viewer-metrics.ts'
import type { ViewerSessions } from './viewer-sessions.ts'
import type { ViewerStore } from './viewer-store.ts'

export interface ViewersDependencies {
  readonly viewers: ViewerSessions
  readonly clients: ClientLimits
  readonly store: ViewerStore
  readonly events: EventBus
  readonly registry: Registry
  /** What is known of a stream's name. */
  readonly status: (name: string) => StreamStatus | undefined
  /** Throws `stream.not_found`. */
  readonly streamOf: (idOrName: string) => { readonly id: string; readonly name: string }
  /** Id of the stream of that name; undefined for an unknown name. */
  readonly idOf: (name: string) => string | undefined
  readonly metrics: ViewerMetrics
  readonly whileAllowed: WhileRequestAllowed
  readonly now: () => number
  readonly monotonic: () => number
}

/** Who is watching: the endpoints by which players report their playback and are notified about their stream, and those of the API. */
export function createViewers(dependencies: ViewersDependencies): LivePart {
  const { viewers, store, events, status, monotonic, whileAllowed, clients } = dependencies
  const notices = new NoticeEndpoint({ events, status, whileAllowed, clients })
  registerListeners(dependencies.registry, () => notices.listeners)
  const beacons = new BeaconEndpoint({
    idOf: dependencies.idOf,
    report: (streamId, beacon) => viewers.report(streamId, beacon),
    onResult: (result) => dependencies.metrics.beacon(result),
    monotonic,
  })
  let unsubscribe: (() => void) | undefined
  return {
    routes: viewerRoutes({ viewers, store, streamOf: dependencies.streamOf, now: dependencies.now }),
    start() {
      store.start()
      notices.start()
      unsubscribe ??= events.subscribe(({ topic, stream, data }) => {
        if (topic !== 'stream.state' || stream === undefined) return
        const { state } = data as { readonly state?: string }
        if (state === 'ended' || state === 'error') viewers.over(stream)
      })
    },
    stop() {
      unsubscribe?.()
      unsubscribe = undefined
      notices.stop()
      viewers.stop()
      store.stop()
    },
    resources: {
      events: (live) => notices.serve(live),
      beacon: (live) => beacons.serve(live),
    },
  }
}
