import type { Kysely } from 'kysely'
import type { Registry } from 'prom-client'
import type { Packet, Track } from '../formats/track.ts'
import type { MeasuredEncoder } from '../media/encoders/choose-encoder.ts'
import type { AuditLog } from '../platform/audit.ts'
import type { AppError, ErrorCode } from '../platform/errors.ts'
import type { EventBus } from '../platform/events.ts'
import type { SecretBox } from '../platform/identity/secret-box.ts'
import type { Logger } from '../platform/logger.ts'
import type { Reach } from '../platform/reach.ts'
import type { RouteDefinition } from '../platform/routes.ts'
import type { SocketDefinition } from '../platform/sockets.ts'

/** What the studio needs of whoever carries streams. */
export interface StreamCarrier {
  /** Opens a stream of our own host for the studio to publish into; an empty title leaves the stream's own. Rejects with `publish.*`. */
  publish(stream: string, options: { readonly title: string; readonly onKicked: (reason: AppError) => void }): Promise<StudioPublication>
  /** Address at which this machine may watch a stream of the host. */
  watchAddress(stream: string): Promise<string>
  /** Sends packets to another server: one destination with its own connection, retries and figures. */
  send(aim: SendAim, feed: StudioFeed, events: SendEvents): StudioSender
  /** Encoders of this machine, as measured. */
  encoders(): Promise<readonly MeasuredEncoder[]>
  /** A way for a guest to come in by WebRTC: the stream that they publish and the page to send them to. */
  invite(label: string): Promise<{ readonly stream: string; readonly joinPath: string; readonly keyId: string }>
  /** Ends an invitation. */
  disinvite(keyId: string): Promise<void>
}

export interface StudioPublication {
  readonly streamId: string
  setTrack(track: Track): void
  write(packet: Packet): void
  /** Nothing comes for a while, or no more. */
  close(how: 'unpublish' | 'lost'): void
}

/** Encoded media on its way to one output: joined tracks with a beginning that players can start at. */
export interface StudioFeed {
  readonly tracks: readonly Track[]
  /** Wall clock of time 0, ms since 1970. */
  readonly originTimeMs: number
  subscribe(subscriber: StudioFeedSubscriber, options: { readonly from: 'keyframe' | 'live' }): () => void
}

export interface StudioFeedSubscriber {
  onTrack(track: Track): void
  onPacket(packet: Packet): void
  /** The next packets do not continue the previous ones. */
  onDiscontinuity(): void
  /** Nothing comes for a while (`true`), or it does again. */
  onReconnecting?(away: boolean): void
  onEnd(): void
}

export interface SendAim {
  readonly protocol: 'rtmp' | 'srt' | 'whip'
  readonly url: string
  readonly key: string
  readonly passphrase: string
  /** SRT: least delay of delivery, ms. */
  readonly latencyMs: number | null
  /** Whom to trust where TLS is spoken: empty for the usual authorities. */
  readonly certificate: string
  /** An editor named the URL: it is held to what editors may reach. */
  readonly limited: boolean
}

export interface SendEvents {
  onState(state: 'off' | 'connecting' | 'live' | 'retrying' | 'failed', error: AppError | undefined): void
}

export interface StudioSender {
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

export interface StudioDependencies {
  /** Folder for collections, recordings of the studio, and files that sources keep. */
  readonly dataDir: string
  // biome-ignore lint/suspicious/noExplicitAny: each wing types the tables that are its own
  readonly database: Kysely<any>
  readonly secrets: SecretBox
  /** The platform's write queue. */
  readonly writes: { enqueue(what: string, write: () => Promise<void>): void }
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  readonly registry: Registry
  readonly carrier: StreamCarrier
  /** What users' paths and URLs may lead to. */
  readonly reach: Pick<Reach, 'policy' | 'onChange'>
  /** For how long the host may have been away for outputs that ran to go on by themselves, ms; 0: never. */
  readonly resumeWithinMs: () => number
}

/** The studio wing: scenes made of sources, mixed, encoded and sent out, ruled over the API. */
export interface Studio {
  readonly routes: readonly RouteDefinition[]
  readonly sockets: readonly SocketDefinition[]
  /** Opens a file, or what was open when the host ended. Throws `studio.collection_*` for a file that was named. */
  start(file?: string): Promise<void>
  /** The host ends: outputs that ran go on when it comes back, unless a person ended it. */
  stop(byPerson: boolean): Promise<void>
  /** Outputs that run into files or to other servers: what would be lost with the host. */
  running(): number
  /** What does not work at present although it should, e.g. `recording.disk_full`. */
  problems(): readonly ErrorCode[]
}
