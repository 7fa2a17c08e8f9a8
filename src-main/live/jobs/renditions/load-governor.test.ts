import { describe, expect, it } from 'vitest'
import { LoadGovernor } from './load-governor.ts'

/** A second of a transcoder: media that waits, ms, its load, renditions that can be given up, and those that were. */
type Second = readonly [waitingMs: number, load: number, sheddable: number, shed: number]

const calm: Second = [0, 0.3, 2, 0]
const calmWithout: Second = [0, 0.3, 1, 1]
const behind: Second = [4000, 1, 2, 0]

function governor() {
  const made = new LoadGovernor()
  /** What it decides in each second: the number of the second with the word. */
  const seconds = (count: number, ...second: Second): string[] =>
    Array.from({ length: count }, (_, index) => {
      const verdict = made.judge(...second)
      return verdict === undefined ? '' : `${index + 1} ${verdict}`
    }).filter((each) => each !== '')
  return { made, seconds }
}

describe('when a transcoder gives up a rendition', () => {
  it('judges nothing while it starts, and gives one up after three seconds behind', () => {
    const { seconds } = governor()
    expect(seconds(8, ...behind)).toEqual([])
    expect(seconds(1, ...behind)).toEqual(['1 shed'])
    // What is left settles first, and may be too much as well.
    expect(seconds(9, ...behind)).toEqual(['9 shed'])
  })

  it('sheds nothing for a delay of two seconds, nor where no quality is left to shed', () => {
    const { seconds } = governor()
    seconds(6, ...calm)
    for (let burst = 0; burst < 10; burst++) expect([...seconds(2, ...behind), ...seconds(1, ...calm)]).toEqual([])
    expect(seconds(20, 4000, 1, 0, 0)).toEqual([])
  })

  it('waits four times as long while the queue gets shorter by itself', () => {
    const { made, seconds } = governor()
    seconds(6, ...calm)
    const verdicts: string[] = []
    for (let waitingMs = 12_000; waitingMs > 1500; waitingMs -= 500) verdicts.push(made.judge(waitingMs, 1, 2, 0) ?? '')
    // The first second counts whole, the others a quarter each: three after eight of them.
    expect(verdicts.indexOf('shed')).toBe(8)
  })

  it('gives it back after fifteen seconds of ease without a break', () => {
    const { seconds } = governor()
    seconds(70, ...calm)
    seconds(3, ...behind)
    expect(seconds(6 + 14, ...calmWithout)).toEqual([])
    expect(seconds(1, 0, 0.6, 1, 1)).toEqual([])
    expect(seconds(1, 400, 0.3, 1, 1)).toEqual([])
    expect(seconds(14, ...calmWithout)).toEqual([])
    expect(seconds(1, ...calmWithout)).toEqual(['1 restore'])
    expect(seconds(60, ...calm)).toEqual([])
  })

  it('waits twice as long each time it was given back too early, five minutes at most, until it was kept for a minute', () => {
    const { seconds } = governor()
    seconds(70, ...calm)
    /** Seconds of ease from giving one up until it is given back. */
    const rest = (): number => {
      expect(seconds(9, ...behind).at(-1)).toMatch(/ shed$/)
      for (let second = 1; ; second++) if (seconds(1, ...calmWithout).length > 0) return second
    }
    seconds(3, ...behind)
    seconds(6 + 15, ...calmWithout)
    expect([rest(), rest(), rest(), rest(), rest(), rest()]).toEqual([30, 60, 120, 240, 300, 300].map((wait) => 6 + wait))
    seconds(61, ...calm)
    // Nothing settles any more: it is given up in the third of the nine seconds.
    expect(rest()).toBe(15)
  })
})
