import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as requestPlain } from 'node:http'
import { connect } from 'node:http2'
import { request as requestTls } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { liveMigrations } from '../live/index.ts'
import { optionsDocument } from '../platform/config/options-document.ts'
import { errorsDocument } from '../platform/errors-document.ts'
import { eventTopics } from '../platform/events/event-topics.ts'
import { hashSecret } from '../platform/identity/secrets.ts'
import { createTokenStore } from '../platform/identity/tokens.ts'
import { openDatabase } from '../platform/storage/database.ts'
import { platformMigrations } from '../platform/storage/platform-migrations.ts'
import { createWriteQueue } from '../platform/storage/write-queue.ts'
import { silentLogger } from '../platform/telemetry/logger.ts'
import { workersTable } from '../platform/workers/manifest.ts'
import { studioMigrations } from '../studio/index.ts'
import { apiNames, missingNames, readNames } from './api-names.ts'
import { apiTypesDocument } from './api-types-document.ts'
import { configSpecs, loadConfig } from './config.ts'
import { examineSignIn } from './doctor/doctor-sign-in.ts'
import { permissionsDocument, rolesOfOperations } from './permissions-document.ts'
import { createProgram } from './program.ts'
import type { RunningHost } from './running-host.ts'
import { startHost } from './wiring.ts'

const root = mkdtempSync(join(tmpdir(), 'host-'))
const dataDir = join(root, 'data')
const pageDir = join(root, 'page')
const logger = { ...silentLogger, flush: () => {} }

const start = (flags: Record<string, unknown> = {}): Promise<RunningHost> =>
  startHost({
    ...loadConfig({ flags: { data: dataDir, httpPort: 0, httpsPort: 0, rtmpPort: 0, rtmpsPort: 'off', srtPort: 'off', ...flags } }),
    logger,
    pageDir,
  })

let host: RunningHost
let api: string
beforeAll(async () => {
  mkdirSync(join(pageDir, 'assets'), { recursive: true })
  writeFileSync(join(pageDir, 'index.html'), '<title>app</title>')
  writeFileSync(join(pageDir, 'watch.html'), '<title>player</title>')
  writeFileSync(join(pageDir, 'assets/app-1a2b.js'), 'plain')
  writeFileSync(join(pageDir, 'assets/app-1a2b.js.br'), 'brotli')
  // The host starts on what version 0.1.0 left behind.
  mkdirSync(dataDir)
  const old = new DatabaseSync(join(dataDir, 'streams.db'))
  // One transaction: the disk is waited for once, not with each of its statements.
  old.exec('BEGIN')
  old.exec(readFileSync(new URL('./fixtures/schema-0.1.0.sql', import.meta.url), 'utf8'))
  old.exec(
    `INSERT INTO browser_sessions VALUES ('${hashSecret('kept')}', 'link', 'editor', '2026-11-21T00:00:00.000Z', '2999-01-01T00:00:00.000Z')`,
  )
  old.exec('COMMIT')
  old.close()
  host = await start()
  api = `${host.ready.url}/api/v1`
})
afterAll(async () => {
  await host?.stop()
  rmSync(root, { recursive: true })
})

const json = async (path: string, init?: RequestInit): Promise<any> => (await fetch(api + path, init)).json()
const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

/** Runs a command of the command line in this process. */
async function streams(...args: string[]): Promise<{ out: string; code: number }> {
  let code = 0
  const stdout = new PassThrough()
  const context = {
    environment: {},
    stdout,
    stderr: new PassThrough(),
    untilStopped: () => Promise.resolve('system' as const),
    exit: (given: number) => {
      code = given
    },
  }
  await createProgram(context)
    .exitOverride()
    .parseAsync(['--data', dataDir, ...args], { from: 'user' })
  return { out: String(stdout.read() ?? ''), code }
}

