import { open } from 'node:fs/promises'
import type { Chapter } from '../../formats/media-file-writer.ts'
import type { Container } from './container.ts'
import { readGrownMatroska } from './grown-matroska.ts'
import { readGrownMp4 } from './grown-mp4.ts'
import { readGrownTransport } from './grown-transport.ts'
import { writeEnding } from './part-file.ts'

/** What of a file can be played. */
export interface Recovered {
  readonly bytes: number
  readonly durationMs: number
}

const readers = { mp4: readGrownMp4, mkv: readGrownMatroska, ts: readGrownTransport } as const

/**
 * Cuts a file whose writer died behind its last whole fragment, reads how long it is, and ends it as its writer would have done, with
 * these chapters. Undefined where nothing can be played. What is kept in memory is the places of its frames. Throws what the disk
 * throws; where it has no space for the ending, the file stays without.
 */
export async function recoverFile(path: string, container: Container, chapters: readonly Chapter[] = []): Promise<Recovered | undefined> {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    const found = await readers[container](file, size)
    if (found === undefined || found.durationMs <= 0) return undefined
    const { durationMs, ending } = found
    let { bytes } = found
    if (bytes < size) await file.truncate(bytes)
    await file.datasync()
    if (ending !== undefined) {
      try {
        bytes = await writeEnding(file, bytes, ending(chapters))
      } catch {
        // What is there plays; the ending makes seeking quicker and names chapters.
        await file.truncate(bytes)
      }
    }
    return { bytes, durationMs }
  } finally {
    await file.close()
  }
}
