import type { Track } from '../../formats/track.ts'
import {
  listedParts,
  type MediaPart,
  type MediaSegment,
  type PackagedRendition,
  type PackagedStream,
} from '../packaging/packaged-stream.ts'
import type { StoredMedia } from '../packaging/segment-archive.ts'
import type { HeldRendition } from './run-feed.ts'
import { fromWire, type RunRecord, type RunState } from './run-wire.ts'

interface ReplicaSegment extends MediaSegment {
  durationTicks: number
  independent: boolean
  complete: boolean
  byteLength: number
  stored?: StoredMedia
  readonly parts: MediaPart[]
}

/** Segments that stay fetchable after they have left the list, as the packager keeps them. */
const retiredSegments = 2

class ReplicaRendition implements PackagedRendition {
  readonly id: string
  track: Track
  readonly inits = new Map<number, { readonly data: Uint8Array; readonly track: Track }>()
  readonly segments: ReplicaSegment[] = []
  readonly retired: ReplicaSegment[] = []
  away = false
  memberFrom = 0
  averageBandwidth = 0
  peakBandwidth = 0
  steadyBandwidth = 0
  frameRate: number | undefined
  /** Serial of the next part. */
  #serial = 0

  constructor(id: string, track: Track) {
    this.id = id
    this.track = track
  }

  get edge(): { readonly sequence: number; readonly parts: number; readonly serial: number } {
    const last = this.segments.at(-1)
    const serial = this.#serial
    if (last === undefined) return { sequence: 0, parts: 0, serial }
    return last.complete ? { sequence: last.sequence + 1, parts: 0, serial } : { sequence: last.sequence, parts: listedParts(last), serial }
  }

  find(sequence: number): ReplicaSegment | undefined {
    const first = this.segments[0]
    const guess = first && this.segments[sequence - first.sequence]
    if (guess?.sequence === sequence) return guess
    return this.segments.find((each) => each.sequence === sequence) ?? this.retired.find((each) => each.sequence === sequence)
  }

  /** Takes a segment, new or changed. */
  put(reported: Omit<MediaSegment, 'parts'>): void {
    const known = this.find(reported.sequence)
    if (known === undefined) {
      const last = this.segments.at(-1)
      // Segments are missing between: this side was away or behind for longer than they are listed. What is before them has left the list.
      if (last !== undefined && reported.sequence > last.sequence + 1) this.#retire(this.segments.length)
      // what its parts add is counted as they come
      const sums = reported.complete ? {} : { durationTicks: 0, byteLength: 0 }
      this.segments.push({ ...reported, ...sums, parts: [] })
      return
    }
    known.durationTicks = reported.durationTicks
    known.independent = reported.independent
    known.complete = reported.complete
    known.byteLength = reported.byteLength
    if (reported.stored !== undefined) {
      known.stored = reported.stored
      known.parts.length = 0
    }
  }

  addPart(sequence: number, part: MediaPart): void {
    const segment = this.find(sequence)
    if (segment === undefined) return
    segment.parts.push(part)
    if (part.serial !== undefined) this.#serial = part.serial + 1
    if (segment.complete) return
    segment.durationTicks += part.durationTicks
    segment.byteLength += part.data.length
  }

  /** Drops what has left the list, but for the newest of it, and the initialization segments that nothing needs any more. */
  startAt(sequence: number): void {
    let count = 0
    while (count < this.segments.length - 1 && (this.segments[count] as ReplicaSegment).sequence < sequence) count++
    this.#retire(count)
    if (this.inits.size === 1) return
    const needed = new Set([...this.retired, ...this.segments].map(({ initId }) => initId))
    const newest = Math.max(...this.inits.keys())
    for (const id of this.inits.keys()) if (id !== newest && !needed.has(id)) this.inits.delete(id)
  }

  /** What is not to be sent again; undefined while there is no segment. */
  get held(): HeldRendition | undefined {
    const [first, last] = [this.segments[0], this.segments.at(-1)]
    if (first === undefined || last === undefined) return undefined
    return {
      inits: [...this.inits.keys()],
      sequence: last.sequence,
      parts: last.parts.length,
      complete: last.complete,
      first: first.sequence,
      unstored: this.segments.find(({ stored }) => stored === undefined)?.sequence ?? last.sequence,
    }
  }