/** Opens the event socket and gathers what it says. */
function listen(query: string): { messages: Record<string, unknown>[]; until: (count: number) => Promise<void>; close: () => void } {
  const messages: Record<string, unknown>[] = []
  const socket = new WebSocket(`${api.replace('http', 'ws')}/events${query}`)
  let wake = (): void => {}
  socket.on('message', (text) => {
    messages.push(JSON.parse(String(text)))
    wake()
  })
  return {
    messages,
    async until(count) {
      while (messages.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    close: () => socket.close(),
  }
}

describe('the host', () => {
  it('keeps what an older version stored', async () => {
    expect(await json('/settings')).toMatchObject({ reconnectWindowMs: 12_345 })
    expect((await json('/tokens')).items).toMatchObject([{ id: 't1', label: 'kept', role: 'editor' }])
    expect((await json('/audit')).items.at(-1)).toMatchObject({ id: 1, message: 'an old line' })
    const [kept] = (await json('/sessions')).items
    expect(kept).toMatchObject({ principal: `link:${kept.id}`, role: 'editor', userAgent: '', lastUsedAt: '2026-11-21T00:00:00.000Z' })
    expect(await json('/sessions/me', { headers: { cookie: 'streams_session=kept' } })).toMatchObject({
      id: kept.principal,
      role: 'editor',
    })
  })

  it('answers errors as problems with a code, a remedy and the id of the request', async () => {
    const response = await fetch(`${api}/tokens`, post({ label: 'x', role: 'king' }))
    expect([response.status, response.headers.get('content-type')]).toEqual([400, expect.stringContaining('application/problem+json')])
    const problem = (await response.json()) as { requestId: string }
    expect(problem).toMatchObject({ code: 'request.invalid', status: 400, field: 'body.role', remedy: expect.any(String) })
    expect(problem.requestId).toBe(response.headers.get('x-request-id'))
    expect(await json('/nothing')).toMatchObject({ code: 'request.not_found', status: 404 })
    expect(await json('/tokens', { method: 'POST', body: 'x' })).toMatchObject({ code: 'request.media_type' })
    expect(await json('/tokens', { ...post({}), body: '{"a":' })).toMatchObject({ code: 'request.invalid' })
    expect(await json('/settings', { ...post({ nothing: 1 }), method: 'PATCH' })).toMatchObject({ code: 'request.invalid' })
    expect(await json('/tokens', post({ label: 'x', role: 'viewer' }, { origin: 'https://evil.example' }))).toMatchObject({
      code: 'request.origin_refused',
    })
  })

  it('reports each token that is created or revoked, without its secret', async () => {
    const events = listen('?topics=token.')
    await events.until(1)
    const { token, secret } = await json('/tokens', post({ label: 'reported', role: 'viewer' }))
    await json(`/tokens/${token.id}`, { method: 'DELETE' })
    await events.until(3)
    expect(events.messages.slice(1)).toMatchObject([
      { topic: 'token.created', data: token },
      { topic: 'token.revoked', data: { ...token, revokedAt: expect.any(String) } },
    ])
    expect(JSON.stringify(events.messages)).not.toContain(secret)
    events.close()
  })

  it('acts once for one idempotency key', async () => {
    const ask = post({ label: 'once', role: 'viewer' }, { 'idempotency-key': 'k1' })
    const [one, two] = [await json('/tokens', ask), await json('/tokens', ask)]
    expect(two).toEqual(one)
    expect((await json('/tokens')).items.filter((token: { label: string }) => token.label === 'once')).toHaveLength(1)
    expect(await json('/tokens', post({ label: 'other', role: 'viewer' }, { 'idempotency-key': 'k1' }))).toMatchObject({
      code: 'request.conflict',
    })
  })

  it('documents every route that it answers, in OpenAPI 3.1 and readable', async () => {
    const document = await json('/openapi.json')
    expect(document.openapi).toBe('3.1.0')
    const operations = Object.values(document.paths as Record<string, Record<string, { operationId: string; responses: object }>>).flatMap(
      Object.values,
    )
    expect(new Set(operations.map((one) => one.operationId)).size).toBe(operations.length)
    for (const one of operations) expect(one.responses).toHaveProperty('default')
    const paths = Object.keys(document.paths)
    for (const path of [
      '/health',
      '/time',
      '/host',
      '/settings',
      '/audit',
      '/tokens',
      '/tokens/{id}',
      '/sessions/me',
      '/events',
      '/live/streams',
      '/live/keys',
      '/stream/start',
      '/stream/stop',
      '/stream/{id}/viewers',
    ]) {
      expect(paths).toContain(`/api/v1${path}`)
    }
    const page = await fetch(`${api}/docs`)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const html = await page.text()
    for (const path of paths) expect(html).toContain(path)
  })

  it('signs a browser in once by a link, and out again', async () => {
    const link = host.ready.signInUrl.split('#link=')[1]
    const response = await fetch(`${api}/sessions`, post({ link }))
    const cookie = response.headers.get('set-cookie') ?? ''
    expect([response.status, cookie]).toEqual([201, expect.stringMatching(/HttpOnly; SameSite=Strict/)])
    const headers = { cookie: cookie.split(';')[0] ?? '' }
    expect(await json('/sessions/me', { headers })).toMatchObject({ id: expect.stringMatching(/^link:/), role: 'admin' })
    expect((await fetch(`${api}/sessions/me`, { method: 'DELETE', headers })).status).toBe(204)
    expect(await json('/sessions/me', { headers })).toMatchObject({ id: 'local' })
    expect(await json('/sessions', post({ link }))).toMatchObject({ code: 'auth.link_spent' })
  })

  it('lists signed-in browsers to those they belong to and to admins, and signs them out at once', async () => {
    const { token, secret } = await json('/tokens', post({ label: 'browsers', role: 'viewer' }))
    const signIn = async (credentials: object, userAgent: string): Promise<{ headers: Record<string, string> }> => {
      const response = await fetch(`${api}/sessions`, post(credentials, { 'user-agent': userAgent }))
      return { headers: { cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] as string } }
    }
    const link = async () => ({ link: (await json('/tokens/link', post({ role: 'editor' }))).url.split('#link=')[1] })
    const [one, two] = [await signIn({ token: secret }, 'One'), await signIn({ token: secret }, 'Two')]
    const editor = await signIn(await link(), 'Editor')
    const list = async (init?: RequestInit): Promise<any[]> => (await json('/sessions', init)).items
    const names = async (init?: RequestInit) =>
      (await list(init)).map(({ userAgent, current }) => `${userAgent}${current ? '!' : ''}`).sort()
    expect(await names(one)).toEqual(['One!', 'Two'])
    expect(await names(editor)).toEqual(['Editor!'])
    expect(await names()).toEqual(['', 'Editor', 'One', 'Two'])
    const idOf = async (name: string): Promise<string> => (await list()).find(({ userAgent }) => userAgent === name)?.id
    const end = async (path: string, init: RequestInit = {}): Promise<unknown> => {
      const response = await fetch(`${api}${path}`, { ...init, method: 'DELETE' })
      return response.status === 204 ? 204 : ((await response.json()) as { code?: string; ended?: number })
    }
    expect(await end(`/sessions/${await idOf('Editor')}`, one)).toMatchObject({ code: 'session.not_found' })

    const events = new WebSocket(`${api.replace('http', 'ws')}/events`, two)
    await new Promise((resolve) => events.once('message', resolve))
    const closed = new Promise((resolve) => events.once('close', resolve))
    expect(await end(`/sessions/${await idOf('Two')}`, one)).toBe(204)
    expect(await closed).toBe(4401)
    expect(await json('/sessions/me', two)).toMatchObject({ id: 'local' })
    expect(await end('/sessions?keepCurrent=true', one)).toEqual({ ended: 0 })

    const again = await signIn({ token: secret }, 'Again')
    expect(await end('/sessions?keepCurrent=true', again)).toEqual({ ended: 1 })
    expect(await names()).toEqual(['', 'Again', 'Editor'])
    const replaced = await signIn({ token: secret }, 'Replaced')
    await fetch(`${api}/sessions`, post(await link(), { 'user-agent': 'Next', ...replaced.headers }))
    expect(await names()).toEqual(['', 'Again', 'Editor', 'Next'])
    await json(`/tokens/${token.id}`, { method: 'DELETE' })
    expect(await names()).toEqual(['', 'Editor', 'Next'])
    expect(await end('/sessions')).toEqual({ ended: 3 })
    expect(await json('/sessions/me', editor)).toMatchObject({ id: 'local' })
    const reported = (await json('/audit?kind=sign-in')).items.map((line: { message: string }) => line.message)
    expect(reported.slice(0, 3)).toEqual(Array(3).fill('a browser was signed out'))
  })

  it('speaks HTTP/2 under TLS with the same endpoints, and WebSocket beside it', async () => {
    const session = connect(`https://127.0.0.1:${host.ready.httpsPort}`, { rejectUnauthorized: false })
    const get = (headers: Record<string, string>, body?: string) =>
      new Promise<{ status: unknown; text: string }>((resolve, reject) => {
        const stream = session.request(headers)
        let status: unknown
        let text = ''
        stream.on('response', (answer) => {
          status = answer[':status']
        })
        stream.setEncoding('utf8').on('data', (chunk) => {
          text += chunk
        })
        stream.on('end', () => resolve({ status, text })).on('error', reject)
        stream.end(body)
      })
    const health = await get({ ':path': '/api/v1/health' })
    expect([health.status, JSON.parse(health.text).status]).toEqual([200, 'ok'])
    const made = await get(
      { ':path': '/api/v1/tokens', ':method': 'POST', 'content-type': 'application/json' },
      '{"label":"h2","role":"viewer"}',
    )
    expect(made.status).toBe(201)
    expect(await get({ ':path': '/watch/any' })).toMatchObject({ status: 200, text: '<title>player</title>' })
    session.close()
    const socket = new WebSocket(`wss://127.0.0.1:${host.ready.httpsPort}/api/v1/events`, { rejectUnauthorized: false })
    const hello = await new Promise((resolve, reject) => socket.on('message', resolve).on('error', reject))
    expect(JSON.parse(String(hello))).toMatchObject({ type: 'hello' })
    socket.close()
  })

  it('tells browsers to keep to HTTPS for public names, over TLS alone', async () => {
    const hsts = (from: 'http' | 'https', name: string, path: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const port = from === 'https' ? host.ready.httpsPort : host.ready.httpPort
        const options = { host: '127.0.0.1', port, path, headers: { host: name }, rejectUnauthorized: false }
        const asked = (from === 'https' ? requestTls : requestPlain)(options, (response) => {
          response.resume()
          resolve(response.headers['strict-transport-security'])
        })
        asked.on('error', reject).end()
      })
    for (const path of ['/', '/api/v1/health', '/api/v1/nothing', '/live/none/index.m3u8'])
      expect([path, await hsts('https', 'live.example.com', path)]).toEqual([path, 'max-age=31536000; includeSubDomains'])
    for (const name of ['127.0.0.1:8443', 'studio.local:8443', '192.168.1.5']) expect(await hsts('https', name, '/')).toBeUndefined()
    expect(await hsts('http', 'live.example.com', '/')).toBeUndefined()
    const session = connect(`https://127.0.0.1:${host.ready.httpsPort}`, { rejectUnauthorized: false })
    const headers = await new Promise((resolve) =>
      session.request({ ':path': '/', ':authority': 'live.example.com' }).on('response', resolve).resume(),
    )
    expect(headers).toMatchObject({ 'strict-transport-security': 'max-age=31536000; includeSubDomains' })
    session.close()
  })

  it('serves the page with a strict policy, what never changes for ever, and nothing outside its folder', async () => {
    const app = await fetch(`${host.ready.url}/live/studio`)
    expect(app.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect([await app.text(), app.headers.get('cache-control')]).toEqual(['<title>app</title>', 'no-cache'])
    const again = await fetch(`${host.ready.url}/`, { headers: { 'if-none-match': app.headers.get('etag') ?? '' } })
    expect(again.status).toBe(304)
    const asset = await fetch(`${host.ready.url}/assets/app-1a2b.js`, { headers: { 'accept-encoding': 'identity' } })
    expect([await asset.text(), asset.headers.get('cache-control')]).toEqual(['plain', 'public, max-age=31536000, immutable'])
    expect((await fetch(`${host.ready.url}/embed/x`)).headers.get('content-security-policy')).toContain('frame-ancestors *')
    expect((await fetch(`${host.ready.url}/..%2f..%2fdata/host.json`)).status).toBe(404)
    expect((await fetch(`${host.ready.url}/gone.js`)).status).toBe(404)
  })

  it('tells the time to players of every origin, as JSON and as MPDs name it', async () => {
    // The host's clock runs evenly and may be some ms from the system's: see steady-clock.ts.
    const offByMs = (timeMs: number) => Math.abs(timeMs - Date.now())
    const response = await fetch(`${api}/time`, { headers: { origin: 'https://elsewhere.example' } })
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(offByMs(((await response.json()) as { timeMs: number }).timeMs)).toBeLessThan(60_000)
    const iso = await fetch(`${api}/time?format=iso`)
    expect(iso.headers.get('content-type')).toContain('text/plain')
    expect(offByMs(Date.parse(await iso.text()))).toBeLessThan(60_000)
  })

  it('tells its figures to Prometheus', async () => {
    expect(await (await fetch(`${host.ready.url}/metrics`)).text()).toContain('process_cpu_seconds_total')
  })
})

describe('the event socket', () => {
  it('says hello, then tells changes of the topics that are asked for', async () => {
    const events = listen('?topics=settings.')
    await events.until(1)
    expect(events.messages[0]).toMatchObject({ type: 'hello', run: host.ready.run })
    await json('/settings', { ...post({ reconnectWindowMs: 20_000 }), method: 'PATCH' })
    await events.until(2)
    expect(events.messages[1]).toMatchObject({ topic: 'settings.updated', data: { reconnectWindowMs: 20_000 } })
    events.close()
  })

  it('replays what a client missed, and says reset to one of another run or of the future', async () => {
    const first = listen('')
    await first.until(1)
    first.close()
    const { seq, run } = first.messages[0] as { seq: number; run: string }
    await json('/settings', { ...post({ playerTheme: 'dark' }), method: 'PATCH' })
    const resumed = listen(`?since=${seq}&run=${run}&topics=settings.`)
    await resumed.until(2)
    expect(resumed.messages[1]).toMatchObject({ topic: 'settings.updated', data: { playerTheme: 'dark' } })
    resumed.close()
    for (const query of [`?since=${seq}&run=other`, `?since=${seq + 1e6}&run=${run}`]) {
      const lost = listen(query)
      await lost.until(2)
      expect(lost.messages[1]).toMatchObject({ type: 'reset', run })
      lost.close()
    }
  })

  it('rejects a page of another origin', async () => {
    const socket = new WebSocket(`${api.replace('http', 'ws')}/events`, { origin: 'https://evil.example' })
    const status = await new Promise((resolve) => socket.on('unexpected-response', (_request, response) => resolve(response.statusCode)))
    expect(status).toBe(403)
  })

  it('carries the same as Server-Sent Events, with resume', async () => {
    const leave = new AbortController()
    const since = { accept: 'text/event-stream', 'last-event-id': `${host.ready.run}:0` }
    const response = await fetch(`${api}/events?topics=settings.`, { headers: since, signal: leave.signal })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    let text = ''
    while (!text.includes('settings.updated')) text += Buffer.from((await reader.read()).value ?? []).toString()
    expect(text).toMatch(new RegExp(`^id: ${host.ready.run}:\\d+\ndata: {"type":"hello"`))
    leave.abort()
  })
})

describe('the command line', () => {
  it('makes, changes and revokes a key, with JSON alone on standard output', async () => {
    const made = JSON.parse((await streams('keys', 'create', 'studio', '--label', 'OBS', '--json')).out)
    expect(made).toMatchObject({ key: { stream: 'studio', label: 'OBS' }, secret: expect.any(String) })
    const id = made.key.id as string
    expect(JSON.parse((await streams('--json', 'keys', 'rename', id, 'Upstairs')).out)).toMatchObject({ label: 'Upstairs' })
    expect(JSON.parse((await streams('keys', 'disable', id, '--json')).out)).toMatchObject({ enabled: false })
    expect(JSON.parse((await streams('keys', 'rotate', id, '--json')).out).secret).not.toBe(made.secret)
    await streams('keys', 'revoke', id, '--json')
    expect(JSON.parse((await streams('keys', 'list', '--json')).out).items).toMatchObject([{ id, revokedAt: expect.any(String) }])
    expect((await streams('keys', 'list')).out).toContain('revoked')
  })

  it('tells status, tokens and links', async () => {
    expect(JSON.parse((await streams('status', '--json')).out)).toMatchObject({ status: 'ok', host: { pid: process.pid } })
    expect((await streams('status')).out).toContain(host.ready.url)
    const made = JSON.parse((await streams('tokens', 'create', 'ci', '--role', 'editor', '--json')).out)
    expect(JSON.parse((await streams('tokens', 'revoke', made.token.id, '--json')).out)).toMatchObject({ revokedAt: expect.any(String) })
    expect(JSON.parse((await streams('tokens', 'link', '--json')).out).url).toContain('#link=')
    expect(JSON.parse((await streams('demo', 'status', '--json')).out)).toMatchObject({ running: false })
  })

  it('lets an admin who is locked out in again on the machine of the host, whether it runs or not', async () => {
    const { url } = JSON.parse((await streams('tokens', 'recover', '--json')).out)
    const response = await fetch(`${api}/sessions`, post({ link: url.split('#link=')[1] }))
    expect([response.status, await response.json()]).toEqual([201, expect.objectContaining({ role: 'admin' })])

    const data = join(root, 'stopped')
    const never = await streams('tokens', 'recover', '--data', data, '--json')
    expect([never.code, JSON.parse(never.out).error.code, existsSync(data)]).toEqual([1, 'host.not_running', false])
    const migrations = [...platformMigrations, ...liveMigrations, ...studioMigrations]
    await (await openDatabase({ dir: data, migrations })).close()
    const { token, secret } = JSON.parse((await streams('tokens', 'recover', '--data', data, '--json')).out)
    expect(Date.parse(token.expiresAt) - Date.now()).toBeLessThanOrEqual(24 * 3_600_000)
    const database = await openDatabase({ dir: data, migrations })
    const tokens = await createTokenStore(database.kysely, createWriteQueue(silentLogger))
    expect(tokens.verify(secret)).toEqual({ id: `token:${token.id}`, role: 'admin' })
    expect(await database.kysely.selectFrom('audit').select('message').execute()).toEqual([
      { message: 'an admin token was recovered on this machine' },
    ])
    await database.close()

    const elsewhere = await streams('tokens', 'recover', '--url', host.ready.url, '--json')
    expect([elsewhere.code, JSON.parse(elsewhere.out).error.code]).toEqual([1, 'command.invalid'])
  })

  it('tells errors as JSON too, and ends with code 1', async () => {
    const gone = await streams('keys', 'rotate', 'nobody', '--json')
    expect([gone.code, JSON.parse(gone.out).error.code]).toEqual([1, 'key.not_found'])
    const bad = await streams('host', '--http-port', 'x', '--json')
    expect([bad.code, JSON.parse(bad.out).error]).toEqual([
      1,
      expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining('--http-port') }),
    ])
  })

  it('rejects a second host on the data folder and names the first', async () => {
    const second = await streams('host', '--json', '--log-level', 'silent')
    expect([second.code, JSON.parse(second.out).error]).toEqual([
      1,
      expect.objectContaining({ code: 'host.already_running', url: host.ready.url }),
    ])
  })

  it('names the option, the port and the program where a port is in use', async () => {
    const data = join(root, 'other')
    for (const [option, port] of [
      ['httpPort', host.ready.httpPort],
      ['rtmpPort', host.ready.rtmpPort],
    ] as const) {
      await expect(start({ data, [option]: port })).rejects.toMatchObject({
        code: 'port.in_use',
        details: { option, port, ...(process.platform === 'linux' ? { program: expect.stringContaining(`pid ${process.pid}`) } : {}) },
      })
    }
  })
})

