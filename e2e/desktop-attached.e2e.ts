import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { findProgram } from '../src-main/platform/programs/find-program.ts'
import { launchBrowser } from './helpers/browser.ts'
import { shareOfColor } from './helpers/canvas-share.ts'
import { watchDesktop } from './helpers/desktop-viewer.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type PrivatePipeWire, pipeWireMissing, startPipeWire } from './helpers/pipewire.ts'
import { skipBecause } from './helpers/skip.ts'
import { look, openCollection } from './helpers/studio-page.ts'
import { writeMouseReporter } from './helpers/terminal-steps.ts'
import { until } from './helpers/until.ts'

/** A Wayland compositor that is there already, here that of another host, seen and worked at by its socket. */

const missing = ['sway', 'foot'].every((program) => findProgram(program) !== undefined)
  ? undefined
  : 'sway and foot are needed: apt-get install sway foot'
let theirs: RunningHost
let host: RunningHost
let browser: Browser
/** Of the machine, which plays a tone. */
let pipeWire: PrivatePipeWire | undefined
let page: Page
let socket = ''
let made = ''
const typed = () => {
  const file = join(theirs.dataDir, 'typed.txt')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

beforeAll(async () => {
  if (missing !== undefined) return
  theirs = await startHost({ name: 'desktop-attached-theirs' })
  if (pipeWireMissing() === undefined) {
    pipeWire = await startPipeWire()
    await pipeWire.addSink('speakers')
    await pipeWire.playTone(440, { on: 'speakers' })
  }
  host = await startHost({ name: 'desktop-attached', ...(pipeWire && { env: pipeWire.env }) })
  // The terminal reports clicks as XTerm does: button, column, line.
  const script = join(theirs.dataDir, 'terminal.sh')
  writeMouseReporter(script, join(theirs.dataDir, 'typed.txt'))
  const command = ['foot', '--override=colors.background=103050', 'sh', script]
  const { id, server } = (await theirs.api('POST', '/desktop/displays', { protocol: 'wayland', command })).body
  made = id
  socket = server ?? ''
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await theirs?.api('DELETE', `/desktop/displays/${made}`).catch(() => undefined)
  for (const each of [host, theirs, pipeWire]) await each?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

it('is attached on the page, seen and typed in', async () => {
  await page.goto(`${host.http}/desktops`)
  await page.getByTestId('create-display').click()
  await page.getByTestId('display-name').fill('Theirs')
  await page.getByTestId('display-starts').selectOption('attach')
  await page.getByTestId('display-protocol').selectOption('wayland')
  expect(await page.getByTestId('display-authority').count()).toBe(0)
  await page.getByTestId('display-server').fill(socket)
  await look(page, 'desktop-attach-wayland')
  await page.getByTestId('display-submit').click()
  await page.getByRole('link', { name: 'Open Theirs' }).click()
  await page.locator('[data-testid=desktop][data-state=open]').waitFor()
  await until(async () => (await shareOfColor(page, [0x10, 0x30, 0x50])) > 0.8, 'the terminal is seen')
  const { width, height } = (await theirs.api('GET', `/desktop/displays/${made}`)).body
  const attached = async () => (await host.api('GET', '/desktop/displays')).body.items.find(({ name }) => name === 'Theirs')!
  // The size is that of its own programs, whatever the window.
  await until(async () => (await attached()).width > 0, 'its size is known')
  expect(await attached()).toMatchObject({ kind: 'attached', protocol: 'wayland', width, height })
  await page.getByTestId('desktop-keys').focus()
  // A window is drawn before its program listens to the keyboard.
  await until(async () => {
    await page.keyboard.press('Enter')
    await delay(250)
    return typed().includes('\r')
  }, 'the terminal listens')
  await page.keyboard.type('Grüße ß')
  await page.keyboard.press('Enter')
  await until(
    () => typed().includes('Grüße ß\r'),
    () => `typed is ${typed()}`,
  )
})

it('is clicked where the pointer is, also beside a second monitor of its own', async () => {
  await theirs.api('POST', `/desktop/displays/${made}/programs`, { command: ['swaymsg', 'create_output'] })
  const outputs = () =>
    spawnSync('swaymsg', ['-t', 'get_outputs'], { env: { ...process.env, SWAYSOCK: join(dirname(socket), 'sway') }, encoding: 'utf8' })
      .stdout
  await until(() => outputs().includes('HEADLESS-2'), 'there are two monitors')
  await page.goto(`${host.http}/desktops`)
  await page.getByRole('link', { name: 'Open Theirs' }).click()
  await page.locator('[data-testid=desktop][data-state=open]').waitFor()
  const canvas = page.getByTestId('desktop-canvas')
  await until(async () => (await shareOfColor(page, [0x10, 0x30, 0x50])) > 0.8, 'the first one is seen')
  const { x, y, width, height } = (await canvas.boundingBox())!
  // Right of the middle: that is the second monitor, were the pointer one of both.
  await until(async () => {
    await page.mouse.click(x + width * 0.75, y + height / 2)
    return /\[<0;\d+;\d+M/.test(typed())
  }, 'the click arrives')
  const [, column, line] = /\[<0;(\d+);(\d+)M/.exec(typed())!
  await page.mouse.click(x + 5, y + 5)
  await until(
    () => typed().includes('\x1b[<0;1;1M'),
    () => `the first character is clicked: ${typed()}`,
  )
  expect([Number(column) > 50, Number(line) > 10]).toEqual([true, true])
})

it('has the monitors that its programs give it', async () => {
  const { items } = (await host.api('GET', '/desktop/displays')).body
  const { id } = items.find(({ name }) => name === 'Theirs')!
  const monitors = [0, 800].map((x) => ({ x, y: 0, width: 800, height: 600 }))
  const rejected = { code: 'desktop.attached', remedy: expect.stringContaining('monitors') }
  expect((await host.api('PATCH', `/desktop/displays/${id}`, { monitors })).body).toMatchObject(rejected)
  expect(await page.getByTestId('desktop-monitors').count()).toBe(0)
  const viewer = watchDesktop(host, { display: id })
  expect(await viewer.heard('monitors')).toMatchObject({ several: false })
  viewer.send({ kind: 'arrange', monitors })
  expect(await viewer.heard('problem')).toMatchObject(rejected)
  viewer.leave()
})

it('has no audio: what the machine plays is not for who looks at it, whatever they ask for', async (context) => {
  if (pipeWire === undefined) skipBecause(context, pipeWireMissing() ?? '')
  const { items } = (await host.api('GET', '/desktop/displays')).body
  const display = items.find(({ name }) => name === 'Theirs')!
  expect(display.audio).toBeNull()
  let packets = 0
  const viewer = watchDesktop(host, {
    display: display.id,
    onUpdate: (message) => {
      if (message[0] === 4) packets++
    },
  })
  await viewer.joined()
  viewer.send({ kind: 'listen', on: true }, { kind: 'microphone', on: true }, { kind: 'camera', on: true })
  await viewer.read()
  await until(() => viewer.updates() > 0, 'the display is seen')
  await delay(2000)
  expect(packets).toBe(0)
  expect(await pipeWire!.output('pw-cli', ['ls', 'Node'])).not.toMatch(/ami-streams-(camera|microphone)/)
  viewer.leave()
})

it('is rejected where it is no path, has a cookie, is made here, or nobody listens', async () => {
  const added = async (of: RunningHost, attach: { readonly server: string; readonly authority?: string }) =>
    (await of.api('POST', '/desktop/displays', { protocol: 'wayland', attach })).body
  expect(await added(host, { server: ':1' })).toMatchObject({ code: 'desktop.attached' })
  expect(await added(host, { server: socket, authority: '/etc/passwd' })).toMatchObject({ code: 'desktop.attached' })
  expect(await added(theirs, { server: socket })).toMatchObject({ code: 'desktop.shown_already' })
  expect(await added(host, { server: join(host.dataDir, 'wayland-9') })).toMatchObject({
    code: 'desktop.not_reachable',
    detail: expect.stringContaining('No Wayland compositor listens'),
  })
})

it('is a source of the studio', async () => {
  const { items } = (await host.api('GET', '/desktop/displays')).body
  const { id } = items.find(({ name }) => name === 'Theirs')!
  const collection = { format: 'ami-streams/collection', version: 1, name: 'Show', scenes: [{ id: 'show', name: 'Show', items: [] }] }
  await openCollection(host, collection)
  const source = { id: 'desk', kind: 'desktop-display', settings: { device: id } }
  await host.api('POST', '/studio/edits', { edits: [{ do: 'add', to: 'sources', value: source }] })
  await until(async () => {
    const image = await fetch(`${host.http}/api/v1/studio/screenshot?source=desk&type=png`)
    if (!image.ok) return false
    const { channels } = await sharp(Buffer.from(await image.arrayBuffer())).stats()
    return [0x10, 0x30, 0x50].every((value, channel) => Math.abs(value - channels[channel]!.mean) < 16)
  }, 'the terminal is in the studio')
  expect((await host.api('GET', `/desktop/displays/${id}`)).body.inShow).toBe(true)
  await host.api('DELETE', '/studio/sources/desk')
})

it('goes on when it is removed here', async () => {
  await page.goto(`${host.http}/desktops`)
  const { items } = (await host.api('GET', '/desktop/displays')).body
  expect((await host.api('DELETE', `/desktop/displays/${items.find(({ name }) => name === 'Theirs')!.id}`)).status).toBe(204)
  expect((await theirs.api('GET', `/desktop/displays/${made}`)).body).toMatchObject({ state: 'running', server: socket })
})

it('says so when its compositor ends', async () => {
  const { id } = (await host.api('POST', '/desktop/displays', { name: 'Ends', protocol: 'wayland', attach: { server: socket } })).body
  await page.goto(`${host.http}/desktops/${id}`)
  await page.locator('[data-testid=desktop][data-state=open]').waitFor()
  await theirs.api('DELETE', `/desktop/displays/${made}`)
  await page.locator('[data-testid=desktop][data-state=failed]').getByText('It has ended').waitFor()
  await look(page, 'desktop-attach-ended')
  await host.api('DELETE', `/desktop/displays/${id}`)
})

/** Events of a compositor (wayland.xml): who sends them, and which. */
function waylandEvent(object: number, event: number, ...words: readonly (number | string)[]): Buffer {
  const body = words.map((word) => {
    if (typeof word === 'number') return Buffer.from(new Uint32Array([word]).buffer)
    const text = Buffer.alloc(4 + Math.ceil((word.length + 1) / 4) * 4)
    text.writeUInt32LE(word.length + 1)
    text.write(word, 4)
    return text
  })
  const bytes = 8 + body.reduce((sum, { length }) => sum + length, 0)
  return Buffer.concat([Buffer.from(new Uint32Array([object, (bytes << 16) | event]).buffer), ...body])
}

/** Announces outputs for as long as they are read. */
function announceOutputs(to: Socket): void {
  // Object 2 is the registry, the first that a client asks for.
  const outputs = Buffer.concat(Array.from({ length: 1000 }, (_, name) => waylandEvent(2, 0, name, 'wl_output', 1)))
  const more = (): void => {
    if (!to.destroyed) to.write(outputs, more)
  }
  to.once('data', more)
}

it.each([
  ['says nothing', () => undefined],
  ['announces outputs without end', announceOutputs],
])('says so when what listens there %s', async (what, behaves) => {
  const path = join(host.dataDir, `hostile-${what.length}`)
  const open = new Set<Socket>()
  const hostile = createServer((to) => {
    open.add(to)
    to.on('error', () => undefined)
    behaves(to)
  })
  await new Promise<void>((resolve) => hostile.listen(path, resolve))
  const { id } = (await host.api('POST', '/desktop/displays', { name: what, protocol: 'wayland', attach: { server: path } })).body
  try {
    await page.goto(`${host.http}/desktops/${id}`)
    await page.locator('[data-testid=desktop][data-state=failed]').getByText('It does not answer').waitFor()
  } finally {
    await host.api('DELETE', `/desktop/displays/${id}`)
    for (const each of open) each.destroy()
    hostile.close()
  }
})
