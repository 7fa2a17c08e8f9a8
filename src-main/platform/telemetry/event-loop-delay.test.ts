import { expect, it, onTestFinished } from 'vitest'
import { EventLoopDelay } from './event-loop-delay.ts'
import { createMetrics } from './metrics.ts'

/** A delay that is measured when the test says so, each 100 ms and as late as given. */
function measured() {
  const delay = new EventLoopDelay(2 ** 30)
  onTestFinished(() => delay.stop())
  let nowMs = performance.now()
  delay.tick(nowMs)
  return {
    delay,
    late: (...latenessMs: number[]) => {
      for (const each of latenessMs) {
        nowMs += 2 ** 30 + each
        delay.tick(nowMs)
      }
    },
  }
}

it('an event loop that runs its timers in time has no delay', async () => {
  const { delay, late } = measured()
  const metrics = createMetrics(delay)
  late(0, 0, 0)
  const text = await metrics.metrics()
  for (const figure of ['min', 'max', 'mean', 'p50', 'p90', 'p99']) expect(text).toContain(`\nnodejs_eventloop_lag_${figure}_seconds 0\n`)
})

it('the delay of timers is reported without the period of measuring, to each reader since it read last', async () => {
  const { delay, late } = measured()
  const metrics = createMetrics(delay)
  const read = delay.reader()
  late(...Array.from({ length: 50 }, () => 0), 250)
  expect(read()).toMatchObject({ min: 0, p50: 0 })
  late(10)
  const text = await metrics.metrics()
  expect(Number(/\nnodejs_eventloop_lag_max_seconds (\S+)/.exec(text)?.[1])).toBeCloseTo(0.25, 3)
  expect(read().max).toBeCloseTo(10, 1)
  expect(read()).toEqual({ min: 0, max: 0, mean: 0, stddev: 0, p50: 0, p90: 0, p99: 0 })
})