describe('doctor, about who must sign in', () => {
  const options = { auth: 'auto', bind: '127.0.0.1', publicUrl: '', trustedProxies: '' } as const
  it.each([
    ['this machine alone', {}, [], 'ok', /not needed on this machine/],
    ['this machine with a web server that may pass requests on', {}, ['nginx (pid 311) at port 443'], 'warn', /nginx/],
    ['a web server, and a public URL', { publicUrl: 'https://live.example' }, ['nginx (pid 311) at port 443'], 'ok', /required/],
    ['a web server, and sign-in turned on', { auth: 'on' }, ['nginx (pid 311) at port 443'], 'ok', /required/],
    ['a wide port', { bind: '0.0.0.0' }, [], 'ok', /required/],
    ['a trusted proxy', { trustedProxies: '127.0.0.1' }, ['nginx (pid 311) at port 443'], 'ok', /required/],
    ['a wide port and a public URL without TLS', { bind: '0.0.0.0', publicUrl: 'http://live.example' }, [], 'warn', /plain HTTP/],
    ['sign-in turned off at a wide port', { auth: 'off', bind: '0.0.0.0' }, [], 'warn', /everybody who reaches a port/],
    ['sign-in turned off', { auth: 'off' }, [], 'warn', /on this machine/],
  ] as const)('%s', (_name, change, webServers, state, detail) => {
    expect(examineSignIn({ ...options, ...change }, webServers)).toMatchObject({ state, detail: expect.stringMatching(detail) })
  })
})

