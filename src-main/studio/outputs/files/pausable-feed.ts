import type { Packet, Track } from '../../../formats/track.ts'
import type { MediaFeed, MediaSubscriber } from '../../../platform/media-files/media-feed.ts'

/** A feed that can be paused: what comes meanwhile is left out, and what follows joins what was before without a hole. For one subscriber. */
export class PausableFeed implements MediaFeed {
  readonly #feed: MediaFeed & { requestKeyframe(): void }
  readonly #pictures: boolean
  #subscriber: MediaSubscriber | undefined
  #state: 'on' | 'paused' | 'resuming' = 'on'
  /** What is taken off times, s. */
  #shiftS = 0
  /** Where what was handed on ends, on the times handed on, s. */
  #endS = 0
  /** Sound from before it belongs to the pause, s of the feed. */
  #fromS = Number.NEGATIVE_INFINITY
  /** Decoding time up to which each track has come, ticks. */
  readonly #until = new Map<string, number>()
  /** Something was handed to this subscriber. */
  #told = false

  constructor(feed: MediaFeed & { requestKeyframe(): void }, pictures: boolean) {
    this.#feed = feed
    this.#pictures = pictures
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
    this.#told = false
    this.#until.clear()
    const leave = this.#feed.subscribe(
      {
        onTrack: (track: Track) => subscriber.onTrack(track),
        onPacket: (packet) => this.#onPacket(packet),
        onDiscontinuity: () => {
          if (this.#state === 'on') subscriber.onDiscontinuity()
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
    if (this.#state === 'on') this.#subscriber?.onReconnecting?.(true)
    this.#state = 'paused'
  }

  /** Goes on at the next keyframe, which is asked for. */
  resume(): void {
    if (this.#state !== 'paused') return
    this.#state = 'resuming'
    if (this.#pictures) this.#feed.requestKeyframe()
  }

  #onPacket(packet: Packet): void {
    if (this.#state === 'paused') return
    const { track } = packet
    if (this.#state === 'resuming') {
      if (this.#pictures && !(track.kind === 'video' && packet.key)) return
      this.#state = 'on'
      this.#fromS = packet.pts / track.timescale
      this.#shiftS = this.#told ? this.#fromS - this.#endS : 0
    }
    if (track.kind === 'audio' && packet.pts / track.timescale < this.#fromS) return
    this.#hand(packet, Math.round(this.#shiftS * track.timescale))
  }

  #hand(packet: Packet, shift: number): void {
    const { track, duration, key, data } = packet
    const dts = packet.dts - shift
    const until = this.#until.get(track.id) ?? Number.NEGATIVE_INFINITY
    // At a seam sound may lap over by a part of a packet; more than half of one is left out.
    if (track.kind === 'audio' && dts < until - duration / 2) return
    this.#until.set(track.id, dts + duration)
    const endS = (packet.pts - shift + duration) / track.timescale
    if (endS > this.#endS || !this.#told) this.#endS = endS
    this.#told = true
    this.#subscriber?.onPacket(shift === 0 ? packet : { track, pts: packet.pts - shift, dts, duration, key, data })
  }
}
