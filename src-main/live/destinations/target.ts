import type { Codec } from '../../formats/track.ts'
import type { AppError } from '../../platform/errors.ts'

/** The far end of a destination, for as long as one connection holds. */
export interface Target {
  /** Round trip, ms, where it was measured. */
  readonly rttMs: number | undefined
  /** True while the connection holds more than it should. */
  readonly congested: boolean
  /** Sends one FLV message; returns its bytes. Only while live. */
  send(type: number, timestampMs: number, body: Buffer): number
  /** True where the far end announced that it takes the codec. */
  announces(codec: Codec): boolean
  /** Looks after time-outs; called each second. `nowMs` is monotonic. */
  tick(nowMs: number): void
  /** Says goodbye and closes; no event follows. Idempotent. */
  close(): void
}

/** What a target tells its owner. */
export interface TargetEvents {
  /** Media may be sent. */
  onLive(): void
  /** There is room again. */
  onDrain(): void
  /** The connection is over, or never came about; told once. `refused`: the far end said no, or must not be trusted, and will again. */
  onClosed(reason: AppError, refused: boolean): void
}
