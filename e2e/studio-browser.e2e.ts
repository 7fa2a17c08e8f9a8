import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startHost } from './helpers/host.ts'
import { root } from './helpers/paths.ts'
import { createSourceBench, type OpenedSource, type SeenStudioFrame } from './helpers/studio-source.ts'
import { undisturbed, until, untilStill } from './helpers/until.ts'

/** Pages in a real Chromium, as the studio shows them: frames with transparency and audio, in shared memory. */

const folder = mkdtempSync(join(tmpdir(), 'ami-pages-'))
let bench: ReturnType<typeof createSourceBench>
let server: Server
let http: string
let status = 200

const overlay = `<!doctype html><title>Overlay</title><style>
  #bar { position: absolute; left: 40px; top: 200px; width: 200px; height: 60px; background: rgba(255, 0, 0, 0.5) }
  #box { position: absolute; left: 10px; top: 10px; width: 100px; height: 100px; background: #00ff00 }
</style><div id=box></div><div id=bar></div>`

/** A page that answers what is done to it with colours. */
const answering = `<!doctype html><style>body { background: #0000ff } input, button { position: absolute; width: 100px; height: 40px }
  button { left: 10px; top: 10px } input { left: 10px; top: 100px }</style>
<button onclick="document.body.style.background = '#00ff00'; document.querySelector('input').focus()">go</button>
<input onkeydown="if (event.key === 'Enter' && this.value === 'on air') document.body.style.background = '#ff0000'">
<script>addEventListener('keydown', (event) => { if (event.key === 'Escape') for (;;); })</script>`

const tone = `<!doctype html><title>Tone</title><script>
  const audio = new AudioContext(), tone = new OscillatorNode(audio, { frequency: 997 }), gain = new GainNode(audio, { gain: 0.25 })
  tone.connect(gain).connect(audio.destination); tone.start()
</script><audio></audio>`

const escaping = `<!doctype html><title>Escape</title><body><script>
  const say = (text) => { document.title += ' ' + text }
  fetch('file:///etc/hostname').then(() => say('fetched'), () => say('no-fetch'))
  const image = new Image(); image.onload = () => say('image'); image.onerror = () => say('no-image'); image.src = 'file:///usr/share/pixmaps/debian-logo.png'
  say(window.open('about:blank#popup') ? 'window' : 'no-window')
  alert('a box that waits'); say('went-on')
  location.href = 'file:///etc/hostname'
</script>`

beforeAll(async () => {
  bench = createSourceBench()
  writeFileSync(join(folder, 'overlay.html'), overlay)
  writeFileSync(join(folder, 'answering.html'), answering)
  writeFileSync(join(folder, 'tone.html'), tone)
  const pages: Record<string, string> = { '/overlay': overlay, '/escaping': escaping }
  server = createServer((request, response) => {
    if (request.url === '/silent') return
    if (request.url === '/partly') {
      response.writeHead(200, { 'content-type': 'text/html' }).write('<body>the rest does not come')
      return
    }
    response.setHeader('content-security-policy', "default-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src *")
    response.writeHead(status, { 'content-type': 'text/html' }).end(pages[request.url ?? ''] ?? 'nothing')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  http = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => bench.close())
afterAll(() => {
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
})

const page = (name: string): string => join(folder, name)
const small = { width: 320, height: 280 }
const open = (settings: object): Promise<OpenedSource> => bench.open('browser', { ...small, css: '', ...settings })
const near = (a: readonly number[], b: readonly number[], by = 10): boolean => a.every((value, index) => Math.abs(value - b[index]!) <= by)
const background = (rgb: readonly number[]) => (picture: SeenStudioFrame) => near(picture.rgb(300, 20), rgb)

/** Processes below one, with their commands. */
function descendants(of: number): Map<number, string> {
  const found = new Map<number, string>()
  const parents = new Map<number, number>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (state !== 'Z') parents.set(Number(pid), Number(parent))
    } catch {
      // It ended.
    }
  }
  for (const pid of parents.keys()) {
    let at = parents.get(pid)
    while (at !== undefined && at !== of) at = parents.get(at)
    if (at !== of) continue
    try {
      found.set(pid, readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))
    } catch {
      // As above.
    }
  }
  return found
}
const pidOf = (pattern: RegExp): number | undefined => [...descendants(process.pid)].find(([, command]) => pattern.test(command))?.[0]
const gone = (pids: Iterable<number>) =>
  [...pids].every((pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z')
    } catch {
      return true
    }
  })

