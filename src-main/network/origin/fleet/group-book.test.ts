import { expect, it, vi } from 'vitest'
import type { NetworkNode } from '../nodes/node-schemas.ts'
import { differenceOf } from './difference.ts'
import { GroupBook } from './group-book.ts'
import { checkGroupFile, configurationId, withoutSecrets } from './group-file.ts'
import type { StoredGroup } from './group-store.ts'
import { lostMs, Rollouts } from './rollouts.ts'

const stages = { first: 1, atOnce: 5, watchS: 0 }
const secret = 'signingKeys:\n  # of shop\n  - id: k1\n    secret: sixteen-or-more-characters\n'

async function open(groupOf: Readonly<Record<string, string>>) {
  const kept = new Map<string, StoredGroup>()
  const common = { events: { publish: () => undefined } as never, audit: { record: () => undefined }, now: () => 1_000_000 }
  const rollouts = new Rollouts({ ...common, log: { error: () => undefined } as never })
  const nodes = (): NetworkNode[] =>
    Object.entries(groupOf).map(([id, group]) => ({ id, name: id, group, enabled: true, connected: true, traffic: null }) as never)
  const store = {
    all: async () => [...kept.values()],
    save: async (group: StoredGroup) => void kept.set(group.name, group),
    remove: async (name: string) => void kept.delete(name),
  }
  const book = await GroupBook.open({
    ...common,
    store,
    nodes,
    node: (id) => nodes().find((node) => node.id === id),
    groupOf: (id) => groupOf[id] ?? null,
    ungroup: async () => undefined,
    rollouts,
  })
  const sent: string[] = []
  /** A node that uses what it is sent, or says why not. */
  const connect = (id: string, faultOf: (text: string) => string | undefined = () => undefined, has: string | undefined = '') =>
    book.attach(id, has, (configuration, text) => {
      sent.push(`${id} ${text.split('\n')[0]}`)
      queueMicrotask(() => book.configured(id, configuration, faultOf(text)))
    })
  const ended = async (id: string) => {
    for (let turn = 0; turn < 200 && rollouts.find(id).state === 'running'; turn++) await new Promise((resolve) => setTimeout(resolve, 1))
    return rollouts.find(id)
  }
  const rollOut = async (name: string, text: string) => ended((await book.rollOut(name, text, stages, 'admin')).id)
  return { book, kept, connect, sent, rollOut, ended, rollouts }
}

it('a configuration comes to the nodes of its group alone, and to those that come later', async () => {
  const { book, connect, sent, rollOut } = await open({ a: 'south', b: 'south', c: 'north' })
  connect('a')
  connect('c')
  expect((await rollOut('south', 'region: south\n')).nodes).toMatchObject([
    { id: 'a', state: 'done' },
    { id: 'b', state: 'skipped' },
  ])
  expect(sent).toEqual(['a region: south'])
  connect('b')
  expect(sent.at(-1)).toBe('b region: south')
  connect('a', undefined, configurationId('region: south\n'))
  expect(sent).toHaveLength(2)
  expect(book.find('south')).toMatchObject({ configuration: 'region: south\n', hasFormer: true })
})

it('a configuration that one node rejects goes back everywhere, and the one before is what the group says', async () => {
  const { book, connect, sent, rollOut, ended } = await open({ a: 'south', b: 'south' })
  connect('a')
  connect('b', (text) => (text.includes('countryDatabase') ? 'nginx rejects it' : undefined))
  await rollOut('south', 'region: south\n')
  const failed = await rollOut('south', 'countryDatabase: /missing\n')
  expect(failed.state).toBe('failed')
  expect(failed.nodes).toMatchObject([
    { id: 'a', state: 'undone' },
    { id: 'b', state: 'failed', note: 'nginx rejects it' },
  ])
  expect(sent.slice(-2).sort()).toEqual(['a region: south', 'b region: south'])
  expect(book.find('south').configuration).toBe('region: south\n')
  await rollOut('south', 'region: east\n')
  expect((await ended(book.rollBack('south', stages, 'admin').id)).state).toBe('done')
  expect(book.find('south').configuration).toBe('region: south\n')
})

