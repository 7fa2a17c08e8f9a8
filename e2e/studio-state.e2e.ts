import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { WebSocket } from 'ws'
import { freePorts, streams } from './helpers/command.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { root } from './helpers/paths.ts'
import { requestsTo } from './helpers/requests.ts'
import { skipBecause } from './helpers/skip.ts'
import { undisturbed } from './helpers/until.ts'

/** The studio's state over the API: collections as files, undo over restarts, what is on air, macros, import. */

let host: RunningHost
const dataDir = mkdtempSync(join(tmpdir(), 'ami-studio-state-'))
const file = (name: string): string => join(dataDir, 'studio', 'collections', `${name}.json`)
const onDisk = (name: string): any => JSON.parse(readFileSync(file(name), 'utf8'))

const document = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Evening',
  canvases: [
    { id: 'main', width: 320, height: 180 },
    { id: 'tall', width: 180, height: 320 },
  ],
  scenes: [
    { id: 'intro', items: [{ id: 'back', source: 'blue' }] },
    { id: 'talk', items: [{ id: 'red', source: 'red', position: { x: 10, y: 20 } }] },
    { id: 'tall-intro', canvas: 'tall', follows: 'intro', items: [{ source: 'blue' }] },
    { id: 'tall-talk', canvas: 'tall', follows: 'talk', items: [{ source: 'red' }] },
  ],
  sources: [
    { id: 'blue', kind: 'color', settings: { color: '#0000ff' } },
    { id: 'red', kind: 'color', settings: { color: '#ff0000' } },
    { id: 'hum', kind: 'tone' },
  ],
  outputs: [{ id: 'out', kind: 'rtmp', settings: { url: 'rtmp://127.0.0.1:1/live', key: 'very-secret-key' } }],
  macros: [
    {
      id: 'go',
      hotkeys: ['Ctrl+Shift+2'],
      actions: [
        { do: 'switch', scene: 'talk' },
        { do: 'wait', ms: 20 },
        { do: 'mute', source: 'hum', muted: 'toggle' },
      ],
    },
    {
      id: 'broken',
      actions: [
        { do: 'mute', source: 'hum', muted: true },
        { do: 'switch', scene: 'nowhere' },
      ],
    },
  ],
}

const ask = requestsTo(() => host)

async function until<T>(read: () => Promise<T> | T, holds: (value: T) => boolean, what: string): Promise<T> {
  const end = Date.now() + 60_000
  for (;;) {
    const value = await read()
    if (holds(value)) return value
    if (Date.now() > end) throw new Error(`never: ${what}; it stays ${JSON.stringify(value)}`)
    await sleep(25)
  }
}

const saved = () =>
  until(
    () => ask('GET', '/studio'),
    ({ open }) => open.saved,
    'the collection is saved',
  )
const positionOf = async (): Promise<number> => (await ask('GET', '/studio/scenes/talk/items/red')).item.position.x

const screenshot = async (of: string): Promise<Buffer> =>
  Buffer.from(await (await fetch(`${host.http}/api/v1/studio/screenshot?${of}`)).arrayBuffer())

/** Mean difference of two frames, in steps of 255. */
async function difference(a: Buffer, b: Buffer): Promise<number> {
  const [one, other] = await Promise.all([sharp(a).removeAlpha().raw().toBuffer(), sharp(b).removeAlpha().raw().toBuffer()])
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += Math.abs((one[at] as number) - (other[at] as number))
  return sum / one.length
}

/** Without the compositor's addon there is state, and no frames. */
async function needFrames(context: TestContext): Promise<void> {
  const { state, problem } = await until(
    () => ask('GET', '/studio'),
    (status) => !['starting', 'restarting'].includes(status.state),
    'the studio starts',
  )
  if (state !== 'running') skipBecause(context, problem ?? state)
}

