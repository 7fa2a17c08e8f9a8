import { expect, it } from 'vitest'
import { LeaseBook } from './lease-book.ts'
import { defaultLimits, type Rate, rateOf } from './limit-settings.ts'
import { type LeaseEntry, RequestBuckets, type UsageEntry } from './request-buckets.ts'

const rate: Rate = { perMinute: 1000, burst: 500 }
const key = 'anonymous 203.0.113.7'
const limits = (each: string): Rate | undefined => rateOf(defaultLimits, each)

/** Nodes with an origin that is `delayMs` away, in time of their own, one step for five milliseconds. */
const stepMs = 5

class Network {
  readonly nodes: { buckets: RequestBuckets; allowed: number; change: (entries: UsageEntry[]) => UsageEntry[] }[]
  book: LeaseBook | undefined = new LeaseBook()
  nowMs = 0
  asked = 0
  readonly #coming: { atMs: number; act: () => void }[] = []
  readonly #delayMs: number

  constructor(count: number, delayMs = 20) {
    this.#delayMs = delayMs
    this.nodes = Array.from({ length: count }, () => ({ buckets: new RequestBuckets(), allowed: 0, change: (entries) => entries }))
  }

  get allowed(): number {
    return this.nodes.reduce((sum, node) => sum + node.allowed, 0)
  }

  /** Runs for some seconds: `perSecond` requests at each node. */
  run(seconds: number, perSecond: readonly number[], each = key): void {
    const due = perSecond.map(() => 0)
    for (const end = this.nowMs + seconds * 1000; this.nowMs < end; this.nowMs += stepMs) {
      for (let at = this.#coming.length - 1; at >= 0; at--)
        if ((this.#coming[at]?.atMs ?? 0) <= this.nowMs) this.#coming.splice(at, 1)[0]?.act()
      this.nodes.forEach((node, index) => {
        due[index] = (due[index] as number) + ((perSecond[index] as number) * stepMs) / 1000
        for (; (due[index] as number) >= 1; due[index] = (due[index] as number) - 1, this.asked++)
          if (node.buckets.take(each, rate, this.nowMs) === 0) node.allowed++
        if (this.nowMs % 100 === 0) this.#report(index)
      })
    }
  }

  #report(index: number): void {
    const { buckets, change } = this.nodes[index] as (typeof this.nodes)[number]
    if (this.book === undefined) return
    const entries = change(buckets.report(this.nowMs))
    if (entries.length === 0) return
    this.#later(() => {
      const leases = this.book?.report(`node-${index}`, entries, limits, this.nowMs) ?? []
      this.#later(() => leases.forEach((lease: LeaseEntry) => void buckets.lease(lease, this.nowMs)))
    })
  }

  #later(act: () => void): void {
    this.#coming.push({ atMs: this.nowMs + this.#delayMs, act })
  }
}

/** What one bucket would allow in this time. */
const exact = (seconds: number): number => rate.burst + (rate.perMinute / 60) * seconds

it('allows at three nodes together what one would allow, within 10 %', () => {
  for (const load of [
    [50, 50, 50],
    [120, 10, 1],
    [300, 300, 300],
    [10, 10, 10],
  ]) {
    const network = new Network(3)
    network.run(60, load)
    expect(network.allowed / exact(60), String(load)).toBeGreaterThan(0.9)
    expect(network.allowed / exact(60), String(load)).toBeLessThan(1.1)
  }
})

it('leaves alone who stays below the limit, at one node or by turns at several', () => {
  const network = new Network(3)
  network.run(30, [15, 0, 0])
  network.run(30, [0, 15, 0])
  network.run(30, [5, 5, 5])
  expect(network.asked).toBeGreaterThan(15 * 89)
  expect(network.allowed).toBe(network.asked)
})

