import type { PackagedStream } from '../packaged-stream.ts'

/** Where a viewer wants to start: seconds from the start of the window, or before its end where negative, or a wall clock. */
export type StartPoint = { readonly kind: 'seconds'; readonly seconds: number } | { readonly kind: 'time'; readonly timeMs: number }

const seconds = /^-?\d{1,6}(?:\.\d{1,3})?$/
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/

/** Reads `0`, `-600`, `12.5` or an ISO 8601 time with its zone, as it is in a URL. Undefined for anything else. */
export function parseStartPoint(text: string): StartPoint | undefined {
  if (text.length > 60) return undefined
  if (seconds.test(text)) return { kind: 'seconds', seconds: Number(text) }
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    return undefined
  }
  if (!time.test(decoded)) return undefined
  const timeMs = Date.parse(decoded)
  return Number.isNaN(timeMs) ? undefined : { kind: 'time', timeMs }
}

/**
 * The point as EXT-X-START expresses it (RFC 8216bis section 4.4.2.2): seconds from the start of the playlist, or before its end where
 * negative. A time before the window is the window's start; one that has not come yet is the live edge, for which no tag is written.
 */
export function startOffsetS(stream: PackagedStream, point: StartPoint): number | undefined {
  if (point.kind === 'seconds') return point.seconds
  const rendition = stream.renditions.find((each) => each.track.kind === 'video') ?? stream.renditions[0]
  const segments = rendition?.segments ?? []
  const first = segments[0]
  const last = segments.at(-1)
  if (rendition === undefined || first === undefined || last === undefined || point.timeMs <= first.programDateTimeMs) return 0
  const { timescale } = rendition.track
  // Playlists count media: what passed while the publisher was away is not in them.
  let offset = 0
  for (const segment of segments) {
    const lengthS = segment.durationTicks / timescale
    const insideS = (point.timeMs - segment.programDateTimeMs) / 1000
    if (insideS < 0) return offset
    if (insideS < lengthS) return offset + insideS
    offset += lengthS
  }
  return undefined
}
