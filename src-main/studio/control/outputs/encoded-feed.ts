import type { Packet, Track } from '../../../formats/track.ts'
import type { StreamSubscriber } from '../../../media/live-stream.ts'
import type { MediaFeed } from '../../../media/stream-carrier.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { AudioEncoding, VideoEncoding } from '../../document/schemas/encoding-schemas.ts'
import type { EncodedListener, Encoding, StudioEngine } from '../engine/studio-engine.ts'

/** Which encodings are joined. */
export interface FeedRequest {
  readonly canvas: string
  /** Null: audio only. */
  readonly video: VideoEncoding | null
  readonly audio: readonly AudioEncoding[]
  /** An output that has a video encoder of its own: its id. */
  readonly owner?: string
  /** Stream of a guest whose return this is: its audio is without what comes from them. */
  readonly returnTo?: string
  /** Packets go out as they come, for takers that have their own way to join tracks: audio is later than video by what mixing takes. */
  readonly asTheyCome?: boolean
}

export interface EncodedFeedDependencies {
  readonly engine: StudioEngine
  readonly log: Logger
  /** An encoder cannot run: nothing comes until other encodings are asked for. */
  readonly onFault: (problem: string) => void
}

/** How long a packet waits for the other tracks to come as far, s of media: a track that fell silent delays the rest no longer. */
const maxKeptS = 1
/** Audio that is kept while the first keyframe is expected: video encoders look ahead, s. */
const audioBeforeS = 3
/** Bounds of what is kept for subscribers that start at a keyframe. */
const cacheBytes = 32 * 1024 * 1024
const cacheS = 30

interface Lane {
  readonly id: string
  encoding: Encoding | undefined
  /** Under the feed's own id; undefined until the encoder reported its configuration. */
  track: Track | undefined
  /** What subscribers know. */
  reported: Track | undefined
  queue: Packet[]
  /** Nothing came since the last seam. */
  fresh: boolean
}

interface Seat {
  readonly subscriber: StreamSubscriber
  /** Video is kept back until a keyframe. */
  waiting: boolean
}

/**
 * One video encoding and any audio encodings, joined: tracks `v0`, `a0`, `a1`, ... on one timeline, packets in order of decoding time over
 * all tracks unless asked as they come. It starts when every encoder has reported its configuration, with a keyframe, and so it does after
 * a gap.
 */
export class EncodedFeed implements MediaFeed {
  /** Wall clock of time 0, ms since 1970; 0 before the first packet. */
  originTimeMs = 0
  /** Seams since it started. */
  gaps = 0
  /** Why nothing comes; undefined while something may. */
  fault: string | undefined
  readonly #dependencies: EncodedFeedDependencies
  readonly #lanes: Lane[] = []
  readonly #leader: Lane | undefined
  readonly #asTheyCome: boolean
  #seats: readonly Seat[] = []
  #complete = false
  /** Neither video nor audio goes out before the next keyframe. */
  #awaitsKey = false
  #away = false
  #ended = false
  #began = false
  #cache: Packet[] = []
  #cached = 0
  #cacheSinceS = 0
  #caching = false
  readonly #leaveEngine: () => void

