import { expect, it } from 'vitest'
import { TranscoderLag } from './transcoder-lag.ts'

it('is the largest of the last one or two spans of 20 s, in steps of 0.25 s', () => {
  const lag = new TranscoderLag()
  expect(lag.largestS).toBe(0)
  lag.add(0.3, 1)
  lag.add(0.1, 2)
  expect(lag.largestS).toBe(0.5)
  lag.add(0.1, 21)
  expect(lag.largestS).toBe(0.5)
  lag.add(0.1, 41)
  expect(lag.largestS).toBe(0.25)
})

it('is 3 s at most', () => {
  const lag = new TranscoderLag()
  lag.add(30, 1)
  expect(lag.largestS).toBe(3)
})
