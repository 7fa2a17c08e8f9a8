import type { Packet, Track } from '../../formats/track.ts'
import type { MediaFeed, MediaSubscriber } from '../../media/files/media-feed.ts'

/**
 * What a display's process encodes, as a feed for one recorder at a time. Its timeline is the machine's monotonic clock. Audio waits for
 * the first image: it may come some milliseconds sooner, and would be a file of its own.
 */
export class DisplayFeed implements MediaFeed {
  readonly originTimeMs = Date.now() - Number(process.hrtime.bigint() / 1_000_000n)
  readonly #tracks = new Map<string, Track>()
  readonly #wantKey: () => void
  #subscriber: MediaSubscriber | undefined
  #hasVideo = false
  #ended = false

  /** @param wantKey has the next frame be one that a file can start with */
  constructor(wantKey: () => void) {
    this.#wantKey = wantKey
  }

  subscribe(subscriber: MediaSubscriber): () => void {
    this.#subscriber = subscriber
    if (this.#hasVideo) for (const track of this.#tracks.values()) subscriber.onTrack(track)
    if (this.#ended) subscriber.onEnd()
    else this.#wantKey()
    return () => {
      if (this.#subscriber === subscriber) this.#subscriber = undefined
    }
  }

  onTrack(track: Track): void {
    const hadVideo = this.#hasVideo
    this.#tracks.set(track.id, track)
    this.#hasVideo ||= track.kind === 'video'
    if (!this.#hasVideo) return
    for (const each of hadVideo ? [track] : this.#tracks.values()) this.#subscriber?.onTrack(each)
  }

  onPacket(packet: Packet): void {
    if (this.#hasVideo) this.#subscriber?.onPacket(packet)
  }

  onSeam(): void {
    this.#subscriber?.onDiscontinuity()
  }

  onEnd(): void {
    if (this.#ended) return
    this.#ended = true
    this.#subscriber?.onEnd()
  }
}
