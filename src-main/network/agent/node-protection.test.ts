import { createHash } from 'node:crypto'
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
    node: 'node-1',
    firewallNote: '/none/nftables.txt',
    rulesFile: '/none/guard-rules.json',
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

it('browsers prove work where this process faces viewers; players and the API do not', () => {
  const { protection } = open()
  protection.setRules({
    settings: { ...settings, challenge: 'always', challengeBits: 8 },
    allow: ['192.0.2.1'],
    deny: [],
    challengeSecret: 's',
  })
  const ask = (url: string, remoteAddress = '203.0.113.1', headers: Record<string, string> = {}) => {
    let answer = { status: 200, body: '' }
    const response = {
      writeHead: (status: number) => {
        answer = { status, body: '' }
        return response
      },
      end: (body: string) => {
        answer.body = body
      },
    }
    protection.rejects({ url, headers, socket: { remoteAddress } } as unknown as IncomingMessage, response as unknown as ServerResponse)
    return answer
  }
  expect(ask('/watch/show', '203.0.113.1', { accept: 'text/html' })).toMatchObject({
    status: 403,
    body: expect.stringMatching(/^<!doctype html>/),
  })
  expect(['/live/show/index.m3u8', '/api/v1/time'].map((url) => ask(url).status)).toEqual([200, 200])
  expect(ask('/watch/show', '192.0.2.1').status).toBe(200)
  const { puzzle } = JSON.parse(ask('/watch/show').body).challenge
  const passes = Array.from({ length: 5000 }, (_, number) => `${puzzle}.${number}`)
  const pass = passes.find((each) => createHash('sha256').update(each).digest()[0] === 0) ?? ''
  expect(ask('/watch/show', '203.0.113.1', { 'challenge-pass': pass }).status).toBe(200)
  expect(ask('/watch/show', '203.0.113.2', { 'challenge-pass': pass }).status).toBe(403)
  // the origin has started again: who has a pass keeps it
  protection.setRules({ settings: { ...settings, challenge: 'always', challengeBits: 8 }, allow: [], deny: [], challengeSecret: 't' })
  expect(ask('/watch/show', '203.0.113.1', { 'challenge-pass': pass }).status).toBe(200)
  protection.stop()
})
