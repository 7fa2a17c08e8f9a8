import { open } from 'node:fs/promises'
import type { MediaSegment, PackagedStream } from '../packaged-stream.ts'

/** One segment of a range: its media is read when it is wanted. */
export interface RangeSegment {
  readonly sequence: number
  /** Seconds on the stream's timeline. */
  readonly startS: number
  readonly durationS: number
  readonly byteLength: number
  /** Starts with a frame that a decoder can start at. */
  readonly independent: boolean
  /** A seam is before it: the publisher came back, or times jumped. */
  readonly discontinuity: boolean
  /** Its bytes, out of memory or from disk. Rejects where its file has gone meanwhile: the window moved on. */
  read(): Promise<Uint8Array>
}

/** A stretch of one rendition as whole segments. */
export interface MediaRange {
  /** CMAF header that all of the segments need. */
  readonly init: Uint8Array
  /** Oldest first, without gaps in their numbers except where the stream had none; the first starts at or before the start of the range. */
  readonly segments: readonly RangeSegment[]
  /** True where the range reaches over a changed configuration, and ends there. */
  readonly cut: boolean
}

/**
 * The media of a rendition between two times, in seconds on the stream's timeline (0 is `originTimeMs` of the wall clock): whole
 * segments that overlap `[fromS, toS)`, as far as they are in the window and complete. Undefined if there is no such rendition.
 */
export function readRange(stream: PackagedStream, renditionId: string, fromS: number, toS: number): MediaRange | undefined {
  const rendition = stream.renditions.find((each) => each.id === renditionId)
  if (rendition === undefined) return undefined
  const { timescale } = rendition.track
  const segments: RangeSegment[] = []
  let initId: number | undefined
  let cut = false
  for (const segment of rendition.segments) {
    const startS = segment.startTicks / timescale
    const durationS = segment.durationTicks / timescale
    if (startS >= toS) break
    if (startS + durationS <= fromS || segment.byteLength === 0 || !(segment.complete || stream.ended)) continue
    initId ??= segment.initId
    if (segment.initId !== initId) {
      cut = true
      break
    }
    const { sequence, byteLength, independent, discontinuity } = segment
    segments.push({ sequence, startS, durationS, byteLength, independent, discontinuity, read: () => readSegment(segment) })
  }
  const init = rendition.inits.get(initId ?? rendition.segments.at(-1)?.initId ?? 0)
  return init && { init: init.data, segments, cut }
}

/** A segment's bytes, out of memory or from disk. Rejects where its file has gone. */
export async function readSegment(segment: MediaSegment): Promise<Uint8Array> {
  if (segment.stored === undefined) return Buffer.concat(segment.parts.map((part) => part.data))
  const { path, offset } = segment.stored
  const file = await open(path)
  try {
    const bytes = Buffer.allocUnsafe(segment.byteLength)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset)
    if (bytesRead !== bytes.length) throw new Error(`${path} ends within segment ${segment.sequence}`)
    return bytes
  } finally {
    await file.close()
  }
}
