import { ticks } from '../../formats/media-time.ts'
import type { Track } from '../../formats/track.ts'
import type { LiveStream } from '../../media/live-stream.ts'
import type { Logger } from '../../platform/logger.ts'
import { fromWire } from '../delivery/run-wire.ts'
import { StreamRun } from '../hub/run/stream-run.ts'
import { ListedNames } from './listed-names.ts'
import type { PacketRecord, PacketRun } from './packet-wire.ts'

interface Received {
  run: StreamRun | undefined
  guarded: boolean
  /** By id, as the origin said them last. */
  readonly tracks: Map<string, Track>
  /** Decoding time of the last packet of each track, in its ticks. */
  readonly lastDts: Map<string, number>
}

type Listener = (run: LiveStream | undefined) => void

/**
 * Packets of streams at a node, for its WebRTC viewers and for nodes behind it. A run is kept across connections: what the origin sends
 * again of it after a break is left out.
 */
export class PacketRuns {
  readonly #log: Logger
  readonly #streams = new Map<string, Received>()
  readonly #listed = new ListedNames()
  readonly #followers = new Map<string, Set<Listener>>()

  constructor(log: Logger) {
    this.#log = log
  }

  /** Requests that wait for the origin to say what there is. */
  get waiting(): number {
    return this.#listed.waiting
  }

  /** The run of a stream that is active now. */
  find(name: string): LiveStream | undefined {
    return this.#streams.get(name)?.run
  }

  /** The same by the id of the stream. */
  ofId(id: string): LiveStream | undefined {
    for (const { run } of this.#streams.values()) if (run?.id === id) return run
    return undefined
  }

  /** The origin has to be asked about each viewer. True for what is unknown, too. */
  isGuarded(name: string): boolean {
    return this.#streams.get(name)?.guarded ?? true
  }

  isListed(name: string): boolean {
    return this.#listed.has(name)
  }

  /** Calls back when the origin has said what there is of a stream, or after `maxMs`. Returns the function that stops waiting. */
  whenListed(name: string, maxMs: number, then: () => void): () => void {
    return this.#listed.whenListed(name, maxMs, then)
  }

  /** Calls back with the run that there is once the origin has said so, and with every later one. Returns the function that stops it. */
  follow(name: string, listener: Listener): () => void {
    const all = this.#followers.get(name) ?? new Set()
    this.#followers.set(name, all)
    all.add(listener)
    if (this.#listed.has(name)) listener(this.find(name))
    return () => {
      all.delete(listener)
      if (all.size === 0) this.#followers.delete(name)
    }
  }

  /** Takes a record of the origin. Throws where it is malformed. */
  take(record: PacketRecord, data: Uint8Array): void {
    const { name } = record
    if (record.type === 'packets') {
      this.#use(name, record.run, record.guarded)
      return
    }
    const received = this.#streams.get(name)
    // what was on its way when the node left the stream
    if (received?.run === undefined) return
    const { run, tracks, lastDts } = received
    switch (record.type) {
      case 'packetTrack': {
        const track = fromWire(record.track)
        tracks.set(track.id, track)
        run.setTrack(track)
        return
      }
      case 'packet': {
        const track = tracks.get(record.track)
        if (track === undefined) throw new Error(`a packet of ${name} has track ${record.track}, which is unknown`)
        if (record.dts <= (lastDts.get(track.id) ?? Number.NEGATIVE_INFINITY)) return
        lastDts.set(track.id, record.dts)
        const { pts, dts, duration, key } = record
        run.deliver({ track, pts: ticks(pts), dts: ticks(dts), duration: ticks(duration), key, data })
        return
      }
      case 'packetSeam':
        run.discontinuity(record.reason)
        return
      case 'packetGuard':
        received.guarded = record.guarded
        return
    }
  }

  /** Deletes what is here of a stream. */
  drop(name: string): void {
    this.#streams.get(name)?.run?.end('ended')
    this.#streams.delete(name)
    this.#listed.delete(name)
  }

  stop(): void {
    this.#listed.stop()
    this.#followers.clear()
    for (const { run } of this.#streams.values()) run?.end('ended')
    this.#streams.clear()
  }

  #use(name: string, run: PacketRun | null, guarded: boolean): void {
    const known = this.#streams.get(name)
    if (known?.run !== undefined && known.run.epoch === run?.epoch) {
      known.guarded = guarded
      return
    }
    known?.run?.end('ended')
    const next = run && new StreamRun({ id: run.streamId, name, epoch: run.epoch, log: this.#log, nowMs: run.originTimeMs })
    this.#streams.set(name, { run: next ?? undefined, guarded, tracks: new Map(), lastDts: new Map() })
    this.#listed.add(name)
    for (const listener of this.#followers.get(name) ?? []) listener(next ?? undefined)
  }
}
