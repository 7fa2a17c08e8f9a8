/**
 * The remote desktop in Chromium: from a key press on the viewer's X server to the changed pixel there, ours and noVNC on the same display,
 * in turns; what a display costs; how soon a new one is seen. Needs Xvnc, Xvfb, openbox, xterm, ffplay and Chromium.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { comparePresses, openViewer, startScreen } from './desktop-screen.mjs'
import { desktopApi, servePages, size } from './desktop-viewers.mjs'
import { measureProcess, measureTree } from './process-tree.mjs'
import { root, startOurs } from './servers.mjs'

const aims = { p50: 0.55, p95: 0.7, idle: 0.005, video: 0.25, createMs: 1500 }
/** The X server of a display of ours: its process, and the socket of its own protocol. */
export function xServerOf(id) {
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

/** @param print writes a line; @param options.seconds length of a window; @param options.presses of each page in each round */
export async function measureDesktop(print, { seconds = 8, presses = 50, rounds = 2 } = {}) {
  const host = await startOurs({ args: ['--srt-port', '0', '--webrtc-port', '0'] })
  const screen = await startScreen()
  const { context } = screen
  const api = desktopApi(host)
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
    const latency = await compareLatency({ print, screen, typed, url: urlOf(typed), presses, rounds })
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
    await screen.stop()
    await host.stop()
  }
}

const missed = (value, aim) => ` (aim: at most ${aim})${value <= aim ? '' : '   MISSED'}`

async function compareLatency({ print, screen, typed, url, presses, rounds }) {
  const pages = await servePages(xServerOf(typed.id).rfb)
  try {
    const ways = { echo: `${pages.http}/echo`, noVNC: `${pages.http}/novnc`, ours: url }
    const figures = await comparePresses({ print, screen, ways, presses, rounds })
    for (const name of ['p50', 'p95']) {
      const ratio = figures.ours[name] / figures.noVNC[name]
      print(`desktop ours / noVNC, ${name}: ${ratio.toFixed(2)}${missed(ratio, aims[name])}`)
    }
    return figures
  } finally {
    pages.stop()
  }
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
