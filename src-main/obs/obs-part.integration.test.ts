import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AutomationKinds } from '../media/automation/automation-kinds.ts'
import type { AuditEntry } from '../platform/audit.ts'
import { AppError } from '../platform/errors.ts'
import { createEventBus } from '../platform/events/event-bus.ts'
import type { AppEvent } from '../platform/events/events.ts'
import { openSecretBox } from '../platform/identity/secret-box.ts'
import { mayAct, type Role } from '../platform/routes/principal.ts'
import { type AppDatabase, openDatabase } from '../platform/storage/database.ts'
import { silentLogger } from '../platform/telemetry/logger.ts'
import { openReach } from '../platform/testing/open-reach.ts'
import { findObs } from './connection/found/find-obs.ts'
import { createObs, type Obs, obsMigrations } from './index.ts'
import { ObsDouble } from './testing/obs-double.ts'

/** What a real OBS cannot be made to show, by a double of it; e2e/obs-control.e2e.ts has the real one. */

let folder: string
let database: AppDatabase
let part: Obs
let double: ObsDouble
let events: AppEvent[]
let audited: AuditEntry[]
let bus: ReturnType<typeof createEventBus>

const times = { connectMs: 600, requestMs: 400, silenceMs: 300, maxLocalWaitMs: 200 }

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'obs-part-'))
  database = await openDatabase({ dir: folder, migrations: obsMigrations })
  bus = createEventBus(silentLogger)
  events = []
  audited = []
  bus.subscribe((event) => events.push(event))
  part = await open()
})
afterEach(async () => {
  part.stop()
  await double?.stop()
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

const open = (): Promise<Obs> =>
  createObs({
    database: database.kysely,
    secrets: openSecretBox(folder),
    events: bus,
    audit: { record: (entry) => audited.push(entry) },
    log: silentLogger,
    reach: { policy: () => openReach },
    automation: new AutomationKinds(),
    intake: {
      createKey: async () => ({ keyId: 'key_1', key: 'sk_1' }),
      renewKey: async () => undefined,
      serverAt: () => 'rtmp://127.0.0.1:1935/live',
      streamOf: () => undefined,
    },
    shows: { make: () => Promise.reject(new Error('no studio')) },
    shares: { list: () => [], take: () => ({ close() {} }) },
    program: 'test',
    environment: { XDG_RUNTIME_DIR: folder },
    times,
    find: async () => [],
  })

async function ask(method: string, path: string, body?: unknown, role: Role = 'admin', query: object = {}): Promise<any> {
  for (const route of part.routes) {
    const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name as string)
    const found = new RegExp(`^${route.path.replace(/:\w+/g, '([^/]+)')}$`).exec(path)
    if (route.method !== method || found === null) continue
    const principal = { id: `token:${role}`, role }
    if (!mayAct(principal, route.role)) throw new AppError('auth.forbidden')
    const params = Object.fromEntries(names.map((name, index) => [name, found[index + 1]]))
    const reply = await route.handler({ params, query, body, principal, requestId: 'r', signal: new AbortController().signal } as never)
    return reply.body
  }
  throw new Error(`no route ${method} ${path}`)
}

const fault = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'done',
    (error: AppError) => error.code,
  )

async function until<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (let round = 0; round < 2000; round++) {
    const value = await look()
    if (value) return value as NonNullable<T>
    await sleep(10)
  }
  throw new Error('it did not come to pass')
}

async function add(more: object = {}, role: Role = 'admin'): Promise<string> {
  return (await ask('POST', '/obs', { name: 'Main', host: '127.0.0.1', port: double.port, ...more }, role)).id
}
const withError = (id: string, code: string) =>
  until(async () => {
    const now = await ask('GET', `/obs/${id}`)
    return now.error?.code === code && now
  })
const connected = (id: string) => until(async () => (await ask('GET', `/obs/${id}`)).state === 'connected')

