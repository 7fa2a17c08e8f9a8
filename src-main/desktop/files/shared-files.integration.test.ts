import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../platform/errors.ts'
import { saved } from '../routes/file-routes.ts'
import { planArchive } from './archive.ts'
import { ownFiles } from './display-files.ts'
import { DisplayUploads } from './display-uploads.ts'
import { namesOf, numberedName, uploadPrefix } from './file-names.ts'
import { SharedFolder } from './shared-folder.ts'

let base: string
let folder: SharedFolder
const display = { id: '01234567-89ab', name: 'Build: /1' }

beforeEach(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'shared-')))
  folder = await SharedFolder.open(join(base, 'Downloads'), display)
})
afterEach(() => rmSync(base, { recursive: true }))

const inFolder = (...names: string[]) => join(folder.path, ...names)
async function* bytesOf(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part)
}

describe('the shared folder', () => {
  it('has a readable name, and stays the same when the display is renamed', async () => {
    expect(folder.path).toBe(join(base, 'Downloads', 'Build_ _1 (01234567)'))
    expect((await SharedFolder.open(join(base, 'Downloads'), { ...display, name: 'Other' })).path).toBe(folder.path)
  })

  it('is there under the longest name of a display, too', async () => {
    const { path } = await SharedFolder.open(join(base, 'Downloads'), { id: 'fedcba98-76', name: '𠮷'.repeat(80) })
    expect(Buffer.byteLength(basename(path))).toBeLessThanOrEqual(255)
    expect(path).toMatch(/𠮷 \(fedcba98\)$/)
  })

  it('is not what a link in its place leads to', async () => {
    mkdirSync(join(base, 'secret'))
    rmSync(folder.path, { recursive: true })
    symlinkSync(join(base, 'secret'), folder.path)
    await expect(SharedFolder.open(join(base, 'Downloads'), display)).rejects.toMatchObject({ code: 'desktop.files_unavailable' })
    expect(await SharedFolder.ifThere(join(base, 'Downloads'), display.id)).toBeUndefined()
    await expect(folder.list('')).rejects.toMatchObject({ code: 'desktop.file_not_found' })
  })

  it('has files by the names that programs gave them, composed or not', async () => {
    const names = ['e\u0301 of a Mac.txt', '\u00e8 of another.txt']
    for (const name of names) writeFileSync(inFolder(name), name)
    expect((await folder.list('')).entries.map(({ path }) => path)).toEqual(names)
    for (const name of names) expect(readFileSync((await folder.find(name)).realPath, 'utf8')).toBe(name)
    // As it is called after its upload.
    expect((await folder.find('e\u0300 of another.txt')).realPath).toBe(inFolder('\u00e8 of another.txt'))
  })

  it('lists folders first, and neither files on their way nor links that lead out', async () => {
    mkdirSync(inFolder('sub'))
    writeFileSync(inFolder('b10'), 'x')
    writeFileSync(inFolder('b9'), 'xy')
    writeFileSync(inFolder(`${uploadPrefix}abc`), 'half')
    writeFileSync(join(base, 'secret'), 'secret')
    symlinkSync(join(base, 'secret'), inFolder('file-link'))
    symlinkSync(base, inFolder('folder-link'))
    symlinkSync(inFolder('b9'), inFolder('own-link'))
    const { entries } = await folder.list('')
    expect(entries.map(({ name, kind, bytes }) => [name, kind, bytes])).toEqual([
      ['sub', 'folder', 0],
      ['b9', 'file', 2],
      ['b10', 'file', 1],
      ['own-link', 'file', 2],
    ])
    for (const path of ['file-link', 'folder-link', 'folder-link/secret', 'missing']) {
      await expect(folder.find(path)).rejects.toMatchObject({ code: 'desktop.file_not_found' })
    }
  })

  it.each([
    '..',
    '../secret',
    'a/../../b',
    'a//b',
    '/etc/passwd',
    'a\\b',
    'a\0b',
    './a',
    'a/',
    `${uploadPrefix}a`,
    'x'.repeat(256),
    `${'d/'.repeat(41)}f`,
  ])('rejects the name %j', (path) => {
    expect(() => namesOf(path)).toThrow(expect.objectContaining({ code: 'desktop.file_name' }))
  })

  it('numbers names that are taken, within their longest', () => {
    expect([numberedName('a.tar', 1), numberedName('a.tar', 2), numberedName('.profile', 2), numberedName('no', 12)]).toEqual([
      'a.tar',
      'a (2).tar',
      '.profile (2)',
      'no (12)',
    ])
    expect(Buffer.byteLength(numberedName(`${'漢'.repeat(84)}.md`, 3))).toBeLessThanOrEqual(255)
  })
})

