import { expect, it } from 'vitest'
import { readLoggedRequest } from '../logged-request.ts'
import { type CountedRequest, countedRequest } from './counted-request.ts'
import { checkLimits, defaultLimits, type LimitSettings } from './limit-settings.ts'
import { limitedHeaders } from './limited-answer.ts'
import { NetworkSet } from './network-set.ts'
import { RequestLimits } from './request-limits.ts'

const limits: LimitSettings = {
  ...defaultLimits,
  anonymous: { perMinute: 60, burst: 3 },
  live: { perMinute: 600, burst: 20 },
  routes: [
    { path: '/a/', perMinute: 60, burst: 1, per: 'all' },
    { path: '/a/b/', perMinute: 60, burst: 2, per: 'address' },
  ],
}

function open(settings = limits) {
  const marks = new Map<string, string>()
  let nowMs = 0
  const kept = { set: (name: string, kind: string) => marks.set(name, kind), remove: (name: string) => marks.delete(name) }
  const requests = new RequestLimits({ marks: kept as never, now: () => nowMs })
  requests.use(settings, false)
  const pass = (ms: number): void => {
    nowMs += ms
  }
  return { requests, marks, pass }
}
const line = (changes: Partial<CountedRequest>): CountedRequest => ({
  ...{ network: '203.0.113.1', user: '', status: 200, path: '/', agent: '', country: '' },
  ...changes,
})
const count = (requests: RequestLimits, times: number, changes: Partial<CountedRequest> = {}) =>
  requests.count(Array.from({ length: times }, () => line(changes)))

it('live playback has a limit of its own, an IPv6 network is one client, and this machine and allowed networks have none', () => {
  const { requests } = open()
  const many = (times: number, address: (index: number) => string, path: string) =>
    Array.from({ length: times }, (_, index) => requests.check(address(index), path)).filter((each) => each !== undefined).length
  expect(many(20, () => '203.0.113.1', '/live/show/x.m4s')).toBe(0)
  expect(many(3, () => '203.0.113.1', '/watch/show')).toBe(0)
  expect(requests.check('203.0.113.1', '/watch/show')).toMatchObject({ kind: 'anonymous', perMinute: 60, waitMs: 1000 })
  expect(requests.check('203.0.113.1', '/live/show/x.m4s')).toMatchObject({ kind: 'live' })
  expect(many(10, (index) => `2001:db8::${index}`, '/')).toBe(7)
  expect(many(50, () => '127.0.0.1', '/') + many(50, () => '::ffff:127.0.0.1', '/')).toBe(0)
  requests.allow(new NetworkSet(['198.51.100.0/24']))
  expect(many(50, () => '198.51.100.9', '/')).toBe(0)
  expect(many(50, () => '::ffff:198.51.100.9', '/')).toBe(0)
})

it('the longest route applies, for all together or for each', () => {
  const { requests } = open({ ...limits, anonymous: defaultLimits.anonymous })
  expect(requests.check('203.0.113.1', '/a/x')).toBeUndefined()
  expect(requests.check('203.0.113.2', '/a/x')).toMatchObject({ kind: 'route' })
  expect([1, 2, 3].map(() => requests.check('203.0.113.2', '/a/b/x')?.kind)).toEqual([undefined, undefined, 'route'])
  expect(requests.check('203.0.113.3', '/a/b/x')).toBeUndefined()
})

it('who is over a limit by what nginx answered is marked until requests are there again', () => {
  const { requests, marks, pass } = open()
  count(requests, 2)
  expect(marks.size).toBe(0)
  count(requests, 2)
  expect([...marks]).toEqual([['203.0.113.1', 'limited']])
  pass(1500)
  requests.sweep()
  expect(marks.size).toBe(1)
  pass(1000)
  requests.sweep()
  expect(marks.size).toBe(0)
  // what was rejected costs nothing
  count(requests, 100, { status: 429 })
  expect(marks.size).toBe(0)
})

it('a signature counts by itself where it was valid, else it counts for the IP address', () => {
  const { requests, marks } = open()
  const user = 'x'.repeat(43)
  count(requests, 10, { user })
  expect(marks.size).toBe(0)
  count(requests, 10, { user, status: 403, network: '2001:db8:0:0' })
  expect([...marks.keys()]).toEqual(['2001:db8:0:0'])
  count(requests, 3, { path: '/a/b/c', network: '198.51.100.1' })
  count(requests, 3, { path: '/a/x', network: '198.51.100.2' })
  expect([...marks.keys()].filter((name) => name.startsWith('r'))).toEqual(['r1-198.51.100.1', 'r0'])
})

it('nothing is reported but where the origin shares its limits, and other limits start from full buckets', () => {
  const { requests, marks } = open()
  count(requests, 50)
  expect(requests.report()).toEqual([])
  requests.use(limits, true)
  expect(marks.size).toBe(0)
  count(requests, 50)
  expect(requests.report()).toEqual([['anonymous 203.0.113.1', 50, 50, null]])
})

it('a 429 says when to come again', () => {
  expect(limitedHeaders({ kind: 'live', perMinute: 600, waitMs: 1001 })).toEqual({
    'retry-after': '2',
    'ratelimit-policy': '"live";q=600;w=60',
    'ratelimit': '"live";r=0;t=2',
  })
})

it('two limits of the same path are rejected, and lines that nginx did not write are skipped', () => {
  const route = { path: '/a', perMinute: 1, burst: 1, per: 'all' } as const
  expect(() => checkLimits({ ...limits, routes: [route, route] }, 'limits')).toThrow(/two limits for \/a/)
  const logged = ['200', '1', '1', '0', '-', 'HIT', '1', '/a\\xC3', '-', '-', 'cu\\x22rl', '--']
  const read = (network: string, path = '/a') => {
    const request = readLoggedRequest([...logged.with(7, path), network, '-'].join('\t'))
    return request && countedRequest(request)
  }
  expect(read('203.0.113.1', '/a\\xC3')).toEqual({
    network: '203.0.113.1',
    user: '',
    status: 200,
    path: '/a\u00c3',
    agent: 'cu"rl',
    country: '',
  })
  expect(read('-')).toBeUndefined()
  expect(read('')).toBeUndefined()
  expect(read('203.0.113.1', '/live/a')).toBeUndefined()
  for (const text of ['', '{}', logged.join('\t'), '\t'.repeat(13)]) expect(readLoggedRequest(text)).toBeUndefined()
})
