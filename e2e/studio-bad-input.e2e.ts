import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningHost, startHost } from './helpers/host.ts'
import { hugePng } from './helpers/huge-png.ts'
import { requestsTo } from './helpers/requests.ts'
import { until } from './helpers/until.ts'

/** Whatever is put into a show that runs and is recorded: errors say what is wrong and where, and the show goes on. */

let host: RunningHost
let silent: Server
let pid: number | null
let lagMs = 0
let lagTimer: NodeJS.Timeout
const folder = mkdtempSync(join(tmpdir(), 'ami-studio-bad-'))
const at = (name: string): string => join(folder, name)
const whole = { fit: 'stretch', width: 640, height: 360 }

const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Bad input',
  frameRate: { numerator: 30, denominator: 1 },
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360 }],
  sources: [{ id: 'card', name: 'Card', kind: 'test-pattern', audio: {} }],
  scenes: [
    { id: 'show', name: 'Show', canvas: 'main', items: [{ id: 'card', source: 'card', bounds: whole }] },
    { id: 'other', name: 'Other', canvas: 'main' },
  ],
  outputs: [
    {
      id: 'file',
      name: 'File',
      kind: 'recording',
      canvas: 'main',
      settings: { folder },
      video: { bitrateKbps: 1500, keyframeMs: 1000, preset: 'ultrafast' },
    },
  ],
}

interface Report {
  readonly state: string
  readonly problem?: string
}

const done = requestsTo(() => host)

/** A source of the scene on air, so that its frames are needed; answers its id. */
let made = 0
async function show(kind: string, settings: object): Promise<string> {
  const id = `${kind}-${++made}`
  const edits = [
    { do: 'add', to: 'sources', value: { id, name: id, kind, settings, audio: {} } },
    { do: 'add', to: 'scenes/show/items', value: { id: `item-${id}`, source: id } },
  ]
  await done('POST', '/studio/edits', { edits })
  return id
}

const reportOf = async (id: string): Promise<Report | null> =>
  (await done<{ item: { report: Report | null } }>('GET', `/studio/sources/${id}`)).item.report

/** Waits until a source is in one of the states, with words about it. */
async function reports(id: string, states: readonly string[], words: RegExp): Promise<void> {
  let report: Report | null = null
  await until(
    async () => {
      report = await reportOf(id)
      return report !== null && states.includes(report.state) && words.test(report.problem ?? '')
    },
    () => `${id} tells ${JSON.stringify(report)}`,
  )
}

async function runs(id: string): Promise<void> {
  let report: Report | null = null
  await until(
    async () => {
      report = await reportOf(id)
      return report?.state === 'running'
    },
    () => `${id} tells ${JSON.stringify(report)}`,
  )
}

const revision = async (): Promise<number> => (await done<{ revision: number }>('GET', '/studio/collection')).revision

/** The request is rejected with words that name the place, and the collection stays as it is. */
async function refused(method: string, path: string, body: object, place: RegExp, statuses: readonly number[] = [400, 404, 409, 422]) {
  const before = await revision()
  const answer = await host.api(method, path, body)
  expect(statuses, `${method} ${path} ${JSON.stringify(body).slice(0, 200)}: ${JSON.stringify(answer.body)}`).toContain(answer.status)
  expect(JSON.stringify(answer.body)).toMatch(place)
  expect(await revision()).toBe(before)
}

const removeAll = async (ids: readonly string[]) =>
  void (await done('POST', '/studio/edits', { edits: ids.map((id) => ({ do: 'remove', at: `sources/${id}` })) }))

const statistics = () => done<{ pid: number | null; restarts: number; state: string }>('GET', '/studio/statistics')

/** The studio is still the same process, and still answers with frames of its program. */
async function goesOn(): Promise<void> {
  const screenshot = await fetch(`${host.http}/api/v1/studio/screenshot?width=160`)
  expect(screenshot.status).toBe(200)
  expect((await screenshot.arrayBuffer()).byteLength).toBeGreaterThan(200)
  const now = await statistics()
  expect(now).toMatchObject({ pid, restarts: 0, state: 'running' })
}

