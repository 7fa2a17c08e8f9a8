import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEventBus } from '../../platform/events/event-bus.ts'
import type { AppEvent } from '../../platform/events/events.ts'
import { type AppDatabase, openDatabase } from '../../platform/storage/database.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { desktopMigrations } from '../migrations.ts'
import { DisplayBook } from './display-book.ts'
import type { AudioServer, DisplayServer, RunningDisplay } from './display-server.ts'
import { OwnSite } from './display-site.ts'
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

/** Displays that somebody looks at. */
const viewers = new Set<string>()
/** Displays that the studio shows. */
const inShow = new Set<string>()
const recorded = new Set<string>()
/** Displays that run, and did not before. */
const started: string[] = []
/** What was asked of the screen's privacy. */
const changed: object[] = []
/** Folders of displays whose audio runs. */
const playing = new Set<string>()
const audio: AudioServer = {
  async start(own) {
    await new Promise((resolve) => setImmediate(resolve))
    playing.add(own)
    return { folder: own, pids: [1], state: 'on' }
  },
  runs: (own) => playing.has(own.folder),
  async end(own) {
    playing.delete(own.folder)
  },
}

const open = (screen?: RunningDisplay): Promise<DisplayBook> => {
  const bus = createEventBus(silentLogger)
  bus.subscribe((event) => events.push(event))
  const printers = { open: async () => undefined, isOpen: () => false, close: async () => undefined }
  const site = new OwnSite({
    servers: { xvnc: server, xorg: server, wayland: server },
    audio,
    printers,
    folder: join(folder, 'displays'),
    log: silentLogger,
  })
  return DisplayBook.open({
    store: createDisplayStore(database.kysely),
    maxDisplays: 16,
    siteOf: () => site,
    folder: join(folder, 'displays'),
    events: bus,
    audit: { record() {} },
    log: silentLogger,
    viewersOf: (id) => (viewers.has(id) ? 1 : 0),
    inShow: (id) => inShow.has(id),
    liveAs: () => null,
    liveWhenStarted: () => null,
    onStarted: (id) => started.push(id),
    isRecorded: (id) => recorded.has(id),
    isLocked: () => false,
    privacy: {
      shown: { blanks: false, blocksInput: false, blanked: 'off', inputBlocked: 'off' },
      change: async (changes) => void changed.push(changes),
    },
    arrange: () => undefined,
    ...(screen && { screen }),
  })
}
const forGuest = (book: DisplayBook, user: string, max = 2) =>
  book.openForGuest({ user, invitation: 'i' }, max, { name: user, command: null, endAfterMinutes: 5 })