describe('a page on air', () => {
  it('is seen with its transparency, costs nothing while it does not change, and takes another size and other rules', async () => {
    const source = await open({ file: page('overlay.html') })
    const picture = await source.untilFrame((now) => now.alpha(60, 60) === 255)
    expect([picture.width, picture.height]).toEqual([320, 280])
    expect([picture.alpha(300, 20), picture.alpha(60, 60), Math.abs(picture.alpha(100, 230) - 128) <= 1]).toEqual([0, 255, true])
    expect(near(picture.rgb(60, 60), [0, 255, 0])).toBe(true)
    // Half transparent red is red, not dark red.
    expect(near(picture.rgb(100, 230), [255, 0, 0], 14)).toBe(true)
    const report = await source.untilState('running')
    expect(report.details).toMatchObject({ title: 'Overlay', width: 320, height: 280, sandbox: process.getuid?.() !== 0 })
    await untilStill(() => source.frames.sequence, 1000, 'a page that does not move is captured')
    source.source.update({ file: page('overlay.html'), width: 400, height: 200, css: 'body { background: #ff00ff }' })
    await source.untilFrame((now) => now.width === 400 && now.height === 200 && near(now.rgb(390, 190), [255, 0, 255]))
  })

  it('is seen in its last state, however long its process was delayed while it moved', async () => {
    writeFileSync(
      page('flashing.html'),
      `<style>body { background: #0000ff }</style><script>
        const show = (colour) => { document.body.style.background = colour }
        const flash = (left) => { show(left > 0 ? 'rgb(' + left * 8 + ', 0, 0)' : '#00ff00'); if (left > 0) setTimeout(flash, 16, left - 1) }
        onclick = () => { show('#ffff00'); setTimeout(flash, 500, 30) }</script>`,
    )
    const source = await open({ file: page('flashing.html') })
    await source.untilFrame(background([0, 0, 255]))
    source.source.command?.('click', { x: 60, y: 30 })
    await source.untilFrame(background([255, 255, 0]))
    const worker = pidOf(/browser-source-worker/)!
    process.kill(worker, 'SIGSTOP')
    await delay(1500)
    process.kill(worker, 'SIGCONT')
    await source.untilFrame(background([0, 255, 0]))
  })

  it('takes clicks, keys and reloads', async () => {
    const source = await open({ file: page('answering.html') })
    const command = (name: string, details: object = {}) => source.source.command?.(name, { ...details })
    await source.untilFrame(background([0, 0, 255]))
    command('click', { x: 60, y: 30 })
    await source.untilFrame(background([0, 255, 0]))
    command('type', { text: 'on air' })
    command('press', { key: 'Enter' })
    await source.untilFrame(background([255, 0, 0]))
    command('reload')
    await source.untilFrame(background([0, 0, 255]))
    expect(() => command('click', { x: 'left' })).toThrow(/x is a number/)
    expect(() => command('press', { key: 'Hyper+Q' })).toThrow(/key is one character/)
  })

  it('is heard, without gaps, at its own pitch', async () => {
    const source = await open({ file: page('tone.html') })
    const into = new Float32Array(40_000 * 2)
    // A machine that is delayed, and a page that starts late, are heard as gaps: a stretch without one counts.
    let reported = ''
    await until(
      () => {
        const { frames } = source.audio.read(Math.max(0, source.audio.written - 40_000), into)
        let [crossings, peak] = [0, 0]
        for (let index = 1; index < frames; index++) {
          if (into[2 * index - 2]! < 0 && into[2 * index]! >= 0) crossings++
          peak = Math.max(peak, Math.abs(into[2 * index]!))
        }
        reported = `${crossings} waves with a peak of ${peak} in ${frames} frames`
        return frames === 40_000 && Math.abs(crossings - (997 * frames) / 48_000) < 2 && Math.abs(peak - 0.25) < 0.005
      },
      () => `${reported}: ${JSON.stringify(source.reports)}`,
    )
    const first = [...descendants(process.pid)].filter(([, command]) => command.includes('--remote-debugging-pipe')).map(([pid]) => pid)
    source.source.update({ ...small, file: page('tone.html'), css: '', sound: false })
    await until(
      () => gone(first),
      () => 'it does not begin anew',
    )
    // What had come of the browser that ended is still handed on.
    await untilStill(() => source.audio.written, 500, 'it is heard')
  })

  it('captures every frame that is wanted of a page that moves, and none while it is hidden', async () => {
    writeFileSync(
      page('moving.html'),
      `<style>body { background: none } div { width: 40px; height: 40px; background: #fff }</style><div></div><script>
        let turns = 0; const step = () => { document.querySelector('div').style.marginLeft = (++turns % 200) + 'px'; document.title = turns; requestAnimationFrame(step) }; step()</script>`,
    )
    const source = await open({ file: page('moving.html'), frameRate: 20 })
    await source.untilFrame()
    // The page moves sixty times a second: far fewer frames are captured. They come unevenly on a delayed machine.
    await undisturbed(async () => {
      const [sequence, from] = [source.frames.sequence, performance.now()]
      await until(
        () => source.frames.sequence >= sequence + 20,
        () => `${source.frames.sequence - sequence} frames`,
      )
      expect(((source.frames.sequence - sequence) * 1000) / (performance.now() - from)).toBeLessThan(40)
    })
    source.source.show?.(false)
    const hidden = await untilStill(() => source.frames.sequence, 700, 'it is captured while it is hidden')
    source.source.show?.(true)
    await until(
      () => source.frames.sequence > hidden + 2,
      () => 'it stays hidden',
    )
  })
})

