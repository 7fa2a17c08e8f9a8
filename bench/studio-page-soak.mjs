/**
 * The studio page for a long time in use: `node bench/studio-page-soak.mjs --minutes 30 [--seed 1]` (`npm run build` before). A page in
 * Chromium does what people do, by mouse and keys: scenes, drags, undo, dialogs, the multiview, other sections and back. Ends with 1 when
 * the page's JavaScript heap, its nodes or listeners, or the host's memory grow, or the page met an error.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { launchBrowser } from '../e2e/helpers/browser.ts'
import { measureTree } from './process-tree.mjs'
import { startOurs } from './servers.mjs'
import { randomOf } from './studio-soak-edits.mjs'

const maxGrowth = 0.2
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } } })
const minutes = Number(values.minutes)
const sampleMs = Math.min(60_000, (minutes * 60_000) / 12)
const random = randomOf(Number(values.seed))
const among = (length) => Math.floor(random() * length)
const print = (line) => process.stdout.write(`${line}\n`)
const folder = mkdtempSync(join(tmpdir(), 'ami-page-soak-'))
const screen = { width: 1280, height: 720 }

function show() {
  const box = (x, y) => ({ position: { x, y }, bounds: { fit: 'stretch', width: 640, height: 360 } })
  const ids = Array.from({ length: 6 }, (_, index) => index)
  return {
    format: 'ami-streams/collection',
    version: 1,
    name: 'Page soak',
    frameRate: { numerator: 30, denominator: 1 },
    canvases: [{ id: 'main', name: 'Main', width: 1280, height: 720, scene: 'scene-0' }],
    sources: [
      { id: 'card', name: 'Card', kind: 'test-pattern', settings: { width: 640, height: 360 } },
      ...ids.map((index) => ({
        id: `color-${index}`,
        name: `Colour ${index}`,
        kind: 'color',
        settings: { color: `#4${index}${index}860` },
      })),
      { id: 'text', name: 'Text', kind: 'text', settings: { text: 'Now live' } },
    ],
    scenes: ids.map((index) => ({
      id: `scene-${index}`,
      name: `Scene ${index}`,
      items: [
        { source: `color-${index}`, ...box(0, 0) },
        { source: 'card', ...box(320, 180) },
        { source: 'text', position: { x: 60, y: 600 } },
      ],
    })),
    outputs: [],
  }
}

/** What people do, each a few seconds at most. */
const deeds = {
  async 'a scene'(page) {
    const scenes = page.getByTestId('scene')
    await scenes.nth(among(await scenes.count())).click()
  },
  async 'a drag'(page) {
    const { x, y, width, height } = await page.getByTestId('stage').boundingBox()
    await page.mouse.move(x + width / 2, y + height / 2)
    await page.mouse.down()
    for (let step = 1; step <= 20; step++) await page.mouse.move(x + width / 2 + step * (among(2) ? 3 : -3), y + height / 2 + step)
    await page.mouse.up()
  },
  async 'undo and redo'(page) {
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Control+Shift+z')
  },
  async 'keys on the canvas'(page) {
    await page.getByTestId('stage').focus()
    await page.keyboard.press('Control+a')
    for (let step = 0; step < 5; step++) await page.keyboard.press(among(2) ? 'ArrowLeft' : 'ArrowRight')
    await page.keyboard.press('Escape')
  },
  async 'a duplicate that is deleted'(page) {
    const { x, y, width, height } = await page.getByTestId('stage').boundingBox()
    await page.mouse.click(x + width / 2, y + height / 2)
    await page.keyboard.press('Control+d')
    await sleep(500)
    await page.keyboard.press('Delete')
  },
  async 'the palette'(page) {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('scene', { delay: 20 })
    await page.keyboard.press('Escape')
  },
  async 'the multiview'(page) {
    await page.getByTestId('multiview-open').click()
    await page.locator('[data-testid="tile-picture"][data-state="shown"]').first().waitFor()
    await sleep(1500)
    await page.getByTestId('multiview-close').click()
  },
  async 'a dialog'(page) {
    const open = ['add-source', 'edit-transitions', 'edit-macros', 'edit-overlays', 'edit-canvas']
    await page.getByTestId(open[among(open.length)]).first().click()
    await page.locator('dialog[open]').first().waitFor()
    await sleep(600)
    await page.keyboard.press('Escape')
    await page.locator('dialog[open]').first().waitFor({ state: 'detached' })
  },
  async 'another section'(page) {
    for (const section of ['live', 'library', 'settings', 'studio']) {
      await page.getByTestId(`nav-${section}`).first().click()
      await sleep(700)
    }
    await page.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor({ timeout: 60_000 })
  },
  async 'studio mode'(page) {
    for (let times = 0; times < 2; times++) {
      await page.getByTestId('studio-mode').click()
      await sleep(600)
    }
  },
}

