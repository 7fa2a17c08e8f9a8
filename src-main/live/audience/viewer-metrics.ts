import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { BeaconResult } from './beacon-endpoint.ts'
import type { ViewerFigures } from './schemas.ts'
import type { Gain } from './session-record.ts'

export interface ViewerMetrics {
  beacon(result: BeaconResult): void
  gain(gain: Gain): void
}

/** How viewers fare, on /metrics. `streams` lists what is live: its names are the operator's, so that labels stay few. */
export function createViewerMetrics(
  registry: Registry,
  streams: () => readonly { readonly name: string; readonly figures: ViewerFigures }[],
): ViewerMetrics {
  const registers = [registry]
  const beacons = new Counter({
    name: 'streams_viewer_beacons_total',
    help: 'Beacons of players, by what became of them',
    labelNames: ['result'],
    registers,
  })
  const stalls = new Counter({ name: 'streams_viewer_stalls_total', help: 'Stalls that players reported', registers })
  const stalled = new Counter({ name: 'streams_viewer_stalled_seconds_total', help: 'Time that playback was stalled', registers })
  const watched = new Counter({ name: 'streams_viewer_watched_seconds_total', help: 'Time that players played', registers })
  const errors = new Counter({ name: 'streams_viewer_errors_total', help: 'Errors that players reported', registers })
  const startup = new Histogram({
    name: 'streams_viewer_startup_seconds',
    help: 'From the request to play to the first frame',
    buckets: [0.25, 0.5, 1, 2, 4, 8, 16],
    registers,
  })
  const perStream = (name: string, help: string, value: (figures: ViewerFigures) => number | null): void => {
    new Gauge({
      name,
      help,
      labelNames: ['stream'],
      registers,
      collect() {
        this.reset()
        for (const { name: stream, figures } of streams()) {
          const known = value(figures)
          if (known !== null) this.set({ stream }, known)
        }
      },
    })
  }
  perStream('streams_stream_viewers', 'Clients playing a stream now', ({ concurrent }) => concurrent)
  perStream('streams_stream_rebuffer_ratio', 'Time stalled over time stalled and played, last minute', ({ rebufferRatio }) => rebufferRatio)
  perStream('streams_stream_latency_p95_seconds', 'Delay of frames behind the host', ({ latencyP95Ms }) =>
    latencyP95Ms === null ? null : latencyP95Ms / 1000,
  )
  perStream('streams_stream_health_score', 'How viewers of a stream fare, 0 to 100', ({ healthScore }) => healthScore)
  return {
    beacon: (result) => beacons.inc({ result }),
    gain(gain) {
      stalls.inc(gain.stalls)
      stalled.inc(gain.stallMs / 1000)
      watched.inc(gain.watchedMs / 1000)
      errors.inc(gain.errors)
      if (gain.startupMs !== undefined) startup.observe(gain.startupMs / 1000)
    },
  }
}

/** Counts those who listen to `/live/NAME/events`. */
export function registerListeners(registry: Registry, listeners: () => number): void {
  new Gauge({
    name: 'streams_viewer_listeners',
    help: 'Pages that listen for what becomes of their stream',
    registers: [registry],
    collect() {
      this.set(listeners())
    },
  })
}
