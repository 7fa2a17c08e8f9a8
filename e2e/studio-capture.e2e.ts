import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { SourceReport } from '../src-main/media/source-report.ts'
import type { FrameStore, MediaStores } from '../src-main/media/worker/stores/media-stores.ts'
import { openReach } from '../src-main/platform/testing/open-reach.ts'
import { loadCompositor } from '../src-main/studio/worker/compositor/load-compositor.ts'
import { listDevices } from '../src-main/studio/worker/sources/list-devices.ts'
import type { RunningSource } from '../src-main/studio/worker/sources/running-source.ts'
import { startSource } from '../src-main/studio/worker/sources/start-source.ts'
import { readBarcode } from './helpers/barcode.ts'
import { quietLog } from './helpers/quiet-log.ts'
import { untilStill } from './helpers/until.ts'
import { XClient } from './helpers/x-client.ts'
import { showFilm } from './helpers/x-film.ts'
import { type RunningXvfb, startXvfb, type XvfbOptions } from './helpers/xvfb.ts'

const red = 0xff0000
const green = 0x00ff00
const blue = 0x0000ff
const white = 0xffffff
const black = 0x000000

let stores: MediaStores
const environment = { DISPLAY: process.env.DISPLAY, XAUTHORITY: process.env.XAUTHORITY }
const ends: (() => Promise<void> | void)[] = []

beforeAll(() => {
  stores = loadCompositor()
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})
afterAll(() => {
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
})

/** An X server that becomes that of the session, and a program on it. */
async function desktop(options: XvfbOptions = { width: 640, height: 360 }): Promise<{ server: RunningXvfb; program: XClient }> {
  const server = await startXvfb(options)
  ends.push(() => server.stop())
  Object.assign(process.env, server.env)
  const program = await XClient.connect(server)
  ends.push(() => program.close())
  return { server, program }
}

interface Captured {
  readonly source: Omit<RunningSource, 'update'> & { update(settings: object): void }
  readonly store: FrameStore
  readonly reports: SourceReport[]
  /** Waits for a report like that. */
  reported(expected: object): Promise<SourceReport>
  /** Waits until the frame has that colour there. */
  shows(x: number, y: number, color: number): Promise<void>
}

async function capture(kind: string, settings: object): Promise<Captured> {
  const reports: SourceReport[] = []
  const source = await startSource(kind, settings, {
    id: 'screen',
    log: quietLog,
    stores,
    frameRate: { numerator: 60, denominator: 1 },
    clockOriginUs: stores.nowUs(),
    canvas: { width: 1280, height: 720 },
    reach: { policy: openReach, granted: [] },
    folder: '/nonexistent',
    memory: undefined,
    isWanted: () => true,
    remember() {},
    report: (report) => reports.push(report),
    liveUrl: () => Promise.reject(new Error('there are no streams here')),
  })
  ends.push(() => source.stop())
  const store = source.frameStore!
  return {
    source: { ...source, update: (next) => source.update(next, { policy: openReach, granted: [] }) },
    store,
    reports,
    async reported(expected) {
      await untilPasses(() => expect(reports.at(-1)).toMatchObject(expected))
      return reports.at(-1)!
    },
    shows: (x, y, color) => untilPasses(() => expect(colorAt(store, x, y)).toEqual(near(color))),
  }
}

