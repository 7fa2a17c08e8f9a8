import { ticksToMs } from '../../../formats/media-time.ts'
import type { PackagedRendition, PackagedStream } from '../../packaging/packaged-stream.ts'
import type { ClipWindow } from './schemas.ts'

/** The publisher's own video, or the rendition of that id; undefined if the stream has no such video. */
export function videoOf(stream: PackagedStream, id: string | undefined): PackagedRendition | undefined {
  return stream.renditions.find((each) => each.track.kind === 'video' && (id === undefined || each.id === id))
}

/** The publisher's first audio track. */
export function audioOf(stream: PackagedStream): PackagedRendition | undefined {
  return stream.renditions.find((each) => each.track.kind === 'audio')
}

/** The range of a stream that can be clipped now; undefined while it contains no media. */
export function clipWindow(stream: PackagedStream, id?: string): ClipWindow | undefined {
  const leader = videoOf(stream, id) ?? audioOf(stream)
  const first = leader?.segments[0]
  const last = leader?.segments.at(-1)
  if (leader === undefined || first === undefined || last === undefined) return undefined
  const toMs = (ticks: number): number => ticksToMs(ticks, leader.track.timescale)
  const seams = leader.segments.filter(
    (each, index) => index > 0 && (each.discontinuity || each.initId !== leader.segments[index - 1]?.initId),
  )
  const rate = leader.track.kind === 'video' ? leader.frameRate : undefined
  return {
    originTimeMs: stream.originTimeMs,
    fromMs: toMs(first.startTicks),
    toMs: toMs(last.startTicks + last.durationTicks),
    frameMs: rate === undefined ? null : 1000 / rate,
    seamsMs: seams.map((each) => toMs(each.startTicks)),
  }
}
