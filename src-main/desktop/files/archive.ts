import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { ZipArchive, type ZipEntry, zipBytes } from '../../formats/archives/zip.ts'
import { AppError } from '../../platform/errors.ts'
import { openRegularFile } from '../../platform/user-files/regular-file.ts'
import { isOnItsWay } from './file-names.ts'
import type { FoundEntry } from './shared-folder.ts'

/** Files and folders of one archive. */
const maxEntries = 20_000
const pieceBytes = 256 * 1024

interface PlannedEntry extends ZipEntry {
  readonly realPath: string
}

/** An archive that is made while it is sent. */
export interface PlannedArchive {
  readonly bytes: number
  readonly data: AsyncGenerator<Uint8Array>
}

/** What these files and folders are as one archive; links are left out. Throws `desktop.archive_too_large`. */
export async function planArchive(found: readonly FoundEntry[]): Promise<PlannedArchive> {
  const entries: PlannedEntry[] = []
  for (const each of found) await collect(each.realPath, each.name, each.kind, entries)
  return { bytes: zipBytes(entries), data: write(entries) }
}

async function collect(realPath: string, name: string, kind: 'file' | 'folder', entries: PlannedEntry[]): Promise<void> {
  if (entries.length >= maxEntries) throw new AppError('desktop.archive_too_large', `There are more than ${maxEntries} files and folders`)
  const facts = await stat(realPath).catch(() => undefined)
  if (facts === undefined) return
  const changedMs = facts.mtimeMs
  if (kind === 'file') {
    entries.push({ realPath, name, bytes: facts.size, changedMs })
    return
  }
  entries.push({ realPath, name: `${name}/`, bytes: 0, changedMs })
  const folder = await opendir(realPath).catch(() => undefined)
  if (folder === undefined) return
  for await (const entry of folder) {
    const below = entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : undefined
    if (below === undefined || isOnItsWay(entry.name)) continue
    await collect(join(realPath, entry.name), `${name}/${entry.name}`, below, entries)
  }
}

/** Throws where a file has become shorter meanwhile: the reader sees that the archive is cut off. */
async function* write(entries: readonly PlannedEntry[]): AsyncGenerator<Uint8Array> {
  const archive = new ZipArchive()
  for (const entry of entries) {
    yield archive.begin(entry)
    let checksum = 0
    if (entry.bytes > 0) {
      const { handle } = await openRegularFile(entry.realPath)
      try {
        for (let at = 0; at < entry.bytes; ) {
          const piece = Buffer.allocUnsafe(Math.min(pieceBytes, entry.bytes - at))
          const { bytesRead } = await handle.read(piece, 0, piece.length, at)
          if (bytesRead === 0) throw new Error(`${entry.name} has become shorter while it was read`)
          const data = piece.subarray(0, bytesRead)
          checksum = crc32(data, checksum)
          yield data
          at += bytesRead
        }
      } finally {
        await handle.close()
      }
    }
    yield archive.finish(entry, checksum)
  }
  yield archive.end()
}
