import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { AppError } from '../../../platform/errors.ts'
import { createEventBus } from '../../../platform/events/event-bus.ts'
import { openSecretBox } from '../../../platform/identity/secret-box.ts'
import type { PacedSocketClient } from '../../../platform/routes/sockets.ts'
import { type AppDatabase, openDatabase } from '../../../platform/storage/database.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { openReach } from '../../../platform/testing/open-reach.ts'
import { InstanceBook } from '../../instances/instance-book.ts'
import { createInstanceStore } from '../../instances/instance-store.ts'
import { obsMigrations } from '../../migrations.ts'
import { ObsDouble } from '../../testing/obs-double.ts'
import { tokenHeader } from './connector-words.ts'
import { runConnector } from './run-connector.ts'

/** The connector with a host's end and a double of OBS; e2e/obs-connector.e2e.ts has the command, a whole host and a real OBS. */

let folder: string
let database: AppDatabase
let book: InstanceBook
let server: Server
let double: ObsDouble
let stop: AbortController
let lines: string[]
const author = { actor: 'token:test', limited: false }

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'obs-connector-'))
  database = await openDatabase({ dir: folder, migrations: obsMigrations })
  book = await openBook()
  stop = new AbortController()
  lines = []
  server = createServer()
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    try {
      const serve = book.connector(String(request.headers[tokenHeader]))
      sockets.handleUpgrade(request, socket, head, (opened) => {
        const session = serve(clientOn(opened))
        opened.on('message', (data) => session.onMessage?.(String(data)))
        opened.on('pong', () => session.onPong?.())
        opened.on('close', (code) => session.onClose(code))
      })
    } catch (error) {
      socket.end(`HTTP/1.1 ${error instanceof AppError ? error.status : 500} Rejected\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  stop.abort()
  book.stop()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await double?.stop()
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

const openBook = () =>
  InstanceBook.open({
    store: createInstanceStore(database.kysely),
    secrets: openSecretBox(folder),
    events: createEventBus(silentLogger),
    audit: { record() {} },
    log: silentLogger,
    network: () => openReach.network,
    times: { connectMs: 2000, requestMs: 2000, silenceMs: 500, maxLocalWaitMs: 200 },
    find: async () => [],
  })

function clientOn(socket: import('ws').WebSocket): PacedSocketClient {
  return {
    principal: { id: 'anonymous', role: 'none' },
    get waitingBytes() {
      return socket.bufferedAmount
    },
    send: (data) => socket.send(data),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    ping: () => socket.ping(),
  }
}

const connect = (token: string, more: { password?: string } = {}): Promise<void> =>
  runConnector({
    to: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    token,
    obs: { host: '127.0.0.1', port: double.port },
    password: '',
    env: {},
    signal: stop.signal,
    onLine: (line) => lines.push(line),
    firstWaitMs: 20,
    ...more,
  })
const state = (id: string) => expect.poll(() => book.describe(id).state, { timeout: 10_000 })

describe('a connector', () => {
  it('makes an OBS that this host cannot reach an instance like any other', async () => {
    double = await ObsDouble.start({ password: 'of OBS' })
    const { instance, token } = await book.addConnector({ name: 'Far' }, author)
    expect(book.describe(instance.id)).toMatchObject({ connector: { connected: false }, password: 'none', host: '', port: 0 })
    // It waits, and nothing of the token is kept.
    expect(JSON.stringify(await createInstanceStore(database.kysely).all())).not.toContain(token)
    const running = connect(token, { password: 'of OBS' })
    await state(instance.id).toBe('connected')
    expect(book.describe(instance.id).connector).toEqual({ connected: true })
    const session = book.session('Far')
    await session.call('SetCurrentProgramScene', { sceneName: 'One' })
    expect(double.asked.at(-1)).toMatchObject({ request: 'SetCurrentProgramScene', data: { sceneName: 'One' } })
    expect(session.localAddress).toBe('127.0.0.1')
    double.emit('CurrentProgramSceneChanged', { sceneName: 'Two' })
    await expect.poll(() => session.mirror().program).toBe('Two')
    stop.abort()
    await running
  })

  it('passes a flood on, and messages of megabytes', async () => {
    const image = 'x'.repeat(20 * 1024 * 1024)
    double = await ObsDouble.start({ more: { GetSourceScreenshot: { imageData: image } } })
    const { instance, token } = await book.addConnector({}, author)
    void connect(token).catch(() => undefined)
    await state(instance.id).toBe('connected')
    let seen = 0
    book.onEvent(() => seen++)
    for (let number = 0; number < 5000; number++) double.emit('InputVolumeChanged', { inputName: 'mic', inputVolumeMul: number })
    expect((await book.session(instance.id).call('GetSourceScreenshot', {}, 20_000))?.imageData).toBe(image)
    await expect.poll(() => seen, { timeout: 20_000 }).toBe(5000)
  }, 60_000)

  it('connects again when OBS, the host or the connection is gone', async () => {
    double = await ObsDouble.start()
    const { instance, token } = await book.addConnector({}, author)
    void connect(token).catch(() => undefined)
    await state(instance.id).toBe('connected')
    const { port } = double
    await double.stop()
    await expect.poll(() => book.describe(instance.id).error?.code, { timeout: 10_000 }).toBe('obs.unreachable')
    expect(lines.join()).toContain('ECONNREFUSED')
    double = await ObsDouble.start({}, port)
    await state(instance.id).toBe('connected')
    server.closeAllConnections()
    book.stop()
    book = await openBook()
    book.start()
    await state(instance.id).toBe('connected')
  }, 30_000)

  it('says that no connector is there', async () => {
    double = await ObsDouble.start()
    const { instance } = await book.addConnector({}, author)
    await expect.poll(() => book.describe(instance.id).error).toMatchObject({ code: 'obs.connector_away' })
  })

  it('ends where its token is unknown, replaced, or its OBS removed', async () => {
    double = await ObsDouble.start()
    await expect(connect('oc_unknown')).rejects.toMatchObject({ code: 'obs.connector_token' })
    const { instance, token } = await book.addConnector({}, author)
    const first = connect(token)
    await state(instance.id).toBe('connected')
    const renewed = await book.renewToken(instance.id, author)
    await expect(first).rejects.toMatchObject({ code: 'obs.connector_token' })
    await expect(connect(token)).rejects.toMatchObject({ code: 'obs.connector_token' })
    const second = connect(renewed.token)
    await state(instance.id).toBe('connected')
    await book.remove(instance.id, author)
    await expect(second).rejects.toMatchObject({ code: 'obs.connector_token' })
  }, 30_000)

  it('must not be given another host and port, and others have no token', async () => {
    double = await ObsDouble.start()
    const { instance } = await book.addConnector({}, author)
    await expect(book.change(instance.id, { host: '10.0.0.1' }, author)).rejects.toMatchObject({ code: 'request.invalid' })
    const { id } = await book.add({ host: '127.0.0.1', port: double.port, enabled: false }, author)
    await expect(book.renewToken(id, author)).rejects.toMatchObject({ code: 'obs.no_connector' })
  })
})
