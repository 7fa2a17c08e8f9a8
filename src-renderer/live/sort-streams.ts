import type { Stream } from '../client/types.ts'

/**
 * Live ones first in the order in which they started (so that rows do not jump), then waiting ones; and, apart, those that are over, newest
 * first.
 */
export function sortStreams(streams: readonly Stream[]): { readonly current: readonly Stream[]; readonly over: readonly Stream[] } {
  const current: Stream[] = []
  const over: Stream[] = []
  for (const stream of streams) (stream.state === 'active' || stream.state === 'pending' ? current : over).push(stream)
  const began = (stream: Stream) => stream.startedAt ?? stream.createdAt
  current.sort((a, b) => (a.state === b.state ? began(a).localeCompare(began(b)) : a.state === 'active' ? -1 : 1))
  over.sort((a, b) => (b.endedAt ?? b.createdAt).localeCompare(a.endedAt ?? a.createdAt))
  return { current, over }
}
