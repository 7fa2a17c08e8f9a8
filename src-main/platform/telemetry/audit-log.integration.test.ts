import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createEventBus } from '../events/event-bus.ts'
import { openDatabase } from '../storage/database.ts'
import { platformMigrations } from '../storage/platform-migrations.ts'
import { createAuditLog } from './audit-log.ts'
import { silentLogger } from './logger.ts'

async function log(rows: number, viewerRows = rows) {
  const dir = mkdtempSync(join(tmpdir(), 'audit-'))
  const database = await openDatabase({ dir, migrations: platformMigrations })
  onTestFinished(async () => {
    await database.close()
    rmSync(dir, { recursive: true })
  })
  const events = createEventBus(silentLogger)
  return { database, events, audit: await createAuditLog({ database: database.kysely, logger: silentLogger, events, rows, viewerRows }) }
}

it('the audit log tells newest first, by stream, by kind and by page, and announces each line', async () => {
  const { audit, events } = await log(100)
  audit.record({ kind: 'publish', message: 'one', streamId: 's1', streamName: 'studio', data: { codec: 'h264' } })
  audit.record({ kind: 'disconnect', message: 'two', streamId: 's1', streamName: 'studio' })
  audit.record({ kind: 'publish', message: 'three', streamId: 's2' })
  const messages = async (filter: object) => (await audit.list({ limit: 10, ...filter })).map((line) => line.message)
  expect(await messages({})).toEqual(['three', 'two', 'one'])
  expect(await messages({ stream: 'studio' })).toEqual(['two', 'one'])
  expect(await messages({ kind: 'publish' })).toEqual(['three', 'one'])
  expect(await messages({ before: 2 })).toEqual(['one'])
  expect((await audit.list({ limit: 1, before: 2 }))[0]?.data).toEqual({ codec: 'h264' })
  expect(events.since(0)).toMatchObject([{ topic: 'audit', stream: 's1', data: { id: 1 } }, {}, {}])
  await audit.stop()
})

it('the audit log keeps what administrators did, however many lines viewers and strangers cause', async () => {
  const { audit } = await log(100, 50)
  audit.record({ kind: 'command', message: 'settings were changed', actor: 'ann' })
  audit.record({ kind: 'sign-in', message: 'a browser signed in', actor: 'ann', remoteAddress: '192.0.2.1' })
  audit.record({ kind: 'publish', message: 'show is published', remoteAddress: '192.0.2.1', streamName: 'show' })
  for (let index = 0; index < 500; index++) {
    audit.record({ kind: 'connect', message: 'a viewer plays over dash', remoteAddress: '198.51.100.7' })
    audit.record({ kind: 'error', message: 'The key is not known', remoteAddress: '198.51.100.7', code: 'publish.key_unknown' })
    audit.record({ kind: 'sign-in', message: 'a sign-in was rejected', remoteAddress: '198.51.100.7' })
  }
  await audit.flush()
  const lines = await audit.list({ limit: 500 })
  expect(lines.filter(({ about }) => about !== 'viewers').map(({ about, message }) => `${about}: ${message}`)).toEqual([
    'streams: show is published',
    'administration: a browser signed in',
    'administration: settings were changed',
  ])
  expect(lines.length).toBeLessThanOrEqual(1003)
  expect((await audit.list({ limit: 500, about: 'administration' })).map(({ id }) => id)).toEqual([2, 1])
  await audit.stop()
})

it('the audit log lets go of lines about viewers first while the disk takes none', async () => {
  const { audit, database } = await log(100_000)
  await database.kysely.schema.alterTable('audit').renameTo('away').execute()
  audit.record({ kind: 'command', message: 'settings were changed', actor: 'ann' })
  for (let index = 0; index < 25_000; index++) audit.record({ kind: 'connect', message: 'a viewer plays over dash', remoteAddress: '::1' })
  await audit.flush()
  expect(audit.lost()).toBe(16_000)
  await database.kysely.schema.alterTable('away').renameTo('audit').execute()
  await audit.flush()
  expect(await audit.list({ limit: 2, about: 'administration' })).toMatchObject([{ id: 1, message: 'settings were changed' }])
  await audit.stop()
})

it('the audit log keeps and announces no secret of a URL', async () => {
  const { audit, events } = await log(100)
  audit.record({ kind: 'error', message: 'lost rtsp://me:word@camera/1', data: { reason: 'https://cdn/a?token=word', port: 4 } })
  const reported = { message: 'lost rtsp://***@camera/1', data: { reason: 'https://cdn/a?token=***', port: 4 } }
  expect((await audit.list({ limit: 1 }))[0]).toMatchObject(reported)
  expect(events.since(0)).toMatchObject([{ data: reported }])
  await audit.stop()
})

it('the audit log keeps its newest lines only, and numbers go on over a restart', async () => {
  const { audit, database, events } = await log(50)
  for (let index = 0; index < 120; index += 1) audit.record({ kind: 'command', message: String(index) })
  await audit.stop()
  const { length, 0: newest } = await audit.list({ limit: 500 })
  expect([length, newest?.message]).toEqual([50, '119'])
  const again = await createAuditLog({ database: database.kysely, logger: silentLogger, events, rows: 50, viewerRows: 50 })
  again.record({ kind: 'command', message: 'next' })
  expect((await again.list({ limit: 1 }))[0]?.id).toBe(121)
  await again.stop()
})