it('docs/options.md says what the schema says', () => {
  expect(readFileSync(new URL('../../docs/options.md', import.meta.url), 'utf8')).toBe(optionsDocument(configSpecs))
})

/** What `GET /openapi.json` answers: half a megabyte, read once for all checks of it. */
let described: Promise<any> | undefined
const description = (): Promise<any> => (described ??= json('/openapi.json'))

it('src-main/api/api-types.ts has the bodies and answers of the routes', async () => {
  expect(
    readFileSync(new URL('../api/api-types.ts', import.meta.url), 'utf8'),
    'run: node src-main/host/print-api-types.ts > src-main/api/api-types.ts',
  ).toBe(apiTypesDocument(await description()))
})

it('docs/api.md names no route that is not there', async () => {
  const { paths } = await description()
  const routes = Object.keys(paths).map((path) => path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, ':'))
  const text = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')
  const [, table = ''] = /## All endpoints\n([\s\S]*?)\n\nLists/.exec(text) ?? []
  const named = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\/[^`]*)`/g)].map(([, path = '']) => path))
  expect(named.length).toBeGreaterThan(80)
  // Rows shorten what they have in common: `/:id/test` is the end of a route. `/studio/…-kinds` represents several.
  const known = (path: string): boolean => routes.some((route) => route.endsWith(path.replace(/\?.*$/, '').replaceAll(/:\w+/g, ':')))
  expect(named.filter((path) => !path.includes('…') && !known(path))).toEqual([])
})

