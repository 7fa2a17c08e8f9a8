import { expect, it } from 'vitest'
import type { GuardRules, NodeAlarm } from './attack-schemas.ts'
import { GuardBook } from './guard-book.ts'
import type { GuardStore } from './guard-store.ts'

async function open() {
  let nowMs = Date.parse('2026-01-01T00:00:00Z')
  const kept = new Map<string, string>()
  const store: GuardStore = {
    settings: async () => undefined,
    saveSettings: async () => undefined,
    list: async () => [],
    async add(name, networks) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      for (const each of networks) kept.set(`${name} ${each.network}`, each.network)
    },
    async remove(name, networks) {
      for (const network of networks) kept.delete(`${name} ${network}`)
    },
  }
  const audited: string[] = []
  const book = await GuardBook.open({
    store,
    events: { publish: () => undefined as never },
    audit: { record: ({ message }) => void audited.push(message) },
    nameOf: (id) => id.toUpperCase(),
    now: () => nowMs,
  })
  const sent: GuardRules[] = []
  const lifted: string[] = []
  const attach = (node: string) =>
    book.attach(node, { guard: (rules) => void sent.push(rules), lift: (network) => void lifted.push(`${node} ${network}`) })
  const pass = (ms: number): void => {
    nowMs += ms
  }
  return { book, kept, audited, sent, lifted, attach, pass }
}

const alarm = (changes: Partial<NodeAlarm> = {}): NodeAlarm => ({
  ...{ route: '*', perSecond: 400, usualPerSecond: 100, pattern: [{ kind: 'agent', value: 'bad/1', share: 0.75 }] },
  ...changes,
})

it('imports a list whole or not at all, in one form, and sends it to nodes', async () => {
  const { book, kept, sent, attach } = await open()
  attach('a')
  const text = '# ours\n192.0.2.1/24 # office\r\n\n192.0.2.9/24\n2001:DB8::/32\n10.1.1.1\n'
  expect(await book.import('deny', text, undefined, 'admin')).toEqual({ added: 3, total: 3 })
  expect(sent.at(-1)).toMatchObject({ allow: [], deny: ['192.0.2.0/24', '2001:db8::/32', '10.1.1.1'] })
  for (const [wrong, place] of [
    ['10.0.0.1\n10.0.0.*', 'Line 2: "10.0.0.\\*"'],
    ['(a+)+$', 'Line 1'],
    ['0.0.0.0/0', 'Line 1: "0.0.0.0/0" is too large'],
    ['10.0.0.1\n::/3', 'Line 2'],
    ['10.0.0.1 10.0.0.2', 'Line 1'],
  ] as const)
    await expect(async () => book.import('deny', wrong, undefined, 'admin')).rejects.toThrow(new RegExp(place))
  expect(kept.size).toBe(3)
  await book.remove('deny', '192.0.2.77/24', 'admin')
  await expect(book.remove('deny', '192.0.2.0/24', 'admin')).rejects.toMatchObject({ code: 'network.list_invalid' })
  await book.remove('deny', undefined, 'admin')
  expect([book.list('deny'), kept.size]).toEqual([[], 0])
})

it('has at most 20,000 networks in a list, also where two imports come at once', async () => {
  const { book } = await open()
  const text = (first: number) => Array.from({ length: 12_000 }, (_, n) => `${first}.${n >> 8}.${n & 255}.1`).join('\n')
  const results = await Promise.allSettled([1, 2].map((first) => book.import('allow', text(first), undefined, 'admin')))
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(book.list('allow')).toHaveLength(12_000)
  expect(() => book.import('allow', `${text(1)}\n${text(2)}`, undefined, 'admin')).toThrow(/20000 networks at most/)
})

it('removes from a list what has expired', async () => {
  const { book, pass, sent, attach } = await open()
  attach('a')
  await book.import('deny', '10.0.0.1', 10, 'admin')
  await book.import('deny', '10.0.0.2', undefined, 'admin')
  pass(9 * 60_000)
  await book.sweep()
  expect(book.list('deny')).toHaveLength(2)
  pass(2 * 60_000)
  await book.sweep()
  expect(sent.at(-1)?.deny).toEqual(['10.0.0.2'])
})

it('an attack is one entry from its start to its end, also where the node connects again meanwhile', async () => {
  const { book, audited, attach, pass } = await open()
  const detach = attach('a')
  book.report('a', { alarms: [alarm()], blocks: [] })
  pass(10_000)
  book.report('a', { alarms: [alarm({ perSecond: 500 })], blocks: [] })
  expect(book.attacks()).toMatchObject([{ node: 'a', perSecond: 500, endedAt: null }])
  expect(book.problems()).toEqual(['A has 500 requests a second, 100 are usual: bad/1 (75 %)'])
  detach()
  expect([book.attacks()[0]?.endedAt === null, book.problems().length]).toEqual([false, 0])
  attach('a')
  pass(5000)
  book.report('a', { alarms: [alarm()], blocks: [] })
  expect(book.attacks()).toMatchObject([{ endedAt: null }])
  pass(1000)
  book.report('a', { alarms: [], blocks: [] })
  pass(70_000)
  book.report('a', { alarms: [alarm({ route: '/x/', pattern: [] })], blocks: [] })
  expect(book.attacks()).toHaveLength(2)
  expect(book.problems()).toEqual(['A has 400 requests a second below /x/, 100 are usual'])
  expect(audited).toHaveLength(2)
})

it('a node that reports ever more attacks is not believed, and changes nothing at others', async () => {
  const { book, audited, attach, pass, sent } = await open()
  attach('a')
  attach('b')
  for (let n = 0; n < 200; n++) {
    pass(600)
    const alarms = Array.from({ length: 20 }, (_, at) => alarm({ route: `/${n}-${at}/` }))
    book.report('a', { alarms, blocks: [{ network: '203.0.113.1', perSecond: 1, leftS: 86_400 }] })
  }
  expect([book.attacks().length, audited.length]).toEqual([60, 60])
  book.report('b', { alarms: [alarm()], blocks: [] })
  expect(book.attacks()).toHaveLength(61)
  expect(sent).toEqual([])
  book.report('unknown', { alarms: [alarm()], blocks: [] })
  expect(book.attacks()).toHaveLength(61)
})

it('blocks are listed until they expire, and lifted at all nodes that have them', async () => {
  const { book, attach, lifted, pass } = await open()
  attach('a')
  attach('b')
  const block = { network: '203.0.113.1', perSecond: 90, leftS: 60 }
  book.report('a', { alarms: [], blocks: [block] })
  book.report('b', { alarms: [], blocks: [block, { ...block, network: '2001:db8:1:2' }] })
  expect(book.blocked().map(({ node, network }) => `${node} ${network}`)).toEqual(['a 203.0.113.1', 'b 203.0.113.1', 'b 2001:db8:1:2'])
  book.lift('203.0.113.1', 'admin')
  expect(lifted).toEqual(['a 203.0.113.1', 'b 203.0.113.1'])
  expect(() => book.lift('203.0.113.1', 'admin')).toThrow(expect.objectContaining({ code: 'network.not_blocked' }))
  pass(61_000)
  expect(book.blocked()).toEqual([])
})
