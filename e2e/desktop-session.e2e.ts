import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { clipboardKind } from '../src-main/desktop/sessions/clipboard-kinds.ts'
import { updatedPixels, watchDesktop } from './helpers/desktop-viewer.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { requestsTo } from './helpers/requests.ts'
import { skipBecause } from './helpers/skip.ts'
import { openCollection } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'
import { lives, workersOf } from './helpers/workers.ts'
import { startXvfb, xvfbProgram } from './helpers/xvfb.ts'

/** Sessions of displays on the wire, without the page: what a client may do, and what a hostile one or a hostile program costs. */

const programs = ['Xvnc', 'xterm', 'xrandr', 'xsetroot', 'xmodmap']
const missing = programs.every((program) => existsSync(`/usr/bin/${program}`))
  ? undefined
  : `${programs.join(', ')} are needed: apt-get install tigervnc-standalone-server xterm x11-xserver-utils`
let host: RunningHost
const ask = requestsTo(() => host)
const open = new Set<WebSocket>()

beforeAll(async () => {
  if (missing === undefined) host = await startHost({ name: 'desktop-session' })
}, 120_000)

afterAll(async () => {
  if (host) for (const { id, kind } of (await ask('GET', '/desktop/displays')).items) if (kind === 'virtual') await remove(id)
  await host?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})
afterEach(() => {
  for (const socket of open) socket.terminate()
  open.clear()
})

const create = (more: object = {}): Promise<{ readonly id: string; readonly server: string }> =>
  ask('POST', '/desktop/displays', { command: null, ...more })
const remove = (id: string) => ask('DELETE', `/desktop/displays/${id}`)
const run = (id: string, ...command: readonly string[]) => ask('POST', `/desktop/displays/${id}/programs`, { command })
const shell = (id: string, script: string) => run(id, 'sh', '-c', script)
const authorityOf = (id: string, of = host) => join(of.dataDir, 'displays', id, 'xauthority')

/** Joins a session; `draws` false: acknowledges nothing. */
async function joinSession(id: string, draws = true, of = host, headers: Record<string, string> = {}) {
  const seen = {
    /** Kind and length of each binary message. */
    messages: [] as { readonly kind: number; readonly bytes: number }[],
    /** Of the display, as the last update has it. */
    size: '',
    /** What of the display has come. */
    pixels: 0,
  }
  const viewer = watchDesktop(of, {
    display: id,
    headers,
    draws,
    onUpdate: (message) => {
      seen.messages.push({ kind: message[0]!, bytes: message.length })
      if (message[0] !== 1) return
      seen.size = `${message.readUInt16LE(8)}x${message.readUInt16LE(10)}`
      seen.pixels += updatedPixels(message)
    },
  })
  open.add(viewer.socket)
  const isOpen = () => viewer.socket.readyState === viewer.socket.OPEN
  await until(() => isOpen() || viewer.rejected() !== undefined, 'the upgrade is answered')
  return { ...viewer, seen }
}

/** The status that an upgrade is answered with. */
const upgraded = async (of: RunningHost, headers: Record<string, string>, id = 'x') =>
  (await joinSession(id, true, of, headers)).rejected() ?? 101

describe('who may open a session', () => {
  it('is an admin, or one with a right to it, and no page of another host', async () => {
    const guarded = await startHost({ name: 'desktop-session-auth', args: ['--auth', 'on'] })
    try {
      const { token: adminToken } = JSON.parse(readFileSync(join(guarded.dataDir, 'host.json'), 'utf8')) as { readonly token: string }
      const admin = { authorization: `Bearer ${adminToken}` }
      const asAdmin = async (method: string, path: string, body?: object) => {
        const reply = await fetch(`${guarded.http}/api/v1${path}`, {
          method,
          headers: { ...admin, 'content-type': 'application/json' },
          ...(body && { body: JSON.stringify(body) }),
        })
        return reply.status === 204 ? undefined : reply.json()
      }
      const { id } = (await asAdmin('POST', '/desktop/displays', { command: null })) as { readonly id: string }
      expect(await upgraded(guarded, {}, id)).toBe(401)
      for (const role of ['viewer', 'editor']) {
        const { secret: token } = (await asAdmin('POST', '/tokens', { label: role, role })) as { readonly secret: string }
        expect(await upgraded(guarded, { authorization: `Bearer ${token}` }, id)).toBe(404)
      }
      expect(await upgraded(guarded, { origin: 'https://elsewhere.example' }, id)).toBe(403)
      expect(await upgraded(guarded, admin, 'no-such-display')).toBe(404)
      expect(await upgraded(guarded, admin, id)).toBe(101)
      await asAdmin('DELETE', `/desktop/displays/${id}`)
    } finally {
      await guarded.stop()
    }
  })

  it('is no page of another origin where nobody has to sign in', async () => {
    const { id } = await create()
    expect(await upgraded(host, { origin: 'https://elsewhere.example' }, id)).toBe(403)
    expect(await upgraded(host, { origin: host.http }, id)).toBe(101)
    await remove(id)
  })
})

