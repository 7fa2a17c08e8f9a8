import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { ImageReaders } from '../src-main/studio/worker/sources/drawn/reading/image-readers.ts'
import { readBarcode } from './helpers/barcode.ts'
import { hugePng } from './helpers/huge-png.ts'
import { quietLog } from './helpers/quiet-log.ts'
import { skipBecause } from './helpers/skip.ts'
import { createSourceBench, type OpenedSource, type SeenStudioFrame } from './helpers/studio-source.ts'
import { undisturbed, until, untilStill } from './helpers/until.ts'

/** Sources that are drawn, as the studio runs them: in their process, into shared memory, read here. */

const folder = mkdtempSync(join(tmpdir(), 'ami-drawn-'))
const file = (name: string): string => join(folder, name)
let bench: ReturnType<typeof createSourceBench>

beforeAll(() => {
  bench = createSourceBench()
})
afterEach(() => bench.close())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const solid = (width: number, height: number, background: string) => sharp({ create: { width, height, channels: 4, background } })
const near = (a: readonly number[], b: readonly number[], by = 8): boolean => a.every((value, index) => Math.abs(value - b[index]!) <= by)
const middle = (picture: SeenStudioFrame): [number, number, number] => picture.rgb(picture.width >> 1, picture.height >> 1)
const shows = (rgb: readonly number[]) => (picture: SeenStudioFrame) => near(middle(picture), rgb)

/** Processes that `parent` started and that run a worker. */
function workersOf(parent: number | 'self', worker: string): number[] {
  try {
    const tasks = readdirSync(`/proc/${parent}/task`)
    const children = tasks.flatMap((task) => readFileSync(`/proc/${parent}/task/${task}/children`, 'utf8').split(' '))
    return children.filter((pid) => pid !== '' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(worker)).map(Number)
  } catch {
    // One of them ended meanwhile.
    return []
  }
}

/** Processes of this test's sources, and those that read images for them. */
const drawnPids = (): number[] => workersOf('self', 'drawn-source-worker')
const readerPids = (): number[] => drawnPids().flatMap((pid) => workersOf(pid, 'image-reader-worker'))

/** Level of a store's audio around a frequency, and in all, RMS, over the newest `seconds`. */
function levels(source: OpenedSource, hz: number, seconds = 0.5): { tone: number; all: number } {
  const frames = Math.floor(48_000 * seconds)
  const into = new Float32Array(frames * 2)
  const got = source.audio.read(Math.max(0, source.audio.written - frames), into).frames
  let [re, im, power] = [0, 0, 0]
  for (let index = 0; index < got; index++) {
    const value = into[2 * index]!
    re += value * Math.cos((2 * Math.PI * hz * index) / 48_000)
    im += value * Math.sin((2 * Math.PI * hz * index) / 48_000)
    power += value * value
  }
  return { tone: (Math.hypot(re, im) / got) * Math.SQRT2, all: Math.sqrt(power / got) }
}

