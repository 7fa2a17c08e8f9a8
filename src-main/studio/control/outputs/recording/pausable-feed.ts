import { ticks } from '../../../../formats/media-time.ts'
import type { Packet, Track } from '../../../../formats/track.ts'
import type { MediaFeed, MediaSubscriber } from '../../../../media/files/media-feed.ts'

/** Audio of this length is kept while nothing is handed on: what goes with the first frame after a pause may have come before it, s. */
const heldS = 2

/** What was handed on of a track, on the times handed on, ticks. */
interface Handed {
  readonly track: Track
  /** Decoding time behind the last packet. */
  untilDts: number
  /** Where the last frame or sample ends. */
  untilPts: number
}

/**
 * A feed that can be paused: what comes meanwhile is left out, and what follows joins what was before. The times of what follows are moved
 * by whole packets of audio, so that audio goes on with the sample after the last one, and video stays in sync with it. For one subscriber.
 */
export class PausableFeed implements MediaFeed {
  readonly #feed: MediaFeed & { requestKeyframe(): void }
  readonly #hasVideo: boolean
  #subscriber: MediaSubscriber | undefined
  #state: 'on' | 'paused' | 'resuming' = 'on'
  /** What is taken off times, s. */
  #shiftS = 0
  /** Tracks are some ms apart: what is before this passes a pause, s of the feed. */
  #cutS = Number.NEGATIVE_INFINITY
  /** Tracks that have come past it. */
  readonly #past = new Set<string>()
  /** Something came through the pause and is not set down yet. */
  #unsaved = false
  /** Audio that came while nothing was handed on, oldest first. */
  #held: Packet[] = []
  readonly #handed = new Map<string, Handed>()
  /** Audio that was never heard before starts here, s of the feed. */
  #fromS = Number.NEGATIVE_INFINITY

  constructor(feed: MediaFeed & { requestKeyframe(): void }, hasVideo: boolean) {
    this.#feed = feed
    this.#hasVideo = hasVideo
  }

  get originTimeMs(): number {
    return this.#feed.originTimeMs + this.#shiftS * 1000
  }

  /** What is taken off the feed's times, s. */
  get shiftS(): number {
    return this.#shiftS
  }

  subscribe(subscriber: MediaSubscriber, options: { readonly from: 'keyframe' | 'live' }): () => void {
    this.#subscriber = subscriber
    this.#handed.clear()
    const leave = this.#feed.subscribe(
      {
        onTrack: (track: Track) => subscriber.onTrack(track),
        onPacket: (packet) => this.#onPacket(packet),
        onDiscontinuity: () => {
          if (this.#state === 'on') subscriber.onDiscontinuity()
          // Nothing more comes of what was before.
          else this.#cutS = Number.NEGATIVE_INFINITY
        },
        onReconnecting: (away) => {
          if (this.#state === 'on') subscriber.onReconnecting?.(away)
        },
        onEnd: () => subscriber.onEnd(),
      },
      options,
    )
    return () => {
      this.#subscriber = undefined
      leave()
    }
  }

  /** What has come so far is set down: nobody knows for how long nothing follows. */
  pause(): void {
    if (this.#state === 'on') {
      this.#cutS = Number.NEGATIVE_INFINITY
      for (const { track, untilPts } of this.#handed.values()) this.#cutS = Math.max(this.#cutS, untilPts / track.timescale + this.#shiftS)
      this.#past.clear()
      this.#held = []
      this.#subscriber?.onReconnecting?.(true)
    }
    this.#state = 'paused'
  }

  /** Goes on at the next keyframe, which is asked for. */
  resume(): void {
    if (this.#state !== 'paused') return
    this.#state = 'resuming'
    if (this.#hasVideo) this.#feed.requestKeyframe()
  }

  #onPacket(packet: Packet): void {
    if (this.#state === 'on') this.#hand(packet)
    else if (this.#belongsBefore(packet)) {
      this.#hand(packet)
      this.#unsaved = true
    } else {
      this.#saveRest(packet.track)
      if (packet.track.kind === 'audio') this.#hold(packet)
      if (this.#state === 'resuming' && (packet.track.kind === 'video' ? packet.key : !this.#hasVideo)) this.#goOn(packet)
    }
  }

  /** It was to be seen or heard before the pause, and came behind what there was of that time. */
  #belongsBefore({ track, pts, duration }: Packet): boolean {
    const handed = this.#handed.get(track.id)
    if (handed === undefined || this.#cutS === Number.NEGATIVE_INFINITY) return false
    // A frame after the last one may need others that are left out.
    if (track.kind === 'video') return pts - Math.round(this.#shiftS * track.timescale) < handed.untilPts
    return (pts + duration / 2) / track.timescale < this.#cutS
  }

  #saveRest(track: Track): void {
    this.#past.add(track.id)
    if (!this.#unsaved || this.#past.size < this.#handed.size) return
    this.#unsaved = false
    this.#subscriber?.onReconnecting?.(true)
  }

  #hold(packet: Packet): void {
    const fromS = packet.pts / packet.track.timescale - heldS
    if (this.#held.length > 0 && startS(this.#held[0] as Packet) < fromS) this.#held = this.#held.filter((each) => startS(each) >= fromS)
    this.#held.push(packet)
  }

  /** With the first packet after the pause: a keyframe, or audio if there is no video. */
  #goOn(first: Packet): void {
    this.#state = 'on'
    this.#fromS = startS(first)
    this.#shiftS = this.#shiftAt(first)
    const held = this.#held
    this.#held = []
    if (first.track.kind === 'video') this.#hand(first)
    for (const packet of held) this.#hand(packet)
  }

  /** Moves what follows as near to what was before as whole packets of audio allow. */
  #shiftAt(first: Packet): number {
    const { track } = first
    const handed = this.#handed.get(track.id)
    if (handed === undefined) return this.#handed.size === 0 ? 0 : this.#shiftS
    const closestS = Math.min(first.dts - handed.untilDts, first.pts - handed.untilPts) / track.timescale
    const newest = this.#held.findLast((packet) => this.#handed.has(packet.track.id))
    if (newest === undefined || newest.duration === 0) return closestS
    const { timescale } = newest.track
    // Where this packet would be handed on, and where its track ended: so far apart, but for whole packets.
    const apart = newest.pts - (this.#handed.get(newest.track.id) as Handed).untilPts
    const packets = Math.floor((closestS * timescale - apart) / newest.duration + 1e-6)
    return (apart + packets * newest.duration) / timescale
  }

  #hand(packet: Packet): void {
    const { track, duration, key, data } = packet
    const shift = Math.round(this.#shiftS * track.timescale)
    const dts = ticks(packet.dts - shift)
    const pts = ticks(packet.pts - shift)
    const handed = this.#handed.get(track.id)
    if (track.kind === 'audio') {
      // At a seam audio may overlap by a part of a packet; more than half of one is left out.
      if (handed === undefined ? startS(packet) < this.#fromS : pts < handed.untilPts - duration / 2) return
    }
    if (handed === undefined) this.#handed.set(track.id, { track, untilDts: dts + duration, untilPts: pts + duration })
    else {
      handed.untilDts = dts + duration
      handed.untilPts = Math.max(handed.untilPts, pts + duration)
    }
    this.#subscriber?.onPacket(shift === 0 ? packet : { track, pts, dts, duration, key, data })
  }
}

function startS({ pts, track }: Packet): number {
  return pts / track.timescale
}
