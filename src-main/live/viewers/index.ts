import type { Registry } from 'prom-client'
import type { EventBus } from '../../platform/events.ts'
import type { LivePart } from '../live-part.ts'
import type { StreamStatus } from '../streams/stream.ts'
import { BeaconDoor } from './beacon-door.ts'
import { NoticeDoor } from './notice-door.ts'
import { viewerRoutes } from './routes.ts'
import { registerListeners, type ViewerMetrics } from './viewer-metrics.ts'
import type { ViewerSessions } from './viewer-sessions.ts'
import type { ViewerStore } from './viewer-store.ts'

export interface ViewersNeeds {
  readonly viewers: ViewerSessions
  readonly store: ViewerStore
  readonly events: EventBus
  readonly registry: Registry
  /** What is known of a stream's name. */
  readonly status: (name: string) => StreamStatus | undefined
  /** Throws `stream.not_found`. */
  readonly streamOf: (idOrName: string) => { readonly id: string; readonly name: string }
  /** Id of the stream of that name ; undefined where there is none. */
  readonly idOf: (name: string) => string | undefined
  readonly metrics: ViewerMetrics
  readonly now: () => number
  readonly monotonic: () => number
}

const doorPath = /^\/live\/([a-z0-9][a-z0-9_-]{0,63})\/(beacon|events)(?:\?|$)/

/** Who is watching: the doors by which players tell of themselves and are told of their stream, and those of the API. */
export function createViewers(needs: ViewersNeeds): LivePart {
  const { viewers, store, events, status, monotonic } = needs
  const notices = new NoticeDoor({ events, status })
  registerListeners(needs.registry, () => notices.listeners)
  const beacons = new BeaconDoor({
    idOf: needs.idOf,
    report: (streamId, beacon) => viewers.report(streamId, beacon),
    onResult: (result) => needs.metrics.beacon(result),
    monotonic,
  })
  let unsubscribe: (() => void) | undefined
  return {
    routes: viewerRoutes({ viewers, store, streamOf: needs.streamOf, now: needs.now }),
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
    handleHttp(request, response) {
      const url = request.url ?? ''
      if (!url.startsWith('/live/')) return false
      const match = doorPath.exec(url)
      if (match === null) return false
      const [, name = '', door] = match
      if (door === 'events') notices.serve(request, response, name)
      else beacons.serve(request, response, name)
      return true
    },
  }
}