describe('what a client sends', () => {
  it('costs its own connection where it is no message of a session', async () => {
    const { id } = await create()
    const [steady] = [await joinSession(id)]
    await until(() => steady.seen.messages.length > 0, 'the display is seen')
    const worker = workersOf(host, 'desktop-worker')
    const bad: readonly [string | Buffer, number][] = [
      ['', 1007],
      ['[', 1007],
      ['{"kind":"drawn","update":-1}', 1007],
      ['{"kind":"move","x":1e9,"y":0}', 1007],
      ['{"kind":"size","width":99999,"height":200}', 1007],
      ['{"kind":"join","viewer":1,"raw":true}', 1007],
      [JSON.stringify({ kind: 'held', codes: Array(33).fill('KeyA') }), 1007],
      [JSON.stringify({ kind: 'text', text: 'a'.repeat(1001) }), 1007],
      [Buffer.from('{"kind":"drawn","update":1}'), 1007],
      ['a'.repeat(20_000), 1007],
      ['a'.repeat(2_000_000), 1009],
      ['['.repeat(16_000), 1007],
    ]
    for (const [message, code] of bad) {
      const viewer = await joinSession(id)
      viewer.socket.send(message)
      await until(() => viewer.closed() !== undefined, `${String(message).slice(0, 40)} ends the connection`)
      expect([String(message).slice(0, 40), viewer.closed()]).toEqual([String(message).slice(0, 40), code])
    }
    const flood = await joinSession(id)
    for (let count = 0; count < 5000; count++) flood.send({ kind: 'move', x: count % 500, y: 3 })
    await until(() => flood.closed() !== undefined, 'a flood ends its connection')
    expect(flood.closed()).toBe(1008)
    expect([steady.closed(), workersOf(host, 'desktop-worker')]).toEqual([undefined, worker])
    await remove(id)
  })

  it('presses nothing on a display that it does not look at', async () => {
    const [mine, other] = [await create(), await create()]
    const log = join(host.dataDir, 'other.txt')
    await shell(other.id, `exec xterm -maximized -e sh -c 'cat > ${log}'`)
    await until(() => existsSync(log), 'a terminal listens on the other display')
    const viewer = await joinSession(mine.id)
    viewer.socket.send(JSON.stringify({ kind: 'client', viewer: 1, display: other.id, message: { kind: 'text', text: 'x\n' } }))
    await until(() => viewer.closed() === 1007, 'that is no message')
    const typing = await joinSession(mine.id)
    await until(() => typing.seen.messages.length > 0, 'the display is seen')
    typing.send({ kind: 'text', text: 'typed\n' })
    const there = await joinSession(other.id)
    await until(() => there.seen.messages.length > 0, 'the other display is seen')
    there.send({ kind: 'text', text: 'there\n' })
    await until(() => readFileSync(log, 'utf8') !== '', 'the terminal has written what was typed')
    expect(readFileSync(log, 'utf8')).toBe('there\n')
    for (const { id } of [mine, other]) await remove(id)
  })
})

