import { AppError } from '../../platform/errors.ts'
import type { StreamLimits } from '../key-limits.ts'
import type { WouldBeViewer } from './viewer-admission.ts'
import type { Placing } from './viewer-places.ts'

/** Rejects players beyond the number that a stream's key allows; those who watch already may go on and come back. */
export function createViewerLimit(
  streams: { limitsOf(stream: { readonly id: string }): StreamLimits | undefined },
  viewers: { place(streamId: string, viewer: WouldBeViewer, max: number): Placing },
): (stream: { readonly id: string }, viewer: WouldBeViewer) => AppError | undefined {
  return (stream, viewer) => {
    const max = streams.limitsOf(stream)?.limits.maxViewers ?? null
    if (max === null) return undefined
    switch (viewers.place(stream.id, viewer, max)) {
      case 'placed':
        return undefined
      case 'full':
        return new AppError('play.viewers_full', `This stream takes ${max} ${max === 1 ? 'viewer' : 'viewers'} at a time`)
      case 'address-full':
        return new AppError('play.viewers_full', 'As many viewers watch this stream from this IP address as one IP address may have')
    }
  }
}