it('answers under every name that the API ever had', async () => {
  const recorded = readNames(readFileSync(new URL('fixtures/api-names.txt', import.meta.url), 'utf8'))
  const now = apiNames(await description())
  expect(
    missingNames(recorded, now),
    'a route or field that gets a better name keeps answering under the old one until 1.0, marked deprecated: see "Change the API" in CONTRIBUTING.md',
  ).toEqual([])
  expect(recorded.size, 'a list of all routes').toBeGreaterThan(500)
})

describe('who may do what', () => {
  it('is in docs/permissions.md as the routes and topics state it', async () => {
    const written = readFileSync(new URL('../../docs/permissions.md', import.meta.url), 'utf8')
    expect(written, 'run: node src-main/host/print-permissions.ts > docs/permissions.md').toBe(permissionsDocument(await description()))
  })

  it('is never less for a topic than for the route with the same state', async () => {
    const operations = rolesOfOperations(await description())
    const order = ['none', 'viewer', 'editor', 'admin']
    const faults = Object.entries(eventTopics).filter(([, { role, state }]) => {
      const min = operations.get(state)
      return min === undefined || order.indexOf(role) < order.indexOf(min)
    })
    expect(faults).toEqual([])
  })
})

it('docs/errors.md says what the catalogue says', () => {
  expect(readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')).toBe(errorsDocument())
})

it('describes every worker in docs/architecture.md as the manifest does', () => {
  expect(readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8')).toContain(workersTable())
})
