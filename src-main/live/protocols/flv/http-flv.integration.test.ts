import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { adoptForwarded } from '../../../platform/http/client.ts'
import { ClientLimits } from '../../../platform/http/client-limits.ts'
import { readTrustedProxies } from '../../../platform/http/trusted-proxies.ts'
import { createLiveFront } from '../../http/live-front.ts'
import { ResourceTable } from '../../http/resources.ts'
import { createHttpFlv } from './http-flv.ts'

it('gives one client so many players and no more, others theirs, and takes a place back when its player leaves', async () => {
  let asked = 0
  const limits = { connections: 9, eventStreams: 9, waitingRequests: 9, flvPlayers: 1, webSockets: 9 }
  const flv = createHttpFlv({
    streams: { find: () => ({ id: 's1', name: 'show' }), status: () => undefined },
    // Players wait for a verdict that does not come: each keeps its place.
    mayWatch: () => {
      asked++
      return new Promise(() => undefined)
    },
    clients: new ClientLimits(limits, { warn: () => undefined }),
    monotonic: () => 0,
    limits: { idleMs: 1000 },
  } as unknown as Parameters<typeof createHttpFlv>[0])
  const front = createLiveFront({ table: new ResourceTable([flv]) })
  const proxies = readTrustedProxies('127.0.0.1')
  const server = createServer((request, response) => {
    adoptForwarded(request, proxies)
    front.handle(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const players: Socket[] = []
  onTestFinished(() => {
    for (const player of players) player.destroy()
    flv.stop?.()
    server.close()
  })
  const heard: string[] = []
  const play = (address: string): Socket => {
    const player = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
      player.write(`GET /live/show.flv HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${address}\r\n\r\n`)
    })
    player.on('error', () => undefined)
    player.on('data', (bytes: Buffer) => void heard.push(bytes.toString()))
    players.push(player)
    return player
  }
  const first = play('203.0.113.7')
  await expect.poll(() => asked).toBe(1)
  play('203.0.113.7')
  await expect.poll(() => heard.length).toBe(1)
  expect(heard[0]).toMatch(/^HTTP\/1\.1 429 [\s\S]*"option":"perAddress\.flvPlayers"/)
  play('203.0.113.8')
  await expect.poll(() => asked).toBe(2)
  first.destroy()
  await expect
    .poll(() => {
      play('203.0.113.7')
      return asked
    })
    .toBeGreaterThan(2)
})
