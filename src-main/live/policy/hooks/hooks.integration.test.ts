import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppEvent } from '../../../platform/events/events.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { decisionOf } from './decision.ts'
import { HookQueue } from './hook-queue.ts'
import { postHook } from './hook-request.ts'
import { Hooks } from './hooks.ts'
import { StreamMoments } from './stream-moments.ts'

const received: { path: string | undefined; headers: Record<string, unknown>; body: string }[] = []
let answers: number[] = []
let server: Server
let url = ''
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      received.push({ path: request.url, headers: request.headers, body })
      const status = answers.shift() ?? 200
      if (status !== 0) response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const answer = (status: number | null, body = '') => ({ status, error: status === null ? 'ECONNREFUSED' : null, durationMs: 1, body })

describe('a hook', () => {
  it('is called with the secrets of its URL, which are in no answer and no event', async () => {
    const whole = `${url.replace('//', '//me:word@')}door?token=abc`
    const shown = `${url.replace('//', '//***@')}door?token=***`
    let reported = ''
    const hooks = await Hooks.open({
      store: { all: async () => [], save: async () => undefined, remove: async () => undefined },
      events: { publish: (topic: string, data: unknown) => (reported += `${topic} ${JSON.stringify(data)}`) } as never,
      audit: { record: (entry) => (reported += JSON.stringify(entry)) },
      log: silentLogger,
      now: Date.now,
    })
    const { hook } = await hooks.create({ label: 'door', url: whole, events: ['stream.live'] }, 'ann')
    expect([hook.url, hooks.get(hook.id).url]).toEqual([shown, shown])
    received.length = 0
    answers = [200, 200]
    expect(await hooks.test(hook.id)).toMatchObject({ status: 200, error: null })
    await hooks.change(hook.id, { label: 'other', url: shown.replace('door', 'gate') }, 'ann')
    expect(await hooks.test(hook.id)).toMatchObject({ status: 200, error: null })
    const asked = received.map(({ path, headers }) => [path, headers.authorization])
    const authorization = `Basic ${Buffer.from('me:word').toString('base64')}`
    expect(asked).toEqual([
      ['/door?token=abc', authorization],
      ['/gate?token=abc', authorization],
    ])
    await expect(hooks.change(hook.id, { url: 'https://***@evil.example/gate?token=***' }, 'eve')).rejects.toMatchObject({
      code: 'secret.needed',
    })
    expect(reported).not.toMatch(/word|abc/)
    hooks.stop()
  })

  it('is called again until it answers well, with a signature that can be checked', async () => {
    answers = [500, 0, 204]
    received.length = 0
    const settled = await new Promise<{ state: string; attempts: number }>((resolve) => {
      // Waits long for those that answer, however busy the machine is.
      const target = () => ({ url, secret: 'key', timeoutMs: answers[0] === 0 ? 60 : 10_000 })
      new HookQueue({ target, now: Date.now, delaysMs: [1, 1], onSettled: resolve }).push('stream.live', { stream: 'a' })
    })
    expect(settled).toMatchObject({ state: 'delivered', attempts: 3 })
    expect(received).toHaveLength(3)
    const { headers, body } = received[2] as (typeof received)[0]
    const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['streams-signature'])) as unknown as string[]
    expect(createHmac('sha256', 'key').update(`${seconds}.${body}`).digest('hex')).toBe(signature)
    expect(JSON.parse(body)).toMatchObject({ event: 'stream.live', data: { stream: 'a' } })
    expect(new Set(received.map((each) => each.headers['streams-delivery'])).size).toBe(1)
  })

  it('is given up after its tries, and at once where it says that it does not want this', async () => {
    for (const [said, attempts] of [
      [[500, 500], 2],
      [[410], 1],
    ] as const) {
      answers = [...said]
      const target = () => ({ url, secret: 'key', timeoutMs: 10_000 })
      const settled = await new Promise((resolve) =>
        new HookQueue({ target, now: Date.now, delaysMs: [1], onSettled: resolve }).push('alert', {}),
      )
      expect(settled).toMatchObject({ state: 'failed', attempts })
    }
  })

  it('keeps the password of its URL out of the reason that it could not be called', async () => {
    const target = { url: 'http://user:open-sesame@127.0.0.1:1/', secret: 's', timeoutMs: 1000 }
    const { error } = await postHook(target, 'test', 'd1', '{}', new AbortController().signal)
    expect(error).toEqual(expect.any(String))
    expect(error).not.toContain('open-sesame')
  })

  it('decides by its answer, and by its setting where it gives none', () => {
    const codes = (onFailure: 'refuse' | 'allow') =>
      [answer(200), answer(204), answer(200, '{"allow":false,"reason":"no"}'), answer(403), answer(500), answer(null), answer(429)].map(
        (each) => decisionOf(each, onFailure)?.code,
      )
    const refused = ['hook.refused', 'hook.refused']
    expect(codes('refuse')).toEqual([undefined, undefined, ...refused, ...Array(3).fill('hook.unanswered')])
    expect(codes('allow')).toEqual([undefined, undefined, ...refused, undefined, undefined, undefined])
    expect(decisionOf(answer(200, '{"allow":false,"reason":"no seat"}'), 'allow')?.message).toBe('no seat')
    expect(decisionOf(answer(200, '{broken'), 'refuse')).toBeUndefined()
  })

  it('is called for a stream that starts, loses its publisher, gets it back and ends, each once', () => {
    const moments = new StreamMoments()
    const state = (state: string, reconnecting = false) =>
      moments.read({ seq: 1, time: '', topic: 'stream.state', data: { id: 's', name: 'stage', state, reconnecting } } as AppEvent)?.event
    const seen = [
      state('pending'),
      state('active'),
      state('active'),
      state('active', true),
      state('active'),
      state('ended'),
      state('ended'),
    ]
    expect(seen).toEqual([undefined, 'stream.live', undefined, 'stream.lost', 'stream.returned', 'stream.ended', undefined])
  })
})
