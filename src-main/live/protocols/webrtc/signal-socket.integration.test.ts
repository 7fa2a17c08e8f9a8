import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import type { LiveUpgrade } from '../../http/live-request.ts'
import { SignalSocket, type SignalSocketDependencies } from './signal-socket.ts'

let server: Server
let signalling: SignalSocket
let port: number
const clients: WebSocket[] = []

beforeEach(async () => {
  signalling = new SignalSocket({
    sessions: {},
    limit: { take: () => 0 },
    iceServers: { open: [], ofSession: () => [] },
    access: {},
    clients: { take: () => () => undefined },
    log: silentLogger,
  } as unknown as SignalSocketDependencies)
  server = createServer()
  server.on('upgrade', (request, socket, head) => {
    signalling.handleUpgrade({ request, socket, head, url: { stream: 'show' } } as unknown as LiveUpgrade)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterEach(() => {
  for (const client of clients.splice(0)) client.terminate()
  signalling.stop()
  server.close()
})

async function open(): Promise<{ client: WebSocket; said: string[]; closed: Promise<number> }> {
  const client = new WebSocket(`ws://127.0.0.1:${port}/`)
  clients.push(client)
  const said: string[] = []
  client.on('error', () => undefined)
  client.on('message', (data) => said.push(String(data)))
  const closed = new Promise<number>((resolve) => client.once('close', resolve))
  await new Promise((resolve) => client.once('open', resolve))
  return { client, said, closed }
}

it('answers what a player asks', async () => {
  const { client, said } = await open()
  client.send('{"type":"stats"}')
  await expect.poll(() => said).toEqual(['{"type":"ice-servers","iceServers":[]}', '{"type":"stats","stats":null}'])
})

it('closes the connection of a client that asks without end, and answers no more of it', async () => {
  const { client, said, closed } = await open()
  for (let count = 0; count < 20_000; count++) client.send('{"type":"stats"}')
  expect(await closed).toBe(1008)
  expect(said.length).toBeLessThan(10_000)
})
