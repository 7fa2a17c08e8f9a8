import { type FileHandle, open } from 'node:fs/promises'
import type { Track } from '../../../formats/track.ts'
import { AppError } from '../../../platform/errors.ts'
import type { PackagedStream } from '../../packaging/packaged-stream.ts'
import { type RangeSegment, readRange } from '../../packaging/rewind/time-range.ts'
import type { SourceFile } from './messages.ts'

export interface GatherOrder {
  readonly stream: PackagedStream
  readonly rendition: string
  readonly track: Track
  /** Seconds on the stream's timeline. */
  readonly fromS: number
  readonly toS: number
  /** File to write. */
  readonly path: string
  readonly signal: AbortSignal
}

/** Groups of pictures that are longer than a segment start so far back at most, s. */
const maxGroupS = 60
/** Times of segments are rounded to ticks. */
const nearS = 0.002
/** With no new segment for this long the clip is made of what there is, ms. */
const patienceMs = 45_000

/**
 * Copies the segments that overlap a range into a file, and waits for those that are yet to come; a stream that ends gives what it has.
 * Rejects with `clip.out_of_window` and `clip.discontinuity`.
 */
export async function gather<T extends Track>(order: GatherOrder & { readonly track: T }): Promise<SourceFile<T>> {
  const { stream, toS, path, track, signal } = order
  const sizes: number[] = []
  const first = firstSegment(order)
  const beginS = first === undefined ? order.fromS : first.startS + nearS
  let next = first?.sequence ?? 0
  let endS = Number.NEGATIVE_INFINITY
  let quietSince = performance.now()
  const file: FileHandle = await open(path, 'w', 0o640)
  try {
    let at = 0
    for (;;) {
      const range = readRange(stream, order.rendition, beginS, toS)
      const fresh: RangeSegment[] = (range?.segments ?? []).filter((each) => each.sequence >= next)
      for (const segment of fresh) {
        if (sizes.length > 0 && segment.discontinuity) throw seam(stream, segment.startS)
        const bytes = await segment.read().catch((cause: unknown) => {
          throw new AppError('clip.out_of_window', 'The stream has let go of the range while it was read', { cause })
        })
        for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten
        at += bytes.length
        sizes.push(bytes.length)
        next = segment.sequence + 1
        endS = segment.startS + segment.durationS
        quietSince = performance.now()
      }
      if (endS >= toS - nearS) break
      if (range?.cut) throw seam(stream, endS)
      if (stream.ended || performance.now() - quietSince > patienceMs) break
      await change(stream, signal)
      signal.throwIfAborted()
    }
  } finally {
    await file.close()
  }
  if (sizes.length === 0) throw new AppError('clip.out_of_window')
  return { path, track, segments: sizes }
}

/** The segment with which a decoder has to start: the one in which the range starts, or where that does not start with a keyframe one before it. */
function firstSegment({ stream, rendition, fromS, toS, track }: GatherOrder): RangeSegment | undefined {
  const isAudio = track.kind === 'audio'
  // audio before the start primes its decoder; a time in whole ms may name a frame that starts a little later
  const wantedS = isAudio ? fromS - 0.1 : fromS + 0.001
  const first = readRange(stream, rendition, wantedS, toS)?.segments[0]
  if (first === undefined || isAudio || first.independent) return first
  const before = readRange(stream, rendition, fromS - maxGroupS, first.startS + first.durationS)?.segments ?? []
  return before.findLast((each) => each.independent && each.startS <= wantedS) ?? first
}

function seam(stream: PackagedStream, atS: number): AppError {
  const at = new Date(stream.originTimeMs + atS * 1000).toISOString()
  return new AppError('clip.discontinuity', `The range reaches over ${at}, when the publisher was away or changed its settings`, {
    details: { atMs: Math.round(atS * 1000) },
  })
}

/** Until the stream has something new, and a second at most. */
async function change(stream: PackagedStream, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      leave()
      resolve()
    }
    const timer = setTimeout(done, 1000)
    const leave = stream.onChange(done)
    signal.addEventListener('abort', done)
  })
}