describe('what a program on the display does', () => {
  it('is seen on the largest display, in messages of a bounded size', async () => {
    const { id } = await create({ width: 7680, height: 4320 })
    const viewer = await joinSession(id)
    await until(
      () => viewer.seen.pixels >= 7680 * 4320,
      () => `the whole display has come: ${viewer.seen.pixels} pixels`,
    )
    expect([viewer.seen.size, viewer.closed()]).toEqual(['7680x4320', undefined])
    expect(Math.max(...viewer.seen.messages.map(({ bytes }) => bytes))).toBeLessThan(17 * 1024 * 1024)
    await remove(id)
  })

  it('does not flood a client that acknowledges nothing', async () => {
    const { id } = await create()
    const [steady, silent] = [await joinSession(id), await joinSession(id, false)]
    await until(() => steady.seen.messages.some(({ kind }) => kind === 2), 'the pointer has an image')
    const file = join(host.dataDir, 'loops')
    const names = ['watch', 'left_ptr', 'xterm', 'crosshair']
    await shell(
      id,
      `for n in $(seq 60); do ${names.map((name) => `xsetroot -cursor_name ${name}`).join('; ')}; xsetroot -solid "#$(printf %06x $n)"; done; touch ${file}.cursor`,
    )
    await until(() => existsSync(`${file}.cursor`), 'the pointer was changed 240 times')
    await shell(id, `for n in $(seq 40); do xrandr --fb $((700 + n))x600; done; touch ${file}.size`)
    await until(() => existsSync(`${file}.size`), 'the display was resized 40 times')
    await until(
      async () => (await ask('GET', `/desktop/displays/${id}`)).width === 740 && steady.seen.size === '740x600',
      'its last size is kept',
    )
    expect(silent.seen.messages.filter(({ kind }) => kind !== clipboardKind)).toHaveLength(2)
    expect([steady.closed(), silent.closed()]).toEqual([undefined, undefined])
    await remove(id)
  })
})

describe('keys that the layout does not have', () => {
  /** Twelve signs of a round. */
  const signs = (round: number) => Array.from({ length: 12 }, (_, index) => String.fromCodePoint(0x4e00 + 12 * round + index)).join('')
  const keysOf = (id: string, server: string) =>
    spawnSync('xmodmap', ['-pke'], { env: { ...process.env, DISPLAY: server, XAUTHORITY: authorityOf(id) }, encoding: 'utf8' }).stdout

  /** Without keys for volume, mail and so on, which nobody has on a display that was made here: they are given meanings, too. */
  const meant = (keys: string) => keys.replace(/ XF86\w+| NoSymbol/g, '')

  it('are typed by a process that follows one that was killed, and are free again when it ends', async () => {
    const { id, server } = await create()
    const before = meant(keysOf(id, server))
    const log = join(host.dataDir, 'signs.txt')
    await shell(id, `exec xterm -maximized -u8 -e sh -c 'stty -icanon -echo; cat > ${log}'`)
    await until(() => existsSync(log), 'a terminal listens')
    const viewer = await joinSession(id)
    await until(() => viewer.seen.messages.length > 0, 'the display is seen')
    let typed = ''
    for (const round of [0, 1, 2]) {
      typed += signs(round)
      viewer.send({ kind: 'text', text: signs(round) })
      await until(
        () => readFileSync(log, 'utf8') === typed,
        () => `typed is ${typed}: ${readFileSync(log, 'utf8')}`,
        15_000,
      )
      const [worker] = workersOf(host, 'desktop-worker')
      process.kill(worker!, 'SIGKILL')
      await until(() => !lives(worker!) && workersOf(host, 'desktop-worker').length === 1, 'another process is there')
    }
    expect(meant(keysOf(id, server))).not.toBe(before)
    viewer.socket.close()
    // The process ends ten seconds after its last viewer has left.
    await until(() => workersOf(host, 'desktop-worker').length === 0, 'its process has ended')
    await until(() => meant(keysOf(id, server)) === before, 'the keys are as they were')
    await remove(id)
  })
})

