import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LiveStream, StreamSubscriber } from '../../media/live-stream.ts'
import { PackagedRuns } from './packaged-runs.ts'
import type { Packager } from './packager.ts'

const keepMs = 30_000

/** Runs over streams that the test starts and ends. */
function setUp() {
  const events: string[] = []
  const subscribers = new Map<LiveStream, StreamSubscriber>()
  let announce: ((stream: LiveStream) => void) | undefined
  const runs = new PackagedRuns(
    {
      onActive: (listener: (stream: LiveStream) => void) => {
        announce = listener
        return () => {
          announce = undefined
        }
      },
    } as never,
    (stream, intervalMs) => {
      events.push(`packages ${stream.epoch}${intervalMs === undefined ? '' : ` of ${intervalMs} ms`}`)
      return {
        epoch: stream.epoch,
        longestKeyframeIntervalMs: stream.epoch === 'silent' ? 0 : 2000,
        stop: () => events.push(`stops ${stream.epoch}`),
      } as unknown as Packager
    },
    () => keepMs,
  )
  runs.start()
  return {
    runs,
    events,
    /** Starts a run; answers how it ends. */
    run(name: string, epoch: string): () => void {
      const stream = {
        name,
        epoch,
        subscribe: (subscriber: StreamSubscriber) => {
          subscribers.set(stream, subscriber)
          return () => void subscribers.delete(stream)
        },
      } as unknown as LiveStream
      announce?.(stream)
      return () => subscribers.get(stream)?.onEnd()
    },
    subscribed: () => subscribers.size,
  }
}

describe('packaged runs', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('keep their media for a while after their end, and let go of it then', () => {
    const { runs, events, run, subscribed } = setUp()
    const end = run('cam', 'one')
    vi.advanceTimersByTime(10 * keepMs)
    expect(runs.find('cam')?.epoch).toBe('one')
    end()
    vi.advanceTimersByTime(keepMs - 1)
    expect(runs.find('cam')?.epoch).toBe('one')
    vi.advanceTimersByTime(1)
    expect([runs.find('cam'), events, subscribed(), vi.getTimerCount()]).toEqual([undefined, ['packages one', 'stops one'], 0, 0])
  })

  it('are found by name, the newest first, or by their epoch while they are kept', () => {
    const { runs, run } = setUp()
    run('cam', 'one')()
    run('cam', 'two')
    run('stage', 'three')
    expect([runs.find('cam')?.epoch, runs.find('cam', 'one')?.epoch, runs.find('cam', 'three')]).toEqual(['two', 'one', undefined])
    expect(runs.all('cam').map(({ epoch }) => epoch)).toEqual(['one', 'two'])
    vi.advanceTimersByTime(keepMs)
    expect(runs.all('cam').map(({ epoch }) => epoch)).toEqual(['two'])
  })

  it('know the keyframe interval of the run before, unless that had none or the stream was deleted', () => {
    const { runs, events, run } = setUp()
    run('cam', 'one')()
    run('cam', 'silent')()
    run('cam', 'two')
    runs.forget('cam')
    run('cam', 'three')
    expect(events).toEqual([
      'packages one',
      'packages silent of 2000 ms',
      'packages two of 2000 ms',
      'stops one',
      'stops silent',
      'stops two',
      'packages three',
    ])
  })

  it('are reported to who listens, those that are kept already too, until they are let go of or nobody listens', () => {
    const { runs, run } = setUp()
    const seen: string[] = []
    const end = run('cam', 'one')
    const leave = runs.onRun(({ epoch }) => {
      seen.push(`+${epoch}`)
      return () => seen.push(`-${epoch}`)
    })
    run('cam', 'two')
    end()
    vi.advanceTimersByTime(keepMs)
    leave()
    run('cam', 'three')
    expect(seen).toEqual(['+one', '+two', '-one', '-two'])
  })

  it('let go of everything when the host ends, and package nothing more', () => {
    const { runs, events, run, subscribed } = setUp()
    run('cam', 'one')()
    run('stage', 'two')
    runs.stop()
    run('cam', 'three')
    expect(events).toEqual(['packages one', 'packages two', 'stops one', 'stops two'])
    expect([subscribed(), vi.getTimerCount(), runs.all('stage')]).toEqual([0, 0, []])
  })
})
