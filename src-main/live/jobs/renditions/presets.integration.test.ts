import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AppDatabase, openDatabase } from '../../../platform/storage/database.ts'
import { liveMigrations } from '../../migrations.ts'
import { builtInPresets } from './built-in-presets.ts'
import { Presets } from './presets.ts'
import { createRenditionStore } from './rendition-store.ts'
import type { NewPreset } from './schemas.ts'

const request: NewPreset = {
  name: 'Small',
  codec: 'h264',
  speed: 'fastest',
  bFrames: 0,
  rungs: [
    { height: 240, kbps: 300 },
    { height: 480, kbps: 1200 },
  ],
}
const conflict = expect.objectContaining({ code: 'request.conflict' })
const invalid = expect.objectContaining({ code: 'request.invalid' })
const notFound = expect.objectContaining({ code: 'rendition.preset_not_found' })

describe('presets of renditions', () => {
  let dir: string
  let database: AppDatabase
  const open = (): Promise<Presets> => Presets.open(createRenditionStore(database.kysely as never))

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'presets-'))
    database = await openDatabase({ dir, migrations: liveMigrations })
  })
  afterEach(async () => {
    await database.close()
    rmSync(dir, { recursive: true, force: true })
  })

  it('come with the product; users add theirs, which are there again after a restart', async () => {
    const presets = await open()
    const made = await presets.create(request)
    expect(made.rungs.map(({ height }) => height)).toEqual([480, 240])
    await presets.change(made.id, { name: 'Smaller' })
    expect((await open()).list()).toEqual([...builtInPresets, { ...made, name: 'Smaller' }])
  })

  it('are rejected with the same height twice, or an odd one', async () => {
    const presets = await open()
    const rungs = (...heights: number[]) => heights.map((height) => ({ height, kbps: 500 }))
    await expect(presets.create({ ...request, rungs: rungs(480, 480) })).rejects.toEqual(invalid)
    await expect(presets.create({ ...request, rungs: rungs(481) })).rejects.toEqual(invalid)
    await expect(presets.change('talk', { rungs: rungs(361) })).rejects.toEqual(invalid)
    await expect(presets.change('nobody', {})).rejects.toEqual(notFound)
    expect(presets.list()).toEqual(builtInPresets)
  })

  it('that came with the product can be changed, and have their first settings back when they are deleted', async () => {
    const presets = await open()
    const [first] = builtInPresets
    expect(await presets.change(first!.id, { name: 'Mine' })).toMatchObject({ name: 'Mine', builtIn: true })
    expect((await open()).get(first!.id).name).toBe('Mine')
    expect(await presets.remove(first!.id)).toEqual(first)
    expect([presets.list(), (await open()).list()]).toEqual([builtInPresets, builtInPresets])
  })

  it('of users are deleted unless a stream uses them', async () => {
    const presets = await open()
    const { id } = await presets.create(request)
    await presets.choose('cam', { mode: 'preset', preset: id, heights: [480] })
    await expect(presets.remove(id)).rejects.toEqual(conflict)
    await presets.choose('cam', { mode: 'auto' })
    expect(await presets.remove(id)).toBeUndefined()
    expect(() => presets.get(id)).toThrow(notFound)
    expect((await open()).find(id)).toBeUndefined()
  })

  it('are chosen by stream, with those of their heights that are wanted', async () => {
    const presets = await open()
    expect(presets.choice('cam')).toBeUndefined()
    await expect(presets.choose('cam', { mode: 'preset' })).rejects.toEqual(invalid)
    await expect(presets.choose('cam', { mode: 'preset', preset: 'nobody' })).rejects.toEqual(notFound)
    await expect(presets.choose('cam', { mode: 'preset', preset: 'talk', heights: [720, 1080] })).rejects.toEqual(
      expect.objectContaining({ code: 'request.invalid', message: expect.stringContaining('1080') }),
    )
    const chosen = await presets.choose('cam', { mode: 'preset', preset: 'talk', heights: [720] })
    expect(chosen).toEqual({ mode: 'preset', preset: 'talk', heights: [720] })
    expect((await open()).choice('cam')).toEqual(chosen)
    // What only a preset has does not stay with another mode.
    expect(await presets.choose('cam', { mode: 'auto', preset: 'talk', heights: [720] })).toEqual({
      mode: 'auto',
      preset: null,
      heights: null,
    })
  })
})
