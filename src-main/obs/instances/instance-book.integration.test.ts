import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEventBus } from '../../platform/events/event-bus.ts'
import { openSecretBox } from '../../platform/identity/secret-box.ts'
import { type AppDatabase, openDatabase } from '../../platform/storage/database.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { openReach } from '../../platform/testing/open-reach.ts'
import { usualTimes } from '../connection/obs-connection.ts'
import { obsMigrations } from '../migrations.ts'
import { ObsDouble } from '../testing/obs-double.ts'
import { InstanceBook } from './instance-book.ts'
import { createInstanceStore, type InstanceStore } from './instance-store.ts'

let folder: string
let database: AppDatabase
let store: InstanceStore
let book: InstanceBook

const author = { actor: 'token:test', limited: false }
const switchedOff = (port: number) => ({ host: '127.0.0.1', port, enabled: false })

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'obs-book-'))
  database = await openDatabase({ dir: folder, migrations: obsMigrations })
  store = createInstanceStore(database.kysely)
  book = await InstanceBook.open({
    store,
    secrets: openSecretBox(folder),
    events: createEventBus(silentLogger),
    audit: { record() {} },
    log: silentLogger,
    network: () => openReach.network,
    times: usualTimes,
    find: async () => [],
  })
})
afterEach(async () => {
  book.stop()
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

const codes = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.flatMap((result) => (result.status === 'rejected' ? (result.reason as { code: string }).code : []))

describe('requests that arrive together', () => {
  it('add no more instances than there may be', async () => {
    const results = await Promise.allSettled(Array.from({ length: 60 }, (_, number) => book.add(switchedOff(5000 + number), author)))
    expect(codes(results)).toEqual(Array(10).fill('obs.limit'))
    expect(book.list()).toHaveLength(50)
    expect(await store.all()).toHaveLength(50)
  })

  it('add an OBS, or a name, once', async () => {
    const samePort = await Promise.allSettled([1, 2, 3].map(() => book.add(switchedOff(5000), author)))
    expect(codes(samePort)).toEqual(['obs.exists', 'obs.exists'])
    const sameName = await Promise.allSettled([5001, 5002].map((port) => book.add({ ...switchedOff(port), name: 'Main' }, author)))
    expect(codes(sameName)).toEqual(['obs.exists'])
    expect(book.list()).toHaveLength(2)
  })

  it('keep the fields of each other', async () => {
    const { id } = await book.add(switchedOff(5000), author)
    await Promise.all([
      book.change(id, { name: 'Renamed' }, author),
      book.change(id, { port: 5001 }, author),
      book.link(id, { stream: 'main', keyId: 'key_1' }),
    ])
    expect(book.describe(id)).toMatchObject({ name: 'Renamed', port: 5001, linkedStream: { stream: 'main' } })
    expect(await store.all()).toMatchObject([{ name: 'Renamed', port: 5001, linkedStream: { stream: 'main' } }])
  })

  it('bring nothing back that was removed', async () => {
    const double = await ObsDouble.start()
    try {
      const { id } = await book.add(switchedOff(double.port), author)
      const results = await Promise.allSettled([
        book.remove(id, author),
        book.change(id, { enabled: true }, author),
        book.link(id, { stream: 'main', keyId: 'key_1' }),
        book.connect(id, author),
      ])
      expect(codes(results)).toEqual(['obs.not_found', 'obs.not_found', 'obs.not_found'])
      expect(book.list()).toEqual([])
      expect(await store.all()).toEqual([])
      expect(double.asked).toEqual([])
    } finally {
      await double.stop()
    }
  })

  it('are rejected where too many of them wait', async () => {
    const { id } = await book.add(switchedOff(5000), author)
    const results = await Promise.allSettled(Array.from({ length: 250 }, () => book.change(id, { enabled: false }, author)))
    expect(codes(results)).toEqual(Array(50).fill('obs.busy'))
  })
})
