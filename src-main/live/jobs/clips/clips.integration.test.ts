import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import { trashMs } from '../../../platform/routes/trash-routes.ts'
import { nodeSqliteDialect } from '../../../platform/storage/node-sqlite-dialect.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { liveMigrations } from '../../migrations.ts'
import { createPackager, type Packager } from '../../packaging/packager.ts'
import { audioPackets, audioTrackOf, SyntheticStream, videoPackets, videoTrackOf } from '../../packaging/testing/synthetic-stream.ts'
import { ClipStore, clipView } from './clip-store.ts'
import { Clips } from './clips.ts'
import type { ClipMade, ClipOrder } from './messages.ts'
import { clipRoutes } from './routes.ts'
import type { ClipOrderBody } from './schemas.ts'

const v0 = videoTrackOf()
const a0 = audioTrackOf()
const stream = { id: 'stream-1', name: 'test' }

/** A run of the stream with a keyframe each 2 s, of which everything is kept. */
function run(): { packager: Packager; play: (startS: number, seconds: number) => void; reconnect: () => void; end: () => void } {
  const source = new SyntheticStream([v0, a0])
  const packager = createPackager(source, { segmentMs: 2000, partMs: 500, windowMs: 600_000 })
  return {
    packager,
    play: (startS, seconds) => source.play(videoPackets(v0, { startS, seconds, fps: 30, gopS: 2 }), audioPackets(a0, startS, seconds)),
    reconnect: () => source.subscriber?.onDiscontinuity('reconnect'),
    end: () => source.subscriber?.onEnd(),
  }
}

