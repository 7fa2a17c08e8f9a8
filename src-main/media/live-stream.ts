import type { Packet, Track } from '../formats/track.ts'

export type StreamState = 'pending' | 'active' | 'ended' | 'error'

/** Why the stream's timeline has a seam before the next packet. */
export type DiscontinuityReason = 'reconnect' | 'takeover' | 'failover' | 'slate' | 'timestamp-jump' | 'codec-change'

/**
 * Who takes a stream's packets. Called synchronously in packet order by the one fan-out; must return quickly and not throw.
 * A subscriber that can be slow keeps its own bounded queue (as RTMP players do) and drops whole GOPs from it.
 */
export interface StreamSubscriber {
  /** Every track once at subscription, then every new track or changed configuration, before its packets. */
  onTrack(track: Track): void
  onPacket(packet: Packet): void
  /** The next packets do not continue the previous ones; times on the stream's timeline still only go forward. */
  onDiscontinuity(reason: DiscontinuityReason): void
  /** The publisher is away (`true`) or back (`false`); viewers are kept. */
  onReconnecting?(away: boolean): void
  /** No more will come. */
  onEnd(): void
}

/** A running stream as its consumers (packager, RTMP play, later relay, recording, SFU) see it. */
export interface LiveStream {
  readonly id: string
  readonly name: string
  /** Differs for every run of a stream of this name: first path part of its media URLs, so that caches never mix runs. */
  readonly epoch: string
  readonly state: StreamState
  readonly reconnecting: boolean
  readonly tracks: readonly Track[]
  /** Wall clock (ms since 1970, fractional) at which timeline 0 reached the host: PROGRAM-DATE-TIME and availabilityStartTime. */
  readonly originTimeMs: number
  /** `from: 'keyframe'` replays the GOP cache first, so that a player starts at once; `'live'` starts with the next packet. */
  subscribe(subscriber: StreamSubscriber, options: { from: 'keyframe' | 'live' }): () => void
}
