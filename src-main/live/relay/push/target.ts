import type { Track } from '../../../formats/track.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import type { AppError } from '../../../platform/errors.ts'

/** The far end of a destination, for the lifetime of one connection. */
export interface Target {
  /** Round trip, ms, where it was measured. */
  readonly rttMs: number | undefined
  /** Bytes handed over that the far end has not acknowledged yet; undefined if it does not report it. */
  readonly unconfirmedBytes?: number | undefined
  /** Packets since the connection started, if the protocol reports them. */
  readonly loss: TargetLoss | undefined
  /** Starts to send a stream; once, when it is live. */
  play(stream: LiveStream, tracks: ChosenTracks, events: SendingEvents): Sending
  /** Looks after time-outs; called each second. `nowMs` is monotonic. */
  tick(nowMs: number): void
  /** Says goodbye and closes; no event follows. Idempotent. */
  close(): void
}

/** What a network loses on the way. */
export interface TargetLoss {
  /** Packets that the far end did not get in time. */
  readonly lost: number
  readonly retransmitted: number
}

/** Ids of the tracks to send; the first of their kind where absent. */
export interface ChosenTracks {
  readonly video: string | undefined
  readonly audio: string | undefined
}

/** One stream on its way to a target. */
export interface Sending {
  /** Frames handed over. */
  readonly frames: number
  /** Frames that the target was too slow for. */
  readonly dropped: number
  /** Media that waits, ms. */
  readonly queuedMs: number
  /** Bytes handed over. */
  readonly bytes: number
  /** There is space again. */
  onDrain(): void
  stop(): void
}

/** What a sending needs from its owner, and reports to it. */
export interface SendingEvents {
  /** Whether the destination takes the track; undefined where its far end must know. */
  takes(track: Track): boolean | undefined
  /** A chosen track cannot be sent. May come before `play` returns. */
  onUnplayable(track: Track): void
  /** The stream is over. */
  onEnd(): void
}

/** What a target reports to its owner. */
export interface TargetEvents {
  /** Media may be sent. */
  onLive(): void
  /** There is space again. */
  onDrain(): void
  /** The connection is over, or never came about; reported once. `refused`: the far end said no, or must not be trusted, and will again. */
  onClosed(reason: AppError, refused: boolean): void
}
