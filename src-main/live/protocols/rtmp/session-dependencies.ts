import type { AuditLog } from '../../../platform/audit.ts'
import type { AppError } from '../../../platform/errors.ts'
import type { MayWatch, WhileAllowed } from '../../audience/viewer-admission.ts'
import type { ViewerRegistry } from '../../audience/viewer-registry.ts'
import type { PublishGate } from '../../hub/publishers/publisher.ts'
import type { StreamDirectory } from '../../hub/stream.ts'
import type { FlvBodies } from '../flv/flv-bodies.ts'
import type { RtmpLimits } from './limits.ts'
import type { MediaChunks } from './message-sender.ts'

/** What all sessions of a server share. */
export interface SessionDependencies {
  readonly gate: PublishGate
  readonly streams: StreamDirectory
  readonly viewers: ViewerRegistry
  /** Whether a player may start. */
  readonly mayWatch?: MayWatch | undefined
  readonly whileAllowed?: WhileAllowed | undefined
  readonly audit: AuditLog
  readonly limits: RtmpLimits
  readonly bodies: FlvBodies
  readonly chunks: MediaChunks
  /** Monotonic ms, coarse: moves with the server's timer. */
  readonly clock: { nowMs: number }
  /** Counts and logs a rejection. */
  readonly onRejection: (reason: AppError, sessionId: string, remoteAddress: string) => void
}
