import type { Frame } from 'node-av/lib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FrameStore } from '../../../../../media/worker/stores/media-stores.ts'
import { Presenter } from './presenter.ts'
import { Timeline } from './timeline.ts'

const periodUs = 40_000

describe('frames that wait for their time', () => {
  let shown: [frame: number, dueMs: number, atMs: number][]
  let released: number[]
  let pumped: number[]
  let rooms: number
  let timeline: Timeline
  let presenter: Presenter

  const nowUs = (): number => performance.now() * 1000
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    shown = []
    released = []
    pumped = []
    rooms = 0
    timeline = new Timeline()
    presenter = new Presenter({
      // The number of a frame is its width.
      store: {
        write: ({ width, timeUs }: { width: number; timeUs: number }) =>
          void shown.push([width, timeUs / 1000, Math.round(performance.now())]),
      } as unknown as FrameStore,
      audio: { pump: (untilUs) => void pumped.push(untilUs / 1000) },
      timeline,
      nowUs,
      clock: { originUs: 0, periodUs },
      onRoom: () => rooms++,
    })
  })
  afterEach(() => {
    presenter.halt()
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  /** Frames of 25 a second on the media's timeline, from a number on. */
  function push(from: number, count: number, durationUs = periodUs): void {
    for (let number = from; number < from + count; number++) {
      presenter.push({
        frame: { width: number, height: 2, format: 0, linesize: [2], data: [] } as unknown as Frame,
        mediaUs: number * durationUs,
        durationUs,
        bytes: 100,
        release: () => void released.push(number),
      })
    }
  }
  const numbers = () => shown.map(([number]) => number)

  it('are each written a little before the frame of the program that shows them, with the time at which they are due', () => {
    timeline.reset(0, 100_000, 1)
    push(0, 4)
    presenter.run()
    vi.advanceTimersByTime(300)
    expect(numbers()).toEqual([0, 1, 2, 3])
    expect(shown.map(([, dueMs]) => dueMs)).toEqual([100, 140, 180, 220])
    // 8 ms before the frame of the program that is nearest: those at 120, 160, 200 and 240 ms.
    expect(shown.map(([, , atMs]) => atMs)).toEqual([112, 152, 192, 232])
    expect([released, presenter.waiting, presenter.bytes, presenter.dropped]).toEqual([[0, 1, 2, 3], 0, 0, 0])
  })

  it('are left out where a machine was busy for too long: the newest that is due is seen, and the others count as dropped', () => {
    timeline.reset(0, 80_000, 1)
    push(0, 10)
    presenter.run()
    vi.advanceTimersByTime(80)
    expect(numbers()).toEqual([0])
    // For a while nothing runs, though time passes.
    const busyUntil = performance.now() + 170
    vi.spyOn(performance, 'now').mockReturnValue(busyUntil)
    vi.advanceTimersToNextTimer()
    vi.mocked(performance.now).mockRestore()
    expect(numbers()).toEqual([0, 4])
    expect([presenter.dropped, released]).toEqual([3, [0, 1, 2, 3, 4]])
  })

  it('are never too late of a film that has more of them than the program', () => {
    timeline.reset(0, 80_000, 1)
    push(0, 10, periodUs / 2)
    presenter.run()
    vi.advanceTimersByTime(400)
    expect(numbers().length).toBeLessThan(7)
    expect([numbers().at(-1), presenter.dropped]).toEqual([9, 0])
  })

  it('come as quickly as they are played', () => {
    timeline.reset(0, 80_000, 2)
    push(0, 4)
    presenter.run()
    vi.advanceTimersByTime(200)
    // Due at 80, 100, 120 and 140 ms, for frames of the program at 80, 120, 120 and 160.
    expect(shown.map(([number, dueMs]) => [number, dueMs])).toEqual([
      [0, 80],
      [2, 120],
      [3, 140],
    ])
    expect(presenter.dropped).toBe(0)
  })

  it('stay where they are while it is halted; the first can be shown at once', () => {
    timeline.reset(0, 0, 1)
    push(0, 3)
    vi.advanceTimersByTime(200)
    expect(shown).toEqual([])
    expect(presenter.showNext()).toBe(true)
    expect([numbers(), presenter.waiting, presenter.nextMediaUs, presenter.endMediaUs]).toEqual([[0], 2, periodUs, 3 * periodUs])
    presenter.flush()
    expect([released, presenter.waiting, presenter.bytes, presenter.showNext()]).toEqual([[0, 1, 2], 0, 0, false])
  })

  it('are looked at again when the timeline changes', () => {
    timeline.reset(0, 1_000_000, 1)
    push(0, 1)
    presenter.run()
    vi.advanceTimersByTime(100)
    timeline.reset(0, 200_000, 1)
    presenter.wake()
    vi.advanceTimersByTime(100)
    expect(numbers()).toEqual([0])
  })

  it('are asked for when there is space, and at the end; audio is written ahead of its time meanwhile', () => {
    timeline.reset(0, 0, 1)
    presenter.run()
    vi.advanceTimersByTime(200)
    expect(pumped.slice(0, 3)).toEqual([150, 190, 230])
    const before = rooms
    presenter.alarmMediaUs = 215_000
    presenter.wake()
    vi.advanceTimersByTime(10)
    expect(rooms).toBeGreaterThan(before)
  })
})
