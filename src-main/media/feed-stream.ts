import type { Track } from '../formats/track.ts'
import type { LiveStream, StreamState, StreamSubscriber } from './live-stream.ts'
import type { MediaFeed } from './stream-carrier.ts'

/** A feed in the form in which destinations and WebRTC engines take streams. It has no name and no viewers. */
export class FeedStream implements LiveStream {
  readonly id: string
  readonly name: string
  readonly epoch = ''
  state: StreamState = 'active'
  /** Takers stay connected while nothing comes. */
  readonly reconnecting = false
  readonly #feed: MediaFeed

  constructor(id: string, feed: MediaFeed) {
    this.id = id
    this.name = id
    this.#feed = feed
  }

  get tracks(): readonly Track[] {
    return this.#feed.tracks
  }

  get originTimeMs(): number {
    return this.#feed.originTimeMs
  }

  subscribe(subscriber: StreamSubscriber, options: { from: 'keyframe' | 'live' }): () => void {
    return this.#feed.subscribe(
      {
        onTrack: (track) => subscriber.onTrack(track),
        onPacket: (packet) => subscriber.onPacket(packet),
        onDiscontinuity: (reason) => subscriber.onDiscontinuity(reason),
        onEnd: () => {
          this.state = 'ended'
          subscriber.onEnd()
        },
      },
      options,
    )
  }
}
