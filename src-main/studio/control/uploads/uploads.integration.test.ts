import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mediaSignature } from '../../../formats/media-signature.ts'
import type { AppError } from '../../../platform/errors.ts'
import { cleanName, uniqueName } from './upload-name.ts'
import { Uploads } from './uploads.ts'

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(9000, 7)])
const image = mediaSignature(png)!

describe('the name of an uploaded file', () => {
  it.each([
    ['../../etc/passwd.png', 'passwd.png'],
    ['C:\\Users\\me\\logo.PNG', 'logo.png'],
    ['/absolute/..', 'file.png'],
    ['..', 'file.png'],
    ['.bashrc', 'bashrc.png'],
    ['evil.html', 'evil.html.png'],
    ['a\0b\n;rm -rf $HOME.png', 'a_b__rm -rf _HOME.png'],
    ['nul', 'file-nul.png'],
    ['Año nuevo 🎉.png', 'Año nuevo _.png'],
    ['日本.png', '日本.png'],
    [`${'x'.repeat(300)}.png`, `${'x'.repeat(64)}.png`],
  ])('of %s is %s', (sent, name) => {
    expect(cleanName(sent, image)).toBe(name)
  })

  it('has a number where somebody has it', () => {
    const taken = new Set(['a.png', 'a-2.png'])
    expect(uniqueName('a.png', (name) => taken.has(name))).toBe('a-3.png')
  })
})

