import { Counter, Gauge, type Registry } from 'prom-client'
import type { PlaybackMetrics } from './playback.ts'

/** Playback's figures on /metrics. */
export function createPlaybackMetrics(registry: Registry): PlaybackMetrics {
  const registers = [registry]
  const requests = new Counter({
    name: 'streams_playback_requests_total',
    help: 'Requests for playlists and media over HTTP, by what was asked for',
    labelNames: ['kind'],
    registers,
  })
  const waiting = new Gauge({ name: 'streams_playback_waiting', help: 'Requests that wait for media that is about to be made', registers })
  const bytes = new Counter({ name: 'streams_playback_bytes_total', help: 'Bytes of playlists and media sent over HTTP', registers })
  return {
    request: (kind) => requests.inc({ kind }),
    waiting: (delta) => waiting.inc(delta),
    bytes: (count) => bytes.inc(count),
  }
}