describe('images', () => {
  it.each(['png', 'webp', 'avif', 'gif'] as const)('of the kind %s keep colours and transparency', async (format) => {
    const left = await solid(60, 90, '#ff0000').png().toBuffer()
    await solid(120, 90, '#00000000')
      .composite([{ input: left, left: 0, top: 0 }])
      .toFormat(format, { ...(format !== 'gif' && { lossless: true }) })
      .toFile(file(`kind.${format}`))
    const source = await bench.open('image', { file: file(`kind.${format}`) })
    const picture = await source.untilFrame()
    expect([picture.width, picture.height, picture.hasAlpha]).toEqual([120, 90, true])
    expect(near(picture.rgb(20, 45), [255, 0, 0], 12)).toBe(true)
    expect([picture.alpha(20, 45), picture.alpha(100, 45)]).toEqual([255, 0])
    // Frames come through shared memory, and may be there before the message that reports them.
    expect(await source.untilState('running')).toMatchObject({ details: { width: 120, height: 90, frames: 1 } })
  })

  it('are upright as their EXIF data or their rows say, and SVG is drawn sharp at the size that is wanted', async () => {
    const half = await solid(40, 40, '#0000ff').png().toBuffer()
    await solid(80, 40, '#ff0000')
      .composite([{ input: half, left: 40, top: 0 }])
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 95 })
      .toFile(file('turned.jpg'))
    const turned = await (await bench.open('image', { file: file('turned.jpg') })).untilFrame()
    expect([turned.width, turned.height]).toEqual([40, 80])

    const bottomUp = Buffer.from([0, 0, 255, 0, 255, 0, 0, 0])
    const header = Buffer.alloc(54)
    header.write('BM')
    header.writeUInt32LE(54 + bottomUp.length, 2)
    for (const [at, value] of Object.entries({ 10: 54, 14: 40, 18: 1, 22: 2 })) header.writeUInt32LE(value, Number(at))
    for (const [at, value] of Object.entries({ 26: 1, 28: 24 })) header.writeUInt16LE(value, Number(at))
    writeFileSync(file('old.bmp'), Buffer.concat([header, bottomUp]))
    const old = await (await bench.open('image', { file: file('old.bmp'), width: 40 })).untilFrame()
    expect([old.width, old.height]).toEqual([40, 80])
    expect(near(old.rgb(20, 5), [0, 0, 255], 20) && near(old.rgb(20, 75), [255, 0, 0], 20)).toBe(true)
    expect(near(turned.rgb(20, 10), [255, 0, 0], 20) && near(turned.rgb(20, 70), [0, 0, 255], 20)).toBe(true)

    writeFileSync(
      file('sharp.svg'),
      '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="5" height="10" fill="#0f0"/></svg>',
    )
    const drawing = await (await bench.open('image', { file: file('sharp.svg'), width: 400 })).untilFrame()
    expect([drawing.width, drawing.height]).toEqual([400, 400])
    // One pixel beside the edge on either side is as it is far from it.
    expect([drawing.alpha(198, 200), drawing.alpha(201, 200)]).toEqual([255, 0])
  })

  it('are drawn again when the file changes, vanish with it, and come back', async () => {
    const path = file('changes.png')
    await solid(64, 64, '#ff0000').toFile(path)
    const source = await bench.open('image', { file: path })
    await source.untilFrame(shows([255, 0, 0]))
    // It costs nothing while nothing happens.
    await untilStill(() => source.frames.sequence, 700, 'it is drawn though nothing happens')
    await solid(32, 32, '#00ff00').toFile(file('next.png'))
    renameSync(file('next.png'), path)
    await source.untilFrame((picture) => picture.width === 32 && shows([0, 255, 0])(picture))
    rmSync(path)
    expect(await source.untilState('waiting')).toMatchObject({ problem: `There is no file ${path}` })
    expect(source.frame()).toBeUndefined()
    await solid(16, 16, '#0000ff').toFile(path)
    await source.untilState('running')
    expect(near(middle(source.frame()!), [0, 0, 255], 12)).toBe(true)
  })

  it('that move show each frame for its time, loop as they say, and rest while nobody sees them', async () => {
    const colours = ['#ff0000', '#00ff00', '#0000ff']
    const frames = await Promise.all(colours.map((colour) => solid(48, 48, colour).raw().toBuffer()))
    await sharp(Buffer.concat(frames), { raw: { width: 48, height: 144, channels: 4, pageHeight: 48 } })
      .gif({ delay: [200, 400, 300], loop: 0 })
      .toFile(file('moves.gif'))
    const source = await bench.open('image', { file: file('moves.gif') })
    await source.untilFrame()
    interface Shown {
      readonly sequence: number
      readonly timeUs: number
      readonly colour: number
    }
    let last: Shown | undefined
    // Pairs that followed each other: a reader that is delayed misses some between.
    const pairs: [Shown, Shown][] = []
    await until(
      () => {
        const { sequence } = source.frames
        if (last?.sequence === sequence) return false
        const picture = source.frame()!
        const now = { sequence, timeUs: picture.timeUs, colour: middle(picture).indexOf(Math.max(...middle(picture))) }
        if (last !== undefined && sequence === last.sequence + 1 && source.frames.sequence === sequence) pairs.push([last, now])
        last = now
        return pairs.length >= 7
      },
      () => JSON.stringify(pairs),
    )
    const stood = [200, 400, 300]
    for (const [before, now] of pairs) expect(now.colour).toBe((before.colour + 1) % 3)
    // Some come late on a busy machine; the first was there before the test looked.
    const errorsMs = pairs.slice(1).map(([before, now]) => Math.abs((now.timeUs - before.timeUs) / 1000 - stood[before.colour]!))
    expect(errorsMs.toSorted((one, other) => one - other)[2]).toBeLessThan(60)
    source.source.show?.(false)
    await untilStill(() => source.frames.sequence, 600, 'it moves while nobody sees it')
  })

  it('of 16384 pixels are made smaller within bounded memory; what cannot be read is named', async () => {
    writeFileSync(file('huge.png'), hugePng(16_384, 0x204060))
    const source = await bench.open('image', { file: file('huge.png') })
    let peak = 0
    const watch = setInterval(() => {
      for (const pid of [...drawnPids(), ...readerPids()])
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
    }, 100)
    const report = await source.untilState('running', 60_000)
    clearInterval(watch)
    expect(report.problem).toContain('has 16384 x 16384 pixels and is shown at 4096 x 4096')
    expect(near(middle(source.frame()!), [32, 64, 96])).toBe(true)
    expect(peak).toBeGreaterThan(50)
    expect(peak).toBeLessThan(500)

    // What its head says, for nobody looks further.
    const kept = await solid(16, 16, '#204060').jpeg({ progressive: true }).toBuffer()
    const sizes = kept.indexOf(Buffer.from([0xff, 0xc2])) + 5
    kept.writeUInt32BE((12_000 << 16) + 12_000, sizes)
    writeFileSync(file('held.jpg'), kept)
    await solid(600, 600, '#ff00ff').png({ compressionLevel: 0 }).toFile(file('cut.png'))
    truncateSync(file('cut.png'), 300_000)
    writeFileSync(file('words.png'), 'These are words')
    const broken = async (name: string) => (await (await bench.open('image', { file: file(name) })).untilState('failed')).problem
    expect(await broken('held.jpg')).toContain('held.jpg has 12000 x 12000 pixels, more than can be stored')
    expect(await broken('cut.png')).toMatch(/^cut\.png is (cut off|damaged)/)
    expect(await broken('words.png')).toBe('words.png is not an image that can be read here')
    expect((await (await bench.open('image', { file: folder })).untilState('waiting')).problem).toBe(`${folder} is a folder`)
  })

  it('follow each other in a slideshow: by themselves, by command, with a fade, and over files that vanish', async () => {
    const slides = file('slides')
    mkdirSync(slides)
    const colours = { '1.png': '#ff0000', '2.png': '#00ff00', '10.png': '#0000ff' }
    for (const [name, colour] of Object.entries(colours)) await solid(64, 36, colour).toFile(join(slides, name))
    const source = await bench.open('slideshow', { folder: slides, intervalMs: 60_000, fadeMs: 300, fit: 'cover', width: 320, height: 180 })
    await source.untilFrame(shows([255, 0, 0]))
    // Half way it is some of both: a machine that is delayed passes over it.
    await undisturbed(async () => {
      if (shows([0, 255, 0])(source.frame()!)) source.source.command?.('previous', {})
      await source.untilFrame(shows([255, 0, 0]))
      source.source.command?.('next', {})
      let mixed = false
      await source.untilFrame((picture) => {
        mixed ||= middle(picture)[0] > 40 && middle(picture)[1] > 40
        return shows([0, 255, 0])(picture)
      })
      expect(mixed).toBe(true)
    })
    rmSync(join(slides, '10.png'))
    writeFileSync(join(slides, '3.png'), 'broken')
    source.source.command?.('next', {})
    await source.untilFrame(shows([255, 0, 0]))
    const reported = await source.untilReport(({ problem, details }) => problem !== undefined && details?.slide === '1.png')
    expect(reported).toMatchObject({ state: 'running', problem: '3.png is not an image that can be read here' })
    source.source.command?.('previous', {})
    await source.untilFrame(shows([0, 255, 0]))
    source.source.update({ folder: slides, intervalMs: 200, fadeMs: 0, fit: 'cover', width: 320, height: 180 })
    await source.untilFrame(shows([255, 0, 0]))
    await source.untilFrame(shows([0, 255, 0]))
    source.source.command?.('pause', {})
    await source.untilState('paused')
    // What a studio that was killed left goes on: it was on the second slide for half of its time, and a round has passed since.
    const settings = { folder: slides, intervalMs: 60_000, fadeMs: 0, width: 320, height: 180 }
    await solid(64, 36, '#0000ff').toFile(join(slides, '3.png'))
    const standing = await bench.open('slideshow', settings)
    await standing.untilFrame(shows([255, 0, 0]))
    standing.source.command?.('next', {})
    await standing.untilFrame(shows([0, 255, 0]))
    const memory = await until(
      () => standing.memory?.position === 2 && standing.memory,
      () => 'it keeps nothing',
    )
    for (const [ago, colour] of [
      [30_000, [0, 255, 0]],
      [90_000, [0, 0, 255]],
      [150_000, [255, 0, 0]],
      [210_000, [0, 255, 0]],
    ] as const) {
      const back = await bench.open('slideshow', settings, true, { ...memory, sinceMs: Date.now() - ago })
      await back.untilFrame()
      expect(shows([...colour])(back.frame()!), `after ${ago} ms`).toBe(true)
      await back.source.stop()
    }
    const ended = await bench.open('slideshow', { ...settings, loop: false }, true, { ...memory, sinceMs: 0 })
    await ended.untilState('ended')
    await ended.untilFrame(shows([0, 0, 255]))
    const paused = await bench.open('slideshow', settings, true, { ...memory, sinceMs: 0, runs: false, paused: true })
    await paused.untilState('paused')
    await paused.untilFrame(shows([0, 255, 0]))
    for (const each of [standing, ended, paused]) await each.source.stop()
    rmSync(slides, { recursive: true })
    source.source.command?.('next', {})
    expect((await source.untilState('waiting')).problem).toBe(`There is no folder ${slides}`)
    expect(source.frame()).toBeUndefined()
    // A decoder would wait for the other end of a pipe.
    execFileSync('mkfifo', [file('pipe.png')])
    const pipe = await bench.open('slideshow', { files: [file('pipe.png')] })
    expect((await pipe.untilState('waiting')).problem).toMatch(/not a regular file/)
  })
})

