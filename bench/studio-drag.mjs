/**
 * How smooth dragging is in a large show: 200 sources on one scene of 50, one of them moved to and fro by a real mouse, in our page in
 * Chromium and in the preview of OBS Studio, one after the other on the same X server. Frames are counted where a person sees them: a
 * program grabs the part of the screen that the item crosses, and each grab that differs from the one before is a frame.
 * OBS runs in a network of its own, for it opens its endpoint to everybody: needs root, obs-studio, xvfb, xauth, dbus-x11, xdotool.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { obsConfiguration, untilObs } from '../e2e/helpers/obs-studio.ts'
import { startXvfb, xvfbProgram } from '../e2e/helpers/xvfb.ts'
import { root, startOurs } from './servers.mjs'

const [sources, scenes] = [200, 50]
const screen = { width: 1920, height: 1080 }
const grabRate = 60
/** The item that is dragged: no other has its colour. */
const dragged = { x: 860, y: 465, width: 200, height: 150 }
const greys = ['#202428', '#2c3138', '#3a4048', '#484f58']

/** Boxes of the other items of the scene, 20 by 10. */
const places = Array.from({ length: sources - 1 }, (_, index) => ({
  x: 96 * (index % 20) + 4,
  y: 108 * Math.floor(index / 20) + 4,
  width: 88,
  height: 100,
}))

function collection() {
  const item = (source, { x, y, width, height }) => ({ source, position: { x, y }, bounds: { fit: 'stretch', width, height } })
  const all = [...places.map((place, index) => item(`s${index}`, place)), item('dragged', dragged)]
  return {
    format: 'ami-streams/collection',
    version: 1,
    name: 'Large',
    frameRate: { numerator: 30, denominator: 1 },
    canvases: [{ id: 'main', name: 'Main', ...screen, scene: 'scene-0' }],
    sources: [
      ...places.map((_, index) => ({ id: `s${index}`, name: `Source ${index}`, kind: 'color', settings: { color: greys[index % 4] } })),
      { id: 'dragged', name: 'Dragged', kind: 'color', settings: { color: '#ff00ff' } },
    ],
    scenes: Array.from({ length: scenes }, (_, index) => ({
      id: `scene-${index}`,
      name: `Scene ${index}`,
      items: index === 0 ? all : all.slice(4 * (index - 1), 4 * index),
    })),
    outputs: [],
  }
}

/** One grab of the whole screen; the box of what has the dragged item's colour, or undefined. */
function findDragged(env) {
  const grab = spawnSync(
    'ffmpeg',
    [
      '-v',
      'error',
      '-f',
      'x11grab',
      '-video_size',
      `${screen.width}x${screen.height}`,
      '-i',
      env.DISPLAY,
      '-frames:v',
      '1',
      '-pix_fmt',
      'rgb24',
      '-f',
      'rawvideo',
      '-',
    ],
    { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 },
  )
  const pixels = grab.stdout
  const box = { left: screen.width, top: screen.height, right: 0, bottom: 0 }
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    if (pixels[at] < 200 || pixels[at + 1] > 70 || pixels[at + 2] < 200) continue
    const [x, y] = [(at / 3) % screen.width, Math.floor(at / 3 / screen.width)]
    box.left = Math.min(box.left, x)
    box.right = Math.max(box.right, x)
    box.top = Math.min(box.top, y)
    box.bottom = Math.max(box.bottom, y)
  }
  return box.right - box.left > 20 && box.bottom - box.top > 20 ? box : undefined
}

