import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createEventBus } from '../platform/events/event-bus.ts'
import { openSecretBox } from '../platform/identity/secret-box.ts'
import type { RouteDefinition } from '../platform/routes/routes.ts'
import { type AppDatabase, openDatabase } from '../platform/storage/database.ts'
import { silentLogger } from '../platform/telemetry/logger.ts'
import { createDisplayStore } from './displays/display-store.ts'
import { createDesktop, desktopMigrations } from './index.ts'
import type { Display } from './schemas/display.ts'

let folder: string
let database: AppDatabase

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'desktop-'))
  database = await openDatabase({ dir: folder, migrations: desktopMigrations })
})
afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

it('has the displays of the host before it, locked where they lock themselves, and the screen', async () => {
  const store = createDisplayStore(database.kysely)
  const stored = {
    protocol: 'x11' as const,
    xServer: 'xvnc' as const,
    width: 800,
    height: 600,
    endAfterMinutes: null,
    command: null,
    running: null,
    guest: null,
    startsWithHost: false,
    scale: 1 as const,
    user: null,
    attached: null,
    monitors: [],
    createdAt: '2026-11-23T12:00:00Z',
  }
  await store.save({ ...stored, id: 'a', name: 'Locks', locksOnLeave: true })
  await store.save({ ...stored, id: 'b', name: 'Open', locksOnLeave: false })
  const desktop = await createDesktop({
    config: {
      desktopWebrtcPort: 'off',
      maxDesktops: 16,
      webrtcAddresses: '',
      iceServers: '',
      turn: { urls: '', secret: '', lifetimeSeconds: 60 },
    },
    bind: '127.0.0.1',
    database: database.kysely,
    dataDir: folder,
    events: createEventBus(silentLogger),
    audit: { record() {} } as never,
    log: silentLogger,
    users: () => [],
    secrets: openSecretBox(folder),
    attempts: {} as never,
    writes: { enqueue: (_, write) => void write() },
    retention: () => ({ maxAgeDays: null, maxTotalMegabytes: null, minFreeMegabytes: 0 }),
    publish: async () => Promise.reject(new Error('no stream is published here')),
    posterOf: async () => undefined,
    resumes: false,
    environment: { DISPLAY: ':0', HOME: folder },
  })
  const admin = { id: 'local', role: 'admin' } as const
  const list = desktop.routes.find(({ method, path }) => method === 'GET' && path === '/desktop/displays') as RouteDefinition
  const { body } = (await list.handler({ principal: admin } as never)) as { body: { items: readonly Display[] } }
  expect(body.items.map(({ id, locked, inShow }) => [id, locked, inShow])).toEqual([
    ['screen', false, false],
    ['a', true, false],
    ['b', false, false],
  ])
  expect(desktop.displays.list(admin).map(({ id }) => id)).toEqual(['b'])
  await desktop.stop(false)
})
