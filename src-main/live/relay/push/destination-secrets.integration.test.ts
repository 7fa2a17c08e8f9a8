import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LiveStream } from '../../../media/live-stream.ts'
import { openSecretBox } from '../../../platform/identity/secret-box.ts'
import { type AppDatabase, openDatabase } from '../../../platform/storage/database.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { liveMigrations } from '../../migrations.ts'
import { DestinationBook } from './destination-book.ts'
import type { DestinationAim, DestinationSecrets } from './destination-sender.ts'
import { createDestinationStore } from './destination-store.ts'
import type { NewDestination } from './schemas.ts'
import type { Target } from './target.ts'

const live = {
  id: 's1',
  name: 'show',
  state: 'active',
  reconnecting: false,
  tracks: [{ id: 'v0', kind: 'video' }],
} as unknown as LiveStream
const quiet = { publish() {}, record() {} } as never
const ann = { actor: 'ann', limited: false }
/** An editor. */
const eve = { actor: 'eve', limited: true }
const forbidden = (words: RegExp) => expect.objectContaining({ code: 'url.forbidden', message: expect.stringMatching(words) })
const needed = (...fields: string[]) => expect.objectContaining({ code: 'secret.needed', details: { fields } })

describe('a destination', () => {
  let dir: string
  let database: AppDatabase
  let book: DestinationBook
  /** What an admin opened to editors. */
  const opened = new Set<string>()
  /** What was connected to, newest last. */
  let connected: { readonly aim: DestinationAim; readonly secrets: DestinationSecrets }[]

  const open = (): Promise<DestinationBook> => {
    const secrets = openSecretBox(dir)
    return DestinationBook.open({
      store: createDestinationStore(database.kysely, secrets),
      secrets,
      streams: { find: () => live } as never,
      resumes: () => false,
      events: quiet,
      audit: quiet,
      log: silentLogger,
      network: () => ({ editorHosts: [...opened], ownHttpPorts: [], ownHttpsPorts: [] }),
      connect: (aim, given) => {
        connected.push({ aim, secrets: given })
        return { close() {}, tick() {} } as unknown as Target
      },
      viewOf: (stream) => stream,
      streamId: () => live.id,
      now: Date.now,
      monotonic: () => performance.now(),
    })
  }
  const make = (request: Partial<NewDestination>, author = ann) =>
    book.create('show', { template: 'custom', ...request } as NewDestination, author)
  const onDisk = (): string => ['', '-wal'].map((end) => readFileSync(join(dir, `streams.db${end}`), 'latin1')).join('')

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'destination-secrets-'))
    database = await openDatabase({ dir, migrations: liveMigrations })
  })
  beforeEach(async () => {
    await database.kysely.deleteFrom('destination').execute()
    connected = []
    book = await open()
  })
  afterAll(async () => {
    await database.close()
    rmSync(dir, { recursive: true, force: true })
  })

  describe('whose secrets are kept', () => {
    it.each([
      ['another host', 'rtmp://evil.example/app'],
      ['another port', 'rtmp://a.example:1936/app'],
      ['another protocol', 'rtmps://a.example/app'],
    ])('are asked for again where the destination is changed to %s', async (_what, url) => {
      const { id } = await make({ url: 'rtmp://a.example/app', key: 'key-of-ann' })
      await expect(book.change('show', id, { url }, eve)).rejects.toEqual(needed('key'))
      expect(book.get('show', id).url).toBe('rtmp://a.example/app')
      expect(connected.map(({ aim }) => aim.url)).toEqual(['rtmp://a.example/app'])
      await book.change('show', id, { url, key: 'key-of-eve' }, eve)
      expect(connected.at(-1)).toMatchObject({ aim: { url }, secrets: { key: 'key-of-eve' } })
    })

    it('are asked for one by one', async () => {
      const { id } = await make({ template: 'srt', url: 'srt://a.example:9000', key: 'stream-id', passphrase: 'ten-letters' })
      const url = 'srt://b.example:9000'
      await expect(book.change('show', id, { url }, eve)).rejects.toEqual(needed('key', 'passphrase'))
      await expect(book.change('show', id, { url, key: '' }, eve)).rejects.toEqual(needed('passphrase'))
      await book.change('show', id, { url, key: '', passphrase: '' }, eve)
      expect(connected.at(-1)?.secrets).toEqual({ key: '', passphrase: '' })
    })

    it('stay where only the path, the label or the tracks change', async () => {
      const { id } = await make({ url: 'rtmp://a.example/app', key: 'key-of-ann' })
      await book.change('show', id, { url: 'rtmp://A.example:1935/other', label: 'Other' }, ann)
      expect(connected.at(-1)?.secrets.key).toBe('key-of-ann')
    })

    it('are asked for again where another certificate is to be trusted, not where the usual one is', async () => {
      const { id } = await make({ url: 'rtmps://a.example/app', key: 'key-of-ann' })
      await expect(book.change('show', id, { certificate: 'any' }, eve)).rejects.toEqual(needed('key'))
      await expect(book.change('show', id, { certificate: 'ab'.repeat(32) }, eve)).rejects.toEqual(needed('key'))
      await book.change('show', id, { certificate: 'any', key: 'key-of-eve' }, eve)
      await book.change('show', id, { certificate: 'system', label: 'Other' }, eve)
      expect(connected.at(-1)).toMatchObject({ aim: { certificate: 'system' }, secrets: { key: 'key-of-eve' } })
    })

    it('in a URL are masked, encrypted on the disk, and kept with a masked URL of the same server alone', async () => {
      const made = await make({ template: 'whip', url: 'https://a.example/whip?token=word-of-ann' })
      expect(made.url).toBe('https://a.example/whip?token=***')
      expect((await make({ url: 'rtmp://a.example/app/name-of-ann' })).url).toBe('rtmp://a.example/app/***')
      expect(connected.map(({ aim }) => aim.url)).toEqual(['https://a.example/whip?token=word-of-ann', 'rtmp://a.example/app/name-of-ann'])
      expect(onDisk()).not.toMatch(/(word|name)-of-ann/)

      book.stopAll()
      book = await open()
      await expect(book.change('show', made.id, { url: 'https://evil.example/whip?token=***' }, eve)).rejects.toEqual(needed('url'))
      const moved = await book.change('show', made.id, { url: 'https://a.example/v2/whip?token=***' }, ann)
      expect(moved.url).toBe('https://a.example/v2/whip?token=***')
      await book.start('show', made.id, 'ann')
      expect(connected.at(-1)?.aim.url).toBe('https://a.example/v2/whip?token=word-of-ann')
    })

    it('in URLs that an older version kept are encrypted when the host starts', async () => {
      const { id } = await make({ template: 'whip', url: 'https://a.example/whip' })
      const old = { url: 'https://a.example/whip?token=word-of-ann', sealed_url: null }
      await database.kysely.updateTable('destination').set(old).where('id', '=', id).execute()
      book.stopAll()
      book = await open()
      expect(book.get('show', id).url).toBe('https://a.example/whip?token=***')
      await book.start('show', id, 'ann')
      expect(connected.at(-1)?.aim.url).toBe('https://a.example/whip?token=word-of-ann')
      // nor in what the database has freed
      await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(database.kysely)
      expect(onDisk()).not.toContain('word-of-ann')
    })
  })

  describe('that somebody names', () => {
    it('that an editor names must not lead to this machine or its network, unless an admin opened it', async () => {
      for (const url of ['rtmp://127.0.0.1/app', 'rtmp://[::ffff:10.0.0.1]/app', 'rtmp://localhost:1935/app', 'rtmp://nas.lan/app']) {
        await expect(make({ url, key: 'k' }, eve), url).rejects.toEqual(forbidden(/an admin allows the host/))
      }
      expect(book.list()).toEqual([])
      opened.add('nas.lan')
      await make({ url: 'rtmp://nas.lan/app', key: 'k' }, eve)
      opened.clear()
      expect(connected.at(-1)?.aim.limited).toBe(true)
      await make({ url: 'rtmp://10.0.0.1/app', key: 'k' })
      expect(connected.at(-1)?.aim.limited).toBe(false)
    })

    it('is its last author’s: also after a change, a restart and a removal', async () => {
      const { id } = await make({ url: 'rtmp://10.0.0.1/app', key: 'k' })
      await book.change('show', id, { label: 'Renamed', url: 'rtmp://10.0.0.1/app' }, eve)
      book.stopAll()
      book = await open()
      await book.start('show', id, 'eve')
      expect(connected.at(-1)?.aim.limited).toBe(false)
      await expect(book.change('show', id, { url: 'rtmp://10.0.0.1/other', key: 'k' }, eve)).rejects.toEqual(forbidden(/10\.0\.0\.1/))
      await book.remove('show', id, 'eve')
      await expect(book.restore('show', id, eve)).rejects.toEqual(forbidden(/10\.0\.0\.1/))
      await book.restore('show', id, ann)
      await book.change('show', id, { url: 'rtmp://a.example/app', key: 'k' }, eve)
      expect(connected.at(-1)?.aim.limited).toBe(true)
      book.stopAll()
      book = await open()
      await book.start('show', id, 'ann')
      expect(connected.at(-1)?.aim.limited).toBe(true)
      await book.change('show', id, { url: 'rtmp://a.example/app' }, ann)
      expect(connected.at(-1)?.aim.limited).toBe(false)
    })
  })
})