/** Moves the item to and fro for this long; answers the times between two frames that differ, ms. */
async function drag(env, box, seconds) {
  const all = { ...process.env, ...env }
  const [x, y] = [(box.left + box.right) >> 1, (box.top + box.bottom) >> 1]
  const reach = 120
  const area = {
    x: Math.max(0, box.left - reach - 20),
    y: box.top,
    width: box.right - box.left + 2 * reach + 40,
    height: (box.bottom - box.top) & ~1,
  }
  area.width &= ~1
  const grab = spawn(
    'ffmpeg',
    [
      '-v',
      'error',
      '-f',
      'x11grab',
      '-draw_mouse',
      '0',
      '-framerate',
      String(grabRate),
      '-video_size',
      `${area.width}x${area.height}`,
      '-i',
      `${env.DISPLAY}+${area.x},${area.y}`,
      '-pix_fmt',
      'gray',
      '-f',
      'rawvideo',
      '-',
    ],
    { env: all, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const size = area.width * area.height
  let [waiting, before, changedAt] = [Buffer.alloc(0), undefined, undefined]
  const times = []
  let measuring = false
  grab.stdout.on('data', (data) => {
    waiting = Buffer.concat([waiting, data])
    while (waiting.length >= size) {
      const frame = Buffer.from(waiting.subarray(0, size))
      waiting = waiting.subarray(size)
      const now = performance.now()
      if (before !== undefined && !frame.equals(before)) {
        if (measuring && changedAt !== undefined) times.push(now - changedAt)
        changedAt = now
      }
      before = frame
    }
  })
  const moves = []
  for (let step = 0; step < (seconds + 2) * 100; step++)
    moves.push('mousemove', Math.round(x + reach * Math.sin(step / 25)), y, 'sleep', '0.008')
  const mouse = spawn('xdotool', ['mousemove', x, y, 'sleep', '0.3', 'mousedown', '1', ...moves, 'mouseup', '1'].map(String), {
    env: all,
    stdio: 'ignore',
  })
  const moved = new Promise((resolve) => mouse.once('exit', resolve))
  await sleep(2000)
  changedAt = undefined
  measuring = true
  await Promise.race([sleep(seconds * 1000), moved])
  measuring = false
  mouse.kill()
  spawnSync('xdotool', ['mouseup', '1'], { env: all })
  grab.kill()
  return times
}

async function untilFound(env, seconds) {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(1000)) {
    const box = findDragged(env)
    if (box !== undefined) return box
  }
  return undefined
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.POSITIVE_INFINITY

function tell(print, name, times, more = '') {
  const sorted = times.toSorted((one, other) => one - other)
  const figures = { name, frames: times.length, p50: at(sorted, 0.5), p95: at(sorted, 0.95) }
  print(
    `drag    ${name.padEnd(14)} ${times.length} frames seen, ${figures.p50.toFixed(1)} ms between two (p50), p95 ${figures.p95.toFixed(1)} ms${more}`,
  )
  return figures
}

async function dragOurs(env, seconds, print) {
  const folder = join(root, 'artifacts/bench')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'studio-drag.json')
  writeFileSync(file, JSON.stringify(collection()))
  const host = await startOurs({ args: ['--srt-port', '0', '--webrtc-port', '0'] })
  const browser = await chromium.launch({
    headless: false,
    executablePath: '/usr/bin/chromium',
    env: { ...process.env, ...env },
    args: ['--no-sandbox', '--disable-dev-shm-usage', `--window-size=${screen.width},${screen.height}`, '--window-position=0,0', '--kiosk'],
  })
  try {
    const opened = await fetch(`${host.http}/api/v1/studio/open`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ file }),
    })
    if (!opened.ok) throw new Error(await opened.text())
    const page = await browser.newPage({ viewport: null })
    await page.goto(`${host.http}/studio`)
    await page.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor({ timeout: 60_000 })
    // Encoders are measured when the first show of a machine starts.
    await sleep(10_000)
    const box = await untilFound(env, 30)
    if (box === undefined) throw new Error('the item is not seen')
    await page.evaluate(() => {
      const seen = { times: [], longTasks: [] }
      globalThis.dragFrames = seen
      let before = performance.now()
      const frame = (now) => {
        seen.times.push(now - before)
        before = now
        requestAnimationFrame(frame)
      }
      requestAnimationFrame(frame)
      new PerformanceObserver((list) => seen.longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
        entryTypes: ['longtask'],
      })
    })
    const times = await drag(env, box, seconds)
    const { own, long } = await page.evaluate(() => ({ own: globalThis.dragFrames.times, long: globalThis.dragFrames.longTasks }))
    own.sort((one, other) => one - other)
    const more = `; the page's own frames p50 ${at(own, 0.5).toFixed(1)}, p95 ${at(own, 0.95).toFixed(1)} ms, ${long.length} tasks over 50 ms, longest ${Math.max(0, ...long).toFixed(0)} ms (aim: p95 33)`
    return { ...tell(print, 'ours', times, more), pageP95: at(own, 0.95) }
  } finally {
    await browser.close()
    await host.stop()
  }
}

