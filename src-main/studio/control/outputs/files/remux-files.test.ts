import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Remuxed, RemuxOrder } from '../../../../media/files/remux/messages.ts'
import { createEventBus } from '../../../../platform/events/event-bus.ts'
import { silentLogger } from '../../../../platform/telemetry/logger.ts'
import { openReach } from '../../../../platform/testing/open-reach.ts'
import { FileBook } from './file-book.ts'
import { RemuxFiles } from './remux-files.ts'
import { newFile, type StoredFile } from './studio-file.ts'

describe('a remux', () => {
  let dir: string
  let book: FileBook
  let running: { order: RemuxOrder; done: PromiseWithResolvers<Remuxed> }[]
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'remux-'))
    running = []
    book = await openBook([])
  })
  afterEach(() => {
    book.stop()
    rmSync(dir, { recursive: true })
  })

  const openBook = (stored: readonly StoredFile[]): Promise<FileBook> => {
    const rows = stored.map((file) => ({ file: JSON.stringify(file) }))
    return FileBook.open({
      database: { selectFrom: () => ({ selectAll: () => ({ orderBy: () => ({ execute: async () => rows }) }) }) } as never,
      writes: { enqueue: () => undefined },
      events: createEventBus(silentLogger),
      log: silentLogger,
      posters: join(dir, 'pictures'),
      posterOf: async () => undefined,
      retention: { expired: async () => [] },
    })
  }
  const recorded = (name: string): StoredFile => {
    const path = join(dir, name)
    writeFileSync(path, 'the recording')
    const facts = { id: name, output: 'tape', outputName: 'Tape', kind: 'recording', session: 's', part: 1, container: 'mkv' } as const
    const file = {
      ...newFile({ ...facts, path, startedAt: '2026-11-21T12:00:00Z', durationMs: 9000, bytes: 13, tracks: [], chapters: [] }),
    }
    file.state = 'complete'
    book.keep(file)
    return file
  }
  const remuxer = {
    size: 0,
    remux: (order: RemuxOrder) => {
      const done = Promise.withResolvers<Remuxed>()
      running.push({ order, done })
      writeFileSync(order.to, 'half')
      return done.promise
    },
    cancel: (id: string) => running.find(({ order }) => order.id === id)?.done.reject(new Error('Cancelled')),
  }
  const remuxes = (policy = openReach.files): RemuxFiles =>
    new RemuxFiles({ files: book, remuxer, policy: () => policy, audit: { record: () => undefined } as never, log: silentLogger })
  const start = (id: string): Promise<StoredFile> => remuxes().start(id, 'ann', false)

  it('makes a file beside the recording, which is there whole or not at all', async () => {
    recorded('show.mkv')
    writeFileSync(join(dir, 'show.mp4'), 'somebody else’s')
    const made = await start('show.mkv')
    expect(made).toMatchObject({ path: join(dir, 'show-2.mp4'), state: 'writing', remuxedFrom: 'show.mkv', container: 'mp4' })
    await expect(start('show.mkv')).rejects.toMatchObject({ code: 'request.conflict' })
    await expect(start(made.id)).rejects.toMatchObject({ code: 'studio.file_running' })
    expect(existsSync(made.path), 'not before it is whole').toBe(false)
    running[0]?.done.resolve({ bytes: 4, durationMs: 9000 })
    await expect.poll(() => book.get(made.id).state).toBe('complete')
    expect(readFileSync(made.path, 'utf8')).toBe('half')
    expect(readdirSync(dir).sort()).toEqual(['show-2.mp4', 'show.mkv', 'show.mp4'])
  })

  it('that fails leaves the recording alone and nothing beside it', async () => {
    recorded('show.mkv')
    const made = await start('show.mkv')
    running[0]?.done.reject(new Error('No space left on device'))
    await expect.poll(() => book.get(made.id).state).toBe('failed')
    expect(book.get(made.id).error).toEqual({ code: 'studio.remux_failed', message: 'No space left on device' })
    expect(readdirSync(dir)).toEqual(['show.mkv'])
  })

  it('that is cancelled is off the list, with what was written of it', async () => {
    recorded('show.mkv')
    const files = remuxes()
    const made = await files.start('show.mkv', 'ann', false)
    await files.cancel(made.id, 'ann')
    expect(book.list().map(({ id }) => id)).toEqual(['show.mkv'])
    expect(readdirSync(dir)).toEqual(['show.mkv'])
    await expect(files.cancel(made.id, 'ann')).rejects.toMatchObject({ code: 'studio.file_not_found' })
    await expect(files.cancel('show.mkv', 'ann')).rejects.toMatchObject({ code: 'request.conflict' })
    expect((await files.start('show.mkv', 'ann', false)).path, 'the name is free again').toBe(made.path)
  })

  it('that finishes while it is cancelled stays', async () => {
    recorded('show.mkv')
    const files = remuxes()
    const made = await files.start('show.mkv', 'ann', false)
    running[0]?.done.resolve({ bytes: 4, durationMs: 9000 })
    await expect(files.cancel(made.id, 'ann')).rejects.toMatchObject({ code: 'request.conflict' })
    expect(readFileSync(made.path, 'utf8')).toBe('half')
  })

  it('starts once where it is asked for twice at the same time', async () => {
    recorded('show.mkv')
    const files = remuxes()
    const both = await Promise.allSettled([files.start('show.mkv', 'ann', false), files.start('show.mkv', 'bob', false)])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(running.length).toBe(1)
  })

  it('that the end of the host broke off is gone at its next start, and one that was whole is complete', async () => {
    const from = recorded('show.mkv')
    const broken = { ...(await start('show.mkv')) }
    const whole = { ...broken, id: 'whole', path: join(dir, 'whole.mp4') }
    writeFileSync(whole.path, 'all of it')
    book.stop()
    book = await openBook([from, broken, whole])
    await book.recover()
    expect(book.list().map(({ id, state, durationMs }) => [id, state, durationMs])).toEqual([
      ['show.mkv', 'complete', 9000],
      ['whole', 'complete', 9000],
    ])
    expect(readFileSync(whole.path, 'utf8'), 'nothing of it is cut off').toBe('all of it')
    expect(readdirSync(dir).sort()).toEqual(['show.mkv', 'whole.mp4'])
  })

  it('writes for an editor only where editors may write', async () => {
    recorded('show.mkv')
    const closed = { ...openReach.files, mediaFolders: [], editorFolders: [] }
    await expect(remuxes(closed).start('show.mkv', 'ann', true)).rejects.toMatchObject({ code: 'path.forbidden' })
    expect(readdirSync(dir)).toEqual(['show.mkv'])
  })
})
