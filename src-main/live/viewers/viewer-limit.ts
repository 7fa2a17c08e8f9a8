import { AppError } from '../../platform/errors.ts'
import type { StreamLimits } from '../keys/key-limits.ts'
import type { WouldBeViewer } from './viewer-admission.ts'

/** Refuses players beyond the number that a stream's key allows; those who watch already may go on and come back. */
export function createViewerLimit(
  streams: { limitsOf(stream: { readonly id: string }): StreamLimits | undefined },
  viewers: {
    count(streamId: string): number
    watches(streamId: string, viewer: Pick<WouldBeViewer, 'sessionKey' | 'remoteAddress' | 'userAgent'>): boolean
  },
): (stream: { readonly id: string }, viewer: WouldBeViewer) => AppError | undefined {
  return (stream, viewer) => {
    const most = streams.limitsOf(stream)?.limits.maxViewers ?? null
    if (most === null || viewers.count(stream.id) < most || viewers.watches(stream.id, viewer)) return undefined
    return new AppError('play.viewers_full', `This stream takes ${most} ${most === 1 ? 'viewer' : 'viewers'} at a time`)
  }
}
