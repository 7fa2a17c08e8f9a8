import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import { nodeSqliteDialect } from '../../../platform/storage/node-sqlite-dialect.ts'
import { liveMigrations } from '../../migrations.ts'
import { RecordingRules } from './recording-rules.ts'
import { createRecordingStore, type RecordingStore } from './recording-store.ts'
import { defaultRetention, defaultRule } from './schemas.ts'

describe('recording rules', () => {
  let store: RecordingStore
  let events: unknown[][]
  const open = (): Promise<RecordingRules> =>
    RecordingRules.open({
      store,
      events: { publish: (...event: unknown[]) => void events.push(event) } as never,
      streamIdOf: (name) => (name === 'cam' ? 'st_cam' : undefined),
    })

  beforeEach(async () => {
    const database = new Kysely<never>({ dialect: nodeSqliteDialect(new DatabaseSync(':memory:')) })
    for (const step of liveMigrations) await step.up(database)
    store = createRecordingStore(database as never, { enqueue: (_: string, write: () => Promise<void>) => void write() })
    events = []
  })

  it('are those of the stream, else the default, also after a restart', async () => {
    const rules = await open()
    expect(rules.of('cam')).toEqual({ rule: defaultRule, from: 'default' })
    const [own, all] = [
      { ...defaultRule, enabled: true, splitMinutes: 5 },
      { ...defaultRule, container: 'mkv' as const },
    ]
    await rules.set('cam', own)
    await rules.set('', all)
    for (const each of [rules, await open()]) {
      expect([each.of('cam'), each.of('other'), each.of('')]).toEqual([
        { rule: own, from: 'stream' },
        { rule: all, from: 'default' },
        { rule: all, from: 'default' },
      ])
    }
    await rules.set('cam', undefined)
    for (const each of [rules, await open()]) expect(each.of('cam')).toEqual({ rule: all, from: 'default' })
  })

  it('publish each change with what is in force then, of streams by their id', async () => {
    const rules = await open()
    const own = { ...defaultRule, enabled: true }
    await rules.set('cam', own)
    await rules.set('not there yet', own)
    await rules.set('', own)
    await rules.set('cam', undefined)
    await rules.setRetention({ ...defaultRetention, maxAgeDays: 3 })
    expect(events).toEqual([
      ['recording-rule.updated', { rule: own, from: 'stream' }, { stream: 'st_cam' }],
      ['recording-rule.default', own],
      ['recording-rule.updated', { rule: own, from: 'default' }, { stream: 'st_cam' }],
      ['recording-retention.updated', { ...defaultRetention, maxAgeDays: 3 }],
    ])
    expect((await open()).retention.maxAgeDays).toBe(3)
  })

  it('are as before, and nothing is published, where one names a field that is not there or cannot be stored', async () => {
    const rules = await open()
    await expect(rules.set('cam', { ...defaultRule, fileName: '{nobody}' })).rejects.toMatchObject({ code: 'recording.template_invalid' })
    store = {
      ...store,
      saveRule: () => Promise.reject(new Error('no space')),
      saveRetention: () => Promise.reject(new Error('no space')),
    }
    const full = await open()
    await expect(full.set('cam', { ...defaultRule, enabled: true })).rejects.toThrow('no space')
    await expect(full.setRetention({ ...defaultRetention, maxAgeDays: 3 })).rejects.toThrow('no space')
    expect([rules.of('cam').from, full.of('cam').from, full.retention, events]).toEqual(['default', 'default', defaultRetention, []])
  })
})