beforeAll(async () => {
  host = await startHost({ name: 'studio-state', dataDir })
  await ask('POST', '/studio/collections', { name: 'Evening', collection: document })
  await ask('POST', '/studio/collections/Evening/open', {})
})
afterAll(async () => {
  await host?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

describe('a collection', () => {
  it('says what it is, with secrets hidden in answers and encrypted in its file', async () => {
    const { collection, file: path } = await ask('GET', '/studio/collection')
    expect(path).toBe(file('Evening'))
    expect(collection.outputs[0].settings.key).toBe('••••')
    expect((await ask('GET', '/studio/outputs')).items[0]).toMatchObject({ settings: { key: '••••' }, report: { state: 'off' } })
    expect(readFileSync(file('Evening'), 'utf8')).not.toContain('very-secret-key')
    expect((await ask('GET', '/studio/collections/Evening/export')).outputs[0].settings).not.toHaveProperty('key')
    expect((await ask('GET', '/studio/collections/Evening/export?secrets=true')).outputs[0].settings.key).toBe('very-secret-key')
  })

  it('is edited over the API: each edit is one step, seen by whoever follows, and rejected where somebody was faster', async () => {
    const socket = new WebSocket(`${host.http.replace('http', 'ws')}/api/v1/events?topics=studio.changed`)
    const heard: any[] = []
    socket.on('message', (text) => heard.push(JSON.parse(String(text))))
    await new Promise((resolve) => socket.once('message', resolve))
    const { revision } = await ask('GET', '/studio/collection')
    const made = await ask('POST', '/studio/sources', { name: 'Green', kind: 'color', settings: { color: '#00ff00' } })
    expect(made).toMatchObject({ revision: revision + 1, item: { id: 'Green', report: null } })
    await ask('POST', '/studio/scenes/talk/items', { source: 'Green' })
    const late = await host.api('PATCH', `/studio/scenes/talk?ifRevision=${revision}`, { name: 'Late' })
    expect(late).toMatchObject({ status: 409, body: { code: 'request.conflict', revision: revision + 2 } })
    expect(await ask('POST', '/studio/undo', {})).toMatchObject({ name: 'Add item "Green"' })
    expect(await ask('POST', '/studio/undo', {})).toMatchObject({ name: 'Add source "Green"', redo: 'Add source "Green"' })
    await until(
      () => heard.filter(({ topic }) => topic === 'studio.changed'),
      (events) => events.length === 4,
      'four changes are told',
    )
    expect(heard.at(-1).data).toMatchObject({ revision: revision + 4, cause: 'undo', changed: ['sources/Green'] })
    expect(
      heard.some(({ data }) => data?.items !== undefined),
      'it has to be read',
    ).toBe(false)
    await ask('PATCH', '/studio/scenes/talk/items/red', { position: { x: 11 } })
    await until(
      () => heard.at(-1)?.data,
      ({ items }) => items !== undefined,
      'a moved item comes with the event',
    )
    const { scenes } = (await ask('GET', '/studio/collection')).collection
    expect(heard.at(-1).data).toMatchObject({ undo: 'Move "red"', redo: null })
    expect(heard.at(-1).data.items).toEqual([{ scene: 'talk', item: scenes.find(({ id }: any) => id === 'talk').items[0] }])
    await ask('POST', '/studio/undo', {})
    socket.close()
  })

  it('takes a batch as one step, and a drag as one, all or none', async () => {
    const { revision } = await ask('GET', '/studio/collection')
    const refused = await host.api('POST', '/studio/edits', {
      edits: [
        { do: 'change', at: 'scenes/talk', changes: { name: 'Half' } },
        { do: 'change', at: 'sources/red', changes: { settings: { color: 'reddish' } } },
      ],
    })
    expect(refused).toMatchObject({ status: 400, body: { code: 'studio.collection_invalid' } })
    expect(refused.body.detail).toContain('sources[1].settings.color:')
    expect((await ask('GET', '/studio/collection')).revision).toBe(revision)
    const moves = async (): Promise<number> =>
      (await ask('GET', '/studio/history')).undo.filter(({ name }: { name: string }) => name === 'Move "red"').length
    // A drag that does not move for half a second is two: a machine may be delayed for this long.
    await undisturbed(async () => {
      while ((await moves()) > 0) await ask('POST', '/studio/undo', {})
      for (let x = 100; x < 110; x++) await ask('PATCH', '/studio/scenes/talk/items/red', { position: { x } })
      expect((await ask('GET', '/studio/history')).undo[0].name).toBe('Move "red"')
      expect(await moves()).toBe(1)
    })
    await ask('POST', '/studio/undo', {})
    expect(await positionOf()).toBe(10)
    await ask('POST', '/studio/redo', {})
    expect(await positionOf()).toBe(109)
  })

  it('has its history and what is on air after the host was killed in the midst of edits; its file is whole at any moment', async () => {
    await ask('PATCH', '/studio/program', { studioMode: true, transition: 'fade' })
    await ask('POST', '/studio/program', { scene: 'talk', transition: 'cut' })
    await ask('POST', '/studio/preview', { scene: 'intro' })
    await ask('PATCH', '/studio/scenes/talk', { name: 'Talk of the evening' })
    await saved()
    for (let round = 0; round < 3; round++) {
      // Writes are under way at the moment of death.
      const edits = Array.from({ length: 60 }, (_, x) =>
        host.api('PATCH', '/studio/scenes/talk/items/red', { position: { x: 20 + x } }).catch(() => undefined),
      )
      await Promise.race([Promise.all(edits), sleep(40 + 60 * round)])
      await host.kill('SIGKILL')
      await Promise.all(edits)
      expect(onDisk('Evening').scenes[1].name).toBe('Talk of the evening')
      host = await startHost({ name: 'studio-state', dataDir })
      expect(readdirSync(join(dataDir, 'studio', 'collections')).filter((name) => name.endsWith('.tmp'))).toEqual([])
    }
    expect(await ask('GET', '/studio/program')).toMatchObject({
      studioMode: true,
      transition: 'fade',
      canvases: [
        { canvas: 'main', program: 'talk', preview: 'intro' },
        { canvas: 'tall', program: 'tall-talk' },
      ],
    })
    const { state } = await until(
      () => ask('GET', '/studio'),
      (status) => status.state === 'running' || status.state === 'failed',
      'the studio is back',
    )
    if (state === 'running') {
      await until(
        async () => {
          const [intro, talk, program] = await Promise.all(['scene=intro', 'scene=talk', 'program=main'].map(screenshot))
          return !intro!.equals(talk!) && program!.equals(talk!)
        },
        (isTalk) => isTalk,
        'the program shows its scene again',
      )
    }
    while ((await ask('GET', '/studio/history')).undo[0].name === 'Move "red"') await ask('POST', '/studio/undo', {})
    expect(await ask('POST', '/studio/undo', {})).toMatchObject({ name: 'Change name of "Talk of the evening"' })
    expect((await ask('GET', '/studio/scenes/talk')).item.name).toBe('talk')
    await ask('PATCH', '/studio/program', { studioMode: false, transition: null })
  })

  it('that is invalid is rejected with its places, and what is open goes on untouched', async () => {
    await saved()
    const before = readFileSync(file('Evening'), 'utf8')
    const bad = structuredClone(document) as any
    bad.scenes[1].items[0].source = 'cam9'
    bad.sources[0].kind = 'hologram'
    writeFileSync(file('Broken'), JSON.stringify(bad))
    const refused = await host.api('POST', '/studio/collections/Broken/open', {})
    expect(refused).toMatchObject({ status: 400, body: { code: 'studio.collection_invalid' } })
    expect(refused.body.detail).toContain('sources[0].kind: there is no kind of source "hologram"')
    const replaced = await host.api('PUT', '/studio/collection', bad)
    expect(replaced.status).toBe(400)
    const newer = await host.api('POST', '/studio/collections', { name: 'New', collection: { ...document, version: 99 } })
    expect(newer).toMatchObject({ status: 400, body: { code: 'studio.collection_newer' } })
    expect(existsSync(file('New'))).toBe(false)
    expect(await ask('GET', '/studio')).toMatchObject({ open: { name: 'Evening' } })
    expect(readFileSync(file('Evening'), 'utf8')).toBe(before)
    expect((await host.api('POST', '/studio/open', { file: join(dataDir, 'none.json') })).body.code).toBe('studio.collection_unreadable')
  })

  it('keeps its versions, goes back to one, and takes what another program writes into its file', async () => {
    const { items } = await ask('GET', '/studio/collection/versions')
    expect(items.length).toBeGreaterThan(0)
    await ask('PUT', '/studio/collection', { ...document, name: 'Replaced' })
    expect((await ask('GET', '/studio/collections/Evening/export?secrets=true')).outputs[0].settings.key).toBe('very-secret-key')
    await saved()
    const [newest] = (await ask('GET', '/studio/collection/versions')).items
    expect(await ask('POST', `/studio/collection/versions/${newest.id}/restore`)).toMatchObject({
      undo: `Restore the version of ${newest.id}`,
    })
    expect((await ask('GET', '/studio/collection')).collection.name).toBe('Evening')
    await saved()
    writeFileSync(file('Evening'), JSON.stringify({ ...onDisk('Evening'), name: 'From elsewhere' }))
    await until(
      () => ask('GET', '/studio/collection'),
      ({ collection }) => collection.name === 'From elsewhere',
      'what another program wrote is taken',
    )
    writeFileSync(file('Evening'), 'not a collection')
    const torn = await until(
      () => ask('GET', '/studio/collection'),
      ({ conflict }) => conflict,
      'the conflict is told',
    )
    expect(torn).toMatchObject({ error: { code: 'studio.collection_invalid' }, collection: { name: 'From elsewhere' } })
    await ask('PATCH', '/studio/collection', { name: 'Mine' })
    expect(readFileSync(file('Evening'), 'utf8')).toBe('not a collection')
    await ask('POST', '/studio/collection/resolve', { keep: 'mine' })
    await saved()
    expect(onDisk('Evening').name).toBe('Mine')
  })
})

describe('what is on air', () => {
  it('is switched with the canvases that follow, on a frame that is reported, and prepared in a preview', async (context) => {
    await needFrames(context)
    await ask('POST', '/studio/program', { scene: 'talk', transition: 'cut' })
    const cut = await ask('POST', '/studio/program', { scene: 'intro', transition: 'cut' })
    expect(cut).toMatchObject({
      canvas: 'main',
      scene: 'intro',
      transition: 'cut',
      frame: expect.any(Number),
      followed: [{ canvas: 'tall', scene: 'tall-intro' }],
    })
    expect((await host.api('POST', '/studio/preview', { scene: 'talk' })).body.code).toBe('studio.mode_off')
    await ask('PATCH', '/studio/program', { studioMode: true })
    await ask('POST', '/studio/preview', { scene: 'talk' })
    const faded = await ask('POST', '/studio/transition', { transition: 'fade', durationMs: 100 })
    expect(faded).toMatchObject({ scene: 'talk', transition: 'fade', durationMs: 100 })
    expect(faded.frame).toBeGreaterThan(cut.frame)
    const { canvases } = await until(
      () => ask('GET', '/studio/program'),
      (program) => program.canvases[0].transition === null,
      'the fade is over',
    )
    expect(canvases[0]).toMatchObject({ program: 'talk', preview: 'intro' })
    await ask('PATCH', '/studio/program', { studioMode: false })
    const reply = await fetch(`${host.http}/api/v1/studio/screenshot?type=jpeg&width=64`)
    expect(reply.headers.get('content-type')).toBe('image/jpeg')
    expect([...new Uint8Array(await reply.arrayBuffer()).subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff])
  })

  it('looks the same when items are grouped, one of the group hidden and shown, and the group taken apart', async (context) => {
    await needFrames(context)
    const dot = { bounds: { fit: 'stretch', width: 40, height: 30 } }
    await ask('POST', '/studio/scenes', {
      id: 'pairs',
      items: [
        { id: 'near', source: 'blue', position: { x: 60, y: 50 }, ...dot },
        { id: 'far', source: 'red', position: { x: 200, y: 120 }, alignment: { x: 'center', y: 'center' }, rotation: 30, ...dot },
      ],
    })
    const [, , apart] = await until(
      async () => {
        const shot = await screenshot('scene=pairs')
        const { channels } = await sharp(shot).stats()
        return [channels[0]!.max, channels[2]!.max, shot] as const
      },
      ([red, blue]) => red > 200 && blue > 200,
      'both sources have pictures',
    )
    await ask('POST', '/studio/scenes/pairs/group', { items: ['near', 'far'], id: 'both' })
    // Edges of what is turned may differ by a rounding: it is composed twice.
    expect(await difference(await screenshot('scene=pairs'), apart)).toBeLessThan(0.3)
    await ask('PATCH', '/studio/scenes/pairs/items/near', { visible: false })
    const alone = await screenshot('scene=pairs')
    expect(await difference(alone, apart)).toBeGreaterThan(1)
    await ask('POST', '/studio/scenes/pairs/items/both/ungroup', {})
    expect(await difference(await screenshot('scene=pairs'), alone)).toBeLessThan(0.3)
    await ask('PATCH', '/studio/scenes/pairs/items/near', { visible: true })
    expect((await screenshot('scene=pairs')).equals(apart)).toBe(true)
    await ask('DELETE', '/studio/scenes/pairs')
  })

  it('gives place to another scene where it is removed, and comes back with undo', async () => {
    await ask('POST', '/studio/program', { scene: 'talk', transition: 'cut' })
    expect((await host.api('DELETE', '/studio/scenes/tall-talk')).status).toBe(200)
    await ask('DELETE', '/studio/scenes/talk')
    expect((await ask('GET', '/studio/program')).canvases).toMatchObject([{ program: 'intro' }, { program: 'tall-intro' }])
    await ask('POST', '/studio/undo', {})
    await ask('POST', '/studio/undo', {})
    await ask('POST', '/studio/program', { scene: 'talk' })
    expect((await ask('GET', '/studio/program')).canvases).toMatchObject([{ program: 'talk' }, { program: 'tall-talk' }])
  })

  it('is controlled by actions, macros and hotkeys', async () => {
    await ask('POST', '/studio/actions', { do: 'switch', scene: 'intro' })
    const before = (await ask('GET', '/studio/sources/hum')).item.audio.muted
    expect(await ask('POST', '/studio/hotkeys', { chord: 'shift+ctrl+2' })).toMatchObject({
      items: [{ macro: 'go', state: 'done', done: 3 }],
    })
    expect((await ask('GET', '/studio/program')).canvases[0].program).toBe('talk')
    expect((await ask('GET', '/studio/sources/hum')).item.audio.muted).toBe(!before)
    expect(await ask('POST', '/studio/macros/broken/run')).toMatchObject({ state: 'failed', done: 1, error: { code: 'studio.not_found' } })
    expect(await ask('POST', '/studio/hotkeys', { chord: 'F13' })).toEqual({ items: [] })
    await ask('POST', '/studio/actions', { do: 'show', scene: 'talk', item: 'red', visible: 'toggle' })
    expect((await ask('GET', '/studio/scenes/talk/items/red')).item.visible).toBe(false)
    expect((await host.api('POST', '/studio/actions', { do: 'fly' })).status).toBe(400)
  })

  it('is metered thirty times a second while somebody asks for it by name, and not before', async (context) => {
    await needFrames(context)
    const open = async (topics: string) => {
      const socket = new WebSocket(`${host.http.replace('http', 'ws')}/api/v1/events?topics=${topics}`)
      const topicsHeard: string[] = []
      socket.on('message', (text) => topicsHeard.push(JSON.parse(String(text)).topic))
      await new Promise((resolve) => socket.once('open', resolve))
      return { socket, count: () => topicsHeard.filter((topic) => topic === 'studio.meters').length }
    }
    const all = await open('studio.')
    const named = await open('studio.meters')
    await until(
      () => named.count(),
      (count) => count >= 30,
      'a second of meters comes',
    )
    expect(all.count()).toBe(0)
    all.socket.close()
    named.socket.close()
  })
})

describe('a scene collection of OBS Studio', () => {
  it('becomes a collection, with a report of what could not be carried', async () => {
    const obs = JSON.parse(readFileSync(join(root, 'src-main/studio/document/import-obs/fixtures/obs-29.json'), 'utf8'))
    obs.sources.push({ id: 'ndi_source', name: 'Link', settings: {} })
    const folder = mkdtempSync(join(tmpdir(), 'ami-from-obs-'))
    const path = join(folder, 'From OBS.json')
    writeFileSync(join(folder, 'logo.png'), '')
    writeFileSync(path, JSON.stringify(obs))
    const reported = await streams(['studio', 'import-obs', path], { dataDir })
    expect(reported.errors).toBe('')
    expect(reported.out).toContain('The collection "From OBS" was created')
    expect(reported.out).toContain('source "Link": there is no kind of source for ndi_source')
    expect(reported.out).toContain('source "Film": /show/film.mp4 is not on this machine')
    // What moved together with the document is found beside it.
    const { sources } = await ask('GET', '/studio/collections/From%20OBS')
    expect(sources.find(({ id }: { id: string }) => id === 'Logo').settings.file).toBe(join(folder, 'logo.png'))
    rmSync(folder, { recursive: true, force: true })
    expect(await ask('GET', '/studio/collections/From%20OBS')).toMatchObject({
      name: 'From OBS',
      scenes: [{ name: 'Camera' }, { name: 'Talk' }, { name: 'Break' }],
    })
    const again = await host.api('POST', '/studio/import/obs', { name: 'From OBS', document: obs })
    expect(again.body.code).toBe('studio.collection_exists')
    expect((await host.api('POST', '/studio/import/obs', { name: 'x', document: { sources: [] } })).body.code).toBe('studio.import_invalid')
  })
})

describe('`streams studio run`', () => {
  it('opens a file on a host that runs already, tells what happens, and ends the show with Ctrl+C; edits are in the file', async () => {
    const show = join(dataDir, 'by-hand.json')
    writeFileSync(show, JSON.stringify({ format: 'ami-streams/collection', version: 1, scenes: [{ id: 'only', items: [] }] }))
    const child = spawn(process.execPath, [join(root, 'dist/host/main.js'), '--data', dataDir, 'studio', 'run', '--collection', show], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines: string[] = []
    createInterface({ input: child.stdout! }).on('line', (line) => lines.push(line))
    await until(
      () => lines.join('\n'),
      (text) => text.includes(show),
      'the file is open',
    )
    await ask('PATCH', '/studio/scenes/only', { name: 'Renamed' })
    await until(
      () => lines.join('\n'),
      (text) => text.includes('Change name of "Renamed"'),
      'the edit is told',
    )
    expect((await streams(['studio', 'scenes'], { dataDir })).out).toContain('Renamed')
    child.kill('SIGINT')
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
    expect(JSON.parse(readFileSync(show, 'utf8')).scenes[0].name).toBe('Renamed')
    expect(await ask('GET', '/studio')).toMatchObject({ open: null, state: 'off' })
    expect((await streams(['studio', 'status', '--json'], { dataDir })).json()).toMatchObject({ state: 'off' })
  })

  it('rejects a file that is no collection before anything runs', async () => {
    const bad = join(dataDir, 'bad.json')
    writeFileSync(bad, JSON.stringify({ format: 'ami-streams/collection', version: 1, scenes: [{ id: 'a', items: [{ source: 'x' }] }] }))
    const elsewhere = mkdtempSync(join(tmpdir(), 'ami-studio-run-'))
    const flags = [...freePorts, '--webrtc-port', 'off']
    const reported = await streams(['studio', 'run', '--collection', bad, ...flags], { dataDir: elsewhere })
    expect(reported.code).toBe(1)
    expect(reported.errors).toContain('scenes[0].items[0].source: no source "x"')
    rmSync(elsewhere, { recursive: true, force: true })
  })
})
