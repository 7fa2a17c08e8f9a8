import { expect, it } from 'vitest'
import { blockFrames, type Mixer, mixRate } from '../mixer/mixer.ts'
import { AudioClock } from './audio-clock.ts'

const blockUs = (blockFrames * 1e6) / mixRate

function running() {
  const times: number[] = []
  let nowUs = 5_000_000
  const mixer = { delayUs: 50_000, mix: () => ({ tracks: [] }) } as unknown as Mixer
  const clock = new AudioClock({ mixer, originUs: 1_000_000, nowUs: () => nowUs, onBlock: (_, showUs) => times.push(showUs) })
  return {
    clock,
    times,
    pass(us: number): void {
      nowUs += us
      clock.advance()
    },
  }
}

it.each([600_000, 2_500_000, 9_000_000])('mixes all that a busy machine delayed by %d us, block by block', (heldUpUs) => {
  const { clock, times, pass } = running()
  pass(100_000)
  pass(heldUpUs)
  pass(20_000)
  expect(times.length).toBe(Math.floor((heldUpUs + 120_000) / blockUs))
  for (const [index, time] of times.entries()) expect(time - (times[0] as number)).toBeCloseTo(index * blockUs, 3)
  expect(clock.behindUs).toBe(0)
})

it('leaves out what a machine slept through', () => {
  const { times, pass } = running()
  pass(100_000)
  const before = times.length
  pass(3_600_000_000)
  pass(20_000)
  expect(times.length - before).toBe(2)
  expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThan(3_600_000_000)
})
