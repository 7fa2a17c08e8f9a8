import { findBox, readUint32 } from '../../formats/mp4/mp4-boxes.ts'
import type { Packager } from './packager.ts'

/**
 * Violations of the specifications found in a packaged stream; empty if it keeps them. Reads the bytes, not the packager's own figures.
 * For tests.
 */
export function brokenRules(packager: Packager): string[] {
  const broken: string[] = []
  for (const rendition of packager.renditions) {
    const scale = rendition.track.timescale
    const last = rendition.segments[rendition.segments.length - 1]
    let expected: number | undefined
    let sequence: number | undefined
    let decodeEnd: number | undefined
    let afterGap = false
    for (const segment of rendition.segments) {
      const name = `${rendition.id}/${segment.sequence}`
      if (sequence !== undefined && segment.sequence !== sequence + 1) broken.push(`${name} follows ${sequence}`)
      sequence = segment.sequence
      if (Math.round(segment.durationTicks / scale) > packager.targetDurationS)
        broken.push(`${name} lasts ${segment.durationTicks / scale} s`)
      if (segment.parts.length === 0 && segment !== last && segment.gap !== true) broken.push(`${name} has no parts`)
      if (!rendition.inits.has(segment.initId)) broken.push(`${name} lacks its initialization segment`)
      let at = segment.startTicks
      for (const part of segment.parts) {
        const partName = `${name}.${part.index}`
        if (part.serial !== undefined && (part.durationTicks * 1000) / scale > packager.partTargetMs)
          broken.push(`${partName} lasts ${(part.durationTicks * 1000) / scale} ms`)
        const read = readChunk(part.data)
        if (read.base !== part.decodeTicks) broken.push(`${partName} is at ${read.base}, not ${part.decodeTicks}`)
        if (
          decodeEnd !== undefined &&
          (read.base < decodeEnd || (read.base > decodeEnd && rendition.gaps === 0 && !segment.discontinuity && !afterGap))
        )
          broken.push(`${partName} decodes at ${read.base}, not ${decodeEnd}`)
        decodeEnd = read.base + read.ticks
        afterGap = false
        if (read.ticks !== part.durationTicks) broken.push(`${partName} sums to ${read.ticks}, not ${part.durationTicks}`)
        if (read.bytes !== read.mdatBytes) broken.push(`${partName} has samples of ${read.bytes} bytes in ${read.mdatBytes}`)
        if (part.startTicks < at) broken.push(`${partName} starts before the part before it ends`)
        if (part.startTicks > at && rendition.gaps === 0) broken.push(`${partName} leaves a hole`)
        at = part.startTicks + part.durationTicks
      }
      if (expected !== undefined && segment.startTicks < expected && segment.gap !== true)
        broken.push(`${name} starts before the segment before it ends`)
      if (segment.gap === true) afterGap = true
      else expected = at
    }
  }
  return broken
}

/** What a chunk's boxes say: base time, sum of durations, sum of sizes, and the bytes of its mdat. */
export function readChunk(data: Uint8Array): { base: number; ticks: number; bytes: number; mdatBytes: number; offsets: number[] } {
  const tfhd = findBox(data, 'moof/traf/tfhd')
  const tfdt = findBox(data, 'moof/traf/tfdt')
  const trun = findBox(data, 'moof/traf/trun')
  const mdat = findBox(data, 'mdat')
  if (tfhd === undefined || tfdt === undefined || trun === undefined || mdat === undefined)
    return { base: -1, ticks: 0, bytes: 0, mdatBytes: -1, offsets: [] }
  const head = readUint32(data, tfhd.bodyStart)
  const fixed = (head & 8) === 0 ? 0 : readUint32(data, tfhd.bodyStart + ((head & 2) === 0 ? 8 : 12))
  const flags = readUint32(data, trun.bodyStart)
  const count = readUint32(data, trun.bodyStart + 4)
  let at = trun.bodyStart + 12 + ((flags & 4) === 0 ? 0 : 4)
  let ticks = 0
  let bytes = 0
  const offsets: number[] = []
  for (let i = 0; i < count; i++) {
    if ((flags & 0x100) === 0) ticks += fixed
    else {
      ticks += readUint32(data, at)
      at += 4
    }
    bytes += readUint32(data, at)
    at += (flags & 0x400) === 0 ? 4 : 8
    if ((flags & 0x800) !== 0) {
      offsets.push(readUint32(data, at) | 0)
      at += 4
    }
  }
  const base = readUint32(data, tfdt.bodyStart + 4) * 2 ** 32 + readUint32(data, tfdt.bodyStart + 8)
  return { base, ticks, bytes, mdatBytes: mdat.end - mdat.bodyStart, offsets }
}
