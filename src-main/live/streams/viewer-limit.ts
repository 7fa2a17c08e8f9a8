import { AppError } from '../../platform/errors.ts'
import type { StreamLimits } from '../keys/key-limits.ts'

/** What a way out knows of somebody who begins to watch. */
export interface WouldBeViewer {
  /** `session` of our own player's addresses where given. */
  readonly sessionKey: string | undefined
  readonly remoteAddress: string
  readonly userAgent: string
}

/** Asked by every way out when a player begins: the reason to refuse it, or undefined. */
export type MayWatch = (stream: { readonly id: string }, viewer: WouldBeViewer) => AppError | undefined

/** Refuses players beyond the number that a stream's key allows; those who watch already may go on and come back. */
export function createViewerLimit(
  streams: { limitsOf(stream: { readonly id: string }): StreamLimits | undefined },
  viewers: { count(streamId: string): number; watches(streamId: string, viewer: WouldBeViewer): boolean },
): MayWatch {
  return (stream, viewer) => {
    const most = streams.limitsOf(stream)?.limits.maxViewers ?? null
    if (most === null || viewers.count(stream.id) < most || viewers.watches(stream.id, viewer)) return undefined
    return new AppError('play.viewers_full', `This stream takes ${most} ${most === 1 ? 'viewer' : 'viewers'} at a time`)
  }
}
