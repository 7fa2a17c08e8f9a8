import { afterEach, expect, test, vi } from 'vitest'
import { deliverEvent } from './event-followers.ts'
import { only, Resource } from './resource.ts'
import type { EventMessage } from './types.ts'

interface Rule {
  readonly text: string
  readonly own: boolean
}

const event = (topic: string, data: unknown, stream?: string): EventMessage => ({
  seq: 1,
  time: '',
  topic,
  data,
  ...(stream && { stream }),
})
const rules = () =>
  new Resource<string, Rule>({
    path: (stream) => `/streams/${stream}/rule`,
    updated: ['rule.updated'],
    of: ({ stream }) => stream,
    changed: { 'rule.default': (rule, { data }) => (rule.own ? rule : { ...rule, text: data as string }) },
  })

afterEach(() => vi.unstubAllGlobals())

test('an event is about the resource with its key, or changes something of each', () => {
  const own = { text: 'own', own: true }
  const shared = { text: 'all', own: false }
  expect(rules().after(event('rule.updated', own, 'a'), 'a', shared)).toEqual(own)
  expect(rules().after(event('rule.updated', own, 'a'), 'a', undefined)).toEqual(own)
  expect(rules().after(event('rule.updated', own, 'b'), 'a', shared)).toBeUndefined()
  expect(rules().after(event('rule.default', 'new'), 'a', shared)).toEqual({ text: 'new', own: false })
  expect(rules().after(event('rule.default', 'new'), 'a', own)).toBe(own)
  expect(rules().after(event('rule.default', 'new'), 'a', undefined), 'not read yet').toBeUndefined()
  expect(rules().after(event('other', 'new'), 'a', shared)).toBeUndefined()
})

test('an event without a key is about the only one, and its data may hold more', () => {
  const plain = new Resource<string, number>({ path: () => '/limit', updated: ['limit.updated'] })
  expect(plain.after(event('limit.updated', 4), only, 3)).toBe(4)
  const inside = new Resource<string, number>({
    path: () => '/limit',
    updated: ['limit.updated'],
    valueIn: ({ data }) => (data as { limit: number }).limit,
  })
  expect(inside.after(event('limit.updated', { limit: 5 }), only, 3)).toBe(5)
})

test('a resource is read when the first follows it, and what the API answers is kept', async () => {
  const asked: string[] = []
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url)
    return Promise.resolve(new Response(JSON.stringify({ text: 'read', own: false })))
  })
  const resource = rules()
  const followed = resource.find('a')
  const [leave, leaveToo] = [resource.follow('a', followed), resource.follow('a', resource.find('a'))]
  await vi.waitFor(() => expect(followed.store.getState().value).toEqual({ text: 'read', own: false }), { interval: 2, timeout: 20_000 })
  await resource.keep('a', Promise.resolve({ text: 'kept', own: true }))
  expect([asked, followed.store.getState().value]).toEqual([['/api/v1/streams/a/rule'], { text: 'kept', own: true }])
  leave()
  leaveToo()
  expect(resource.find('a'), 'nobody uses it any more').not.toBe(followed)
})

test('an answer that is older than an event about the same resource is left out', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ text: 'read', own: false }))))
  const resource = rules()
  const followed = resource.find('a')
  const leave = resource.follow('a', followed)
  await vi.waitFor(() => expect(followed.store.getState().value?.text).toBe('read'), { interval: 2, timeout: 20_000 })
  const { promise, resolve } = Promise.withResolvers<Rule>()
  const kept = resource.keep('a', promise)
  deliverEvent(event('rule.updated', { text: 'newest', own: true }, 'a'))
  resolve({ text: 'older', own: true })
  await kept
  expect(followed.store.getState().value?.text).toBe('newest')
  leave()
})
