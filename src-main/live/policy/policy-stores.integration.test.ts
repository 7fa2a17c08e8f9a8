import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSecretBox, type SecretBox } from '../../platform/identity/secret-box.ts'
import { type AppDatabase, openDatabase } from '../../platform/storage/database.ts'
import type { Writes } from '../live-database.ts'
import { liveMigrations } from '../migrations.ts'
import { openAccessStore } from './access/access-store.ts'
import { createAlertStore } from './alerts/alert-store.ts'
import { createHookStore } from './hooks/hook-store.ts'

/** Against the tables as the migrations make them: types say nothing of those. */
describe('what the rules keep in the database', () => {
  let dir: string
  let database: AppDatabase
  let secrets: SecretBox
  const writes = { enqueue() {} } as unknown as Writes
  const createdAt = '2026-11-22T00:00:00.000Z'

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'policy-stores-'))
    database = await openDatabase({ dir, migrations: liveMigrations })
    secrets = openSecretBox(dir)
  })
  afterAll(async () => {
    await database.close()
    rmSync(dir, { recursive: true, force: true })
  })

  it('playback keys are there again after a restart, and gone once they are withdrawn', async () => {
    const key = { id: 'pk_1', label: 'site', kind: 'secret', publicKey: null, createdAt, secret: 'north' } as const
    const store = await openAccessStore(database.kysely, writes, secrets)
    await store.addKey(key)
    const again = await openAccessStore(database.kysely, writes, secrets)
    expect(again.keys).toEqual([key])
    await again.removeKey(key.id)
    expect((await openAccessStore(database.kysely, writes, secrets)).keys).toEqual([])
  })

  it('hooks are there again with their secret and their URL', async () => {
    const hook = {
      id: 'hk_1',
      createdAt,
      secret: 'south',
      label: 'door',
      url: 'https://example.com/door',
      events: ['play'],
      stream: null,
      enabled: true,
      timeoutMs: 3000,
      onFailure: 'refuse',
    } as const
    await createHookStore(database.kysely, secrets).save({ ...hook, events: [...hook.events] })
    expect(await createHookStore(database.kysely, secrets).all()).toEqual([hook])
  })

  it('secrets in the URL of a hook are encrypted, those of an older version when the host starts', async () => {
    const hook = {
      id: 'hk_2',
      createdAt,
      secret: 'south',
      label: 'door',
      url: 'https://me:word@example.com/door?token=of-ann',
      events: ['play' as const],
      stream: null,
      enabled: true,
      timeoutMs: 3000,
      onFailure: 'refuse' as const,
    }
    const row = async () => JSON.stringify(await database.kysely.selectFrom('hook').selectAll().where('id', '=', hook.id).execute())
    const store = createHookStore(database.kysely, secrets)
    await store.save(hook)
    expect(await row()).not.toMatch(/word|of-ann/)
    expect((await store.all()).find(({ id }) => id === hook.id)).toEqual(hook)
    const { id: _id, createdAt: _at, secret: _secret, ...settings } = hook
    const old = { settings: JSON.stringify(settings), sealed_url: null }
    await database.kysely.updateTable('hook').set(old).where('id', '=', hook.id).execute()
    expect((await store.all()).find(({ id }) => id === hook.id)).toEqual(hook)
    expect(await row()).not.toMatch(/word|of-ann/)
  })

  it('alert channels are there again', async () => {
    const channel = { id: 'ch_1', createdAt, request: { kind: 'webhook', label: 'ops', url: 'https://example.com/ops' } } as const
    await createAlertStore(database.kysely, secrets).addChannel(channel)
    expect(await createAlertStore(database.kysely, secrets).channels()).toEqual([channel])
  })
})
