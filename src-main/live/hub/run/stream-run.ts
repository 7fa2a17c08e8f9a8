import { ticksToMs } from '../../../formats/media-time.ts'
import type { Packet, Track } from '../../../formats/track.ts'
import type { DiscontinuityReason, LiveStream, StreamState, StreamSubscriber } from '../../../media/live-stream.ts'
import type { Logger } from '../../../platform/logger.ts'

const CACHE_BYTES = 16 * 1024 * 1024
const CACHE_MS = 30_000

interface Seat {
  readonly subscriber: StreamSubscriber
  /** Video tracks whose keyframe this subscriber still waits for; undefined once it has them all. */
  waiting: Set<string> | undefined
}

export interface StreamRunOptions {
  readonly id: string
  readonly name: string
  readonly epoch: string
  readonly log: Logger
  /** Wall clock in ms since 1970, used until the first packet sets the origin. */
  readonly nowMs: number
  /** Bounds of the GOP cache. */
  readonly cacheBytes?: number
  readonly cacheMs?: number
}

/**
 * One run of a stream: fans packets out to its subscribers, keeps the newest GOP for later subscribers, and drops a video track's frames
 * until a keyframe wherever a decoder could not follow (reconnect, changed codec).
 */
export class StreamRun implements LiveStream {
  readonly id: string
  readonly name: string
  readonly epoch: string
  state: StreamState = 'active'
  reconnecting = false
  originTimeMs: number
  readonly #log: Logger
  readonly #cacheBytes: number
  readonly #cacheMs: number
  #tracks: readonly Track[] = []
  /** Changed configurations that wait for the keyframe (or the next audio packet) that needs them. */
  readonly #changed = new Map<string, Track>()
  /** Video tracks whose frames are dropped until a keyframe; undefined while no track waits: the usual case. */
  #gated: Set<string> | undefined
  #seam: DiscontinuityReason | undefined
  #seats: readonly Seat[] = []
  /** Bounds memory for the track that leads the cache: the first video track. */
  #leader: string | undefined
  #cache: Packet[] = []
  #cached = 0
  #cacheSince = 0
  #caching = false

  constructor(options: StreamRunOptions) {
    this.id = options.id
    this.name = options.name
    this.epoch = options.epoch
    this.originTimeMs = options.nowMs
    this.#log = options.log
    this.#cacheBytes = options.cacheBytes ?? CACHE_BYTES
    this.#cacheMs = options.cacheMs ?? CACHE_MS
  }

  get tracks(): readonly Track[] {
    return this.#tracks
  }

  /** Bytes that the GOP cache contains now. */
  get cachedBytes(): number {
    return this.#cached
  }

  subscribe(subscriber: StreamSubscriber, options: { from: 'keyframe' | 'live' }): () => void {
    const seat: Seat = { subscriber, waiting: undefined }
    if (options.from === 'keyframe') {
      seat.waiting = new Set()
      for (const track of this.#tracks) if (track.kind === 'video') seat.waiting.add(track.id)
      if (seat.waiting.size === 0) seat.waiting = undefined
    }
    this.#call(seat, () => {
      for (const track of this.#tracks) subscriber.onTrack(track)
    })
    if (options.from === 'keyframe') {
      const cache = this.#cache
      for (const packet of cache) this.#give(seat, packet)
    }
    if (this.state !== 'active') {
      this.#call(seat, () => subscriber.onEnd())
      return () => undefined
    }
    this.#seats = [...this.#seats, seat]
    if (this.reconnecting) this.#call(seat, () => subscriber.onReconnecting?.(true))
    return () => this.#leave(seat)
  }

  /** A new track, or the changed configuration of a known one. True where something is new. */
  setTrack(track: Track): boolean {
    const known = this.#tracks.find((each) => each.id === track.id)
    const now = this.#changed.get(track.id) ?? known
    if (now !== undefined && sameTrack(now, track)) return false
    if (known === undefined) {
      this.#announce(track)
      return true
    }
    this.#changed.set(track.id, track)
    if (track.kind === 'video') this.#gate(track.id)
    return true
  }

