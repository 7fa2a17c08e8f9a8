import { expect, it } from 'vitest'
import { isFault } from '../fault.ts'
import { integersFrom } from '../testing/random.ts'
import { maxCmcd, parseCmcd } from './cmcd.ts'

const runs = 5000 * Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 1))

const pieces = [
  'sid',
  'br',
  'bl',
  'bs',
  'su',
  'ot',
  '=',
  '=',
  ',',
  ',',
  '"',
  '\\',
  ' ',
  '1',
  '900',
  'v',
  '.',
  '__proto__',
  '\u0000',
  'é',
  'x'.repeat(90),
]

it('reads any text without throwing, into bounded values', () => {
  for (let run = 0; run < runs; run++) {
    let text = ''
    for (let count = random(30); count > 0; count--) text += pieces[random(pieces.length)]
    const answer = parseCmcd(text)
    if (isFault(answer)) {
      expect(answer.offset).toBeLessThanOrEqual(Math.max(maxCmcd, text.length))
      continue
    }
    expect(Object.getPrototypeOf(answer)).toBe(Object.prototype)
    for (const value of Object.values(answer)) {
      if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
      else if (typeof value === 'string') expect(value.length).toBeLessThanOrEqual(128)
    }
  }
})
