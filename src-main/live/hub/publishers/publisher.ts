import type { Track } from '../../../formats/track.ts'
import type { IngestPacket } from '../../../media/ingest-packet.ts'
import type { AppError } from '../../../platform/errors.ts'

/** The inputs. `pull`: fetched by the host from a source; `slate`: made by the host while the publisher is away; `studio` and `desktop`: made by it. */
export type IngestProtocol = 'rtmp' | 'rtmps' | 'srt' | 'whip' | 'udp' | 'pull' | 'slate' | 'studio' | 'desktop'

/** What an ingest protocol knows of somebody who wants to publish. */
export interface PublishRequest {
  /** Unique id of this connection; joins its log, audit and session lines. */
  readonly sessionId: string
  readonly protocol: IngestProtocol
  /** `HOST:PORT` of the encoder. */
  readonly remoteAddress: string
  /** First path part, e.g. `live`. */
  readonly app: string
  /** Last path part without its query: the stream key, or the stream's name when `query` has `key`. */
  readonly name: string
  readonly query: ReadonlyMap<string, string>
  /** What the encoder calls itself, e.g. `FMLE/3.0 (compatible; FMSc/1.0)` or `obs-output module`. */
  readonly encoder: string
  /** Ends the connection from our side; the reason is reported to the encoder where the protocol can. Idempotent. */
  readonly disconnect: (reason: AppError) => void
}

/** An accepted publisher's way into its stream. All calls are synchronous and cheap; none throws. */
export interface Publication {
  readonly streamName: string
  readonly streamId: string
  /** A new track, or a changed configuration of a known one (same id). Comes before the packets that need it. */
  setTrack(track: Track): void
  write(packet: IngestPacket): void
  /** Sender's metadata (onMetaData): kept for display only, never trusted. */
  setMetadata(metadata: Readonly<Record<string, string | number | boolean>>): void
  /** Something malformed was skipped but the session goes on: counted in the stream's health and logged. */
  report(fault: AppError): void
  /** `unpublish` when the encoder said goodbye; `lost` when the connection broke. Idempotent. */
  close(how: 'unpublish' | 'lost', reason?: AppError): void
}

/** Who decides whether a publisher may in. Rejects with AppError `publish.*`; nothing is sent to the encoder before it settles. */
export interface PublishGate {
  open(request: PublishRequest): Promise<Publication>
}
