import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EdgeOrigin, RecordSink } from '../../../media/edge-delivery.ts'
import type { PacedSocketClient } from '../../../platform/routes/sockets.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { defaultLimits } from '../../limits/limit-settings.ts'
import type { NodeConnection } from '../nodes/node-book.ts'
import { helloText, isSigned, renewText, signText } from '../nodes/node-keys.ts'
import { OriginLink } from './origin-link.ts'

interface Sent {
  readonly type: string
  readonly challenge?: string
  readonly id?: number
}

/** One connection, whose node has the key of `known`. */
function connect(known: KeyObject, origin: Partial<EdgeOrigin> = {}) {
  const sent: Sent[] = []
  const records: Uint8Array[] = []
  const closed: number[] = []
  const attached: NodeConnection[] = []
  const reported: unknown[] = []
  const client = {
    send: (data: string | Uint8Array) => void (typeof data === 'string' ? sent.push(JSON.parse(data)) : records.push(data)),
    close: (code: number) => void closed.push(code),
    terminate: () => void closed.push(0),
  } as unknown as PacedSocketClient
  const book = {
    isDraining: () => false,
    admitted: (id: string, text: Buffer, signature: string) =>
      id === 'node-1' && isSigned(spki(known), text, signature) ? { name: 'one' } : undefined,
    attach: (_id: string, connection: NodeConnection) => {
      attached.push(connection)
      return () => undefined
    },
  }
  const purges = { since: () => [] }
  const reports: unknown[] = []
  const guard = { rules: {}, attach: () => () => undefined, report: (_: string, report: unknown) => reports.push(report) }
  const limits = {
    settings: defaultLimits,
    onChange: () => () => undefined,
    leave: () => undefined,
    report: (_: string, entries: []) => entries,
  }
  const settings = { restricted: false, cdnPrefix: '', container: 'fmp4' } as const
  const link = new OriginLink(
    {
      book: book as never,
      purges: purges as never,
      warming: { leave: () => undefined } as never,
      traffic: { take: (_node, report) => void reported.push(report) },
      limits: limits as never,
      guard: guard as never,
      health: {} as never,
      routing: { onChange: () => () => undefined, signed: { list: '{}', signatures: [] } } as never,
      functions: { attach: () => () => undefined } as never,
      groups: { attach: () => () => undefined } as never,
      origin: { settings: () => settings, onSettings: () => () => undefined, ...origin } as EdgeOrigin,
      log: silentLogger,
    },
    client,
    '203.0.113.1',
    { add: () => () => undefined } as never,
  )
  const say = (message: object): void => link.onMessage(JSON.stringify(message))
  const hello = (key: KeyObject, id = 'node-1', more: object = {}): void =>
    say({
      ...{ type: 'hello', link: 1, version: '1', lastPurge: 0, id, ...more },
      signature: signText(key, helloText(sent[0]?.challenge ?? '', id)),
    })
  return { link, sent, records, closed, attached, reported, reports, say, hello }
}

const pairs = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')] as const
const keys = pairs.map(({ privateKey }) => privateKey) as [KeyObject, KeyObject]
const spki = (key: KeyObject): string =>
  pairs
    .find(({ privateKey }) => privateKey === key)!
    .publicKey.export({ format: 'der', type: 'spki' })
    .toString('base64')

