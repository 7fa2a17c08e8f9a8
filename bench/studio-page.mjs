/**
 * What pages that look cost the host, at 1080p30: the preview and 16 tiles of the multiview, in the sizes that the multiview of a page
 * asks for in a window of 1280x720 and of 1920x1080, and at 720p, against the same show with nobody looking. CPU time of all processes of the host; the pages are WebSocket clients, so Chromium's own cost is not in it. Then how far behind
 * the studio a page in Chromium is.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { launchBrowser } from '../e2e/helpers/browser.ts'
import { measureTree } from './process-tree.mjs'
import { root, startOurs } from './servers.mjs'

const fixed = (value, digits = 3) => Number(value.toFixed(digits))
const colors = ['#c0392b', '#27ae60', '#2980b9', '#8e44ad']

/** Sixteen scenes, of which `moving` have frames that change all the time; the rest are a colour with a text. */
export function show(moving) {
  const whole = { fit: 'stretch', width: 1920, height: 1080 }
  return {
    format: 'ami-streams/collection',
    version: 1,
    name: 'Page',
    frameRate: { numerator: 30, denominator: 1 },
    canvases: [{ id: 'main', name: 'Main', width: 1920, height: 1080, scene: 'scene-0' }],
    sources: [
      { id: 'card', name: 'Camera', kind: 'test-pattern', settings: { width: 1920, height: 1080, beep: false } },
      ...colors.map((color, index) => ({ id: `color-${index}`, name: `Colour ${index}`, kind: 'color', settings: { color } })),
      { id: 'text', name: 'Text', kind: 'text', settings: { text: 'Now live from the studio', fontSize: 72 } },
    ],
    scenes: Array.from({ length: 16 }, (_, index) => ({
      id: `scene-${index}`,
      name: `Scene ${index}`,
      items: [
        { source: index < moving ? 'card' : `color-${index % colors.length}`, bounds: whole },
        { source: 'text', position: { x: 60 + 20 * index, y: 900 } },
      ],
    })),
    outputs: [
      {
        id: 'out',
        name: 'Out',
        kind: 'host',
        settings: { stream: 'bench' },
        video: { encoder: 'libx264', preset: 'ultrafast', rateControl: 'cbr', bitrateKbps: 6000, bFrames: 0, keyframeMs: 2000 },
      },
    ],
  }
}

/** A page that takes everything at once; answers how many messages it was sent, and how to leave. */
async function look(http, path, onOpen, onMessage = () => undefined) {
  const socket = new WebSocket(`${http.replace('http', 'ws')}/api/v1${path}`)
  socket.binaryType = 'arraybuffer'
  const page = { messages: 0, bytes: 0, leave: () => socket.close() }
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') return
    page.messages++
    page.bytes += data.byteLength
    onMessage(socket, data)
  }
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = () => reject(new Error(`${path} does not open`))
  })
  onOpen?.(socket)
  return page
}

const preview = (height) => (http) =>
  look(http, `/studio/preview-feed?height=${height}`, undefined, (socket, data) =>
    socket.send(JSON.stringify({ type: 'shown', frame: new DataView(data).getUint32(4) })),
  )
const tiles = (height) => (http) =>
  look(http, '/studio/multiview-feed', (socket) =>
    socket.send(JSON.stringify({ type: 'tiles', tiles: Array.from({ length: 16 }, (_, index) => `scene:scene-${index}`), height })),
  )
/** What the multiview asks for, lines of the preview and of tiles, by the size of the window. */
const asked = [
  { window: '1280x720', preview: 270, tiles: 135 },
  { window: '1920x1080', preview: 450, tiles: 180 },
]