describe('what pages may not', () => {
  it('is rejected: files of the machine, windows, boxes that wait, URLs that are not of the web', async () => {
    const source = await open({ url: `${http}/escaping` })
    await source.untilState('running')
    source.source.command?.('reload', {})
    const titles = () => source.reports.map((report) => String(report.details?.title ?? '')).join(' ')
    await until(
      () => titles().includes('went-on'),
      () => titles(),
    )
    expect(titles()).toContain('no-window')
    expect(titles()).not.toMatch(/ fetched| image| window/)
    for (const [url, problem] of [
      ['file:///etc/hostname', /^URLs that start with file: are not allowed: give the path of a local page as `file`/],
      ['chrome://gpu', /chrome: are not allowed/],
      ['javascript:alert(1)', /javascript: are not allowed/],
      ['somewhere', /is not a URL/],
    ] as const) {
      const refused = await open({ url })
      expect((await refused.untilState('failed')).problem).toMatch(problem)
    }
  })

  it('is rejected of local pages too: they stay in their folder', async () => {
    mkdirSync(page('site'))
    writeFileSync(page('site/inside.html'), '<style>body { background: #00ff00 }</style>')
    writeFileSync(
      page('site/index.html'),
      `<style>body { background: #0000ff }</style><script>setTimeout(() => { location.href = '../answering.html' }, 300)
      setTimeout(() => { location.href = 'inside.html' }, 1000)</script>`,
    )
    const source = await open({ file: page('site/index.html') })
    const seen = new Set<string>()
    await until(
      () => {
        const picture = source.frame()
        if (picture)
          seen.add(
            picture
              .rgb(300, 200)
              .map((value) => (value > 128 ? 1 : 0))
              .join(''),
          )
        return seen.has('010')
      },
      () => [...seen].join(' '),
    )
    const missing = await open({ file: page('later.html') })
    expect((await missing.untilState('waiting')).problem).toBe(`There is no file ${page('later.html')}`)
    writeFileSync(page('later.html'), overlay)
    await missing.untilFrame((now) => now.alpha(60, 60) === 255)
  })
})