describe('clips', () => {
  let folder: string
  let database: Kysely<never>
  let store: ClipStore
  let clips: Clips
  let live: ReturnType<typeof run>
  let runs: Packager[]
  let nowMs: number
  let events: [topic: string, data: unknown][]
  /** Orders that the maker was given. */
  let orders: ClipOrder[]
  /** What the maker does with an order. */
  let make: (order: ClipOrder) => Promise<ClipMade>

  const bus = { publish: (topic: string, data: unknown) => void events.push([topic, data]) } as never
  const openStore = () =>
    ClipStore.open({
      database: database as never,
      writes: { enqueue: (_: string, write: () => Promise<void>) => void write() },
      folder,
      events: bus,
    })
  async function open(maxMb = 100): Promise<void> {
    store = await openStore()
    clips = new Clips({
      store,
      maker: {
        make: (order: ClipOrder, onProgress: (fraction: number) => void) => {
          orders.push(order)
          onProgress(0.5)
          return make(order)
        },
        stop: async () => undefined,
      } as never,
      folder,
      maxMb,
      events: bus,
      audit: { record: () => undefined } as never,
      log: silentLogger,
      now: () => nowMs,
      runs: (name) => (name === stream.name ? runs : []),
      titleOf: () => 'Evening',
      posterOf: async () => Uint8Array.of(0xff, 0xd8),
    })
    await clips.start()
  }
  const order = (body: ClipOrderBody) => clips.order(stream, body, 'somebody')
  const settled = async (id: string, state: string) => {
    await expect.poll(() => store.get(id).state).toBe(state)
    return store.get(id)
  }
  const rejection = (body: ClipOrderBody, of = stream) =>
    clips.order(of, body, 'somebody').then(
      () => 'taken',
      (error: AppError) => error.code,
    )

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clips-'))
    database = new Kysely<never>({ dialect: nodeSqliteDialect(new DatabaseSync(':memory:')) })
    for (const step of liveMigrations) await step.up(database)
    nowMs = Date.parse('2026-11-21T20:15:00Z')
    events = []
    orders = []
    make = async ({ path, fromS, toS }) => {
      writeFileSync(path, 'a clip')
      return { fromS, toS, frames: 30 * (toS - fromS), encodedFrames: 10, exact: true, note: '', bytes: 6 }
    }
    live = run()
    live.play(0, 20.5)
    runs = [live.packager]
    await open()
  })
  afterEach(async () => {
    await clips.stop()
    await database.destroy()
    rmSync(folder, { recursive: true, force: true })
  })

  it('who publishes one, or withdraws it, is in the audit log', async () => {
    const { id } = await order({ from: 5000, to: 8500 })
    await settled(id, 'ready')
    const entries: AuditEntry[] = []
    const audit = { record: (entry: AuditEntry) => void entries.push(entry) }
    const routes = clipRoutes({ clips, store, audit, now: () => nowMs, streamOf: () => stream, runs: () => [] })
    const change = (body: object) =>
      routes
        .find(({ method }) => method === 'PATCH')
        ?.handler({ params: { id }, body, principal: { id: 'token:1', role: 'editor' } } as never)
    for (const body of [{ title: 'The goal' }, { published: true }, { published: true }, { published: false }]) await change(body)
    expect(entries).toEqual(
      ['published', 'unpublished'].map((what) => ({
        ...{ kind: 'command', message: `clip The goal was ${what}`, streamId: 'stream-1', streamName: 'test', actor: 'token:1' },
      })),
    )
    expect(events.filter(([topic]) => topic === 'clip.withdrawn').length).toBe(1)
  })

  it('are made of whole segments from a keyframe at or before their first frame on, of video and audio', async () => {
    let sizes: number[] = []
    const usual = make
    make = (given) => {
      sizes = [given.video, given.audio].map((each) => readFileSync(each?.path ?? '').length)
      return usual(given)
    }
    const { id } = await order({ from: 5000, to: 8500 })
    await expect.poll(() => store.get(id).poster).toBe(true)
    const clip = store.get(id)
    const [{ video, audio, fromS, toS } = {} as ClipOrder] = orders
    expect([fromS, toS]).toEqual([5, 8.5])
    // 4 to 10 s of video; the audio starts a little earlier, for its decoder.
    expect([video?.segments.length, audio?.segments.length]).toEqual([3, 3])
    expect(sizes).toEqual([video, audio].map((each) => each?.segments.reduce((sum, size) => sum + size, 0)))
    expect(clip).toMatchObject({ state: 'ready', durationMs: 3500, frames: 105, exact: true, bytes: 6, error: null, rendition: 'v0' })
    expect(clip.fileName).toMatch(/^Evening-.*\.mp4$/)
    expect(readFileSync(store.path(id), 'utf8')).toBe('a clip')
    expect(clipView(clip)).toMatchObject({
      fileUrl: `/api/v1/live/clips/${id}/file`,
      thumbnailUrl: `/api/v1/live/clips/${id}/thumbnail.jpg`,
    })
    expect(events).toContainEqual(['clip.progress', { id, fraction: 0.5 }])
    await expect.poll(() => readdirSync(join(folder, '.work'))).toEqual([])
    // Another host on the same database has it too.
    expect((await openStore()).get(id)).toMatchObject({ id, state: 'ready' })
  })

  it('are made of the last seconds, as many as there are', async () => {
    const { fromMs, toMs } = await order({ lastSeconds: 4 })
    expect(toMs - fromMs).toBe(4000)
    const all = await order({ lastSeconds: 600 })
    expect([all.fromMs, all.toMs]).toEqual([0, toMs])
    // The newest segment is not complete: they wait for the rest of it.
    live.end()
    await Promise.all(store.list().map(({ id }) => settled(id, 'ready')))
  })

  it('wait for an end that is yet to come', async () => {
    const { id } = await order({ from: 19_000, to: 23_000 })
    expect(store.get(id).state).toBe('waiting')
    live.play(20.5, 2)
    expect(orders).toHaveLength(0)
    live.play(22.5, 2.5)
    await settled(id, 'ready')
    expect(orders[0]?.toS).toBe(23)
  })

  it('have what there is where their stream ends before', async () => {
    const { id } = await order({ from: 19_000, to: 40_000 })
    live.end()
    await settled(id, 'ready')
    expect(orders[0]?.video?.segments).toHaveLength(2)
  })

  it('fail where the publisher is lost before their end has come', async () => {
    const { id } = await order({ from: 19_000, to: 27_000 })
    live.reconnect()
    live.play(25, 4)
    expect(await settled(id, 'failed')).toMatchObject({ error: { code: 'clip.discontinuity' } })
    expect(orders).toHaveLength(0)
  })

  it('are cut out of the run that contains them, by wall clock too', async () => {
    live.end()
    const later = run()
    later.play(100, 20)
    runs.push(later.packager)
    const at = (s: number) => new Date(live.packager.originTimeMs + s * 1000).toISOString()
    expect(await order({ from: at(3), to: at(5) })).toMatchObject({ fromMs: 3000, toMs: 5000 })
    expect(await order({ from: at(104), to: at(106) })).toMatchObject({ fromMs: 104_000, toMs: 106_000 })
    expect(await rejection({ from: at(30), to: at(32) })).toBe('clip.out_of_window')
    await Promise.all(store.list().map(({ id }) => settled(id, 'ready')))
  })

  it('are rejected with a reason where they cannot be', async () => {
    expect(await rejection({ lastSeconds: 3 }, { id: 'x', name: 'nobody' })).toBe('stream.not_live')
    const wrong: [ClipOrderBody, string][] = [
      [{}, 'clip.range_invalid'],
      [{ from: 1000 }, 'clip.range_invalid'],
      [{ from: 1000, to: 2000, lastSeconds: 3 }, 'clip.range_invalid'],
      [{ from: 2000, to: 2000 }, 'clip.range_invalid'],
      [{ from: 'yesterday, noon', to: 3000 }, 'clip.range_invalid'],
      [{ from: 0, to: 3_600_001 }, 'clip.too_long'],
      [{ from: -2000, to: 3000 }, 'clip.out_of_window'],
      [{ from: 1000, to: 51_000 }, 'clip.out_of_window'],
      [{ lastSeconds: 3, rendition: 'v9' }, 'clip.rendition_missing'],
      [{ from: 1000, to: 2000, rendition: 'a0' }, 'clip.rendition_missing'],
    ]
    for (const [body, code] of wrong) expect([body, await rejection(body)]).toEqual([body, code])
    live.reconnect()
    live.play(30, 6)
    expect(await rejection({ from: 19_000, to: 32_000 })).toBe('clip.discontinuity')
    expect(await rejection({ lastSeconds: 20 })).toBe('clip.discontinuity')
    expect(store.list()).toEqual([])
  })

  it('are eight at a time at most, and take no more of the disk than they may', async () => {
    for (let count = 0; count < 8; count++) await order({ from: 19_000, to: 23_000 })
    expect(await rejection({ lastSeconds: 2 })).toBe('clip.busy')
    const hasAudio = (clip: string) => (statSync(join(folder, '.work', clip, 'audio'), { throwIfNoEntry: false })?.size ?? 0) > 0
    await expect.poll(() => store.list().every(({ id }) => hasAudio(id))).toBe(true)
    live.play(20.5, 4.5)
    await Promise.all(store.list().map(({ id }) => settled(id, 'ready')))
    const [first] = store.list()
    store.keep(Object.assign(first!, { bytes: 100_000_000 }))
    // A clip that is ready has its image made yet.
    await expect.poll(() => rejection({ lastSeconds: 2 })).toBe('clip.no_room')
  })

  it('say why they failed', async () => {
    make = () => Promise.reject(new AppError('clip.out_of_window', 'No frame lies in that range'))
    const known = await order({ from: 10_000, to: 12_000 })
    expect((await settled(known.id, 'failed')).error).toMatchObject({ code: 'clip.out_of_window', message: 'No frame lies in that range' })
    make = () => Promise.reject(new Error('ENOSPC: no space left'))
    const other = await order({ from: 10_000, to: 12_000 })
    expect((await settled(other.id, 'failed')).error).toMatchObject({ code: 'clip.failed', message: 'ENOSPC: no space left' })
    expect(clipView(store.get(other.id))).toMatchObject({ fileUrl: null, thumbnailUrl: null })
  })

  it('leave nothing where they are deleted while they are made', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const usual = make
    make = (given) => promise.then(() => usual(given))
    const clip = await order({ from: 10_000, to: 12_000 })
    await settled(clip.id, 'making')
    await store.remove(clip)
    resolve()
    await expect.poll(() => existsSync(join(folder, '.work', clip.id))).toBe(false)
    expect([store.list(), existsSync(store.path(clip.id))]).toEqual([[], false])
    expect(events.at(-1)).toEqual(['clip.removed', { id: clip.id }])
  })

  it('that the end of the host interrupts have failed, also where it came unexpectedly', async () => {
    const waiting = await order({ from: 19_000, to: 23_000 })
    await clips.stop()
    expect(store.get(waiting.id)).toMatchObject({ state: 'failed', error: { code: 'clip.interrupted' } })
    store.keep({ ...waiting, id: 'clip_left', state: 'making', error: null })
    await open()
    expect(store.get('clip_left')).toMatchObject({ state: 'failed', error: { code: 'clip.interrupted' } })
  })

  it('are deleted for good when they have been in the trash for long enough', async () => {
    const { id } = await order({ from: 10_000, to: 12_000 })
    await settled(id, 'ready')
    await expect.poll(() => store.get(id).poster).toBe(true)
    store.keep({ ...store.get(id), deletedAt: new Date(nowMs).toISOString() })
    await clips.stop()
    nowMs += trashMs - 1
    await open()
    expect(store.has(id)).toBe(true)
    await clips.stop()
    nowMs += 1
    await open()
    expect([store.has(id), existsSync(store.path(id)), existsSync(store.imagePath(id))]).toEqual([false, false, false])
  })
})
