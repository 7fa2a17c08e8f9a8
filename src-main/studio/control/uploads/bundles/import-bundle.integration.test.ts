import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tarEnd, tarHeader, tarPadding } from '../../../../formats/archives/tar.ts'
import type { AppError } from '../../../../platform/errors.ts'
import { CollectionFolder } from '../../../document/files/collection-folder.ts'
import { testDocument, testReader } from '../../../document/testing/test-kinds.ts'
import { Uploads } from '../uploads.ts'
import { importBundle } from './import-bundle.ts'

interface Entry {
  readonly name: string
  readonly data: Uint8Array
  /** Changes the header after it was written. */
  readonly forge?: (header: Buffer) => void
}

const png = (size: number, fill: number): Buffer => Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(size, fill)])

/** An archive with these entries, with the checksums that its headers need. */
function archive(entries: readonly Entry[]): Buffer {
  const parts = entries.flatMap(({ name, data, forge }) => {
    const header = Buffer.from(tarHeader({ name, bytes: data.length }, 0))
    forge?.(header)
    header.fill(0x20, 148, 156)
    const sum = header.reduce((all, byte) => all + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    return [header, data, Buffer.alloc(tarPadding(data.length))]
  })
  return Buffer.concat([...parts, tarEnd()])
}

describe('an import of a show with its media', () => {
  let dir: string
  let uploads: Uploads
  let folder: CollectionFolder
  /** What the newest import lists. */
  let notCarried: readonly string[]
  const listed = (): readonly string[] => ['uploads', 'incoming', 'collections'].flatMap((each) => readdirSync(join(dir, each)).sort())
  const document = { name: 'collection.json', data: Buffer.from(JSON.stringify(testDocument())) }
  const manifest = (
    media: readonly { readonly path: string; readonly name: string; readonly bytes: number; readonly entry?: string }[],
  ): Entry => ({
    name: 'manifest.json',
    data: Buffer.from(
      JSON.stringify({
        format: 'ami-streams/bundle',
        version: 1,
        media: media.map((each, at) => ({ entry: `media/${at + 1}`, ...each })),
        missing: [],
      }),
    ),
  })
  /** A show with these files, each with its own bytes. */
  const show = (sizes: readonly number[], change: (media: Entry) => Entry = (each) => each): Buffer => {
    const files = sizes.map((size, at) => png(size, at + 1))
    return archive([
      manifest(files.map((data, at) => ({ path: `/home/ann/${at}.png`, name: `${at}.png`, bytes: data.length }))),
      document,
      ...files.map((data, at) => change({ name: `media/${at + 1}`, data })),
    ])
  }
  const importing = (bytes: Uint8Array, name = 'Evening'): Promise<string> => {
    const path = join(dir, 'show.tar')
    writeFileSync(path, bytes)
    const author = { actor: 'ann', limited: true }
    return importBundle(path, name, author as never, {
      folder,
      reader: testReader(),
      uploads,
      audit: { record: () => undefined } as never,
      addOverlays: (shared) => ({ count: shared.length, incomplete: [], undo: () => undefined }),
    }).then(
      ({ media, notCarried: listed }) => {
        notCarried = listed.map(({ place }) => place)
        return `${media} files`
      },
      (error: AppError) => error.code ?? String(error),
    )
  }

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'bundle-'))
    mkdirSync(join(dir, 'collections'))
    folder = new CollectionFolder(join(dir, 'collections'))
    uploads = await Uploads.open({
      folder: join(dir, 'uploads'),
      incoming: join(dir, 'incoming'),
      limits: { maxBytes: 20_000, quotaBytes: 100_000, maxFiles: 10 },
      isUsed: async () => false,
      onFile: () => undefined,
      onRemoved: () => undefined,
    })
  })
  afterEach(async () => {
    await uploads.stop()
    rmSync(dir, { recursive: true })
  })

  it('brings the document and its files', async () => {
    expect(await importing(show([100, 200]))).toBe('2 files')
    expect(listed()).toEqual(['0.png', '1.png', 'Evening.json'])
  })

  it('switches rules off, so that what a stranger wrote does not run by itself', async () => {
    const rule = { mode: 'on', triggers: [{ on: 'event', topic: 'studio.switched' }] }
    const macros = [
      { id: 'm1', name: 'Quiet', hotkeys: [], actions: [] },
      { id: 'm2', name: 'Loud', hotkeys: [], actions: [], rule },
    ]
    const data = Buffer.from(JSON.stringify({ ...testDocument(), macros }))
    expect(await importing(archive([manifest([]), { name: 'collection.json', data }]))).toBe('0 files')
    const { macros: kept } = JSON.parse(readFileSync(join(dir, 'collections', 'Evening.json'), 'utf8'))
    expect(kept).toMatchObject([{ name: 'Quiet' }, { name: 'Loud', rule: { ...rule, mode: 'off' } }])
    expect(notCarried).toEqual(['Loud'])
  })

  it('leaves nothing behind when a file of it is rejected, or the name is taken meanwhile', async () => {
    expect(await importing(show([100, 200, 30_000]))).toBe('studio.upload_too_large')
    expect(listed()).toEqual([])
    const both = await Promise.all([importing(show([100, 200])), importing(show([300, 400]))])
    expect(both.sort()).toEqual(['2 files', 'studio.collection_exists'])
    expect(listed()).toHaveLength(3)
  })

  it('takes one file where two have the same path', async () => {
    const [one, other] = [png(100, 1), png(100, 2)]
    const media = [one, other].map((data) => ({ path: '/home/ann/logo.png', name: 'logo.png', bytes: data.length }))
    const twice = archive([manifest(media), document, { name: 'media/1', data: one }, { name: 'media/2', data: other }])
    expect(await importing(twice)).toBe('1 files')
    expect(listed()).toEqual(['logo.png', 'Evening.json'])
  })

  const forged: readonly (readonly [what: string, change: (media: Entry) => Entry])[] = [
    ['a symbolic link', (each) => ({ ...each, forge: (header) => header.write('2/etc/passwd', 156, 'latin1') })],
    ['a hard link', (each) => ({ ...each, forge: (header) => header.write('1collection.json', 156, 'latin1') })],
    ['a device', (each) => ({ ...each, forge: (header) => header.write('3', 156, 'latin1') })],
    ['another size than its manifest says', (each) => ({ ...each, forge: (header) => header.write('00000000001', 124, 'latin1') })],
    ['more bytes than the archive', (each) => ({ ...each, forge: (header) => header.write('77777777777', 124, 'latin1') })],
    ['a size beyond all numbers', (each) => ({ ...each, forge: (header) => header.fill(0xff, 124, 136) })],
    ['a name that leads elsewhere', (each) => ({ ...each, forge: (header) => header.write('../../../evil.png\0', 0, 'latin1') })],
    ['the rest of its name in front of it', (each) => ({ ...each, forge: (header) => header.write('/etc', 345, 'latin1') })],
  ]
  it.each(forged)('rejects an archive with %s', async (_what, change) => {
    expect(await importing(show([100], change))).toBe('studio.bundle_invalid')
    expect(listed()).toEqual([])
  })

  it('writes files below the folder of uploads whatever they are called, and follows no link there', async () => {
    const data = png(100, 1)
    const named = (name: string) => archive([manifest([{ path: '/x.png', name, bytes: data.length }]), document, { name: 'media/1', data }])
    writeFileSync(join(dir, 'precious.png'), 'mine')
    symlinkSync(join(dir, 'precious.png'), join(dir, 'uploads', 'logo.png'))
    expect(await importing(named('../../../logo.png'))).toBe('1 files')
    expect(readdirSync(join(dir, 'uploads')).sort()).toEqual(['logo-2.png', 'logo.png'])
    expect(await importing(show([100]).subarray(0, 2500), 'Other')).toBe('studio.bundle_invalid')
    const nested = { name: 'collection.json', data: Buffer.from(`${'['.repeat(200_000)}${']'.repeat(200_000)}`) }
    expect(await importing(archive([manifest([]), nested]), 'Deep')).toBe('studio.collection_invalid')
  })
})
