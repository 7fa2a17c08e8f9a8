import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppError } from '../../platform/errors.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import type { Edit } from './edits/edit-schemas.ts'
import { type CollectionUpdate, type FileState, OpenCollection } from './open-collection.ts'
import { testBox, testDocument, testReader } from './testing/test-kinds.ts'

let folder: string
let path: string
let updates: CollectionUpdate[]
let files: FileState[]
const opened: OpenCollection[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'collection-'))
  path = join(folder, 'show.json')
  updates = []
  files = []
  writeFileSync(path, JSON.stringify(testDocument()))
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()))
  rmSync(folder, { recursive: true })
})

async function open(): Promise<OpenCollection> {
  const collection = await OpenCollection.open(path, 'show', {
    reader: testReader(),
    secrets: testBox,
    log: silentLogger,
    onChange: (update) => updates.push(update),
    onFile: (state) => files.push(state),
  })
  opened.push(collection)
  return collection
}

const me = { actor: 'me', limited: false }
const rename = (name: string): Edit => ({ do: 'change', at: 'scenes/intro', changes: { name } })
const onDisk = () => JSON.parse(readFileSync(path, 'utf8'))

async function code(work: () => unknown): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    return (error as AppError).code
  }
}

describe('an open collection', () => {
  it('reports the speaker that is monitored on, and takes it away with null', async () => {
    const show = await open()
    show.edit([{ do: 'change', at: 'collection', changes: { monitorDevice: 'desk' } }], me)
    expect(updates.at(-1)).toMatchObject({ changed: ['collection'], collection: { monitorDevice: 'desk' } })
    show.edit([{ do: 'change', at: 'collection', changes: { monitorDevice: null } }], me)
    expect(updates.at(-1)?.changed).toEqual(['collection'])
    expect(show.collection).not.toHaveProperty('monitorDevice')
  })

  it('reports of an edit what changed, and writes it to its file with secrets encrypted; the file stays as it was until then', async () => {
    const before = readFileSync(path, 'utf8')
    const show = await open()
    await show.flush()
    expect(readFileSync(path, 'utf8')).toBe(before)
    show.edit([rename('Begin')], me)
    expect(updates).toMatchObject([{ revision: 2, cause: 'edit', name: 'Change name of "Begin"', actor: 'me', changed: ['scenes/intro'] }])
    await show.flush()
    expect(onDisk().scenes[0].name).toBe('Begin')
    expect(onDisk().outputs[0].settings.key).toBe('sealed:box(k3y)')
    expect(show.fileState).toMatchObject({ saved: true, conflict: false, problem: null })
    expect(readdirSync(folder).sort()).toEqual(['.history', 'show.json'])
    const [version] = await show.file.versions()
    const kept = await show.file.readVersion(version?.id ?? '')
    expect(JSON.parse(kept)).toMatchObject({ name: 'Evening show', scenes: [{ name: 'intro' }, {}, {}] })
    expect(kept).not.toContain('"k3y"')
  })

  it('rejects an edit of another revision, and one that would leave it broken, as a whole', async () => {
    const show = await open()
    expect(await code(() => show.edit([rename('a')], { ...me, ifRevision: 7 }))).toBe('request.conflict')
    const half: Edit[] = [rename('a'), { do: 'change', at: 'sources/film', changes: { settings: { speed: 2 } } }]
    expect(await code(() => show.edit(half, me))).toBe('studio.collection_invalid')
    expect(await code(() => show.edit([{ do: 'change', at: 'sources/cam', changes: { settings: { password: '••••' } } }], me))).toBe(
      undefined,
    )
    expect(
      await code(() => show.edit([{ do: 'add', to: 'outputs', value: { kind: 'rtmp', settings: { url: 'u', key: '••••' } } }], me)),
    ).toBe('studio.secret_hidden')
    expect(updates).toEqual([])
    expect(show.collection.sources[2]?.settings.password).toBe('pass word')
  })

  it('undoes and does again over a restart, and goes on counting revisions', async () => {
    const first = await open()
    first.edit([rename('one')], me)
    first.edit([{ do: 'remove', at: 'outputs/yt' }], me)
    first.edit([rename('two')], me)
    first.undo(me)
    await first.close()
    const second = await open()
    expect(second.revision).toBe(5)
    expect(second.history.nextRedo?.name).toBe('Change name of "two"')
    expect(second.undo(me)).toBe('Remove output "YouTube"')
    expect(second.collection.outputs[0]?.settings.key).toBe('k3y')
    second.redo(me)
    expect(second.redo(me)).toBe('Change name of "two"')
    expect(await code(() => second.redo(me))).toBe('studio.nothing_to_redo')
    expect(second.collection.scenes[0]?.name).toBe('two')
    expect(second.collection.outputs).toEqual([])
  })

  it('knows its history whether the power failed before or after the file was moved into its place', async () => {
    const first = await open()
    first.edit([rename('one')], me)
    await first.flush()
    const saved = readFileSync(path)
    first.edit([{ do: 'remove', at: 'outputs/yt' }], me)
    await first.close()
    writeFileSync(path, saved)
    writeFileSync(join(folder, '.show.json.99.tmp'), '{"half')
    const second = await open()
    expect(second.history.nextUndo?.name).toBe('Change name of "one"')
    expect(second.history.nextRedo?.name).toBe('Remove output "YouTube"')
    expect(readdirSync(folder).sort()).toEqual(['.history', 'show.json'])
  })

  it('takes what another program writes as a step that can be undone, and restarts a history that does not fit', async () => {
    const show = await open()
    show.edit([rename('one')], me)
    await show.flush()
    writeFileSync(path, JSON.stringify({ ...onDisk(), name: 'From elsewhere' }))
    await expect.poll(() => show.collection.name, { timeout: 5000 }).toBe('From elsewhere')
    expect(updates.at(-1)).toMatchObject({ cause: 'reload', changed: ['collection'] })
    show.undo(me)
    expect(show.collection.name).toBe('Evening show')
    await show.close()
    writeFileSync(path, JSON.stringify({ ...onDisk(), name: 'While closed' }))
    const again = await open()
    expect(again.history.done).toEqual([])
    expect(again.revision).toBeGreaterThan(show.revision)
  })

  it('does not write over what another program wrote: somebody chooses, and what loses stays as a version', async () => {
    const show = await open()
    writeFileSync(path, '{"no": "collection"}')
    show.edit([rename('mine')], me)
    await show.flush()
    expect(show.fileState).toMatchObject({ conflict: true, problem: { code: 'studio.collection_changed' } })
    expect(readFileSync(path, 'utf8')).toBe('{"no": "collection"}')
    expect(await code(() => show.resolve('disk', 'me'))).toBe('studio.collection_invalid')
    expect(show.collection.scenes[0]?.name).toBe('mine')
    await show.resolve('mine', 'me')
    expect(onDisk().scenes[0].name).toBe('mine')
    expect(show.fileState).toMatchObject({ conflict: false, saved: true })
    const versions = await Promise.all((await show.file.versions()).map(({ id }) => show.file.readVersion(id)))
    expect(versions).toContain('{"no": "collection"}')
  })

  it('puts a whole document in its place, hidden secrets as they were, and keeps ten versions', async () => {
    const show = await open()
    for (let round = 0; round < 12; round++) {
      const document: any = structuredClone(testDocument())
      document.name = `Round ${round}`
      document.outputs[0].settings.key = '••••'
      show.replace(document, 'Replace the collection', me)
      await show.flush()
    }
    expect(show.collection).toMatchObject({ name: 'Round 11', outputs: [{ settings: { key: 'k3y' } }] })
    expect(await show.file.versions()).toHaveLength(10)
    expect(await code(() => show.replace({ ...testDocument(), scenes: [] }, 'x', me))).toBe('studio.collection_invalid')
    expect(await code(() => show.file.readVersion('../../etc/passwd'))).toBe('studio.version_not_found')
  })

  it('rejects an invalid file, and one that is not there, by name', async () => {
    writeFileSync(path, 'no')
    expect(await code(open)).toBe('studio.collection_invalid')
    rmSync(path)
    expect(await code(open)).toBe('studio.collection_unreadable')
    writeFileSync(path, JSON.stringify(testDocument()))
  })
})
