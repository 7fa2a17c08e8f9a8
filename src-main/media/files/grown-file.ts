import type { FileHandle } from 'node:fs/promises'
import type { Chapter, FileEnding } from '../../formats/media-file-writer.ts'

/** A file whose writer died, as it was found. */
export interface GrownFile {
  /** Up to the end of its last whole fragment. */
  readonly bytes: number
  readonly durationMs: number
  /** What makes it whole; undefined where it is, or where its format asks for nothing. */
  readonly ending?: (chapters: readonly Chapter[]) => FileEnding
}

/** This many bytes at a place: fewer at the file's end. */
export async function readAt(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const data = Buffer.alloc(bytes)
  const { bytesRead } = await file.read(data, 0, bytes, at)
  return data.subarray(0, bytesRead)
}
