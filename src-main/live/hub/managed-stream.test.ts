import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ticks } from '../../formats/media-time.ts'
import type { VideoTrack } from '../../formats/track.ts'
import { AppError } from '../../platform/errors.ts'
import { createSteadyClock } from '../../platform/timing/steady-clock.ts'
import { noLimits } from '../key-limits.ts'
import { ManagedStream } from './managed-stream.ts'
import type { PublishKey } from './publishers/live-publisher.ts'
import type { Publication } from './publishers/publisher.ts'
import type { SlateLoop } from './publishers/slate/slate-show.ts'
import type { StoredStream } from './stream-store.ts'
import { streamView } from './stream-view.ts'

const windowMs = 30_000
const slateAfterMs = 1000
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
const frame = (dtsMs: number) => ({
  trackId: 'v0',
  timescale: 1000,
  dts: ticks(dtsMs),
  composition: ticks(0),
  key: true,
  data: new Uint8Array(8),
})
const loop: SlateLoop = { tracks: [track], frames: [frame(0)], rate: [25, 1], silence: undefined }
const key: PublishKey = {
  id: 'key_1',
  stream: 'cam',
  role: 'primary',
  onSecondPublisher: 'refuse',
  sameAddressOnly: false,
  restartWindowMs: 0,
  limits: noLimits,
  onOverLimit: 'refuse',
}
const takeover: PublishKey = { ...key, id: 'key_2', onSecondPublisher: 'takeover' }
const backup: PublishKey = { ...takeover, id: 'key_3', role: 'backup' }
const pending: StoredStream = {
  id: 'st_1',
  name: 'cam',
  title: 'cam',
  phase: 'pending',
  error: null,
  demo: false,
  createdAt: '2026-01-01T00:00:00.000Z',
  startedAt: null,
  endedAt: null,
  tracks: [],
}

interface Options {
  readonly slate?: 'window' | 'unlimited' | 'fails'
  readonly stored?: StoredStream
}

function setup({ slate, stored = pending }: Options = {}) {
  const seen: string[] = []
  const kept: StoredStream[] = []
  const removed: string[] = []
  const disconnected: string[] = []
  const base = { baseUrl: 'http://h:1', cdnPrefix: '', rtmpPort: 1935, rtmpsPort: undefined, srtPort: undefined }
  const log: any = { warn() {}, error() {} }
  const stream = new ManagedStream(
    stored,
    {
      store: { all: async () => [], save: (each) => kept.push(each), remove: (id) => removed.push(id) },
      events: { publish() {} } as any,
      audit: { record() {} },
      log,
      describe: (each) => streamView(each, 0, base),
      reconnectWindowMs: () => windowMs,
      failover: { silenceMs: 1000, returnMs: 5000, slateAfterMs },
      ...(slate !== undefined && {
        slates: {
          lasts: () => (slate === 'fails' ? 'unlimited' : slate),
          prepare: async () => {
            if (slate === 'fails') throw new AppError('slate.unavailable')
            return loop
          },
        },
      }),
      now: Date.now,
      clock: createSteadyClock(),
      monotonic: () => performance.now(),
    },
    {
      beforeRun() {},
      onRun() {},
      onActive: (run) => {
        run.subscribe(
          {
            onTrack() {},
            onPacket: () => seen.push('packet'),
            onDiscontinuity: (reason) => seen.push(reason),
            onReconnecting: (away) => seen.push(away ? 'away' : 'back'),
            onEnd: () => seen.push('end'),
          },
          { from: 'live' },
        )
      },
    },
  )
  const connect = (given = key): Publication =>
    stream.open(given, {
      sessionId: 's',
      protocol: 'rtmp',
      remoteAddress: '1.2.3.4:5',
      app: 'live',
      name: 'k',
      query: new Map(),
      encoder: 'e',
      disconnect: (reason) => disconnected.push(reason.code),
    })
  const publish = (given = key): Publication => {
    const publication = connect(given)
    publication.setTrack(track)
    publication.write(frame(0))
    return publication
  }
  const shown = () => streamView(stream, 0, base)
  return { stream, connect, publish, shown, seen, kept, removed, disconnected }
}

