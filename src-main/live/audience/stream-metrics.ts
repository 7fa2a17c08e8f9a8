import { Counter, Gauge, type Registry } from 'prom-client'
import type { ManagedStream } from '../hub/managed-stream.ts'
import type { HealthMeter } from '../hub/run/health.ts'
import type { ViewerSessions } from './viewer-sessions.ts'

export interface StreamMetrics {
  /** Adds what has happened since the last call. Called each second. */
  tick(): void
  refused(code: string): void
}

const totals = ['bytesIn', 'bytesOut', 'droppedFrames', 'lateFrames', 'repairs', 'faults'] as const
type Total = (typeof totals)[number]

const described: Readonly<Record<Total, readonly [name: string, help: string]>> = {
  bytesIn: ['streams_ingest_bytes_total', 'Media bytes that publishers sent'],
  bytesOut: ['streams_delivery_bytes_total', 'Bytes that viewers were sent'],
  droppedFrames: ['streams_frames_dropped_total', 'Frames missing by timestamps'],
  lateFrames: ['streams_frames_late_total', 'Frames that arrived late'],
  repairs: ['streams_timestamp_repairs_total', 'Timestamps corrected'],
  faults: ['streams_faults_total', 'Malformed messages skipped'],
}

/** The streams' figures on /metrics. No label carries text from the network. */
export function createStreamMetrics(registry: Registry, streams: () => readonly ManagedStream[], viewers: ViewerSessions): StreamMetrics {
  const registers = [registry]
  const counters = new Map<Total, Counter>()
  for (const total of totals) {
    const [name, help] = described[total]
    counters.set(total, new Counter({ name, help, registers }))
  }
  const refused = new Counter({
    name: 'streams_publishers_refused_total',
    help: 'Publishers that were rejected, by error code',
    labelNames: ['code'],
    registers,
  })
  new Gauge({
    name: 'streams_active',
    help: 'Streams that are live, waiting for a returning publisher included',
    registers,
    collect() {
      this.set(streams().filter((entry) => entry.phase === 'active' || entry.phase === 'reconnecting').length)
    },
  })
  new Gauge({
    name: 'streams_bitrate_kbps',
    help: 'Bit rate in the last second, of all live streams',
    labelNames: ['kind'],
    registers,
    collect() {
      let video = 0
      let audio = 0
      for (const entry of streams()) {
        if (entry.phase !== 'active') continue
        video += entry.meter?.latest?.videoBitrateKbps ?? 0
        audio += entry.meter?.latest?.audioBitrateKbps ?? 0
      }
      this.set({ kind: 'video' }, video)
      this.set({ kind: 'audio' }, audio)
    },
  })
  new Gauge({
    name: 'streams_viewers',
    help: 'Clients playing now, by protocol',
    labelNames: ['protocol'],
    registers,
    collect() {
      for (const [protocol, count] of Object.entries(viewers.byProtocol())) this.set({ protocol }, count)
    },
  })
  /** What was added already, by the meter that it was read from. */
  const counted = new WeakMap<HealthMeter, Record<Total, number>>()
  return {
    tick() {
      for (const { meter } of streams()) {
        if (meter === undefined) continue
        let before = counted.get(meter)
        if (before === undefined) {
          before = { bytesIn: 0, bytesOut: 0, droppedFrames: 0, lateFrames: 0, repairs: 0, faults: 0 }
          counted.set(meter, before)
        }
        for (const total of totals) {
          const more = meter[total] - before[total]
          if (more > 0) counters.get(total)?.inc(more)
          before[total] = meter[total]
        }
      }
    },
    refused: (code) => refused.inc({ code }),
  }
}