/** Repeats until it passes. */
async function untilPasses(check: () => void, limitMs = 60_000): Promise<void> {
  const late = performance.now() + limitMs
  for (;;) {
    try {
      return check()
    } catch (error) {
      if (performance.now() > late) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Y, U and V of a pixel. */
function colorAt(store: FrameStore, x: number, y: number): readonly number[] | undefined {
  const picture = store.read()
  if (picture === undefined || x >= picture.width || y >= picture.height) return undefined
  const chroma = (y >> 1) * ((picture.width + 1) >> 1) + (x >> 1)
  return [picture.y[y * picture.width + x]!, picture.u[chroma]!, picture.v[chroma]!]
}

/** BT.709, limited, as ITU-R BT.709-6 has it; five either way, for screens of 16 bits. */
function near(color: number): unknown {
  const [r, g, b] = [(color >> 16) / 255, ((color >> 8) & 255) / 255, (color & 255) / 255]
  const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
  const planes = [16 + 219 * luma, 128 + (224 * (b - luma)) / 1.8556, 128 + (224 * (r - luma)) / 1.5748]
  return planes.map((value) => expect.closeTo(value, -0.7))
}

describe('a display', () => {
  it('reaches the store with its colours and every frame in order, and costs nothing while it does not change', async () => {
    const { program } = await desktop()
    const window = program.createWindow({ width: 640, height: 360, background: blue })
    program.map(window)
    program.fill(window, 0, 200, 320, 160, red)
    program.fill(window, 320, 200, 320, 160, green)
    const screen = await capture('display', {})
    await screen.shows(10, 350, red)
    await screen.shows(630, 350, green)
    await screen.shows(320, 100, blue)
    await screen.reported({ state: 'running', details: { width: 640, height: 360, device: 'output:screen' } })

    const film = showFilm(program, window, { width: 640, height: 360, rate: 30 })
    ends.push(() => film.stop())
    const frames: number[] = []
    let broken = 0
    let seen = screen.store.sequence
    await untilPasses(() => {
      if (screen.store.sequence !== seen) {
        const picture = screen.store.read()!
        seen = screen.store.sequence
        const code = readBarcode(640, 360, (x, y) => picture.y[y * 640 + x]!)
        if (code === undefined) broken++
        else frames.push(code.frame)
      }
      expect(frames.length).toBeGreaterThan(60)
    })
    film.stop()
    expect(broken).toBeLessThanOrEqual(1)
    expect(frames).toEqual(frames.toSorted((a, b) => a - b))
    // The screen is read when the X server reports a change: who comes late reads the next frame in its place, and that one again.
    const different = new Set(frames).size
    const missed = frames.at(-1)! - frames[0]! + 1 - different
    expect(frames.length - different, 'frames that repeat another without a reason').toBeLessThanOrEqual(missed)
    await program.sync()
    await untilStill(() => screen.store.sequence, 700, 'it is captured though nothing moves')
  })

  it('is recognised by its monitor, wherever that is plugged in, and waited for while it is unplugged', async () => {
    const { program } = await desktop({ width: 800, height: 300 })
    const [output] = await program.outputs()
    await program.setEdid(output!, edid('AMI', 0x1234, 77, 'Studio 24'))
    await program.setMonitor({ name: 'LEFT', x: 0, y: 0, width: 400, height: 300, output: output! })
    await program.setMonitor({ name: 'RIGHT', x: 400, y: 0, width: 400, height: 300, primary: true })
    const window = program.createWindow({ width: 400, height: 300, background: red })
    program.map(window)
    await program.sync()

    const displays = await listDevices('display')
    expect(displays.map(({ id, name }) => `${id} ${name}`)).toEqual([
      'output:RIGHT RIGHT, 400x300',
      'edid:AMI1234-4D Studio 24 (LEFT), 400x300',
      'screen:0 All displays, 800x300',
    ])
    const left = await capture('display', { device: 'edid:AMI1234-4D', cursor: false })
    await left.shows(200, 150, red)
    expect(left.store.width).toBe(400)
    const primary = await capture('display', { cursor: false })
    await primary.shows(200, 150, black)

    await program.setEdid(output!, edid('XYZ', 1, 1, 'Another'))
    await program.deleteMonitor('LEFT')
    await left.reported({ state: 'waiting', problem: expect.stringContaining('edid:AMI1234-4D') })
    expect(left.store.sequence).toBe(0)
    program.fill(window, 200, 0, 200, 300, green)
    await program.setEdid(output!, edid('AMI', 0x1234, 77, 'Studio 24'))
    await program.setMonitor({ name: 'FAR', x: 300, y: 100, width: 300, height: 200, output: output! })
    await left.reported({ state: 'running', details: { name: 'Studio 24 (FAR)', width: 300, height: 200 } })
    await left.shows(50, 50, green)
    await left.shows(250, 50, black)
  })

  it('is cut to a region, which is reported where it reaches beyond', async () => {
    const { program } = await desktop()
    const window = program.createWindow({ x: 100, y: 100, width: 50, height: 40, background: red })
    program.map(window)
    const region = await capture('region', { x: 90, y: 95, width: 101, height: 61, cursor: false })
    await region.shows(10, 6, red)
    await region.shows(8, 2, black)
    await region.shows(59, 42, red)
    await region.shows(60, 46, black)
    expect([region.store.width, region.store.height]).toEqual([101, 61])

    region.source.update({ x: 600, y: 95, width: 101, height: 61, cursor: false })
    await region.reported({ state: 'running', problem: expect.stringContaining('640x360'), details: { width: 40, height: 61 } })
    region.source.update({ x: 640, y: 0, width: 10, height: 10 })
    await region.reported({ state: 'failed', problem: expect.stringContaining('outside') })
    expect(region.store.sequence).toBe(0)
    region.source.update({ x: -10, y: 'top' })
    await region.reported({ state: 'failed', problem: expect.stringContaining('y must be') })
    region.source.update({ x: 100, y: 100, width: 16, height: 16, cursor: false })
    await region.shows(8, 8, red)
  })

  it('is any screen of a server that has several', async () => {
    const { server } = await desktop({ screens: ['320x200x24', '400x240x24'] })
    expect((await listDevices('display')).map(({ id, details }) => [id, details?.width])).toEqual([
      ['output:screen', 320],
      ['output:screen@1', 400],
    ])
    const second = await capture('display', { device: 'output:screen@1', cursor: false })
    await second.reported({ state: 'running', details: { width: 400, height: 240 } })
    const program = await XClient.connect(server, 1)
    ends.push(() => program.close())
    program.map(program.createWindow({ width: 400, height: 240, background: red }))
    await second.shows(200, 200, red)
  })

  it('has the pointer in it where that is, unless it is not wanted', async () => {
    const { program } = await desktop()
    program.setRootCursor(20, green)
    program.movePointer(100, 100)
    await program.sync()
    const screen = await capture('display', {})
    await screen.shows(110, 110, green)
    await screen.shows(96, 96, black)
    program.movePointer(301, 201)
    await screen.shows(310, 210, green)
    await screen.shows(110, 110, black)
    program.setRootCursor(20, red)
    await screen.shows(310, 210, red)
    // Drawn beneath it: the pointer stays on top.
    const window = program.createWindow({ x: 290, y: 190, width: 60, height: 60, background: white })
    program.map(window)
    await screen.shows(295, 195, white)
    await screen.shows(310, 210, red)
    screen.source.update({ cursor: false })
    await screen.shows(310, 210, white)
    screen.source.update({ cursor: true })
    await screen.shows(310, 210, red)
  })

  it.each([
    ['16 bits a pixel', 0xf800, { depth: 16 }],
    ['30 bits a pixel', 0x3ff00000, { depth: 30 }],
    ['no shared memory', red, { args: ['-extension', 'MIT-SHM'] }],
    ['neither damage nor monitors', red, { args: ['-extension', 'DAMAGE', '-extension', 'RANDR'] }],
  ])('is captured from a server with %s', async (_, pixel, options) => {
    const { program } = await desktop({ width: 320, height: 200, ...options })
    const window = program.createWindow({ x: 100, y: 50, width: 100, height: 100, background: pixel })
    program.map(window)
    const screen = await capture('display', {})
    await screen.shows(150, 100, red)
    program.unmap(window)
    await screen.shows(150, 100, black)
  })
})

describe('a window', () => {
  const tester = { className: 'Tester', title: 'Film' }

  it('is captured covered, moved, half off the screen and resized, and keeps its last frame while minimised', async () => {
    const { program } = await desktop()
    const window = program.createWindow({ x: 20, y: 20, width: 200, height: 120, background: red, border: 3, ...tester })
    program.map(window)
    await program.sync()
    const devices = await listDevices('window')
    expect(devices).toMatchObject([{ id: 'Tester/Film', name: 'Film', details: { width: 200, height: 120, visible: true } }])
    const film = await capture('window', { device: 'Tester/Film' })
    await film.shows(100, 60, red)
    expect([film.store.width, film.store.height]).toEqual([200, 120])

    const cover = program.createWindow({ width: 640, height: 360, background: blue })
    program.map(cover)
    program.fill(window, 50, 50, 100, 50, green)
    await film.shows(100, 60, green)
    await film.shows(10, 10, red)
    program.place(window, 560, 300, 200, 120)
    program.fill(window, 100, 60, 100, 60, white)
    await film.shows(199, 119, white)
    program.place(window, 560, 300, 333, 177)
    program.fill(window, 0, 0, 333, 177, green)
    await film.shows(332, 176, green)
    await film.reported({ state: 'running', details: { width: 333, height: 177 } })

    program.unmap(window)
    await film.reported({ state: 'running', details: { hidden: true } })
    await film.shows(100, 100, green)
    program.map(window)
    program.fill(window, 0, 0, 333, 177, blue)
    await film.reported({ state: 'running', details: { hidden: false } })
    await film.shows(100, 100, blue)
  })

  it('that is closed is waited for, and found again by class and title', async () => {
    const { server, program } = await desktop()
    const film = await capture('window', { device: 'Tester/Film' })
    await film.reported({ state: 'waiting', problem: 'The window "Film" of Tester is not open: waiting for it' })
    const other = program.createWindow({ width: 100, height: 100, background: blue, className: 'Tester', title: 'Other' })
    program.map(other)
    const second = await XClient.connect(server)
    const window = second.createWindow({ x: 50, y: 50, width: 200, height: 120, background: red, ...tester })
    second.map(window)
    await film.shows(100, 60, red)
    second.close()
    await film.reported({ state: 'waiting' })
    expect(film.store.sequence).toBe(0)
    const third = await XClient.connect(server)
    ends.push(() => third.close())
    const again = third.createWindow({ x: 10, y: 50, width: 180, height: 120, background: green, className: 'Tester' })
    third.map(again)
    await pause(50)
    third.setTitle(again, 'Film')
    await film.shows(100, 60, green)
    third.destroy(again)
    await film.reported({ state: 'waiting' })
    film.source.update({ device: 'Tester/Film', match: 'class' })
    await film.shows(50, 50, blue)
    await film.reported({ state: 'running', details: { device: 'Tester/Other' } })
    film.source.update({})
    await film.reported({ state: 'failed', problem: expect.stringContaining('No window is chosen') })
  })

  it('has the pointer where it is in the window', async () => {
    const { program } = await desktop()
    program.setRootCursor(16, green)
    const window = program.createWindow({ x: 100, y: 100, width: 200, height: 100, background: red, ...tester })
    program.map(window)
    program.movePointer(150, 120)
    await program.sync()
    const film = await capture('window', { device: 'Tester/Film' })
    await film.shows(58, 28, green)
    program.place(window, 120, 110, 200, 100)
    await film.shows(38, 18, green)
    await film.shows(58, 30, red)
    program.movePointer(10, 10)
    await film.shows(38, 18, red)
  })
})

describe('an X server', () => {
  it('that dies is waited for, and the capture goes on when it is back', async () => {
    const { server, program } = await desktop()
    const screen = await capture('display', {})
    const film = await capture('window', { device: 'Tester/Film' })
    const window = program.createWindow({ width: 640, height: 360, background: red, className: 'Tester', title: 'Film' })
    program.map(window)
    await screen.shows(200, 100, red)
    await film.shows(200, 100, red)
    await server.kill()
    await screen.reported({ state: 'waiting', problem: expect.stringContaining(server.display) })
    await film.reported({ state: 'waiting' })
    expect([screen.store.sequence, film.store.sequence]).toEqual([0, 0])
    await server.restart()
    const again = await XClient.connect(server)
    ends.push(() => again.close())
    const back = again.createWindow({ width: 640, height: 360, background: green, className: 'Tester', title: 'Film' })
    again.map(back)
    await screen.shows(200, 100, green)
    await film.shows(200, 100, green)
    await screen.reported({ state: 'running' })
  })

  it('that hangs is reported, keeps the last frame, and delays nobody', async () => {
    const { server, program } = await desktop()
    const screen = await capture('display', {})
    const window = program.createWindow({ width: 640, height: 360, background: red })
    program.map(window)
    await screen.shows(200, 100, red)
    process.kill(server.pid, 'SIGSTOP')
    ends.push(() => void process.kill(server.pid, 'SIGCONT'))
    await screen.reported({ state: 'waiting', problem: expect.stringContaining('does not answer') })
    await screen.shows(200, 100, red)
    await expect(listDevices('display')).rejects.toMatchObject({ code: 'studio.capture_unavailable' })
    const late = await capture('display', {})
    await late.reported({ state: 'waiting', problem: expect.stringContaining('does not answer') })
    // The server answers nothing until it goes on: who waited for it would wait for ever.
    await late.source.stop()
    process.kill(server.pid, 'SIGCONT')
    program.fill(window, 0, 0, 640, 360, green)
    await screen.reported({ state: 'running' })
    await screen.shows(200, 100, green)
  })

  it('that is not there, rejects us or has no such name is reported as such', async () => {
    const { server } = await desktop()
    process.env.XAUTHORITY = '/dev/null'
    const refused = await capture('display', {})
    await refused.reported({ state: 'waiting', problem: expect.stringContaining('rejects') })
    await expect(listDevices('window')).rejects.toMatchObject({ code: 'studio.capture_unavailable' })
    const misnamed = await capture('display', { server: 'nonsense' })
    await misnamed.reported({ state: 'failed', problem: expect.stringContaining('"nonsense"') })
    const absent = await capture('display', { server: ':971' })
    await absent.reported({ state: 'waiting', problem: 'No X server answers at :971: waiting for it' })
    process.env.XAUTHORITY = server.authority
    absent.source.update({ server: server.display })
    await absent.reported({ state: 'running' })
    delete process.env.DISPLAY
    const none = await capture('display', {})
    await none.reported({ state: 'waiting', problem: expect.stringContaining('DISPLAY is not set') })
  })
})

/** An EDID (VESA E-EDID 1.4) with maker, product, serial number and name. */
function edid(maker: string, product: number, serial: number, name: string): Buffer {
  const bytes = Buffer.alloc(128)
  Buffer.from([0, 255, 255, 255, 255, 255, 255, 0]).copy(bytes)
  const letters = [...maker].map((letter) => letter.charCodeAt(0) - 64)
  bytes.writeUInt16BE((letters[0]! << 10) | (letters[1]! << 5) | letters[2]!, 8)
  bytes.writeUInt16LE(product, 10)
  bytes.writeUInt32LE(serial, 12)
  Buffer.from([0, 0, 0, 0xfc, 0]).copy(bytes, 54)
  bytes.write(`${name}\n`.padEnd(13), 59, 'latin1')
  return bytes
}
