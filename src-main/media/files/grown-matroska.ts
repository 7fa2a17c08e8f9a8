import type { FileHandle } from 'node:fs/promises'
import { type EbmlElement, readElement, walkElements } from '../../formats/matroska/ebml-reader.ts'
import { Cues, durationBytes, ids, seekHeadBytes, segmentEnding } from '../../formats/matroska/matroska-ending.ts'
import { type GrownFile, readAt } from './grown-file.ts'

/** Of a longer cluster the rest is not looked at. */
const maxCluster = 64 * 1024 * 1024
const maxHeader = 4 * 1024 * 1024

/** Reads a Matroska file up to its last whole cluster. Undefined where nothing can be played. */
export async function readGrownMatroska(file: FileHandle, size: number): Promise<GrownFile | undefined> {
  const header = await readAt(file, 0, 64)
  const segment = header.indexOf(Buffer.from([0x18, 0x53, 0x80, 0x67]))
  if (segment < 0) return undefined
  const origin = segment + 12
  let info: { readonly at: number; readonly end: number } | undefined
  let cues: Cues | undefined
  let whole = 0
  let durationMs = 0
  for (let at = origin; at + 8 <= size; ) {
    const found = readElement(await readAt(file, at, 32))
    if (found === undefined || at + found.end > size) break
    const end = at + found.end
    const body = (max: number): Promise<Buffer> => readAt(file, at + found.start, Math.min(found.end - found.start, max))
    if (found.id === ids.info) info = { at, end }
    else if (found.id === ids.tracks && at === info?.end) cues = new Cues(leaderOf(await body(maxHeader)))
    else if (found.id === ids.cluster) {
      durationMs = Math.max(durationMs, readCluster(await body(maxCluster), at - origin, cues))
      whole = end
    }
    at = end
  }
  if (whole === 0) return undefined
  const grown = { bytes: whole, durationMs }
  // A file without our layout has no place for what comes at the end.
  if (info === undefined || cues === undefined || info.at !== origin + seekHeadBytes || info.end - info.at < durationBytes) return grown
  const movie = { origin, infoAt: info.at, tracksAt: info.end, end: whole, durationMs, cues }
  return { ...grown, ending: (chapters) => segmentEnding(movie, chapters) }
}

/** Number of the first video track of Tracks (RFC 9559, 5.1.4); 1 without video tracks. */
function leaderOf(tracks: Uint8Array): number {
  for (const entry of walkElements(tracks)) {
    let number = 0
    let isVideo = false
    for (const field of walkElements(tracks, entry.start, entry.end)) {
      if (field.id === 0xd7) number = unsignedOf(tracks, field)
      else if (field.id === 0x83) isVideo = unsignedOf(tracks, field) === 1
    }
    if (isVideo) return number
  }
  return 1
}

/** The latest time that a block of the cluster starts at, ms. `position` is the cluster's in the segment, for its keyframes. */
function readCluster(body: Uint8Array, position: number, cues: Cues | undefined): number {
  let base = 0
  let last = 0
  for (const { id, start, end } of walkElements(body)) {
    if (id === ids.timestamp) base = unsignedOf(body, { start, end })
    else if (id === ids.simpleBlock && end - start >= 4) {
      const ms = ((((body[start + 1] as number) << 8) | (body[start + 2] as number)) << 16) >> 16
      last = Math.max(last, ms)
      if ((body[start] as number) === (0x80 | (cues?.track ?? 0)) && ((body[start + 3] as number) & 0x80) !== 0)
        cues?.add(base + ms, position)
    }
  }
  return base + last
}

function unsignedOf(data: Uint8Array, { start, end }: Pick<EbmlElement, 'start' | 'end'>): number {
  let value = 0
  for (let at = start; at < end; at++) value = value * 256 + (data[at] as number)
  return value
}