describe('uploads', () => {
  const order = (path: string, bytes: number, actor = 'ana') => ({ display: display.id, folder, path, bytes, actor })

  it('put a file into its folder whole, go on after a break, and overwrite nothing', async () => {
    const uploads = new DisplayUploads()
    writeFileSync(inFolder('a.txt'), 'old')
    const { id } = await uploads.begin(order('a.txt', 6))
    const broken = (async function* () {
      yield Buffer.from('new')
      throw new Error('connection lost')
    })()
    await expect(uploads.append(display.id, id, 0, broken)).rejects.toMatchObject({ code: 'desktop.upload_interrupted' })
    expect(uploads.get(display.id, id).received).toBe(3)
    await expect(uploads.append(display.id, id, 0, bytesOf('new'))).rejects.toMatchObject({ code: 'desktop.upload_offset' })
    expect(readFileSync(inFolder('a.txt'), 'utf8')).toBe('old')
    const done = await uploads.append(display.id, id, 3, bytesOf('er!'))
    expect(done.placed).toEqual({ path: 'a (2).txt', realPath: inFolder('a (2).txt') })
    expect(readFileSync(inFolder('a (2).txt'), 'utf8')).toBe('newer!')
    expect(readFileSync(inFolder('a.txt'), 'utf8')).toBe('old')
    await uploads.stop()
  })

  it('of the same name that end together all stay', async () => {
    const uploads = new DisplayUploads()
    const begun = await Promise.all(['1', '2', '3', '4'].map(() => uploads.begin(order('deep/er/same.bin', 1))))
    await Promise.all(begun.map(({ id }, index) => uploads.append(display.id, id, 0, bytesOf(String(index)))))
    expect(readdirSync(inFolder('deep', 'er')).sort()).toEqual(['same (2).bin', 'same (3).bin', 'same (4).bin', 'same.bin'])
    const empty = await uploads.begin(order('empty', 0))
    expect(empty.placed?.path).toBe('empty')
    await uploads.stop()
  })

  it('do not follow a link out of the folder', async () => {
    const uploads = new DisplayUploads()
    mkdirSync(join(base, 'outside'))
    symlinkSync(join(base, 'outside'), inFolder('link'))
    const { id } = await uploads.begin(order('link/file', 1))
    await expect(uploads.append(display.id, id, 0, bytesOf('x'))).rejects.toMatchObject({ code: 'desktop.file_name' })
    expect(readdirSync(join(base, 'outside'))).toEqual([])
    expect(readdirSync(folder.path)).toEqual(['link'])
  })

  it('of more bytes than announced end, and nothing of them stays', async () => {
    const uploads = new DisplayUploads()
    const { id } = await uploads.begin(order('lie', 3))
    await expect(uploads.append(display.id, id, 0, bytesOf('four'))).rejects.toMatchObject({ code: 'desktop.upload_too_large' })
    expect(() => uploads.get(display.id, id)).toThrow(expect.objectContaining({ code: 'desktop.upload_not_found' }))
    expect(readdirSync(folder.path)).toEqual([])
    await expect(uploads.begin(order('huge', 2 ** 49))).rejects.toMatchObject({ code: 'desktop.disk_full' })
    expect(readdirSync(folder.path)).toEqual([])
  })

  it('are limited for each person, also those that start together, and belong to one display', async () => {
    const uploads = new DisplayUploads()
    const begun = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => uploads.begin(order(`f${index}`, 5))))
    expect(begun.filter(({ status }) => status === 'rejected')).toHaveLength(2)
    const [first] = begun
    if (first?.status !== 'fulfilled') throw new Error('the first upload was rejected')
    expect(() => uploads.get('another', first.value.id)).toThrow(expect.objectContaining({ code: 'desktop.upload_not_found' }))
    await uploads.cancel(display.id, first.value.id)
    await uploads.begin(order('again', 5))
    await uploads.stop()
    expect(readdirSync(folder.path)).toEqual([])
  })

  it('that rest are given up, and what a host before left is deleted', async () => {
    writeFileSync(inFolder(`${uploadPrefix}old`), 'half')
    const uploads = new DisplayUploads(20)
    const { id } = await uploads.begin(order('rests', 5))
    expect(existsSync(inFolder(`${uploadPrefix}old`))).toBe(false)
    await expect.poll(() => readdirSync(folder.path)).toEqual([])
    expect(() => uploads.get(display.id, id)).toThrow(expect.objectContaining({ code: 'desktop.upload_not_found' }))
  })
})