it('follows a viewer that moves: what one node has is the other one’s a moment later', () => {
  const network = new Network(2)
  network.run(60, [100, 0])
  const before = network.allowed
  network.run(30, [0, 100])
  expect((network.allowed - before) / (30 * 16.7)).toBeGreaterThan(0.85)
  expect(network.allowed / exact(90)).toBeLessThan(1.1)
})

it('goes on with the whole limit at each node while the origin is away', () => {
  const network = new Network(2)
  network.run(30, [100, 100])
  network.book = undefined
  network.run(10, [100, 100])
  const before = network.allowed
  network.run(30, [100, 100])
  expect((network.allowed - before) / (2 * 30 * 16.7)).toBeCloseTo(1, 1)
})

it('gives no second burst after the origin was started again', () => {
  const network = new Network(3)
  network.run(30, [100, 100, 100])
  network.book = new LeaseBook()
  network.run(30, [100, 100, 100])
  expect(network.allowed / exact(60)).toBeLessThan(1.1)
})

it('lets a node that lies take nothing from viewers at other nodes but its equal part', () => {
  const lies: ((entry: UsageEntry) => UsageEntry)[] = [
    ([each]) => [each, 1e9, 1e9, 0],
    ([each]) => [each, 1e15, 0, 1e9],
    ([each]) => [each, 0, 1e12, 1e15],
  ]
  for (const lie of lies) {
    const network = new Network(2)
    const [honest, liar] = network.nodes as [(typeof network.nodes)[0], (typeof network.nodes)[0]]
    liar.change = (entries) => entries.map(lie)
    network.run(60, [100, 100])
    expect(honest.allowed / (30 * 16.7)).toBeGreaterThan(0.95)
    expect(honest.allowed).toBeLessThan(exact(60) * 1.1)
  }
})

it('keeps a bounded number of buckets, whoever comes, and reports a bounded number', () => {
  const buckets = new RequestBuckets(4000)
  for (let n = 0; n < 10_000; n++) buckets.charge(`anonymous ${n}`, rate, 30, n / 10)
  expect(buckets.size).toBeLessThanOrEqual(4000)
  // those whose buckets are gone
  expect(buckets.report(2000)).toEqual([])
  for (let n = 0; n < 1000; n++) buckets.charge(`anonymous ${n}`, rate, 30, 2000)
  expect([buckets.report(2000).length, buckets.report(2000).length, buckets.report(2000).length]).toEqual([500, 500, 0])
  const book = new LeaseBook(10_000)
  for (let n = 0; n < 21; n++)
    book.report(
      'node',
      Array.from({ length: 500 }, (_, at): UsageEntry => [`anonymous ${n} ${at}`, 1, 1, null]),
      limits,
      n * 100,
    )
  expect(book.size).toBeLessThanOrEqual(10_000)
})

it('answers a node ten reports a second, and nothing for keys that are not limited', () => {
  const book = new LeaseBook()
  expect(book.report('node', [[key, 1, 1, null]], limits, 1000)).toHaveLength(1)
  expect(book.report('node', [[key, 1, 1, null]], limits, 1010)).toEqual([])
  expect(
    book.report(
      'other',
      [
        ['route /x 1.2.3.4', 1, 1, null],
        ['__proto__', 1, 1, null],
        ['', 1, 1, null],
      ],
      limits,
      1010,
    ),
  ).toEqual([])
})

it('counts what was answered before it could be asked: the debt is paid before anything else is allowed', () => {
  const buckets = new RequestBuckets()
  expect(buckets.charge(key, rate, 499, 0)).toBe(0)
  expect(buckets.charge(key, rate, 101, 0)).toBeCloseTo(101 * 60, 0)
  expect(buckets.take(key, rate, 100 * 60)).toBeGreaterThan(0)
  expect(buckets.take(key, rate, 102 * 60)).toBe(0)
  // never more than a burst of debt
  expect(buckets.charge(key, rate, 1e9, 102 * 60)).toBeCloseTo(501 * 60, 0)
})
