import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { complaints, launchBrowser } from './helpers/browser.ts'
import { type DesktopViewer, updatedPixels, watchDesktop } from './helpers/desktop-viewer.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { requestsTo } from './helpers/requests.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'
import { killWorker, workersOf } from './helpers/workers.ts'

/** Ten who look at one display, nine by WebSockets and one with Chromium, over WebRTC: one process shows it to all of them. */

const missing = ['Xvnc', 'xsetroot'].every((program) => existsSync(`/usr/bin/${program}`))
  ? undefined
  : 'Xvnc and xsetroot are needed: apt-get install tigervnc-standalone-server x11-xserver-utils'
const size = { width: 800, height: 600 }
const others = 9
let host: RunningHost
let browser: Browser
let page: Page
let problems: string[]
let id = ''
const ask = requestsTo(() => host)
const clients: Client[] = []

beforeAll(async () => {
  if (missing !== undefined) return
  host = await startHost({ name: 'desktop-clients' })
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1000, height: 700 } })
  await page.addInitScript(() => localStorage.setItem('ami.desktop.transport', 'webrtc'))
  problems = complaints(page)
  id = (await ask('POST', '/desktop/displays', { command: null, ...size })).id
}, 120_000)

afterAll(async () => {
  for (const { viewer } of clients) viewer.socket.terminate()
  if (id !== '') await ask('DELETE', `/desktop/displays/${id}`)
  await browser?.close()
  await host?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

interface Client {
  readonly viewer: DesktopViewer
  /** Pixels of the display that came since this was set to 0. */
  seen: number
  messages: number
  /** From joining to all of the display, ms. */
  firstMs: number | undefined
}

/** Joins, and acknowledges what it is sent as a page does that has drawn it. */
function join(): Client {
  const from = performance.now()
  const viewer = watchDesktop(host, {
    display: id,
    onUpdate: (message) => {
      client.messages++
      if (message[0] !== 1) return
      client.seen += updatedPixels(message)
      if (client.seen >= size.width * size.height) client.firstMs ??= performance.now() - from
    },
  })
  const client: Client = { viewer, seen: 0, messages: 0, firstMs: undefined }
  clients.push(client)
  return client
}

/** Of the process that shows the display. */
const worker = (): number => workersOf(host, 'desktop-worker')[0]!
/** Memory that is a process's own, with its share of what it shares, MB. */
const memoryMb = (pid: number): number => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))![1]) / 1024
/** Processor time of a process, ms. */
const cpuMs = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
const fill = (color: string) => ask('POST', `/desktop/displays/${id}/programs`, { command: ['xsetroot', '-solid', color] })
const shown = () =>
  page
    .getByTestId('desktop-canvas')
    .evaluate((canvas) => [...(canvas as HTMLCanvasElement).getContext('2d')!.getImageData(400, 300, 1, 1).data.slice(0, 3)])
/** What all ten are shown from here on is all of the display. */
async function allAreShown(work: () => Promise<unknown>, rgb: readonly number[], what: string): Promise<void> {
  for (const client of clients) client.seen = 0
  await work()
  await until(
    async () => clients.every(({ seen }) => seen >= size.width * size.height) && `${await shown()}` === `${rgb}`,
    () => `${what}: ${clients.map(({ seen }) => seen)}, of ${size.width * size.height} pixels`,
  )
}

it('is shown to each of ten, is still for all while nothing changes, and what changes comes to all', async () => {
  await page.goto(`${host.http}/desktops/${id}`)
  await page.locator('[data-testid=desktop][data-state=open]').waitFor()
  await page.getByTestId('desktop-latency').click()
  const transport = page.getByTestId('desktop-transport')
  await until(async () => (await transport.getAttribute('data-via')) === 'webrtc', 'Chromium is sent it over WebRTC')
  // The size of the display stays what it is from here on.
  await page.getByTestId('desktop-follow').click()
  await ask('POST', `/desktop/displays/${id}/programs`, { command: ['xrandr', '--fb', `${size.width}x${size.height}`] })
  await until(async () => (await ask('GET', `/desktop/displays/${id}`)).width === size.width, 'the size is that of the test')
  await fill('#204060')
  await until(async () => `${await shown()}` === '32,64,96', 'Chromium shows it')
  const before = memoryMb(worker())
  for (let each = 0; each < others; each++) join()
  await until(
    () => clients.every(({ firstMs }) => firstMs !== undefined),
    () => `each has the first frame: ${clients.map(({ firstMs }) => firstMs)}`,
  )
  await until(async () => (await ask('GET', `/desktop/displays/${id}`)).viewers === others + 1, 'all ten are counted')
  await allAreShown(() => fill('#c02020'), [192, 32, 32], 'a change comes to all')
  const after = memoryMb(worker())
  await delay(2000)
  for (const client of clients) client.messages = 0
  const [cpu, from] = [cpuMs(worker()), performance.now()]
  await delay(5000)
  const share = (cpuMs(worker()) - cpu) / (performance.now() - from)
  expect(clients.map(({ messages }) => messages)).toEqual(Array(others).fill(0))
  const times = clients.map(({ firstMs }) => Math.round(firstMs!)).sort((one, other) => one - other)
  process.stdout.write(
    `first frame of nine that come at once after ${times.join(', ')} ms; the process has ${((after - before) / others).toFixed(2)} MB more for each, ` +
      `${after.toFixed(0)} MB in all; at rest with ten it takes ${(share * 100).toFixed(2)} % of a core\n`,
  )
  expect(problems).toEqual([])
})

it('is back at each of ten when its process is killed, which the host starts again at once', async () => {
  for (const client of clients) client.seen = 0
  const from = performance.now()
  const waitedMs = await killWorker(host, 'desktop-worker', async () => clients.every(({ seen }) => seen >= size.width * size.height))
  process.stdout.write(`all nine have all of the display again ${Math.round(performance.now() - from)} ms after SIGKILL\n`)
  expect(waitedMs).toBeLessThanOrEqual(500)
  await allAreShown(() => fill('#2020c0'), [32, 32, 192], 'a change comes to all again')
  expect(clients.filter(({ viewer }) => viewer.closed() !== undefined)).toEqual([])
  expect((await ask('GET', `/desktop/displays/${id}`)).viewers).toBe(others + 1)
})

it('does not wait for one of ten who takes nothing, and ends for none when one leaves', async () => {
  const slow = clients[0]!
  slow.viewer.socket.pause()
  const rest = clients.slice(1)
  for (const [at, color] of ['#20c020', '#c0c020', '#20c0c0'].entries()) {
    for (const client of rest) client.seen = 0
    await fill(color)
    await until(() => rest.every(({ seen }) => seen >= size.width * size.height), `change ${at} comes to the others`)
  }
  slow.viewer.socket.terminate()
  await until(async () => (await ask('GET', `/desktop/displays/${id}`)).viewers === others, 'it has left')
  for (const client of rest) client.seen = 0
  await fill('#804020')
  await until(() => rest.every(({ seen }) => seen >= size.width * size.height), 'a change comes to the others')
  await until(async () => `${await shown()}` === '128,64,32', 'and to Chromium')
})
