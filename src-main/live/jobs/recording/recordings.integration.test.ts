import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { audioTrack, videoTrack } from '../../../formats/codecs/track-from-config.ts'
import { headers } from '../../../formats/testing/header-samples.ts'
import type { Track } from '../../../formats/track.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import type { AuditEntry } from '../../../platform/audit.ts'
import { nodeSqliteDialect } from '../../../platform/storage/node-sqlite-dialect.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { liveMigrations } from '../../migrations.ts'
import { audioPackets, SyntheticStream, videoPackets } from '../../packaging/testing/synthetic-stream.ts'
import { RecordingIndex } from './recording-index.ts'
import { RecordingRules } from './recording-rules.ts'
import { createRecordingStore, type RecordingStore, type StoredRecording } from './recording-store.ts'
import { Recordings } from './recordings.ts'
import { recordingRoutes } from './routes.ts'
import { defaultRetention, defaultRule } from './schemas.ts'

const video = videoTrack('v0', 'h264', headers.avcB) as Track
const audio = audioTrack('a0', 'aac', headers.aacLc) as Track

/** Seconds of both tracks, with a keyframe each second. */
const seconds = (startS: number, count: number) => [
  videoPackets(video, { startS, seconds: count, fps: 30, gopS: 1 }).map((packet) => ({
    ...packet,
    data: Uint8Array.of(0, 0, 0, 3, 0x65, 1, 1),
  })),
  audioPackets(audio, startS, count),
]

/** A run of the stream `test`. */
class Run extends SyntheticStream {
  override readonly epoch: never
  constructor(epoch: string, tracks: readonly Track[] = [video, audio]) {
    super(tracks)
    this.epoch = epoch as never
  }
}

