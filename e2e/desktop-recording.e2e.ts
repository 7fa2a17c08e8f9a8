import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { findingsInBothThemes } from './helpers/axe.ts'
import { complaintsOf } from './helpers/decode.ts'
import { setUpDesktopInBrowser } from './helpers/desktop-in-browser.ts'
import { watchDesktop } from './helpers/desktop-viewer.ts'
import type { RunningHost } from './helpers/host.ts'
import { pipeWireMissing } from './helpers/pipewire.ts'
import { requestsTo } from './helpers/requests.ts'
import { look } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'
import { killWorker } from './helpers/workers.ts'

/** Recordings of displays with real programs on them, read by FFmpeg and played in Chromium. */

const programs = ['Xvnc', 'xterm', 'xrandr', 'ffplay', 'ffprobe']
const missing = programs.every((program) => existsSync(`/usr/bin/${program}`))
  ? undefined
  : `${programs.join(', ')} are needed: apt-get install tigervnc-standalone-server xterm x11-xserver-utils ffmpeg`
let host: RunningHost
let page: Page
let problems: string[]
let again: () => Promise<RunningHost>
let id = ''
const ask = requestsTo(() => host)
const open = new Set<WebSocket>()

interface Probed {
  readonly streams: readonly { readonly codec_name: string; readonly width?: number; readonly height?: number }[]
  readonly packets: readonly { readonly codec_type: string; readonly pts_time: string; readonly flags: string }[]
}
const files = async (): Promise<
  readonly { id: string; number: number; state: string; fileName: string; display: string; bytes: number }[]
> => (await ask('GET', '/desktop/recordings')).items.toReversed()
const pathOf = (file: { readonly display: string; readonly fileName: string }) =>
  join(host.dataDir, 'desktop-recordings', file.display, file.fileName)
const probe = (path: string): Probed =>
  JSON.parse(
    execFileSync('ffprobe', ['-v', 'error', '-show_streams', '-show_packets', '-of', 'json', path], { maxBuffer: 1 << 28 }).toString(),
  )
const framesOf = ({ packets }: Probed) => packets.filter(({ codec_type }) => codec_type === 'video')
const run = (...command: readonly string[]) => ask('POST', `/desktop/displays/${id}/programs`, { command })
const titlesOf = async (file: string): Promise<readonly { readonly atMs: number; readonly title: string }[]> =>
  (await ask('GET', `/desktop/recordings/${file}/titles`)).titles
const state = () => ask('GET', `/desktop/displays/${id}/recording`)
/** The newest file that grows is so large, bytes. */
const grown = (bytes: number) =>
  until(async () => {
    const file = (await files()).at(-1)
    return file?.state === 'recording' && existsSync(pathOf(file)) && statSync(pathOf(file)).size > bytes && file
  }, `a file has ${bytes} bytes`)

