import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { expect, it } from 'vitest'
import { readJoinToken } from './join-token.ts'
import { NodeBook, type NodeConnection } from './node-book.ts'
import { helloText, joinText, signText } from './node-keys.ts'
import type { NodeStore, StoredNode } from './node-store.ts'

/** A store in memory whose answers come later. */
function memoryStore(): NodeStore & { readonly nodes: Map<string, StoredNode> } {
  const nodes = new Map<string, StoredNode>()
  const tokens = new Map<string, string>()
  const later = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    nodes,
    all: async () => [...nodes.values()],
    async save(node) {
      await later()
      nodes.set(node.id, node)
    },
    async remove(id) {
      await later()
      nodes.delete(id)
    },
    async addToken(hash, expiresAt) {
      await later()
      tokens.set(hash, expiresAt)
    },
    async countTokens(now) {
      await later()
      return [...tokens.values()].filter((expiresAt) => expiresAt > now).length
    },
    async deleteTokens() {
      const { size } = tokens
      tokens.clear()
      return size
    },
    async takeToken(hash, now) {
      await later()
      const expiresAt = tokens.get(hash)
      return tokens.delete(hash) && expiresAt !== undefined && expiresAt > now ? expiresAt : undefined
    },
  }
}

async function openBook(now = () => 1_000_000) {
  const store = memoryStore()
  const topics: string[] = []
  const book = await NodeBook.open({
    store,
    events: { publish: (topic: string) => void topics.push(topic) } as never,
    audit: { record: () => undefined },
    traffic: () => null,
    fingerprint: () => 'AB:CD'.padEnd(95, ':00'),
    now,
  })
  return { book, store, topics }
}

function joining(token: string, key = generateKeyPairSync('ed25519')) {
  const publicKey = key.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  return { key, body: { token, publicKey, proof: signText(key.privateKey, joinText(token)), name: 'Berlin' } }
}

it('gives a node the id that it asks for, unless another has it, and keeps its token then', async () => {
  const { book } = await openBook()
  const first = joining((await book.createToken(600, 'admin')).token)
  expect(await book.register({ ...first.body, id: 'berlin-1' }, '')).toMatchObject({ id: 'berlin-1' })
  const text = helloText('challenge', 'berlin-1')
  expect(book.admitted('berlin-1', text, signText(first.key.privateKey, text))).toBeDefined()
  const second = joining((await book.createToken(600, 'admin')).token)
  await expect(book.register({ ...second.body, id: 'berlin-1' }, '')).rejects.toMatchObject({ code: 'network.node_id_taken' })
  // who has no token learns nothing of ids
  const stranger = joining(`join_${'a'.repeat(43)}`)
  await expect(book.register({ ...stranger.body, id: 'berlin-1' }, '')).rejects.toMatchObject({ code: 'network.join_rejected' })
  expect(await book.register({ ...second.body, id: 'berlin-2' }, '')).toMatchObject({ id: 'berlin-2' })
  await expect(book.register({ ...second.body, id: 'berlin-3' }, '')).rejects.toMatchObject({ code: 'network.join_rejected' })
})

const hello = (id: string, key: KeyObject) => ['challenge', signText(key, helloText('challenge', id))] as const

it('makes one node of a token, however many come with it at once, and believes its key alone', async () => {
  const { book } = await openBook()
  const { token } = await book.createToken(600, 'admin')
  expect(readJoinToken(token)?.fingerprint).toMatch(/^abcd0/)
  const all = Array.from({ length: 20 }, () => joining(token))
  const results = await Promise.allSettled(all.map(({ body }) => book.register(body, '203.0.113.1')))
  const won = results.findIndex(({ status }) => status === 'fulfilled')
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(book.list()).toHaveLength(1)
  const id = book.list()[0]!.id
  const [challenge, signature] = hello(id, all[won]!.key.privateKey)
  expect(book.admitted(id, helloText(challenge, id), signature)).toMatchObject({ name: 'Berlin' })
  const other = hello(id, all[(won + 1) % 20]!.key.privateKey)
  expect(book.admitted(id, helloText(challenge, id), other[1])).toBeUndefined()
})

