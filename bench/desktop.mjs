/**
 * The remote desktop in Chromium: from a key press on the viewer's X server to the changed pixel there, ours and noVNC on the same display,
 * in turns; what a display costs; how soon a new one is seen. Needs Xvnc, Xvfb, openbox, xterm, ffplay and Chromium.
 */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { startXvfb } from '../e2e/helpers/xvfb.ts'
import { servePages, size } from './desktop-viewers.mjs'
import { executablePath } from './latency.mjs'
import { measureProcess, measureTree } from './process-tree.mjs'
import { root, startOurs } from './servers.mjs'

const addon = createRequire(import.meta.url)(join(root, 'dist/native/x11.node'))
const aims = { p50: 0.55, p95: 0.7, idle: 0.005, video: 0.25, createMs: 1500 }
const keysymOfA = 0x61
/** A press that is not seen by then is lost, ms. */
const lostMs = 1500

const nowUs = () => Number(process.hrtime.bigint() / 1000n)
const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
const summary = (times) => {
  const sorted = times.toSorted((one, other) => one - other)
  return { presses: sorted.length, p50: Number(at(sorted, 0.5).toFixed(1)), p95: Number(at(sorted, 0.95).toFixed(1)) }
}

/** Reads the viewer's screen, and presses keys there. */
function openScreen(display) {
  let onChange = () => undefined
  const view = new addon.DesktopView(display, (event) => {
    if (event.kind !== 'changed') return
    onChange(event)
    view.next()
  })
  const input = new addon.DesktopInput(display, true)
  /** ms from the press until the pixel is another one; undefined where it stays what it was. */
  const press = (x, y) =>
    new Promise((resolve) => {
      let before
      let from = 0
      const timer = setTimeout(() => done(undefined), lostMs)
      const done = (result) => {
        clearTimeout(timer)
        onChange = () => undefined
        resolve(result)
      }
      onChange = ({ readyUs, parts }) => {
        const covers = parts.some((part) => x >= part.x && x < part.x + part.width && y >= part.y && y < part.y + part.height)
        if (before !== undefined && !covers) return
        const value = view.pixels(x, y, 1, 1)?.[1] > 128
        if (before === undefined) {
          before = value
          from = nowUs()
          input.release(input.press(keysymOfA))
        } else if (value !== before) done((readyUs - from) / 1000)
      }
      // The frame as it is now, to compare with.
      view.again()
    })
  return {
    press,
    close() {
      input.close()
      view.close()
    },
  }
}

/** The X server of a display of ours: its process, and the socket of its own protocol. */
function xServerOf(id) {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      if (words[0] === 'Xvnc' && words.some((word) => word.includes(id)))
        return { pid: Number(pid), rfb: words[words.indexOf('-rfbunixpath') + 1] }
    } catch {
      // Gone since it was listed.
    }
  }
  throw new Error(`no X server of display ${id}`)
}

/** The process of ours that shows a display. */
function workerOf(host) {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      const parent = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1])
      if (parent === host && words.some((word) => word.endsWith('desktop-worker.js'))) return Number(pid)
    } catch {
      // Gone since it was listed.
    }
  }
  throw new Error('no process shows the display')
}

/** Opens a way to see the display in a page; resolves when it is seen, with the pixel of the screen that keys change. */
async function openViewer(context, kind, url) {
  const page = await context.newPage()
  if (kind === 'ours') {
    await page.addInitScript(() => {
      const Plain = globalThis.WebSocket
      globalThis.updates = [0, 0, 0, 0]
      globalThis.WebSocket = class extends Plain {
        constructor(...all) {
          super(...all)
          this.addEventListener('message', ({ data }) => {
            if (data instanceof ArrayBuffer) globalThis.updates[new Uint8Array(data)[0]]++
          })
        }
      }
    })
    await page.goto(url)
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    await page.locator('.desktop-stage').evaluate(({ style }, { width, height }) => {
      Object.assign(style, { width: `${width}px`, height: `${height}px` })
    }, size)
    await page.waitForFunction(({ width }) => document.querySelector('[data-testid=desktop-canvas]')?.width === width, size)
  } else {
    await page.goto(url)
    await page.waitForFunction(() => document.title === 'ready')
  }
  await page.bringToFront()
  const box = page.locator(kind === 'ours' ? '[data-testid=desktop-canvas]' : '#box')
  await box.click({ position: { x: 300, y: 300 } })
  const { x, y } = await box.boundingBox()
  const middle = await page.evaluate(() => ({ x: screenX, y: screenY + outerHeight - innerHeight }))
  await sleep(1500)
  return { page, x: Math.round(middle.x + x + size.width / 2), y: Math.round(middle.y + y + size.height / 2) }
}

