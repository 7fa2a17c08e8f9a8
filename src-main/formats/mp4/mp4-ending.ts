import type { Chapter, FileEnding } from '../media-file-writer.ts'
import { mediaHeader, movieHeader, trackHeader } from './cmaf-init.ts'
import { box, findBox, fourCharacters, fullBox, type Mp4Box, readUint32, uint32s, walkBoxes, writeUint32 } from './mp4-boxes.ts'
import { chapterList } from './mp4-chapters.ts'
import type { SampleTables } from './mp4-sample-tables.ts'

/** An MP4 file that grew by fragments, as it is. */
export interface GrownMovie {
  /** The `moov` at its head: a whole box, without samples. */
  readonly moov: Uint8Array
  /** Position of the `free` box of 16 bytes before it. */
  readonly coverAt: number
  /** Bytes of the file. */
  readonly end: number
  /** Where the samples of each track are, by the track's id. */
  readonly tables: ReadonlyMap<number, SampleTables>
}

/**
 * What makes a plain file of one that grew by fragments (ISO/IEC 14496-12): a `moov` that knows every sample, behind the end, and the
 * header of one `mdat`, in place of the `free` box, that contains the first `moov` and all fragments. Everything else in the tracks stays.
 */
export function movieEnding({ moov, coverAt, end, tables }: GrownMovie, chapters: readonly Chapter[]): FileEnding {
  const head = findBox(moov, 'moov/mvhd')?.bodyStart ?? 0
  const scale = readUint32(moov, head + 12)
  let movieTicks = 0
  const tracks: Uint8Array[] = []
  for (const trak of walkBoxes(moov, 8)) {
    const id = trackId(moov, trak)
    const samples = id === undefined ? undefined : tables.get(id)
    if (samples === undefined) continue
    const { bytes, ticks } = indexedTrack(moov, trak, samples, scale)
    tracks.push(bytes)
    movieTicks = Math.max(movieTicks, ticks)
  }
  const marks = chapters.length === 0 ? [] : [chapterList(chapters)]
  const append = box('moov', movieHeader(scale, readUint32(moov, head + 96), movieTicks, readUint32(moov, head + 4)), ...tracks, ...marks)
  const size = end - coverAt
  const cover = new Uint8Array(16)
  cover.set(uint32s(1, fourCharacters('mdat')))
  writeUint32(cover, 8, Math.floor(size / 2 ** 32))
  writeUint32(cover, 12, size % 2 ** 32)
  return { append, patches: [{ at: coverAt, data: cover }] }
}

/** The id of a `trak` whose header has no 64-bit times, as those of growing files; undefined for any other box. */
export function trackId(data: Uint8Array, trak: Mp4Box): number | undefined {
  const tkhd = trak.type === 'trak' ? findBox(data, 'tkhd', trak.bodyStart, trak.end) : undefined
  return tkhd === undefined || data[tkhd.bodyStart] !== 0 ? undefined : readUint32(data, tkhd.bodyStart + 12)
}

/** A `trak` with its lengths and the places of its samples; `ticks` is where it ends, in the movie's time. */
function indexedTrack(data: Uint8Array, trak: Mp4Box, tables: SampleTables, movieScale: number): { bytes: Uint8Array; ticks: number } {
  const mdhd = findBox(data, 'mdia/mdhd', trak.bodyStart, trak.end)?.bodyStart ?? 0
  const scale = readUint32(data, mdhd + 12)
  const toMovie = (ticks: number): number => Math.round((ticks * movieScale) / scale)
  const { firstDts, firstPts } = tables
  const delay = toMovie(firstPts)
  const length = toMovie(tables.endPts - firstPts)
  // If a track starts later than the file an empty edit delays it until its first frame is shown. The media that follow it start with that
  // frame too, not at decoding time 0: otherwise players subtract the delay that B-frames cause, and frames come too early.
  const entries = [delay, -1, 0x10000, length, firstPts - firstDts, 0x10000]
  const edits = firstDts === 0 ? [] : [box('edts', fullBox('elst', 0, 0, uint32s(2, ...entries)))]
  const places = tables.boxes()
  const remade = (child: Mp4Box): readonly Uint8Array[] => {
    const body = data.subarray(child.bodyStart, child.end)
    switch (child.type) {
      case 'tkhd':
        return [trackHeader(readUint32(body, 0) & 0xffffff, readUint32(body, 12), delay + length, body.subarray(24)), ...edits]
      case 'mdhd':
        return [mediaHeader(scale, tables.ticks)]
      case 'stsd':
        return [data.subarray(child.start, child.end), ...places]
      case 'stts':
      case 'stsc':
      case 'stsz':
      case 'stco':
        return []
      case 'trak':
      case 'mdia':
      case 'minf':
      case 'stbl':
        return [box(child.type, ...[...walkBoxes(data, child.bodyStart, child.end)].flatMap(remade))]
      default:
        return [data.subarray(child.start, child.end)]
    }
  }
  return { bytes: remade(trak)[0] as Uint8Array, ticks: delay + length }
}