it('rejects a token that has expired, or is signed for another, or comes with a key that is known', async () => {
  let nowMs = 1_000_000
  const { book } = await openBook(() => nowMs)
  const { token } = await book.createToken(600, 'admin')
  const { body, key } = joining(token)
  await expect(async () => book.register({ ...body, proof: joining(token).body.proof }, '')).rejects.toMatchObject({
    code: 'network.join_rejected',
  })
  await expect(async () => book.register({ ...body, publicKey: 'AAAA' }, '')).rejects.toMatchObject({ code: 'network.join_rejected' })
  await book.register(body, '')
  const second = await book.createToken(600, 'admin')
  await expect(book.register(joining(second.token, key).body, '')).rejects.toMatchObject({ code: 'network.join_rejected' })
  nowMs += 601_000
  await expect(book.register(joining(second.token).body, '')).rejects.toMatchObject({ code: 'network.join_rejected' })
})

it('accepts the former key of a node until the new one has been used, and keeps that over a restart', async () => {
  const { book, store } = await openBook()
  const { body, key } = joining((await book.createToken(600, 'admin')).token)
  const { id } = await book.register(body, '')
  const next = joining('')
  const isAdmitted = (of: KeyObject): boolean => {
    const [challenge, signature] = hello(id, of)
    return book.admitted(id, helloText(challenge, id), signature) !== undefined
  }
  expect([isAdmitted(key.privateKey), isAdmitted(next.key.privateKey)]).toEqual([true, false])
  await book.setNextKey(id, next.body.publicKey, 'admin')
  // Whether the answer arrives or not, the node is admitted.
  expect(isAdmitted(key.privateKey)).toBe(true)
  const renamed = book.change(id, { name: 'Paris' }, 'admin')
  expect(isAdmitted(next.key.privateKey)).toBe(true)
  await renamed
  expect([isAdmitted(key.privateKey), isAdmitted(next.key.privateKey)]).toEqual([false, true])
  await book.change(id, { name: 'Rome' }, 'admin')
  expect(store.nodes.get(id)).toMatchObject({ name: 'Rome', publicKey: next.body.publicKey, nextPublicKey: null })
  await expect(book.setNextKey(id, next.body.publicKey, 'admin')).rejects.toMatchObject({ code: 'network.join_rejected' })
})

it('has at most a hundred valid tokens, also where all are asked for at once', async () => {
  const { book } = await openBook()
  let made = 0
  for (let round = 0; round < 4; round++) {
    const results = await Promise.allSettled(Array.from({ length: 40 }, () => book.createToken(600, 'admin')))
    made += results.filter(({ status }) => status === 'fulfilled').length
  }
  expect(made).toBe(100)
})

it('ends the connection of a node that is disabled or revoked, and of one that connects again', async () => {
  const { book, topics } = await openBook()
  const { token } = await book.createToken(600, 'admin')
  const { body, key } = joining(token)
  const { id, forwardSecret } = await book.register(body, '')
  const ended: string[] = []
  const connect = (name: string): NodeConnection & { detach: () => void } => {
    const connection = {
      remoteAddress: '203.0.113.1',
      purge: () => Promise.reject(new Error('no cache')),
      preview: () => Promise.reject(new Error('no cache')),
      warm: () => undefined,
      stopWarming: () => undefined,
      inspect: () => Promise.reject(new Error()),
      renewKey: () => Promise.reject(new Error()),
      acceptKey: () => undefined,
      search: () => Promise.reject(new Error('no cache')),
      figures: () => ({
        ...{ connectedSince: null, remoteAddress: null, version: null },
        ...{ streams: 0, sentBytes: 0, requests: 0, deliveredBytes: 0, waiting: 0 },
      }),
      end: () => {
        ended.push(name)
        connection.detach()
      },
      detach: (): void => {},
    }
    connection.detach = book.attach(id, connection)
    return connection
  }
  connect('first')
  connect('second')
  expect(ended).toEqual(['first'])
  expect([book.forwarder(forwardSecret), book.forwarder('x'), book.isConnectedFrom('203.0.113.1')]).toEqual([id, undefined, true])
  expect(await book.change(id, { enabled: false }, 'admin')).toMatchObject({ enabled: false, connected: false })
  expect(ended).toEqual(['first', 'second'])
  const [challenge, signature] = hello(id, key.privateKey)
  expect(book.admitted(id, helloText(challenge, id), signature)).toBeUndefined()
  expect([book.forwarder(forwardSecret), book.isConnectedFrom('203.0.113.1')]).toEqual([undefined, false])
  await book.change(id, { enabled: true }, 'admin')
  connect('third')
  await book.revoke(id, 'admin')
  expect(ended).toEqual(['first', 'second', 'third'])
  expect(book.list()).toEqual([])
  expect(topics.at(-1)).toBe('network.node.removed')
  expect(() => book.revoke(id, 'admin')).toThrow(expect.objectContaining({ code: 'network.node_not_found' }))
})
