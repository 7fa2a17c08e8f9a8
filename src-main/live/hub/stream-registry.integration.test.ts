import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ticks } from '../../formats/media-time.ts'
import type { Track, VideoTrack } from '../../formats/track.ts'
import { AppError } from '../../platform/errors.ts'
import { nodeSqliteDialect } from '../../platform/storage/node-sqlite-dialect.ts'
import { createSteadyClock } from '../../platform/timing/steady-clock.ts'
import { noLimits } from '../key-limits.ts'
import { liveMigrations } from '../migrations.ts'
import { createKeyStore } from '../policy/keys/key-store.ts'
import { StreamKeys } from '../policy/keys/stream-keys.ts'
import type { PublishRequest } from './publishers/publisher.ts'
import { StreamRegistry } from './stream-registry.ts'
import { nextPhase } from './stream-state.ts'
import type { StoredStream, StreamStore } from './stream-store.ts'
import { streamView } from './stream-view.ts'

const log: any = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const track: VideoTrack = {
  id: 'v0',
  kind: 'video',
  codec: 'h264',
  timescale: 90_000,
  codecString: 'avc1.64001f',
  config: new Uint8Array([1]),
  width: 2,
  height: 2,
}
const packet = (dtsMs: number, key = true) => ({
  trackId: 'v0',
  timescale: 1000,
  dts: ticks(dtsMs),
  composition: ticks(0),
  key,
  data: new Uint8Array(8),
})

function house(stored: StoredStream[] = []) {
  const reported: string[] = []
  const kept = new Map(stored.map((each) => [each.id, each]))
  const store: StreamStore = {
    all: async () => [...kept.values()],
    save: (each) => void kept.set(each.id, each),
    remove: (id) => void kept.delete(id),
  }
  const events: any = {
    publish: (topic: string, data: any) => reported.push(data.state ? `${topic} ${data.state}${data.reconnecting ? '+' : ''}` : topic),
  }
  const audit = { record() {} }
  const base = { baseUrl: 'http://h:1', cdnPrefix: '', rtmpPort: 1935, rtmpsPort: undefined, srtPort: undefined }
  return {
    reported,
    kept,
    events,
    audit,
    registry: StreamRegistry.open({
      store,
      events,
      audit,
      log,
      now: Date.now,
      clock: createSteadyClock(),
      monotonic: () => performance.now(),
      reconnectWindowMs: () => 30_000,
      failover: { silenceMs: 1000, returnMs: 10_000, slateAfterMs: 1000 },
      describe: (entry) => streamView(entry, 0, base),
    }),
  }
}

function encoder(sent: AppError[] = []): PublishRequest {
  return {
    sessionId: 's',
    protocol: 'rtmp',
    remoteAddress: '1.2.3.4:5',
    app: 'live',
    name: 'k',
    query: new Map(),
    encoder: 'e',
    disconnect: (reason) => sent.push(reason),
  }
}

