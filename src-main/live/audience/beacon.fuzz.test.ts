import { expect, it } from 'vitest'
import { isFault } from '../../formats/fault.ts'
import { integersFrom } from '../../formats/testing/random.ts'
import { maxBeacon, parseBeacon } from './beacon.ts'

const runs = 3000 * Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 1))

const names = ['session', 'protocol', 'event', 'sequence', 'stallMs', 'height', 'player', 'error', 'latencyMs', '__proto__', 'constructor']
const values = [
  '"a1"',
  '"hls"',
  '"report"',
  '0',
  '7',
  '-1',
  '1e400',
  '1e9',
  'null',
  'true',
  '[]',
  '{}',
  '"\\u0000"',
  `"${'y'.repeat(500)}"`,
  '"',
]

it('reads any body without throwing, into bounded values', () => {
  let read = 0
  for (let run = 0; run < runs; run++) {
    const fields: string[] = random(3) === 0 ? [] : ['"session":"a"', '"protocol":"dash"', '"event":"end"', `"sequence":${run}`]
    for (let count = random(8); count > 0; count--) fields.push(`"${names[random(names.length)]}":${values[random(values.length)]}`)
    const beacon = parseBeacon(random(9) === 0 ? fields.join() : `{${fields.join()}}`)
    if (isFault(beacon)) continue
    read++
    expect(Object.getPrototypeOf(beacon)).toBe(Object.prototype)
    for (const value of Object.values(beacon)) {
      if (typeof value === 'number') expect(value >= 0 && value <= 3e9).toBe(true)
      else expect((value as string).length).toBeLessThanOrEqual(200)
    }
  }
  expect(read).toBeGreaterThan(runs / 100)
  expect(isFault(parseBeacon(' '.repeat(maxBeacon + 1)))).toBe(true)
})
