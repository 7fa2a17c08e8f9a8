import type { Track } from '../../formats/track.ts'
import type { IngestPacket } from '../ingest-packet.ts'
import type { LiveStream } from '../live-stream.ts'
import type { OfferDescription } from './offer.ts'

/** The option `webrtcEngine` without `auto`. */
export type SfuEngineName = 'mediasoup' | 'node-datachannel'

/** What one engine can and another cannot; shown in `GET /live/webrtc` and in docs/webrtc.md. */
export interface SfuAbilities {
  /** ICE candidates over TCP for networks that let no UDP through. */
  readonly tcp: boolean
  readonly iceLite: boolean
  readonly iceRestart: boolean
  /** Takes several encodings (rids) of one publisher and chooses one for each viewer. */
  readonly simulcast: boolean
  readonly dataChannels: boolean
}

/** How an engine meets the network. */
export interface SfuOptions {
  /** IP address that its port is bound to: loopback by default, like all listeners of the host. */
  readonly bind: string
  /** The one UDP port (and TCP port of the same number where the engine has TCP). 0 takes a free one. */
  readonly port: number
  /** Public IP addresses that are announced as host candidates in place of the bound one. May be empty. */
  readonly addresses: readonly string[]
  readonly iceServers: readonly IceServer[]
}

/** As in RTCConfiguration.iceServers, one URL per entry. */
export interface IceServer {
  /** `stun:HOST:PORT`, `turn:HOST:PORT?transport=udp`, `turns:...`. */
  readonly urls: string
  readonly username?: string
  readonly credential?: string
}

/** A peer's offer, already read and found sane by `readOffer`. */
export interface PeerOffer {
  /** Made by the caller, unique for the life of the host: names the session in every later call and event. */
  readonly sessionId: string
  /**
   * The WebRTC room that the peer publishes to or plays from. It lasts for one run of publishing: a WHIP session opens its own
   * (the caller names it), a fed stream another; a takeover opens a new one, and the caller moves the viewers.
   */
  readonly room: string
  readonly offer: OfferDescription
}

export interface PeerAnswer {
  /** Full answer with the engine's candidates: no trickling from our side. */
  readonly sdp: string
}

/** A fed room: it has a stream's own packets for a source (RTMP, SRT, pull): H.264 without B-frames, Opus. */
export interface FeedRequest {
  readonly room: string
  /** `DerivedStreams.realtime(stream)`: the engine subscribes, from the newest keyframe, and unsubscribes on close. */
  readonly stream: LiveStream
}

/** Which of a publisher's encodings a viewer gets. */
export interface LayerChoice {
  /** Highest encoding wanted, by rid; undefined = the best that the viewer's bandwidth carries. */
  readonly rid?: string
}

export interface PeerStats {
  readonly sessionId: string
  readonly connected: boolean
  /** `udp` or `tcp` of the selected candidate pair, and the peer's IP address. */
  readonly transport?: 'udp' | 'tcp'
  readonly remoteAddress?: string
  readonly bytesIn: number
  readonly bytesOut: number
  readonly packetsLost: number
  readonly nacks: number
  readonly plis: number
  /** ms, from RTCP or ICE where known. */
  readonly roundTripMs?: number
  /** bit/s that the peer's side can carry, where the engine estimates it. */
  readonly availableBitrate?: number
  /** Rid of the encoding that goes to this viewer. */
  readonly layer?: string
}

/** A message of a data channel; text stays text. */
export interface DataMessage {
  readonly label: string
  readonly data: string | Uint8Array
}

/** What an engine tells. Called synchronously; must not throw. */
export interface SfuEvents {
  /** ICE and DTLS are up. */
  onConnected(sessionId: string): void
  /** The session is over and dropped: by `close`, the peer's goodbye, its silence, its failure to connect in time, or a dead worker. */
  onClosed(sessionId: string, why: 'closed' | 'left' | 'lost' | 'never-connected' | 'worker-lost'): void
  /** A publisher's track, before its packets; again with the same id when its configuration changed. Ids `v0`, `a0` (`v1`... for lower encodings). */
  onTrack(sessionId: string, track: Track): void
  /** A publisher's frame, put together and in order; times in ms on one clock for audio and video. */
  onPacket(sessionId: string, packet: IngestPacket): void
  /** Something of the publisher's media was malformed or lost and skipped. */
  onFault(sessionId: string, message: string): void
  /** The worker died (all sessions were reported as closed) and is back (`up`): new offers are taken again, feeds must be given again. */
  onWorker(up: boolean): void
}

/**
 * A selective forwarding unit: takes publishers' media and hands them to viewers without decoding. Each fills this with one library.
 * Candidates of peers are not used: a peer's checks say where it is, and nobody names an IP address that the host then sends to.
 */
export interface SfuEngine {
  readonly name: SfuEngineName
  readonly abilities: SfuAbilities
  /** The UDP port in use; 0 before `start`. */
  readonly port: number
  /** False while its worker is away: offers are rejected with `webrtc.engine_down`. */
  readonly up: boolean
  /** Rejects with AppError: `port.in_use`, `port.forbidden`, `engine.missing`. */
  start(): Promise<void>
  /** Ends all sessions, its worker and its port. Idempotent; under two seconds. */
  stop(): Promise<void>

  /** Accepts a publisher and opens its WebRTC room. Rejects with AppError `webrtc.*` if no codec fits. */
  publish(peer: PeerOffer): Promise<PeerAnswer>
  /** Accepts a viewer. Rejects with AppError `webrtc.no_codec`, `stream.not_live` (no such WebRTC room). */
  play(peer: PeerOffer): Promise<PeerAnswer>
  /** Opens a fed room, whose source are a stream's packets; the returned function ends it. Its viewers are closed with it. */
  feed(request: FeedRequest): () => void

  /** New ICE credentials from the peer; resolves to ours as an SDP fragment. Rejects with `webrtc.no_restart` where the engine cannot. */
  restartIce(sessionId: string, remote: { readonly ufrag: string; readonly pwd: string }): Promise<string>
  /** Asks the WebRTC room's publisher for a keyframe; a fed room has its encoder's own interval. */
  requestKeyframe(room: string): void
  chooseLayer(sessionId: string, choice: LayerChoice): void
  /** Figures of all sessions at once. */
  stats(): Promise<readonly PeerStats[]>
  close(sessionId: string): void
}

/** How long an offer may take to become a connection, ms. */
export const CONNECT_MS = 12_000
/** ms between two keyframe requests while the host consumes a publisher: segments end at keyframes. */
export const KEYFRAME_EVERY_MS = 2000
