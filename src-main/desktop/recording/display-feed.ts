import type { Packet, Track } from '../../formats/track.ts'
import type { MediaFeed, MediaSubscriber } from '../../media/files/media-feed.ts'

/** What a display's process encodes, as a feed for one recorder at a time. Its timeline is the machine's monotonic clock. */
export class DisplayFeed implements MediaFeed {
  readonly originTimeMs = Date.now() - Number(process.hrtime.bigint() / 1_000_000n)
  readonly #tracks = new Map<string, Track>()
  readonly #wantKey: () => void
  #subscriber: MediaSubscriber | undefined
  #ended = false

  /** @param wantKey has the next frame be one that a file can start with */
  constructor(wantKey: () => void) {
    this.#wantKey = wantKey
  }

  subscribe(subscriber: MediaSubscriber): () => void {
    this.#subscriber = subscriber
    for (const track of this.#tracks.values()) subscriber.onTrack(track)
    if (this.#ended) subscriber.onEnd()
    else this.#wantKey()
    return () => {
      if (this.#subscriber === subscriber) this.#subscriber = undefined
    }
  }

  onTrack(track: Track): void {
    this.#tracks.set(track.id, track)
    this.#subscriber?.onTrack(track)
  }

  onPacket(packet: Packet): void {
    this.#subscriber?.onPacket(packet)
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
