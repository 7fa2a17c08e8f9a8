import { expect, it } from 'vitest'
import type { NetworkNode } from '../nodes/node-schemas.ts'
import { differenceOf } from './difference.ts'
import { GroupBook } from './group-book.ts'
import { checkGroupFile, configurationId, withoutSecrets } from './group-file.ts'
import type { StoredGroup } from './group-store.ts'
import { Rollouts } from './rollouts.ts'

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
  return { book, kept, connect, sent, rollOut, ended }
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
