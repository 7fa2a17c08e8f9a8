import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import { nodeSqliteDialect } from '../../../platform/storage/node-sqlite-dialect.ts'
import { liveMigrations } from '../../migrations.ts'
import { createKeyStore, type KeyStore } from './key-store.ts'
import { StreamKeys } from './stream-keys.ts'

const createdMs = Date.UTC(2026, 10, 22, 12)
const notFound = expect.objectContaining({ code: 'key.not_found' })

describe('stream keys', () => {
  let raw: DatabaseSync
  let store: KeyStore
  let keys: StreamKeys
  let nowMs: number
  let events: string[]
  let audit: { message: string; actor?: string }[]
  let withdrawn: string[]

  async function open(using: KeyStore = store): Promise<StreamKeys> {
    const opened = await StreamKeys.open({
      store: using,
      writes: { enqueue: (_: string, write: () => Promise<void>) => void write() },
      events: { publish: (topic: string) => void events.push(topic) } as never,
      audit: { record: (entry) => void audit.push(entry as never) },
      now: () => nowMs,
    })
    opened.onWithdrawn((key, code) => withdrawn.push(`${key.stream} ${code}`))
    return opened
  }

  beforeEach(async () => {
    raw = new DatabaseSync(':memory:')
    const database = new Kysely<never>({ dialect: nodeSqliteDialect(raw) })
    for (const step of liveMigrations) await step.up(database)
    store = createKeyStore(database as never)
    nowMs = createdMs
    events = []
    audit = []
    withdrawn = []
    keys = await open()
  })

  it('are the same after a restart, whatever was set', async () => {
    const { key: plain, secret } = await keys.create({ stream: 'cam' }, 'ann')
    const { key: full } = await keys.create(
      {
        stream: 'stage',
        label: 'Main stage',
        role: 'backup',
        onSecondPublisher: 'takeover',
        sameAddressOnly: true,
        restartWindowMs: 1500,
        limits: { maxVideoKbps: 6000, maxViewers: 20 },
        onOverLimit: 'transcode',
      },
      'ann',
    )
    expect(plain).toMatchObject({ label: 'cam', role: 'primary', onSecondPublisher: 'refuse', restartWindowMs: 10_000, enabled: true })
    nowMs += 5000
    await keys.change(full.id, { label: 'Stage', limits: { maxViewers: null, maxHeight: 720 } }, 'ann')
    const again = await open()
    expect(again.list()).toEqual(keys.list())
    expect(again.get(full.id)).toMatchObject({
      label: 'Stage',
      role: 'backup',
      onSecondPublisher: 'takeover',
      sameAddressOnly: true,
      restartWindowMs: 1500,
      limits: { maxVideoKbps: 6000, maxHeight: 720, maxViewers: null },
      onOverLimit: 'transcode',
    })
    expect(again.find(secret)?.id).toBe(plain.id)
    expect(again.find(`${secret}x`)).toBeUndefined()
  })

  it('that cannot be stored are not given out, and nobody is notified of them', async () => {
    const full = await open({
      all: async () => [],
      save: async () => {
        throw new Error('the disk is full')
      },
    })
    await expect(full.create({ stream: 'cam' }, 'ann')).rejects.toThrow('the disk is full')
    expect([full.list(), full.hasUsable('cam'), events, audit]).toEqual([[], false, [], []])
  })

  it('get a new secret: the old one is rejected from then on, and whoever publishes goes on', async () => {
    const { key, secret } = await keys.create({ stream: 'cam' }, 'ann')
    nowMs += 60_000
    const rotated = await keys.rotate(key.id, 'bob')
    expect(keys.find(secret)).toBeUndefined()
    expect(keys.find(rotated.secret)?.id).toBe(key.id)
    expect(rotated.key).toMatchObject({ hint: rotated.secret.slice(0, 7), rotatedAt: new Date(nowMs).toISOString() })
    expect(withdrawn).toEqual([])
    const again = await open()
    expect([again.find(secret), again.find(rotated.secret)?.id]).toEqual([undefined, key.id])
    expect(audit.at(-1)).toMatchObject({ actor: 'bob', streamName: 'cam' })
    expect(JSON.stringify([audit, events])).not.toContain(rotated.secret.slice(8))
  })

  it('that are revoked end their publisher once, stay in the list, and are never good again', async () => {
    const { key, secret } = await keys.create({ stream: 'cam' }, 'ann')
    expect(keys.hasUsable('cam')).toBe(true)
    const revoked = await keys.revoke(key.id, 'bob')
    expect(revoked).toMatchObject({ enabled: false, revokedAt: new Date(nowMs).toISOString() })
    nowMs += 1000
    expect(await keys.revoke(key.id, 'bob')).toEqual(revoked)
    expect(withdrawn).toEqual(['cam publish.key_revoked'])
    expect(events.filter((topic) => topic === 'key.revoked')).toHaveLength(1)
    expect([keys.list().length, keys.hasUsable('cam'), keys.find(secret)?.revokedAt]).toEqual([1, false, revoked.revokedAt])
    await expect(keys.rotate(key.id, 'bob')).rejects.toEqual(expect.objectContaining({ code: 'request.conflict' }))
    expect((await open()).get(key.id).revokedAt).toBe(revoked.revokedAt)
  })

  it('that are disabled end their publisher; a change of anything else does not', async () => {
    const { key } = await keys.create({ stream: 'cam' }, 'ann')
    const changes: string[] = []
    const leave = keys.onChanged(({ label, enabled }) => changes.push(`${label} ${enabled}`))
    await keys.change(key.id, { label: 'A' }, 'ann')
    expect(withdrawn).toEqual([])
    await keys.change(key.id, { enabled: false }, 'ann')
    await keys.change(key.id, { enabled: false, label: 'B' }, 'ann')
    expect([withdrawn, keys.hasUsable('cam')]).toEqual([['cam publish.key_disabled'], false])
    await keys.change(key.id, { enabled: true }, 'ann')
    expect([withdrawn.length, keys.hasUsable('cam')]).toEqual([1, true])
    leave()
    await keys.change(key.id, { label: 'C' }, 'ann')
    expect(changes).toEqual(['A true', 'A false', 'B false', 'B true'])
    await expect(keys.change('key_nobody', {}, 'ann')).rejects.toEqual(notFound)
  })

  it('note when they were used last', async () => {
    const { key } = await keys.create({ stream: 'cam' }, 'ann')
    nowMs += 3_600_000
    keys.used(key.id)
    expect(keys.get(key.id).lastUsedAt).toBe(new Date(nowMs).toISOString())
    expect(events.at(-1)).toBe('key.updated')
    expect((await open()).get(key.id).lastUsedAt).toBe(new Date(nowMs).toISOString())
  })

  it('of the host itself are found by their secret alone, are neither listed, stored nor changed, and are gone when it lets go', async () => {
    const { key, secret, dispose } = keys.createInternal('demo')
    keys.used(key.id)
    expect([keys.find(secret)?.stream, keys.get(key.id).stream, keys.isInternal(key.id)]).toEqual(['demo', 'demo', true])
    expect([keys.list(), keys.hasUsable('demo'), raw.prepare('SELECT id FROM stream_key').all(), events]).toEqual([[], false, [], []])
    for (const change of [keys.change(key.id, { enabled: false }, 'ann'), keys.rotate(key.id, 'ann'), keys.revoke(key.id, 'ann')]) {
      await expect(change).rejects.toEqual(notFound)
    }
    dispose()
    expect([keys.find(secret), keys.isInternal(key.id)]).toEqual([undefined, false])
    expect(() => keys.get(key.id)).toThrow(notFound)
  })
})