  #retire(count: number): void {
    this.retired.push(...this.segments.splice(0, count))
    this.retired.splice(0, this.retired.length - retiredSegments)
  }
}

/** Clocks of one machine. */
const noSkew = (): number => 0

/** A run of a stream as this process was notified of it. */
export class ReplicaStream implements PackagedStream {
  readonly streamId: string
  readonly name: string
  readonly epoch: string
  readonly originTimeMs: number
  readonly #clockOffsetMs: number
  readonly #skewMs: () => number
  readonly renditions: ReplicaRendition[] = []
  title = ''
  guarded = true
  targetDurationS = 0
  partTargetMs = 0
  lagMs = 0
  away = false
  ready = false
  ended = false
  readonly #listeners = new Set<() => void>()

  /** @param skewMs what is added to this machine's monotonic clock to get that of the machine where the stream is packaged */
  constructor({ streamId, name, epoch, originTimeMs, clockOffsetMs }: Extract<RunRecord, { type: 'run' }>, skewMs = noSkew) {
    this.streamId = streamId
    this.name = name
    this.epoch = epoch
    this.originTimeMs = originTimeMs
    this.#clockOffsetMs = clockOffsetMs
    this.#skewMs = skewMs
  }

  /** The same by the clock of the machine where it is packaged. */
  get ownClockOffsetMs(): number {
    return this.#clockOffsetMs
  }

  get clockOffsetMs(): number {
    return this.#clockOffsetMs + this.#skewMs()
  }

  /** By rendition id: what is not to be sent again. */
  get held(): Readonly<Record<string, HeldRendition>> {
    const held: Record<string, HeldRendition> = {}
    for (const rendition of this.renditions) if (rendition.held !== undefined) held[rendition.id] = rendition.held
    return held
  }

  findSegment(renditionId: string, sequence: number): MediaSegment | undefined {
    return this.rendition(renditionId)?.find(sequence)
  }

  rendition(id: string): ReplicaRendition | undefined {
    return this.renditions.find((each) => each.id === id)
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  take(record: RunRecord, data: Uint8Array): void {
    if (record.type === 'state') Object.assign(this, record.state satisfies RunState)
    else if (record.type === 'renditions') {
      const kept = this.renditions.filter(({ id }) => record.ids.includes(id))
      this.renditions.splice(0, this.renditions.length, ...kept)
    } else if (record.type === 'rendition') {
      const { track, ...state } = record.state
      let rendition = this.rendition(record.id)
      if (rendition === undefined) {
        rendition = new ReplicaRendition(record.id, fromWire(track))
        this.renditions.push(rendition)
      }
      Object.assign(rendition, state)
      rendition.track = fromWire(track)
      // JSON leaves out what is undefined
      rendition.frameRate = state.frameRate
    } else if (record.type === 'edge') for (const listener of [...this.#listeners]) listener()
    else if ('id' in record) this.#media(record, data)
  }

  #media(record: Extract<RunRecord, { id: string }>, data: Uint8Array): void {
    const rendition = this.rendition(record.id)
    if (rendition === undefined) return
    if (record.type === 'init') rendition.inits.set(record.init, { data, track: fromWire(record.track) })
    else if (record.type === 'segment') rendition.put(record.segment)
    else if (record.type === 'first') rendition.startAt(record.sequence)
    else if (record.type === 'part') {
      const { index, serial, startTicks, durationTicks, independent, sequence } = record
      rendition.addPart(sequence, { index, serial, startTicks, durationTicks, independent, data })
    }
  }
}

/** Every run that this process was notified of. */
export class Replicas {
  readonly #runs = new Map<number, ReplicaStream>()

  take(record: RunRecord, data: Uint8Array): void {
    if (record.type === 'run') this.#runs.set(record.run, new ReplicaStream(record))
    else if (record.type === 'gone') this.#runs.delete(record.run)
    else if (record.type !== 'runs') this.#runs.get(record.run)?.take(record, data)
  }

  /** The newest run of that name, or the run of that epoch. */
  find(name: string, epoch?: string): ReplicaStream | undefined {
    let found: ReplicaStream | undefined
    for (const run of this.#runs.values()) if (run.name === name && (epoch === undefined || run.epoch === epoch)) found = run
    return found
  }
}
