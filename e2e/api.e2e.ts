import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type Contract, contractOf } from './helpers/contract.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishFile, testClip } from './helpers/publish.ts'

type Role = 'none' | 'viewer' | 'editor' | 'admin'
const roles: readonly Role[] = ['none', 'viewer', 'editor', 'admin']

interface Operation {
  readonly method: string
  /** Under /api/v1, e.g. `/live/streams/{id}`. */
  readonly path: string
  readonly role: Role
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: any
  readonly headers: Headers
}

/** Operations of an OpenAPI document. */
function operationsOf(document: any): Operation[] {
  return Object.entries<any>(document.paths).flatMap(([path, methods]) =>
    Object.entries<any>(methods).map(([method, one]) => ({
      method: method.toUpperCase(),
      path: path.replace('/api/v1', ''),
      role: (one.description.match(/role (\w+)/)?.[1] ?? 'none') as Role,
    })),
  )
}

describe('the API of a host that asks everyone to sign in', () => {
  let host: RunningHost
  let clip: string
  let operations: readonly Operation[]
  let contract: Contract
  const tokens = new Map<Role, string>()
  const publishers: Publisher[] = []

  async function call(role: Role, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const token = tokens.get(role)
    const reply = await fetch(`${host.http}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    const type = reply.headers.get('content-type') ?? ''
    return { status: reply.status, type, body: type.includes('json') ? JSON.parse(text) : text, headers: reply.headers }
  }
  async function until(stream: string, accept: (state: any) => boolean): Promise<any> {
    for (let tries = 0; ; tries++) {
      const { status, body } = await call('viewer', 'GET', `/live/streams/${stream}`)
      if (status === 200 && accept(body)) return body
      if (tries > 200) throw new Error(`stream ${stream} stays ${JSON.stringify(body)}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  /** Publishes the clip with a key and waits until its stream is live. */
  async function publish(stream: string, secret: string): Promise<Publisher> {
    const publisher = publishFile(clip, `${host.rtmp}/${secret}`, { loop: true })
    publishers.push(publisher)
    await until(stream, (state) => state.state === 'active' && state.tracks.length === 2)
    return publisher
  }

  beforeAll(async () => {
    clip = await testClip('clip-h264-aac', { frames: 900, videoKbps: 1200 })
    host = await startHost({ name: 'api', args: ['--auth', 'on'] })
    tokens.set('admin', JSON.parse(readFileSync(join(host.dataDir, 'host.json'), 'utf8')).token)
    for (const role of ['viewer', 'editor'] as const)
      tokens.set(role, (await call('admin', 'POST', '/tokens', { label: role, role })).body.secret)
    const document = (await call('none', 'GET', '/openapi.json')).body
    operations = operationsOf(document)
    contract = contractOf(document)
  })
  afterAll(async () => {
    for (const publisher of publishers) await publisher.stop()
    await host?.stop()
  })

  it('lets each role do what the description says, and nobody more', async () => {
    expect(operations.length).toBeGreaterThan(30)
    for (const { method, path, role: min } of operations) {
      for (const role of roles) {
        // Nothing of this exists or is valid: who may use it gets an error, and nothing happens.
        const body = method === 'GET' || method === 'DELETE' ? undefined : { name: 'NOT VALID', label: 7, role: 'king', nothing: true }
        const { status, type, body: answer } = await call(role, method, path.replace('{id}', 'nothing'), body)
        const what = `${role} ${method} ${path}`
        const allowed = roles.indexOf(role) >= roles.indexOf(min)
        if (allowed) expect([what, status === 401 || status === 403], what).toEqual([what, false])
        else expect([what, status, answer.code]).toEqual(role === 'none' ? [what, 401, 'auth.required'] : [what, 403, 'auth.forbidden'])
        if (status >= 400) {
          expect(type, what).toMatch(/^application\/problem\+json/)
          expect(answer, what).toMatchObject({
            status,
            code: expect.any(String),
            remedy: expect.any(String),
            requestId: expect.any(String),
          })
        }
        expect(status, what).toBeLessThan(500)
      }
    }
    expect((await fetch(`${host.http}/metrics`)).status).toBe(401)
    expect((await call('none', 'GET', '/nowhere')).body.code).toBe('request.not_found')
  })

  it('answers every operation as its description says', async () => {
    const called = new Set<string>()
    /** Calls an operation, checks the answer against the document, and returns its body. */
    async function ask(role: Role, method: string, template: string, id = '', body?: unknown): Promise<any> {
      const path = template.replace(/\{\w+\}/g, id)
      const answer = await call(role, method, path, body)
      contract.check(method, path, answer.status, answer.body === '' ? undefined : answer.body)
      called.add(`${method} ${template}`)
      return answer.body
    }

    const started = await ask('editor', 'POST', '/stream/start', '', { name: 'api', title: 'From the API' })
    expect(started.stream).toMatchObject({ name: 'api', title: 'From the API', state: 'pending' })
    await publish('api', started.publish.key)
    const { id } = started.stream
    expect((await ask('viewer', 'GET', '/live/streams')).items).toHaveLength(1)
    for (const name of ['api', id]) expect(await ask('viewer', 'GET', '/live/streams/{id}', name)).toMatchObject({ id, state: 'active' })
    expect(await ask('editor', 'PATCH', '/live/streams/{id}', id, { title: 'Renamed' })).toMatchObject({ title: 'Renamed' })
    await until('api', (state) => state.health !== null)
    expect((await ask('viewer', 'GET', '/live/streams/{id}/health', 'api')).samples.length).toBeGreaterThan(0)
    const master = await (await fetch(`${host.http}/live/api/index.m3u8`)).text()
    const playlist = new URL(master.split('\n').find((line) => line.endsWith('.m3u8') && !line.startsWith('#'))!, `${host.http}/live/api/`)
    const media = (await (await fetch(playlist)).text()).match(/URI="([^"]*part-[^"]+)"/)![1]!
    expect((await fetch(new URL(media, playlist))).status).toBe(200)
    expect((await ask('viewer', 'GET', '/live/streams/{id}/sessions', 'api')).items).toHaveLength(1)
    for (const name of ['api', id]) {
      expect(await ask('viewer', 'GET', '/stream/{id}/viewers', name)).toMatchObject({ streamId: id, concurrent: 1, total: 1, peak: 1 })
    }
    expect(await ask('viewer', 'GET', '/live/publish-addresses')).toMatchObject({ rtmpServer: host.rtmp })

    const made = await ask('editor', 'POST', '/live/keys', '', { stream: 'other', label: 'one' })
    expect((await ask('editor', 'GET', '/live/keys')).items).toHaveLength(2)
    expect(await ask('editor', 'PATCH', '/live/keys/{id}', made.key.id, { enabled: false, onSecondPublisher: 'takeover' })).toMatchObject({
      enabled: false,
      onSecondPublisher: 'takeover',
    })
    expect((await ask('editor', 'POST', '/live/keys/{id}/rotate', made.key.id)).secret).not.toBe(made.secret)
    await ask('editor', 'DELETE', '/live/keys/{id}', made.key.id)

    // each part's own test changes entities (and `host.api` there checks every answer against the description too)
    for (const { method, path } of operations) {
      if (method === 'GET' && path !== '/events' && !called.has(`GET ${path}`)) await ask('admin', 'GET', path, 'api')
    }

    await ask('editor', 'POST', '/live/streams/{id}/kick', 'api')
    await until('api', (state) => state.reconnecting || state.state === 'ended')
    await ask('editor', 'POST', '/live/streams/{id}/end', 'api')
    await until('api', (state) => state.state === 'ended')
    await ask('editor', 'DELETE', '/live/streams/{id}', 'api')
    expect((await call('viewer', 'GET', '/live/streams/api')).body.code).toBe('stream.not_found')

    expect(await ask('editor', 'POST', '/live/demo', '', { name: 'test' })).toMatchObject({ running: true, name: 'test' })
    expect(await ask('editor', 'GET', '/live/demo')).toMatchObject({ running: true })
    expect(await ask('editor', 'DELETE', '/live/demo')).toMatchObject({ running: false })
    expect(await ask('editor', 'POST', '/stream/stop', '', { id: 'test' })).toMatchObject({ name: 'test', state: 'ended' })

    expect(await ask('none', 'GET', '/health')).toMatchObject({ status: 'ok' })
    expect(Math.abs((await ask('none', 'GET', '/time')).timeMs - Date.now())).toBeLessThan(10_000)
    const iso = await call('none', 'GET', '/time?format=iso')
    expect([iso.type, iso.body]).toEqual([expect.stringContaining('text/plain'), expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)])
    expect(await ask('viewer', 'GET', '/host')).toMatchObject({ auth: { signInRequired: true }, engine: { present: true } })
    await ask('viewer', 'GET', '/settings')
    expect(await ask('admin', 'PATCH', '/settings', '', { reconnectWindowMs: 25_000 })).toMatchObject({ reconnectWindowMs: 25_000 })
    expect((await ask('viewer', 'GET', '/audit')).items.map((line: any) => line.kind)).toContain('publish')

    const link = await ask('admin', 'POST', '/tokens/link', '', { role: 'editor' })
    await ask('none', 'POST', '/sessions', '', { link: link.url.split('#link=')[1] })
    await ask('none', 'GET', '/sessions/me')
    await ask('none', 'DELETE', '/sessions/me')
    const token = await ask('admin', 'POST', '/tokens', '', { label: 'short-lived', role: 'viewer', expiresAt: '2999-01-01T00:00:00Z' })
    expect((await ask('admin', 'GET', '/tokens')).items.length).toBeGreaterThanOrEqual(3)
    await ask('admin', 'DELETE', '/tokens/{id}', token.token.id)

    const left = operations.map((one) => `${one.method} ${one.path}`).filter((one) => !called.has(one) && one.startsWith('GET '))
    expect(left, 'the events are asked for below').toEqual(['GET /events'])
  })

  it('acts once for a repeated request with the same Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'e2e-1' }
    const [first, second] = await Promise.all(
      [1, 2].map(() => call('editor', 'POST', '/live/keys', { stream: 'once', label: 'once' }, headers)),
    )
    expect([first!.status, second!.status]).toEqual([201, 201])
    expect(second!.body).toEqual(first!.body)
    const { items } = (await call('editor', 'GET', '/live/keys')).body
    expect(items.filter((key: any) => key.label === 'once')).toHaveLength(1)
    expect((await call('editor', 'POST', '/live/keys', { stream: 'twice' }, headers)).body.code).toBe('request.conflict')
  })

  it('tells a client that lost its event socket everything that it missed, while streams change', async () => {
    interface Listener {
      readonly seen: any[]
      readonly close: () => void
    }
    const listen = async (query: string): Promise<Listener> => {
      const socket = new WebSocket(`${host.http.replace('http', 'ws')}/api/v1/events?topics=stream.,session.,key.${query}`, {
        headers: { authorization: `Bearer ${tokens.get('editor')}` },
      })
      const seen: any[] = []
      socket.on('message', (text) => seen.push(JSON.parse(String(text))))
      await new Promise((resolve, reject) => socket.once('message', resolve).once('error', reject))
      return { seen, close: () => socket.terminate() }
    }
    const lasting = (messages: any[]): any[] => messages.filter((one) => one.topic !== undefined && one.topic !== 'stream.health')

    const steady = await listen('')
    const first = await listen('')
    expect(first.seen[0]).toMatchObject({ type: 'hello', run: host.ready.run })
    const { secret } = (await call('editor', 'POST', '/live/keys', { stream: 'events' })).body
    const publisher = await publish('events', secret)
    await until('events', (state) => state.health !== null)
    first.close()
    const last = first.seen.at(-1)
    await call('editor', 'PATCH', '/live/streams/events', { title: 'Changed while nobody listened' })
    await publisher.stop()
    await until('events', (state) => state.reconnecting || state.state === 'ended')

    const second = await listen(`&since=${last.seq}&run=${host.ready.run}`)
    await call('editor', 'POST', '/live/streams/events/end')
    const hasEnded = (one: any): boolean => one.topic === 'stream.state' && one.data.name === 'events' && one.data.state === 'ended'
    for (let tries = 0; ![steady, second].every((one) => one.seen.some(hasEnded)); tries++) {
      if (tries > 100) throw new Error('the end was not reported')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const whole = lasting(steady.seen)
    expect(lasting([...first.seen, ...second.seen]).map((one) => one.seq)).toEqual(whole.map((one) => one.seq))
    expect(whole.map((one) => one.topic)).toEqual(
      expect.arrayContaining(['key.created', 'stream.created', 'stream.state', 'stream.tracks']),
    )
    expect(whole.some((one) => one.data.title === 'Changed while nobody listened')).toBe(true)
    expect(steady.seen.some((one) => one.topic === 'stream.health')).toBe(true)
    steady.close()
    second.close()

    const reset = await listen('&since=1&run=another')
    for (let tries = 0; reset.seen.length < 2 && tries < 50; tries++) await new Promise((resolve) => setTimeout(resolve, 50))
    expect(reset.seen[1]).toMatchObject({ type: 'reset', run: host.ready.run })
    reset.close()
  })

  it('sends the same events as Server-Sent Events, from where a client left', async () => {
    const leave = new AbortController()
    const reply = await fetch(`${host.http}/api/v1/events?topics=key.`, {
      headers: {
        'accept': 'text/event-stream',
        'authorization': `Bearer ${tokens.get('editor')}`,
        'last-event-id': `${host.ready.run}:0`,
      },
      signal: leave.signal,
    })
    let text = ''
    for await (const chunk of reply.body!) {
      text += Buffer.from(chunk).toString()
      if (text.includes('key.created')) break
    }
    leave.abort()
    expect(text).toMatch(new RegExp(`id: ${host.ready.run}:\\d+\ndata: \\{"seq":\\d+.*"topic":"key.created"`))
  })

  it('sends events about hooks and keys to no role that may not read those, live, replayed or as Server-Sent Events', async () => {
    const due = new Map<Role, string[]>([
      ['viewer', []],
      ['editor', ['playback-key.created']],
      ['admin', ['hook.created', 'hook.removed', 'playback-key.created']],
    ])
    const last = '"reconnectWindowMs":24000'
    const topicsOf = (heard: readonly string[]): string[] =>
      heard.map((text) => String(JSON.parse(text).topic)).filter((topic) => /^(hook|playback-key)\./.test(topic))
    /** Topics about hooks and playback keys that a role receives on a socket, up to the last change below. */
    const listen = async (role: Role, query: string): Promise<Promise<string[]>[]> => {
      const socket = new WebSocket(`${host.http.replace('http', 'ws')}/api/v1/events${query}`, {
        headers: { authorization: `Bearer ${tokens.get(role)}` },
      })
      const heard: string[] = []
      const whole = new Promise<string[]>((resolve, reject) => {
        socket.on('error', reject).on('message', (text) => {
          heard.push(String(text))
          if (!String(text).includes(last)) return
          socket.terminate()
          resolve(topicsOf(heard))
        })
      })
      await new Promise((resolve) => socket.once('message', resolve))
      return [whole]
    }

    const live = await Promise.all([...due.keys()].map((role) => listen(role, '')))
    const hook = { label: 'secret', url: 'https://hooks.example.com/T0/open-sesame', events: ['stream.live'] }
    const made = await call('admin', 'POST', '/live/hooks', hook)
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ secret: expect.any(String) })])
    expect((await call('admin', 'DELETE', `/live/hooks/${made.body.hook.id}`)).status).toBe(204)
    expect((await call('admin', 'POST', '/live/playback-keys', { label: 'site' })).status).toBe(201)
    await call('admin', 'PATCH', '/settings', { reconnectWindowMs: 24_000 })
    expect(await Promise.all(live.map(([whole]) => whole))).toEqual([...due.values()])

    for (const [role, topics] of due) {
      const [whole] = await listen(role, `?since=0&run=${host.ready.run}&topics=hook.,playback-key.,settings.`)
      expect([role, await whole], 'replayed').toEqual([role, topics])
      const leave = new AbortController()
      const reply = await fetch(`${host.http}/api/v1/events`, {
        headers: { 'accept': 'text/event-stream', 'authorization': `Bearer ${tokens.get(role)}`, 'last-event-id': `${host.ready.run}:0` },
        signal: leave.signal,
      })
      let text = ''
      for await (const chunk of reply.body!) {
        text += Buffer.from(chunk).toString()
        if (text.includes(last)) break
      }
      leave.abort()
      expect([role, text.includes('open-sesame')]).toEqual([role, role === 'admin'])
    }
  })

  it('counts streams, bytes, viewers, requests and rejections for Prometheus', async () => {
    const bad = publishFile(clip, `${host.rtmp}/sk_nobody`)
    await bad.ended.catch(() => undefined)
    await bad.stop()
    const { secret } = (await call('editor', 'POST', '/live/keys', { stream: 'counted' })).body
    await publish('counted', secret)
    await fetch(`${host.http}/live/counted/index.m3u8`)
    const reply = await fetch(`${host.http}/metrics`, { headers: { authorization: `Bearer ${tokens.get('viewer')}` } })
    const figures = new Map(
      (await reply.text()).split('\n').flatMap((line) => (line.startsWith('#') ? [] : [line.split(' ') as [string, string]])),
    )
    const figure = (name: string): number => Number(figures.get(name))
    expect(figure('streams_active')).toBeGreaterThanOrEqual(1)
    expect(figure('streams_ingest_bytes_total')).toBeGreaterThan(0)
    expect(figure('streams_rtmp_received_bytes_total')).toBeGreaterThan(0)
    expect(figure('streams_rtmp_refused_total{code="publish.key_unknown"}')).toBeGreaterThanOrEqual(1)
    expect(figure('streams_playback_requests_total{kind="multivariant"}')).toBeGreaterThanOrEqual(1)
    expect(figure('streams_playback_bytes_total')).toBeGreaterThan(0)
    expect(figures.has('streams_viewers{protocol="ll-hls"}')).toBe(true)
  })
})

