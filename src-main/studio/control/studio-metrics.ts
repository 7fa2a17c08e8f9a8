import { Gauge, type Registry } from 'prom-client'
import type { StudioEngine } from './engine/studio-engine.ts'
import type { StudioOutputs } from './outputs/studio-outputs.ts'

/** Figures of the studio for Prometheus, read when they are asked for. */
export function countStudio(registry: Registry, engine: Pick<StudioEngine, 'statistics'>, outputs: Pick<StudioOutputs, 'list'>): void {
  const registers = [registry]
  const figures = {
    streams_studio_running: ['1 while the studio runs', () => (engine.statistics().state === 'running' ? 1 : 0)],
    streams_studio_frames: ['Frames of the clock since the show started', () => engine.statistics().frames],
    streams_studio_frames_dropped: ['Frames that were never composed', () => engine.statistics().dropped],
    streams_studio_frames_late: ['Frames composed more than half a frame late', () => engine.statistics().late],
    streams_studio_render_seconds: ['Composition of a frame, mean of the last second', () => engine.statistics().renderMs / 1000],
    streams_studio_cpu_cores: ['Cores used by the studio’s processes', () => engine.statistics().cpu],
    streams_studio_memory_bytes: ['Memory of the studio’s processes', () => engine.statistics().memoryBytes],
    streams_studio_restarts: ['Times that the studio’s process was lost', () => engine.statistics().restarts],
  } as const
  for (const [name, [help, read]] of Object.entries(figures)) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }
  new Gauge({
    name: 'streams_studio_encoder_lag_seconds',
    help: 'From composition to packet, mean of the last second',
    labelNames: ['encoding', 'codec'],
    registers,
    collect() {
      this.reset()
      for (const { id, codec, lagMs } of engine.statistics().encodings) this.set({ encoding: id, codec }, lagMs / 1000)
    },
  })
  new Gauge({
    name: 'streams_studio_encoder_frames_skipped',
    help: 'Frames left out because an encoder was too slow',
    labelNames: ['encoding', 'codec'],
    registers,
    collect() {
      this.reset()
      for (const { id, codec, skipped } of engine.statistics().encodings) this.set({ encoding: id, codec }, skipped)
    },
  })
  new Gauge({
    name: 'streams_studio_outputs',
    help: 'Outputs of the studio by state',
    labelNames: ['kind', 'state'],
    registers,
    collect() {
      this.reset()
      for (const { kind, state } of outputs.list()) this.inc({ kind, state })
    },
  })
}
