import { describe, expect, it } from 'vitest'
import { keptRates, ratePath, withoutRates, withRates } from './rate-history.ts'

const report = (id: string, bitrateKbps?: unknown) => ({ id, statistics: { bitrateKbps } })

describe('bitrates of outputs', () => {
  it('are kept for each output, the newest last, and not for longer than the graph shows', () => {
    let history = withRates({}, [report('one', 1000), report('two', 500)])
    for (let second = 1; second < 200; second++) history = withRates(history, [report('one', 1000 + second)])
    expect(history.two).toEqual([500])
    expect(history.one).toHaveLength(keptRates)
    expect(history.one?.at(-1)).toBe(1199)
  })

  it('are 0 where an output reports none', () =>
    expect(withRates({}, [report('one'), report('two', Number.NaN), report('three', -3)])).toEqual({ one: [0], two: [0], three: [0] }))

  it('start again with the next stream', () => {
    const history = withRates({}, [report('one', 1), report('two', 2)])
    expect(withoutRates(history, 'one')).toEqual({ two: [2] })
    expect(withoutRates(history, 'none')).toBe(history)
  })

  it('are drawn from the right, within the graph', () => {
    expect(ratePath([100], 100, 119, 20)).toBe('')
    expect(ratePath([0, 50, 400], 100, 119, 20)).toBe('M117.0 20.0L118.0 10.0L119.0 0.0')
  })
})