describe('a page that fails', () => {
  it('is waited for while its server is away or answers with an error, and shows nothing meanwhile', async () => {
    status = 503
    const source = await open({ url: `${http}/overlay` })
    expect((await source.untilState('waiting')).problem).toBe(`${http}/overlay answers 503`)
    expect(source.frame()).toBeUndefined()
    status = 200
    await source.untilFrame((now) => now.alpha(60, 60) === 255)
    const unreachable = await open({ url: 'http://127.0.0.1:9/' })
    expect((await unreachable.untilState('waiting')).problem).toMatch(/cannot be reached/)
  })

  it('is restarted when it crashes, when it hangs, and when it takes too much memory', async () => {
    const source = await open({ file: page('answering.html') })
    await source.untilFrame(background([0, 0, 255]))
    await source.untilState('running')
    const renderers = [...descendants(process.pid)].filter(([, command]) => command.includes('--type=renderer'))
    for (const [pid] of renderers) process.kill(pid, 'SIGKILL')
    await source.untilReport((report) => report.problem?.startsWith('The page crashed') === true)
    await source.untilReport((report) => report.state === 'running' && report.details?.restarts === 1)
    writeFileSync(page('heavy.html'), '<script>window.kept = [1, 2, 3, 4, 5, 6].map(() => new Uint8Array(50e6).fill(1))</script>')
    const heavy = await open({ file: page('heavy.html'), memoryLimitMb: 300 })
    // The page never comes back from what this key starts.
    source.source.command?.('press', { key: 'Escape' })
    await Promise.all([
      source.untilReport((report) => report.problem?.startsWith('The page did not answer') === true, 60_000),
      heavy.untilReport((report) => report.problem?.includes('MiB of memory, more than 300') === true, 60_000),
    ])
    await source.untilReport((report) => report.state === 'running' && report.details?.restarts === 2)
  })

  it('is named with what to do when it is not loaded: its scripts run for ever, its server is silent, or a part of it does not come', async () => {
    writeFileSync(page('endless.html'), '<body>before<script>for (;;);</script>')
    const endless = await open({ file: page('endless.html') })
    const silent = await open({ url: `${http}/silent` })
    const partly = await open({ url: `${http}/partly` })
    const problems = ['Its scripts have not come to an end', 'Its server has not answered', 'a part of it, e.g. a script, does not arrive']
    for (const [index, source] of [endless, silent, partly].entries()) {
      const report = await source.untilReport(({ problem }) => problem?.includes(problems[index]!) === true)
      expect(report.state).toBe('starting')
    }
    // It is said for as long as it is so: the browser is started again and again.
    await endless.untilReport(({ details }) => Number(details?.restarts) > 0)
    await endless.untilReport(({ state, details }) => state === 'starting' && Number(details?.restarts) > 0)
    expect(endless.report?.problem).toContain(problems[0])
    writeFileSync(page('endless.html'), overlay)
    await endless.untilState('running')
    expect(endless.report?.problem ?? '').not.toContain(problems[0])
  })

  it('leaves nothing behind when its process or the studio is killed', async () => {
    const source = await open({ file: page('answering.html') })
    await source.untilFrame(background([0, 0, 255]))
    const before = descendants(process.pid)
    const worker = pidOf(/browser-source-worker/)!
    process.kill(worker, 'SIGKILL')
    await until(
      () => gone(before.keys()),
      () => `${JSON.stringify([...before])} are left`,
    )
    await source.untilReport((report) => report.state === 'running' && report !== source.reports[0])
    await until(
      () => pidOf(/--type=renderer/) !== undefined,
      () => 'no page came back',
    )
    await bench.close()

    const script = `import { createSourceBench } from '${join(root, 'e2e/helpers/studio-source.ts')}'
      const source = await createSourceBench().open('browser', { file: '${page('overlay.html')}' })
      await source.untilFrame(); console.log('shown')`
    const studio: ChildProcess = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => studio.stdout!.once('data', resolve))
    const below = descendants(studio.pid!)
    expect([...below.values()].some((command) => command.includes('--type=renderer'))).toBe(true)
    // What the browser itself writes for a while is in its page's folder.
    const profile = [...below.values()].map((command) => /--user-data-dir=(\S+)/.exec(command)?.[1]).find((path) => path !== undefined)!
    expect(readlinkSync(join(profile, 'SingletonSocket')).startsWith(`${dirname(profile)}/`)).toBe(true)
    studio.kill('SIGKILL')
    await until(
      () => gone(below.keys()),
      () => `${JSON.stringify([...below])} are left`,
    )
    // Its folder too, at once or when the next page starts.
    await open({ file: page('overlay.html') })
    const left = () => readdirSync(tmpdir()).filter((name) => [...below.keys()].some((pid) => name.startsWith(`ami-studio-page-${pid}-`)))
    await until(
      () => left().length === 0,
      () => left().join(' '),
    )
  })
})

