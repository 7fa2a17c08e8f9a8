import { createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NetworkNode } from '../nodes/node-schemas.ts'
import { ListKeys } from './list-keys.ts'
import { NodeHealth } from './node-health.ts'
import { loadOf, weightOf } from './node-weight.ts'
import { RoutingBook } from './routing-book.ts'
import type { ListedNode, RoutingSettings, SignedNodes } from './routing-schemas.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ami-routing-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const nodeOf = (id: string, cpu: number, more: Partial<NetworkNode> = {}): NetworkNode =>
  ({
    ...{ id, enabled: true, connected: true, draining: false, publicUrl: `https://${id}.example` },
    traffic: { cpu, capacityMbps: 1000, bitrateOutBps: 0, region: 'south' },
    ...more,
  }) as NetworkNode

async function openBook(nodes: NetworkNode[], stored: RoutingSettings | null = { enabled: true, shiftPercent: 70 }) {
  const clock = { nowMs: 1_000_000 }
  const keys = new ListKeys(join(folder, 'keys.json'))
  const book = await RoutingBook.open({
    store: { read: async () => stored ?? undefined, write: async () => undefined },
    ...{ keys, nodes: () => nodes, health: new NodeHealth(), now: () => clock.nowMs },
    events: { publish: () => undefined },
    audit: { record: () => undefined },
  })
  return { book, clock, keys }
}

const listOf = ({ list }: SignedNodes): { readonly nodes: readonly ListedNode[]; readonly expiresAt: number } => JSON.parse(list)
const weights = (book: RoutingBook) => Object.fromEntries(listOf(book.signed).nodes.map(({ id, weight }) => [id, weight]))

function isValid({ list, signatures }: SignedNodes, key: string): boolean {
  const signature = signatures.find((each) => each.key === key)
  const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' })
  const bytes = Buffer.from(signature?.signature ?? '', 'base64')
  return verify('sha256', Buffer.from(list), { key: publicKey, dsaEncoding: 'ieee-p1363' }, bytes)
}

describe('the nodes that viewers are sent to', () => {
  it('are not named until the operator switches routing on', async () => {
    const { book } = await openBook([nodeOf('a', 0)], null)
    expect([book.viewerNodes, book.urls, listOf(book.signed).nodes]).toEqual([[], [], []])
    await book.change({ enabled: true, shiftPercent: 70 }, 'admin')
    expect(book.viewerNodes).toEqual([{ url: 'https://a.example', weight: 100 }])
  })

  it('get fewer above 70 % load, and none while they drain, are away, disabled or have no URL', async () => {
    const nodes = [
      nodeOf('idle', 0.3),
      nodeOf('busy', 0.8),
      nodeOf('full', 0.97),
      nodeOf('draining', 0, { draining: true }),
      nodeOf('away', 0, { connected: false }),
      nodeOf('disabled', 0, { enabled: false }),
      nodeOf('private', 0, { publicUrl: null }),
    ]
    const { book } = await openBook(nodes)
    expect(weights(book)).toEqual({ idle: 100, busy: 60, full: 0, draining: 0 })
    expect(book.viewerNodes.map(({ url }) => url)).toEqual(['https://idle.example', 'https://busy.example'])
  })

  it('are the least busy where all are full, but never one that drains', async () => {
    const { book } = await openBook([nodeOf('a', 0.99), nodeOf('b', 0.96), nodeOf('c', 0, { draining: true })])
    expect(weights(book)).toEqual({ a: 0, b: 1, c: 0 })
  })

  it('are announced when something changed, and signed again in time', async () => {
    const nodes = [nodeOf('a', 0.1)]
    const { book, clock } = await openBook(nodes)
    let changes = 0
    book.onChange(() => changes++)
    nodes[0] = nodeOf('a', 0.2)
    book.refresh()
    expect(changes).toBe(0)
    nodes[0] = nodeOf('a', 0.2, { draining: true })
    book.refresh()
    expect([changes, weights(book)]).toEqual([1, { a: 0 }])
    clock.nowMs += 61_000
    book.refresh()
    expect([changes, listOf(book.signed).expiresAt > clock.nowMs + 3_000_000]).toEqual([2, true])
  })
})

describe('the signature of the list', () => {
  it('is by a key that stays, and after a rotation by the former one too', async () => {
    const { book, keys } = await openBook([nodeOf('a', 0)])
    const [first = ''] = keys.publicKeys
    expect(isValid(book.signed, first)).toBe(true)
    expect(isValid({ ...book.signed, list: book.signed.list.replace('a.example', 'x.example') }, first)).toBe(false)
    expect(new ListKeys(join(folder, 'keys.json')).publicKeys).toEqual([first])
    expect(statSync(join(folder, 'keys.json')).mode & 0o777).toBe(0o600)
    const { keys: both } = await book.rotateKey('admin')
    expect([both.length, both[1]]).toEqual([2, first])
    for (const key of both) expect(isValid(book.signed, key)).toBe(true)
    await book.rotateKey('admin')
    expect(keys.publicKeys).not.toContain(first)
    expect(keys.publicKeys).toHaveLength(2)
  })
})

describe('the load of a node', () => {
  it('is what its network or its processors have less left of', () => {
    expect(loadOf(null)).toBe(0)
    expect(loadOf({ cpu: 0.2, capacityMbps: 100, bitrateOutBps: 80e6 })).toBe(0.8)
    expect(loadOf({ cpu: 0.9, capacityMbps: null, bitrateOutBps: 80e6 })).toBe(0.9)
    expect(loadOf({ cpu: 0, capacityMbps: 1, bitrateOutBps: 80e6 })).toBe(1)
  })

  it('takes weight away step by step', () => {
    const all = [0.5, 0.7, 0.75, 0.8, 0.9, 0.95, 1].map((load) => weightOf(load, 70))
    expect(all).toEqual([100, 100, 80, 60, 20, 0, 0])
    expect([weightOf(0.93, 90), weightOf(0.95, 90)]).toEqual([40, 0])
  })
})
