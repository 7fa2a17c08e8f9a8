import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEventBus } from '../../platform/event-bus.ts'
import type { AppEvent } from '../../platform/events.ts'
import { type AppDatabase, openDatabase } from '../../platform/storage/database.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { desktopMigrations } from '../migrations.ts'
import { DisplayBook } from './display-book.ts'
import type { DisplayServer, RunningDisplay } from './display-server.ts'
import { createDisplayStore } from './display-store.ts'
import { writeAuthority } from './xvnc/x-authority.ts'

/** Displays by a double of what makes them; e2e/desktop.e2e.ts has real ones. */

let folder: string
let database: AppDatabase
let events: AppEvent[]
let running: Set<number>

const server: DisplayServer = {
  async start({ folder: own }) {
    const pid = Math.max(0, ...running) + 1
    await new Promise((resolve) => setImmediate(resolve))
    running.add(pid)
    return { server: `:${pid}`, authority: join(own, 'xauthority'), pid }
  },
  adopt: async ({ pid }) => running.has(pid),
  async end({ pid }) {
    running.delete(pid)
  },
}

const open = (screen?: RunningDisplay): Promise<DisplayBook> => {
  const bus = createEventBus(silentLogger)
  bus.subscribe((event) => events.push(event))
  return DisplayBook.open({
    store: createDisplayStore(database.kysely),
    server,
    folder: join(folder, 'displays'),
    events: bus,
    audit: { record() {} },
    log: silentLogger,
    viewersOf: () => 0,
    ...(screen && { screen }),
  })
}
const add = (book: DisplayBook) => book.add({ command: null }, 'admin')
const settled = async (work: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(work)).filter(({ status }) => status === 'fulfilled').length

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'displays-'))
  database = await openDatabase({ dir: folder, migrations: desktopMigrations })
  events = []
  running = new Set()
})
afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the displays there are', () => {
  it('are sixteen at most, however many are asked for at once', async () => {
    const book = await open()
    expect(await settled(Array.from({ length: 30 }, () => add(book)))).toBe(16)
    expect(book.list()).toHaveLength(16)
    expect(new Set(book.list().map(({ name }) => name)).size).toBe(16)
    expect(running.size).toBe(16)
    await expect(add(book)).rejects.toMatchObject({ code: 'desktop.limit' })
  })

  it('stay removed when a change comes at the same time', async () => {
    const book = await open()
    const { id } = await add(book)
    const work = [book.remove(id, 'admin'), book.rename(id, 'Other', 'admin'), book.running(id, 'admin')]
    book.resized(id, 800, 600)
    expect(await settled(work)).toBe(1)
    expect(running.size).toBe(0)
    expect((await open()).list()).toEqual([])
    expect(readdirSync(join(folder, 'displays'))).toEqual([])
    expect(events.at(-1)).toMatchObject({ topic: 'desktop.removed', data: { id } })
  })

  it('go on under the next host, and start again where they ended meanwhile', async () => {
    const book = await open()
    const [kept, ended] = [await add(book), await add(book)]
    running.delete(2)
    const next = await open()
    expect(next.list().map(({ id, state }) => [id, state])).toEqual([
      [kept.id, 'running'],
      [ended.id, 'stopped'],
    ])
    const starts = await Promise.all([next.running(ended.id, 'admin'), next.running(ended.id, 'admin')])
    expect(starts[0]).toEqual(starts[1])
    expect(running.size).toBe(2)
    await next.endAll()
    expect(running.size).toBe(0)
    expect((await open()).list().map(({ state }) => state)).toEqual(['stopped', 'stopped'])
  })

  it('keep nothing of one whose program cannot be started', async () => {
    const book = await open()
    await expect(book.add({ command: ['no-such-program-at-all'] }, 'admin')).rejects.toMatchObject({
      code: 'desktop.program_failed',
      message: expect.stringContaining('no-such-program-at-all'),
    })
    expect([book.list(), [...running], readdirSync(join(folder, 'displays'))]).toEqual([[], [], []])
  })

  it('include the screen that the host was started on, which is not ended from here', async () => {
    const book = await open({ server: ':0', authority: '', pid: 0 })
    expect(book.list()).toMatchObject([{ id: 'screen', kind: 'screen', state: 'running' }])
    await expect(book.remove('screen', 'admin')).rejects.toMatchObject({ code: 'desktop.not_ours' })
    expect(await book.running('screen', 'admin')).toMatchObject({ server: ':0' })
  })
})

it('writes a cookie that only its user can read, good for every display number', () => {
  const file = join(folder, 'xauthority')
  writeAuthority(file)
  const bytes = readFileSync(file)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(bytes.subarray(0, 26).toString('latin1')).toBe('\xff\xff\0\0\0\0\0\x12MIT-MAGIC-COOKIE-1')
  expect(bytes.readUInt16BE(26)).toBe(16)
  expect(bytes).toHaveLength(44)
})
