import { expect, it } from 'vitest'
import { createSteadyClock } from './steady-clock.ts'

it('runs evenly when the system clock is set, and takes it over when asked to', () => {
  let wallMs = 1_000_000
  let monotonicMs = 50
  const clock = createSteadyClock(
    () => wallMs,
    () => monotonicMs,
  )
  monotonicMs += 10
  wallMs += 10 + 3_600_000
  expect(clock.now()).toBe(1_000_010)
  expect(monotonicMs + clock.offsetMs).toBe(clock.now())
  clock.realign()
  expect(clock.now()).toBe(wallMs)
})
