import type { WorkerStatistics } from '../../control/engine/messages.ts'

/** Figures of the studio's process, read once a second. */
export class StatisticsMeter {
  /** Frames that were not composed because encoders used all frame memory. */
  dropped = 0
  #frames = 0
  #framesBefore = 0
  #rendered: number[] = []
  #cpu = process.cpuUsage()
  #readAt = performance.now()

  /** A frame was composed; ms that it took. */
  rendered(tookMs: number): void {
    this.#frames++
    this.#rendered.push(tookMs)
  }

  read(more: {
    readonly dropped: number
    readonly late: number
    readonly tiles: number
    readonly encodings: WorkerStatistics['encodings']
  }): WorkerStatistics {
    const now = performance.now()
    const seconds = (now - this.#readAt) / 1000
    const { user, system } = process.cpuUsage(this.#cpu)
    const rendered = this.#rendered
    const made = this.#frames - this.#framesBefore
    this.#rendered = []
    this.#readAt = now
    this.#cpu = process.cpuUsage()
    this.#framesBefore = this.#frames
    return {
      frames: this.#frames,
      dropped: more.dropped + this.dropped,
      late: more.late,
      renderMs: rendered.length === 0 ? 0 : rendered.reduce((sum, each) => sum + each, 0) / rendered.length,
      longestRenderMs: Math.max(0, ...rendered),
      framesPerSecond: made / seconds,
      cpu: (user + system) / 1e6 / seconds,
      memoryBytes: process.memoryUsage.rss(),
      tiles: more.tiles,
      encodings: more.encodings,
    }
  }
}
