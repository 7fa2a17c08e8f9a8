import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { videoTrack } from '../../formats/codecs/track-from-config.ts'
import { ticks } from '../../formats/media-time.ts'
import { headers } from '../../formats/testing/header-samples.ts'
import type { VideoTrack } from '../../formats/track.ts'
import { recoverFile } from '../../media/files/recover-file.ts'
import type { Retention } from '../../media/files/retention.ts'
import type { AuditEntry } from '../../platform/audit.ts'
import type { Principal } from '../../platform/routes/principal.ts'
import type { RouteDefinition } from '../../platform/routes/routes.ts'
import { type AppDatabase, openDatabase } from '../../platform/storage/database.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { desktopMigrations } from '../migrations.ts'
import { createGrantStore } from '../rights/grant-store.ts'
import { Grants } from '../rights/grants.ts'
import { recordingRoutes } from '../routes/recording-routes.ts'
import type { DisplayTaker } from '../sessions/recording-wire.ts'
import { DisplayRecordings } from './display-recordings.ts'
import { createRecordingStore } from './recording-store.ts'
import { maxTitles, readTitles, titlesPath } from './window-titles.ts'

/** Recordings of displays whose frames the test makes; e2e/desktop-recording.e2e.ts has real ones. */

const sizes = [headers.avcB, headers.avcCropped].map((config) => videoTrack('v0', 'h264', config) as VideoTrack)
const owner = { id: 'local', owns: true, hears: true }
const helper = { id: 'token:ann', owns: false, hears: false }

let folder: string
let database: AppDatabase
let recordings: DisplayRecordings
let lines: AuditEntry[]
let topics: string[]
let retention: Retention
let controlled: Set<string>
/** What encodes each display now. */
let takers: Map<string, DisplayTaker>
let ended: string[]
let audible: boolean[]
/** Keeps an encoding from starting until it is called. */
let hold: Promise<void> | undefined

