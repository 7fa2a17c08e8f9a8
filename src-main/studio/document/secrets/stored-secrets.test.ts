import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import type { Edit } from '../edits/edit-schemas.ts'
import { OpenCollection } from '../open-collection.ts'
import { testBox, testDocument, testKinds, testReader } from '../testing/test-kinds.ts'
import { hiddenSecret, hideSecrets, leaveOutSecrets } from './settings-secrets.ts'

const eve = { actor: 'eve', limited: false }
const needed = (...places: string[]) => expect.objectContaining({ code: 'secret.needed', details: { places } })
const hiddenOnes = expect.objectContaining({ code: 'studio.secret_hidden' })
const change = (at: string, changes: Record<string, unknown>): Edit => ({ do: 'change', at, changes })

let folder: string
let show: OpenCollection

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stored-secrets-'))
  const path = join(folder, 'show.json')
  const document = testDocument() as { sources: { id: string; settings: Record<string, unknown> }[] }
  for (const source of document.sources) if (source.id === 'cam') source.settings.url = 'rtsp://me:word@10.0.0.9/1?token=abc'
  writeFileSync(path, JSON.stringify(document))
  const ignore = () => undefined
  show = await OpenCollection.open(path, 'show', {
    reader: testReader(),
    secrets: testBox,
    log: silentLogger,
    onChange: ignore,
    onFile: ignore,
  })
})
afterEach(async () => {
  await show.close()
  rmSync(folder, { recursive: true })
})

const output = (id = 'yt') => show.collection.outputs.find((each) => each.id === id)?.settings
const source = (id = 'cam') => show.collection.sources.find((each) => each.id === id)?.settings
const read = () => hideSecrets(show.collection, testKinds)

describe('a secret of an output or source', () => {
  it.each([
    ['host', { settings: { url: 'rtmps://evil.example/live' } }],
    ['port', { settings: { url: 'rtmps://a.example:444/live' } }],
    ['protocol', { settings: { url: 'rtmp://a.example/live' } }],
    ['certificate', { settings: { certificate: 'any' } }],
    ['host, with the secret hidden', { settings: { url: 'rtmps://evil.example/live', key: hiddenSecret } }],
  ])('is asked for again when an edit changes the %s', (_what, changes) => {
    expect(() => show.edit([change('outputs/yt', changes)], eve)).toThrow(needed('outputs/yt/settings/key'))
    expect(output()).toEqual({ url: 'rtmps://a.example/live', key: 'k3y' })
  })

  it('is asked for again when a copy, a new output of the same id or a whole document names another host', () => {
    const url = 'rtmps://evil.example/live'
    const copy: Edit = { do: 'duplicate', at: 'outputs/yt', id: 'copy' }
    expect(() => show.edit([copy, change('outputs/copy', { settings: { url } })], eve)).toThrow(needed('outputs/copy/settings/key'))
    const again: Edit[] = [
      { do: 'remove', at: 'outputs/yt' },
      { do: 'add', to: 'outputs', value: { id: 'yt', kind: 'rtmp', settings: { url, key: hiddenSecret } } },
    ]
    expect(() => show.edit(again, eve)).toThrow(needed('outputs/yt/settings/key'))
    const document = structuredClone(read())
    Object.assign(document.outputs[0]?.settings ?? {}, { url })
    expect(() => show.replace(document, 'Replace', eve)).toThrow(needed('outputs/yt/settings/key'))
  })

  it('stays with its host through copies, undo and redo, and goes where it is sent along', () => {
    show.edit([change('outputs/yt', { settings: { certificate: 'any', key: 'k3y' } })], eve)
    show.edit([change('outputs/yt', { settings: { certificate: 'system' } })], eve)
    show.edit([change('outputs/yt', { settings: { certificate: null } })], eve)
    show.edit([{ do: 'duplicate', at: 'outputs/yt', id: 'copy' }], eve)
    expect(output('copy')).toEqual(output())
    show.edit([change('outputs/yt', { settings: { url: 'rtmps://A.example:443/other' } })], eve)
    expect(output()?.key).toBe('k3y')
    show.edit([change('outputs/yt', { settings: { url: 'rtmps://b.example/live', key: 'of eve' } })], eve)
    expect(output()).toEqual({ url: 'rtmps://b.example/live', key: 'of eve' })
    show.undo(eve)
    expect(output()).toEqual({ url: 'rtmps://A.example:443/other', key: 'k3y' })
    show.redo(eve)
    expect(output()).toEqual({ url: 'rtmps://b.example/live', key: 'of eve' })
    show.edit([change('outputs/copy', { settings: { url: 'rtmps://b.example/live', key: null } })], eve)
    expect(output('copy')?.key ?? '').toBe('')
  })

  it('in a URL is masked in answers and exports, encrypted on the disk, and kept with a masked URL of the same host alone', async () => {
    const shown = 'rtsp://***@10.0.0.9/1?token=***'
    expect(read().sources.find(({ id }) => id === 'cam')?.settings).toEqual({ url: shown, password: hiddenSecret })
    expect(leaveOutSecrets(show.collection, testKinds).sources.find(({ id }) => id === 'cam')?.settings).toEqual({ url: shown })
    show.edit([change('sources/cam', { settings: { url: 'rtsp://***@10.0.0.9/2?token=***' } })], eve)
    expect(source()?.url).toBe('rtsp://me:word@10.0.0.9/2?token=abc')
    for (const url of ['rtsp://***@10.0.0.8/2?token=***', 'rtsp://***@10.0.0.9/2?key=***']) {
      expect(() => show.edit([change('sources/cam', { settings: { url, password: 'x' } })], eve), url).toThrow(
        needed('sources/cam/settings/url'),
      )
    }
    expect(() => show.edit([{ do: 'add', to: 'sources', value: { kind: 'camera', settings: { url: shown } } }], eve)).toThrow(hiddenOnes)
    show.replace(structuredClone(read()), 'Replace', eve)
    expect(source()).toEqual({ url: 'rtsp://me:word@10.0.0.9/2?token=abc', password: 'pass word' })
    await show.flush()
    for (const name of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!name.isFile() || name.name.includes('undo')) continue
      expect(readFileSync(join(name.parentPath, name.name), 'utf8'), name.name).not.toMatch(/"rtsp:|"pass word"/)
    }
  })

  it('is not opened in a document of a client that saw how the file keeps it', () => {
    const document = structuredClone(read())
    Object.assign(document.outputs[0]?.settings ?? {}, { url: 'rtmps://evil.example/live', key: 'sealed:box(k3y)' })
    expect(() => show.replace(document, 'Replace', eve)).toThrow(hiddenOnes)
  })

  it('comes along with items that are pasted with what was read of their sources', () => {
    const cam = structuredClone(read().sources.find(({ id }) => id === 'cam'))
    const paste = (sources: unknown[]): Edit => ({ do: 'paste', scene: 'intro', items: [{ source: 'cam' }], sources }) as Edit
    show.edit([paste([cam])], eve)
    expect(show.collection.sources).toHaveLength(4)
    show.edit([paste([{ ...cam, name: 'Other camera' }])], eve)
    expect(source('cam-2')).toEqual(source())
    const elsewhere = { ...cam, settings: { url: 'rtsp://evil.example/', password: hiddenSecret } }
    expect(() => show.edit([paste([elsewhere])], eve)).toThrow(needed('sources/cam/settings/password'))
  })
})
