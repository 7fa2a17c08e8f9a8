import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import Value from 'typebox/value'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AutomationKinds } from '../../../media/automation/automation-kinds.ts'
import { noDesktopDisplays } from '../../../media/desktop-displays.ts'
import type { StreamCarrier } from '../../../media/stream-carrier.ts'
import { AppError } from '../../../platform/errors.ts'
import { createEventBus } from '../../../platform/events/event-bus.ts'
import { openSecretBox } from '../../../platform/identity/secret-box.ts'
import { mayAct, type Role } from '../../../platform/routes/principal.ts'
import type { RouteDefinition } from '../../../platform/routes/routes.ts'
import { type AppDatabase, openDatabase } from '../../../platform/storage/database.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { openReach } from '../../../platform/testing/open-reach.ts'
import { createStudio, type Studio, studioMigrations } from '../../index.ts'
import { AnsweringEngine } from '../outputs/testing/answering-engine.ts'

const document = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Evening show',
  canvases: [{ id: 'main', name: 'Wide' }],
  scenes: [
    { id: 'intro', name: 'Intro', items: [{ id: 'i-blue', source: 'blue' }] },
    {
      id: 'talk',
      name: 'Talk',
      items: [
        { id: 't-blue', source: 'blue' },
        { id: 't-cam', source: 'cam' },
      ],
    },
  ],
  sources: [
    { id: 'blue', kind: 'color', settings: { color: '#0000ff' } },
    { id: 'cam', kind: 'stream', settings: { address: 'rtsp://ann:word@cam.example/1' } },
  ],
  outputs: [{ id: 'yt', name: 'YouTube', kind: 'rtmp', settings: { url: 'rtmps://a.example/live', key: 'very-secret-key' } }],
  macros: [{ id: 'go', name: 'Go', hotkeys: ['Ctrl+1'], actions: [{ do: 'switch', scene: 'talk' }] }],
}

