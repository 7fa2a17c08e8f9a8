import { expect, it } from 'vitest'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { latencyClasses } from './latency.ts'
import type { NodeReport } from './node-report.ts'
import type { Region } from './region.ts'
import { TrafficBook } from './traffic-book.ts'
import type { SeriesChunk } from './traffic-series.ts'
import type { HourShares } from './traffic-shares.ts'
import type { TrafficStore } from './traffic-store.ts'

function memoryStore(): TrafficStore {
  const chunks = new Map<string, { kind: string; chunk: SeriesChunk }>()
  const hours = new Map<string, { node: string; startMs: number; text: string }>()
  const facts = new Map()
  return {
    chunks: async (kind, fromMs) =>
      [...chunks.values()].filter((each) => each.kind === kind && each.chunk.startMs >= fromMs).map(({ chunk }) => chunk),
    saveChunk: async (kind, chunk) =>
      void chunks.set(`${kind} ${chunk.node} ${chunk.startMs}`, { kind, chunk: { ...chunk, values: chunk.values.slice() } }),
    shares: async (fromMs, toMs) =>
      [...hours.values()]
        .filter(({ startMs }) => startMs >= fromMs && startMs < toMs)
        .map(({ node, startMs, text }) => ({ node, startMs, read: () => JSON.parse(text) as HourShares })),
    saveShares: async (node, startMs, shares) => void hours.set(`${node} ${startMs}`, { node, startMs, text: JSON.stringify(shares) }),
    facts: async () => new Map(facts),
    saveFacts: async (node, value) => void facts.set(node, value),
    trim: async () => undefined,
  }
}

const startMs = Date.parse('2026-03-01T10:00:00Z')
const createdAt = '2026-02-01T00:00:00Z'

function setUp(ids: readonly string[] = ['a', 'b']) {
  const clock = { ms: startMs }
  const store = memoryStore()
  const regions: Region[] = [
    { id: 'south', name: 'South', labels: ['test'], country: 'PT', prices: { currency: 'EUR', perTb: 10, perMonth: 300 } },
  ]
  const open = () =>
    TrafficBook.open({
      store,
      nodes: () => ids.map((id) => ({ id, name: `node ${id}`, createdAt })),
      regions: () => regions,
      log: silentLogger,
      now: () => clock.ms,
    })
  return { clock, store, open }
}

const report = (changes: Partial<NodeReport> = {}): NodeReport => ({
  ...{ seconds: 10, requests: 100, hits: 60, lookups: 80, bytesIn: 1000, bytesOut: 1_000_000, errors4xx: 3, errors5xx: 1 },
  latency: Array.from({ length: latencyClasses }, (_, index) => (index === 4 ? 100 : 0)),
  ...{ connections: 7, cpu: 0.5, memory: 0.25, cache: { bytes: 85, maxBytes: 100, objects: 3 } },
  ...{ paths: [{ name: '/a', requests: 90, bytes: 900 }], referers: [], countries: [{ name: 'ES', requests: 5, bytes: 50 }] },
  ...{ devices: [], statuses: [], region: 'south', capacityMbps: 1000, prices: null },
  ...changes,
})

it('keeps figures of nodes that there are, and none of one that was revoked', async () => {
  const ids = ['a', 'b']
  const { open } = setUp(ids)
  const book = await open()
  book.take('a', report())
  book.take('b', report())
  await book.save()
  expect([...book.totals().keys()]).toEqual(['a', 'b'])
  ids.pop()
  await book.save()
  expect([...book.totals().keys()]).toEqual(['a'])
  expect([book.newest('a') === null, book.newest('b')]).toEqual([false, null])
})