/** A request with headers that fetch does not let one choose. */
function raw(port: number, path: string, headers: Record<string, string>, method = 'GET'): Promise<{ status: number; code: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (reply) => {
      let text = ''
      reply.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      reply.on('end', () => resolve({ status: reply.statusCode!, code: text.startsWith('{') ? JSON.parse(text).code : '' }))
    })
    asked.on('error', reject).end()
  })
}

describe('who reaches a host', () => {
  it('on this machine alone acts without a sign-in, but no page and no name from elsewhere does', async () => {
    const host = await startHost({ name: 'narrow' })
    try {
      const streams = '/api/v1/live/streams'
      expect((await host.api('GET', '/sessions/me')).body).toMatchObject({ role: 'admin', signInRequired: false })
      expect(await raw(host.httpPort, streams, { host: 'evil.example' })).toEqual({ status: 401, code: 'auth.required' })
      expect(await raw(host.httpPort, streams, { 'x-forwarded-for': '127.0.0.1' })).toEqual({ status: 401, code: 'auth.required' })
      expect(await raw(host.httpPort, streams, { origin: 'https://evil.example' })).toEqual({ status: 403, code: 'request.origin_refused' })
      expect(await raw(host.httpPort, '/api/v1/live/demo', { origin: 'https://evil.example' }, 'DELETE')).toEqual({
        status: 403,
        code: 'request.origin_refused',
      })
    } finally {
      await host.stop()
    }
  })

  it('through a wide port must sign in, and may watch without it', async () => {
    const host = await startHost({ name: 'wide', args: ['--bind', '0.0.0.0'] })
    try {
      for (const path of ['/live/streams', '/live/keys', '/host', '/audit', '/events']) {
        expect([path, (await host.api('GET', path)).body.code]).toEqual([path, 'auth.required'])
      }
      expect((await host.api('POST', '/stream/start', { name: 'mine' })).body.code).toBe('auth.required')
      expect((await host.api('GET', '/health')).status).toBe(200)
      expect((await fetch(`${host.http}/watch/any`)).status).toBe(200)
      expect((await fetch(`${host.http}/live/any/index.m3u8`)).status).toBe(404)

      expect(host.ready.signInUrl, 'over TLS: others can read this network').toMatch(/^https:.*#link=/)
      const signIn = await fetch(`${host.http}/api/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ link: String(host.ready.signInUrl).split('#link=')[1] }),
      })
      expect(signIn.status).toBe(201)
      const cookie = signIn.headers.get('set-cookie')!.split(';')[0]!
      expect((await fetch(`${host.http}/api/v1/live/streams`, { headers: { cookie } })).status).toBe(200)
    } finally {
      await host.stop()
    }
  })
})
