import type { LiveUrl } from '../../http/live-url.ts'
import { partOf } from '../../protocols/hls/stream-view.ts'
import type { ReplicaStream } from './replica.ts'

/**
 * Whether a delivery process can answer by itself. Everything that starts a player, that waits for a stream to start, or that this process
 * may not know of yet is left to the host: such requests come once, requests for media all the time.
 */
export function answersItself({ stream, resource }: LiveUrl, find: (name: string, epoch?: string) => ReplicaStream | undefined): boolean {
  if (resource.kind === 'mpd') {
    const run = find(stream)
    return run?.ready === true && !run.ended && !run.guarded
  }
  if (!('epoch' in resource)) return false
  const run = find(stream, resource.epoch)
  if (run?.ready !== true) return false
  if (resource.kind === 'ts-segment') return true
  const rendition = run.rendition(resource.rendition)
  // transport streams have playlists of their own
  if (rendition === undefined) return resource.kind === 'playlist'
  switch (resource.kind) {
    case 'playlist':
      return true
    case 'init':
      return rendition.inits.has(resource.init)
    case 'segment':
      return resource.sequence === rendition.edge.sequence || rendition.find(resource.sequence) !== undefined
    case 'part':
      return resource.serial === rendition.edge.serial || partOf(rendition, resource.serial) !== undefined
  }
}
