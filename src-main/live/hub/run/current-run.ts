import type { Logger } from '../../../platform/logger.ts'
import { randomText } from '../../../platform/random-id.ts'
import { HealthMeter } from './health.ts'
import { StreamRun } from './stream-run.ts'

/** Metadata of the sender, for display only. */
export type StreamMetadata = Readonly<Record<string, string | number | boolean>>

/** A run with its health, and how far its timeline has come. */
export class CurrentRun {
  readonly run: StreamRun
  readonly meter: HealthMeter
  metadata: StreamMetadata = {}
  #originMs: number | undefined
  #endMs = 0

  constructor(stream: { readonly id: string; readonly name: string; readonly log: Logger }, nowMs: number, monotonicMs: number) {
    const { id, name, log } = stream
    // the time keeps epochs of one name apart for good, the random part keeps two hosts behind one cache apart
    const epoch = `${Math.floor(nowMs / 1000).toString(36)}${randomText(4)}`
    this.run = new StreamRun({ id, name, epoch, log, nowMs })
    this.meter = new HealthMeter(monotonicMs)
  }

  get live(): boolean {
    return this.run.state === 'active'
  }

  /** Monotonic ms of timeline 0; undefined until the first packet. */
  get originMs(): number | undefined {
    return this.#originMs
  }

  /** Timeline ms that publishers who left have filled: the next one continues behind it. */
  get endMs(): number {
    return this.#endMs
  }

  /** How far the timeline is behind now, ms; 0 before the first packet. */
  lagMs(monotonicMs: number): number {
    return this.#originMs === undefined ? 0 : Math.max(0, monotonicMs - this.#originMs - this.#endMs)
  }

  /** The first packet of the run has come: dates timeline 0. False where an earlier publisher has done that. */
  startTimeline(monotonicMs: number, originTimeMs: number): boolean {
    if (this.#originMs !== undefined) return false
    this.#originMs = monotonicMs
    this.run.originTimeMs = originTimeMs
    return true
  }

  /** A publisher has filled the timeline up to there; undefined where it has sent nothing. */
  fill(endMs: number | undefined): void {
    this.#endMs = Math.max(this.#endMs, endMs ?? 0)
  }

  /** The next packets do not continue the ones before. */
  interrupt(reason: 'reconnect' | 'takeover'): void {
    this.run.newPublisher(reason)
    this.meter.discontinuity()
  }
}
