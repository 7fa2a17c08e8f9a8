import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { EdgeDelivery, RecordSink } from '../../../media/edge-delivery.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { rejectedCode } from '../../origin/link/link-messages.ts'
import { ChildLink } from './child-link.ts'

/** A WebSocket server on loopback with the other end of its first connection. */
class Side {
  readonly server: Server = createServer()
  readonly sockets = new WebSocketServer({ server: this.server })
  readonly texts: string[] = []
  bytes = 0
  first = Promise.withResolvers<WebSocket>()

  async listen(): Promise<string> {
    this.sockets.on('connection', (socket) => {
      this.first.resolve(socket)
      socket.on('message', (data, isBinary) => {
        if (!isBinary) this.texts.push(String(data))
      })
    })
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  stop(): void {
    for (const socket of this.sockets.clients) socket.terminate()
    this.server.close()
  }
}

const hello = JSON.stringify({ type: 'hello', link: 1, version: '1', id: 'far', signature: 's', forwardHash: 'a'.repeat(64) })
let origin: Side
let node: Side
let far: WebSocket
let link: ChildLink
let sinks: Map<string, RecordSink>
let events: string[]
let lastPurge: number | undefined
const received: string[] = []
let receivedBytes: number
let closed: number | undefined

beforeEach(async () => {
  origin = new Side()
  node = new Side()
  sinks = new Map()
  events = []
  lastPurge = undefined
  received.length = 0
  receivedBytes = 0
  closed = undefined
  const [originAt, nodeAt] = [await origin.listen(), await node.listen()]
  far = new WebSocket(`ws://${nodeAt}`)
  far.on('message', (data: Buffer, isBinary) => {
    if (isBinary) receivedBytes += data.length
    else received.push(String(data))
  })
  far.on('close', (code) => {
    closed = code
  })
  const feed = (kind: string) => (stream: string, heldOrSink: unknown, sink?: RecordSink) => {
    sinks.set(stream, sink ?? (heldOrSink as RecordSink))
    events.push(`${kind} ${stream}`)
    return { resume: () => events.push(`resume ${stream}`), stop: () => events.push(`stop ${stream}`) }
  }
  link = new ChildLink({
    target: { url: new URL(`http://${originAt}`), fingerprint: undefined },
    forwardSecret: 'forwards',
    path: '/nodes',
    delivery: () => ({ feed: feed('feed'), feedPackets: feed('packets') }) as unknown as EdgeDelivery,
    want: (stream, form) => events.push(`want ${stream} ${form ?? 'segments'}`),
    lastPurge: () => lastPurge,
    log: silentLogger,
    child: await node.first.promise,
    nodePath: ['near'],
    remoteAddress: '203.0.113.7',
    onAdmitted: (id, hash) => events.push(`admitted ${id} ${hash?.length}`),
    onRejected: (id) => events.push(`rejected ${id}`),
    onEnd: () => events.push('ended'),
  })
  await origin.first.promise
})
afterEach(() => {
  link.end()
  far.terminate()
  for (const side of [origin, node]) side.stop()
})

const say = (message: unknown): void => far.send(JSON.stringify(message))
const answer = async (message: unknown): Promise<void> => (await origin.first.promise).send(JSON.stringify(message))
async function admitted(): Promise<void> {
  far.send(hello)
  await expect.poll(() => origin.texts).toEqual([hello])
  await answer({ type: 'welcome', purges: {} })
  await expect.poll(() => events).toEqual(['admitted far 64'])
  events.length = 0
}

it('passes messages on unchanged once the origin has admitted the node, and handles those about media itself', async () => {
  await admitted()
  say({ type: 'ask', id: 1 })
  say({ type: 'watch', stream: 'show', held: {} })
  say({ type: 'watch', stream: 'show', held: {} })
  say({ type: 'watch', stream: 'show', held: {}, form: 'packets' })
  await expect.poll(() => events).toEqual(['feed show', 'packets show'])
  link.wantAll()
  say({ type: 'leave', stream: 'show' })
  await expect.poll(() => events.slice(2)).toEqual(['want show segments', 'want show packets', 'stop show'])
  expect(origin.texts.slice(1)).toEqual([JSON.stringify({ type: 'ask', id: 1 })])
  await answer({ type: 'answer', id: 1 })
  await expect.poll(() => received.at(-1)).toBe(JSON.stringify({ type: 'answer', id: 1 }))
})

it('sends no more media than the node says it has taken, and lets all streams go on when it has', async () => {
  await admitted()
  for (const stream of ['one', 'two']) say({ type: 'watch', stream, held: {} })
  await expect.poll(() => [...sinks.keys()]).toEqual(['one', 'two'])
  const sink = sinks.get('one')!
  const data = Buffer.alloc(64 * 1024)
  let writes = 0
  while (sink.hasSpace() && writes < 100) {
    sink.write('{}', data)
    writes++
  }
  // 256 KiB and what each message has around its data.
  expect(writes).toBe(4)
  await expect.poll(() => receivedBytes).toBeGreaterThanOrEqual(4 * data.length)
  say({ type: 'received', bytes: receivedBytes })
  await expect.poll(() => events.slice(2)).toEqual(['resume one', 'resume two'])
  expect(sink.hasSpace()).toBe(true)
})

it('keeps a purge, and what follows it, from the node until its own cache has carried it out', async () => {
  lastPurge = 6
  await admitted()
  await expect.poll(() => received.length).toBe(1)
  received.length = 0
  await answer({ type: 'purge', id: 1, order: { number: 7 } })
  await answer({ type: 'beat' })
  say({ type: 'ask', id: 2 })
  await expect.poll(() => origin.texts.at(-1)).toBe(JSON.stringify({ type: 'ask', id: 2 }))
  expect(received).toEqual([])
  lastPurge = 7
  await expect.poll(() => received.map((text) => JSON.parse(text).type)).toEqual(['purge', 'beat'])
})

it.each([
  ['media', (): void => far.send(Buffer.alloc(10))],
  ['something else than its hello', (): void => say({ type: 'beat' })],
  [
    'more before it is admitted',
    (): void => {
      far.send(hello)
      say({ type: 'ask', id: 1 })
    },
  ],
])('ends a connection whose node sends %s', async (_what, send) => {
  send()
  await expect.poll(() => closed).toBe(1001)
  expect(events).toEqual(['ended'])
  await expect.poll(() => origin.sockets.clients.size).toBe(0)
})

it("passes the origin's rejection on, and stops what it sends", async () => {
  await admitted()
  say({ type: 'watch', stream: 'show', held: {} })
  await expect.poll(() => events).toEqual(['feed show'])
  const socket = await origin.first.promise
  socket.close(rejectedCode, 'removed')
  await expect.poll(() => closed).toBe(rejectedCode)
  expect(events).toEqual(['feed show', 'stop show', 'rejected far', 'ended'])
})