/** Part of a frame that is not transparent. */
function ink(picture: SeenStudioFrame): number {
  let sum = 0
  for (const alpha of picture.a ?? []) sum += alpha
  return sum / 255 / (picture.width * picture.height)
}

describe('texts', () => {
  beforeEach((context) => {
    if (!existsSync('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf')) skipBecause(context, 'the font DejaVu Sans is not installed')
  })

  it('have colour, edge, shadow and box where they were asked for, and nothing elsewhere', async () => {
    const plain = { text: 'HIH', fontSize: 80, fontWeight: 700, font: 'DejaVu Sans', color: '#ff0000' }
    const source = await bench.open('text', plain)
    const red = await source.untilFrame()
    expect(red.alpha(0, 0)).toBe(0)
    expect(ink(red)).toBeGreaterThan(0.1)
    const solidPixel = [...red.a!].findIndex((alpha, at) => alpha === 255 && red.a![at + 2] === 255 && red.a![at + 2 * red.width] === 255)
    expect(near(red.rgb((solidPixel % red.width) + 1, Math.floor(solidPixel / red.width) + 1), [255, 0, 0], 12)).toBe(true)
    source.source.update({ ...plain, outline: { color: '#00ff00', width: 6 } })
    const edged = await source.untilFrame((picture) => picture.width > red.width)
    expect(edged.width).toBe(red.width + 12)
    expect(ink(edged) * edged.y.length).toBeGreaterThan(ink(red) * red.y.length * 1.2)
    source.source.update({ ...plain, background: { color: '#0000ff', padding: 10, radius: 0 } })
    const boxed = await source.untilFrame((picture) => near(picture.rgb(2, 2), [0, 0, 255], 12))
    expect([boxed.width, boxed.height]).toEqual([red.width + 20, red.height + 20])
    source.source.update({ ...plain, shadow: { color: '#000000', x: 30, y: 0, blur: 0 } })
    const shadowed = await source.untilFrame((picture) => picture.width === red.width + 30)
    expect(shadowed.height).toBe(red.height)
    source.source.update({ ...plain, width: 200, align: 'right', text: 'wraps here' })
    const wrapped = await source.untilFrame((picture) => picture.width === 200)
    expect(wrapped.height).toBeGreaterThan(red.height * 1.7)
  })

  it('say which font replaces one that is missing, and are written from right to left with the letters of other scripts', async () => {
    const source = await bench.open('text', { text: 'abc', font: 'Nonesuch Grotesk' })
    expect((await source.untilState('running')).problem).toMatch(/^The font Nonesuch Grotesk is not installed: .+ is used instead$/)
    const hebrew = await bench.open('text', { text: 'א,', fontSize: 80, font: 'DejaVu Sans', direction: 'auto' })
    const latin = await bench.open('text', { text: 'א,', fontSize: 80, font: 'DejaVu Sans', direction: 'ltr' })
    const lowInk = (picture: SeenStudioFrame): number => {
      // Where the comma is: nothing else reaches so far down.
      let [sum, count] = [0, 0]
      const rows = [...Array(picture.height).keys()].filter((y) => [...Array(picture.width).keys()].some((x) => picture.alpha(x, y) > 128))
      for (const y of rows.slice(-3))
        for (let x = 0; x < picture.width; x++) if (picture.alpha(x, y) > 128) [sum, count] = [sum + x, count + 1]
      return sum / count / picture.width
    }
    expect(lowInk(await hebrew.untilFrame())).toBeLessThan(lowInk(await latin.untilFrame()) - 0.1)
  })

  it('follow their file, also where it grows, vanishes and comes back', async () => {
    const path = file('score.txt')
    writeFileSync(path, '0 : 0\n')
    const source = await bench.open('text', { from: 'file', file: path, font: 'DejaVu Sans' })
    const first = await source.untilFrame()
    writeFileSync(path, '10 : 10\n')
    await source.untilFrame((picture) => picture.width > first.width * 1.2)
    rmSync(path)
    await source.untilState('waiting')
    expect(source.frame()).toBeUndefined()
    writeFileSync(path, '0 : 0\n')
    await source.untilFrame((picture) => picture.width === first.width)
    source.source.update({ from: 'file', file: path, font: 'DejaVu Sans', lastLines: 1 })
    appendFileSync(path, 'a much longer line\n')
    await source.untilFrame((picture) => picture.width > first.width * 2 && picture.height === first.height)
  })

  it('follow a URL, keep the last one while it fails, and ask nothing but http', async () => {
    let answer: { status: number; body: string } = { status: 200, body: 'one' }
    const server = createServer((_, response) => {
      response.writeHead(answer.status).end(answer.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const source = await bench.open('text', { from: 'url', url, pollMs: 500, font: 'DejaVu Sans' })
    const one = await source.untilFrame()
    answer = { status: 500, body: 'oops' }
    await source.untilReport((report) => report.problem?.includes('answers 500') === true)
    expect(source.frame()!.width).toBe(one.width)
    answer = { status: 200, body: 'x'.repeat(100_000) }
    await source.untilReport((report) => report.problem === 'The answer is longer than 65536 bytes')
    answer = { status: 200, body: 'one two three' }
    await source.untilFrame((picture) => picture.width > one.width * 2)
    await source.untilReport((report) => report.problem === undefined)
    server.close()
    const local = await bench.open('text', { from: 'url', url: 'file:///etc/hostname' })
    expect((await local.untilState('waiting')).problem).toBe('file: URLs are not supported: only http and https')
  })

  it('scroll through a window without a seam, at their speed', async () => {
    const source = await bench.open('text', {
      text: 'I',
      fontSize: 60,
      font: 'DejaVu Sans',
      width: 200,
      scroll: { x: -310, y: 0, gap: 383 },
    })
    await source.untilFrame()
    const places: { timeUs: number; x: number }[] = []
    await until(
      () => {
        const picture = source.frame()!
        if (picture.timeUs === places.at(-1)?.timeUs) return false
        const row = Math.floor(picture.height / 2)
        let [sum, count] = [0, 0]
        for (let x = 0; x < picture.width; x++) [sum, count] = [sum + x * picture.alpha(x, row), count + picture.alpha(x, row)]
        places.push({ timeUs: picture.timeUs, x: count > 4 * 255 ? sum / count : Number.NaN })
        return places.filter((place) => !Number.isNaN(place.x)).length >= 40
      },
      () => JSON.stringify(places),
    )
    // Between two sights of the letter it has moved 310 px a second, to a part of a pixel, or come round again.
    const seen = places.filter(({ x }) => x > 10 && x < 190)
    const period = 383 + 18
    for (let index = 1; index < seen.length; index++) {
      const moved = seen[index - 1]!.x - seen[index]!.x
      const due = ((seen[index]!.timeUs - seen[index - 1]!.timeUs) / 1e6) * 310
      const error = ((((moved - due) % period) + period * 1.5) % period) - period / 2
      expect(Math.abs(error)).toBeLessThan(0.6)
    }

    // Upwards only where that is all that was said: the letter keeps its column.
    source.source.update({ text: 'I', fontSize: 60, font: 'DejaVu Sans', width: 200, height: 150, scroll: { y: -200 } })
    const upward = await source.untilFrame((picture) => picture.height === 150)
    const seenAt = (picture: typeof upward) =>
      Array.from({ length: 200 * 150 }, (_, at) => [at % 200, Math.floor(at / 200)] as const).filter(([x, y]) => picture.alpha(x, y) > 200)
    const [before] = seenAt(upward)[0] ?? []
    const moved = await source.untilFrame((picture) => seenAt(picture)[0]?.[1] !== seenAt(upward)[0]?.[1])
    expect(seenAt(moved)[0]?.[0]).toBe(before)
  })
})

describe('clocks and timers', () => {
  it('are drawn when their text changes, in a box that keeps its size', async () => {
    const clock = await bench.open('clock', { format: 'HH:mm:ss', timeZone: 'UTC' })
    const first = await clock.untilFrame()
    const { sequence } = clock.frames
    const from = performance.now()
    await until(
      () => clock.frames.sequence >= sequence + 2,
      () => 'the clock stands',
    )
    // About once a second, whenever a busy machine comes to it, and not with each frame.
    expect(performance.now() - from).toBeGreaterThan(400)
    expect(clock.frame()!.width).toBe(first.width)
    const wrong = await bench.open('clock', { timeZone: 'Mars/Base' })
    expect((await wrong.untilState('failed')).problem).toBe('There is no time zone Mars/Base: write it as Europe/Berlin')
  })

  it('count, pause, take more time, and end; and a process that dies in between changes nothing', async () => {
    const timer = await bench.open('timer', { durationMs: 60_000, autoStart: false, endText: 'over' })
    await timer.untilState('paused')
    timer.source.command?.('start', {})
    await timer.untilState('running')
    await delay(1200)
    timer.source.command?.('pause', {})
    const paused = await timer.untilState('paused')
    expect(Number(paused.details!.ms)).toBeLessThan(58_900)
    const [pid] = drawnPids()
    process.kill(pid!, 'SIGKILL')
    const again = await timer.untilReport((report) => report !== paused && report.state === 'paused')
    expect(again.details!.ms).toBe(paused.details!.ms)
    expect(drawnPids()).not.toContain(pid)
    timer.source.command?.('add', { ms: -Number(paused.details!.ms) + 300 })
    timer.source.command?.('start', {})
    await timer.untilState('ended')
    // What a studio that was killed left goes on.
    const memory = { mode: 'down', durationMs: 60_000, sinceMs: Date.now() - 20_000, ranMs: 5000, addedMs: 0 }
    const back = await bench.open('timer', { durationMs: 60_000 }, true, memory)
    expect(Number((await back.untilState('running')).details!.ms)).toBeLessThan(35_000)
    const late = await bench.open('timer', { mode: 'until', until: 'soon' })
    expect((await late.untilState('failed')).problem).toContain('"soon" is no date')
  })
})

describe('test cards and tones', () => {
  it('number the frames of the program, none twice and none left out', async () => {
    const source = await bench.open('test-pattern', { width: 640, height: 360 })
    const frames: number[] = []
    const times: number[] = []
    await until(
      () => {
        const picture = source.frame()
        const code = picture && readBarcode(640, 360, picture.luma)
        if (code !== undefined && code.frame !== frames.at(-1)) {
          frames.push(code.frame)
          times.push(picture!.timeUs)
        }
        return frames.filter((frame, index) => index > 0 && frame === frames[index - 1]! + 1).length > 25
      },
      () => JSON.stringify(frames),
    )
    // The reader is delayed now and then: what it sees are many steps of one frame, and over all of them time agrees with number.
    for (let index = 1; index < frames.length; index++) {
      expect(times[index]! - times[index - 1]!).toBeCloseTo(((frames[index]! - frames[index - 1]!) * 1e6) / 30, -1)
    }
    await until(
      () => levels(source, 1000, 0.1).tone > 0.1,
      () => 'no beep is heard',
    )
  })

  it('play exactly their frequency and level', async () => {
    const source = await bench.open('tone', { frequency: 997, levelDb: -20 })
    await until(
      () => source.audio.written > 48_000,
      () => 'no audio',
    )
    // RMS of a sine of peak -20 dBFS.
    expect(levels(source, 997).tone).toBeCloseTo(0.1 / Math.SQRT2, 3)
    expect(levels(source, 997).all).toBeCloseTo(0.1 / Math.SQRT2, 3)
    await undisturbed(async () => {
      const [written, endUs] = [source.audio.written, source.audio.endTimeUs]
      await until(
        () => source.audio.written > written + 36_000,
        () => 'it stops',
      )
      const ppm = ((source.audio.written - written) / 48_000 / ((source.audio.endTimeUs - endUs) / 1e6) - 1) * 1e6
      expect(Math.abs(ppm)).toBeLessThan(5)
      // It is not behind the clock.
      expect(source.audio.endTimeUs).toBeGreaterThan(bench.stores.nowUs())
    })
    source.source.update({ frequency: 3000, channels: 'right' })
    await until(
      () => levels(source, 997, 0.1).all < 1e-6,
      () => 'the left channel is still heard',
    )
  })
})

describe('an image that is not read in time', () => {
  /** Takes a minute and more: each filter is drawn over all of it. */
  const turbulence = Array.from({ length: 40 }, (_, seed) => `<feTurbulence baseFrequency="0.9" numOctaves="9" seed="${seed}"/>`).join('')
  const endless = `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="2000"><filter id="f" x="0" y="0" width="1" height="1">${turbulence}</filter><rect width="2000" height="2000" filter="url(#f)"/></svg>`

  it('says so, and delays no other, however many there are of it', async () => {
    writeFileSync(file('endless.svg'), endless)
    await solid(64, 36, '#00ff00').toFile(file('quick.png'))
    const slow = await Promise.all([1, 2, 3].map(() => bench.open('image', { file: file('endless.svg') })))
    for (const each of slow) {
      const { state } = await each.untilReport(({ problem }) => problem?.includes('endless.svg takes long to read') === true)
      expect(state).toBe('starting')
    }
    const quick = await bench.open('image', { file: file('quick.png') })
    const shown = await bench.open('slideshow', { files: [file('endless.svg'), file('quick.png')], intervalMs: 100 })
    await quick.untilFrame(shows([0, 255, 0]))
    expect(slow.map(({ report }) => report?.state)).toEqual(['starting', 'starting', 'starting'])
    // What nobody wants any more is not read on.
    await shown.untilReport(({ problem }) => problem?.includes('takes long') === true)
    const readers = readerPids().length
    await shown.source.stop()
    await until(
      () => readerPids().length < readers,
      () => 'it is read on',
    )
    for (const each of slow) each.source.update({ file: file('quick.png') })
    for (const each of slow) await each.untilFrame(shows([0, 255, 0]))
  })

  it('is given up alone: it takes too long, too much memory, or the life of its process', async () => {
    writeFileSync(file('endless.svg'), endless)
    await solid(64, 36, '#00ff00').toFile(file('quick.png'))
    const wish = { width: 0, height: 0, fit: 'inside', maxSide: 4096, still: false } as const
    const readers = new ImageReaders(quietLog, { slowMs: 200, processorMs: 500 })
    const little = new ImageReaders(quietLog, { memoryMb: 20 })
    onTestFinished(() => {
      readers.close()
      little.close()
    })
    const slow: string[] = []
    const given = readers.read(file('endless.svg'), wish, { onSlow: (problem) => slow.push(problem) })
    await expect(given).rejects.toThrow('endless.svg takes more than 1 s of processor time: make it simpler or smaller')
    expect(slow).toEqual(['endless.svg takes long to read: it is given up after 1 s of processor time'])
    await expect(little.read(file('endless.svg'), wish)).rejects.toThrow('endless.svg takes more than 20 MiB of memory')
    const lasting = new ImageReaders(quietLog)
    onTestFinished(() => lasting.close())
    const killed = new Set<number>()
    let fault: Error | undefined
    lasting.read(file('endless.svg'), wish).catch((error: Error) => {
      fault = error
    })
    await until(
      () => {
        for (const pid of workersOf('self', 'image-reader-worker')) {
          if (killed.has(pid) || !isDecoding(pid)) continue
          killed.add(pid)
          process.kill(pid, 'SIGSEGV')
        }
        return fault
      },
      () => `${killed.size} were killed`,
    )
    expect(fault?.message).toContain('endless.svg crashes the process that reads it')
    expect(killed.size).toBe(2)
    expect((await lasting.read(file('quick.png'), wish)).width).toBe(64)
    const cancelled = new AbortController()
    const unwanted = lasting.read(file('endless.svg'), wish, { onSlow: () => cancelled.abort(), signal: cancelled.signal })
    await expect(unwanted).rejects.toThrow('Nobody wants it')
    await until(
      () => workersOf('self', 'image-reader-worker').every((pid) => !isDecoding(pid)),
      () => 'it is read on',
    )
  })
})

/** The process works on an image: it has used half a second of CPU time since it was loaded. */
function isDecoding(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[11]) > 100
  } catch {
    return false
  }
}