/** What must be true of a stream after anything that can happen to it. */
function expectConsistent(stream: ManagedStream): void {
  const { phase, publisher, standby, slateOnAir, run, startedAt, endedAt } = stream
  const live = phase === 'active' || phase === 'reconnecting'
  expect(publisher !== undefined, 'somebody is on air while the stream is active, and only then').toBe(phase === 'active')
  expect(run?.state === 'active', 'the run lives as long as the stream').toBe(live)
  expect(publisher?.publication.onAir ?? true).toBe(true)
  expect(standby?.publication.onAir ?? false).toBe(false)
  if (standby !== undefined) expect(standby.role).not.toBe(publisher?.role)
  if (live) expect(startedAt).not.toBeNull()
  else expect({ slateOnAir, standby }).toEqual({ slateOnAir: false, standby: undefined })
  expect(endedAt !== null).toBe(phase === 'ended' || phase === 'error')
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a stream', () => {
  it('waits, is live, and ends when its publisher stops', () => {
    const { stream, publish, shown, kept } = setup()
    expect(shown()).toMatchObject({ state: 'pending', onAir: null, startedAt: null })
    const publication = publish()
    expect(shown()).toMatchObject({ state: 'active', reconnecting: false, onAir: 'primary', endedAt: null })
    publication.close('unpublish')
    expect(shown()).toMatchObject({ state: 'ended', onAir: null, publishers: [] })
    expect(kept.at(-1)).toMatchObject({ phase: 'ended', endedAt: expect.any(String) })
    expectConsistent(stream)
  })

  it('changes nothing but its title when it is started while it is live', () => {
    const { stream, publish } = setup()
    publish()
    const { run, startedAt } = stream
    stream.start({ title: 'Camera', demo: true }, 'actor')
    expect(stream).toMatchObject({ phase: 'active', title: 'Camera', demo: false, run, startedAt })
  })

  it('keeps its run while a newer publisher takes over, and disconnects the older one', () => {
    const { stream, publish, seen, disconnected } = setup()
    publish(takeover)
    const { run } = stream
    publish(takeover)
    expect(stream.run).toBe(run)
    expect(disconnected).toEqual(['publish.taken_over'])
    expect(seen).toEqual(['packet', 'takeover', 'packet'])
    expectConsistent(stream)
  })

  it('shows its slate while the publisher is away, until the headers of the next one', async () => {
    const { stream, publish, connect, shown, seen } = setup({ slate: 'window' })
    publish().close('lost')
    expect(shown()).toMatchObject({ state: 'active', reconnecting: true, onAir: null })
    await vi.advanceTimersByTimeAsync(slateAfterMs + 500)
    expect(shown()).toMatchObject({ state: 'active', reconnecting: true, onAir: 'slate' })
    const returning = connect()
    expect(stream.slateOnAir, 'a connection alone shows nothing').toBe(true)
    returning.setTrack(track)
    returning.write(frame(0))
    expect(shown()).toMatchObject({ state: 'active', reconnecting: false, onAir: 'primary' })
    expectConsistent(stream)
    expect(seen.filter((each) => each !== 'packet')).toEqual(['away', 'back', 'slate', 'reconnect'])
    const count = seen.length
    await vi.advanceTimersByTimeAsync(windowMs * 2)
    expect(seen).toHaveLength(count)
  })

  it.each([
    ['an operator ends it', (stream: ManagedStream) => stream.end('actor')],
    ['its source within the host stops', (stream: ManagedStream) => stream.conclude()],
  ])('ends for good while it shows its slate when %s', async (_, end) => {
    const { stream, publish, seen } = setup({ slate: 'unlimited' })
    publish().close('lost')
    await vi.advanceTimersByTimeAsync(slateAfterMs + 500)
    expect(stream.slateOnAir).toBe(true)
    end(stream)
    expect(stream.phase).toBe('ended')
    expectConsistent(stream)
    const count = seen.length
    expect(seen.at(-1)).toBe('end')
    await vi.advanceTimersByTimeAsync(windowMs * 2)
    expect(seen).toHaveLength(count)
  })

  it('ends with its source within the host while that is away', () => {
    const { stream, publish } = setup()
    publish().close('lost')
    stream.conclude()
    expect(stream.phase).toBe('ended')
    expectConsistent(stream)
  })

  it('waits without end with a slate that has none, and as long as any other when that slate fails', async () => {
    const waiting = setup({ slate: 'unlimited' })
    waiting.publish().close('lost')
    await vi.advanceTimersByTimeAsync(windowMs * 3)
    expect(waiting.shown()).toMatchObject({ state: 'active', onAir: 'slate' })
    waiting.stream.stop()
    const failing = setup({ slate: 'fails' })
    failing.publish().close('lost')
    await vi.advanceTimersByTimeAsync(windowMs + 10)
    expect(failing.stream.phase).toBe('ended')
  })

  it('disconnects who never sent a keyframe when nobody else comes back in time', () => {
    const { stream, publish, connect, disconnected } = setup()
    const primary = publish()
    connect(backup).setTrack(track)
    primary.close('lost')
    expect(stream).toMatchObject({ phase: 'reconnecting', standby: { role: 'backup' } })
    vi.advanceTimersByTime(windowMs)
    expect(disconnected).toEqual(['ingest.timeout'])
    expect(stream.phase).toBe('ended')
    expectConsistent(stream)
  })

  it('lets the primary return after a failover that followed a switch by hand', () => {
    const { stream, publish } = setup()
    let now = 0
    const send = (...all: Publication[]) => {
      for (let until = now + 8000; now < until; ) {
        vi.advanceTimersByTime(100)
        now += 100
        for (const each of all) each.write(frame(now))
        stream.checkFailover()
      }
    }
    const primary = publish()
    const first = publish(backup)
    send(primary, first)
    stream.switchOver('backup', 'actor')
    send(primary, first)
    expect(stream.publisher?.role, 'it stays where an operator put it').toBe('backup')
    first.close('lost')
    const second = publish(backup)
    send(second)
    expect(stream.publisher?.role, 'the primary fell silent').toBe('backup')
    send(primary, second)
    expect(stream.publisher?.role).toBe('primary')
    expectConsistent(stream)
  })

  it('shows its slate in a new run when the host comes up again', async () => {
    const { stream, shown } = setup({
      slate: 'window',
      stored: { ...pending, phase: 'active', startedAt: pending.createdAt, tracks: [track] },
    })
    stream.restore()
    expect(shown()).toMatchObject({ state: 'pending', startedAt: pending.createdAt })
    stream.resumeSlate()
    await vi.advanceTimersByTimeAsync(100)
    expect(shown()).toMatchObject({ state: 'active', onAir: 'slate', startedAt: pending.createdAt })
    await vi.advanceTimersByTimeAsync(windowMs)
    expect(stream.phase).toBe('ended')
    expectConsistent(stream)
  })

  it('shows no slate any more once it is deleted', async () => {
    const { stream, seen, removed } = setup({ slate: 'window', stored: { ...pending, phase: 'active', tracks: [track] } })
    stream.restore()
    stream.resumeSlate()
    stream.remove('actor')
    await vi.advanceTimersByTimeAsync(windowMs * 2)
    expect(removed).toEqual([pending.id])
    expect(seen).toEqual([])
    expect(stream.phase).toBe('pending')
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is consistent whatever happens to it, in whatever order (%i)', async (seed) => {
    let state = seed
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      return (state >> 8) % below
    }
    const { stream, connect } = setup({ slate: (['window', 'unlimited', 'fails'] as const)[seed % 3] as 'window' })
    const connected: Publication[] = []
    const any = (): Publication | undefined => connected[random(Math.max(1, connected.length))]
    const send = (publication: Publication | undefined) => {
      publication?.setTrack(track)
      publication?.write(frame(performance.now()))
    }
    const steps: Readonly<Record<string, () => unknown>> = {
      connect: () => connected.push(connect([key, takeover, { ...key, restartWindowMs: 5000 }, backup][random(4)])),
      send: () => send(any()),
      sendAll: () => connected.forEach(send),
      lose: () => any()?.close('lost', random(2) === 0 ? new AppError('ingest.protocol') : undefined),
      stop: () => any()?.close('unpublish'),
      kick: () => stream.kick('actor'),
      switchOver: () => stream.switchOver(undefined, 'actor'),
      withdraw: () => stream.withdraw(takeover.id, new AppError('publish.key_disabled')),
      end: () => random(3) === 0 && stream.end('actor'),
      conclude: () => random(3) === 0 && stream.conclude(),
      start: () => stream.start({}, 'actor'),
      limits: () => stream.enforceLimits(),
      moment: () => vi.advanceTimersByTimeAsync(random(2000)),
      window: () => vi.advanceTimersByTimeAsync(random(windowMs * 1.2)),
    }
    const names = Object.keys(steps)
    const done: string[] = []
    for (let count = 0; count < 120; count++) {
      const name = names[random(names.length)] as string
      done.push(name)
      try {
        await steps[name]?.()
      } catch (error) {
        // commands that have no meaning now are rejected
        if (!(error instanceof AppError)) throw error
      }
      stream.checkFailover()
      try {
        expectConsistent(stream)
      } catch (error) {
        throw new Error(`after ${done.slice(-8).join(', ')}`, { cause: error })
      }
    }
    stream.stop()
  })
})
