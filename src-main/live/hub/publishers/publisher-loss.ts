import type { AppError } from '../../../platform/errors.ts'

/** How the publisher on air left: it said so, or its connection broke, it was disconnected or sent what its key does not allow. */
export type PublisherExit = 'unpublish' | 'lost'

export interface PublisherLoss {
  readonly how: PublisherExit
  /** Another publisher is connected and kept ready. */
  readonly backup: boolean
  /** How long the key waits for an encoder that stopped in order, ms; 0: it ends the stream. */
  readonly restartWindowMs: number
  /** How long a stream waits for a publisher that was lost, ms. */
  readonly reconnectWindowMs: number
  /** How long it must have been without one before its slate is shown, ms. */
  readonly slateAfterMs: number
}

/** What becomes of a stream that lost its publisher. */
export interface AfterLoss {
  /** The backup goes on air if it has a keyframe; nothing else happens then. */
  readonly backupFirst: boolean
  readonly otherwise:
    | { readonly do: 'end' }
    /** The stream waits so long, ms; without `slateAfterMs` no slate is shown meanwhile. */
    | { readonly do: 'wait'; readonly waitMs: number; readonly slateAfterMs: number | undefined }
}

/**
 * Decides what a stream does when its publisher on air has left: show the backup, wait and show the slate, wait without one, or end.
 * `ManagedStream` carries it out, which alone changes a stream; `SlatePublisher` shows the slate.
 */
export function afterLoss({ how, backup, restartWindowMs, reconnectWindowMs, slateAfterMs }: PublisherLoss): AfterLoss {
  if (how === 'lost' || backup) return { backupFirst: true, otherwise: { do: 'wait', waitMs: reconnectWindowMs, slateAfterMs } }
  if (restartWindowMs === 0) return { backupFirst: false, otherwise: { do: 'end' } }
  return { backupFirst: false, otherwise: { do: 'wait', waitMs: restartWindowMs, slateAfterMs: undefined } }
}

/**
 * Decides what a stream does when no publisher came in time: `stay` while its slate lasts without end, `fail` where the last publisher sent what
 * could not be understood, else `end`. Silence is an end like any other.
 */
export function afterWait(slateLasts: 'window' | 'unlimited' | undefined, lossReason: AppError | undefined): 'stay' | 'fail' | 'end' {
  if (slateLasts === 'unlimited') return 'stay'
  return lossReason?.code.startsWith('ingest.') === true && lossReason.code !== 'ingest.timeout' ? 'fail' : 'end'
}
