/** The screen on which ways to see a display are compared: an X server with Chromium, keys pressed there, and the pixels that change. */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { startXvfb } from '../e2e/helpers/xvfb.ts'
import { size } from './desktop-viewers.mjs'
import { executablePath } from './latency.mjs'
import { root } from './servers.mjs'

const addon = createRequire(import.meta.url)(join(root, 'dist/native/x11.node'))
const keysymOfA = 0x61
/** A press that is not seen by then is lost, ms. */
const lostMs = 1500

const nowUs = () => Number(process.hrtime.bigint() / 1000n)
const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
export const summary = (times) => {
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

/** Starts the screen. `context` is Chromium's there, whose pages are as large as the window. */
export async function startScreen(contextOptions = {}) {
  const server = await startXvfb({ width: 1720, height: 1000 })
  const env = { ...process.env, ...server.env }
  const manager = spawn('openbox', [], { env, stdio: 'ignore' })
  // What the addon connects with.
  Object.assign(process.env, server.env)
  const screen = openScreen(server.display)
  const browser = await chromium.launch({
    headless: false,
    executablePath,
    env,
    ignoreDefaultArgs: ['--enable-automation'],
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--window-position=0,0', '--window-size=1720,1000'],
  })
  return {
    press: screen.press,
    context: await browser.newContext({ viewport: null, ...contextOptions }),
    async stop() {
      await browser.close()
      screen.close()
      manager.kill()
      await server.stop()
    },
  }
}

/** Opens a way to see the display in a page; resolves when it is seen, with the pixel of the screen that keys change. */
export async function openViewer(context, kind, url) {
  const page = await context.newPage()
  const isOurs = kind.startsWith('ours')
  if (isOurs) {
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
    await page.waitForFunction(({ width, height }) => {
      const canvas = document.querySelector('[data-testid=desktop-canvas]')
      return canvas?.width === width && canvas.height === height
    }, size)
  } else {
    await page.goto(url)
    await page.waitForFunction(() => document.title === 'ready')
  }
  await page.bringToFront()
  const box = page.locator(isOurs ? '[data-testid=desktop-canvas]' : '#box')
  await box.click({ position: { x: 300, y: 300 } })
  // Notices above it may go meanwhile, and it moves.
  await sleep(1500)
  const { x, y } = await box.boundingBox()
  const middle = await page.evaluate(() => ({ x: screenX, y: screenY + outerHeight - innerHeight }))
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

/** Presses keys in each of `ways` (a name and its URL) in turns; `before` is called with the name before its page is opened. Answers a summary of each, ms. */
export async function comparePresses({ print, screen, ways, presses, rounds, before }) {
  const names = Object.keys(ways)
  const times = Object.fromEntries(names.map((name) => [name, []]))
  const lost = Object.fromEntries(names.map((name) => [name, 0]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      await before?.(name)
      const viewer = await openViewer(screen.context, name, ways[name])
      const seen = await typeLatency(screen, viewer, presses)
      times[name].push(...seen.times)
      lost[name] += seen.lost
      await viewer.page.close()
      await sleep(500)
    }
  }
  const figures = Object.fromEntries(names.map((name) => [name, { ...summary(times[name]), lost: lost[name] }]))
  for (const [name, { presses: seen, p50, p95, lost: unseen }] of Object.entries(figures))
    print(`desktop key to changed pixel, ${name.padEnd(14)} p50 ${p50} ms, p95 ${p95} ms (${seen} presses, ${unseen} lost)`)
  return figures
}