/** @param print writes a line; @param seconds length of a window */
export async function measureStudioPage(print, seconds = 10) {
  const folder = join(root, 'artifacts/bench')
  mkdirSync(folder, { recursive: true })
  const host = await startOurs({ args: ['--srt-port', '0', '--webrtc-port', '0'] })
  const api = async (method, path, body) => {
    const reply = await fetch(`${host.http}/api/v1${path}`, {
      method,
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    })
    const answer = await reply.json()
    if (!reply.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
    return answer
  }
  const results = []
  /** Cores of all processes of the host while `looks` look. */
  const cores = async (looks) => {
    const pages = await Promise.all(looks.map((each) => each(host.http)))
    await sleep(4000)
    const before = pages.map(({ messages, bytes }) => ({ messages, bytes }))
    const frames = (await api('GET', '/studio/statistics')).frames
    const from = measureTree(host.pid).cpuSeconds
    const started = performance.now()
    await sleep(seconds * 1000)
    const elapsed = (performance.now() - started) / 1000
    const used = (measureTree(host.pid).cpuSeconds - from) / elapsed
    const fps = ((await api('GET', '/studio/statistics')).frames - frames) / elapsed
    const each = pages.map(({ messages, bytes }, index) => ({
      perSecond: fixed((messages - before[index].messages) / elapsed, 1),
      kbps: Math.round(((bytes - before[index].bytes) * 8) / elapsed / 1000),
    }))
    for (const page of pages) page.leave()
    await sleep(4500)
    return { used, fps, each }
  }
  const run = async (name, looks, idle) => {
    const { used, fps, each } = await cores(looks)
    const added = used - idle
    const sent = each.map(({ perSecond, kbps }) => `${perSecond} messages a second, ${kbps} kbit/s`).join('; ')
    print(`page    ${name.padEnd(52)} ${fixed(added)} of a core added (${fixed(used)} in all, ${fixed(fps, 1)} frames a second); ${sent}`)
    results.push({ name, addedCores: fixed(added), cores: fixed(used), fps: fixed(fps, 1), each })
    return used
  }
  try {
    for (const moving of [16, 4]) {
      const file = join(folder, 'studio-page.json')
      writeFileSync(file, JSON.stringify(show(moving)))
      await api('POST', '/studio/open', { file })
      // Encoders are measured when the first show of a machine starts: not while it is looked at.
      await sleep(moving === 16 ? 12_000 : 4000)
      const of = `${moving} of 16 scenes move`
      const idle = (await cores([])).used
      print(`page    ${of}: nobody looks, nothing is sent: ${fixed(idle)} of a core`)
      for (const size of asked) {
        const name = `preview and 16 tiles of a window of ${size.window}, ${of}`
        await run(name, [preview(size.preview), tiles(size.tiles)], idle)
      }
      if (moving === 16) {
        await run('preview alone at 720p', [preview(720)], idle)
        await run('16 tiles alone, of 180 lines', [tiles(180)], idle)
      }
      await api('POST', '/studio/outputs/out/start', {})
      await sleep(3000)
      const live = (await cores([])).used
      print(`page    ${of}: nobody looks, live at 1080p30: ${fixed(live)} of a core`)
      await run(`preview and 16 tiles while live, ${of}`, [preview(720), tiles(180)], live)
      await api('POST', '/studio/outputs/out/stop', {})
      await sleep(2000)
      if (moving === 16) {
        const after = (await cores([])).used
        const { tiles: made, encodings } = await api('GET', '/studio/statistics')
        await sleep(3000)
        const more = (await api('GET', '/studio/statistics')).tiles - made
        print(`page    nobody looks any more: ${fixed(after - idle)} of a core added; ${encodings.length} encodings, ${more} tiles in 3 s`)
      }
    }
    results.push(...(await measureView(print, host.http)))
    return results
  } finally {
    await host.stop()
  }
}

/** What a page in Chromium loads, and how far behind the studio it is. */
export async function measureView(print, http) {
  return [await weight(http, print), await latency(http, print)]
}

/** What a browser without a cache loads until the studio can be used, and how long that takes. */
async function weight(http, print) {
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Network.enable')
    const kinds = new Map()
    const sizes = { Script: 0, Stylesheet: 0 }
    cdp.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type))
    cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const kind = kinds.get(requestId)
      if (kind in sizes) sizes[kind] += encodedDataLength
    })
    const from = performance.now()
    await page.goto(`${http}/studio`)
    await page.getByTestId('stage').waitFor()
    const usableMs = performance.now() - from
    await page.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor()
    const frameMs = performance.now() - from
    const [script, style] = [sizes.Script / 1000, sizes.Stylesheet / 1000]
    print(
      `page    the studio section loads ${script.toFixed(0)} kB of script and ${style.toFixed(0)} kB of styles as they come over the wire (aim: 400); usable after ${usableMs.toFixed(0)} ms, first frame after ${frameMs.toFixed(0)} ms`,
    )
    return {
      name: 'weight',
      scriptKb: fixed(script, 0),
      styleKb: fixed(style, 0),
      usableMs: Math.round(usableMs),
      frameMs: Math.round(frameMs),
    }
  } finally {
    await browser.close()
  }
}

/** How far behind a page at 720p says that it is. */
async function latency(http, print) {
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
    // In a window of this size it would ask for 630 lines.
    await page.addInitScript(() => {
      const Plain = globalThis.WebSocket
      globalThis.WebSocket = class extends Plain {
        constructor(url) {
          super(String(url).replace(/height=\d+/, 'height=720'))
        }
      }
    })
    await page.goto(`${http}/studio`)
    const status = page.getByTestId('latency-program')
    await page.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor({ timeout: 60_000 })
    await sleep(10_000)
    const { p50, p95 } = await status.evaluate(({ dataset }) => ({ p50: Number(dataset.p50), p95: Number(dataset.p95) }))
    const text = await status.innerText()
    print(`page    behind the studio in Chromium, 720p on loopback: p50 ${p50} ms, p95 ${p95} ms (aim: 50, 80); "${text}"`)
    return { name: 'latency', p50, p95 }
  } finally {
    await browser.close()
  }
}
