import type { ObsLevels, ObsStatistics, ObsStreamStatus } from '../../src-main/obs/schemas/mirror.ts'
import { followTopics } from '../client/event-socket.ts'
import type { ChartPoint } from '../components/chart-scale.ts'
import type { ChartSource } from '../components/chart-source.ts'

/** What the charts show, ms. */
export const chartSpanMs = 5 * 60_000

type Figure = 'bitrate' | 'cpu' | 'fps'

/**
 * Levels and figures of one OBS while somebody looks: drawn beside React, up to twenty times a second. The host has OBS send them only
 * while a page follows.
 */
export class SamplesFeed {
  readonly #id: string
  readonly #points: Readonly<Record<Figure, ChartPoint[]>> = { bitrate: [], cpu: [], fps: [] }
  readonly #peaks = new Map<string, readonly number[]>()
  readonly #drawings = new Set<(peakDb: (input: string) => readonly number[]) => void>()
  readonly #listeners = new Set<() => void>()
  readonly #close: () => void
  #statistics: ObsStatistics | undefined
  #stream: ObsStreamStatus | undefined
  #frame = 0
  #readAtMs = 0

  constructor(id: string) {
    this.#id = id
    this.#close = followTopics(['obs.levels', 'obs.statistics', 'obs.stream-status'], ({ topic, data }) => this.#take(topic, data))
    const draw = (nowMs: number): void => {
      this.#frame = requestAnimationFrame(draw)
      if (nowMs - this.#readAtMs > 500) this.#peaks.clear()
      for (const drawing of this.#drawings) drawing((input) => this.#peaks.get(input) ?? [])
    }
    this.#frame = requestAnimationFrame(draw)
  }

  /** Calls back for each frame of the screen with the peaks of inputs, dBFS by channel. */
  followLevels(drawing: (peakDb: (input: string) => readonly number[]) => void): () => void {
    this.#drawings.add(drawing)
    return () => this.#drawings.delete(drawing)
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly statistics = (): ObsStatistics | undefined => this.#statistics
  readonly stream = (): ObsStreamStatus | undefined => this.#stream

  /** The last minutes of a figure, for a chart. */
  source(figure: Figure, color: string): ChartSource {
    return {
      read: () => ({ nowMs: Date.now(), series: [{ label: '', color, points: this.#points[figure] }] }),
      subscribe: this.subscribe,
    }
  }

  close(): void {
    this.#close()
    cancelAnimationFrame(this.#frame)
    this.#drawings.clear()
    this.#listeners.clear()
  }

  #take(topic: string, data: unknown): void {
    if ((data as { readonly obs?: string }).obs !== this.#id) return
    if (topic === 'obs.levels') {
      this.#readAtMs = performance.now()
      for (const { name, channels } of (data as ObsLevels).inputs)
        this.#peaks.set(
          name,
          channels.map(([, peakDb]) => peakDb),
        )
      return
    }
    if (topic === 'obs.statistics') {
      this.#statistics = data as ObsStatistics
      this.#add('cpu', this.#statistics.cpu)
      this.#add('fps', this.#statistics.fps)
    } else if (topic === 'obs.stream-status') {
      this.#stream = data as ObsStreamStatus
      this.#add('bitrate', this.#stream.active ? this.#stream.bitrateKbps : null)
    }
    for (const listener of this.#listeners) listener()
  }

  #add(figure: Figure, value: number | null): void {
    const points = this.#points[figure]
    const nowMs = Date.now()
    points.push({ timeMs: nowMs, value })
    while (points[0] !== undefined && points[0].timeMs < nowMs - chartSpanMs) points.shift()
  }
}