describe('the API of the studio', () => {
  let dir: string
  let database: AppDatabase
  let engine: AnsweringEngine
  let studio: Studio
  let audit: string[]
  let disinvited: string[]

  /** The route of a URL, and what its parameters are. */
  function routeOf(method: string, path: string): { readonly route: RouteDefinition; readonly params: Record<string, string> } {
    for (const route of studio.routes) {
      if (route.method !== method) continue
      const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name!)
      const found = new RegExp(`^${route.path.replaceAll(/:\w+/g, '([^/]+)')}$`).exec(path)
      if (found === null) continue
      return { route, params: Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1]!)])) }
    }
    throw new Error(`no route ${method} ${path}`)
  }

  /** Asks as the API would: what the schemas forbid is a fault of the test, what they do not promise is one of the route. */
  async function ask(method: string, address: string, body?: unknown, role: Role = 'editor'): Promise<any> {
    const [path = '', query = ''] = address.split('?')
    const { route, params } = routeOf(method, path)
    const asked = route.query === undefined ? {} : Value.Convert(route.query, Object.fromEntries(new URLSearchParams(query)))
    for (const [schema, value] of [
      [route.params, params],
      [route.query, asked],
      [route.body, body],
    ] as const) {
      if (schema !== undefined) expect(Value.Check(schema, value), `${method} ${address} takes ${JSON.stringify(value)}`).toBe(true)
    }
    expect(mayAct({ id: role, role }, route.role), `${role} may ${method} ${path}`).toBe(true)
    const request = {
      params,
      query: asked,
      body,
      principal: { id: role, role },
      sharedBaseUrl: 'https://h',
      signal: new AbortController().signal,
    }
    const reply = await route.handler(request as never)
    const answer = route.responses[reply.status ?? 200]
    expect(answer, `${method} ${path} documents ${reply.status ?? 200}`).toBeDefined()
    const sent = JSON.parse(JSON.stringify(reply.body ?? null))
    const faults = [...Value.Errors(answer!, sent)]
    expect(faults, `${method} ${path} answers what it documents`).toEqual([])
    return reply.bytes === undefined ? sent : reply.bytes
  }
  const fault = (asked: Promise<unknown>): Promise<string> =>
    asked.then(
      () => 'no fault',
      (error: AppError) => error.code ?? String(error),
    )

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'studio-routes-'))
    database = await openDatabase({ dir, migrations: studioMigrations })
    engine = new AnsweringEngine()
    audit = []
    disinvited = []
    studio = await createStudio(
      {
        dataDir: dir,
        database: database.kysely,
        secrets: openSecretBox(dir),
        writes: { enqueue: (_, write) => void write() },
        events: createEventBus(silentLogger),
        audit: { record: ({ message, actor }) => void audit.push(`${actor}: ${message}`) },
        log: silentLogger,
        registry: new Registry(),
        automation: new AutomationKinds(),
        carrier: {
          invite: async () => ({ stream: 'guest-1', keyId: 'key_1', key: 'sk_1' }),
          disinvite: async (stream: string, keyId: string) => void disinvited.push(`${stream} ${keyId}`),
          encoders: async () => [],
          posterOf: async () => undefined,
        } as unknown as StreamCarrier,
        reach: { policy: () => openReach, onChange: () => () => undefined, mediaFolders: [] } as never,
        displays: noDesktopDisplays,
        uploads: { maxMegabytes: 10, quotaMegabytes: 20 },
        resumeWithinMs: () => 0,
        endedUnexpectedly: undefined,
        crashesOften: () => false,
        safeMode: false,
        globalHotkeys: () => 'safe',
        windows: { displays: () => [], open: () => Promise.reject(new Error('there is no desktop')) },
        attempts: { failed: () => new AppError('auth.token_unknown'), delay: async () => undefined },
        environment: {},
      },
      engine,
    )
    await studio.start()
    await ask('POST', '/studio/collections', { name: 'Evening', collection: document }, 'admin')
    await ask('POST', '/studio/collections/Evening/open', {})
  })
  afterEach(async () => {
    await studio.stop(true)
    await database.close()
    rmSync(dir, { recursive: true, force: true })
  })

  it('lists, opens, exports and closes collections; what is open is not deleted', async () => {
    await ask('POST', '/studio/collections', { name: 'Morning' })
    const { items } = await ask('GET', '/studio/collections', undefined, 'viewer')
    expect(items.map(({ name, open }: any) => [name, open])).toEqual([
      ['Evening', true],
      ['Morning', false],
    ])
    expect(await fault(ask('POST', '/studio/collections', { name: 'Morning' }))).toBe('studio.collection_exists')
    expect(await fault(ask('DELETE', '/studio/collections/Evening'))).toBe('request.conflict')
    await ask('DELETE', '/studio/collections/Morning')
    expect(await fault(ask('POST', '/studio/collections/Morning/open', {}))).toBe('studio.collection_not_found')
    await ask('POST', '/studio/close', {})
    expect((await ask('GET', '/studio')).open).toBeNull()
    for (const path of ['/studio/collection', '/studio/scenes', '/studio/history']) {
      expect(await fault(ask('GET', path)), path).toBe('studio.no_collection')
    }
    expect(audit).toEqual(expect.arrayContaining(['editor: the collection Morning was deleted', 'editor: the studio was closed']))
  })

  it('hides secrets from everybody, and gives them to an admin who asks', async () => {
    for (const path of [
      '/studio/collection',
      '/studio/collections/Evening',
      '/studio/outputs',
      '/studio/outputs/yt',
      '/studio/sources/cam',
    ]) {
      const shown = JSON.stringify(await ask('GET', path, undefined, 'viewer'))
      expect(shown, path).not.toMatch(/very-secret-key|word@/)
    }
    expect(JSON.stringify(await ask('GET', '/studio/collections/Evening/export'))).not.toMatch(/very-secret-key|word@/)
    expect(await fault(ask('GET', '/studio/collections/Evening/export?secrets=true'))).toBe('auth.forbidden')
    expect(JSON.stringify(await ask('GET', '/studio/collections/Evening/export?secrets=true', undefined, 'admin'))).toMatch(
      /very-secret-key/,
    )
  })

  it('adds, changes, moves, copies and removes what is in lists; each is one step that can be undone', async () => {
    const added = await ask('POST', '/studio/scenes?index=0', { id: 'end', name: 'End' })
    expect([added.item.name, added.item.items]).toEqual(['End', []])
    expect((await ask('GET', '/studio/scenes')).items.map(({ id }: any) => id)).toEqual(['end', 'intro', 'talk'])
    expect((await ask('PATCH', '/studio/scenes/end', { name: 'Credits' })).item.name).toBe('Credits')
    await ask('POST', '/studio/scenes/end/move', {})
    const copy = await ask('POST', '/studio/scenes/talk/items/t-cam/duplicate', { id: 't-cam-2' })
    expect(copy.item).toMatchObject({ id: 't-cam-2', source: 'cam' })
    const removed = await ask('DELETE', '/studio/sources/cam')
    expect((await ask('GET', '/studio/scenes/talk/items')).items.map(({ id }: any) => id)).toEqual(['t-blue'])
    expect(removed.revision).toBe((await ask('GET', '/studio/collection')).revision)
    const { undo } = await ask('GET', '/studio/history?limit=2')
    expect([undo.length, undo[0].actor]).toEqual([2, 'editor'])
    for (let step = 0; step < 5; step++) await ask('POST', '/studio/undo', {})
    expect((await ask('GET', '/studio/scenes')).items.map(({ id }: any) => id)).toEqual(['intro', 'talk'])
    expect((await ask('GET', '/studio/scenes/talk/items')).items.map(({ id }: any) => id)).toEqual(['t-blue', 't-cam'])
    expect(await fault(ask('POST', '/studio/undo', {}))).toBe('studio.nothing_to_undo')
    const redone = await ask('POST', '/studio/redo', {})
    expect((await ask('GET', '/studio/history')).undo[0].name).toBe(redone.name)
    expect((await ask('GET', '/studio/scenes')).items.map(({ id }: any) => id)).toEqual(['end', 'intro', 'talk'])
  })

  it('undoes the step that an edit was, and no other one', async () => {
    const edit = (...edits: unknown[]) => ask('POST', '/studio/edits', { edits })
    const mine = await edit({ do: 'add', to: 'scenes', value: { id: 'end' } })
    await ask('PATCH', '/studio/scenes/intro', { name: 'By somebody else' })
    expect(await fault(ask('POST', '/studio/undo', { ifStep: mine.step }))).toBe('request.conflict')
    expect((await ask('GET', '/studio/history?limit=1')).undo[0].name).toBe('Change name of "By somebody else"')
    await ask('POST', '/studio/undo', {})
    const next = await edit({ do: 'add', to: 'scenes', value: { id: 'later' } })
    expect(next.step).not.toBe(mine.step)
    await ask('POST', '/studio/undo', { ifStep: next.step })
    expect((await ask('POST', '/studio/undo', { ifStep: mine.step })).name).toBe('Add scene "end"')
    // What changed nothing is no step, and the newest one is not its own.
    expect((await edit({ do: 'change', at: 'scenes/talk', changes: {} })).step).toBeNull()
  })

  it('does edits together or not at all, and rejects those of an older revision', async () => {
    const { revision } = await ask('GET', '/studio/collection')
    const edits = [
      { do: 'add', to: 'scenes', value: { id: 'end' } },
      { do: 'remove', at: 'scenes/nowhere' },
    ]
    expect(await fault(ask('POST', '/studio/edits', { edits }))).toBe('studio.not_found')
    expect((await ask('GET', '/studio/collection')).revision).toBe(revision)
    const { made } = await ask('POST', '/studio/edits', { edits: edits.slice(0, 1), ifRevision: revision })
    expect(made).toEqual(['end'])
    for (const late of [
      ask('POST', '/studio/edits', { edits: edits.slice(0, 1), ifRevision: revision }),
      ask('PATCH', `/studio/scenes/end?ifRevision=${revision}`, { name: 'Late' }),
      ask('DELETE', `/studio/scenes/end?ifRevision=${revision}`),
      ask('PATCH', `/studio/collection?ifRevision=${revision}`, { name: 'Late' }),
    ]) {
      expect(await fault(late)).toBe('request.conflict')
    }
  })

  it('groups items, takes the group apart and pastes copies', async () => {
    const { made } = await ask('POST', '/studio/scenes/talk/group', { items: ['t-blue', 't-cam'], id: 'pair', name: 'Pair' })
    expect(made).toEqual(['pair'])
    const [group] = (await ask('GET', '/studio/scenes/talk/items')).items
    expect(group.group.map(({ id }: any) => id)).toEqual(['t-blue', 't-cam'])
    await ask('POST', '/studio/scenes/talk/items/pair/ungroup', {})
    expect((await ask('GET', '/studio/scenes/talk/items')).items.map(({ id }: any) => id)).toEqual(['t-blue', 't-cam'])
    const pasted = await ask('POST', '/studio/scenes/intro/paste', { items: [{ source: 'cam' }] })
    expect((await ask('GET', `/studio/scenes/intro/items/${pasted.made[0]}`)).item.source).toBe('cam')
  })

  it('puts scenes on air by request, by macro and by hotkey', async () => {
    const onAir = async (): Promise<string> => (await ask('GET', '/studio/program')).canvases[0].program
    expect(await onAir()).toBe('intro')
    expect(await ask('POST', '/studio/program', { scene: 'talk' })).toMatchObject({ canvas: 'main', scene: 'talk', frame: 5 })
    expect(await onAir()).toBe('talk')
    expect(await fault(ask('POST', '/studio/program', { scene: 'nowhere' }))).toBe('studio.not_found')
    await ask('POST', '/studio/actions', { do: 'switch', scene: 'intro' })
    expect(await onAir()).toBe('intro')
    expect(await ask('POST', '/studio/macros/go/run')).toMatchObject({ macro: 'go', state: 'done', done: 1 })
    expect(await onAir()).toBe('talk')
    await ask('POST', '/studio/program', { scene: 'intro' })
    expect((await ask('POST', '/studio/hotkeys', { chord: 'ctrl+1' })).items).toHaveLength(1)
    expect((await ask('POST', '/studio/hotkeys', { chord: 'Ctrl+2' })).items).toEqual([])
    expect(await onAir()).toBe('talk')
    expect(await fault(ask('POST', '/studio/macros/nobody/run'))).toBe('studio.not_found')
    expect((await ask('GET', '/studio/macro-runs')).items).toEqual([])
    expect(audit).toEqual(expect.arrayContaining(['editor: studio: ran the macro Go', 'editor: studio: ran the macro Go (ctrl+1)']))
  })

  it('prepares a scene in studio mode and brings it on air', async () => {
    expect(await fault(ask('POST', '/studio/preview', { scene: 'talk' }))).toBe('studio.mode_off')
    await ask('PATCH', '/studio/program', { studioMode: true })
    expect((await ask('POST', '/studio/preview', { scene: 'talk' })).canvases[0]).toMatchObject({ program: 'intro', preview: 'talk' })
    await ask('POST', '/studio/transition', {})
    expect((await ask('GET', '/studio/program')).canvases[0]).toMatchObject({ program: 'talk', preview: 'intro' })
    expect((await ask('POST', '/studio/preview', { scene: null })).canvases[0].preview).toBeNull()
    expect(await fault(ask('POST', '/studio/preview', { scene: 'nowhere' }))).toBe('studio.not_found')
  })

  it('gives images of what there is, of the main program where nothing is named', async () => {
    for (const query of ['', '?program=main', '?preview=main', '?scene=talk', '?source=cam&type=jpeg']) {
      expect((await ask('GET', `/studio/screenshot${query}`)).type, query).toBe(query.includes('jpeg') ? 'image/jpeg' : 'image/png')
    }
    expect(engine.asked).toEqual([{ program: 'main' }, { program: 'main' }, { preview: 'main' }, { scene: 'talk' }, { source: 'cam' }])
    for (const query of ['program=x', 'preview=x', 'scene=x', 'source=x']) {
      expect(await fault(ask('GET', `/studio/screenshot?${query}`)), query).toBe('studio.not_found')
      expect(await ask('GET', `/studio/screenshot?optional=true&${query}`), `${query}, asked again and again`).toBeNull()
    }
  })

  it('hands commands to sources that there are', async () => {
    await ask('POST', '/studio/sources/cam/commands', { command: 'seek', details: { ms: 5 } })
    expect(engine.asked).toEqual([['cam', 'seek', { ms: 5 }]])
    expect(await fault(ask('POST', '/studio/sources/nobody/commands', { command: 'seek' }))).toBe('studio.not_found')
    expect(await fault(ask('POST', '/studio/outputs/nobody/start'))).toBe('studio.output_not_found')
  })

  it('describes every kind by a schema', async () => {
    for (const list of ['source', 'filter', 'audio-filter', 'transition', 'output']) {
      const { items } = await ask('GET', `/studio/${list}-kinds`, undefined, 'viewer')
      expect(items.length, list).toBeGreaterThan(2)
    }
  })

  it('invites a guest by a link, and ends the invitation', async () => {
    const guest = await ask('POST', '/studio/guests', { label: 'Ann' })
    expect(guest).toMatchObject({ id: 'guest-1', stream: 'guest-1', joinUrl: 'https://h/guest/guest-1#key=sk_1&as=Ann' })
    expect((await ask('GET', '/studio/guests', undefined, 'viewer')).items).toMatchObject([
      { id: 'guest-1', state: 'invited', onAir: false },
    ])
    await expect(ask('POST', '/studio/guests/guest-1/put-on-air', {})).rejects.toMatchObject({ code: 'studio.guest_not_connected' })
    await ask('DELETE', '/studio/guests/guest-1')
    expect(disinvited).toEqual(['guest-1 key_1'])
    await expect(ask('DELETE', '/studio/guests/guest-1')).rejects.toMatchObject({ code: 'studio.guest_not_found' })
  })

  it('lets viewers read alone, and admins alone open files of the machine', () => {
    const wrong = studio.routes.filter(({ method, role, path }) =>
      path === '/studio/open' ? role !== 'admin' : method !== 'GET' && role === 'viewer',
    )
    expect(wrong.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  })
})
