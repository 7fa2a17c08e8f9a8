import { expect, it } from 'vitest'
import { PeakWatch } from './peak-watch.ts'

it('reports what came since the last reading, and nothing where nothing was measured', () => {
  const watch = new PeakWatch()
  expect(watch.read()).toBeUndefined()
  watch.take(1)
  watch.take(0.5)
  expect(watch.read()).toBe(0)
  expect(watch.read()).toBeUndefined()
  watch.take(0.1)
  expect(watch.read()).toBeCloseTo(-20, 5)
})