it('a node that connects again while it is changed goes on, and one that does not has lost its connection', async () => {
  vi.useFakeTimers()
  try {
    const { book, rollouts, sent } = await open({ a: 'south' })
    const attach = (has: string, answers: boolean) =>
      book.attach('a', has, (configuration, text) => {
        sent.push(text)
        if (answers) queueMicrotask(() => book.configured('a', configuration, undefined))
      })
    const state = async (text: string) => {
      const { id } = await book.rollOut('south', text, stages, 'admin')
      await vi.advanceTimersByTimeAsync(1)
      return () => rollouts.find(id).state
    }
    const leave = attach('', false)
    const sentAgain = await state('region: south\n')
    leave()
    await vi.advanceTimersByTimeAsync(lostMs - 1000)
    expect(sentAgain()).toBe('running')
    const leaveAgain = attach('', true)
    await vi.advanceTimersByTimeAsync(lostMs)
    expect([sentAgain(), sent]).toEqual(['done', ['region: south\n', 'region: south\n']])
    leaveAgain()
    // It used it, and could not say so.
    const leaveSilent = attach(configurationId('region: south\n'), false)
    const usedAlready = await state('region: east\n')
    leaveSilent()
    const leaveLast = attach(configurationId('region: east\n'), false)
    await vi.advanceTimersByTimeAsync(1)
    expect([usedAlready(), sent.length]).toEqual(['done', 3])
    const lost = await state('region: north\n')
    leaveLast()
    await vi.advanceTimersByTimeAsync(lostMs + 10)
    expect(lost()).toBe('failed')
    expect(rollouts.list().at(-1)?.nodes[0]?.note).toBe('The node lost its connection')
  } finally {
    vi.useRealTimers()
  }
})

it('a group that was changed since it was read is not changed', async () => {
  const { book, rollOut } = await open({})
  await rollOut('south', 'region: south\n')
  const { changedAt } = book.find('south')
  const changed = expect.objectContaining({ code: 'network.group_changed' })
  await expect(book.rollOut('south', '', stages, 'admin', new Date(0).toISOString())).rejects.toEqual(changed)
  await expect(book.rollOut('north', '', stages, 'admin', changedAt)).rejects.toEqual(changed)
  expect([book.find('south').configuration, book.has('north')]).toEqual(['region: south\n', false])
  expect(await book.rollOut('south', '', stages, 'admin', changedAt)).toMatchObject({ subject: 'south' })
})

it('a node of an older version keeps its own file, and a rollout says so', async () => {
  const { book, connect, rollOut, sent } = await open({ a: 'south' })
  book.attach('a', undefined, () => sent.push('sent'))
  expect((await rollOut('south', 'region: south\n')).nodes).toMatchObject([{ state: 'failed', note: expect.stringContaining('update it') }])
  expect([sent, book.stateOf('a')]).toEqual([[], null])
  void connect
})

it('secrets are not shown, stay where they are sent as shown, and are no part of a preview', async () => {
  const { book, kept, rollOut } = await open({})
  await rollOut('south', secret)
  const shown = book.find('south').configuration
  expect(shown).not.toContain('sixteen')
  expect(shown).toContain('# of shop')
  await rollOut('south', `${shown}hstsSeconds: 60\n`)
  expect(kept.get('south')?.text).toContain('secret: sixteen-or-more-characters')
  expect(book.preview('south', `${shown}hstsSeconds: 90\n`).lines.filter(({ kind }) => kind !== 'same')).toEqual([
    { kind: 'removed', text: 'hstsSeconds: 60' },
    { kind: 'added', text: 'hstsSeconds: 90' },
  ])
  const other = `${secret.replace('sixteen-or-more', 'eighteen-or-more')}hstsSeconds: 60\n`
  expect(book.preview('south', other)).toEqual({ lines: [], changedSecrets: true })
  expect(() => book.preview('north', shown)).toThrow(/stays for a secret/)
})

it.each<[string, RegExp]>([
  ['sites:\n- hots: [a]', /configuration:2:3: sites\[0\]\.hots.*is "hosts" meant\?/],
  ['origin: https://evil.example', /configuration:1:1: origin no such property/],
  ['cache: {folder: /etc}', /cache no such property/],
  ['a: [', /is not YAML/],
  ['[]', /must be an object/],
])('%j is rejected with its place', (text, message) => {
  expect(() => checkGroupFile(text)).toThrow(message)
  expect(() => withoutSecrets(text)).not.toThrow(TypeError)
})

it('a difference has the lines that changed, with three around them', () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`)
  const changed = lines.with(10, 'other')
  expect(differenceOf(lines.join('\n'), changed.join('\n')).map(({ kind, text }) => `${kind[0]} ${text}`)).toEqual([
    ...['s line 7', 's line 8', 's line 9', 'r line 10', 'a other', 's line 11', 's line 12', 's line 13'],
  ])
  expect(differenceOf('', 'a\n')).toEqual([{ kind: 'added', text: 'a' }])
  expect(differenceOf('a\nb', 'a\nb')).toEqual([])
  expect(differenceOf('x\n'.repeat(5000), 'y')).toHaveLength(5001)
})
