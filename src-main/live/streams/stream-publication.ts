import type { Track } from '../../formats/track.ts'
import type { AppError } from '../../platform/errors.ts'
import type { IngestPacket, Publication } from '../ingest/publisher.ts'
import { audioTicks } from './audio-ticks.ts'
import type { HealthMeter } from './health.ts'
import type { StreamRun } from './stream-run.ts'
import { Timeline } from './timeline.ts'

/** A track of the publisher before that has not been declared again so long after the first packet is gone, ms. */
const TRACKS_SETTLE_MS = 3000

/** What a publication asks of, and tells, the stream that it belongs to. */
export interface PublicationOwner {
  /** The first packet has come: where on the timeline it lands, and where the timeline stood. Times in ms. */
  begin(monotonicMs: number): { originMs: number; startMs: number; floorMs: number }
  /** False where the key does not allow such a track: the publisher has been sent away. */
  admits(track: Track): boolean
  tracksChanged(): void
  metadataChanged(metadata: Readonly<Record<string, string | number | boolean>>): void
  fault(fault: AppError): void
  closed(how: 'unpublish' | 'lost', reason: AppError | undefined): void
}

export interface StreamPublicationOptions {
  readonly streamId: string
  readonly streamName: string
  readonly run: StreamRun
  readonly meter: HealthMeter
  readonly owner: PublicationOwner
  /** Monotonic clock, ms. */
  readonly monotonic: () => number
}

/** One publisher's way into its stream: mends the times of what it sends, counts it, hands it on. */
export class StreamPublication implements Publication {
  readonly streamName: string
  readonly streamId: string
  readonly #run: StreamRun
  readonly #meter: HealthMeter
  readonly #owner: PublicationOwner
  readonly #monotonic: () => number
  /** Declared before the first packet. */
  #early: Track[] = []
  readonly #declared = new Set<string>()
  /** When tracks that were not declared are forgotten, monotonic ms. */
  #settleAtMs = Number.POSITIVE_INFINITY
  #timeline: Timeline | undefined
  #originMs = 0
  #repairs = 0
  #open = true

  constructor(options: StreamPublicationOptions) {
    this.streamId = options.streamId
    this.streamName = options.streamName
    this.#run = options.run
    this.#meter = options.meter
    this.#owner = options.owner
    this.#monotonic = options.monotonic
  }

  /** Where the timeline stands, ms; undefined before the first packet. */
  get endMs(): number | undefined {
    return this.#timeline?.endMs
  }

  setTrack(track: Track): void {
    if (!this.#open || !this.#owner.admits(track)) return
    this.#declared.add(track.id)
    if (this.#timeline === undefined) this.#early.push(track)
    else this.#timeline.setTrack(track)
    if (this.#run.setTrack(track)) this.#owner.tracksChanged()
  }

  write(packet: IngestPacket): void {
    if (!this.#open) return
    const now = this.#monotonic()
    const timeline = this.#timeline ?? this.#begin(now)
    const placed = timeline.place(packet, now)
    if (timeline.repairs !== this.#repairs) {
      this.#meter.repairs += timeline.repairs - this.#repairs
      this.#repairs = timeline.repairs
    }
    if (placed === undefined) return
    if (timeline.seam) {
      this.#meter.discontinuity()
      this.#run.discontinuity('timestamp-jump')
    }
    this.#meter.count(placed, now - this.#originMs)
    this.#run.deliver(placed)
    if (now < this.#settleAtMs) return
    this.#settleAtMs = Number.POSITIVE_INFINITY
    if (this.#run.retainTracks(this.#declared)) this.#owner.tracksChanged()
  }

  setMetadata(metadata: Readonly<Record<string, string | number | boolean>>): void {
    if (!this.#open) return
    const kept: Record<string, string | number | boolean> = {}
    for (const [name, value] of Object.entries(metadata).slice(0, 40)) {
      if (typeof value === 'number' && !Number.isFinite(value)) continue
      kept[name.slice(0, 60)] = typeof value === 'string' ? value.slice(0, 200) : value
    }
    this.#owner.metadataChanged(kept)
  }

  report(fault: AppError): void {
    if (!this.#open) return
    this.#meter.faults++
    this.#owner.fault(fault)
  }

  close(how: 'unpublish' | 'lost', reason?: AppError): void {
    if (!this.#open) return
    this.#open = false
    this.#owner.closed(how, reason)
  }

  /** Takes the publication out of its stream without a word: another took its place, or it was sent away. */
  retire(): void {
    this.#open = false
  }

  #begin(now: number): Timeline {
    const { originMs, startMs, floorMs } = this.#owner.begin(now)
    const timeline = new Timeline({ startMs, floorMs, audioTicks })
    for (const track of this.#early) timeline.setTrack(track)
    this.#early = []
    this.#originMs = originMs
    this.#settleAtMs = now + TRACKS_SETTLE_MS
    this.#timeline = timeline
    return timeline
  }
}
