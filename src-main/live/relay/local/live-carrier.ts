import type { Packet, Track } from '../../../formats/track.ts'
import type { AppError } from '../../../platform/errors.ts'

/**
 * What this wing does for whoever makes media on the same host: takes it into streams without a network in between, sends it to other
 * servers, lets the maker watch streams, and invites guests.
 */
export interface LiveCarrier {
  /** Opens a stream to publish into; an empty title leaves the stream's own. Rejects with `publish.*`. */
  publish(stream: string, options: { readonly title: string; readonly onKicked: (reason: AppError) => void }): Promise<CarriedPublication>
  /** Address at which this machine may watch a stream of the host, whoever else may. Holds a secret. */
  watchAddress(stream: string): Promise<string>
  /** Sends packets to another server: one destination with its own connection, retries and figures. Throws `destination.address_invalid`. */
  send(
    aim: CarriedAim,
    feed: CarriedFeed,
    events: { onState(state: 'off' | 'connecting' | 'live' | 'retrying' | 'failed', error: AppError | undefined): void },
  ): CarriedSender
  /** Encoders of this machine, as measured. */
  encoders(): Promise<readonly CarriedEncoder[]>
  /** A way for a guest to come in by WebRTC. */
  invite(label: string): Promise<{ readonly stream: string; readonly joinPath: string; readonly keyId: string }>
  /** Ends an invitation. */
  disinvite(keyId: string): Promise<void>
}

export interface CarriedPublication {
  readonly streamId: string
  setTrack(track: Track): void
  write(packet: Packet): void
  /** `lost`: more may come; the stream waits for it. */
  close(how: 'unpublish' | 'lost'): void
}

/** Media that is made on this host: joined tracks with a beginning that players can start at. */
export interface CarriedFeed {
  /** Empty until something comes. */
  readonly tracks: readonly Track[]
  /** Wall clock of time 0, ms since 1970. */
  readonly originTimeMs: number
  subscribe(subscriber: CarriedSubscriber, options: { readonly from: 'keyframe' | 'live' }): () => void
}

export interface CarriedSubscriber {
  onTrack(track: Track): void
  onPacket(packet: Packet): void
  onDiscontinuity(): void
  onEnd(): void
}

export interface CarriedAim {
  readonly protocol: 'rtmp' | 'srt' | 'whip'
  readonly url: string
  readonly key: string
  readonly passphrase: string
  /** SRT: least delay of delivery, ms. */
  readonly latencyMs: number | null
  /** `system`, `any` or a SHA-256 fingerprint. */
  readonly certificate: string
  /** An editor named the URL: it is held to what editors may reach. */
  readonly limited: boolean
}

export interface CarriedSender {
  /** Connects at once where an attempt is due later, or where it was given up. */
  retry(): void
  stop(): void
  statistics(): {
    readonly bitrateKbps: number
    readonly bytes: number
    readonly frames: number
    readonly droppedFrames: number
    /** Media that waits here or is on its way unconfirmed, ms. */
    readonly queuedMs: number
    readonly rttMs: number | null
    readonly packetsLost: number | null
    readonly packetsRetransmitted: number | null
    readonly reconnects: number
  }
}

export interface CarriedEncoder {
  readonly name: string
  readonly codec: 'h264' | 'hevc' | 'av1'
  readonly kind: string
  readonly found: boolean
  /** Times real time; null where it cannot be used. */
  readonly speed: number | null
}
