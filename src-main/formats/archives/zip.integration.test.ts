import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { expect, it } from 'vitest'
import { ZipArchive, type ZipEntry, zipBytes } from './zip.ts'

const changedMs = new Date(2026, 10, 23, 14, 30, 8).getTime()

function archiveOf(files: readonly (readonly [string, Buffer])[]): { readonly bytes: Buffer; readonly entries: readonly ZipEntry[] } {
  const archive = new ZipArchive()
  const entries = files.map(([name, data]) => ({ name, bytes: data.length, changedMs }))
  const parts = files.flatMap(([, data], index) => {
    const entry = entries[index] as ZipEntry
    return [archive.begin(entry), data, archive.finish(entry, crc32(data))]
  })
  return { bytes: Buffer.concat([...parts, archive.end()]), entries }
}

it('writes an archive of the announced length that other programs read', () => {
  const files = [
    ['folder/', Buffer.alloc(0)],
    ['folder/漢字 ñ.txt', Buffer.from('one')],
    ['empty', Buffer.alloc(0)],
    ['data.bin', Buffer.alloc(100_000, 7)],
  ] as const
  const { bytes, entries } = archiveOf(files)
  expect(bytes).toHaveLength(zipBytes(entries))
  const folder = mkdtempSync(join(tmpdir(), 'zip-'))
  try {
    const path = join(folder, 'archive.zip')
    writeFileSync(path, bytes)
    const script = `import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
archive.extractall(sys.argv[2])
print([(each.filename, each.file_size, each.date_time) for each in archive.infolist()])`
    const listed = execFileSync('python3', ['-c', script, path, join(folder, 'out')], { encoding: 'utf8' })
    expect(listed).toContain("('data.bin', 100000, (2026, 11, 23, 14, 30, 8))")
    for (const [name, data] of files) if (!name.endsWith('/')) expect(readFileSync(join(folder, 'out', name)).equals(data)).toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
