import { EventEmitter } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { ViewerAnswer } from '../../media/edge-delivery.ts'
import { ClientLimits } from '../../platform/http/client-limits.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { createEdgeDelivery } from './edge-delivery.ts'

/** The engine starts with the first offer that is taken, and no offer is taken here. */
const webrtc = {
  ...{ webrtcPort: 0, webrtcEngine: 'node-datachannel', webrtcAddresses: '', bind: '127.0.0.1', iceServers: '' },
  turn: { urls: '', secret: '', lifetimeSeconds: 3600 },
}

it.each([
  [{ allowed: false, code: 'play.token_missing', message: 'a token is needed' }, []],
  [{ allowed: true, forMs: 1000 }, ['closed']],
] as const)('wants packets of a stream for those alone who may watch it: %j', async (answer, wanted) => {
  const wants: string[] = []
  let handedOn = 0
  const delivery = createEdgeDelivery({
    source: {
      want: () => false,
      wantPackets(stream) {
        wants.push(stream)
        return false
      },
      ask: async () => answer as ViewerAnswer,
      report: () => undefined,
    },
    handOn: () => handedOn++,
    clients: new ClientLimits({ connections: 10, waitingRequests: 10, eventStreams: 1, flvPlayers: 1, webSockets: 1 }, silentLogger),
    webrtc: webrtc as never,
    log: silentLogger,
  })
  const request = { url: '/live/closed/whep', method: 'POST', headers: {}, socket: { remoteAddress: '203.0.113.1' } }
  expect(delivery.handle(request as never, Object.assign(new EventEmitter(), { destroyed: false }) as never)).toBe(true)
  for (let round = 0; round < 5; round++) await turn()
  expect([wants, handedOn]).toEqual([wanted, 1])
  await delivery.stop()
})