async function open(name = 'recordings'): Promise<readonly string[]> {
  const store = createRecordingStore(database.kysely, {
    enqueue: (_: string, write: () => Promise<void>) => void write().catch(() => undefined),
  })
  recordings = new DisplayRecordings({
    store,
    known: await store.all(),
    ruled: await store.rules(),
    folder: join(folder, name),
    events: { publish: (topic: string) => void topics.push(topic) } as never,
    audit: { record: (line) => lines.push(line) },
    log: silentLogger,
    retention: () => retention,
    posterOf: async () => Uint8Array.of(0xff, 0xd8),
    nameOf(id) {
      if (!id.startsWith('display')) throw new Error(`there is no ${id}`)
      return `Name of ${id}`
    },
    async encode(id, audio, taker) {
      await hold
      if (id === 'display-broken') throw new Error('no server')
      takers.set(id, taker)
      audible.push(audio)
      return { wantKey() {}, end: () => ended.push(id) }
    },
    isControlled: (id) => controlled.has(id),
    onChange: () => undefined,
  })
  return recordings.start()
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'display-recordings-'))
  database = await openDatabase({ dir: folder, migrations: desktopMigrations })
  lines = []
  topics = []
  retention = { maxAgeDays: null, maxTotalMegabytes: null, minFreeMegabytes: 0 }
  controlled = new Set()
  takers = new Map()
  ended = []
  audible = []
  hold = undefined
  await open()
})
afterEach(async () => {
  await recordings.stop()
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Seconds of frames, ten each, from a second of the machine's clock on: one that is past, however lately it was started. */
function play(display: string, fromS: number, seconds: number, track = sizes[0]!): void {
  const taker = takers.get(display)!
  taker.onTrack(track)
  for (let frame = 0; frame < seconds * 10; frame++) {
    const at = ticks(fromS * 90_000 + frame * 9000)
    const key = frame % 100 === 0
    taker.onPacket({ track, pts: at, dts: at, duration: ticks(9000), key, data: Uint8Array.of(0, 0, 0, 3, key ? 0x65 : 0x41, frame, 1) })
  }
}
const files = () =>
  recordings.files.list().map(({ state, number, durationMs, display }) => [display, number, state, Math.round(durationMs / 100) / 10])
const whole = (count: number) => expect.poll(() => recordings.files.list().filter(({ state }) => state === 'complete').length).toBe(count)
const pathOf = (index: number) => recordings.files.path(recordings.files.list()[index]!)
const said = () => lines.map(({ message, actor }) => `${actor ?? ''}: ${message}`)

describe('the recording of a display', () => {
  it('is one, however many start it at once, and is a file that can be sought in', async () => {
    let go = () => {}
    hold = new Promise((resolve) => {
      go = resolve
    })
    const starts = [recordings.record('display-1', owner), recordings.record('display-1', helper), recordings.record('display-2', helper)]
    go()
    expect((await Promise.all(starts)).map(({ state, by }) => [state, by])).toEqual(Array(3).fill(['recording', 'hand']))
    expect(audible).toEqual([true, false])
    play('display-1', 10, 25)
    expect((await recordings.end('display-1', helper)).state).toBe('off')
    await whole(1)
    expect(files()).toEqual([['display-1', 1, 'complete', 25]])
    expect(recordings.state('display-2').state).toBe('recording')
    expect(ended).toEqual(['display-1'])
    const { streams, packets } = JSON.parse(
      execFileSync('ffprobe', ['-v', 'error', '-show_streams', '-show_packets', '-of', 'json', pathOf(0)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    ) as { streams: { codec_name: string; nb_frames: string }[]; packets: { flags: string; pts_time: string }[] }
    expect(streams.map(({ codec_name, nb_frames }) => [codec_name, nb_frames])).toEqual([['h264', '250']])
    expect(packets.filter(({ flags }) => flags.startsWith('K')).map(({ pts_time }) => Number(pts_time))).toEqual([0, 10, 20])
    await expect.poll(() => recordings.files.list()[0]?.poster).toBe(true)
    expect(said()).toEqual([
      'local: recording of display Name of display-1 was started',
      'token:ann: recording of display Name of display-2 was started',
      'token:ann: recording of display Name of display-1 was stopped',
    ])
    await expect(recordings.end('display-1', owner)).rejects.toMatchObject({ code: 'desktop.not_recorded' })
  })

  it('has a file for each size, and goes on when another process encodes', async () => {
    await recordings.record('display-1', owner)
    play('display-1', 10, 3)
    takers.get('display-1')!.onSeam()
    play('display-1', 15, 3)
    play('display-1', 20, 3, sizes[1])
    takers.get('display-1')!.onEnd()
    await whole(2)
    expect(files()).toEqual([
      ['display-1', 1, 'complete', 8],
      ['display-1', 2, 'complete', 3],
    ])
    const [one, two] = recordings.files.list()
    expect([one!.session === two!.session, one!.tracks[0]!.width === two!.tracks[0]!.width]).toEqual([true, false])
    expect(recordings.state('display-1').state).toBe('off')
    // It can be recorded again.
    expect((await recordings.record('display-1', owner)).state).toBe('recording')
  })

  it('does not start where its display does not, nor without end', async () => {
    await expect(recordings.record('display-broken', owner)).rejects.toThrow('no server')
    await expect(recordings.record('other', owner)).rejects.toThrow('there is no other')
    expect([recordings.state('display-broken').state, said()]).toEqual(['off', []])
    const turns = Array.from({ length: 30 }, (_, index) =>
      (index % 2 === 0 ? recordings.record('display-1', owner) : recordings.end('display-1', owner)).then(
        ({ state }) => state,
        ({ code }) => code as string,
      ),
    )
    const answers = await Promise.all(turns)
    expect(answers.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'recording' : 'off')))
    expect(new Set(answers.slice(20))).toEqual(new Set(['desktop.busy', 'desktop.not_recorded']))
    expect(files()).toEqual([])
  })

  it('that a host left behind plays as far as it was written, with its titles, and is reported to go on', async () => {
    await recordings.record('display-1', owner)
    const taker = takers.get('display-1')!
    taker.onTitle('Terminal', 10.1e6)
    play('display-1', 10, 4)
    taker.onTitle('Zäh\u202e 漢', 13e6)
    taker.onTitle('Zäh 漢', 13.5e6)
    play('display-1', 14, 4)
    const seen = join(folder, 'seen.mp4')
    const written = async () => {
      if (!existsSync(pathOf(0))) return 0
      cpSync(pathOf(0), seen)
      return (await recoverFile(seen, 'mp4'))?.durationMs ?? 0
    }
    await expect.poll(written).toBeGreaterThan(7000)
    await expect.poll(() => readFileSync(titlesPath(pathOf(0)), 'utf8').split('\n').length).toBe(3)
    // What a host that dies here leaves: half a fragment, half a line.
    const before = recordings
    cpSync(join(folder, 'recordings'), join(folder, 'left'), { recursive: true })
    const left = join(folder, 'left', recordings.files.list()[0]!.path)
    appendFileSync(left, Buffer.from('00000100', 'hex'))
    appendFileSync(titlesPath(left), '{"atMs": 3500, "ti')
    expect(await open('left')).toEqual(['display-1'])
    expect(recordings.files.list()[0]).toMatchObject({ state: 'recovered' })
    expect(recordings.files.list()[0]!.durationMs).toBeGreaterThan(7000)
    const { chapters } = JSON.parse(
      execFileSync('ffprobe', ['-v', 'error', '-show_chapters', '-of', 'json', pathOf(0)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    ) as {
      chapters: { start_time: string; tags: { title: string } }[]
    }
    expect(chapters.map(({ start_time, tags }) => [Number(start_time), tags.title])).toEqual([
      [0, 'Terminal'],
      [3, 'Zäh 漢'],
    ])
    await before.stop()
  })

  it('waits while the disk has too little space, goes on when it has, and keeps to the retention of recordings', async () => {
    await recordings.record('display-1', owner)
    play('display-1', 10, 3)
    retention = { ...retention, minFreeMegabytes: 1e9 }
    await recordings.check()
    expect(recordings.state('display-1')).toMatchObject({ state: 'waiting', error: { code: 'recording.disk_full' } })
    play('display-1', 13, 3)
    retention = { ...retention, minFreeMegabytes: 0 }
    await recordings.check()
    expect(recordings.state('display-1').state).toBe('recording')
    play('display-1', 20, 3)
    await recordings.end('display-1', owner)
    await whole(2)
    expect(files().map(([, , state, seconds]) => [state, seconds])).toEqual([
      ['complete', 3],
      ['complete', 3],
    ])
    const paths = [pathOf(0), titlesPath(pathOf(0))]
    writeFileSync(paths[1]!, '')
    recordings.files.list()[1]!.kept = true
    retention = { ...retention, maxTotalMegabytes: 1, maxAgeDays: 1e-9 }
    await recordings.check()
    expect(recordings.files.list().map(({ number }) => number)).toEqual([2])
    expect(paths.map((path) => existsSync(path))).toEqual([false, false])
  })
})

describe('titles of windows', () => {
  const titles = () => readTitles(pathOf(0))

  it('are kept with their times in the file, and as many as one can list', async () => {
    await recordings.record('display-1', owner)
    const taker = takers.get('display-1')!
    taker.onTitle('Before the first frame', 9e6)
    play('display-1', 10, 2)
    taker.onTitle('x'.repeat(5_000_000), 11.5e6)
    for (let index = 0; index < 3000; index++) taker.onTitle(`Title ${index}`, 12e6)
    taker.onTitle('line\nbreak "quoted" \\ </script>', 12e6)
    await expect.poll(async () => (await titles()).length).toBe(maxTitles)
    const all = await titles()
    expect(all[0]).toEqual({ atMs: 0, title: 'Before the first frame' })
    expect([all[1]!.atMs, all[1]!.title.length]).toEqual([1500, 200])
    await recordings.end('display-1', owner)
    await whole(1)
    expect(readFileSync(titlesPath(pathOf(0)), 'utf8').split('\n').length).toBe(maxTitles + 1)
  })

  it('go on in the next file with the one that is active', async () => {
    await recordings.record('display-1', owner)
    takers.get('display-1')!.onTitle('Editor', 10e6)
    play('display-1', 10, 2)
    play('display-1', 12, 2, sizes[1])
    await recordings.end('display-1', owner)
    await whole(2)
    await expect.poll(() => readFileSync(titlesPath(pathOf(1)), 'utf8')).toBe('{"atMs":0,"title":"Editor"}\n')
  })
})

describe('the rule of a display', () => {
  it('records it while somebody controls it, and admins alone stop that', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      controlled.add('display-1')
      expect(await recordings.setRule('display-1', true, 'local')).toMatchObject({ state: 'recording', by: 'rule', whileControlled: true })
      await expect(recordings.end('display-1', helper)).rejects.toMatchObject({ code: 'desktop.recorded_by_rule' })
      const settled = async () => {
        for (let turn = 0; turn < 20; turn++) await Promise.resolve()
        return recordings.state('display-1').state
      }
      // A page that is loaded again.
      controlled.clear()
      recordings.controlChanged('display-1')
      vi.advanceTimersByTime(5000)
      controlled.add('display-1')
      recordings.controlChanged('display-1')
      vi.advanceTimersByTime(10_000)
      expect(await settled()).toBe('recording')
      expect((await recordings.end('display-1', owner)).state).toBe('off')
      recordings.controlChanged('display-1')
      expect(await settled()).toBe('off')
      controlled.clear()
      recordings.controlChanged('display-1')
      vi.advanceTimersByTime(10_000)
      expect(await settled()).toBe('off')
      controlled.add('display-1')
      recordings.controlChanged('display-1')
      expect(await settled()).toBe('recording')
      expect((await recordings.setRule('display-1', false, 'local')).state).toBe('off')
      expect(await settled()).toBe('off')
    } finally {
      vi.useRealTimers()
    }
    expect(audible).toEqual([true, true])
  })

  it('is kept, goes on behind a recording that was started by hand, and ends with its display', async () => {
    await recordings.setRule('display-1', true, 'local')
    controlled.add('display-1')
    await recordings.record('display-1', helper)
    expect(await recordings.end('display-1', helper)).toMatchObject({ state: 'recording', by: 'rule' })
    await recordings.stop()
    await open()
    expect(recordings.state('display-1').whileControlled).toBe(true)
    await recordings.removeDisplay('display-1')
    expect(recordings.state('display-1')).toMatchObject({ state: 'off', whileControlled: false })
    await open()
    expect(recordings.state('display-1').whileControlled).toBe(false)
  })
})

const admin: Principal = { id: 'local', role: 'admin' }
const ann: Principal = { id: 'token:ann', role: 'editor' }
let grants: Grants
const routes = (): readonly RouteDefinition[] =>
  recordingRoutes({ recordings, grants, locks: { demand() {} }, audit: { record: (line: AuditEntry) => lines.push(line) } as never })
const ask = async (route: RouteDefinition, params: object, principal: Principal, query: object = {}): Promise<unknown> =>
  (await route.handler({ params, query, body: {}, principal } as never)).body

describe('who may know of recordings', () => {
  const route = (method: string, path: string) => routes().find((each) => each.method === method && each.path === `/desktop${path}`)!
  const listed = async (principal: Principal) =>
    ((await ask(route('GET', '/recordings'), {}, principal, { limit: 100 })) as { items: { display: string }[] }).items.map(
      ({ display }) => display,
    )

  beforeEach(async () => {
    grants = await Grants.open({
      store: createGrantStore(database.kysely),
      users: () => [{ id: ann.id, name: 'Ann', role: 'editor' }],
      audit: { record() {} },
      now: Date.now,
      onChange() {},
    })
    for (const id of ['display-1', 'display-2']) {
      await recordings.record(id, owner)
      play(id, 10, 2)
      await recordings.end(id, owner)
    }
    await whole(2)
  })

  it('has the right to record at the display: others find none, by no route', async () => {
    await grants.put('display-1', ann.id, ['see', 'control', 'audio'], null, 'local')
    const [first, second] = recordings.files.list()
    expect([await listed(ann), await listed(admin)]).toEqual([[], ['display-2', 'display-1']])
    const reading = routes().filter(({ path, method }) => path.startsWith('/desktop/recordings/:id') && method === 'GET')
    expect(reading.map(({ path }) => path.split('/').at(-1))).toEqual([':id', 'titles', 'file', 'thumbnail.jpg'])
    for (const each of reading) await expect(ask(each, { id: first!.id }, ann)).rejects.toMatchObject({ code: 'recording.not_found' })
    for (const method of ['POST', 'DELETE'])
      await expect(ask(route(method, '/displays/:id/recording'), { id: 'display-1' }, ann)).rejects.toMatchObject({
        code: 'desktop.forbidden',
      })
    await expect(ask(route('GET', '/displays/:id/recording'), { id: 'display-2' }, ann)).rejects.toMatchObject({
      code: 'desktop.display_not_found',
    })
    await grants.put('display-1', ann.id, ['record'], null, 'local')
    expect(await listed(ann)).toEqual(['display-1'])
    for (const each of reading.slice(0, 3)) await ask(each, { id: first!.id }, ann, { download: true })
    expect(said().at(-1)).toBe(`token:ann: recording ${first!.fileName} was downloaded`)
    await expect(ask(reading[0]!, { id: second!.id }, ann)).rejects.toMatchObject({ code: 'recording.not_found' })
    await grants.removeDisplay('display-1')
    expect(await listed(ann)).toEqual([])
  })

  it('and admins alone change and delete them', () => {
    const changing = routes().filter(({ method, path }) => method !== 'GET' && path.startsWith('/desktop/recordings'))
    expect(changing.map(({ method, path, role }) => [method, path, role])).toEqual([
      ['DELETE', '/desktop/recordings/:id', 'admin'],
      ['POST', '/desktop/recordings/:id/restore', 'admin'],
      ['PATCH', '/desktop/recordings/:id', 'admin'],
    ])
    expect(routes().find(({ path }) => path.endsWith('recording-rule'))?.role).toBe('admin')
  })
})