const server = await startOurs({ args: ['--srt-port', '0', '--webrtc-port', '0'] })
const browser = await launchBrowser()
let failed = false
const verdict = (good, line) => {
  if (!good) failed = true
  print(`${good ? 'good' : 'BAD '}  ${line}`)
}
const median = (numbers) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? Number.NaN

try {
  const file = join(folder, 'page-soak.json')
  writeFileSync(file, JSON.stringify(show()))
  const opened = await fetch(`${server.http}/api/v1/studio/open`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ file }),
  })
  if (!opened.ok) throw new Error(await opened.text())
  const page = await browser.newPage({ viewport: screen })
  page.setDefaultTimeout(30_000)
  const errors = []
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(`${server.http}/studio`)
  await page.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor()
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('HeapProfiler.enable')
  const samples = []
  const sample = async () => {
    await cdp.send('HeapProfiler.collectGarbage')
    const { usedSize } = await cdp.send('Runtime.getHeapUsage')
    const { nodes, jsEventListeners } = await cdp.send('Memory.getDOMCounters')
    const { proportionalMb } = measureTree(server.pid)
    samples.push({ heapMb: usedSize / 1024 ** 2, nodes, listeners: jsEventListeners, hostMb: proportionalMb })
    const { heapMb, hostMb } = samples.at(-1)
    print(
      `${((performance.now() - from) / 60_000).toFixed(1).padStart(5)} min  heap ${heapMb.toFixed(1)} MB, ${nodes} nodes, ${jsEventListeners} listeners; host ${hostMb.toFixed(0)} MB; ${done} deeds`,
    )
  }
  const from = performance.now()
  let [done, sampledAt] = [0, from]
  const names = Object.keys(deeds)
  while (performance.now() - from < minutes * 60_000) {
    const name = names[among(names.length)]
    await deeds[name](page).catch((error) => {
      errors.push(`${name}: ${error.message.split('\n')[0]}`)
      print(`       ${errors.at(-1)}`)
      return page.keyboard.press('Escape')
    })
    done++
    await sleep(200 + among(800))
    if (performance.now() - sampledAt < sampleMs) continue
    sampledAt = performance.now()
    await sample()
  }
  await sample()
  const third = Math.max(1, Math.floor(samples.length / 3))
  const { heapMb, nodes, listeners, hostMb } = Object.fromEntries(
    Object.keys(samples[0]).map((key) => {
      const [first, last] = [samples.slice(0, third), samples.slice(-third)].map((part) => median(part.map((each) => each[key])))
      return [key, { first, last, growth: last / first - 1 }]
    }),
  )
  for (const [what, { first, last, growth }] of Object.entries({
    'heap of the page, MB': heapMb,
    'nodes': nodes,
    'listeners': listeners,
    'all processes of the host, MB': hostMb,
  }))
    verdict(
      growth <= maxGrowth,
      `${what}: ${first.toFixed(1)} in the first third, ${last.toFixed(1)} in the last (${(growth * 100).toFixed(1)} %)`,
    )
  verdict(
    errors.length === 0,
    `${errors.length} errors in ${done} deeds${errors.length > 0 ? `: ${[...new Set(errors)].slice(0, 5).join(' | ')}` : ''}`,
  )
} finally {
  await browser.close()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed ? 1 : 0
