import type { LiveUrl, ResourceKind } from '../http/live-url.ts'
import { partOf } from '../protocols/hls/stream-view.ts'
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

/** What a player asks for by a stream's name: it starts with these, and DASH asks again and again. */
export const playlistKinds: ReadonlySet<ResourceKind> = new Set(['multivariant', 'mpd'])

/**
 * The same for a node, which has nothing but its memory: it answers first playlists, too, where nobody has to be asked, and leaves
 * segments on the origin's disk to the origin.
 */
export function answersFromMemory(url: LiveUrl, find: (name: string, epoch?: string) => ReplicaStream | undefined): boolean {
  const { stream, resource } = url
  if (resource.kind === 'multivariant') {
    const run = find(stream)
    return run?.ready === true && !run.ended && !run.guarded
  }
  if (!answersItself(url, find)) return false
  const run = 'epoch' in resource ? find(stream, resource.epoch) : undefined
  if (resource.kind === 'segment') return run?.rendition(resource.rendition)?.find(resource.sequence)?.stored === undefined
  if (resource.kind !== 'ts-segment') return true
  return run?.renditions.every((rendition) => rendition.find(resource.sequence)?.stored === undefined) === true
}
