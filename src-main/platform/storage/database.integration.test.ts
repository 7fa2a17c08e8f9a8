import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError } from '../errors.ts'
import { silentLogger } from '../telemetry/logger.ts'
import { openDatabase } from './database.ts'
import type { Migration } from './migrations.ts'
import { createWriteQueue } from './write-queue.ts'

const first: Migration = {
  name: 'room/0001-things',
  up: async (database) => void (await sql`CREATE TABLE thing (id INTEGER PRIMARY KEY, open INTEGER NOT NULL) STRICT`.execute(database)),
}
const second: Migration = {
  name: 'room/0002-names',
  up: async (database) => void (await sql`ALTER TABLE thing ADD COLUMN name TEXT NOT NULL DEFAULT 'none'`.execute(database)),
}
const broken: Migration = {
  name: 'room/0003-broken',
  up: async (database) => {
    await sql`CREATE TABLE half (id INTEGER)`.execute(database)
    throw new Error('stop here')
  },
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'database-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return dir
}

describe('the database', () => {
  it('runs each new step once and keeps what was there', async () => {
    const dir = folder()
    const old = await openDatabase({ dir, migrations: [first] })
    await old.kysely.insertInto('thing').values({ id: 1, open: true }).execute()
    await old.close()
    const now = await openDatabase({ dir, migrations: [first, second] })
    expect(now.migrated).toEqual(['room/0002-names'])
    expect(await now.kysely.selectFrom('thing').selectAll().execute()).toEqual([{ id: 1, open: 1, name: 'none' }])
    await now.close()
  })

  it('of a newer program is rejected', async () => {
    const dir = folder()
    await (await openDatabase({ dir, migrations: [first, second] })).close()
    await expect(openDatabase({ dir, migrations: [first] })).rejects.toMatchObject({
      code: 'storage.newer',
      details: { steps: ['room/0002-names'] },
    })
  })

  it('takes a step that fails back as a whole', async () => {
    const dir = folder()
    await expect(openDatabase({ dir, migrations: [first, broken] })).rejects.toMatchObject({ code: 'storage.failed' })
    const again = await openDatabase({ dir, migrations: [first] })
    const { rows } = await sql<{ name: string }>`SELECT name FROM sqlite_master WHERE name = 'half'`.execute(again.kysely)
    expect(rows).toEqual([])
    await again.close()
  })

  it('that is damaged is named, not overwritten', async () => {
    const dir = folder()
    writeFileSync(join(dir, 'streams.db'), 'this is no database, and long enough that nobody takes it for an empty one'.repeat(20))
    await expect(openDatabase({ dir, migrations: [first] })).rejects.toMatchObject({
      code: 'storage.corrupt',
      details: { file: join(dir, 'streams.db') },
    })
  })

  it('in a folder that is a file is rejected', async () => {
    const file = join(folder(), 'file')
    writeFileSync(file, '')
    await expect(openDatabase({ dir: join(file, 'x'), migrations: [] })).rejects.toMatchObject({ code: 'storage.unreadable' })
  })
})

describe('the write queue', () => {
  it('repeats a write in order while the disk is full, counts, and names the problem until it is over', async () => {
    const queue = createWriteQueue(silentLogger, { retryMs: 1 })
    const written: number[] = []
    const problems: unknown[] = []
    let full = 2
    const done = new Promise<void>((resolve) => {
      queue.enqueue('one', async () => {
        problems.push(queue.counters().problem)
        if (full-- > 0) throw new AppError('storage.full')
        written.push(1)
      })
      queue.enqueue('two', async () => {
        problems.push(queue.counters().problem)
        written.push(2)
        resolve()
      })
    })
    // The timers do not keep a program alive; a test has to.
    const alive = setInterval(() => {}, 5)
    await done
    clearInterval(alive)
    expect(written).toEqual([1, 2])
    expect(problems).toEqual([undefined, 'storage.full', 'storage.full', undefined])
    expect(queue.counters()).toMatchObject({ failures: 2, lost: 0 })
    await queue.stop()
  })

  it('gives up what SQLite would reject again, and goes on', async () => {
    const queue = createWriteQueue(silentLogger)
    let written = false
    queue.enqueue('bad', async () => {
      throw new AppError('storage.failed', 'UNIQUE constraint failed')
    })
    queue.enqueue('good', async () => {
      written = true
    })
    await queue.flush()
    expect([written, queue.counters().lost]).toEqual([true, 1])
  })
})
