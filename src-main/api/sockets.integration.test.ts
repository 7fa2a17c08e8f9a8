import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { Type } from 'typebox'
import { afterEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { AppError } from '../platform/errors.ts'
import { ClientLimits } from '../platform/http/client-limits.ts'
import type { Logger } from '../platform/logger.ts'
import { defineSocket, type SocketClient } from '../platform/routes/sockets.ts'
import type { Access } from './access.ts'
import { callerOf } from './api-app.ts'
import { createAttemptLimit } from './attempt-limit.ts'
import { createSockets } from './sockets.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

const log = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Logger

/** An endpoint `/echo` on a server on loopback: says what it hears. */
async function listen(maxClients = 3) {
  const state = { open: 0, signedIn: true, admitted: true, clients: [] as SocketClient[] }
  const limits = { connections: 9, eventStreams: 9, waitingRequests: 9, flvPlayers: 9, webSockets: 9 }
  const access = {
    admit: () => {
      if (!state.admitted) throw new AppError('auth.forbidden')
      return { id: 'someone', role: 'viewer' }
    },
    stands: () => state.signedIn,
  } as unknown as Access
  const echo = defineSocket({
    path: '/echo',
    tag: 'test',
    summary: 'Says what it hears',
    role: 'viewer',
    query: Type.Object({ times: Type.Optional(Type.Integer({ minimum: 1 })) }),
    maxClients,
    maxMessageBytes: 64,
    accept: ({ query: { times = 1 } }) => {
      if (times > 9) throw new AppError('request.not_found', 'Nobody says that so often')
      return (client) => {
        state.open++
        state.clients.push(client)
        return { onMessage: (text) => client.send(text.repeat(times)), onClose: () => void state.open-- }
      }
    },
  })
  const sockets = createSockets({
    sockets: [echo],
    prefix: '/api',
    access,
    attempts: createAttemptLimit(),
    clients: new ClientLimits(limits, log),
    logger: log,
    nextRequestId: () => 'id',
  })
  const server = createServer()
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    if (!sockets.handleUpgrade(request, socket, head, callerOf(request))) socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  closers.push(() => {
    sockets.stop()
    server.closeAllConnections()
    server.close()
  })
  const open = (path = '/api/echo') => new WebSocket(`ws://127.0.0.1:${port}${path}`)
  return { state, port, open }
}

async function rejection(socket: WebSocket): Promise<{ status: number; code: string }> {
  const [, response] = await once(socket, 'unexpected-response')
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  socket.on('error', () => undefined)
  return { status: response.statusCode as number, code: JSON.parse(String(Buffer.concat(parts))).code as string }
}

test('hands messages to the endpoint with the query as its schema says', async () => {
  const { open, state } = await listen()
  const socket = open('/api/echo?times=3')
  await once(socket, 'open')
  socket.send('ab')
  const [data] = await once(socket, 'message')
  expect(String(data)).toBe('ababab')
  socket.terminate()
  await expect.poll(() => state.open).toBe(0)
})

test('rejects with a problem who may not, what the query breaks, and what the endpoint rejects', async () => {
  const { open, state } = await listen()
  expect(await rejection(open('/api/echo?times=x'))).toMatchObject({ code: 'request.invalid' })
  expect(await rejection(open('/api/echo?times=99'))).toEqual({ status: 404, code: 'request.not_found' })
  state.admitted = false
  expect(await rejection(open())).toEqual({ status: 403, code: 'auth.forbidden' })
  expect(state.open).toBe(0)
})

test('has a place again when a client of a full endpoint leaves', async () => {
  const { open } = await listen(2)
  const [one, other] = [open(), open()]
  await Promise.all([once(one, 'open'), once(other, 'open')])
  expect(await rejection(open())).toEqual({ status: 429, code: 'request.too_many' })
  one.terminate()
  await expect
    .poll(async () => {
      const socket = open()
      socket.on('error', () => undefined)
      await Promise.race([once(socket, 'open'), once(socket, 'close')]).catch(() => undefined)
      return socket.readyState === WebSocket.OPEN
    })
    .toBe(true)
})

test.each([
  ['a binary message', 1003, (socket: WebSocket) => socket.send(Buffer.from([1, 2]))],
  ['a message that is too long', 1009, (socket: WebSocket) => socket.send('x'.repeat(65))],
  [
    'a flood of messages',
    1008,
    (socket: WebSocket) => {
      for (let count = 0; count < 1000; count++) socket.send('x')
    },
  ],
])('ends the connection on %s', async (_, expected, act) => {
  const { open, state } = await listen()
  const socket = open()
  await once(socket, 'open')
  act(socket)
  const [code] = await once(socket, 'close')
  expect(code).toBe(expected)
  await expect.poll(() => state.open).toBe(0)
})

test('survives bytes that are no frames', async () => {
  const { port, open, state } = await listen()
  const raw = connect(port, '127.0.0.1')
  raw.on('error', () => undefined)
  raw.write(
    'GET /api/echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  await once(raw, 'data')
  raw.write(Buffer.alloc(4096, 0xff))
  await once(raw, 'close')
  await expect.poll(() => state.open).toBe(0)
  const socket = open()
  await once(socket, 'open')
})

test('ends connections of a sign-in that is no longer valid', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  closers.push(() => void vi.useRealTimers())
  const { open, state } = await listen()
  const socket = open()
  await once(socket, 'open')
  state.signedIn = false
  const closed = once(socket, 'close')
  vi.advanceTimersByTime(1000)
  const [code] = await closed
  expect(code).toBe(4401)
})