const add = (book: DisplayBook) => book.add({ command: null }, 'admin')
const settled = async (work: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(work)).filter(({ status }) => status === 'fulfilled').length

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'displays-'))
  database = await openDatabase({ dir: folder, migrations: desktopMigrations })
  events = []
  running = new Set()
  viewers.clear()
  inShow.clear()
  recorded.clear()
  playing.clear()
})
afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the displays there are', () => {
  it('are made for guests, one each and no more than allowed, and removed when they stay away or the invitation ends', async () => {
    const book = await open()
    const [ann, again] = await Promise.all([forGuest(book, 'ann'), forGuest(book, 'ann')])
    expect(again).toBe(ann)
    const results = await Promise.allSettled(['bob', 'cem', 'dan'].map((user) => forGuest(book, user)))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect([book.ofGuest('ann'), book.ofGuest('cem'), book.list().every((each) => each.forGuest)]).toEqual([ann, undefined, true])
    viewers.add(ann)
    await book.endUnwatched(0)
    await book.endUnwatched(5 * 60_000)
    expect(book.list().map(({ id }) => id)).toEqual([ann])
    expect(running.size).toBe(1)
    // The host ended, and its guest did not come again to the next one.
    viewers.clear()
    await book.endAll()
    const next = await open()
    expect(next.ofGuest('ann')).toBe(ann)
    await next.endUnwatched(0)
    await next.endUnwatched(5 * 60_000)
    expect(next.list()).toEqual([])
    await forGuest(next, 'eva')
    await add(next)
    await next.removeOfInvitation('another')
    expect(next.list()).toHaveLength(2)
    await next.removeOfInvitation('i')
    expect(next.list().map((each) => each.forGuest)).toEqual([false])
    expect(readdirSync(join(folder, 'displays'))).toHaveLength(1)
  })

  it('start with the host where they are to, and one that cannot keeps no other from it', async () => {
    const book = await open()
    const broken = await book.add({ command: null, startsWithHost: true }, 'admin')
    const marked = await book.add({ command: null }, 'admin')
    const other = await add(book)
    await book.change(marked.id, { startsWithHost: true }, 'admin')
    await book.endAll()
    await database.kysely
      .updateTable('desktop_display')
      .set({
        display: JSON.stringify({
          name: 'Broken',
          width: 800,
          height: 600,
          command: ['/nonexistent/program'],
          startsWithHost: true,
          running: null,
        }),
      })
      .where('id', '=', broken.id)
      .execute()
    const next = await open()
    expect(next.list().map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped'])
    await next.startMarked(AbortSignal.abort())
    expect(running.size).toBe(0)
    started.length = 0
    await next.startMarked(new AbortController().signal)
    expect(started).toEqual([marked.id])
    expect([broken, marked, other].map(({ id }) => next.describe(id).state)).toEqual(['stopped', 'running', 'stopped'])
  })

  it('change the privacy of the screen alone', async () => {
    const book = await open({ server: ':0', authority: '/nonexistent', pid: 0 })
    const { id } = await add(book)
    await expect(book.change(id, { privacy: { blanks: true } }, 'admin')).rejects.toMatchObject({ code: 'desktop.not_screen' })
    await expect(book.change('screen', { name: 'Other' }, 'admin')).rejects.toMatchObject({ code: 'desktop.not_ours' })
    expect(changed).toEqual([])
    await book.change('screen', { privacy: { blanks: true } }, 'admin')
    expect(changed).toEqual([{ blanks: true }])
  })

  it('are as many as allowed at most, however many are asked for at once', async () => {
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
    const work = [book.remove(id, 'admin'), book.change(id, { name: 'Other' }, 'admin'), book.running(id, 'admin')]
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

  it('change a hundred times at most behind one change that takes long', async () => {
    const book = await open()
    const { id } = await add(book)
    const results = await Promise.allSettled(Array.from({ length: 150 }, (_, index) => book.change(id, { name: `Name ${index}` }, 'admin')))
    expect(results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))).toEqual(Array(50).fill('desktop.busy'))
    expect(book.describe(id).name).toBe('Name 99')
  })

  it('are saved with their newest size, however fast programs change it', async () => {
    const book = await open()
    const { id } = await add(book)
    const before = events.length
    for (let width = 300; width < 2300; width++) book.resized(id, width, 700)
    expect(await book.change(id, { name: 'Sized' }, 'admin')).toMatchObject({ width: 2299, height: 700 })
    expect(events.length - before).toBe(2)
    expect((await open()).describe(id)).toMatchObject({ name: 'Sized', width: 2299, height: 700 })
  })

  it('have audio of their own, which starts again where it ended, and ends with them', async () => {
    const book = await open()
    const { id, audio: state } = await add(book)
    const own = join(folder, 'displays', id)
    expect([state, [...playing]]).toEqual(['on', [own]])
    playing.clear()
    expect((await book.running(id, 'admin')).audio).toMatchObject({ folder: own, state: 'on' })
    expect([...playing]).toEqual([own])
    running.clear()
    await book.running(id, 'admin')
    expect([running.size, playing.size]).toEqual([1, 1])
    await book.endAll()
    expect(playing.size).toBe(0)
    await expect(book.add({ command: ['no-such-program-at-all'] }, 'admin')).rejects.toMatchObject({ code: 'desktop.program_failed' })
    expect(playing.size).toBe(0)
  })

  it('end when nobody has looked at them for as long as their owner said, and start again when they are opened', async () => {
    const book = await open()
    const { id } = await book.add({ command: null, endAfterMinutes: 10 }, 'admin')
    const [steady, watched] = [await add(book), await book.add({ command: null, endAfterMinutes: 1 }, 'admin')]
    const shown = await book.add({ command: null, endAfterMinutes: 1 }, 'admin')
    const taped = await book.add({ command: null, endAfterMinutes: 1 }, 'admin')
    viewers.add(watched.id)
    inShow.add(shown.id)
    recorded.add(taped.id)
    const state = () => book.list().map((display) => [display.id, display.state])
    await book.endUnwatched(0)
    await book.endUnwatched(9 * 60_000)
    viewers.add(id)
    await book.endUnwatched(10 * 60_000)
    viewers.delete(id)
    for (const minute of [11, 20]) await book.endUnwatched(minute * 60_000)
    expect(new Set(state().map(([, each]) => each))).toEqual(new Set(['running']))
    await book.endUnwatched(21 * 60_000)
    expect(state()).toEqual([
      [id, 'stopped'],
      [steady.id, 'running'],
      [watched.id, 'running'],
      [shown.id, 'running'],
      [taped.id, 'running'],
    ])
    expect([running.size, playing.size]).toEqual([4, 4])
    await book.running(id, 'admin')
    expect(book.describe(id).state).toBe('running')
    expect(await book.change(id, { endAfterMinutes: null }, 'admin')).toMatchObject({ endAfterMinutes: null })
  })

  it('keep nothing of one whose program cannot be started', async () => {
    const book = await open()
    await expect(book.add({ command: ['no-such-program-at-all'] }, 'admin')).rejects.toMatchObject({
      code: 'desktop.program_failed',
      message: expect.stringContaining('no-such-program-at-all'),
    })
    expect([book.list(), [...running], readdirSync(join(folder, 'displays'))]).toEqual([[], [], []])
  })

  it('are not attached as those of other programs, which would have neither consent nor lock', async () => {
    const book = await open({ server: ':4711.0', authority: '', pid: 0 })
    const { server: made } = await add(book)
    for (const named of [':4711', '/tmp/.X11-unix/X4711', made!, `/tmp/.X11-unix/X${made!.slice(1)}`]) {
      await expect(book.add({ attach: { server: named } }, 'admin'), named).rejects.toMatchObject({ code: 'desktop.shown_already' })
    }
    expect(book.list()).toHaveLength(2)
  })

  it('are not opened as one of other programs whose number they got', async () => {
    const book = await open()
    const { server: made } = await add(book)
    const store = createDisplayStore(database.kysely)
    const [kept] = await store.all()
    await store.save({ ...kept!, id: 'theirs', name: 'Theirs', attached: { server: made! }, running: null })
    const next = await open()
    await expect(next.running('theirs', 'admin')).rejects.toMatchObject({ code: 'desktop.shown_already' })
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