describe('an OBS that is not as it should be', () => {
  it.each([
    ['is too old', { webSocketVersion: '4.9.1' }, 'failed', 'obs.version_too_old'],
    ['lacks requests that the mirror needs', { without: ['GetSceneItemList'] }, 'failed', 'obs.version_too_old'],
    ['is another program', { mute: true }, 'failed', 'obs.not_obs'],
    ['asks for a password', { password: 'right' }, 'failed', 'obs.password_needed'],
  ] as const)('gets a state and a remedy where it %s', async (_what, options, state, code) => {
    double = await ObsDouble.start(options)
    const now = await withError(await add(), code)
    expect(now).toMatchObject({ state, error: { remedy: expect.stringMatching(/./) } })
    expect(audited.map((entry) => entry.code)).toContain(code)
  })

  it('is not answering where it accepts connections and says nothing', async () => {
    double = await ObsDouble.start()
    double.hangs.add('GetVersion')
    expect(await withError(await add(), 'obs.not_answering')).toMatchObject({ state: 'disconnected', nextAttemptAt: expect.any(String) })
    double.hangs.clear()
    await connected('Main')
  })

  it('ends a request that it hangs in, and nothing else', async () => {
    double = await ObsDouble.start()
    const id = await add()
    await connected(id)
    double.hangs.add('StartStream')
    const asked = fault(ask('POST', `/obs/${id}/stream`, { action: 'start' }))
    // It is alive: other requests are answered.
    await ask('POST', `/obs/${id}/program`, { scene: 'One' })
    expect(await asked).toBe('obs.timeout')
    expect(await ask('GET', `/obs/${id}`)).toMatchObject({ state: 'connected', reconnects: 0 })
  })

  it('is connected again after it closed the connection, with the mirror of then', async () => {
    double = await ObsDouble.start()
    const id = await add()
    await connected(id)
    const before = (await ask('GET', `/obs/${id}/mirror`)).revision
    double.close(1001)
    await withError(id, 'obs.lost')
    await connected(id)
    expect((await ask('GET', `/obs/${id}/mirror`)).revision).toBeGreaterThan(before)
    expect(events.filter(({ topic, data }) => topic === 'obs.mirror' && (data as { reset?: boolean }).reset)).toHaveLength(2)
  })
})

describe('a flood of events', () => {
  it('whose last events came in another order loses nothing and is announced in few changes', async () => {
    double = await ObsDouble.start()
    const id = await add()
    await connected(id)
    events.length = 0
    const startMs = performance.now()
    const many = 5000
    const volumeOf = (number: number) => ({ inputVolumeDb: -(number % 90), inputVolumeMul: number })
    double.answers.GetInputVolume = volumeOf(many)
    // OBS sends from several threads: the last but one comes last.
    const inOrder = Array.from({ length: many }, (_, index) => index + 1)
    for (const number of [...inOrder.slice(0, -2), many, many - 1]) {
      double.emit('InputVolumeChanged', { inputName: 'mic', ...volumeOf(number) })
    }
    await until(() => events.filter(({ topic }) => topic === 'obs.event').length === many)
    await until(async () => (await ask('GET', `/obs/${id}/mirror`)).inputs[0].audio.volume === many)
    // At once, then after 50, 100, 200, 400 and 800 ms, then once a second: however long the flood took, and once what OBS answers then.
    const seconds = (performance.now() - startMs) / 1000
    expect(events.filter(({ topic }) => topic === 'obs.mirror').length).toBeLessThanOrEqual(8 + seconds)
    await until(() => JSON.stringify(events.findLast(({ topic }) => topic === 'obs.mirror')?.data).includes(`"volume":${many}`))
    // Commands are carried out meanwhile and afterwards.
    await ask('POST', `/obs/${id}/program`, { scene: 'One' })
  }, 60_000)
})

