import { describe, expect, it } from 'vitest'
import { type Fineness, ViewerPace } from './viewer-pace.ts'

/** Of a frame of video, bytes: a film of 1280x720 at each fineness. */
const film: Readonly<Record<Fineness, number>> = { 'full-color': 90_000, sharp: 60_000, balanced: 28_000, fast: 12_000, coarse: 6000 }

/** A line that carries so many kbit/s, in simulated time, and what a viewer behind it sees of a film. */
class Film {
  readonly pace = new ViewerPace(true)
  readonly #waits: { readonly number: number; readonly atMs: number }[] = []
  #freeMs = 0
  #nowMs = 0
  #number = 0

  readonly #frameBytes: typeof film

  constructor(frameBytes = film) {
    this.#frameBytes = frameBytes
  }

  /** Plays for so long; answers the longest that a frame took, and how many a second there were in the last half of it. */
  play(kbps: number, seconds: number, delayMs = 15): { readonly longestMs: number; readonly fps: number } {
    const startMs = this.#nowMs
    // The pointer's image comes first.
    if (this.#number === 0) {
      this.pace.sent(++this.#number, 2000, false, 0)
      this.#waits.push({ number: 1, atMs: 2 * delayMs })
    }
    const endMs = startMs + seconds * 1000
    let longestMs = 0
    let late = 0
    for (; this.#nowMs < endMs; this.#nowMs += 5) {
      while (this.#waits[0] !== undefined && this.#waits[0].atMs <= this.#nowMs) this.pace.drawn(this.#waits.shift()!.number, this.#nowMs)
      if (this.pace.asksWay(this.#nowMs)) {
        this.#freeMs = Math.max(this.#freeMs, this.#nowMs)
        this.pace.sent(++this.#number, 16, false, this.#nowMs)
        this.#waits.push({ number: this.#number, atMs: this.#freeMs + 2 * delayMs })
      }
      if (Math.floor(this.#nowMs / 5) % 7 !== 0 || !this.pace.ready) continue
      const bytes = this.#frameBytes[this.pace.fineness]
      this.#freeMs = Math.max(this.#freeMs, this.#nowMs) + (bytes * 8) / kbps
      const drawnMs = this.#freeMs + delayMs
      if (this.#nowMs > startMs + 2000) longestMs = Math.max(longestMs, drawnMs - this.#nowMs)
      if (this.#nowMs > startMs + seconds * 500) late++
      this.pace.sent(++this.#number, bytes, true, this.#nowMs)
      this.#waits.push({ number: this.#number, atMs: drawnMs + delayMs })
    }
    return { longestMs, fps: late / (seconds / 2) }
  }
}

describe('what a viewer is sent of a film', () => {
  it('gets coarser where the line gets narrow, is never late, and gets finer again', () => {
    const shown = new Film()
    shown.play(50_000, 5)
    expect(shown.pace.fineness).toBe('balanced')
    const narrow = shown.play(2000, 20)
    expect(['fast', 'coarse']).toContain(shown.pace.fineness)
    expect(narrow.longestMs).toBeLessThan(300)
    expect(narrow.fps).toBeGreaterThan(12)
    const wide = shown.play(50_000, 20)
    expect(shown.pace.fineness).toBe('balanced')
    expect(wide.fps).toBeGreaterThan(20)
  })

  it('gets finer again where its coarse frames are small', () => {
    const shown = new Film({ ...film, sharp: 60_000, balanced: 28_000, fast: 9000, coarse: 4300 })
    shown.play(50_000, 5)
    shown.play(1200, 20)
    expect(shown.pace.fineness).toBe('coarse')
    shown.play(50_000, 10)
    expect(shown.pace.fineness).toBe('balanced')
  })

  it('tries finer frames ever less where they do not pass, and soon where the line gets wide', () => {
    // Coarse ones are so small that finer ones seem to pass.
    const shown = new Film({ ...film, sharp: 90_000, balanced: 60_000, fast: 30_000, coarse: 2000 })
    let changes = 0
    const tries = (kbps: number, seconds: number): number => {
      const before = changes
      for (let part = 0; part < seconds * 4; part++) {
        const fineness = shown.pace.fineness
        shown.play(kbps, 0.25)
        if (shown.pace.fineness !== fineness) changes++
      }
      return changes - before
    }
    tries(1500, 60)
    expect(tries(1500, 60)).toBeLessThan(8)
    expect(shown.pace.fineness).toBe('coarse')
    shown.play(100_000, 10)
    expect(shown.pace.fineness).toBe('balanced')
  })

  for (const delayMs of [15, 30, 100]) {
    it(`gets finer again where the way was shorter before the line got narrow: ${delayMs} ms after 2`, () => {
      const shown = new Film()
      shown.play(50_000, 5, 2)
      shown.play(2000, 10, delayMs)
      const wide = shown.play(50_000, 40, delayMs)
      expect(shown.pace.fineness).toBe('balanced')
      expect(wide.fps).toBeGreaterThan(20)
    })
  }

  it('pauses for no more than a moment to learn how long a way is that is never empty', () => {
    const shown = new Film({ ...film, sharp: 90_000, balanced: 60_000, fast: 30_000, coarse: 12_000 })
    shown.play(1000, 20)
    const { fps, longestMs } = shown.play(1000, 60)
    expect(fps).toBeGreaterThan(9)
    expect(longestMs).toBeLessThan(400)
  })

  it('is as fine as preferred on a long way that is wide', () => {
    const shown = new Film()
    const { fps } = shown.play(20_000, 10, 60)
    expect(shown.pace.fineness).toBe('balanced')
    expect(fps).toBeGreaterThan(20)
  })
})

describe('what a viewer is sent of pixels', () => {
  it('is little at a time where the line is narrow, and everything on the machine itself', () => {
    const narrow = new ViewerPace(true)
    let nowMs = 10
    narrow.sent(0, 1000, false, 0)
    narrow.drawn(0, nowMs)
    for (let number = 1; number <= 30; number++) {
      narrow.sent(number, 20_000, false, nowMs)
      nowMs += 80 + 10
      narrow.drawn(number, nowMs)
    }
    expect(narrow.maxUpdateBytes).toBeLessThan(40_000)
    expect(new ViewerPace(false).maxUpdateBytes).toBe(Number.POSITIVE_INFINITY)
  })
})
