import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { launchBrowser } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { requestsTo } from './helpers/requests.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

/** Displays that are sent live, over ends of the host and of the display: players are shown what is on it now. */

const programs = ['Xvnc', 'xsetroot', 'ffmpeg']
const missing = programs.every((program) => existsSync(`/usr/bin/${program}`))
  ? undefined
  : `${programs.join(', ')} are needed: apt-get install tigervnc-standalone-server x11-xserver-utils ffmpeg`
const execute = promisify(execFile)
let host: RunningHost
let id: string
const ask = requestsTo(() => host)

beforeAll(async () => {
  if (missing !== undefined) return
  host = await startHost({ name: 'desktop-live' })
  id = (await ask('POST', '/desktop/displays', { name: 'Board', command: null, width: 320, height: 240 })).id
}, 120_000)

afterAll(async () => {
  if (host) await ask('DELETE', `/desktop/displays/${id}`).catch(() => undefined)
  await host?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

const fill = (color: string) => ask('POST', `/desktop/displays/${id}/programs`, { command: ['xsetroot', '-solid', color] })
const liveAs = async (): Promise<string | null> => (await ask('GET', `/desktop/displays/${id}/live`)).stream
/** Ends the host, and starts the next one with what it left. */
async function restart(signal: NodeJS.Signals): Promise<void> {
  await host.kill(signal)
  host = await startHost({ name: 'desktop-live', dataDir: host.dataDir })
}
/** Color in the middle of the first frame that FFmpeg gets of a stream; undefined where it gets none. */
async function shownLive(stream: string): Promise<readonly number[] | undefined> {
  const url = `${host.http}/live/${stream}/index.m3u8`
  const scaled = ['-vf', 'crop=16:16,scale=1:1', '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']
  const { stdout } = await execute('ffmpeg', ['-v', 'error', '-i', url, ...scaled], { encoding: 'buffer' }).catch(() => ({
    stdout: Buffer.alloc(0),
  }))
  return stdout.length === 3 ? [...stdout] : undefined
}
const isLiveInColor = (stream: string, channel: number, what: string) =>
  until(
    async () => {
      const color = await shownLive(stream)
      return color?.every((value, at) => (at === channel ? value > 180 : value < 80))
    },
    what,
    90_000,
  )

it('is live again after the host was killed, with what is on the display then', async () => {
  await fill('#ff0000')
  await ask('POST', `/desktop/displays/${id}/live`, { stream: 'board', audio: false })
  await isLiveInColor('board', 0, 'the display is live')
  await restart('SIGKILL')
  await until(async () => (await liveAs()) === 'board', 'it is live again by itself')
  await fill('#0000ff')
  await isLiveInColor('board', 2, 'the stream is that of the display as it is now')
  // As a service manager ends it.
  await restart('SIGTERM')
  await until(async () => (await liveAs()) === 'board', 'it is live again after a stop by the system')
})

it('is live again when its display has ended and is started again, and says so meanwhile', async () => {
  const { stdout } = await execute('pgrep', ['-f', `Xvnc .*${join(host.dataDir, 'displays', id)}/`])
  process.kill(Number(stdout.trim()), 'SIGKILL')
  await until(async () => (await liveAs()) === null, 'the stream ended with the display')
  await restart('SIGKILL')
  expect(await ask('GET', `/desktop/displays/${id}`)).toMatchObject({ state: 'stopped', live: 'board' })
  expect(await liveAs()).toBeNull()
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage()
    await page.goto(`${host.http}/desktops`)
    const mark = page.getByTestId('display-live')
    await mark.filter({ hasText: 'Live as board when it starts' }).waitFor()
    await fill('#00ff00')
    await mark.filter({ hasText: /^Live as board$/ }).waitFor()
  } finally {
    await browser.close()
  }
  await isLiveInColor('board', 1, 'it is live again with its display')
})

it('is not live again where somebody ended it, or the host', async () => {
  await ask('DELETE', `/desktop/displays/${id}/live`)
  await restart('SIGKILL')
  expect(await ask('GET', `/desktop/displays/${id}`)).toMatchObject({ state: 'running', live: null })
  await ask('POST', `/desktop/displays/${id}/live`, { stream: 'board', audio: false })
  // Ctrl+C.
  await restart('SIGINT')
  expect(await ask('GET', `/desktop/displays/${id}`)).toMatchObject({ state: 'stopped', live: null })
  await fill('#ff0000')
  expect(await ask('GET', `/desktop/displays/${id}`)).toMatchObject({ state: 'running', live: null })
})
