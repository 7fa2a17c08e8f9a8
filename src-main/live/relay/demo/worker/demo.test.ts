import { describe, expect, it } from 'vitest'
import { createPacer, startNow } from './pacing.ts'

describe('the pace of the test stream', () => {
  it('waits for each frame and draws faster after a short delay', () => {
    const pacer = createPacer(1000, 10)
    expect(pacer.next(900)).toEqual({ frame: 0, wallMs: 1000, waitMs: 100 })
    expect(pacer.next(1000).waitMs).toBe(100)
    expect(pacer.next(1500)).toEqual({ frame: 2, wallMs: 1200, waitMs: 0 })
    expect(pacer.skipped).toBe(0)
  })

  it.each([
    [5000, 5000, 0],
    [5001, 5100, 1],
    [5950, 6000, 10],
  ])('starts at the next frame, at %i ms', (nowMs, startMs, lead) => {
    expect(startNow(nowMs, 10)).toEqual({ startMs, lead })
    expect(createPacer(startMs, 10).next(nowMs)).toMatchObject({ frame: 0, wallMs: startMs, waitMs: startMs - nowMs })
  })

  it('moves over what a suspended machine missed', () => {
    const pacer = createPacer(0, 10)
    pacer.next(0)
    expect(pacer.next(60_000).frame).toBe(600)
    expect(pacer.skipped).toBe(599)
  })

  it('goes on when the clock is set back', () => {
    const pacer = createPacer(100_000, 10)
    pacer.next(100_000)
    const next = pacer.next(40_000)
    expect(next.frame).toBe(1)
    expect(next.waitMs).toBeLessThan(2000)
  })
})
