import { isFault } from '../../formats/fault.ts'
import { type CmafSample, readCmafSamples } from '../../formats/mp4/cmaf-reader.ts'
import type { GrowingSegment } from './segment-window.ts'

/** A group of pictures larger than this is not sent again. */
const maxLeadInBytes = 8 * 1024 * 1024
const maxSamples = 1024

/**
 * The newest keyframe of a video rendition and every frame after it, in decoding order: a decoder that gets them shows the newest frame.
 * Read from the chunks in memory. Undefined if they do not reach back to a keyframe, or are too many.
 */
export function leadIn(segments: readonly GrowingSegment[], maxBytes = maxLeadInBytes): CmafSample[] | undefined {
  const newest = segments.findLast((segment) => segment.parts.length > 0)
  const groups: CmafSample[][] = []
  let count = 0
  let bytes = 0
  for (let at = segments.length - 1; at >= 0; at--) {
    const segment = segments[at] as GrowingSegment
    if (segment.stored !== undefined || segment.initId !== newest?.initId) return undefined
    for (let index = segment.parts.length - 1; index >= 0; index--) {
      const data = segment.parts[index]?.data as Uint8Array
      const samples = readCmafSamples(data, false)
      bytes += data.length
      if (isFault(samples)) return undefined
      const key = samples.findLastIndex((sample) => sample.key)
      const from = key < 0 ? samples : samples.slice(key)
      groups.push(from)
      count += from.length
      if (bytes > Math.min(maxBytes, maxLeadInBytes) || count > maxSamples) return undefined
      if (key >= 0) return groups.reverse().flat()
    }
    if (segment.discontinuity && segment.parts.length > 0) return undefined
  }
  return undefined
}

/** Place of each sample in the order in which they are shown. */
export function shownOrder(samples: readonly CmafSample[]): number[] {
  const order = samples.map((_, index) => index).sort((a, b) => (samples[a] as CmafSample).pts - (samples[b] as CmafSample).pts)
  const ranks: number[] = []
  order.forEach((index, rank) => {
    ranks[index] = rank
  })
  return ranks
}
