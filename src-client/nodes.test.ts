import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { type ListedNode, readSignedList } from './node-list.ts'
import { Nodes, type NodesOptions } from './nodes.ts'

const home = 'https://home.example'
const [near, far] = ['https://near.example', 'https://far.example']

interface Key {
  readonly privateKey: KeyObject
  readonly text: string
}

function newKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { privateKey, text: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') }
}

function signed(nodes: readonly unknown[], by: readonly Key[], more: object = {}) {
  const now = Date.now()
  const list = JSON.stringify({ version: 1, issuedAt: now, expiresAt: now + 60_000, keys: by.map(({ text }) => text), nodes, ...more })
  const signatures = by.map(({ privateKey, text }) => ({
    key: text,
    signature: sign('sha256', Buffer.from(list), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64'),
  }))
  return { list, signatures }
}

const node = (url: string, more: Partial<ListedNode> = {}): ListedNode => ({
  ...{ id: url, url, region: null, weight: 100, draining: false },
  ...more,
})

describe('a list of nodes', () => {
  const [key, other] = [newKey(), newKey()]

  it('is read where a known key has signed it, and the keys that it names are known from then on', async () => {
    const list = await readSignedList(signed([node(near)], [other, key]), [key.text], Date.now())
    expect(list.nodes.map(({ url }) => url)).toEqual([near])
    expect(list.keys).toEqual([other.text, key.text])
  })

  it('is rejected where it was changed, is by another key, has expired or is something else', async () => {
    const good = signed([node(near)], [key])
    const changed = { ...good, list: good.list.replace('near', 'fake') }
    const swapped = { ...signed([node(far)], [other]), signatures: good.signatures }
    const claimed = { ...signed([node(far)], [other]), signatures: [{ key: key.text, signature: 'AAAA' }] }
    const old = signed([node(near)], [key], { expiresAt: Date.now() - 1 })
    for (const answer of [changed, swapped, claimed, old, signed([], [other]), signed([], [key], { version: 2 }), {}, { list: '{}' }])
      await expect(readSignedList(answer, [key.text], Date.now())).rejects.toThrow()
    for (const answer of [null, undefined, 7, changed]) await expect(readSignedList(answer, undefined, Date.now())).rejects.toThrow()
  })

  it('leaves out nodes that are no nodes', async () => {
    const nodes = [null, 7, {}, node('javascript:alert(1)'), node('https://a.example/path'), node(near)]
    expect((await readSignedList(signed(nodes, [key]), [key.text], Date.now())).nodes).toEqual([node(near)])
  })
})

describe('the node that a player uses', () => {
  const key = newKey()
  const stops: (() => void)[] = []
  afterEach(() => {
    for (const stop of stops.splice(0)) stop()
  })

  function network(listed: ListedNode[], options: Partial<NodesOptions> = {}) {
    const state: Record<string, string> = { [home]: 'serving', [near]: 'serving', [far]: 'serving' }
    const delayMs: Record<string, number> = { [far]: 60 }
    // Time goes on for who is far alone, and only when nobody else is being measured: a busy machine is as near as any.
    let nowMs = 0
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    const moves: string[] = []
    const asked: string[] = []
    const pass = (ms: number): void => {
      nowMs += ms
    }
    const world = { listed, signer: key, state, moves, asked, pass, delayMs }
    const answer = async (input: string): Promise<Response> => {
      const { origin, pathname } = new URL(input)
      asked.push(input)
      if (pathname.endsWith('/cdn/probe') && delayMs[origin] !== undefined) {
        await turn()
        nowMs += delayMs[origin]
      }
      if (state[origin] === 'gone') throw new TypeError('connection refused')
      if (pathname.endsWith('/cdn/nodes')) return Response.json(signed(world.listed, [world.signer]))
      if (pathname.endsWith('/cdn/probe')) return Response.json({ state: state[origin], issuedAt: Date.now() })
      return new Response('#EXTM3U')
    }
    const nodes = new Nodes({
      home,
      warmPath: '/live/show/index.m3u8',
      onMove: (base) => void moves.push(base),
      fetch: answer as never,
      random: () => 0.5,
      now: () => nowMs,
      ...options,
    })
    stops.push(() => nodes.stop())
    return { nodes, ...world, world }
  }

  it('is home where the host lists no nodes, or cannot be asked', async () => {
    const { nodes } = network([])
    await nodes.start()
    expect([nodes.base, nodes.isRouted, nodes.at(`${home}/live/x`)]).toEqual([home, false, `${home}/live/x`])
    const away = network([node(near)])
    away.state[home] = 'gone'
    await away.nodes.start()
    expect(away.nodes.base).toBe(home)
  })

  it('is the nearest, and URLs of any node become its own', async () => {
    const { nodes } = network([node(far), node(near)])
    await nodes.start()
    expect(nodes.base).toBe(near)
    expect(nodes.at(`${far}/live/show/e1/v0/part-1.m4s?x=https://a/b`)).toBe(`${near}/live/show/e1/v0/part-1.m4s?x=https://a/b`)
    expect(nodes.at('https://cdn.example/live/x')).toBe('https://cdn.example/live/x')
  })

  it('is never one that drains, has no weight, or is away', async () => {
    const { nodes, state } = network([node(near), node(far, { weight: 0 }), node('https://d.example', { draining: true })])
    state[near] = 'away'
    await nodes.start()
    expect(nodes.base).toBe(home)
  })

  it('is another at once where it fails, home where there is no other, and is not left for what another has failed', async () => {
    const { nodes, moves } = network([node(far), node(near)])
    await nodes.start()
    expect([nodes.failed(near), nodes.base]).toEqual([true, far])
    expect([nodes.failed(near), nodes.base]).toEqual([true, far])
    expect([nodes.failed(far), nodes.base]).toEqual([true, home])
    expect(moves).toEqual([far, home])
    expect([nodes.failed(home), nodes.base]).toEqual([true, near])
  })

  it('is left when it does not answer, and not for a request that takes long', async () => {
    const { nodes, state } = network([node(far), node(near)])
    await nodes.start()
    await nodes.suspect()
    expect(nodes.base).toBe(near)
    state[near] = 'gone'
    await nodes.suspect(far)
    expect(nodes.base).toBe(near)
    await nodes.suspect()
    expect(nodes.base).toBe(far)
  })

  it('gets as long to answer, once it is suspected, as its answers usually take, and no longer than anybody', async () => {
    const within: number[] = []
    const original = AbortSignal.timeout
    AbortSignal.timeout = (ms) => {
      within.push(ms)
      return original.call(AbortSignal, ms)
    }
    try {
      for (const usualMs of [60, 200, 1000]) {
        const { nodes, delayMs } = network([node(far)])
        delayMs[far] = usualMs
        await nodes.start()
        await nodes.suspect()
        within.push(-1)
      }
    } finally {
      AbortSignal.timeout = original
    }
    expect(within.flatMap((ms, index) => (ms === -1 ? within[index - 1] : []))).toEqual([600, 800, 1500])
  })

  it('is left at once when it has lost its origin, for one that has not', async () => {
    const { nodes, state, moves } = network([node(far), node(near)])
    await nodes.start()
    state[near] = 'away'
    await nodes.suspect()
    expect(moves).toEqual([far])
    // who failed next to it does not lead back
    expect([nodes.failed(far), nodes.base]).toEqual([true, home])
  })

  it('is left for home when it has lost its origin and knows of no other node, and kept where all have lost theirs', async () => {
    const { nodes, state, world, asked } = network([node(near)])
    await nodes.start()
    state[near] = 'away'
    state[home] = 'away'
    await nodes.check()
    expect(nodes.base).toBe(near)
    // it asks again after some seconds, not with each request
    asked.length = 0
    state[home] = 'serving'
    await nodes.suspect()
    expect([nodes.base, asked]).toEqual([near, [`${near}/api/v1/cdn/probe`]])
    world.pass(3000)
    await nodes.suspect()
    expect(nodes.base).toBe(home)
  })

  it('is left for home when it fails although the last list was empty', async () => {
    const { nodes, state, world } = network([node(near)])
    await nodes.start()
    world.listed = []
    await new Promise((resolve) => setTimeout(resolve, 2))
    await nodes.check()
    state[near] = 'gone'
    await nodes.suspect()
    expect(nodes.base).toBe(home)
  })

  it('is left when it drains, once another has the stream', async () => {
    const { nodes, state, asked, moves } = network([node(far), node(near)])
    await nodes.start()
    state[near] = 'draining'
    await nodes.check()
    expect(moves).toEqual([far])
    expect(asked).toContain(`${far}/live/show/index.m3u8`)
    // nowhere to go
    state[far] = 'draining'
    await nodes.check()
    expect(nodes.base).toBe(far)
  })

  it('does not follow a list by a key that it does not know', async () => {
    const { nodes, world } = network([node(near)])
    await nodes.start()
    world.signer = newKey()
    world.listed = [node('https://evil.example')]
    nodes.failed(near)
    await nodes.check()
    expect(nodes.at('https://evil.example/x')).toBe('https://evil.example/x')
    const pinned = network([node(near)], { keys: [newKey().text] })
    await pinned.nodes.start()
    expect(pinned.nodes.base).toBe(home)
  })
})
