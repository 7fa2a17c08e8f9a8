import type { PlaybackTarget } from '../../http/request-path.ts'
import { partOf } from '../../protocols/hls/stream-view.ts'
import type { ReplicaStream } from './replica.ts'

/**
 * Whether a delivery process can answer by itself. Everything that begins a player, that waits for a stream to begin, or
 * that this process may only not know of yet is the host's: it is asked for once, where media are asked for without end.
 */
export function answersItself(target: PlaybackTarget, find: (name: string, epoch?: string) => ReplicaStream | undefined): boolean {
  if (target.kind === 'mpd') {
    const run = find(target.name)
    return run?.ready === true && !run.ended && !run.guarded
  }
  if (!('epoch' in target)) return false
  const run = find(target.name, target.epoch)
  if (run?.ready !== true) return false
  if (target.kind === 'ts-segment') return true
  const rendition = run.rendition(target.rendition)
  // transport streams have playlists of their own
  if (rendition === undefined) return target.kind === 'playlist'
  switch (target.kind) {
    case 'playlist':
      return true
    case 'init':
      return rendition.inits.has(target.init)
    case 'segment':
      return target.sequence === rendition.edge.sequence || rendition.find(target.sequence) !== undefined
    case 'part':
      return target.serial === rendition.edge.serial || partOf(rendition, target.serial) !== undefined
  }
}
