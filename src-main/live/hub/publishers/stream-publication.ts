import type { Track } from '../../../formats/track.ts'
import type { IngestPacket } from '../../../media/ingest-packet.ts'
import type { AppError } from '../../../platform/errors.ts'
import { ownText } from '../../../platform/own-text.ts'
import { HealthMeter } from '../run/health.ts'
import type { StreamRun } from '../run/stream-run.ts'
import { Timeline } from '../run/timeline.ts'
import { audioTicks } from './joining/audio-ticks.ts'
import { type Joint, squeeze } from './joining/joint.ts'
import { SourceClock } from './joining/source-clock.ts'
import { StandbyBuffer } from './joining/standby-buffer.ts'
import type { Publication } from './publisher.ts'

/** A track of the publisher before that has not been declared again so long after the first packet is gone, ms. */
const TRACKS_SETTLE_MS = 3000

/** What a publication needs from, and reports to, the stream that it belongs to. */
export interface PublicationOwner {
  /** The first packet has come: where on the timeline it lands, and where the timeline was. Times in ms. */
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
  /** False: what it sends is kept and measured, not shown, until `goOnAir`. */
  readonly onAir: boolean
}

/** What is kept of a publisher that is not on air. */
interface Standby {
  readonly buffer: StandbyBuffer
  readonly meter: HealthMeter
  readonly timeline: Timeline
  readonly sinceMs: number
}

/** One publisher's way into its stream: corrects the times of what it sends, counts it, hands it on; or keeps it ready. */
export class StreamPublication implements Publication {
  readonly streamName: string
  readonly streamId: string
  readonly clock = new SourceClock()
  /** Monotonic ms of its newest packet. */
  lastWriteMs: number
  /** Called after each packet of the first video track while somebody waits for the right one. */
  watcher: ((key: boolean) => void) | undefined
  readonly #run: StreamRun
  readonly #runMeter: HealthMeter
  readonly #owner: PublicationOwner
  readonly #monotonic: () => number
  /** By id, in the order declared. */
  readonly #tracks = new Map<string, Track>()
  #leader: string | undefined
  /** When tracks that were not declared are dropped, monotonic ms. */
  #settleAtMs = Number.POSITIVE_INFINITY
  #timeline: Timeline | undefined
  #standby: Standby | undefined
  /** While frames that were shown already go to the decoder only. */
  #joint: Joint | undefined
  #originMs = 0
  #repairs = 0
  #open = true

  constructor(options: StreamPublicationOptions) {
    this.streamId = options.streamId
    this.streamName = options.streamName
    this.#run = options.run
    this.#runMeter = options.meter
    this.#owner = options.owner
    this.#monotonic = options.monotonic
    this.lastWriteMs = options.monotonic()
    if (!options.onAir) this.stand()
  }

  /** Where the timeline is, ms; undefined before the first packet on air. */
  get endMs(): number | undefined {
    return this.#timeline?.endMs
  }

  get onAir(): boolean {
    return this.#standby === undefined
  }

  /** Its own figures: the stream's while it is on air. */
  get meter(): HealthMeter {
    return this.#standby?.meter ?? this.#runMeter
  }

  /** The timeline that it is on while on air, or was; undefined before its first packet there. */
  get timeline(): Timeline | undefined {
    return this.#timeline
  }

  /** First video track, or without video the first track. */
  get leader(): string | undefined {
    return this.#leader
  }

  get tracks(): ReadonlyMap<string, Track> {
    return this.#tracks
  }

  /** What it could go on air with; undefined while it is on air. */
  get buffer(): StandbyBuffer | undefined {
    return this.#standby?.buffer
  }