describe('a display as a source of the studio', () => {
  const color = [0x20, 0x60, 0xa0] as const
  const paint = (id: string) => run(id, 'xsetroot', '-solid', `#${Buffer.from(color).toString('hex')}`)
  const source = async () => (await ask('GET', '/studio/sources/desk')).item.report
  /** Size and colour of the middle of what the studio shows of it. */
  const shown = async (): Promise<{ readonly size: string; readonly isPainted: boolean }> => {
    const reply = await fetch(`${host.http}/api/v1/studio/screenshot?source=desk&type=png`)
    if (!reply.ok) return { size: '', isPainted: false }
    const { data, info } = await sharp(Buffer.from(await reply.arrayBuffer()))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const at = ((info.height >> 1) * info.width + (info.width >> 1)) * 3
    return {
      size: `${info.width}x${info.height}`,
      isPainted: color.every((value, channel) => Math.abs(value - data[at + channel]!) < 12),
    }
  }
  const untilShown = (size: string, what: string) =>
    until(
      async () => {
        const { size: now, isPainted } = await shown()
        return isPainted && now === size
      },
      () => what,
    )
  /** Process of its X server. */
  const serverOf = (id: string): number =>
    Number(
      readdirSync('/proc').find((pid) => {
        try {
          const [program, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
          return program!.endsWith('Xvnc') && args.includes(authorityOf(id))
        } catch {
          return false
        }
      }),
    )
  const show = { format: 'ami-streams/collection', version: 1, name: 'Desks', scenes: [{ id: 'show', name: 'Show', items: [] }] }

  beforeAll(async () => {
    if (missing === undefined) await openCollection(host, show)
  })

  it('is shown in its size, which it follows, and comes back after it was gone', async () => {
    const { id } = await create({ name: 'Desk', width: 640, height: 480 })
    await paint(id)
    await ask('POST', '/studio/edits', {
      edits: [
        { do: 'add', to: 'sources', value: { id: 'desk', kind: 'desktop-display', settings: { device: id, cursor: false } } },
        { do: 'add', to: 'scenes/show/items', value: { source: 'desk' } },
      ],
    })
    await untilShown('640x480', 'the studio shows the display')
    await run(id, 'xrandr', '--fb', '500x400')
    await paint(id)
    await untilShown('500x400', 'it has its new size')
    expect((await ask('GET', `/desktop/displays/${id}`)).inShow).toBe(true)

    process.kill(serverOf(id), 'SIGKILL')
    await until(async () => /is gone|No X server answers/.test((await source()).problem ?? ''), 'it is waited for')
    // Who opens it starts it again.
    await paint(id)
    await until(async () => (await shown()).isPainted, 'it is shown again')
    await remove(id)
    await until(async () => (await source()).problem?.startsWith('There is no such desktop any more'), 'it does not come back')
    expect((await shown()).size).toBe('')
    await ask('DELETE', '/studio/sources/desk')
  })

  it('is put into a show by those alone who may see it', async () => {
    const { id } = await create({ name: 'Private' })
    const { token, secret } = await ask('POST', '/tokens', { label: 'Eve', role: 'editor' })
    const asEve = async (method: string, path: string, body?: object) => {
      const reply = await fetch(`${host.http}/api/v1${path}`, {
        method,
        headers: { 'authorization': `Bearer ${secret}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      })
      return { status: reply.status, body: (await reply.json()) as any }
    }
    const add = (device: string, name = 'desk') =>
      asEve('POST', '/studio/sources', { id: name, kind: 'desktop-display', settings: { device } })
    const listed = async () => (await asEve('GET', '/studio/devices?kind=desktop-display')).body.items.map((item: any) => item.id)
    expect(await listed()).toEqual([])
    expect((await add(id)).body.code).toBe('desktop.forbidden')
    expect((await add('')).status).toBe(201)
    expect((await asEve('PATCH', '/studio/sources/desk', { settings: { device: id } })).body.code).toBe('desktop.forbidden')
    const sources = [{ id: 'desk', kind: 'desktop-display', settings: { device: id } }]
    expect((await asEve('POST', '/studio/collections', { name: 'Own', collection: { ...show, sources } })).body.code).toBe(
      'desktop.forbidden',
    )
    await expect.poll(async () => (await source())?.problem).toBe('No desktop is chosen yet')
    await ask('PUT', `/desktop/displays/${id}/grants/${encodeURIComponent(`token:${token.id}`)}`, { rights: ['see'] })
    expect(await listed()).toEqual([id])
    expect((await add(id, 'other')).status).toBe(201)
    for (const name of ['desk', 'other']) await ask('DELETE', `/studio/sources/${name}`)
    await remove(id)
  })
})

it('ends programs that draw nothing with their display', async () => {
  const { id } = await create()
  const file = join(host.dataDir, 'silent.pid')
  await shell(id, `trap '' TERM; echo $$ > ${file}; while :; do sleep 1; done`)
  const pid = await until(() => existsSync(file) && Number(readFileSync(file, 'utf8')) > 0 && Number(readFileSync(file, 'utf8')), 'it runs')
  await remove(id)
  await until(() => !lives(pid), 'it is gone')
})

it.skipIf(xvfbProgram === undefined)('shows the screen of a user whose key is in the usual file', async () => {
  const screen = await startXvfb({ width: 640, height: 480 })
  const home = mkdtempSync(join(tmpdir(), 'ami-home-'))
  copyFileSync(screen.authority, join(home, '.Xauthority'))
  const env: Record<string, string | undefined> = { HOME: home, DISPLAY: screen.display, XAUTHORITY: undefined }
  const there = await startHost({ name: 'desktop-session-screen', env: env as Record<string, string> })
  try {
    const viewer = await joinSession('screen', true, there)
    await until(() => viewer.seen.size === '640x480', 'the screen is seen')
  } finally {
    await there.stop()
    await screen.stop()
    rmSync(home, { recursive: true, force: true })
  }
})