describe('over the API', () => {
  it('a page, a text and a background make a program, and take commands', async () => {
    const host = await startHost({ name: 'studio-browser' })
    try {
      const place = (source: string, x: number, y: number) => ({ source, position: { x, y } })
      const collection = {
        format: 'ami-streams/collection',
        version: 1,
        name: 'Pages',
        frameRate: { numerator: 30, denominator: 1 },
        canvases: [{ id: 'main', name: 'Main', width: 640, height: 360 }],
        sources: [
          { id: 'background', name: 'Ground', kind: 'color', settings: { color: '#0000ff' } },
          { id: 'page', name: 'Page', kind: 'browser', settings: { file: page('overlay.html'), ...small }, audio: {} },
          { id: 'title', name: 'Title', kind: 'text', settings: { text: 'M', background: { color: '#ffff00', padding: 40, radius: 0 } } },
          { id: 'count', name: 'Count', kind: 'timer', settings: { durationMs: 60_000 } },
        ],
        scenes: [
          {
            id: 'all',
            name: 'All',
            canvas: 'main',
            items: [place('background', 0, 0), place('page', 0, 0), place('title', 400, 100), place('count', 400, 300)],
          },
        ],
        outputs: [],
      }
      writeFileSync(page('pages.json'), JSON.stringify(collection))
      expect((await host.api('POST', '/studio/open', { file: page('pages.json') })).status).toBe(200)
      const pixels = async (): Promise<(x: number, y: number) => number[]> => {
        const reply = await fetch(`${host.http}/api/v1/studio/screenshot?program=main`)
        if (!reply.ok) return () => []
        const { data, info } = await sharp(await reply.arrayBuffer())
          .removeAlpha()
          .raw()
          .toBuffer({ resolveWithObject: true })
        return (x, y) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)]
      }
      let at = await pixels()
      const has = (x: number, y: number, rgb: readonly number[]): boolean => near([...at(x, y), 0, 0, 0].slice(0, 3), rgb)
      await until(
        async () => {
          at = await pixels()
          return has(60, 60, [0, 255, 0]) && has(410, 110, [255, 255, 0])
        },
        () => `${at(60, 60)} and ${at(410, 110)}: ${host.log.slice(-5).join('\n')}`,
      )
      // Half of the page's red over blue, and blue where the page has nothing.
      expect(near(at(100, 230), [128, 0, 128], 14)).toBe(true)
      expect(near(at(300, 20), [0, 0, 255])).toBe(true)
      const command = async (source: string, body: object) => (await host.api('POST', `/studio/sources/${source}/commands`, body)).status
      expect(await command('count', { command: 'pause' })).toBe(204)
      expect(await command('count', { command: 'add', details: { ms: 'a lot' } })).toBe(400)
      expect(await command('page', { command: 'click', details: { x: 'left' } })).toBe(400)
      expect(await command('page', { command: 'reload' })).toBe(204)
    } finally {
      await host.stop()
    }
  })
})