  constructor(request: FeedRequest, dependencies: EncodedFeedDependencies) {
    this.#dependencies = dependencies
    const { engine } = dependencies
    const lane = (id: string): Lane => {
      const made = { id, encoding: undefined, track: undefined, reported: undefined, queue: [], fresh: true }
      this.#lanes.push(made)
      return made
    }
    const { video, audio, canvas, owner, returnTo } = request
    this.#asTheyCome = request.asTheyCome === true
    if (video !== null) this.#leader = lane('v0')
    const audioLanes = audio.map((_, index) => lane(`a${index}`))
    this.#awaitsKey = this.#leader !== undefined
    this.#leaveEngine = engine.onEvent((event) => {
      if (event.kind === 'state') this.#setAway(event.state === 'restarting' || event.state === 'failed')
    })
    // An engine may tell at once: every lane is there by now.
    if (this.#leader !== undefined && video !== null) {
      this.#leader.encoding = engine.encodeVideo(
        { canvas, encoding: video, ...(owner === undefined ? {} : { owner }) },
        this.#listener(this.#leader),
      )
    }
    for (const [index, encoding] of audio.entries()) {
      const audioLane = audioLanes[index] as Lane
      audioLane.encoding = engine.encodeAudio({ encoding, ...(returnTo === undefined ? {} : { returnTo }) }, this.#listener(audioLane))
    }
  }

  /** Empty until every encoder has reported its configuration. */
  get tracks(): readonly Track[] {
    return this.#complete ? this.#lanes.map((lane) => lane.reported ?? (lane.track as Track)) : []
  }

  /** Nothing comes now: the studio's process is being started again. */
  get away(): boolean {
    return this.#away
  }

  subscribe(subscriber: StreamSubscriber, options: { readonly from: 'keyframe' | 'live' }): () => void {
    const seat: Seat = { subscriber, waiting: options.from === 'keyframe' && this.#leader !== undefined }
    for (const track of this.tracks) this.#call(seat, () => subscriber.onTrack(track))
    if (options.from === 'keyframe') {
      for (const packet of this.#cache) this.#give(seat, packet)
      if (seat.waiting && this.#complete) this.requestKeyframe()
    }
    if (this.#ended) {
      this.#call(seat, () => subscriber.onEnd())
      return () => undefined
    }
    this.#seats = [...this.#seats, seat]
    if (this.#away) this.#call(seat, () => subscriber.onReconnecting?.(true))
    return () => this.#leave(seat)
  }

  /** The next frame becomes a keyframe. */
  requestKeyframe(): void {
    this.#leader?.encoding?.requestKeyframe()
  }

  /** Changes the video bitrate: of a feed whose video encoder has an owner. */
  setBitrate(kbps: number): void {
    this.#leader?.encoding?.setBitrate(kbps)
  }

  /** Lets the encoders go and tells subscribers that it is over. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#leaveEngine()
    for (const lane of this.#lanes) lane.encoding?.close()
    this.#emit(true)
    this.#forget()
    const seats = this.#seats
    this.#seats = []
    for (const seat of seats) this.#call(seat, () => seat.subscriber.onEnd())
  }

  #listener(lane: Lane): EncodedListener {
    return {
      onTrack: (track) => this.#onTrack(lane, track),
      onPacket: (packet) => this.#onPacket(lane, packet),
      onGap: () => {
        if (!lane.fresh) this.#seam()
      },
      onFault: (problem) => {
        if (this.#ended) return
        this.fault = problem
        this.#dependencies.onFault(problem)
      },
    }
  }

  #onTrack(lane: Lane, track: Track): void {
    if (this.#ended) return
    lane.track = { ...track, id: lane.id }
    this.fault = undefined
    if (this.#complete || this.#lanes.some((each) => each.track === undefined)) return
    this.#complete = true
    for (const each of this.#lanes) this.#notify(each, each.track as Track)
    // Frames that came before the last configuration are lost: do not wait a whole group for the next.
    if (lane !== this.#leader) this.requestKeyframe()
  }

  #onPacket(lane: Lane, packet: Packet): void {
    const track = lane.track
    if (this.#ended || track === undefined) return
    if (lane === this.#leader && (!this.#complete || (this.#awaitsKey && !packet.key))) return
    const { pts, dts, duration, key, data } = packet
    lane.queue.push({ track, pts, dts, duration, key, data })
    if (!this.#complete || (this.#awaitsKey && lane !== this.#leader)) {
      const latestS = dts / track.timescale
      while (secondsOf(lane.queue[0] as Packet) < latestS - audioBeforeS) lane.queue.shift()
      return
    }
    if (this.#awaitsKey) this.#begin(packet)
    if (!this.#began) {
      this.#began = true
      this.originTimeMs = this.#dependencies.engine.originTimeMs
    }
    if (this.#away) this.#setAway(false)
    lane.fresh = false
    this.#emit(this.#asTheyCome)
  }

  /** A keyframe has come that everything can start with: audio from before it has nothing to be seen with. */
  #begin(packet: Packet): void {
    this.#awaitsKey = false
    const fromS = packet.pts / packet.track.timescale
    for (const lane of this.#lanes) {
      if (lane === this.#leader) continue
      lane.queue = lane.queue.filter((each) => each.pts / each.track.timescale >= fromS)
      if (lane.queue.length > 0) lane.fresh = false
    }
  }

  /** Hands on what waits, earliest first, as long as no track could still come with something earlier. */
  #emit(all: boolean): void {
    for (;;) {
      let first: Lane | undefined
      let firstS = Number.POSITIVE_INFINITY
      let lastS = Number.NEGATIVE_INFINITY
      let missing = false
      for (const lane of this.#lanes) {
        const { queue } = lane
        if (queue.length === 0) {
          missing = true
          continue
        }
        const headS = secondsOf(queue[0] as Packet)
        const tailS = secondsOf(queue[queue.length - 1] as Packet)
        if (headS < firstS) {
          firstS = headS
          first = lane
        }
        if (tailS > lastS) lastS = tailS
      }
      if (first === undefined || (missing && !all && lastS - firstS < maxKeptS)) return
      this.#deliver(first, first.queue.shift() as Packet)
    }
  }

  #deliver(lane: Lane, packet: Packet): void {
    if (packet.track !== lane.reported) this.#notify(lane, packet.track)
    this.#remember(lane, packet)
    const seats = this.#seats
    for (let index = 0; index < seats.length; index++) this.#give(seats[index] as Seat, packet)
  }

  #notify(lane: Lane, track: Track): void {
    lane.reported = track
    for (const seat of this.#seats) this.#call(seat, () => seat.subscriber.onTrack(track))
  }

  #seam(): void {
    if (this.#ended) return
    this.#emit(true)
    for (const lane of this.#lanes) lane.fresh = true
    this.#awaitsKey = this.#leader !== undefined
    this.gaps++
    this.#forget()
    for (const seat of this.#seats) {
      seat.waiting = this.#leader !== undefined
      this.#call(seat, () => seat.subscriber.onDiscontinuity('timestamp-jump'))
    }
  }

  #setAway(away: boolean): void {
    if (this.#away === away || this.#ended) return
    if (away) this.#emit(true)
    this.#away = away
    for (const seat of this.#seats) this.#call(seat, () => seat.subscriber.onReconnecting?.(away))
  }

  #remember(lane: Lane, packet: Packet): void {
    if (this.#leader === undefined) return
    const atS = secondsOf(packet)
    if (lane === this.#leader && packet.key) {
      this.#forget()
      this.#caching = true
      this.#cacheSinceS = atS
    }
    if (!this.#caching) return
    this.#cached += packet.data.length
    if (this.#cached > cacheBytes || atS - this.#cacheSinceS > cacheS) {
      // Half a group is of no use to anybody.
      this.#forget()
      return
    }
    this.#cache.push(packet)
  }

  #forget(): void {
    this.#cache = []
    this.#cached = 0
    this.#caching = false
  }

  #give(seat: Seat, packet: Packet): void {
    if (seat.waiting && packet.track.kind === 'video') {
      if (!packet.key) return
      seat.waiting = false
    }
    try {
      seat.subscriber.onPacket(packet)
    } catch (error) {
      this.#unseat(seat, error)
    }
  }

  #call(seat: Seat, notify: () => void): void {
    try {
      notify()
    } catch (error) {
      this.#unseat(seat, error)
    }
  }

  /** A subscriber that throws must not take the others down. */
  #unseat(seat: Seat, error: unknown): void {
    this.#leave(seat)
    this.#dependencies.log.error({ err: error }, 'an output failed and was taken off its encoding')
  }

  #leave(seat: Seat): void {
    this.#seats = this.#seats.filter((each) => each !== seat)
  }
}

function secondsOf(packet: Packet): number {
  return packet.dts / packet.track.timescale
}