describe('recordings', () => {
  let folder: string
  let store: RecordingStore
  let index: RecordingIndex
  let rules: RecordingRules
  let recordings: Recordings
  let live: LiveStream | undefined
  let onActive: ((stream: LiveStream) => void) | undefined
  let complete: string[]
  let events: [topic: string, data: unknown][]
  let audit: string[]

  /** A host on the folder and database. */
  async function open(resumes = true): Promise<void> {
    const bus = { publish: (topic: string, data: unknown) => void events.push([topic, data]) } as never
    rules = await RecordingRules.open({ store, events: bus, streamIdOf: () => undefined })
    const onWhole = ({ fileName }: StoredRecording) => void complete.push(fileName)
    index = await RecordingIndex.open({ store, folder, events: bus, log: silentLogger, onWhole })
    recordings = new Recordings({
      streams: {
        find: (name) => (live?.name === name ? live : undefined),
        status: (name) => (name === 'test' ? { state: live ? 'active' : 'pending' } : undefined),
        onActive(listener) {
          onActive = listener
          return () => {
            onActive = undefined
          }
        },
      },
      titleOf: () => 'A test',
      index,
      rules,
      folder,
      events: bus,
      audit: { record: ({ message }) => void audit.push(message) },
      log: silentLogger,
      now: Date.now,
      resumes,
      onWhole,
    })
    await recordings.start()
  }
  function goLive(run: Run): Run {
    live = run
    onActive?.(run)
    return run
  }
  const state = () => recordings.status('test').state
  const files = () => index.list().map(({ state, durationMs }) => [state, Math.round(durationMs / 100) / 10])

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'recordings-'))
    const database = new Kysely<never>({ dialect: nodeSqliteDialect(new DatabaseSync(':memory:')) })
    for (const step of liveMigrations) await step.up(database)
    store = createRecordingStore(database as never, { enqueue: (_: string, write: () => Promise<void>) => void write() })
    live = undefined
    complete = []
    events = []
    audit = []
    await open()
    await rules.setRetention({ ...defaultRetention, minFreeMegabytes: 0 })
  })
  afterEach(async () => {
    await recordings.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('of a stream whose rule says so run while it is live, in files as long as the rule says', async () => {
    await rules.set('test', { ...defaultRule, enabled: true, splitMinutes: 1, fileName: '{stream}-{title}-{number}' })
    const run = goLive(new Run('e1'))
    expect([state(), recordings.running, recordings.status('test').by]).toEqual(['recording', 1, 'rule'])
    run.play(...seconds(0, 90))
    run.subscriber?.onEnd()
    await expect.poll(() => complete.toSorted()).toEqual(['test-A_test-001.mp4', 'test-A_test-002.mp4'])
    expect(files()).toEqual([
      ['complete', 60],
      ['complete', 30],
    ])
    for (const recording of index.list()) {
      const bytes = readFileSync(index.path(recording))
      expect([bytes.length, bytes.toString('latin1', 4, 8), bytes.includes('moov')]).toEqual([recording.bytes, 'ftyp', true])
    }
    expect([state(), recordings.running]).toEqual(['off', 0])
    expect(events.filter(([topic]) => topic === 'recording.progress').length).toBeGreaterThan(0)
    expect(events.findLast(([topic]) => topic === 'recording.status')?.[1]).toMatchObject({ state: 'off' })
  })

  it('who publishes one, or withdraws it, is in the audit log', async () => {
    const run = goLive(new Run('e1'))
    recordings.begin('test', 'ann')
    run.play(...seconds(0, 2))
    run.subscriber?.onEnd()
    await expect.poll(() => complete.length).toBe(1)
    const [{ id, fileName } = { id: '', fileName: '' }] = index.list()
    const entries: AuditEntry[] = []
    const audit = { record: (entry: AuditEntry) => void entries.push(entry) }
    const routes = recordingRoutes({ recordings, index, rules, audit, now: Date.now, streamName: () => 'test', liveNames: () => [] })
    const patch = routes.find(({ method, path }) => method === 'PATCH' && path === '/live/recordings/:id')
    for (const body of [{ title: 'The game' }, { published: true }, { published: true }, { published: false }])
      await patch?.handler({ params: { id }, body, principal: { id: 'token:1', role: 'editor' } } as never)
    expect(entries).toEqual(
      ['published', 'unpublished'].map((what) => ({
        ...{ kind: 'command', message: `recording ${fileName} was ${what}`, streamName: 'test', actor: 'token:1' },
      })),
    )
    expect(events.filter(([topic]) => topic === 'recording.withdrawn').length).toBe(1)
  })

  it('are started and stopped by hand, and stay off until the next run of the stream though its rule says on', async () => {
    expect(() => recordings.begin('test', 'ann')).toThrow(expect.objectContaining({ code: 'stream.not_live' }))
    expect(() => recordings.end('test', 'ann')).toThrow(expect.objectContaining({ code: 'recording.off' }))
    const run = goLive(new Run('e1'))
    expect(state()).toBe('off')
    expect(recordings.begin('test', 'ann')).toMatchObject({ state: 'recording', by: 'hand' })
    expect(recordings.begin('test', 'bob').session, 'it goes on').toBe(recordings.status('test').session)
    run.play(...seconds(0, 3))
    expect(recordings.end('test', 'ann').state).toBe('off')
    await expect.poll(files).toEqual([['complete', 3]])
    await rules.set('test', { ...defaultRule, enabled: true })
    recordings.rulesChanged(['test'])
    expect(state(), 'an operator stopped it').toBe('off')
    goLive(new Run('e2'))
    expect(recordings.status('test')).toMatchObject({ state: 'recording', by: 'rule' })
    await rules.set('test', defaultRule)
    recordings.rulesChanged(['test'])
    expect(state()).toBe('off')
    expect(audit).toEqual(['recording of test was started', 'recording of test was stopped'])
  })

  it('are rejected, or fail by rule, where a container does not take a codec', async () => {
    await rules.set('test', { ...defaultRule, container: 'ts', enabled: true })
    const opus = { ...audio, codec: 'opus', codecString: 'opus' } as Track
    const run = goLive(new Run('e1', [video, opus]))
    run.play(seconds(0, 2)[0]!)
    expect(recordings.status('test')).toMatchObject({ state: 'failed', error: { code: 'recording.codec_unsupported' } })
    expect(recordings.problems()).toEqual(['recording.codec_unsupported'])
    expect(() => recordings.begin('test', 'ann')).toThrow(/ts file does not take opus/)
    await rules.set('test', { ...defaultRule, container: 'ts', enabled: true, tracks: ['v0'] })
    recordings.rulesChanged(['test'])
    run.play(seconds(2, 2)[0]!)
    expect([state(), recordings.problems()]).toEqual(['recording', []])
  })

  it('wait while the disk has less space than is to be kept free, and go on in a new file', async () => {
    const run = goLive(new Run('e1'))
    recordings.begin('test', 'ann')
    run.play(...seconds(0, 3))
    await rules.setRetention({ ...defaultRetention, minFreeMegabytes: 1e12 })
    await recordings.check()
    expect(recordings.status('test')).toMatchObject({ state: 'waiting', recordingId: null, error: { code: 'recording.disk_full' } })
    expect(recordings.problems()).toEqual(['recording.disk_full'])
    run.play(...seconds(3, 3))
    await rules.setRetention({ ...defaultRetention, minFreeMegabytes: 0 })
    await recordings.check()
    expect(state()).toBe('recording')
    run.play(...seconds(6, 2))
    recordings.end('test', 'ann')
    await expect.poll(() => files().map(([each]) => each)).toEqual(['complete', 'complete'])
    const [before, after] = index.list()
    expect(before).toMatchObject({ number: 1, error: { code: 'recording.disk_full' } })
    expect(before!.durationMs, 'what was written is kept').toBeGreaterThan(2000)
    expect(after).toMatchObject({ number: 2, session: before!.session, error: null })
    expect(Math.abs(after!.durationMs - 2000)).toBeLessThan(30)
  })

  it('are deleted by retention, files and all, but none that runs or is kept', async () => {
    for (const epoch of ['e1', 'e2', 'e3']) {
      const run = goLive(new Run(epoch))
      recordings.begin('test', 'ann')
      run.play(...seconds(0, 2))
      if (epoch !== 'e3') recordings.end('test', 'ann')
      await expect.poll(() => index.list().filter((each) => each.state === 'complete').length).toBe(epoch === 'e1' ? 1 : 2)
    }
    const [kept, gone, running] = index.list() as [StoredRecording, StoredRecording, StoredRecording]
    index.keep(Object.assign(kept, { kept: true }))
    const longAgo = new Date(Date.now() - 9 * 86_400_000).toISOString()
    for (const each of [kept, gone, running]) each.startedAt = longAgo
    await rules.setRetention({ ...defaultRetention, minFreeMegabytes: 0, maxAgeDays: 7 })
    await recordings.check()
    expect(index.list()).toEqual([kept, running])
    expect([kept, gone, running].map((each) => existsSync(index.path(each)))).toEqual([true, false, true])
    expect(events.filter(([topic]) => topic === 'recording.removed')).toEqual([['recording.removed', { id: gone.id }]])
    expect(() => index.get(gone.id)).toThrow(expect.objectContaining({ code: 'recording.not_found' }))
  })

  it('that a host left behind unexpectedly are cut behind what plays, and go on when the stream is back', async () => {
    const run = goLive(new Run('e1'))
    recordings.begin('test', 'ann')
    run.play(...seconds(0, 10))
    const [cut] = index.list() as [StoredRecording]
    const path = index.path(cut)
    await expect.poll(() => statSync(path).size).toBeGreaterThan(15_000)
    // What a host leaves that is killed now, within a fragment.
    const left = { recording: structuredClone(cut), bytes: readFileSync(path).subarray(0, -100) }
    await recordings.stop()
    writeFileSync(path, left.bytes)
    store.save(left.recording)
    live = undefined
    await open()
    expect(index.list()).toMatchObject([{ id: cut.id, state: 'recovered' }])
    expect(index.list()[0]!.durationMs).toBeGreaterThan(4000)
    goLive(new Run('e2'))
    expect(recordings.status('test')).toMatchObject({ state: 'recording', by: 'hand' })
    await recordings.stop()
    store.save(left.recording)
    live = undefined
    await open(false)
    goLive(new Run('e3'))
    expect(state(), 'a host that is not to go on does not').toBe('off')
  })
})
