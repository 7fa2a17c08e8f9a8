import { expect, it } from 'vitest'
import { latencyClass, latencyClasses, percentileMs } from './latency.ts'
import { TopNames } from './top-names.ts'
import { TrafficWindow } from './traffic-window.ts'

it('what is asked for most stays, however many names there are, and memory does not grow', () => {
  const names = new TopNames(100)
  for (let n = 0; n < 200_000; n++) {
    names.add(`bomb-${n}`, 1, 1)
    if (n % 10 === 0) names.add('often', 1, 5)
    if (n % 50 === 0) names.add('seldom', 1, 5)
  }
  expect(names.top(2)).toEqual([
    { name: 'often', requests: 20_000, bytes: 100_000 },
    { name: 'seldom', requests: 4000, bytes: 20_000 },
  ])
  expect(names.top(10_000).length).toBeLessThanOrEqual(200)
})

it('a window is empty after it was taken, and requests that were not read count like those that were', () => {
  const window = new TrafficWindow()
  const fact = {
    status: 404,
    bytesIn: 10,
    bytesOut: 100,
    latencyMs: 3,
    hit: true,
    path: '/a',
    referer: '',
    device: 'bot',
    country: 'ES',
  } as const
  window.add(fact)
  window.add({ ...fact, status: 200, hit: undefined })
  expect(window.take(2)).toMatchObject({
    ...{ requests: 4, lookups: 2, hits: 2, bytesOut: 400, errors4xx: 2, errors5xx: 0 },
    paths: [{ name: '/a', requests: 4, bytes: 400 }],
    countries: [{ name: 'ES', requests: 4, bytes: 400 }],
  })
  expect(window.take(0)).toMatchObject({ requests: 0, paths: [] })
})

it('percentiles are as precise as the classes', () => {
  const counts = new Array<number>(latencyClasses).fill(0)
  expect(percentileMs(counts, 0.5)).toBeNull()
  for (let ms = 1; ms <= 1000; ms++) counts[latencyClass(ms)] = (counts[latencyClass(ms)] ?? 0) + 1
  expect(percentileMs(counts, 0.5)).toBeGreaterThan(500 / 1.25)
  expect(percentileMs(counts, 0.5)).toBeLessThan(500 * 1.25)
  expect(percentileMs(counts, 0.99)).toBeGreaterThan(800)
  expect([latencyClass(0), latencyClass(Number.NaN), latencyClass(1e9)]).toEqual([0, 0, latencyClasses - 1])
})
