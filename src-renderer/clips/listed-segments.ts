/** A complete segment of an HLS media playlist by wall clock, ms since 1970. */
export interface ListedSegment {
  readonly startMs: number
  readonly endMs: number
  readonly url: string
  readonly init: string
}

/** The complete segments of an HLS media playlist by wall clock, ms since 1970. */
export function readSegments(text: string, base: string): ListedSegment[] {
  const segments: ListedSegment[] = []
  let init = ''
  let atMs = Number.NaN
  let lengthMs = 0
  for (const line of text.split('\n')) {
    if (line.startsWith('#EXT-X-MAP:')) init = new URL(/URI="([^"]+)"/.exec(line)?.[1] ?? '', base).href
    else if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) atMs = Date.parse(line.slice(25))
    else if (line.startsWith('#EXTINF:')) lengthMs = Number.parseFloat(line.slice(8)) * 1000
    else if (line !== '' && !line.startsWith('#')) {
      if (!Number.isNaN(atMs)) segments.push({ startMs: atMs, endMs: atMs + lengthMs, url: new URL(line, base).href, init })
      atMs += lengthMs
    }
  }
  return segments
}

/** The segment of a moment: dates are rounded, so that a moment between two may be in neither. */
export function segmentAt(segments: readonly ListedSegment[], wallMs: number): ListedSegment | undefined {
  const within = (slackMs: number) => segments.find(({ startMs, endMs }) => startMs - slackMs <= wallMs && wallMs < endMs + slackMs)
  return within(0) ?? within(1)
}
