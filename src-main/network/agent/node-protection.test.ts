import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { defaultAttackSettings } from '../attacks/attack-schemas.ts'
import { defaultLimits, type LimitSettings } from '../limits/limit-settings.ts'
import { NodeProtection } from './node-protection.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const limits = (burst: number): LimitSettings => ({ ...defaultLimits, anonymous: { perMinute: 1, burst } })
const settings = defaultAttackSettings

function open() {
  let changes = 0
  const protection = new NodeProtection({
    cacheFolder: undefined,
    onChange: () => {
      changes++
    },
    log: silentLogger,
  })
  const ask = (remoteAddress: string, url = '/x') => {
    let status = 200
    let headers: Record<string, unknown> = {}
    const response = {
      writeHead(code: number, given: Record<string, unknown>) {
        status = code
        headers = given
      },
      end: () => undefined,
    }
    protection.rejects({ url, headers: {}, socket: { remoteAddress } } as unknown as IncomingMessage, response as unknown as ServerResponse)
    return { status, headers }
  }
  return { protection, ask, changes: () => changes }
}

it("the node's own limits count in place of those of the origin, and are not shared", () => {
  const { protection, ask, changes } = open()
  protection.setOrigin(limits(2))
  expect([1, 2, 3].map(() => ask('203.0.113.1').status)).toEqual([200, 200, 429])
  expect(ask('203.0.113.1').headers).toMatchObject({ 'retry-after': '60', 'content-type': 'application/problem+json' })
  protection.setOwn(limits(9))
  expect(Array.from({ length: 10 }, () => ask('203.0.113.1').status)).toEqual([...Array(9).fill(200), 429])
  expect(protection.report()).toEqual([])
  protection.setOwn(undefined)
  for (let n = 0; n < 9; n++) ask('203.0.113.1')
  expect(protection.report()).toEqual([['anonymous 203.0.113.1', 2, 9, null]])
  expect(changes()).toBe(3)
  protection.stop()
})

it('who is on a list is denied, or not limited', () => {
  const { protection, ask } = open()
  protection.setOrigin(limits(1))
  protection.setRules({ settings, allow: ['203.0.113.0/28'], deny: ['203.0.113.0/24', '2001:db8::/32'] })
  expect([1, 2, 3].map(() => ask('203.0.113.1').status)).toEqual([200, 200, 200])
  expect([ask('203.0.113.99').status, ask('2001:db8:9::1').status, ask('198.51.100.1').status]).toEqual([403, 403, 200])
  protection.stop()
})
