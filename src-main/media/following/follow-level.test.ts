import { expect, it } from 'vitest'
import { approachLevel, followLoud, followNoise, LevelWatch } from './follow-level.ts'

const heard = (...peaksDb: readonly number[]) => {
  const watch = new LevelWatch()
  for (let index = 0; index < 100; index++) watch.add(peaksDb[index % peaksDb.length] as number)
  return watch.loudness
}
const compressor = { thresholdDb: -18, ratio: 4, gainDb: 2, followLimitDb: 12 }

it('knows how loud the loud and the quiet parts are, of the last ten seconds alone', () => {
  const watch = new LevelWatch()
  for (let index = 0; index < 19; index++) watch.add(0)
  expect(watch.loudness).toBeUndefined()
  for (let index = 0; index < 100; index++) watch.add(index % 2 ? -20 : -Infinity)
  expect(watch.loudness).toEqual({ loudDb: -20, quietDb: -100 })
})

it('moves threshold and gain of a compressor with the voice, so that it leaves as loud', () => {
  const near = followLoud(heard(-12)!, compressor)
  expect(near).toEqual({ thresholdDb: -18, gainDb: 2 })
  const far = followLoud(heard(-22, -22, -60)!, compressor)
  expect(far).toEqual({ thresholdDb: -28, gainDb: 12 })
  const leaves = (inDb: number, { thresholdDb, gainDb }: Record<string, unknown>): number =>
    Number(thresholdDb) + (inDb - Number(thresholdDb)) / 4 + Number(gainDb)
  expect(leaves(-22, far!)).toBeCloseTo(leaves(-12, near!))
})

it('stays within its limit, and leaves a compressor alone while nobody speaks', () => {
  expect(followLoud(heard(-45)!, compressor)).toEqual({ thresholdDb: -30, gainDb: 14 })
  expect(followLoud(heard(0)!, compressor)).toEqual({ thresholdDb: -6, gainDb: -10 })
  expect(followLoud(heard(-70)!, compressor)).toBeUndefined()
})

it('suppresses as much as there is noise, between its limit and what is set', () => {
  const set = { amount: 0.9, followLimit: 0.7 }
  expect(followNoise(heard(-Infinity)!, set)).toEqual({ amount: 0.2 })
  expect(followNoise(heard(-40, -10)!, set)).toEqual({ amount: 0.9 })
  const some = followNoise(heard(-58, -10, -10)!, set)
  expect(some.amount).toBeGreaterThan(0.4)
  expect(some.amount).toBeLessThan(0.7)
})

it('goes to what is wanted in small steps, and stays where it is as good as there', () => {
  let chosen: Readonly<Record<string, string | number>> = { thresholdDb: -18, gainDb: 0 }
  for (let step = 0; step < 6; step++) chosen = approachLevel(chosen, { thresholdDb: -23, gainDb: 5 })
  expect(chosen).toEqual({ thresholdDb: -23, gainDb: 5 })
  expect(approachLevel(chosen, { thresholdDb: -23.3, gainDb: 5.2 })).toBe(chosen)
  expect(approachLevel({ amount: 0.5 }, { amount: 1 })).toEqual({ amount: 0.55 })
})
