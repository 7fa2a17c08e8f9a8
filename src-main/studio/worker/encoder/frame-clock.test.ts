import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FrameClock, framePts, frameUs } from './frame-clock.ts'

const ntsc = { numerator: 30_000, denominator: 1001 }
const sixty = { numerator: 60, denominator: 1 }

describe('the frame clock', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  function clockOf(rate = sixty) {
    const frames: number[] = []
    let heldUpMs = 0
    const nowUs = (): number => (performance.now() + heldUpMs) * 1000
    const clock = new FrameClock({ originUs: nowUs() - 2_000_000, rate, nowUs, onFrame: (frame) => frames.push(frame) })
    return { clock, frames, holdUp: (ms: number) => (heldUpMs += ms) }
  }

  it('calls for each frame once, at the rate that it was given', () => {
    const { clock, frames } = clockOf()
    vi.advanceTimersByTime(10_000)
    clock.stop()
    expect(frames.length).toBeGreaterThanOrEqual(599)
    expect(frames.length).toBeLessThanOrEqual(601)
    expect(frames).toEqual(frames.map((_, index) => (frames[0] as number) + index))
    expect(clock).toMatchObject({ dropped: 0, late: 0 })
  })

  it('leaves out frames whose time has passed, and counts them', () => {
    const { clock, frames, holdUp } = clockOf()
    vi.advanceTimersByTime(100)
    const before = frames.at(-1) as number
    holdUp(100)
    vi.advanceTimersByTime(100)
    clock.stop()
    expect(clock.dropped).toBe(5)
    expect(frames[frames.indexOf(before) + 1]).toBe(before + 6)
  })

  it('gives whole ticks to frames of broken rates, without drift over a day', () => {
    expect(framePts(1, ntsc)).toBe(3003)
    expect(framePts(86_400 * 30, ntsc)).toBe(86_400 * 30 * 3003)
    expect(frameUs(30_000, ntsc)).toBe(1_001_000_000)
  })
})