describe('who may do what', () => {
  beforeEach(async () => {
    double = await ObsDouble.start({ password: 'right' })
  })

  it('keeps a password encrypted, and gives it to no other server', async () => {
    const id = await add({ password: 'right' })
    await connected(id)
    const rows = JSON.stringify(
      await database.kysely
        .selectFrom('obs_instance' as never)
        .selectAll()
        .execute(),
    )
    expect(rows).not.toContain('right')
    expect(JSON.stringify([await ask('GET', '/obs'), events, audited])).not.toContain('"right"')
    expect(await fault(ask('PATCH', `/obs/${id}`, { port: 4444 }))).toBe('secret.needed')
    part.stop()
    part = await open()
    part.start(1)
    await connected(id)
  })

  it('limits the hosts that editors name', async () => {
    expect(await fault(add({}, 'editor'))).toBe('url.forbidden')
    expect(await fault(add({ host: 'nas.lan' }, 'editor'))).toBe('url.forbidden')
    const id = await add({ password: 'right' })
    expect(await fault(ask('PATCH', `/obs/${id}`, { port: 22, password: 'x' }, 'editor'))).toBe('url.forbidden')
    expect(await fault(ask('GET', '/obs/found', undefined, 'viewer'))).toBe('auth.forbidden')
    expect(await fault(add({ name: 'Again' }))).toBe('obs.exists')
  })

  it('limits what editors have OBS open, and keeps requests that reach its machine for admins', async () => {
    const id = await add({ password: 'right' })
    await connected(id)
    const settings = (inputSettings: object) => ask('PATCH', `/obs/${id}/inputs`, { input: 'mic', settings: inputSettings }, 'editor')
    for (const bad of [
      { local_file: '/etc/passwd' },
      { url: 'http://127.0.0.1:8080/' },
      { url: '10.0.0.1:80/x' },
      { input: 'file:///etc/passwd' },
      { input: 'concat:/etc/passwd' },
      { playlist: [{ value: '/etc/shadow' }] },
      { css: 'body { background: url(http://192.168.1.1/x) }' },
      { file: 'C:\\Users\\x' },
    ]) {
      expect(await fault(settings(bad)), JSON.stringify(bad)).toBe('url.forbidden')
    }
    for (const good of [{ text: 'see /etc/passwd' }, { url: 'https://example.com/x' }, { width: 5, color: 3 }]) {
      expect(await fault(settings(good)), JSON.stringify(good)).toBe('done')
    }
    const folder = { request: 'SetRecordDirectory', data: { recordDirectory: '/tmp' } }
    expect(await fault(ask('POST', `/obs/${id}/requests`, folder, 'editor'))).toBe('auth.forbidden')
    expect(await fault(ask('POST', `/obs/${id}/batch`, { requests: [folder] }, 'editor'))).toBe('auth.forbidden')
    expect(await fault(ask('POST', `/obs/${id}/requests`, folder))).toBe('done')
    expect(await fault(ask('POST', `/obs/${id}/program`, { scene: 'One' }, 'viewer'))).toBe('auth.forbidden')
    expect(double.asked.filter(({ request }) => request === 'SetRecordDirectory')).toHaveLength(1)
  })

  it('checks data of requests, and names the place', async () => {
    const id = await add({ password: 'right' })
    await connected(id)
    const wrong = ask('POST', `/obs/${id}/batch`, { requests: [{ request: 'SetCurrentProgramScene', data: { scene: 'x' } }] })
    await expect(wrong).rejects.toThrow('body.requests[0].data.scene: no such property')
    expect(await fault(ask('POST', `/obs/${id}/requests`, { request: 'GetHotkeyList' }))).toBe('obs.request_unknown')
    expect(await fault(ask('POST', '/streams/obs', { request: 'SetCurrentProgramScene', data: { sceneName: 'One' } }))).toBe('done')
    expect(audited.map(({ message }) => message)).toContain('OBS Main: SetCurrentProgramScene (One)')
    expect(await fault(ask('GET', '/obs/gone'))).toBe('obs.not_found')
  })
})

describe('OBS installations of this machine', () => {
  it('are found by the settings of every way to install it', async () => {
    const write = (path: string, text: string): void => {
      mkdirSync(join(folder, path, '..'), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    write(
      '.config/obs-studio/global.ini',
      '\uFEFF[General]\nServerPort=1\n[OBSWebSocket]\r\nServerEnabled=true\nServerPort=4456\nServerPassword=a=b\n',
    )
    write(
      '.var/app/com.obsproject.Studio/config/obs-studio/plugin_config/obs-websocket/config.json',
      JSON.stringify({ server_enabled: false, server_port: 4457, auth_required: false, server_password: '' }),
    )
    write('snap/obs-studio/current/.config/obs-studio/plugin_config/obs-websocket/config.json', '{ broken')
    write('snap/obs-studio/current/.config/obs-studio/global.ini', '[OBSWebSocket]\nServerEnabled=true\nServerPort=99999999\n')
    const found = await findObs({ HOME: folder })
    expect(
      found.map(({ packaging, port, serverEnabled, authentication, password }) => [
        packaging,
        port,
        serverEnabled,
        authentication,
        password,
      ]),
    ).toEqual([
      ['system', 4456, true, true, 'a=b'],
      ['flatpak', 4457, false, false, ''],
      ['snap', 4455, true, true, ''],
    ])
    expect(await findObs({ HOME: join(folder, 'empty') })).toEqual([])
  })
})
