import { expect, it, onTestFinished } from 'vitest'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import type { NodeReport } from './node-report.ts'
import { NodeTraffic } from './node-traffic.ts'

it('counts media that went to viewers beside requests once, with what was answered', () => {
  const reports: NodeReport[] = []
  let mediaBytes = 0
  const traffic = new NodeTraffic({
    cache: () => null,
    facts: () => ({ region: null, capacityMbps: null, prices: null }),
    anycast: () => null,
    prefetch: () => undefined,
    mediaBytes: () => mediaBytes,
    connections: () => 0,
    send: (report) => reports.push(report),
    log: silentLogger,
  })
  onTestFinished(() => traffic.stop())
  const answer = {
    status: 200,
    bytesIn: 10,
    bytesOut: 100,
    latencyMs: 1,
    hit: true,
    path: '/a',
    referer: '',
    device: 'desktop',
    country: 'ES',
  } as const
  traffic.report()
  mediaBytes = 5000
  traffic.add(answer)
  traffic.report()
  mediaBytes = 5600
  traffic.report()
  traffic.report()
  expect(reports.map(({ requests, bytesOut }) => [requests, bytesOut])).toEqual([
    [0, 0],
    [1, 5100],
    [0, 600],
    [0, 0],
  ])
  expect(traffic.totals).toMatchObject({ requests: 1, bytesOut: 5700 })
})
