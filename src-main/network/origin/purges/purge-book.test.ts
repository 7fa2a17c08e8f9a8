import { expect, it } from 'vitest'
import type { AuditLog } from '../../../platform/audit.ts'
import type { PurgeOrder } from '../../front/cache/purge-order.ts'
import { PurgeBook, type PurgeNode } from './purge-book.ts'
import type { PurgeStore, StoredPurge } from './purge-store.ts'

const audit = { record: () => undefined } as unknown as AuditLog

function memoryStore(): PurgeStore & { readonly kept: StoredPurge[] } {
  const kept: StoredPurge[] = []
  return {
    kept,
    all: async () => [...kept],
    async add(purge, before) {
      await Promise.resolve()
      kept.push(purge)
      while ((kept[0]?.order.number ?? Infinity) <= before) kept.shift()
    },
  }
}

const open = (store: PurgeStore, nodes: readonly PurgeNode[] = []) => PurgeBook.open({ store, nodes: () => nodes, audit, now: () => 0 })

it('parallel purges have numbers of their own, also after a restart', async () => {
  const store = memoryStore()
  const book = await open(store)
  const reports = await Promise.all(Array.from({ length: 20 }, () => book.purge({ tags: ['a'] }, false, 'x')))
  expect(reports.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
  expect((await (await open(store)).purge({ tags: ['a'] }, false, 'x')).number).toBe(21)
})

it('each node acknowledges, is away, or fails with its reason', async () => {
  const seen: PurgeOrder[] = []
  const done = {
    purge: async (order: PurgeOrder) => {
      seen.push(order)
      return { objects: 2, bytes: 10 }
    },
    preview: async () => ({ objects: 3, bytes: 11 }),
    search: async () => ({ objects: [], hasMore: false }),
  }
  const fail = () => Promise.reject(new Error('broken'))
  const broken = { purge: fail, preview: fail, search: fail }
  const book = await open(memoryStore(), [
    { id: '1', name: 'one', connection: done },
    { id: '2', name: 'two', connection: undefined },
    { id: '3', name: 'three', connection: broken },
  ])
  const { nodes } = await book.purge({ urls: ['/a'] }, true, 'x')
  expect(nodes.map(({ state, objects, reason }) => [state, objects, reason])).toEqual([
    ['done', 2, null],
    ['away', 0, null],
    ['failed', 0, 'broken'],
  ])
  expect(seen).toEqual([{ number: 1, selection: { urls: ['/a'] }, hard: true }])
  expect(await book.preview({ everything: true })).toMatchObject({ number: null, nodes: [{ objects: 3 }, {}, {}] })
  expect((await book.search('/a', undefined)).map(({ state, reason }) => [state, reason])).toEqual([
    ['done', null],
    ['away', null],
    ['failed', 'broken'],
  ])
  expect(await book.search('/a', '2')).toHaveLength(1)
  await expect(book.search('a b', undefined)).rejects.toMatchObject({ code: 'network.purge_invalid' })
  await expect(book.purge({}, false, 'x')).rejects.toMatchObject({ code: 'network.purge_invalid' })
})

it('a node that was away is sent what it missed, and learns where something is no longer kept', async () => {
  const store = memoryStore()
  const book = await open(store)
  for (let n = 0; n < 1005; n++) await book.purge({ tags: [`t${n}`] }, false, 'x')
  expect(book.since(1003)).toEqual({
    last: 1005,
    orders: [
      { number: 1004, selection: { tags: ['t1003'] }, hard: false },
      { number: 1005, selection: { tags: ['t1004'] }, hard: false },
    ],
  })
  // the first of them does not follow on the fourth: the node knows that some are missing
  expect(book.since(4).orders[0]?.number).toBe(6)
  expect(store.kept).toHaveLength(1000)
})

it('large purges do not add up', async () => {
  const store = memoryStore()
  const book = await open(store)
  const urls = Array.from({ length: 100 }, (_, n) => `/${n}/${'x'.repeat(8000)}`)
  for (let n = 0; n < 20; n++) await book.purge({ urls }, false, 'x')
  expect(store.kept.length).toBeLessThan(12)
})
