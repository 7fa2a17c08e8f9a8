import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LiveStream } from '../../../media/live-stream.ts'
import { openSecretBox } from '../../../platform/identity/secret-box.ts'
import { type AppDatabase, openDatabase } from '../../../platform/storage/database.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { liveMigrations } from '../../migrations.ts'
import { DestinationBook } from './destination-book.ts'
import { createDestinationStore } from './destination-store.ts'
import type { Target } from './target.ts'

let dir: string
let database: AppDatabase

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'destination-resume-'))
  database = await openDatabase({ dir, migrations: liveMigrations })
})
afterAll(async () => {
  await database.close()
  rmSync(dir, { recursive: true, force: true })
})

/** A host's book and its stream `show`; `resumes`: the host before was lost while the stream was live. */
async function start(resumes: boolean) {
  const quiet = { publish() {}, record() {} } as never
  const secrets = openSecretBox(dir)
  let run: LiveStream
  const goLive = (): void => {
    run = { id: 's1', name: 'show', state: 'active', reconnecting: false, tracks: [{ id: 'v0', kind: 'video' }] } as unknown as LiveStream
    book.onActive(run)
  }
  const book = await DestinationBook.open({
    store: createDestinationStore(database.kysely, secrets),
    secrets,
    streams: { find: () => run } as never,
    resumes: () => resumes,
    events: quiet,
    audit: quiet,
    log: silentLogger,
    network: () => ({ editorHosts: [], ownHttpPorts: [], ownHttpsPorts: [] }),
    connect: () => ({ close() {}, tick() {} }) as unknown as Target,
    viewOf: (stream) => stream,
    streamId: () => 's1',
    now: Date.now,
    monotonic: () => performance.now(),
  })
  // Those of one millisecond have no order.
  const sending = (): string[] =>
    book
      .list()
      .flatMap(({ label, state }) => (state === 'off' ? [] : label))
      .sort()
  return { book, goLive, sending }
}

it('goes on after a crash of the host as it was, and as it is enabled when the stream starts again', async () => {
  const first = await start(false)
  first.goLive()
  const ids: Record<string, string> = {}
  for (const [label, enabled] of [
    ['enabled', true],
    ['stopped', true],
    ['started', false],
    ['left off', false],
  ] as const) {
    const made = await first.book.create(
      'show',
      { template: 'custom', label, enabled, url: 'rtmp://live.example.com/app', key: 'k' },
      { actor: 'ann', limited: false },
    )
    ids[label] = made.id
  }
  await first.book.stop('show', ids.stopped!, 'ann')
  await first.book.start('show', ids.started!, 'ann')
  expect(first.sending()).toEqual(['enabled', 'started'])

  const crashed = await start(true)
  crashed.goLive()
  expect(crashed.sending()).toEqual(['enabled', 'started'])
  // The stream ends and starts again.
  crashed.book.stopAll()
  crashed.goLive()
  expect(crashed.sending()).toEqual(['enabled', 'stopped'])

  await crashed.book.stop('show', ids.stopped!, 'ann')
  const restarted = await start(false)
  restarted.goLive()
  expect(restarted.sending()).toEqual(['enabled', 'stopped'])
})

it('keeps a change and a removal that are being stored while it is stopped', async () => {
  const { book, goLive } = await start(false)
  goLive()
  const make = (label: string) =>
    book.create('show', { template: 'custom', label, url: 'rtmp://live.example.com/app', key: 'k' }, { actor: 'ann', limited: false })
  const [changed, removed] = [await make('old'), await make('gone')]
  await Promise.all([
    book.change('show', changed.id, { label: 'new' }, { actor: 'ann', limited: false }),
    book.stop('show', changed.id, 'ann'),
    book.remove('show', removed.id, 'ann'),
    book.stop('show', removed.id, 'ann'),
  ])
  const crashed = await start(true)
  crashed.goLive()
  const labels = crashed.book.list().map(({ label }) => label)
  expect(labels).toContain('new')
  expect(labels).not.toContain('gone')
  expect(crashed.sending()).not.toContain('new')
})