it('answers over time, by node and by region, with costs of configured prices', async () => {
  const { clock, open } = setUp()
  const book = await open()
  for (let n = 0; n < 60; n++) {
    book.take('a', report())
    book.take('b', report({ region: null, bytesOut: 2_000_000, prices: { currency: 'USD', perTb: 5, perMonth: 0 } }))
    clock.ms += 10_000
  }
  const all = await book.query({ by: 'all', stepS: 60, from: new Date(startMs).toISOString(), to: new Date(clock.ms).toISOString() })
  expect(all.times).toHaveLength(10)
  expect(all.series).toHaveLength(1)
  expect(all.series[0]?.requestsPerS.every((value) => value === 20)).toBe(true)
  expect(all.series[0]?.bitrateOutBps[3]).toBe((3_000_000 * 8) / 10)
  expect(all.series[0]).toMatchObject({ hitRatio: all.times.map(() => 0.75), errorRatio: all.times.map(() => 0.04) })
  expect(all.totals).toMatchObject({ requests: 12_000, bytesOut: 180_000_000, hitRatio: 0.75 })
  expect(all.paths).toEqual([{ name: '/a', requests: 10_800, bytes: 108_000 }])
  const hourMs = clock.ms - startMs
  const amount = (60e6 / 1e12) * 10 + (hourMs / (30 * 86_400_000)) * 300
  expect(all.nodes.find(({ id }) => id === 'a')?.cost?.amount).toBeCloseTo(amount, 2)
  expect(all.regions).toMatchObject([{ id: 'south', name: 'South', labels: ['test'], requests: 6000 }])
  expect(all.map).toEqual([
    { kind: 'country', id: 'ES', name: 'ES', latitude: 40, longitude: -4, requests: 600, bytesOut: 6000 },
    { kind: 'region', id: 'south', name: 'South', latitude: 39, longitude: -9, requests: 6000, bytesOut: 60_000_000 },
  ])
  expect(all.costs.map(({ currency }) => currency).sort()).toEqual(['EUR', 'USD'])
  const byNode = await book.query({ by: 'node', stepS: 60, from: new Date(startMs).toISOString() })
  expect(byNode.series.map(({ id, name }) => [id, name])).toEqual([
    ['a', 'node a'],
    ['b', 'node b'],
  ]) // prettier-ignore
  const byRegion = await book.query({ by: 'region', node: 'a', from: new Date(startMs).toISOString() })
  expect(byRegion.series.map(({ name }) => name)).toEqual(['South'])
  expect(book.newest('a')).toMatchObject({ requestsPerS: 10, cache: { warning: 80 }, p50Ms: expect.any(Number) })
})

it('comes back after a restart with what it had', async () => {
  const { clock, open } = setUp()
  const book = await open()
  for (let n = 0; n < 30; n++) {
    book.take('a', report())
    clock.ms += 10_000
  }
  await book.stop()
  const again = await open()
  again.take('a', report())
  const from = new Date(startMs).toISOString()
  clock.ms += 10_000
  const { totals, paths, nodes } = await again.query({ by: 'all', from })
  expect(totals.requests).toBe(3100)
  expect(paths[0]?.requests).toBe(31 * 90)
  expect(nodes[0]?.region).toBe('south')
})

it('a node that lies is believed as far as its figures fit each other', async () => {
  const { clock, open } = setUp()
  const book = await open()
  const take = (changes: object): void => {
    clock.ms += 10_000
    book.take('a', { ...report(), ...changes })
  }
  for (const wrong of [
    { requests: -1 },
    { requests: 1e300 },
    { bytesOut: Number.NaN },
    { cpu: 7 },
    { latency: [1] },
    { paths: Array.from({ length: 1000 }, () => ({ name: 'x', requests: 1, bytes: 1 })) },
    { paths: [{ name: 'x'.repeat(10_000), requests: 1, bytes: 1 }] },
    { paths: [{ name: 'a\u001b[31m', requests: 1, bytes: 1 }] },
    { countries: [{ name: '<b>', requests: 1, bytes: 1 }] },
    { region: '../../x' },
    { prices: { currency: 'EUR', perTb: -5, perMonth: 0 } },
  ]) {
    take(wrong)
  }
  for (const wrong of [null, 'x', [], 7]) book.take('a', wrong)
  expect(book.newest('a')).toBeNull()
  take({
    requests: 10,
    lookups: 1000,
    hits: 2000,
    errors5xx: 50,
    errors4xx: 50,
    seconds: 3000,
    paths: [{ name: '/a', requests: 999, bytes: 9e9 }],
  })
  expect(book.newest('a')).toMatchObject({ hitRatio: 1, errorRatio: 1 })
  // more often than they are due they are not counted
  for (let n = 0; n < 100; n++) book.take('a', report())
  clock.ms += 10_000
  const { totals, paths } = await book.query({ by: 'all', from: new Date(startMs).toISOString() })
  expect(totals).toMatchObject({ requests: 10, errors5xx: 10, errors4xx: 0 })
  expect(paths[0]).toMatchObject({ requests: 10, bytes: 1_000_000 })
})

it('answers no more points than there may be, and no time that makes no sense', async () => {
  const { open } = setUp()
  const book = await open()
  const at = (ms: number): string => new Date(startMs + ms).toISOString()
  await expect(book.query({ by: 'all', from: at(10), to: at(10) })).rejects.toMatchObject({ code: 'request.invalid' })
  await expect(book.query({ by: 'all', from: at(-40 * 86_400_000) })).rejects.toMatchObject({ code: 'request.invalid' })
  await expect(book.query({ by: 'all', from: at(-86_000_000), stepS: 10 })).rejects.toMatchObject({ code: 'request.invalid' })
  await expect(book.query({ by: 'all', node: 'x' })).rejects.toMatchObject({ code: 'network.node_not_found' })
  expect((await book.query({ by: 'all' })).series).toMatchObject([{ id: 'all' }])
})