  /** Drops tracks that the publisher no longer sends. True if there were any. */
  retainTracks(ids: ReadonlySet<string>): boolean {
    const gone = this.#tracks.filter((track) => !ids.has(track.id))
    if (gone.length === 0) return false
    this.#tracks = this.#tracks.filter((track) => ids.has(track.id))
    for (const { id } of gone) {
      this.#changed.delete(id)
      this.#gated?.delete(id)
      for (const seat of this.#seats) seat.waiting?.delete(id)
    }
    if (this.#gated?.size === 0) this.#gated = undefined
    if (this.#leader !== undefined && !ids.has(this.#leader)) {
      this.#forget()
      this.#leader = this.#tracks.find((track) => track.kind === 'video')?.id
    }
    return true
  }

  /** The next packet does not continue the previous one. Two reasons before one packet are one seam, under the first's name. */
  discontinuity(reason: DiscontinuityReason): void {
    this.#seam ??= reason
  }

  /** A new publisher takes the place of the old one: frames of every video track wait for a keyframe. */
  newPublisher(reason: DiscontinuityReason): void {
    for (const track of this.#tracks) if (track.kind === 'video') this.#gate(track.id)
    this.discontinuity(reason)
  }

  /** Hands a packet to everybody. False where it was kept back because no decoder could follow it. */
  deliver(packet: Packet): boolean {
    const id = packet.track.id
    if (this.#gated?.has(id)) {
      if (!packet.key) return false
      this.#gated.delete(id)
      if (this.#gated.size === 0) this.#gated = undefined
    }
    if (this.#changed.size > 0) this.#applyChange(id)
    if (this.#seam !== undefined) this.#reportSeam()
    this.#remember(packet)
    const seats = this.#seats
    for (let index = 0; index < seats.length; index++) this.#give(seats[index] as Seat, packet)
    return true
  }

  /** Notifies subscribers that the publisher is away or back. */
  setReconnecting(away: boolean): void {
    if (this.reconnecting === away) return
    this.reconnecting = away
    for (const seat of this.#seats) this.#call(seat, () => seat.subscriber.onReconnecting?.(away))
  }

  /** The run has ended: no more packets follow. */
  end(state: 'ended' | 'error'): void {
    if (this.state !== 'active') return
    this.state = state
    this.reconnecting = false
    this.#forget()
    const seats = this.#seats
    this.#seats = []
    for (const seat of seats) this.#call(seat, () => seat.subscriber.onEnd())
  }

  #announce(track: Track): void {
    const at = this.#tracks.findIndex((each) => each.id === track.id)
    this.#tracks = at < 0 ? [...this.#tracks, track] : this.#tracks.with(at, track)
    if (track.kind === 'video') this.#leader ??= track.id
    for (const seat of this.#seats) this.#call(seat, () => seat.subscriber.onTrack(track))
  }

  #gate(id: string): void {
    this.#gated ??= new Set()
    this.#gated.add(id)
  }

  #applyChange(id: string): void {
    const track = this.#changed.get(id)
    if (track === undefined) return
    this.#changed.delete(id)
    this.#announce(track)
    this.discontinuity('codec-change')
  }

  #reportSeam(): void {
    const reason = this.#seam as DiscontinuityReason
    this.#seam = undefined
    this.#forget()
    for (const seat of this.#seats) this.#call(seat, () => seat.subscriber.onDiscontinuity(reason))
  }

  #forget(): void {
    this.#cache.length = 0
    this.#cached = 0
    this.#caching = false
  }

  #remember(packet: Packet): void {
    const milliseconds = ticksToMs(packet.dts, packet.track.timescale)
    if (packet.track.id === this.#leader && packet.key) {
      this.#forget()
      this.#caching = true
      this.#cacheSince = milliseconds
    }
    if (!this.#caching) return
    this.#cached += packet.data.length
    if (this.#cached > this.#cacheBytes || milliseconds - this.#cacheSince > this.#cacheMs) {
      // half a GOP is of no use: a new subscriber waits for the next keyframe
      this.#forget()
      return
    }
    this.#cache.push(packet)
  }

  #give(seat: Seat, packet: Packet): void {
    if (seat.waiting !== undefined && packet.track.kind === 'video') {
      if (seat.waiting.has(packet.track.id)) {
        if (!packet.key) return
        seat.waiting.delete(packet.track.id)
        if (seat.waiting.size === 0) seat.waiting = undefined
      }
    }
    try {
      seat.subscriber.onPacket(packet)
    } catch (error) {
      this.#fault(seat, error)
    }
  }

  #call(seat: Seat, notify: () => void): void {
    try {
      notify()
    } catch (error) {
      this.#fault(seat, error)
    }
  }

  /** A subscriber that throws loses its seat: it must not take the others down. */
  #fault(seat: Seat, error: unknown): void {
    this.#leave(seat)
    this.#log.error({ err: error, streamId: this.id }, 'a subscriber failed and was taken off its stream')
  }

  #leave(seat: Seat): void {
    this.#seats = this.#seats.filter((each) => each !== seat)
  }
}

function sameTrack(a: Track, b: Track): boolean {
  return (
    a.kind === b.kind &&
    a.codec === b.codec &&
    a.timescale === b.timescale &&
    a.codecString === b.codecString &&
    a.config.length === b.config.length &&
    Buffer.compare(a.config, b.config) === 0
  )
}
