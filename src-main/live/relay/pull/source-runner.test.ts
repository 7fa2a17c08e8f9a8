import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import type { Publication } from '../../hub/publishers/publisher.ts'
import type { PullDependencies } from './pull-process.ts'
import { SourceRunner, type SourceSettings } from './source-runner.ts'
import { readSourceUrl } from './source-url.ts'

const settings: SourceSettings = { url: 'rtsp://cam.example/1', when: 'always', enabled: true }

/** A process of the double: what it was started with, and whether it was ended. */
interface FakePull {
  readonly given: PullDependencies
  stopped: number
}

describe('a source that the host fetches', () => {
  let pulls: FakePull[]
  let runners: SourceRunner[]
  const newest = (): FakePull => pulls.at(-1)!

  function run(more: Partial<SourceSettings> = {}): SourceRunner {
    const runner = new SourceRunner(
      { ...settings, ...more },
      {
        log: silentLogger,
        now: Date.now,
        publish: () => ({}) as Publication,
        onChange: () => undefined,
        pull: (given) => {
          const pull: FakePull = { given, stopped: 0 }
          pulls.push(pull)
          return {
            stop: async () => {
              pull.stopped++
            },
          }
        },
      },
    )
    runners.push(runner)
    runner.start()
    return runner
  }

  beforeEach(() => {
    vi.useFakeTimers()
    // The wait before another attempt without its random part.
    vi.spyOn(Math, 'random').mockReturnValue(0)
    pulls = []
    runners = []
  })
  afterEach(async () => {
    for (const runner of runners) await runner.stop()
    expect(vi.getTimerCount()).toBe(0)
    vi.restoreAllMocks()
    vi.useRealTimers()
  })

  it('is fetched at once, and live when it was opened', async () => {
    const runner = run()
    expect([runner.state, newest().given.start]).toEqual([
      'connecting',
      { type: 'start', kind: 'rtsp', url: 'rtsp://cam.example/1', loop: false },
    ])
    newest().given.onOpened('rtsp')
    expect([runner.state, runner.format, runner.liveSinceMs]).toEqual(['live', 'rtsp', Date.now()])
    await runner.stop()
    expect([runner.state, runner.liveSinceMs, newest().stopped]).toEqual(['off', undefined, 1])
  })

  it('is tried again with growing waits, which start over when it was live for long', () => {
    const runner = run()
    for (const [attempt, waitMs] of [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000].entries()) {
      newest().given.onGone(new AppError('source.failed'))
      expect([runner.state, runner.error?.code, runner.nextAttemptMs! - Date.now()]).toEqual(['retrying', 'source.failed', waitMs])
      vi.advanceTimersByTime(waitMs - 1)
      expect(pulls).toHaveLength(attempt + 1)
      vi.advanceTimersByTime(1)
      expect([pulls.length, runner.state]).toEqual([attempt + 2, 'connecting'])
    }
    newest().given.onOpened('rtsp')
    expect(runner.error).toBeUndefined()
    vi.advanceTimersByTime(19_999)
    newest().given.onGone(undefined)
    expect([runner.error?.code, runner.nextAttemptMs! - Date.now()]).toEqual(['source.ended', 60_000])
    runner.retry()
    newest().given.onOpened('rtsp')
    vi.advanceTimersByTime(20_000)
    newest().given.onGone(undefined)
    expect(runner.nextAttemptMs! - Date.now()).toBe(1000)
  })

  it('is tried at once when somebody asks for it, and only while it waits', () => {
    const runner = run()
    runner.retry()
    expect(pulls).toHaveLength(1)
    newest().given.onGone(undefined)
    runner.retry()
    expect([pulls.length, runner.state, runner.nextAttemptMs]).toEqual([2, 'connecting', undefined])
    vi.advanceTimersByTime(120_000)
    expect(pulls).toHaveLength(2)
  })

  it('on demand is fetched while somebody watches, and fifteen seconds longer', async () => {
    const runner = run({ when: 'on-demand' })
    expect([runner.state, pulls.length]).toEqual(['idle', 0])
    runner.want()
    expect([runner.state, pulls.length]).toEqual(['connecting', 1])
    newest().given.onOpened('rtsp')
    for (let second = 0; second < 60; second++) {
      vi.advanceTimersByTime(1000)
      runner.tick(1)
    }
    expect(runner.state).toBe('live')
    vi.advanceTimersByTime(14_999)
    runner.tick(0)
    expect([runner.state, newest().stopped]).toEqual(['live', 0])
    vi.advanceTimersByTime(1)
    runner.tick(0)
    await vi.advanceTimersByTimeAsync(0)
    expect([runner.state, newest().stopped, pulls.length]).toEqual(['idle', 1, 1])
  })

  it('on demand that fails is not tried again for nobody', async () => {
    const runner = run({ when: 'on-demand' })
    runner.want()
    newest().given.onGone(new AppError('source.failed'))
    vi.advanceTimersByTime(15_000)
    const tried = pulls.length
    runner.tick(0)
    await vi.advanceTimersByTimeAsync(120_000)
    expect([runner.state, runner.error, pulls.length]).toEqual(['idle', undefined, tried])
  })

  it('takes another URL by a new process; how it starts changes without one', async () => {
    const runner = run()
    newest().given.onOpened('rtsp')
    await runner.change({ ...settings, when: 'on-demand' })
    expect([runner.state, pulls.length]).toEqual(['live', 1])
    await runner.change({ ...settings, url: '/show/film.mp4' })
    expect([pulls[0]!.stopped, pulls.length, newest().given.start]).toEqual([
      1,
      2,
      { type: 'start', kind: 'file', url: '/show/film.mp4', loop: true },
    ])
    await runner.change({ ...settings, enabled: false })
    expect([runner.state, newest().stopped]).toEqual(['off', 1])
    await runner.change(settings)
    expect([runner.state, pulls.length]).toEqual(['connecting', 3])
  })

  it('does not listen to a process that it has ended', async () => {
    const runner = run()
    const old = newest()
    await runner.change({ ...settings, url: 'rtsp://cam.example/2' })
    old.given.onOpened('rtsp')
    old.given.onGone(new AppError('source.failed'))
    expect([runner.state, pulls.length]).toEqual(['connecting', 2])
    await runner.stop()
    newest().given.onGone(undefined)
    await vi.advanceTimersByTimeAsync(120_000)
    expect([runner.state, pulls.length]).toEqual(['off', 2])
  })

  it('says what of it is left out, sixteen times at most', () => {
    const runner = run()
    for (let track = 0; track < 20; track++) newest().given.onSkipped(`track ${track}`)
    expect(runner.skipped).toHaveLength(16)
    newest().given.onGone(undefined)
    vi.advanceTimersByTime(1000)
    expect(runner.skipped).toEqual([])
  })
})

describe('the URL of a source', () => {
  it('says which protocol it is, and files are played again and again', () => {
    const kinds = ['rtmp://h/a/b', 'rtmps://h/a/b', 'rtsps://h/1', 'srt://h:9000', 'https://h/a.m3u8'].map((url) => readSourceUrl(url).kind)
    expect(kinds).toEqual(['rtmp', 'rtmp', 'rtsp', 'srt', 'http'])
    expect(readSourceUrl('  /show/film.mp4 ')).toEqual({ kind: 'file', url: '/show/film.mp4', loop: true })
    expect(readSourceUrl('file:///show/a%20film.mp4')).toEqual({ kind: 'file', url: '/show/a film.mp4', loop: true })
  })

  it.each([
    ['film.mp4', /is not a URL/],
    ['gopher://h/1', /gopher is no protocol of a source/],
    ['rtsp:///1', /names no host/],
    ['file://elsewhere/film.mp4', /names no file of this machine/],
  ])('is rejected where nothing can be fetched from it: %s', (url, message) => {
    expect(() => readSourceUrl(url)).toThrow(
      expect.objectContaining({ code: 'source.address_invalid', message: expect.stringMatching(message) }),
    )
  })
})
