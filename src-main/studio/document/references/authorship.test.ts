import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TSchema } from 'typebox'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noDesktopDisplays } from '../../../media/desktop-displays.ts'
import type { AppError } from '../../../platform/errors.ts'
import type { ReachPolicy } from '../../../platform/outbound/reach.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import type { Collection } from '../collection.ts'
import type { Edit } from '../edits/edit-schemas.ts'
import { browserKinds } from '../kinds/browser.ts'
import { filterKinds } from '../kinds/filter-kinds.ts'
import { outputKinds } from '../kinds/output-kinds.ts'
import { sourceKinds } from '../kinds/source-kinds.ts'
import { OpenCollection } from '../open-collection.ts'
import { testBox, testDocument, testKinds, testReader } from '../testing/test-kinds.ts'
import { keysByEditors } from './authorship.ts'
import { createReferenceRejection } from './reference-rejection.ts'
import { eachReference } from './references.ts'
import { stripRejected } from './strip-rejected.ts'

const policy: ReachPolicy = {
  files: { privatePaths: ['/data'], mediaFolders: ['/data/recordings'], editorFolders: ['/shared'] },
  network: { editorHosts: ['nas.lan'], ownHttpPorts: [8080], ownHttpsPorts: [] },
}
const reader = testReader(createReferenceRejection(() => policy, noDesktopDisplays))
const admin = { actor: 'admin', limited: false }
const editor = { actor: 'editor', limited: true }

let folder: string
let path: string
const opened: OpenCollection[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'authorship-'))
  path = join(folder, 'show.json')
  writeFileSync(path, JSON.stringify(testDocument()))
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()))
  rmSync(folder, { recursive: true })
})

async function open(): Promise<OpenCollection> {
  const show = await OpenCollection.open(path, 'show', {
    reader,
    secrets: testBox,
    log: silentLogger,
    onChange: () => undefined,
    onFile: () => undefined,
  })
  opened.push(show)
  return show
}

const film = (file: string, id = 'new'): Edit => ({ do: 'add', to: 'sources', value: { id, kind: 'media', settings: { file } } })
const camera = (url: string, id = 'new-cam'): Edit => ({ do: 'add', to: 'sources', value: { id, kind: 'camera', settings: { url } } })
const setFile = (file: string): Edit => ({ do: 'change', at: 'sources/film', changes: { settings: { file } } })

/** Values that count as an editor's. */
function byEditors({ collection }: { readonly collection: Collection }): string[] {
  const keys = keysByEditors(collection)
  const values: string[] = []
  eachReference(collection, testKinds, ({ key, value }) => {
    if (keys.has(key)) values.push(value)
  })
  return values
}

function rejected(work: () => unknown): string {
  try {
    work()
    return 'allowed'
  } catch (error) {
    return `${(error as AppError).code}: ${(error as AppError).message}`
  }
}