/** Runs inside the namespace: makes the same show, then waits for its end. */
async function makeInObs() {
  const obs = await untilObs(150)
  await obs.call('SetVideoSettings', {
    baseWidth: 1920,
    baseHeight: 1080,
    outputWidth: 1920,
    outputHeight: 1080,
    fpsNumerator: 30,
    fpsDenominator: 1,
  })
  const { scenes: made, sources: all } = collection()
  const colorOf = new Map(
    all.map(({ id, settings }) => [
      id,
      Number.parseInt(`ff${settings.color.slice(5, 7)}${settings.color.slice(3, 5)}${settings.color.slice(1, 3)}`, 16),
    ]),
  )
  for (const { id } of made) await obs.call('CreateScene', { sceneName: id })
  const known = new Set()
  for (const { id, items } of made) {
    for (const { source, position, bounds } of items) {
      const { sceneItemId } = known.has(source)
        ? await obs.call('CreateSceneItem', { sceneName: id, sourceName: source })
        : await obs.call('CreateInput', {
            sceneName: id,
            inputName: source,
            inputKind: 'color_source_v3',
            inputSettings: { color: colorOf.get(source), width: bounds.width, height: bounds.height },
          })
      known.add(source)
      await obs.call('SetSceneItemTransform', {
        sceneName: id,
        sceneItemId,
        sceneItemTransform: { positionX: position.x, positionY: position.y },
      })
    }
  }
  await obs.call('SetCurrentProgramScene', { sceneName: 'scene-0' })
  process.stdout.write('{"ready":true}\n')
  await new Promise(() => undefined)
}

async function dragObs(env, seconds, print) {
  if (!existsSync('/usr/bin/obs'))
    return void print('drag    OBS is not installed (apt-get install obs-studio obs-plugins xvfb xauth dbus-x11 xdotool): left out')
  if (process.getuid?.() !== 0) return void print('drag    OBS needs a network of its own, which only root can make: left out')
  const home = mkdtempSync(join(tmpdir(), 'ami-bench-obs-'))
  const settings = join(obsConfiguration(home), 'global.ini')
  writeFileSync(settings, readFileSync(settings, 'utf8').replace('PreviewEnabled=false', 'PreviewEnabled=true'))
  const password = /ServerPassword=(.*)/.exec(readFileSync(settings, 'utf8'))[1]
  const driver = `"${process.execPath}" "${fileURLToPath(import.meta.url)}"`
  const obs = `dbus-run-session -- obs --multi --websocket_port 4455 --websocket_password ${password} >/dev/null 2>&1`
  const child = spawn('unshare', ['-n', 'sh', '-c', `ip link set lo up; ${obs} & ${driver}; kill $!`], {
    env: {
      ...process.env,
      ...env,
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      XDG_RUNTIME_DIR: join(home, 'run'),
      LIBGL_ALWAYS_SOFTWARE: '1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  try {
    const lines = createInterface({ input: child.stdout })
    const ready = await Promise.race([
      new Promise((resolve) => lines.once('line', () => resolve(true))),
      new Promise((resolve) => child.once('exit', () => resolve(false))),
      sleep(120_000, false),
    ])
    if (!ready) return void print('drag    OBS did not come up: left out')
    for (const name of ['^OBS '])
      spawnSync('xdotool', ['search', '--name', name, 'windowmove', '0', '0', 'windowsize', String(screen.width), String(screen.height)], {
        env: { ...process.env, ...env },
      })
    await sleep(4000)
    const box = await untilFound(env, 30)
    if (box === undefined) return void print('drag    the preview of OBS is not seen: left out')
    return tell(print, 'OBS Studio', await drag(env, box, seconds))
  } finally {
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
    rmSync(home, { recursive: true, force: true })
  }
}

/** @param print writes a line; @param seconds length of a window */
export async function measureStudioDrag(print, seconds = 10) {
  if (xvfbProgram === undefined || spawnSync('xdotool', ['version']).error) return void print('drag    needs Xvfb and xdotool: left out')
  const xvfb = await startXvfb(screen)
  try {
    const ours = await dragOurs(xvfb.env, seconds, print)
    const obs = await dragObs(xvfb.env, seconds, print)
    if (obs !== undefined) print(`drag    ours / OBS, p95: ${(ours.p95 / obs.p95).toFixed(2)} (aim: below 1)`)
    return { ours, obs }
  } finally {
    await xvfb.stop()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await makeInObs()
