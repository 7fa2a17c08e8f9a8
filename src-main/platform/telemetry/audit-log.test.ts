import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createEventBus } from '../event-bus.ts'
import { platformMigrations } from '../platform-migrations.ts'
import { openDatabase } from '../storage/database.ts'
import { createAuditLog } from './audit-log.ts'
import { silentLogger } from './logger.ts'

async function log(rows: number) {
  const dir = mkdtempSync(join(tmpdir(), 'audit-'))
  const database = await openDatabase({ dir, migrations: platformMigrations })
  onTestFinished(async () => {
    await database.close()
    rmSync(dir, { recursive: true })
  })
  const events = createEventBus(silentLogger)
  return { database, events, audit: await createAuditLog({ database: database.kysely, logger: silentLogger, events, rows }) }
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

it('the audit log keeps its newest lines only, and numbers go on over a restart', async () => {
  const { audit, database, events } = await log(50)
  for (let index = 0; index < 120; index += 1) audit.record({ kind: 'command', message: String(index) })
  await audit.stop()
  const { length, 0: newest } = await audit.list({ limit: 500 })
  expect([length, newest?.message]).toEqual([50, '119'])
  const again = await createAuditLog({ database: database.kysely, logger: silentLogger, events, rows: 50 })
  again.record({ kind: 'command', message: 'next' })
  expect((await again.list({ limit: 1 }))[0]?.id).toBe(121)
  await again.stop()
})