  setTrack(track: Track): void {
    if (!this.#open || !this.#owner.admits(track)) return
    this.#tracks.set(track.id, track)
    const lead = this.#leader === undefined ? undefined : this.#tracks.get(this.#leader)
    if (lead === undefined || (lead.kind === 'audio' && track.kind === 'video')) this.#leader = track.id
    if (this.#standby !== undefined) {
      this.#standby.timeline.setTrack(track)
      return
    }
    this.#timeline?.setTrack(track)
    if (this.#run.setTrack(track)) this.#owner.tracksChanged()
  }

  write(packet: IngestPacket): void {
    if (!this.#open) return
    const now = this.#monotonic()
    this.lastWriteMs = now
    const leads = packet.trackId === this.#leader
    if (leads) this.clock.see(packet, now)
    if (this.#standby !== undefined) this.#hold(this.#standby, packet, leads, now)
    else this.#show(packet, leads, now)
    if (leads && this.watcher !== undefined) this.watcher(packet.key)
  }

  setMetadata(metadata: Readonly<Record<string, string | number | boolean>>): void {
    if (!this.#open) return
    const kept: Record<string, string | number | boolean> = {}
    for (const [name, value] of Object.entries(metadata).slice(0, 40)) {
      if (typeof value === 'number' && !Number.isFinite(value)) continue
      kept[ownText(name, 60)] = typeof value === 'string' ? ownText(value, 200) : value
    }
    this.#owner.metadataChanged(kept)
  }

  report(fault: AppError): void {
    if (!this.#open) return
    this.meter.faults++
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
    this.watcher = undefined
  }

  /** Leaves the air and is kept ready from now on. */
  stand(): void {
    if (this.#standby !== undefined) return
    const now = this.#monotonic()
    const timeline = new Timeline({ startMs: 0, floorMs: 0, audioTicks })
    for (const track of this.#tracks.values()) timeline.setTrack(track)
    this.#joint = undefined
    this.#standby = { buffer: new StandbyBuffer(), meter: new HealthMeter(now), timeline, sinceMs: now }
  }

  /** Takes the air at a joint that was found for it: what it kept ready goes out first. */
  goOnAir(joint: Joint): void {
    const kept = this.#standby?.buffer.packets ?? []
    const now = this.#monotonic()
    this.#standby = undefined
    this.#joint = joint
    this.#originMs = joint.originMs
    this.#timeline = new Timeline({
      startMs: joint.startMs,
      floorMs: joint.floorMs,
      offsetMs: joint.offsetMs,
      floors: joint.floors,
      audioTicks,
    })
    this.#repairs = 0
    let changed = false
    for (const track of this.#tracks.values()) {
      this.#timeline.setTrack(track)
      if (this.#run.setTrack(track)) changed = true
    }
    this.#settleAtMs = now + TRACKS_SETTLE_MS
    this.#runMeter.discontinuity()
    if (changed) this.#owner.tracksChanged()
    for (let index = joint.first; index < kept.length; index++) {
      const packet = kept[index] as IngestPacket
      this.#show(packet, packet.trackId === this.#leader, now)
    }
  }

  #hold(standby: Standby, packet: IngestPacket, leads: boolean, now: number): void {
    standby.buffer.push(packet, leads, now)
    const placed = standby.timeline.place(packet, now)
    if (placed !== undefined) standby.meter.count(placed, now - standby.sinceMs)
  }

  #show(given: IngestPacket, leads: boolean, now: number): void {
    let packet = given
    let squeezed = false
    if (this.#joint !== undefined && leads) {
      const mended = squeeze(given, this.#joint)
      if (mended === 'shown') return
      if (mended === 'over') this.#joint = undefined
      else {
        squeezed = mended.squeezed
        packet = mended.packet
      }
    }
    const timeline = this.#timeline ?? this.#begin(now)
    const placed = timeline.place(packet, now)
    if (timeline.repairs !== this.#repairs) {
      this.#runMeter.repairs += timeline.repairs - this.#repairs
      this.#repairs = timeline.repairs
    }
    if (placed === undefined) return
    if (timeline.seam) {
      this.#runMeter.discontinuity()
      this.#run.discontinuity('timestamp-jump')
    }
    if (squeezed) this.#runMeter.bytesIn += placed.data.length
    else this.#runMeter.count(placed, now - this.#originMs)
    this.#run.deliver(placed)
    if (now < this.#settleAtMs) return
    this.#settleAtMs = Number.POSITIVE_INFINITY
    if (this.#run.retainTracks(new Set(this.#tracks.keys()))) this.#owner.tracksChanged()
  }

  #begin(now: number): Timeline {
    const { originMs, startMs, floorMs } = this.#owner.begin(now)
    const timeline = new Timeline({ startMs, floorMs, audioTicks })
    for (const track of this.#tracks.values()) timeline.setTrack(track)
    this.#originMs = originMs
    this.#settleAtMs = now + TRACKS_SETTLE_MS
    this.#timeline = timeline
    return timeline
  }
}
