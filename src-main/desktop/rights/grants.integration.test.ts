import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../platform/audit.ts'
import { type AppDatabase, openDatabase } from '../../platform/storage/database.ts'
import { desktopMigrations } from '../migrations.ts'
import { createGrantStore } from './grant-store.ts'
import { Grants } from './grants.ts'
import { allRights } from './rights.ts'

let folder: string
let database: AppDatabase
let nowMs: number
let changes: number
let lines: AuditEntry[]
const users = [
  { id: 'token:ann', name: 'Ann', role: 'editor' as const },
  ...Array.from({ length: 300 }, (_, index) => ({ id: `token:${index}`, name: `User ${index}`, role: 'viewer' as const })),
]
const ann = { id: 'token:ann', role: 'editor' } as const
const open = () =>
  Grants.open({
    store: createGrantStore(database.kysely),
    users: () => users,
    audit: { record: (line) => lines.push(line) },
    now: () => nowMs,
    onChange: () => changes++,
  })

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'grants-'))
  database = await openDatabase({ dir: folder, migrations: desktopMigrations })
  nowMs = Date.parse('2026-11-23T12:00:00Z')
  changes = 0
  lines = []
})
afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('what users may do at displays', () => {
  it('is everything for admins, and nothing for others without a grant', async () => {
    const grants = await open()
    expect(grants.rightsOf({ id: 'local', role: 'admin' }, 'a')).toEqual(allRights)
    expect([...grants.rightsOf(ann, 'a')]).toEqual([])
    expect([...grants.rightsOf({ id: 'anonymous', role: 'none' }, 'a')]).toEqual([])
    expect(() => grants.demand(ann, 'a', 'see')).toThrow('There is no display')
  })

  it('is what was granted, at that display alone, with the right to see', async () => {
    const grants = await open()
    await grants.put('a', ann.id, ['files', 'control'], null, 'local')
    expect([...grants.rightsOf(ann, 'a')]).toEqual(['see', 'control', 'files'])
    expect([...grants.rightsOf(ann, 'b')]).toEqual([])
    expect([...grants.rightsOf({ id: 'token:1', role: 'viewer' }, 'a')]).toEqual([])
    expect(() => grants.demand(ann, 'a', 'record')).toThrow('This needs the right "record"')
    expect(changes).toBe(1)
    expect(lines).toMatchObject([{ actor: 'local', message: 'Ann was granted rights at a display: see, control, files' }])
  })

  it('outlives the host, and is kept for none of a display that was removed', async () => {
    await (await open()).put('a', ann.id, ['see'], null, 'local')
    const again = await open()
    expect([...again.rightsOf(ann, 'a')]).toEqual(['see'])
    await again.removeDisplay('a')
    expect([...again.rightsOf(ann, 'a')]).toEqual([])
    expect([...(await open()).rightsOf(ann, 'a')]).toEqual([])
  })

  it('ends when it expires and when it is taken back', async () => {
    const grants = await open()
    await grants.put('a', ann.id, ['see'], '2026-11-23T12:00:10Z', 'local')
    nowMs += 9999
    expect(grants.rightsOf(ann, 'a').has('see')).toBe(true)
    nowMs += 1
    expect(grants.rightsOf(ann, 'a').has('see')).toBe(false)
    expect(grants.list('a')).toEqual([])
    await expect(grants.put('a', ann.id, ['see'], '2026-11-23T12:00:10Z', 'local')).rejects.toThrow('has passed')
    await grants.put('a', ann.id, ['control'], null, 'local')
    await grants.remove('a', ann.id, 'local')
    expect(grants.rightsOf(ann, 'a').size).toBe(0)
    await expect(grants.remove('a', ann.id, 'local')).rejects.toThrow('has no grant')
  })

  it('is kept for 200 users of a display at most, however many are granted at once, and for nobody who cannot sign in', async () => {
    const grants = await open()
    await expect(grants.put('a', 'token:nobody', ['see'], null, 'local')).rejects.toThrow('There is no user "token:nobody"')
    for (const from of [0, 100, 200]) {
      await Promise.allSettled(users.slice(from, from + 100).map(({ id }) => grants.put('a', id, ['see'], null, 'local')))
    }
    expect(grants.list('a')).toHaveLength(200)
  })
})