describe('what somebody names in a collection', () => {
  it('is rejected where the host owns it, for everybody, and for editors also where it is not open to them', async () => {
    const show = await open()
    const before = show.collection
    for (const author of [admin, editor]) {
      expect(rejected(() => show.edit([film('/data/host.json')], author))).toBe(
        'path.forbidden: sources/new/settings/file: /data/host.json belongs to the host itself',
      )
    }
    expect(rejected(() => show.edit([film('/home/me/film.mp4')], editor))).toMatch(
      /^path\.forbidden: .*not in a folder that editors may use/,
    )
    for (const url of ['rtsp://192.168.1.9/1', 'http://127.0.0.1:8080/', 'http://169.254.169.254/latest', 'rtmp://localhost/live']) {
      expect(
        rejected(() => show.edit([camera(url)], editor)),
        url,
      ).toMatch(/^url\.forbidden: /)
    }
    const output = { kind: 'rtmp', settings: { url: 'rtmp://10.0.0.1/live' } }
    expect(rejected(() => show.edit([{ do: 'add', to: 'outputs', value: output }], editor))).toMatch(/^url\.forbidden: /)
    expect(show.collection).toBe(before)
    expect(show.history.done).toEqual([])
  })

  it('is known for an editor’s, and for nobody’s else', async () => {
    const show = await open()
    show.edit([film('/home/me/film.mp4'), camera('rtsp://192.168.1.9/1')], admin)
    expect(byEditors(show)).toEqual([])
    show.edit([film('/shared/a.mp4', 'a'), film('/data/recordings/b.mp4', 'b'), camera('rtsp://nas.lan/1', 'c')], editor)
    expect(byEditors(show)).toEqual(['/shared/a.mp4', '/data/recordings/b.mp4', 'rtsp://nas.lan/1'])
    show.edit([{ do: 'remove', at: 'sources/a' }], editor)
    expect(byEditors(show)).toEqual(['/data/recordings/b.mp4', 'rtsp://nas.lan/1'])
  })

  it('stays whose it was while others change what is around it, until an admin writes it again', async () => {
    const show = await open()
    show.edit([setFile('/shared/a.mp4')], editor)
    show.edit([{ do: 'change', at: 'sources/film', changes: { name: 'Film', settings: { loop: true } } }], admin)
    expect(byEditors(show)).toEqual(['/shared/a.mp4'])
    // The camera of the document was the owner’s: an editor may have it twice, and move it.
    show.edit([{ do: 'duplicate', at: 'sources/cam' }], editor)
    expect(byEditors(show)).toEqual(['/shared/a.mp4'])
    show.edit([setFile('/shared/a.mp4')], admin)
    expect(byEditors(show)).toEqual([])
    show.edit([film('/shared/b.mp4', 'b')], editor)
    show.edit([{ do: 'duplicate', at: 'sources/b' }], admin)
    expect(byEditors(show)).toEqual(['/shared/b.mp4', '/shared/b.mp4'])
    show.edit([film('/shared/b.mp4', 'c')], admin)
    expect(byEditors(show)).toEqual([])
  })

  it('does not come back by an editor who could not write it: by undo, paste, a whole document or a version', async () => {
    const show = await open()
    show.edit([film('/home/me/film.mp4')], admin)
    const version = show.collection
    show.edit([{ do: 'remove', at: 'sources/new' }], admin)
    const before = show.collection
    expect(rejected(() => show.undo(editor))).toMatch(/^path\.forbidden: sources\/new\/settings\/file: \/home/)
    expect(rejected(() => show.restore(version, 'Restore', editor))).toMatch(/^path\.forbidden/)
    expect(rejected(() => show.replace(version, 'Replace', editor))).toMatch(/^path\.forbidden/)
    const sources = [{ id: 'pasted', kind: 'media', settings: { file: '/home/me/film.mp4' } }]
    expect(rejected(() => show.edit([{ do: 'paste', scene: 'intro', items: [{ source: 'pasted' }], sources }], editor))).toMatch(
      /^path\.forbidden/,
    )
    expect(show.collection).toBe(before)
    expect(show.undo(admin)).toBe('Remove source "new"')
    expect(byEditors(show)).toEqual([])
    show.undo(admin)
    expect(rejected(() => show.redo(editor))).toMatch(/^path\.forbidden/)
    expect(show.history.nextRedo?.name).toBe('Add source "new"')
  })

  it('stays an editor’s when an admin undoes, restores or reads it from the file, and after a restart', async () => {
    const show = await open()
    show.edit([film('/shared/a.mp4')], editor)
    const version = show.collection
    show.edit([{ do: 'remove', at: 'sources/new' }], editor)
    show.undo(admin)
    expect(byEditors(show)).toEqual(['/shared/a.mp4'])
    show.undo(admin)
    show.restore(version, 'Restore', admin)
    expect(byEditors(show)).toEqual(['/shared/a.mp4'])
    await show.close()
    opened.length = 0
    expect(readFileSync(path, 'utf8')).not.toContain('"byEditors": "/shared')
    expect(byEditors(await open())).toEqual(['/shared/a.mp4'])
  })

  it('is the owner’s where the file was written by hand, beside what an editor wrote', async () => {
    const show = await open()
    show.edit([film('/shared/a.mp4')], editor)
    await show.close()
    opened.length = 0
    const document = JSON.parse(readFileSync(path, 'utf8'))
    document.sources.push({
      ...document.sources.find(({ id }: { id: string }) => id === 'new'),
      id: 'hand',
      settings: { file: '/home/x.mp4' },
    })
    writeFileSync(path, JSON.stringify(document))
    expect(byEditors(await open())).toEqual(['/shared/a.mp4'])
  })

  it('is not what a sent document says of itself', async () => {
    const show = await open()
    show.edit([film('/shared/a.mp4')], editor)
    const { byEditors: _own, ...sent } = show.collection
    show.replace({ ...sent, byEditors: '' }, 'Replace', editor)
    expect(byEditors(show)).toEqual(['/shared/a.mp4'])
    show.replace({ ...sent, byEditors: 'AAAAAAAAAAAAAAAA' }, 'Replace', admin)
    expect(byEditors(show)).toEqual(['/shared/a.mp4'])
  })

  it('is left out of what an editor imports, and reported', async () => {
    const show = await open()
    show.edit([film('/home/me/film.mp4'), film('/shared/a.mp4', 'ok')], admin)
    const { collection, leftOut } = stripRejected(show.collection, editor, reader)
    expect(collection.sources.find(({ id }) => id === 'new')?.settings).toEqual({})
    expect(collection.sources.find(({ id }) => id === 'ok')?.settings).toEqual({ file: '/shared/a.mp4' })
    expect(leftOut.map(({ place }) => place)).toEqual(['source "film"', 'source "cam"', 'source "new"'])
    expect(stripRejected(show.collection, admin, reader).leftOut).toEqual([])
  })
})

it('every setting that names a file, folder or URL is marked as one', () => {
  const named = /^(?:files?|folder|url|address|server)$/
  const unmarked: string[] = []
  const walk = (schema: TSchema, place: string, name: string): void => {
    const { properties, items, anyOf, reference, type } = schema as {
      readonly properties?: Record<string, TSchema>
      readonly items?: TSchema
      readonly anyOf?: TSchema[]
      readonly reference?: string
      readonly type?: string
    }
    if (type === 'string' && named.test(name) && reference === undefined) unmarked.push(place)
    for (const [key, inner] of Object.entries(properties ?? {})) walk(inner, `${place}.${key}`, key)
    if (items !== undefined) walk(items, place, name)
    for (const inner of anyOf ?? []) walk(inner, place, name)
  }
  for (const { kind, settings } of [...sourceKinds, ...filterKinds, ...outputKinds]) walk(settings, kind, '')
  expect(browserKinds[0]?.settings).toMatchObject({ properties: { url: { reference: 'url' }, file: { reference: 'path' } } })
  expect(unmarked).toEqual([])
})