setUpDesktopInBrowser(
  { name: 'desktop-recording', missing, view: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' } },
  async (desk) => {
    ;({ host, page, problems, again } = desk)
    id = (await ask('POST', '/desktop/displays', { command: null, width: 640, height: 480, name: 'Build' })).id
  },
)

afterAll(() => {
  for (const socket of open) socket.terminate()
})

it('is a file for each size with what moved, titles and audio, whatever process is killed meanwhile', async () => {
  await run('xterm', '-T', 'First window', '-geometry', '100x40+0+0')
  const starts = [ask('POST', `/desktop/displays/${id}/recording`), ask('POST', `/desktop/displays/${id}/recording`)]
  expect((await Promise.all(starts)).map((each) => each.state)).toEqual(['recording', 'recording'])
  const still = await grown(1000)
  await until(async () => (await titlesOf(still.id)).at(-1)?.title === 'First window', 'the terminal is listed by its title')
  await run('ffplay', '-loglevel', 'error', '-window_title', 'A film', '-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=30')
  await until(async () => (await titlesOf(still.id)).at(-1)?.title === 'A film', 'the film is listed by its title')
  // So much comes only of what moves.
  const moving = await grown(still.bytes + 150_000)
  await killWorker(host, 'desktop-worker', async () => (await files()).at(-1)!.bytes > moving.bytes + 100_000)
  await run('xrandr', '--fb', '800x600')
  await until(async () => (await files()).length === 2, 'the other size has a file')
  await grown(60_000)
  await host.kill()
  host = await again()
  await until(async () => (await files()).every((file) => file.state !== 'recording'), 'the files were recovered')
  expect((await files()).map((file) => [file.number, file.state])).toEqual([
    [1, 'complete'],
    [2, 'recovered'],
  ])
  const [first, second] = await files()
  const [one, two] = [probe(pathOf(first!)), probe(pathOf(second!))]
  expect([one, two].map(({ streams }) => streams.find(({ width }) => width !== undefined))).toMatchObject([
    { codec_name: 'h264', width: 640, height: 480 },
    { codec_name: 'h264', width: 800, height: 600 },
  ])
  // Of so many bytes of a film at the rate of still displays there would be a handful.
  expect(framesOf(one).length).toBeGreaterThan(15)
  for (const file of [first!, second!]) expect(await complaintsOf(pathOf(file))).toBe('')
  const shown = (await titlesOf(first!.id)).filter(({ title }) => title === 'First window' || title === 'A film')
  expect(shown.map(({ title }) => title).slice(0, 2)).toEqual(['First window', 'A film'])
  expect(shown[0]!.atMs).toBeLessThan(shown[1]!.atMs)
  expect((await titlesOf(second!.id))[0]).toEqual({ atMs: 0, title: 'A film' })
  if (pipeWireMissing() !== undefined) return
  const audio = one.packets.filter(({ codec_type }) => codec_type === 'audio')
  expect(audio.length).toBeGreaterThan(framesOf(one).length)
})

describe('the page', () => {
  it('starts and stops a recording, and shows to everybody that there is one', async () => {
    const { url } = await ask('POST', `/desktop/displays/${id}/invitations`, { rights: ['see', 'control', 'audio'] })
    const key = new URL(url).hash.slice('#key='.length)
    const joined = await ask('POST', '/desktop/invitations/join', { key, name: 'Gus' })
    const guest = watchDesktop(host, { guest: joined.guest })
    open.add(guest.socket)
    const recording = () => guest.said.findLast(({ kind }) => kind === 'recording')?.recording
    await guest.joined()
    guest.send({ kind: 'record', on: true })
    await guest.read()
    expect((await state()).state).toBe('off')
    await page.goto(`${host.http}/desktops/${id}`)
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    await page.getByTestId('desktop-record').click()
    await page.getByTestId('desktop-recorded').waitFor()
    await until(() => recording() !== undefined && recording() !== null, 'the guest sees it')
    await look(page, 'desktop-recorded')
    guest.send({ kind: 'record', on: false })
    await guest.read()
    expect((await state()).state).toBe('recording')
    await grown(10_000)
    await page.getByTestId('desktop-record').click()
    await page.getByTestId('desktop-recorded').waitFor({ state: 'detached' })
    await until(() => recording() === null, 'the guest sees that it ended')
    const rule = (whileControlled: boolean) => ask('PUT', `/desktop/displays/${id}/recording-rule`, { whileControlled })
    await rule(true)
    await until(async () => (await state()).by === 'rule', 'it is recorded, since somebody controls it')
    await page.getByTestId('desktop-recorded').waitFor()
    await rule(false)
    await page.getByTestId('desktop-recorded').waitFor({ state: 'detached' })
    const { items } = await ask<{ items: { message: string }[] }>('GET', '/audit?limit=200')
    expect(items.filter(({ message }) => message.startsWith('recording of display Build was started')).length).toBeGreaterThan(1)
  })

  it('plays it in the Library, where a title leads to its moment', async () => {
    await page.goto(`${host.http}/library`)
    await page.getByTestId('library-part').selectOption('desktop')
    await page.getByTestId('recording-play').last().click()
    const film = page.getByTestId('recording-chapters').getByRole('button', { name: 'A film' }).first()
    await film.waitFor()
    const video = page.getByTestId('recording-video')
    await until(() => video.evaluate((element) => (element as HTMLVideoElement).readyState >= 1), 'the file is played')
    await video.evaluate((element) => (element as HTMLVideoElement).pause())
    await film.click()
    const [first] = await files()
    const { atMs } = (await titlesOf(first!.id)).find(({ title }) => title === 'A film')!
    await until(
      async () => Math.abs((await video.evaluate((element) => (element as HTMLVideoElement).currentTime)) * 1000 - atMs) < 100,
      'it is where the film started',
    )
    await look(page, 'library-display')
    expect(await findingsInBothThemes(page)).toEqual([])
    expect(problems).toEqual([])
  })
})

it('of a display that is removed meanwhile is complete, and stays', async () => {
  await ask('POST', `/desktop/displays/${id}/recording`)
  const { id: file } = await grown(10_000)
  await ask('DELETE', `/desktop/displays/${id}`)
  await until(async () => (await files()).find((each) => each.id === file)?.state === 'complete', 'the file is complete')
  expect(await complaintsOf(pathOf((await files()).find((each) => each.id === file)!))).toBe('')
})
