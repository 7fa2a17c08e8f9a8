import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OBSWebSocket } from 'obs-websocket-js/json'
import { Registry } from 'prom-client'
import { AutomationKinds } from '../../../media/automation/automation-kinds.ts'
import { noDesktopDisplays } from '../../../media/desktop-displays.ts'
import type { StreamCarrier } from '../../../media/stream-carrier.ts'
import { AppError } from '../../../platform/errors.ts'
import { createEventBus } from '../../../platform/events/event-bus.ts'
import { openSecretBox } from '../../../platform/identity/secret-box.ts'
import type { RouteDefinition } from '../../../platform/routes/routes.ts'
import { openDatabase } from '../../../platform/storage/database.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { openReach } from '../../../platform/testing/open-reach.ts'
import { AnsweringEngine } from '../../control/outputs/testing/answering-engine.ts'
import { createStudio, studioMigrations } from '../../index.ts'
import type { DesktopDisplay } from '../../studio-dependencies.ts'
import type { ProtocolRight } from '../clients/client-schemas.ts'

const document = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Evening show',
  canvases: [{ id: 'main', name: 'Wide', width: 1280, height: 720 }],
  scenes: [
    { id: 'intro', name: 'Intro', items: [{ id: 'i-blue', source: 'blue' }] },
    {
      id: 'talk',
      name: 'Talk',
      items: [
        { id: 't-blue', source: 'blue' },
        { id: 't-tone', source: 'tone' },
        { id: 't-pair', name: 'Pair', group: [{ id: 't-one', source: 'blue' }] },
      ],
    },
  ],
  sources: [
    { id: 'blue', name: 'Blue', kind: 'color', settings: { color: '#0000ff', width: 320, height: 180 } },
    { id: 'tone', name: 'Tone', kind: 'tone' },
    { id: 'title', name: 'Title', kind: 'text', settings: { text: 'Hello', letterSpacing: 7 } },
    { id: 'cam', name: 'Cam', kind: 'stream', settings: { address: 'rtsp://ann:word@cam.example/1' } },
  ],
  transitions: [
    { id: 'cut', name: 'Cut', kind: 'cut' },
    { id: 'fade', name: 'Fade', kind: 'fade' },
    { id: 'slide', name: 'Slide', kind: 'slide', settings: { direction: 'left' } },
  ],
  transition: 'cut',
  outputs: [{ id: 'yt', name: 'YouTube', kind: 'rtmp', settings: { url: 'rtmps://a.example/live', key: 'very-secret-key' } }],
  macros: [{ id: 'go', name: 'Go', hotkeys: ['Ctrl+Shift+F9'], actions: [{ do: 'switch', scene: 'talk' }] }],
}

export interface ServedStudio {
  readonly engine: AnsweringEngine
  readonly audit: string[]
  readonly folder: string
  /** Sign-ins that failed. */
  failures: number
  /** Of the desktop; empty where no desktop is there. */
  displays: readonly DesktopDisplay[]
  /** Windows that were opened on it. */
  readonly windows: { readonly view: object; readonly display: string | undefined }[]
  port: number
  // biome-ignore lint/suspicious/noExplicitAny: what each route answers, its tests read
  ask(method: string, path: string, body?: unknown): Promise<any>
  /** A password that may do this. */
  password(right: ProtocolRight): Promise<string>
  connect(right: ProtocolRight, eventSubscriptions?: number): Promise<OBSWebSocket>
  stop(): Promise<void>
}

/** A studio with a small show that answers the protocol at a free port of loopback. */
export async function serveStudio(): Promise<ServedStudio> {
  const folder = mkdtempSync(join(tmpdir(), 'obs-protocol-'))
  const database = await openDatabase({ dir: folder, migrations: studioMigrations })
  const engine = new AnsweringEngine()
  const audit: string[] = []
  const clients: OBSWebSocket[] = []
  const studio = await createStudio(
    {
      dataDir: folder,
      automation: new AutomationKinds(),
      database: database.kysely,
      secrets: openSecretBox(folder),
      writes: { enqueue: (_, write) => void write() },
      events: createEventBus(silentLogger),
      audit: { record: ({ message }) => void audit.push(message) },
      log: silentLogger,
      registry: new Registry(),
      carrier: { encoders: async () => [], posterOf: async () => undefined } as unknown as StreamCarrier,
      reach: { policy: () => openReach, onChange: () => () => undefined, mediaFolders: [] } as never,
      displays: noDesktopDisplays,
      uploads: { maxMegabytes: 10, quotaMegabytes: 20 },
      resumeWithinMs: () => 0,
      endedUnexpectedly: undefined,
      crashesOften: () => false,
      safeMode: false,
      globalHotkeys: () => 'safe',
      windows: {
        displays: () => served.displays,
        async open(view, display) {
          if (served.displays.length === 0) throw new AppError('shell.not_attached')
          served.windows.push({ view, display })
        },
      },
      environment: {},
      attempts: {
        failed: () => {
          served.failures++
          return new AppError('auth.token_unknown')
        },
        delay: async () => undefined,
      },
    },
    engine,
  )
  mkdirSync(join(folder, 'studio', 'collections'), { recursive: true })
  const file = join(folder, 'studio', 'collections', 'Evening.json')
  writeFileSync(file, JSON.stringify(document))
  await studio.start(file)
  const routeOf = (method: string, path: string): { route: RouteDefinition; params: Record<string, string> } => {
    for (const route of studio.routes) {
      const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name as string)
      const found = route.method === method && new RegExp(`^${route.path.replaceAll(/:\w+/g, '([^/]+)')}$`).exec(path)
      if (found) return { route, params: Object.fromEntries(names.map((name, index) => [name, found[index + 1] as string])) }
    }
    throw new Error(`no route ${method} ${path}`)
  }
  const served: ServedStudio = {
    engine,
    audit,
    folder,
    failures: 0,
    displays: [],
    windows: [],
    port: 0,
    async ask(method, path, body) {
      const { route, params } = routeOf(method, path)
      const request = { params, body, query: {}, principal: { id: 'admin', role: 'admin' }, signal: new AbortController().signal }
      return (await route.handler(request as never)).body
    },
    async password(right) {
      return (await served.ask('POST', '/studio/obs-protocol/clients', { name: `to ${right}`, right })).password
    },
    async connect(right, eventSubscriptions) {
      const client = new OBSWebSocket()
      clients.push(client)
      await client.connect(
        `ws://127.0.0.1:${served.port}`,
        await served.password(right),
        eventSubscriptions === undefined ? {} : { eventSubscriptions },
      )
      return client
    },
    async stop() {
      await Promise.all(clients.map((client) => client.disconnect().catch(() => undefined)))
      await studio.stop(true)
      await database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  served.port = (await served.ask('PATCH', '/studio/obs-protocol', { enabled: true, port: 0 })).openPort
  return served
}