describe('a connection of a node', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('of a node of the version before is welcomed, and nothing is asked of it that it does not know', async () => {
    const { hello, sent, attached } = connect(keys[0])
    hello(keys[0])
    expect(sent.map(({ type }) => type)).toEqual(['challenge', 'welcome', 'routing'])
    await expect(attached[0]?.inspect(10)).rejects.toMatchObject({ code: 'network.node_too_old' })
    await expect(attached[0]?.renewKey()).rejects.toMatchObject({ code: 'network.node_too_old' })
    expect(sent).toHaveLength(3)
  })

  it('takes what a node says of itself within bounds, and a new key with its proof alone', async () => {
    const { hello, sent, attached, say, closed } = connect(keys[0])
    hello(keys[0], 'node-1', { configuration: '' })
    const report = { version: '1', configuration: '', own: [], nginx: null, unit: null, dropIns: 0, lines: [] }
    const ask = async (answer: object) => {
      const asked = attached[0]?.inspect(10)
      say({ type: 'inspected', id: sent.at(-1)?.id, ...answer })
      return asked
    }
    await expect(ask({ report })).resolves.toEqual(report)
    await expect(ask({ report: { ...report, lines: [{ at: 'x' }] } })).rejects.toThrow(/malformed/)
    await expect(ask({ report: null, fault: 'no' })).rejects.toThrow('no')
    const renew = async (key: KeyObject, id: string) => {
      const asked = attached[0]?.renewKey()
      const { id: request, challenge = '' } = sent.at(-1) ?? {}
      say({ type: 'keyMade', id: request, publicKey: spki(keys[1]), proof: signText(key, renewText(challenge, id)) })
      return asked
    }
    await expect(renew(keys[1], 'node-1')).resolves.toBe(spki(keys[1]))
    attached[0]?.acceptKey()
    expect(sent.at(-1)).toEqual({ type: 'keyAccepted', publicKey: spki(keys[1]) })
    await expect(renew(keys[0], 'node-1')).rejects.toMatchObject({ code: 'network.join_rejected' })
    await expect(renew(keys[1], 'node-2')).rejects.toMatchObject({ code: 'network.join_rejected' })
    const late = expect(attached[0]?.renewKey()).rejects.toMatchObject({ code: 'network.node_away' })
    for (let second = 0; second < 5; second++) {
      vi.advanceTimersByTime(1000)
      say({ type: 'beat', requests: 0, deliveredBytes: 0, waiting: 0 })
    }
    await late
    expect(closed).toEqual([])
  })

  it('is welcomed with the signature of its own challenge alone', () => {
    const good = connect(keys[0])
    good.hello(keys[0])
    expect(good.sent.map(({ type }) => type)).toEqual(['challenge', 'welcome', 'routing'])
    const other = connect(keys[0])
    other.hello(keys[1])
    expect([other.sent.length, other.closed]).toEqual([1, [4403]])
    const unknown = connect(keys[0])
    unknown.hello(keys[0], 'node-2')
    expect(unknown.closed).toEqual([4403])
    // a signature that was seen elsewhere
    const replayed = connect(keys[0])
    const signature = signText(keys[0], helloText(good.sent[0]?.challenge ?? '', 'node-1'))
    replayed.say({ type: 'hello', link: 1, version: '1', lastPurge: 0, id: 'node-1', signature })
    expect([replayed.sent.length, replayed.closed]).toEqual([1, [4403]])
    for (const each of [good, other, unknown, replayed]) each.link.onClose()
  })

  it('is sent nothing before, whatever it says, and is closed after five seconds', () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '7',
      '{"type":"watch","stream":"show","held":{}}',
      `{"type":"hello","id":"${'x'.repeat(5000)}"}`,
    ]) {
      const stranger = connect(keys[0])
      stranger.link.onMessage(text)
      expect([text.slice(0, 20), stranger.sent.length, stranger.closed]).toEqual([text.slice(0, 20), 1, [4403]])
      stranger.link.onClose()
    }
    const silent = connect(keys[0])
    vi.advanceTimersByTime(5000)
    expect([silent.sent.length, silent.closed]).toEqual([1, [0]])
    silent.link.onClose()
  })

  it('is reported a stream once, at most a thousand, and is closed for what breaks the format', () => {
    const feeds: string[] = []
    let stopped = 0
    const feed: EdgeOrigin['feed'] = (stream) => {
      feeds.push(stream)
      return { resume: () => undefined, stop: () => void stopped++ }
    }
    const node = connect(keys[0], { feed })
    node.hello(keys[0])
    for (let index = 0; index < 1200; index++) node.say({ type: 'watch', stream: `s${index}`, held: {} })
    node.say({ type: 'watch', stream: 's0', held: {} })
    expect(feeds).toHaveLength(1000)
    node.say({ type: 'leave', stream: 's0' })
    expect(stopped).toBe(1)
    node.say({ type: 'watch', stream: '', held: {} })
    expect(node.closed).toEqual([1007])
    node.link.onClose()
    expect(stopped).toBe(1000)
    node.say({ type: 'watch', stream: 'late', held: {} })
    expect(feeds).toHaveLength(1000)
  })

  it('is sent no more than it takes', () => {
    let sink: RecordSink | undefined
    let resumed = 0
    const feed: EdgeOrigin['feed'] = (_stream, _held, to) => {
      sink = to
      return { resume: () => void resumed++, stop: () => undefined }
    }
    const node = connect(keys[0], { feed })
    node.hello(keys[0])
    node.say({ type: 'watch', stream: 'show', held: {} })
    const part = new Uint8Array(50_000)
    let parts = 0
    for (; sink?.hasSpace() === true && parts < 100; parts++) sink.write('{}', part)
    expect(parts).toBe(6)
    // receipts for what never was sent buy nothing
    node.say({ type: 'received', bytes: 10_000 })
    expect(resumed).toBe(0)
    node.say({ type: 'received', bytes: 200_000 })
    expect(resumed).toBe(1)
    node.link.onClose()
  })

  it('is terminated after three seconds of silence, and at once when it is disabled', () => {
    const node = connect(keys[0])
    node.hello(keys[0])
    for (let second = 0; second < 3; second++) {
      vi.advanceTimersByTime(1000)
      node.say({ type: 'beat', requests: 1, deliveredBytes: 2, waiting: 3 })
    }
    expect(node.closed).toEqual([])
    vi.advanceTimersByTime(4001)
    expect(node.closed).toContain(0)
    node.link.onClose()
    const disabled = connect(keys[0])
    disabled.hello(keys[0])
    disabled.attached[0]?.end('disabled', true)
    expect(disabled.closed).toEqual([4403, 0])
    const before = disabled.sent.length
    vi.advanceTimersByTime(5000)
    expect(disabled.sent.length).toBe(before)
  })

  it('gets its part of limits that it reports, and is closed where a report is malformed or too long', () => {
    const node = connect(keys[0])
    node.hello(keys[0])
    const entry = ['anonymous 203.0.113.7', 30, 40, null]
    node.say({ type: 'usage', entries: [entry] })
    expect(node.sent.at(-1)).toEqual({ type: 'leases', entries: [entry] })
    for (const entries of [
      [['a', -1, 0, null]],
      [['a', 1]],
      Array(501).fill(entry),
      [['a'.repeat(1000), 1, 1, null]],
      [['a', 0.5, 1, null]],
    ]) {
      const other = connect(keys[0])
      other.hello(keys[0])
      other.say({ type: 'usage', entries })
      expect(other.closed).toEqual([1007])
    }
  })

  it('reports attacks in bounded messages alone', () => {
    const alarm = { route: '*', perSecond: 1, usualPerSecond: 0, pattern: [] }
    const node = connect(keys[0])
    node.hello(keys[0])
    node.say({ type: 'guarded', report: { alarms: [alarm], blocks: [] } })
    expect(node.reports).toEqual([{ alarms: [alarm], blocks: [] }])
    const block = { network: '203.0.113.1', perSecond: 1, leftS: 1 }
    const wrong = [
      { alarms: Array(21).fill(alarm), blocks: [] },
      { alarms: [], blocks: Array(501).fill(block) },
      { alarms: [{ ...alarm, route: 'x'.repeat(121) }], blocks: [] },
      { alarms: [{ ...alarm, perSecond: 1e300 }], blocks: [] },
      { alarms: [], blocks: [{ ...block, leftS: 1e9 }] },
    ]
    for (const report of wrong) {
      const other = connect(keys[0])
      other.hello(keys[0])
      other.say({ type: 'guarded', report })
      expect([other.reports, other.closed]).toEqual([[], [1007]])
    }
  })
})
