import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { fileName, pathOf } from './cache-file.ts'
import { CacheSweep } from './cache-sweep.ts'
import { NodeCache } from './node-cache.ts'

let folder: string
let cache: NodeCache
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'node-cache-'))
  mkdirSync(join(folder, 'files'))
  cache = new NodeCache({
    files: join(folder, 'files'),
    storedLog: join(folder, 'stored.log'),
    indexFile: join(folder, 'index.db'),
    siteOf: () => 'origin',
    hostOf: () => undefined,
    lifetimeOf: () => undefined,
    variantsOf: () => [',,'],
    sites: () => ['origin'],
    isSliced: (target) => target.endsWith('.mp4'),
    reopenLog: () => undefined,
    log: silentLogger,
  })
  await cache.start()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await cache.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A file as nginx writes it. */
function store(key: string): string {
  const header = `HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nCache-Tag: films\r\n\r\n`
  const bytes = Buffer.alloc(336)
  bytes.writeBigUInt64LE(5n, 0)
  bytes.writeBigInt64LE(BigInt(Math.floor(Date.now() / 1000) + 3600), 8)
  bytes.writeBigInt64LE(BigInt(Math.floor(Date.now() / 1000)), 40)
  const named = `\nKEY: ${key}\n`
  bytes.writeUInt16LE(336 + named.length, 54)
  bytes.writeUInt16LE(336 + named.length + header.length, 56)
  const path = pathOf(join(folder, 'files'), fileName(key))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, Buffer.concat([bytes, Buffer.from(`${named}${header}body`, 'latin1')]))
  return path
}

const line = (key: string, changes: object): string =>
  `${JSON.stringify({ key, tags: 'films', type: 'video/mp4', lifetime: 'x', status: 'MISS', code: '200', at: Date.now() / 1000, took: 1, sliced: '', ...changes })}\n`

async function until(look: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + 20_000; !look(); await delay(20)) {
    if (performance.now() > end) throw new Error(`not within 20 s: ${what}`)
  }
}

it('slices that were purged while they were fetched go with one look at the folders, however many there are', async () => {
  await cache.purge({ number: 1, selection: { urls: ['/film.mp4'] }, hard: true })
  const run = vi.spyOn(CacheSweep.prototype, 'run')
  const key = (slice: number): string => `origin /film.mp4 ,, bytes=${slice}`
  const paths = Array.from({ length: 300 }, (_, slice) => store(key(slice)))
  // asked for before the purge, and stored behind it
  appendFileSync(
    join(folder, 'stored.log'),
    Array.from({ length: 300 }, (_, slice) => line(key(slice), { took: 3600, sliced: '1' })).join(''),
  )
  await until(() => paths.every((path) => !existsSync(path)), 'all slices are gone')
  expect(run.mock.calls.length).toBeLessThan(10)
})

it('purges that come together are each carried out, and count what they took', async () => {
  for (let n = 0; n < 20; n++) store(`origin /a/${n} ,,`)
  expect(await cache.preview({ everything: true })).toMatchObject({ objects: 20 })
  const done = await Promise.all(
    Array.from({ length: 20 }, (_, n) => cache.purge({ number: n + 1, selection: { prefixes: [`/a/${n}`], tags: [] }, hard: true })),
  )
  // /a/1 takes /a/10 to /a/19 along
  expect(done.reduce((sum, { objects }) => sum + objects, 0)).toBe(20)
  expect(await cache.preview({ everything: true })).toMatchObject({ objects: 0 })
  expect(cache.lastPurge).toBe(20)
})

it('lines that come during a purge are taken behind it', async () => {
  const paths = Array.from({ length: 500 }, (_, n) => store(`origin /b/${n} ,,`))
  appendFileSync(join(folder, 'stored.log'), Array.from({ length: 500 }, (_, n) => line(`origin /b/${n} ,,`, { took: 0 })).join(''))
  const { objects } = await cache.purge({ number: 1, selection: { tags: ['films'] }, hard: true })
  expect(objects).toBe(500)
  expect(paths.some((path) => existsSync(path))).toBe(false)
  store('origin /b/new ,,')
  appendFileSync(join(folder, 'stored.log'), line('origin /b/new ,,', { took: 0 }))
  await until(() => cache.search('/b/').objects.length === 1, 'the new one is in the index')
})
