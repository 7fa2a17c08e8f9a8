import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../storage/database.ts'
import { platformMigrations } from '../storage/platform-migrations.ts'
import { createWriteQueue } from '../storage/write-queue.ts'
import { silentLogger } from '../telemetry/logger.ts'
import { createBrowserSessions } from './browser-sessions.ts'
import { lockDataFolder } from './data-lock.ts'
import { readHostFile, removeHostFile, writeHostFile } from './host-file.ts'
import { createSignInLinks } from './sign-in-links.ts'
import { createTokenStore } from './tokens.ts'

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'identity-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return dir
}
async function storage() {
  const database = await openDatabase({ dir: folder(), migrations: platformMigrations })
  onTestFinished(() => database.close())
  return { database: database.kysely, writes: createWriteQueue(silentLogger) }
}

it('a token outlives the host, until it is revoked or its time is over, and is never kept as it is', async () => {
  const { database, writes } = await storage()
  let now = Date.parse('2030-01-01')
  const before = await createTokenStore(database, writes, () => now)
  const { token, secret } = before.create('ci', 'editor')
  const short = before.create('short', 'viewer', '2030-01-02T00:00:00.000Z')
  await writes.flush()
  const after = await createTokenStore(database, writes, () => now)
  expect(after.verify(secret)).toEqual({ id: `token:${token.id}`, role: 'editor' })
  expect(JSON.stringify(await database.selectFrom('tokens').selectAll().execute())).not.toContain(secret)
  now = Date.parse('2030-01-03')
  expect(after.verify(short.secret)).toBeUndefined()
  after.revoke(token.id)
  expect(after.verify(secret)).toBeUndefined()
  expect(() => after.revoke('nobody')).toThrow(expect.objectContaining({ code: 'token.not_found' }))
})

it('a sign-in link works once and for ten minutes', () => {
  let now = 0
  const links = createSignInLinks(() => now)
  const one = links.create('admin')
  expect([links.redeem(one.secret), links.redeem(one.secret)]).toEqual(['admin', undefined])
  const two = links.create('admin')
  now = 10 * 60_000
  expect(links.redeem(two.secret)).toBeUndefined()
})

it('a signed-in browser stays so over a restart, until it signs out or the token behind it is revoked', async () => {
  const { database, writes } = await storage()
  let stands = true
  const before = await createBrowserSessions(database, writes, () => stands)
  const from = { userAgent: 'Firefox', remoteAddress: '127.0.0.1' }
  const one = before.create({ token: 'token:t', role: 'viewer', ...from })
  const two = before.create({ role: 'admin', ...from })
  await writes.flush()
  const after = await createBrowserSessions(database, writes, (id) => id.startsWith('link:') || stands)
  expect(after.verify(one.secret)).toEqual({ id: 'token:t', role: 'viewer', session: one.session.id })
  expect(after.verify(two.secret)).toEqual({ id: `link:${two.session.id}`, role: 'admin', session: two.session.id })
  expect(
    after
      .list()
      .map(({ id }) => id)
      .sort(),
  ).toEqual([one.session.id, two.session.id].sort())
  stands = false
  expect(after.verify(one.secret)).toBeUndefined()
  expect([after.stands(one.session.id), after.list()]).toEqual([false, [two.session]])
  after.end(two.session.id)
  expect([after.verify(two.secret), after.stands(two.session.id)]).toEqual([undefined, false])
  expect(() => after.end(two.session.id)).toThrow(expect.objectContaining({ code: 'session.not_found' }))
  await writes.flush()
  expect(await database.selectFrom('browser_sessions').select('id').execute()).toEqual([{ id: one.session.id }])
})

it('the list of signed-in browsers says when each was last used, keeps it over a restart, and shows no secret', async () => {
  const { database, writes } = await storage()
  let now = Date.parse('2030-01-01')
  const sessions = await createBrowserSessions(
    database,
    writes,
    () => true,
    () => now,
  )
  const { session, secret } = sessions.create({ role: 'admin', userAgent: 'x'.repeat(1000), remoteAddress: '203.0.113.7' })
  now += 30_000
  sessions.verify(secret)
  expect(sessions.list()).toEqual([{ ...session, userAgent: 'x'.repeat(300) }])
  now += 3_600_000
  sessions.verify(secret)
  await writes.flush()
  const after = await createBrowserSessions(
    database,
    writes,
    () => true,
    () => now,
  )
  expect(after.list()).toMatchObject([
    { lastUsedAt: new Date(now).toISOString(), remoteAddress: '203.0.113.7', principal: `link:${session.id}` },
  ])
  expect(JSON.stringify(after.list())).not.toContain(secret)
  expect(JSON.stringify(await database.selectFrom('browser_sessions').selectAll().execute())).not.toContain(secret)
})

it('one token signs in so many browsers at a time, and takes the place of no other', async () => {
  const { database, writes } = await storage()
  let now = 0
  const sessions = await createBrowserSessions(
    database,
    writes,
    () => true,
    () => now,
  )
  const from = { userAgent: '', remoteAddress: '' }
  const link = sessions.create({ role: 'admin', ...from })
  const many = Array.from({ length: 101 }, () => {
    now += 1
    return sessions.create({ token: 'token:t', role: 'viewer', ...from })
  })
  expect(sessions.list()).toHaveLength(101)
  expect(sessions.verify(many[0]!.secret)).toBeUndefined()
  expect([sessions.stands(many[1]!.session.id), sessions.stands(link.session.id)]).toEqual([true, true])
})

it('the host file is for its owner alone, and is removed only by its own run', () => {
  const dir = folder()
  const content = {
    pid: 1,
    run: 'a',
    version: '1',
    url: 'u',
    httpsUrl: null,
    rtmpUrl: 'r',
    rtmpsUrl: null,
    srtUrl: null,
    token: 't',
    startedAt: 's',
  }
  writeHostFile(dir, content)
  if (process.platform !== 'win32') expect(statSync(join(dir, 'host.json')).mode & 0o777).toBe(0o600)
  removeHostFile(dir, 'b')
  expect(readHostFile(dir)).toEqual(content)
  removeHostFile(dir, 'a')
  expect(readHostFile(dir)).toBeUndefined()
})

it('a data folder has one host at a time', () => {
  const dir = folder()
  const release = lockDataFolder(dir)
  expect(() => lockDataFolder(dir)).toThrow(expect.objectContaining({ code: 'host.already_running' }))
  release()
  lockDataFolder(dir)()
})