it('makes an archive of a folder that leaves links out and has the announced length', async () => {
  mkdirSync(inFolder('tree', 'below'), { recursive: true })
  writeFileSync(inFolder('tree', 'below', 'ñ 漢.txt'), 'text')
  symlinkSync('/etc', inFolder('tree', 'etc'))
  const { bytes, data } = await planArchive([await folder.find('tree')])
  const parts: Uint8Array[] = []
  for await (const part of data) parts.push(part)
  const archive = Buffer.concat(parts)
  expect(archive).toHaveLength(bytes)
  expect(archive.includes(Buffer.from('tree/below/ñ 漢.txt'))).toBe(true)
  expect(archive.includes('etc')).toBe(false)
})

it('takes no more than twenty thousand files and folders into one archive', async () => {
  writeFileSync(inFolder('one'), '')
  const found = await folder.find('one')
  await expect(planArchive(Array<typeof found>(20_001).fill(found))).rejects.toMatchObject({ code: 'desktop.archive_too_large' })
})

describe('a download', () => {
  const piece = 256 * 1024
  const start = async (name: string, permit: () => void = () => undefined) => {
    const { file } = await saved({ name, what: name, file: { path: inFolder(name) } }, permit)
    return file!.content!
  }

  it('is of the file that was there, waits for no pipe, and fails where the file becomes shorter', async () => {
    writeFileSync(inFolder('a'), Buffer.alloc(3 * piece, 1))
    const content = await start('a')
    const read = content.read(0, content.bytes - 1)[Symbol.asyncIterator]()
    expect((await read.next()).value).toHaveLength(piece)
    rmSync(inFolder('a'))
    execFileSync('mkfifo', [inFolder('a')])
    expect((await read.next()).value).toEqual(Buffer.alloc(piece, 1))
    content.close()
    await expect(start('a')).rejects.toMatchObject({ code: 'request.not_found' })
    await expect(start('missing')).rejects.toMatchObject({ code: 'request.not_found' })
    writeFileSync(inFolder('b'), Buffer.alloc(2 * piece))
    const other = await start('b')
    const cut = other.read(0, other.bytes - 1)[Symbol.asyncIterator]()
    await cut.next()
    truncateSync(inFolder('b'), piece)
    await expect(cut.next()).rejects.toThrow('shorter')
    other.close()
  })

  it('ends where who downloads may have no files any more, an archive, too', async () => {
    writeFileSync(inFolder('a'), Buffer.alloc(3 * piece))
    let may = true
    const permit = (): void => {
      if (!may) throw new AppError('desktop.forbidden')
    }
    const content = await start('a', permit)
    const { stream } = await saved({ name: 'a', what: 'a', archive: await planArchive([await folder.find('a')]) }, permit)
    for (const data of [content.read(0, content.bytes - 1), stream!.data]) {
      may = true
      const read = data[Symbol.asyncIterator]()
      await read.next()
      may = false
      await expect(read.next()).rejects.toMatchObject({ code: 'desktop.forbidden' })
    }
    content.close()
  })
})

it('saves one copied file as it is, a folder and several files as an archive, and nothing where nothing can be read', async () => {
  const files = ownFiles(display, { uploads: new DisplayUploads(), folderOf: async () => folder })
  mkdirSync(inFolder('sub'))
  for (const name of ['a.txt', 'b.txt']) writeFileSync(inFolder(name), name)
  const saved = async (...names: string[]) => {
    const download = await files.downloadCopied(names.map((name) => pathToFileURL(inFolder(name)).href).join('\n'))
    return download && [download.name, download.file?.path ?? 'archive']
  }
  expect(await saved('a.txt')).toEqual(['a.txt', inFolder('a.txt')])
  expect(await saved('sub')).toEqual(['sub.zip', 'archive'])
  expect(await saved('a.txt', 'b.txt')).toEqual(['copied.zip', 'archive'])
  expect(await saved('missing')).toBeUndefined()
  expect(await files.urisOf(['a.txt'])).toEqual([pathToFileURL(inFolder('a.txt')).href])
  expect(await files.download('a.txt')).toMatchObject({ name: 'a.txt', file: { path: inFolder('a.txt') } })
  expect((await files.download('sub')).name).toBe('sub.zip')
})
