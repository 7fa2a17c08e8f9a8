import type { Packet, Track } from '../formats/track.ts'
import type { AppError } from '../platform/errors.ts'
import type { MeasuredEncoder } from './encoders/choose-encoder.ts'
import type { IngestPacket } from './ingest-packet.ts'
import type { LiveStream } from './live-stream.ts'

/**
 * What the live part does for parts that make media on the same host, like the studio: takes it into streams without a network in between,
 * sends it to other servers, lets the maker watch streams, and invites guests.
 */
export interface StreamCarrier {
  /** Opens a stream to publish into, for the studio where no other maker is named; an empty title leaves the stream's own. Rejects with `publish.*`. */
  publish(
    stream: string,
    options: {
      readonly title: string
      /** A title that somebody gave the stream stays. */
      readonly keepsTitle?: boolean
      readonly maker?: 'studio' | 'desktop'
      readonly onKicked: (reason: AppError) => void
    },
  ): Promise<CarriedPublication>
  /** URL at which this machine may watch a stream of the host, whoever else may. Contains a secret. Rejects with `play.not_live`. */
  watchUrl(stream: string): Promise<string>
  /** Names of the streams that can be watched now. */
  streams(): readonly string[]
  /** How many watch a stream of the host now; 0 for one that there is not. */
  viewers(stream: string): number
  /** Sends packets to another server: one destination with its own connection, retries and figures. Throws `destination.address_invalid`. */
  send(aim: SendAim, feed: MediaFeed, events: SendEvents): FeedSender
  /** Tries whether an RTMP server answers: connection, TLS and handshake, without a key. Resolves with how long it took, ms; rejects with `destination.*`. */
  tryServer(server: Pick<SendAim, 'url' | 'certificate' | 'limited'>): Promise<number>
  /** Encoders of this machine, as measured. */
  encoders(): Promise<readonly MeasuredEncoder[]>
  /** JPEG of a media file's video; undefined where none can be made. */
  posterOf(file: { readonly path: string; readonly durationMs: number }): Promise<Uint8Array | undefined>
  /** A stream that a guest publishes by WebRTC and the public cannot watch, and the key for it. */
  invite(label: string): Promise<{ readonly stream: string; readonly keyId: string; readonly key: string }>
  /** Another key in the place of a guest's: the one before opens nothing any more, also where it was revoked. */
  reinvite(stream: string, label: string, keyId: string): Promise<{ readonly keyId: string; readonly key: string }>
  /** Ends an invitation: the guest is disconnected. */
  disinvite(stream: string, keyId: string): Promise<void>
  /** Whose key it is, and whether it still opens anything; undefined for an invalid key. */
  guestKey(key: string): { readonly keyId: string; readonly isUsable: boolean } | undefined
  readonly peers: PrivatePeers
}

/** WebRTC sessions of the host's own makers of media: of no stream, counted as no viewer, and known to nobody else. */
export interface PrivatePeers {
  /** Answers an offer with a feed, whose tracks are known. Rejects with `webrtc.*`. */
  play(sdp: string, feed: MediaFeed, events: PrivatePeerEvents): Promise<PrivatePeer>
  /** Takes what a peer sends. Rejects with `webrtc.*`. */
  receive(sdp: string, events: PrivatePeerEvents & { onPacket(packet: IngestPacket): void }): Promise<PrivatePeer>
}

export interface PrivatePeerEvents {
  /** It is over: the peer has gone, or never came. Not called after `close`. */
  onClosed(): void
}

export interface PrivatePeer {
  /** The answer. */
  readonly sdp: string
  /** What the peer may connect through. */
  readonly iceServers: readonly { readonly urls: string; readonly username?: string; readonly credential?: string }[]
  /** Idempotent. */
  close(): void
}

/** A stream of the host that is published into without a network. */
export interface CarriedPublication {
  readonly streamId: string
  setTrack(track: Track): void
  write(packet: Packet): void
  /** `lost`: more may come; the stream waits for it. */
  close(how: 'unpublish' | 'lost'): void
}

/** Encoded media that is made on this host: joined tracks, none until something comes, with a start that players can start at. */
export type MediaFeed = Pick<LiveStream, 'tracks' | 'originTimeMs' | 'subscribe'>

export interface SendAim {
  readonly protocol: 'rtmp' | 'srt' | 'whip'
  readonly url: string
  readonly key: string
  readonly passphrase: string
  /** SRT: least delay of delivery, ms. */
  readonly latencyMs: number | null
  /** Whom to trust where TLS is spoken: `system`, `any` or a SHA-256 fingerprint. */
  readonly certificate: string
  /** An editor named the URL: it is limited to what editors may reach. */
  readonly limited: boolean
}

export interface SendEvents {
  onState(state: 'off' | 'connecting' | 'live' | 'retrying' | 'failed', error: AppError | undefined): void
}

/** A feed on its way to another server. */
export interface FeedSender {
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
    /** Packets that did not arrive in time, of this connection; null where TCP repairs them. */
    readonly packetsLost: number | null
    /** Packets sent again, of this connection. */
    readonly packetsRetransmitted: number | null
    readonly reconnects: number
  }
}