async function typeLatency(screen, { x, y }, presses) {
  const times = []
  let lost = 0
  for (let press = 0; press < presses + 5; press++) {
    await sleep(120 + Math.random() * 60)
    const took = await screen.press(x, y)
    if (press < 5) continue
    if (took === undefined) lost++
    else times.push(took)
  }
  return { times, lost }
}

/** @param print writes a line; @param options.seconds length of a window; @param options.presses of each page in each round */
export async function measureDesktop(print, { seconds = 8, presses = 50, rounds = 2 } = {}) {
  const host = await startOurs({ args: ['--srt-port', '0', '--webrtc-port', '0'] })
  const screenServer = await startXvfb({ width: 1720, height: 1000 })
  const env = { ...process.env, ...screenServer.env }
  const manager = spawn('openbox', [], { env, stdio: 'ignore' })
  // What the addon connects with.
  Object.assign(process.env, screenServer.env)
  const screen = openScreen(screenServer.display)
  const browser = await chromium.launch({
    headless: false,
    executablePath,
    env,
    ignoreDefaultArgs: ['--enable-automation'],
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--window-position=0,0', '--window-size=1720,1000'],
  })
  const context = await browser.newContext({ viewport: null })
  const api = async (method, path, body) => {
    const reply = await fetch(`${host.http}/api/v1/desktop${path}`, {
      method,
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    })
    const answer = await reply.text()
    if (!reply.ok) throw new Error(`${path}: ${answer}`)
    return answer === '' ? undefined : JSON.parse(answer)
  }
  const made = []
  const create = async (command) => {
    const display = await api('POST', '/displays', { command, ...size })
    made.push(display.id)
    return display
  }
  const remove = async (id) => {
    made.splice(made.indexOf(id), 1)
    await api('DELETE', `/displays/${id}`)
  }
  const urlOf = ({ id }) => `${host.http}/desktops/${id}`
  try {
    const typed = await create([process.execPath, join(root, 'bench/typed-window.mjs'), String(size.width), String(size.height)])
    const latency = await compareLatency({ print, context, screen, typed, url: urlOf(typed), presses, rounds })
    await remove(typed.id)
    const costs = await measureCosts({ print, context, host, create, remove, urlOf, seconds })
    const createMs = []
    for (let round = 0; round < 3; round++) {
      const page = await context.newPage()
      const from = performance.now()
      const display = await create(['xterm', '-maximized'])
      await page.goto(urlOf(display))
      await page.locator('[data-testid=desktop][data-state=open]').waitFor()
      createMs.push(performance.now() - from)
      await page.close()
      await remove(display.id)
    }
    const middle = createMs.toSorted((one, other) => one - other)[1]
    print(
      `desktop from creating a display to its first frame in a page that is opened for it: ${createMs.map((ms) => ms.toFixed(0)).join(', ')} ms${missed(middle, aims.createMs)}`,
    )
    return { latency, costs, createMs: createMs.map(Math.round) }
  } finally {
    for (const id of made) await api('DELETE', `/displays/${id}`).catch(() => undefined)
    await browser.close()
    screen.close()
    manager.kill()
    await host.stop()
    await screenServer.stop()
  }
}

const missed = (value, aim) => ` (aim: at most ${aim})${value <= aim ? '' : '   MISSED'}`

