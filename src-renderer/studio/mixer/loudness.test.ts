import { describe, expect, it } from 'vitest'
import { IntegratedLoudness } from './loudness.ts'

const heard = (...parts: readonly (readonly [lufs: number, readings: number])[]): IntegratedLoudness => {
  const loudness = new IntegratedLoudness()
  for (const [lufs, readings] of parts) for (let reading = 0; reading < readings; reading++) loudness.push(lufs)
  return loudness
}

describe('integrated loudness', () => {
  it('is nothing before anything was heard, and in silence', () => {
    expect(heard().read()).toBeUndefined()
    expect(heard([-120, 100], [-71, 100]).read()).toBeUndefined()
  })

  it('is that of a steady tone, and leaves pauses out', () => {
    expect(heard([-23, 600]).read()).toBeCloseTo(-23, 2)
    // EBU Tech 3341, case 3: -36, -23, -36 LUFS are -23 LUFS.
    expect(heard([-36, 300], [-23, 1800], [-36, 300]).read()).toBeCloseTo(-23, 1)
    // Case 4: with silence around it, too.
    expect(heard([-72, 300], [-36, 300], [-23, 1800], [-36, 300], [-72, 300]).read()).toBeCloseTo(-23, 1)
    // Case 5: -26, -20, -26 LUFS, of 20, 20.1 and 20 s.
    expect(heard([-26, 600], [-20, 603], [-26, 600]).read()).toBeCloseTo(-23, 1)
  })

  it('starts again', () => {
    const loudness = heard([-10, 100])
    loudness.reset()
    loudness.push(-30)
    expect(loudness.read()).toBeCloseTo(-30, 2)
  })
})