function clip(seconds: number): Buffer {
  const made = spawnSync('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=30', '-f', 'lavfi', '-i', 'sine=440', '-t', String(seconds)],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-f', 'mpegts', '-'],
  ])
  return made.stdout
}

beforeAll(async () => {
  host = await startHost({ name: 'studio-bad-input' })
  silent = createServer(() => undefined)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  writeFileSync(at('show.json'), JSON.stringify(collection))
  await done('POST', '/studio/open', { file: at('show.json') })
  await until(
    async () => (await statistics()).state === 'running',
    () => 'the studio does not run',
  )
  await done('POST', '/studio/outputs/file/start', {})
  await until(
    async () => (await done<{ outputs: { state: string }[] }>('GET', '/studio')).outputs[0]?.state === 'live',
    () => 'the recording does not begin',
  )
  pid = (await statistics()).pid
  // How late a process of this machine is that has nothing to do with the studio.
  let before = performance.now()
  lagTimer = setInterval(() => {
    const now = performance.now()
    lagMs = Math.max(lagMs, now - before - 10)
    before = now
  }, 10)
})
afterAll(async () => {
  clearInterval(lagTimer)
  silent?.closeAllConnections()
  silent?.close()
  await host?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('bad input while a show is recorded', () => {
  it('broken, cut off, foreign and absent files are reported by their sources', async () => {
    const good = clip(2)
    expect(good.length).toBeGreaterThan(20_000)
    const broken = Buffer.from(good)
    for (let index = 376; index < broken.length; index += 7) broken[index] = (index * 31) & 0xff
    writeFileSync(at('broken.ts'), broken)
    writeFileSync(at('cut.ts'), good.subarray(0, good.length / 3))
    writeFileSync(at('empty.mp4'), '')
    writeFileSync(at('letter.mp4'), 'Dear reader, this is no film.\n'.repeat(50))
    writeFileSync(at('letter.png'), 'Dear reader, this is no video.\n')
    writeFileSync(at('huge.png'), hugePng(16_384, 0x808080))
    const ids = [
      [await show('media', { file: at('letter.mp4') }), /letter\.mp4|no media|Invalid data/i],
      [await show('media', { file: at('empty.mp4') }), /./],
      [await show('media', { file: at('absent.mp4') }), /absent\.mp4/],
      [await show('image', { file: at('letter.png') }), /letter\.png/],
      [await show('image', { file: at('absent.png') }), /absent\.png/],
      [await show('image', { file: folder }), /./],
    ] as const
    const huge = await show('image', { file: at('huge.png') })
    const loops = [await show('media', { file: at('broken.ts'), loop: true }), await show('media', { file: at('cut.ts'), loop: true })]
    for (const [id, words] of ids) await reports(id, ['failed', 'waiting'], words)
    // Either it is shown smaller than it is, or it says that it is too large.
    let report: Report | null = null
    await until(
      async () => {
        report = await reportOf(huge)
        return report?.state === 'running' || /16384|large|big|pixels/i.test(report?.problem ?? '')
      },
      () => `the huge image reports ${JSON.stringify(report)}`,
    )
    for (const id of loops) {
      await until(
        async () => {
          report = await reportOf(id)
          return report?.state === 'running' || report?.problem !== undefined
        },
        () => `${id} tells ${JSON.stringify(report)}`,
      )
    }
    await goesOn()
    await removeAll([...ids.map(([id]) => id), huge, ...loops])
  })

  it('files that vanish and come back, and fonts that nobody has', async () => {
    writeFileSync(at('note.txt'), 'Tonight')
    const note = await show('text', { from: 'file', file: at('note.txt') })
    const font = await show('text', { text: 'Hello', font: 'No Such Font At All' })
    await runs(note)
    await reports(font, ['running'], /No Such Font/)
    rmSync(at('note.txt'))
    await until(
      async () => (await reportOf(note))?.problem !== undefined,
      () => 'nobody misses the text file',
    )
    writeFileSync(at('note.txt'), 'Tomorrow')
    await until(
      async () => JSON.stringify(await reportOf(note)) !== '' && (await reportOf(note))?.problem === undefined,
      () => 'nobody sees the text file again',
    )
    const late = await show('media', { file: at('late.ts'), loop: true })
    await reports(late, ['failed', 'waiting'], /late\.ts/)
    writeFileSync(at('late.ts'), clip(1))
    await runs(late)
    rmSync(at('late.ts'))
    await goesOn()
    await removeAll([note, font, late])
  })

  it('devices, displays and URLs that are not there', async () => {
    const { port } = silent.address() as AddressInfo
    const kinds = (await done<{ items: { kind: string }[] }>('GET', '/studio/source-kinds')).items.map(({ kind }) => kind)
    const closed = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port: free } = server.address() as AddressInfo
        server.close(() => resolve(free))
      })
    })
    const ids = [
      await show('display', { server: ':4711' }),
      await show('window', { server: ':4711', device: 'nobody' }),
      await show('camera', { device: 'no-such-camera' }),
      await show('v4l2-camera', { device: '/dev/video4711' }),
      await show('microphone', { device: 'no-such-microphone' }),
      await show('application-sound', { device: 'no-such-program' }),
      await show('stream', { address: `rtmp://127.0.0.1:${closed}/live/none` }),
      await show('stream', { address: 'gopher://127.0.0.1/none' }),
      await show('stream', { stream: 'nobody-sends-this' }),
      await show('text', { from: 'url', url: `http://127.0.0.1:${closed}/` }),
      ...(kinds.includes('browser') ? [await show('browser', { url: `http://127.0.0.1:${closed}/` })] : []),
    ]
    const hangs = [
      await show('stream', { address: `http://127.0.0.1:${port}/hangs.m3u8` }),
      ...(kinds.includes('browser') ? [await show('browser', { url: `http://127.0.0.1:${port}/` })] : []),
    ]
    for (const id of ids) await reports(id, ['failed', 'waiting'], /.{10}/)
    for (const id of hangs) await reports(id, ['starting', 'waiting', 'failed'], /^/)
    await goesOn()
    await removeAll([...ids, ...hangs])
  })

  it('settings and requests that mean nothing are rejected with their place, and change nothing', async () => {
    const items = '/studio/scenes/show/items'
    await refused('POST', '/studio/sources', { name: 'A', kind: 'no-such-kind' }, /kind/)
    await refused('POST', '/studio/sources', { name: 'A', kind: 'color', settings: { color: 'very red' } }, /settings\.color/)
    await refused('POST', '/studio/sources', { name: 'A', kind: 'color', settings: { width: 1e9, height: -4 } }, /settings\.width/)
    await refused('POST', '/studio/sources', { name: 'A', kind: 'media', settings: { speed: 0 } }, /settings\.speed/)
    await refused('POST', '/studio/sources', { name: 'A'.repeat(5000), kind: 'color' }, /name/)
    await refused('PATCH', '/studio/sources/card', { settings: { pattern: 'none', beep: 7 } }, /settings\.pattern/)
    await refused('PATCH', `${items}/card`, { rotation: 1e9 }, /rotation/)
    await refused('PATCH', `${items}/card`, { scale: { x: 1e300, y: 1 } }, /scale\.x/)
    await refused('PATCH', `${items}/card`, { position: { x: '7', y: 0 } }, /position\.x/)
    await refused('PATCH', `${items}/card`, { crop: { left: -1 } }, /crop\.left/)
    await refused('PATCH', `${items}/card`, { opacity: 2, blend: 'burn' }, /opacity/)
    await refused('PATCH', `${items}/card`, { bounds: { fit: 'stretch', width: 0, height: 0 } }, /bounds\.width/)
    await refused('PATCH', `${items}/nobody`, { opacity: 1 }, /nobody/)
    await refused('DELETE', '/studio/sources/nobody', {}, /nobody/)
    await refused('POST', items, { source: 'nobody' }, /nobody/)
    await refused('POST', '/studio/scenes/nobody/items', { source: 'card' }, /nobody/)
    await refused('POST', '/studio/program', { scene: 'nobody' }, /nobody/)
    await refused('POST', '/studio/sources/card/filters', { kind: 'glow' }, /glow/)
    await refused('POST', '/studio/sources/card/filters', { kind: 'blur', settings: { radius: -3 } }, /radius/)
    await refused('PUT', '/studio/collection', { format: 'ami-streams/collection', version: 1, scenes: 'many' }, /scenes/)
    await refused(
      'POST',
      '/studio/edits',
      { edits: [{ do: 'add', to: 'scenes/show/items', value: { source: 'card' } }, { do: 'dance' }] },
      /edits/,
    )
    await refused('POST', items, { scene: 'show' }, /show in show|each other/)
    await done('POST', items, { id: 'inner', scene: 'other' })
    await refused('POST', '/studio/scenes/other/items', { scene: 'show' }, /each other/)
    await done('DELETE', `${items}/inner`)
    const before = await revision()
    for (const body of ['{"position":{"x":NaN,"y":0}}', '{"opacity":Infinity}', '{"opacity":1e999}', '{', '[]', '"x"']) {
      const answer = await fetch(`${host.http}/api/v1${items}/card`, {
        method: 'PATCH',
        body,
        headers: { 'content-type': 'application/json' },
      })
      expect([400, 422], `${body}: ${answer.status}`).toContain(answer.status)
    }
    expect(await revision()).toBe(before)
    await goesOn()
  })

  it('transforms at the edge of what is allowed, and two hundred items', async () => {
    const item = '/studio/scenes/show/items/card'
    const layouts = [
      { scale: { x: 0, y: 0 }, bounds: null },
      { scale: { x: -1e6, y: 1e6 } },
      { scale: { x: 1e-9, y: 1e6 }, rotation: 35_999.5 },
      { scale: { x: 1e6, y: 1e6 }, rotation: 45, position: { x: -1e6, y: 1e6 } },
      { scale: { x: 1, y: 1 }, rotation: 0, position: { x: 0, y: 0 }, crop: { left: 16_384, top: 16_384, right: 16_384, bottom: 16_384 } },
      { crop: { left: 320, right: 319, top: 359, bottom: 0 } },
      { crop: { left: 0, right: 0, top: 0, bottom: 0 }, bounds: { fit: 'cover', width: 16_384, height: 1 } },
      { bounds: { fit: 'cover', width: 1, height: 16_384 }, rotation: -36_000 },
      { bounds: { fit: 'cover', width: 333, height: 359 }, rotation: 0 },
      { bounds: whole, rotation: 0, blend: 'color-burn', opacity: 1e-12 },
      { blend: 'normal', opacity: 1 },
    ]
    for (const layout of layouts) {
      await done('PATCH', item, layout)
      await done('POST', '/studio/scenes/show/group', { items: ['card'], id: 'group' })
      await delay(70)
      await done('POST', '/studio/undo', {})
      await delay(40)
    }
    // What moves from one crop to another passes by crops that are no whole pixels.
    await done('POST', '/studio/transitions', { id: 'move', name: 'Move', kind: 'move', durationMs: 300 })
    await done('POST', '/studio/scenes/other/items', { id: 'cut', source: 'card', crop: { left: 101, top: 7, right: 0, bottom: 3 } })
    for (const scene of ['other', 'show']) {
      await done('POST', '/studio/program', { scene, transition: 'move' })
      await delay(400)
    }
    const many = Array.from({ length: 200 }, (_, index) => ({
      do: 'add',
      to: 'scenes/show/items',
      value: {
        id: `many-${index}`,
        source: 'card',
        position: { x: (index % 20) * 32, y: Math.floor(index / 20) * 36 },
        bounds: { fit: 'stretch', width: 30, height: 34 },
        rotation: index % 3 === 0 ? index : 0,
      },
    }))
    await done('POST', '/studio/edits', { edits: many })
    await delay(500)
    await goesOn()
    await refused(
      'POST',
      '/studio/edits',
      { edits: Array.from({ length: 400 }, () => ({ do: 'add', to: 'scenes/show/items', value: { source: 'card' } })) },
      /items|edits/,
    )
    await done('POST', '/studio/undo', {})
    await goesOn()
  })

  it('filters without their table or mask are left out, come with their file, and outlive the source of a mask', async () => {
    writeFileSync(at('letter.cube'), 'LUT_3D_SIZE two\nnothing of the sort\n')
    const filters = '/studio/sources/card/filters'
    const socket = new WebSocket(`${host.http.replace('http', 'ws')}/api/v1/events?topics=studio.filter`)
    const reported: string[] = []
    socket.onmessage = ({ data }) => void reported.push(String(data))
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
    const problemsOf = (id: string, words: RegExp) =>
      until(
        async () => reported.some((each) => each.includes(`"${id}"`) && words.test(each)),
        () => `of ${id} was told ${JSON.stringify(reported)}`,
      )
    await done('POST', filters, { id: 'table', name: 'Table', kind: 'lut', settings: { file: at('letter.cube') } })
    await problemsOf('table', /letter\.cube, line 1/)
    await done('POST', filters, { id: 'absent', name: 'Absent', kind: 'lut', settings: { file: at('absent.cube') } })
    await problemsOf('absent', /absent\.cube/)
    const corners = Array.from({ length: 8 }, (_, index) => `${index & 1} ${(index >> 1) & 1} ${index >> 2}`)
    writeFileSync(at('absent.cube'), `LUT_3D_SIZE 2\n${corners.join('\n')}\n`)
    await done('POST', filters, { id: 'mask', name: 'Mask', kind: 'mask', settings: { source: 'nobody' } })
    await problemsOf('mask', /nobody/)
    await problemsOf('absent', /"problem":null/)
    // A mask whose source is there, goes, comes back as something else.
    await done('POST', '/studio/sources', { id: 'shape', name: 'Shape', kind: 'color', settings: { color: '#ffffff' } })
    await done('PATCH', `${filters}/mask`, { settings: { source: 'shape' } })
    await problemsOf('mask', /"problem":null/)
    for (let round = 0; round < 3; round++) {
      await done('DELETE', '/studio/sources/shape')
      await delay(80)
      await done('PATCH', '/studio/scenes/show/items/card', { opacity: 0.5 + round / 10 })
      await delay(80)
      await done('POST', '/studio/sources', { id: 'shape', name: 'Shape', kind: 'gradient' })
      await delay(80)
    }
    await done('PATCH', '/studio/sources/shape', { kind: 'color', settings: null }).catch(() => undefined)
    await delay(300)
    await goesOn()
    socket.close()
    for (const id of ['table', 'absent', 'mask']) await done('DELETE', `${filters}/${id}`)
  })

  it('the recording of it all has no hole, and is whole', async () => {
    await done('POST', '/studio/outputs/file/stop', {})
    await until(
      async () => (await done<{ outputs: { state: string }[] }>('GET', '/studio')).outputs[0]?.state === 'off',
      () => 'the recording does not end',
    )
    expect(host.log.filter((line) => line.includes('cannot be composed'))).toEqual([])
    const { items } = await done<{ items: { path: string }[] }>('GET', '/studio/files')
    expect(items).toHaveLength(1)
    const { stdout, stderr } = spawnSync(
      'ffprobe',
      ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', items[0]?.path as string],
      { encoding: 'utf8', maxBuffer: 1 << 26 },
    )
    expect(stderr).toBe('')
    const times = stdout
      .split('\n')
      .map((line) => Number.parseFloat(line))
      .filter(Number.isFinite)
      .sort((a, b) => a - b)
    expect(times.length).toBeGreaterThan(100)
    const holes = times.slice(1).map((time, index) => (time - (times[index] as number)) * 1000)
    expect(Math.max(...holes), `this process was up to ${lagMs.toFixed(0)} ms late`).toBeLessThan(1500 + 3 * lagMs)
  })
})