describe('uploads', () => {
  let dir: string
  let uploads: Uploads
  let added: string[]
  let removed: string[]
  const open = (maxBytes = 1_000_000, quotaBytes = 2_000_000, isUsed = async (_path: string) => false): Promise<Uploads> =>
    Uploads.open({
      folder: join(dir, 'uploads'),
      incoming: join(dir, 'incoming'),
      limits: { maxBytes, quotaBytes, maxFiles: 8 },
      isUsed,
      onFile: ({ name }) => added.push(name),
      onRemoved: ({ name }) => removed.push(name),
    })
  const pieces = async function* (...buffers: Uint8Array[]): AsyncGenerator<Uint8Array> {
    for (const each of buffers) yield each
  }
  const code = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: AppError) => error.code,
    )
  const half = (): string[] => readdirSync(join(dir, 'incoming'))
  const send = async (name: string, bytes: Buffer): Promise<string> => {
    const { id } = await uploads.begin(name, bytes.length, 'ann')
    return (await uploads.append(id, 0, pieces(bytes))).file!.name
  }

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'uploads-'))
    added = []
    removed = []
    uploads = await open()
  })
  afterEach(async () => {
    await uploads.stop()
    rmSync(dir, { recursive: true })
  })

  it('takes a file in pieces and goes on behind a broken one', async () => {
    const { id } = await uploads.begin('logo.png', png.length, 'ann')
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield png.subarray(0, 5000)
      throw new Error('socket hang up')
    }
    expect(await code(uploads.append(id, 0, broken()))).toBe('studio.upload_interrupted')
    expect(uploads.get(id).received).toBe(5000)
    expect(existsSync(join(dir, 'uploads', 'logo.png'))).toBe(false)
    expect(await code(uploads.append(id, 0, pieces(png)))).toBe('studio.upload_offset')
    const { file } = await uploads.append(id, 5000, pieces(png.subarray(5000)))
    expect(file).toMatchObject({ name: 'logo.png', bytes: png.length })
    expect(readFileSync(file!.path)).toEqual(png)
    expect(statSync(file!.path).mode & 0o777).toBe(0o600)
    expect(half()).toEqual([])
    expect(added).toEqual(['logo.png'])
  })

  it('keeps nothing of what is no media, and says so with its first bytes', async () => {
    const page = Buffer.from(`<html>${' '.repeat(20_000)}`)
    const { id } = await uploads.begin('film.mp4', 900_000, 'ann')
    expect(await code(uploads.append(id, 0, pieces(page)))).toBe('studio.upload_type')
    expect(await code(Promise.resolve().then(() => uploads.get(id)))).toBe('studio.upload_not_found')
    expect(half()).toEqual([])
    const short = await uploads.begin('x.png', 3, 'ann')
    expect(await code(uploads.append(short.id, 0, pieces(Buffer.from('abc'))))).toBe('studio.upload_type')
    expect(readdirSync(join(dir, 'uploads'))).toEqual([])
  })

  it('takes no byte more than was announced', async () => {
    const { id } = await uploads.begin('logo.png', 100, 'ann')
    expect(await code(uploads.append(id, 0, pieces(png)))).toBe('studio.upload_too_large')
    expect(half()).toEqual([])
  })

  it('counts what is on its way into the quota, also of uploads that start together', async () => {
    expect(await code(uploads.begin('x.mp4', 2_000_000, 'ann'))).toBe('studio.upload_too_large')
    const codes = await Promise.all(Array.from({ length: 3 }, (_, index) => code(uploads.begin(`${index}.png`, 900_000, 'ann'))))
    expect(codes.filter((each) => each === 'studio.upload_quota').length).toBeGreaterThanOrEqual(1)
    expect(await uploads.usedBytes()).toBeLessThanOrEqual(2_000_000)
  })

  it('bounds how many one person sends at a time', async () => {
    for (let count = 0; count < 6; count++) await uploads.begin(`${count}.png`, 10, 'ann')
    expect(await code(uploads.begin('7.png', 10, 'ann'))).toBe('studio.upload_busy')
    expect(await code(uploads.begin('7.png', 10, 'bob'))).toBe('done')
  })

  it('ends a cancelled upload while a piece comes in', async () => {
    const { id } = await uploads.begin('logo.png', png.length, 'ann')
    const slow = async function* (): AsyncGenerator<Uint8Array> {
      yield png.subarray(0, 5000)
      await uploads.cancel(id)
      yield png.subarray(5000)
    }
    expect(await code(uploads.append(id, 0, slow()))).toBe('studio.upload_not_found')
    expect(half()).toEqual([])
    expect(await uploads.folder.list()).toEqual([])
  })

  it('gives the same bytes the file that is there, and others of the same name another one', async () => {
    expect(await send('logo.png', png)).toBe('logo.png')
    expect(await send('copy.png', png)).toBe('logo.png')
    const other = Buffer.from(png)
    other[8000] = 1
    expect(await send('logo.png', other)).toBe('logo-2.png')
    expect(readdirSync(join(dir, 'uploads')).sort()).toEqual(['logo-2.png', 'logo.png'])
  })

  it('removes what a host that ended left half, and lists what is there', async () => {
    await uploads.begin('logo.png', png.length, 'ann')
    expect(half()).toHaveLength(1)
    await send('kept.png', png)
    writeFileSync(join(dir, 'uploads', 'notes.txt'), 'no media')
    uploads = await open()
    expect(half()).toEqual([])
    expect((await uploads.folder.list()).map(({ name }) => name)).toEqual(['kept.png'])
    expect(await code(uploads.folder.get('../incoming'))).toBe('studio.upload_not_found')
    expect(await code(uploads.folder.get('notes.txt'))).toBe('studio.upload_not_found')
  })

  it('bounds how many files there are, however small', async () => {
    for (let at = 0; at < 8; at++) {
      const each = Buffer.from(png)
      each[8000] = at
      await send(`${at}.png`, each)
    }
    expect(await code(uploads.begin('9.png', 10, 'ann'))).toBe('studio.upload_quota')
  })

  it('takes away what an import brought that failed, but not what was there or was sent by somebody else', async () => {
    const variant = (at: number): Buffer => {
      const each = Buffer.from(png)
      each[8000] = at
      return each
    }
    await send('there.png', variant(1))
    const failing = uploads.startImport()
    for (const at of [1, 2, 2, 3]) await failing.add(`${at}.png`, png.length, pieces(variant(at)))
    expect(readdirSync(join(dir, 'uploads')).sort()).toEqual(['2.png', '3.png', 'there.png'])
    await send('mine.png', variant(3))
    await failing.end()
    expect(readdirSync(join(dir, 'uploads')).sort()).toEqual(['3.png', 'there.png'])
    expect([removed, half()]).toEqual([['2.png'], []])
    const good = uploads.startImport()
    await good.add('2.png', png.length, pieces(variant(2)))
    good.keep()
    await good.end()
    expect(readdirSync(join(dir, 'uploads')).sort()).toEqual(['2.png', '3.png', 'there.png'])
  })
  it('removes at the next start what an import brought that the end of the host interrupted', async () => {
    const variant = (at: number): Buffer => Buffer.concat([png, Buffer.alloc(10, at)])
    await send('mine.png', variant(1))
    const interrupted = uploads.startImport()
    for (const at of [1, 2, 3]) await interrupted.add(`${at}.png`, png.length + 10, pieces(variant(at)))
    const used = join(dir, 'uploads', '3.png')
    // The host is killed, and the next one starts; a collection was written just before that names one of the files.
    uploads = await open(undefined, undefined, async (path) => path === used)
    expect(readdirSync(join(dir, 'uploads')).sort()).toEqual(['3.png', 'mine.png'])
    expect(half()).toEqual([])
    uploads = await open()
    expect(readdirSync(join(dir, 'uploads')).sort()).toEqual(['3.png', 'mine.png'])
  })
})