const reject = {
  id: 'key_1',
  stream: 'cam',
  role: 'primary',
  onSecondPublisher: 'refuse',
  sameAddressOnly: false,
  restartWindowMs: 0,
  limits: noLimits,
  onOverLimit: 'refuse',
} as const
const takeover = { ...reject, id: 'key_2', onSecondPublisher: 'takeover' } as const

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a stream', () => {
  it('follows the table of states', () => {
    expect(nextPhase('pending', 'publish')).toBe('active')
    expect(nextPhase('active', 'lost')).toBe('reconnecting')
    expect(nextPhase('active', 'unpublish')).toBe('ended')
    expect(nextPhase('reconnecting', 'publish')).toBe('active')
    expect(nextPhase('reconnecting', 'window-over')).toBe('ended')
    expect(nextPhase('reconnecting', 'failed')).toBe('error')
    expect(nextPhase('ended', 'publish')).toBe('active')
    expect(nextPhase('ended', 'lost')).toBeUndefined()
    expect(nextPhase('active', 'restart')).toBe('pending')
  })

  it('is dated by a clock that does not move while anything is live, and by the right one afterwards', async () => {
    const { registry: opening } = house()
    const registry = await opening
    const origin = (stream: string): number => {
      const publication = registry.open({ ...reject, stream }, encoder())
      publication.setTrack(track)
      publication.write(packet(0))
      return registry.find(stream)?.originTimeMs ?? Number.NaN
    }
    const first = origin('cam')
    expect(Math.abs(first - Date.now())).toBeLessThan(5)
    vi.setSystemTime(Date.now() + 3_600_000)
    expect(Math.abs(origin('second') - first)).toBeLessThan(5000)
    for (const entry of registry.list()) entry.end('a')
    expect(Math.abs(origin('third') - Date.now())).toBeLessThan(5)
    registry.stop()
  })

  it('goes on as the same run when its encoder stops cleanly and starts again within the window of its key', async () => {
    const { registry: opening } = house()
    const registry = await opening
    const key = { ...reject, restartWindowMs: 10_000 }
    const publish = () => {
      const publication = registry.open(key, encoder())
      publication.setTrack(track)
      publication.write(packet(0))
      return publication
    }
    const first = publish()
    const run = registry.find('cam')
    first.close('unpublish')
    expect(registry.status('cam')).toMatchObject({ state: 'active', reconnecting: true })
    vi.advanceTimersByTime(9000)
    const second = publish()
    expect(registry.find('cam')).toBe(run)
    expect(registry.status('cam')?.reconnecting).toBeUndefined()
    second.close('unpublish')
    vi.advanceTimersByTime(10_001)
    expect(registry.status('cam')?.state).toBe('ended')
    const third = publish()
    registry.keyChanged(reject)
    third.close('unpublish')
    expect(registry.status('cam')?.state).toBe('ended')
    registry.stop()
  })

  it('goes on as the same run when its publisher returns within the window', async () => {
    const { registry: opening, reported } = house()
    const registry = await opening
    const seen: string[] = []
    registry.onActive((stream) => {
      stream.subscribe(
        {
          onTrack: () => seen.push('track'),
          onPacket: (each) => seen.push(`packet ${each.dts / 90}`),
          onDiscontinuity: (reason) => seen.push(reason),
          onReconnecting: (away) => seen.push(away ? 'away' : 'back'),
          onEnd: () => seen.push('end'),
        },
        { from: 'live' },
      )
    })
    const first = registry.open(reject, encoder())
    first.setTrack(track)
    first.write(packet(1000))
    const epoch = registry.find('cam')?.epoch
    first.close('lost')
    expect(registry.find('cam')?.reconnecting).toBe(true)
    vi.advanceTimersByTime(20_000)
    const second = registry.open({ ...reject, id: 'key_other' }, encoder())
    second.setTrack(track)
    second.write(packet(0, false))
    second.write(packet(40))
    expect(registry.find('cam')?.epoch).toBe(epoch)
    expect(seen).toEqual(['track', 'packet 0', 'away', 'back', 'reconnect', 'packet 20040'])
    expect(reported.filter((each) => each.startsWith('stream.state'))).toEqual([
      'stream.state active',
      'stream.state active+',
      'stream.state active',
    ])
    second.close('unpublish')
    expect(seen.at(-1)).toBe('end')
    expect(registry.status('cam')?.state).toBe('ended')
  })

  it('drops a track that a returning publisher no longer sends', async () => {
    const { registry } = house()
    const streams = await registry
    const extra: Track = { ...track, id: 'v1' }
    const first = streams.open(reject, encoder())
    first.setTrack(track)
    first.setTrack(extra)
    first.write(packet(0))
    first.close('lost')
    const second = streams.open(reject, encoder())
    second.setTrack(track)
    second.write(packet(0))
    expect(streams.find('cam')?.tracks).toHaveLength(2)
    vi.advanceTimersByTime(3001)
    second.write(packet(3000))
    expect(streams.find('cam')?.tracks).toEqual([track])
    streams.stop()
  })

  it('ends when nobody comes back, in error when its bytes were malformed', async () => {
    const registry = await house().registry
    registry.open(reject, encoder()).close('lost')
    vi.advanceTimersByTime(30_000)
    expect(registry.get('cam').phase).toBe('ended')
    registry.open(reject, encoder()).close('lost', new AppError('ingest.protocol'))
    vi.advanceTimersByTime(30_000)
    expect(registry.get('cam')).toMatchObject({ phase: 'error', error: { code: 'ingest.protocol' } })
  })

  it('rejects a second publisher or lets it take over, as the key says', async () => {
    const registry = await house().registry
    const sent: AppError[] = []
    const first = registry.open(reject, encoder(sent))
    expect(() => registry.open(reject, encoder())).toThrow(expect.objectContaining({ code: 'publish.busy' }))
    registry.open(takeover, encoder())
    expect(sent.map((error) => error.code)).toEqual(['publish.taken_over'])
    first.close('lost')
    expect(registry.get('cam').phase).toBe('active')
  })

  it('stays over for a while when an operator ended it, until it is started again', async () => {
    const registry = await house().registry
    const sent: AppError[] = []
    registry.open(reject, encoder(sent))
    registry.get('cam').end('local')
    expect(sent[0]?.code).toBe('publish.ended')
    expect(() => registry.open(reject, encoder())).toThrow(expect.objectContaining({ code: 'publish.ended' }))
    registry.start('cam', {}, 'local')
    registry.open(reject, encoder())
    expect(registry.get('cam').phase).toBe('active')
  })

  it('waits for its publisher when the host comes up again, and ends when none comes', async () => {
    const before = house()
    ;(await before.registry).open(reject, encoder())
    const registry = await house([...before.kept.values()]).registry
    expect(registry.get('cam')).toMatchObject({ phase: 'pending', startedAt: expect.any(String) })
    vi.advanceTimersByTime(30_000)
    expect(registry.get('cam').phase).toBe('ended')
  })
})

describe('stream keys', () => {
  it('are found by their text, kept as a hash alone, and stop a publisher when they are disabled', async () => {
    const raw = new DatabaseSync(':memory:')
    const database = new Kysely<any>({ dialect: nodeSqliteDialect(raw) })
    for (const step of liveMigrations) await step.up(database)
    const { registry: opening, events, audit } = house()
    const registry = await opening
    const store = createKeyStore(database)
    const dependencies = {
      store,
      writes: { enqueue: (_: string, write: () => Promise<void>) => void write() },
      events,
      audit,
      now: Date.now,
    }
    const keys = await StreamKeys.open(dependencies)
    keys.onWithdrawn((key, code) => registry.withdraw(key.id, new AppError(code)))
    const { key, secret } = await keys.create({ stream: 'cam' }, 'local')
    expect(secret).toMatch(/^sk_[a-z2-9]{32}$/)
    expect(JSON.stringify(raw.prepare('SELECT * FROM stream_key').all())).not.toContain(secret.slice(8))
    const sent: AppError[] = []
    registry.open(key, encoder(sent))
    await keys.change(key.id, { enabled: false }, 'local')
    expect(sent[0]?.code).toBe('publish.key_disabled')
    const again = await keys.rotate(key.id, 'local')
    expect(keys.find(secret)).toBeUndefined()
    expect((await StreamKeys.open(dependencies)).find(again.secret)).toMatchObject({ id: key.id, enabled: false })
  })
})
