import type { Packet, Track } from '../../formats/track.ts'

/** Media on their way to a file: a stream of the live part, or what the studio encodes. */
export interface MediaFeed {
  /** Wall clock of time 0, ms since 1970. */
  readonly originTimeMs: number
  subscribe(subscriber: MediaSubscriber, options: { readonly from: 'keyframe' | 'live' }): () => void
}

/** Who takes a feed's packets: called synchronously, in order. */
export interface MediaSubscriber {
  /** Every track once at subscription, then every new track or changed configuration, before its packets. */
  onTrack(track: Track): void
  onPacket(packet: Packet): void
  /** The next packets do not continue the previous ones; times still only go forward. */
  onDiscontinuity(): void
  /** Nothing comes for a while (`true`), or it does again. */
  onReconnecting?(away: boolean): void
  /** No more will come. */
  onEnd(): void
}
