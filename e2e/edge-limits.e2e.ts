import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningNode, startNode } from './helpers/edge-node.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { until } from './helpers/until.ts'

const perMinute = 1200
const burst = 60
/** So much more is asked for than is allowed, at each node another part of it. */
const perSecond = [60, 30, 10]
const seconds = 20

describe('limits of requests at three nodes', () => {
  let host: RunningHost
  const nodes: RunningNode[] = []

  beforeAll(async () => {
    host = await startHost({ name: 'edge-limits' })
    const { body: usual } = await host.api('GET', '/network/limits')
    await host.api('PUT', '/network/limits', { ...usual, anonymous: { perMinute, burst } })
    for (const name of ['one', 'two', 'three']) {
      const { token } = (await host.api('POST', '/network/join-tokens', {})).body
      const args = ['--trusted-proxies', '127.0.0.1']
      nodes.push(await startNode({ origin: host.http, token, name: `edge-limits-${name}`, args }))
    }
    await until(async () => (await host.api('GET', '/network/nodes')).body.items.every((each) => each.connected), 'three nodes')
  })
  afterAll(async () => {
    for (const node of nodes) await node.stop()
    await host?.stop()
  })

  it('let one viewer through as often as one node would, within a tenth', async () => {
    const viewer = '203.0.113.9'
    const ask = async (node: RunningNode): Promise<number> => {
      const reply = await fetch(`${node.http}/api/v1/time`, { headers: { 'x-forwarded-for': viewer } })
      await reply.arrayBuffer()
      return reply.status
    }
    const counts = { allowed: 0, limited: 0, other: 0 }
    const from = performance.now()
    let lastMs = from
    await Promise.all(
      nodes.map(async (node, index) => {
        const rate = perSecond[index] ?? 0
        const open: Promise<void>[] = []
        for (let sent = 0; sent < rate * seconds; sent++) {
          await delay(Math.max(0, from + (sent * 1000) / rate - performance.now()))
          open.push(
            ask(node).then((status) => {
              counts[status === 200 ? 'allowed' : status === 429 ? 'limited' : 'other']++
              lastMs = performance.now()
            }),
          )
        }
        await Promise.all(open)
      }),
    )
    const wanted = burst + ((lastMs - from) / 60_000) * perMinute
    process.stdout.write(
      `allowed ${counts.allowed} of ${Math.round(wanted)} in ${Math.round(lastMs - from)} ms, rejected ${counts.limited}\n`,
    )
    expect(counts.other).toBe(0)
    expect(counts.limited).toBeGreaterThan(wanted)
    expect(counts.allowed / wanted).toBeGreaterThan(0.9)
    expect(counts.allowed / wanted).toBeLessThan(1.1)
  })
})