async function compareLatency({ print, context, screen, typed, url, presses, rounds }) {
  const pages = await servePages(xServerOf(typed.id).rfb)
  const ways = { 'echo': `${pages.http}/echo`, 'noVNC': `${pages.http}/novnc`, 'ours': url }
  const times = { echo: [], noVNC: [], ours: [] }
  const lost = { echo: 0, noVNC: 0, ours: 0 }
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [kind, address] of Object.entries(ways)) {
        const viewer = await openViewer(context, kind, address)
        const seen = await typeLatency(screen, viewer, presses)
        times[kind].push(...seen.times)
        lost[kind] += seen.lost
        await viewer.page.close()
        await sleep(500)
      }
    }
  } finally {
    pages.stop()
  }
  const figures = Object.fromEntries(Object.keys(ways).map((kind) => [kind, { ...summary(times[kind]), lost: lost[kind] }]))
  for (const [kind, { presses: seen, p50, p95, lost: unseen }] of Object.entries(figures)) {
    print(`desktop key to changed pixel, ${kind.padEnd(6)} p50 ${p50} ms, p95 ${p95} ms (${seen} presses, ${unseen} lost)`)
  }
  for (const name of ['p50', 'p95']) {
    const ratio = figures.ours[name] / figures.noVNC[name]
    print(`desktop ours / noVNC, ${name}: ${ratio.toFixed(2)}${missed(ratio, aims[name])}`)
  }
  return figures
}

/** Cores that our processes take for one display that is seen, by what happens on it. */
async function measureCosts({ print, context, host, create, remove, urlOf, seconds }) {
  const film = `testsrc2=size=${size.width}x${size.height}:rate=30`
  const activities = {
    idle: { command: ['xterm', '-maximized'] },
    typing: { command: ['xterm', '-maximized'], types: true },
    scrolling: { command: ['xterm', '-maximized', '-e', 'sh', '-c', 'while :; do ls -l /usr/bin | head -40; sleep 0.04; done'] },
    video: { command: ['ffplay', '-loglevel', 'error', '-an', '-noborder', '-f', 'lavfi', '-i', film] },
  }
  const results = {}
  const unseenMb = measureTree(host.pid).proportionalMb
  for (const [name, { command, types = false }] of Object.entries(activities)) {
    const display = await create(command)
    const server = xServerOf(display.id).pid
    const { page } = await openViewer(context, 'ours', urlOf(display))
    await sleep(3000)
    const worker = workerOf(host.pid)
    const cpu = () => [measureProcess(host.pid).cpuSeconds, measureProcess(worker).cpuSeconds, measureProcess(server).cpuSeconds]
    const updates = () => page.evaluate(() => [...globalThis.updates])
    const [before, sentBefore, from] = [cpu(), await updates(), performance.now()]
    while (performance.now() - from < seconds * 1000) {
      if (types) await page.keyboard.press('a')
      await sleep(types ? 100 : 250)
    }
    const elapsed = (performance.now() - from) / 1000
    const after = cpu()
    const sent = (await updates()).map((count, kind) => (count - sentBefore[kind]) / elapsed)
    const [ofHost, ofWorker, ofServer] = after.map((value, index) => (value - before[index]) / elapsed)
    const ours = ofHost + ofWorker
    const aim = name === 'idle' ? missed(ours, aims.idle) : name === 'video' ? missed(ours, aims.video) : ''
    print(
      `desktop ${name.padEnd(9)} ${ours.toFixed(4)} of a core${aim}: worker ${ofWorker.toFixed(4)}, host ${ofHost.toFixed(4)}; beside it the X server ${ofServer.toFixed(4)}; ${sent[1].toFixed(1)} updates and ${sent[3].toFixed(1)} frames of video a second`,
    )
    results[name] = { ours, worker: ofWorker, host: ofHost, server: ofServer, updates: sent[1], videoFps: sent[3] }
    if (name === 'idle') {
      const [workerMb, serverMb] = [measureTree(worker).proportionalMb, measureTree(server).proportionalMb]
      print(
        `desktop memory of a display that is seen: its process ${workerMb.toFixed(0)} MB, its X server ${serverMb.toFixed(0)} MB (the host ${unseenMb.toFixed(0)} MB)`,
      )
      results.memory = { workerMb, serverMb, hostMb: unseenMb }
    }
    await page.close()
    await remove(display.id)
  }
  return results
}
