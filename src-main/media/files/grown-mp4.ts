import type { FileHandle } from 'node:fs/promises'
import { type FragmentSink, readFragment } from '../../formats/mp4/cmaf-reader.ts'
import { findBox, type Mp4Box, readUint32, walkBoxes } from '../../formats/mp4/mp4-boxes.ts'
import { movieEnding, trackId } from '../../formats/mp4/mp4-ending.ts'
import { SampleTables } from '../../formats/mp4/mp4-sample-tables.ts'
import { type GrownFile, readAt } from './grown-file.ts'

const maxHeader = 4 * 1024 * 1024

/** Where the samples of all fragments are. */
class Index implements FragmentSink {
  readonly tables = new Map<number, SampleTables>()
  /** Ticks a second of each track. */
  readonly #scales = new Map<number, number>()
  /** Where the latest sample ends. */
  endMs = 0
  /** Position of the `moof` that is read. */
  at = 0
  #table: SampleTables | undefined
  #scale = 1

  constructor(moov: Uint8Array) {
    for (const trak of walkBoxes(moov, 8)) {
      const id = trackId(moov, trak)
      const mdhd = id === undefined ? undefined : findBox(moov, 'mdia/mdhd', trak.bodyStart, trak.end)
      const scale = mdhd === undefined ? 0 : readUint32(moov, mdhd.bodyStart + 12)
      if (id === undefined || scale === 0) continue
      this.#scales.set(id, scale)
      this.tables.set(id, new SampleTables(findBox(moov, 'mdia/minf/vmhd', trak.bodyStart, trak.end) !== undefined))
    }
  }

  run(id: number, at: number, count: number): void {
    this.#table = this.tables.get(id)
    this.#scale = this.#scales.get(id) ?? 1
    this.#table?.chunk(this.at + at, count)
  }

  sample(size: number, dts: number, duration: number, offset: number, key: boolean): boolean {
    this.#table?.sample(size, dts, duration, offset, key)
    if (this.#table !== undefined) this.endMs = Math.max(this.endMs, ((dts + duration) * 1000) / this.#scale)
    return true
  }
}

/** Reads an MP4 file that grew by fragments, up to its last whole one, or one that was ended. Undefined where nothing can be played. */
export async function readGrownMp4(file: FileHandle, size: number): Promise<GrownFile | undefined> {
  let moov: Uint8Array | undefined
  let index: Index | undefined
  let coverAt: number | undefined
  let pending: Uint8Array | undefined
  let whole = 0
  let isWhole = true
  for (let at = 0; at + 8 <= size; ) {
    const head = await readAt(file, at, 48)
    const type = head.toString('latin1', 4, 8)
    const length = readUint32(head, 0) === 1 ? readUint32(head, 8) * 2 ** 32 + readUint32(head, 12) : readUint32(head, 0)
    if (length < 8 || at + length > size) break
    if (type === 'free' && length === 16 && index === undefined) coverAt = at
    else if (type === 'moov') {
      // Behind fragments it is an ending that did not come to count: the file has to be ended again.
      if (index !== undefined) break
      const durationMs = lengthOf(head)
      if (durationMs > 0) return { bytes: size, durationMs }
      if (length > maxHeader) break
      moov = await readAt(file, at, length)
      index = new Index(moov)
    } else if (type === 'moof' && index !== undefined) {
      if (length > maxHeader) break
      pending = await readAt(file, at, length)
      index.at = at
    } else if (type === 'mdat' && pending !== undefined && index !== undefined) {
      const moof: Mp4Box = { type: 'moof', start: 0, bodyStart: 8, end: pending.length }
      isWhole = readFragment(pending, moof, false, pending.length, index) === undefined
      if (!isWhole) break
      pending = undefined
      whole = at + length
    }
    at += length
  }
  if (whole === 0 || moov === undefined || index === undefined) return undefined
  const grown = { bytes: whole, durationMs: index.endMs }
  if (coverAt === undefined || !isWhole) return grown
  const movie = { moov, coverAt, end: whole, tables: index.tables }
  return { ...grown, ending: (chapters) => movieEnding(movie, chapters) }
}

/** What the first bytes of a `moov` say of the movie's length, ms: 0 where its samples come in fragments. */
function lengthOf(head: Buffer): number {
  if (head.toString('latin1', 12, 16) !== 'mvhd') return 0
  const long = head[16] === 1
  const scale = readUint32(head, long ? 36 : 28)
  const ticks = long ? readUint32(head, 40) * 2 ** 32 + readUint32(head, 44) : readUint32(head, 32)
  return scale === 0 ? 0 : (ticks * 1000) / scale
}
