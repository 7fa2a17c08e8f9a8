import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DecodedFrame, frameNumbers, readFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { requestsTo } from './helpers/requests.ts'
import { smallVideo } from './helpers/show.ts'
import { until } from './helpers/until.ts'
import { XClient } from './helpers/x-client.ts'
import { showFilm, type XFilm } from './helpers/x-film.ts'
import { type RunningXvfb, startXvfb } from './helpers/xvfb.ts'

/** A screen on its way through the host: from an X server to the recorded file, over the server's death and the studio's. */

let server: RunningXvfb
let host: RunningHost
const folder = mkdtempSync(join(tmpdir(), 'ami-screen-'))
const size = { width: 640, height: 360 }
const output = {
  id: 'file',
  name: 'File',
  kind: 'recording',
  canvas: 'main',
  settings: { folder },
  video: { ...smallVideo, bitrateKbps: 3000 },
}
const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Screens',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', ...size, scene: 'screen' }],
  sources: [
    { id: 'screen', name: 'Screen', kind: 'display', settings: { cursor: false } },
    { id: 'film', name: 'Film', kind: 'window', settings: { device: 'Player/Film', cursor: false } },
  ],
  scenes: [
    { id: 'screen', name: 'Screen', items: [{ source: 'screen' }] },
    { id: 'film', name: 'Film', items: [{ source: 'film' }] },
  ],
  outputs: [output],
}

const must = requestsTo(() => host)

/** The state of a source. */
const stateOf = async (id: string): Promise<string> => (await must('GET', `/studio/sources/${id}`)).item.report?.state ?? 'none'
const recordingIs = async (): Promise<any> => (await must('GET', '/studio')).outputs[0]
/** Waits until this much more is recorded. */
async function recordsMore(ms: number): Promise<void> {
  const from = (await recordingIs()).statistics.durationMs
  await until(async () => (await recordingIs()).statistics.durationMs >= from + ms, `no ${ms} ms are recorded`)
}
const outputIs = async (state: string): Promise<boolean> => (await recordingIs()).state === state

/** A program that shows a film in a window as large as the screen. */
async function play(): Promise<{ client: XClient; film: XFilm }> {
  const client = await XClient.connect(server)
  const window = client.createWindow({ ...size, className: 'Player', title: 'Film' })
  client.map(window)
  return { client, film: showFilm(client, window, { ...size, rate: 30 }) }
}

/** Records while `work` is done; answers the frames of the files, in order. */
async function recorded(work: () => Promise<void>): Promise<DecodedFrame[][]> {
  const known = new Set((await must('GET', '/studio/files')).items.map(({ path }: any) => path))
  await must('POST', '/studio/outputs/file/start', {})
  await until(() => outputIs('live'), 'the recording does not begin')
  await work()
  await must('POST', '/studio/outputs/file/stop', {})
  await until(() => outputIs('off'), 'the recording does not end')
  const files = (await must('GET', '/studio/files')).items.map(({ path }: any) => path).filter((path: string) => !known.has(path))
  return Promise.all(files.toReversed().map((file: string) => readFrames(file)))
}

beforeAll(async () => {
  server = await startXvfb(size)
  host = await startHost({ name: 'studio-screen', env: server.env })
  const file = join(folder, 'screens.json')
  writeFileSync(file, JSON.stringify(collection))
  await must('POST', '/studio/open', { file })
})
afterAll(async () => {
  await host?.stop()
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

it('a screen comes into the recording frame by frame, in order, and so does a window that another covers', async () => {
  const { client, film } = await play()
  await client.sync()
  const devices = await must('GET', '/studio/devices?kind=window')
  expect(devices.items).toMatchObject([{ kind: 'window', id: 'Player/Film', name: 'Film' }])
  await must('POST', '/studio/program', { scene: 'film' })
  await must('POST', '/studio/program', { scene: 'screen' })
  await until(async () => (await stateOf('screen')) === 'running' && (await stateOf('film')) === 'running', 'nothing is captured')
  const [frames] = await recorded(async () => {
    await recordsMore(1500)
    await must('POST', '/studio/program', { scene: 'film' })
    client.map(client.createWindow({ ...size, background: 0xff00ff }))
    await recordsMore(1500)
  })
  film.stop()
  client.close()
  const numbers = frameNumbers(frames!)
  // The window rested until it was cut to: on a busy machine its first frame may be older than the screen's last.
  expect(numbers.filter((number, index) => number < (numbers[index - 1] ?? 0)).length).toBeLessThanOrEqual(1)
  // Most of the film's frames: it runs on a clock of its own, on a machine that does much else.
  const shown = film.drawn.filter((number) => number >= numbers[0]! && number <= numbers.at(-1)!)
  // What the studio left out, it did not look at.
  const made = frames!.length / ((frames!.at(-1)!.time - frames![0]!.time) * 30 + 1)
  expect(new Set(numbers).size).toBeGreaterThan(shown.length * 0.5 * Math.min(1, made))
  expect(numbers.length).toBeGreaterThan(frames!.length * 0.9)
  expect(numbers.length).toBeGreaterThan(10)
})

it('the program goes on while the X server is dead, and shows it again when it is back', async () => {
  const first = await play()
  await must('POST', '/studio/program', { scene: 'screen' })
  await until(async () => (await stateOf('screen')) === 'running', 'nothing is captured')
  const [frames] = await recorded(async () => {
    await recordsMore(700)
    first.film.stop()
    await server.kill()
    await until(async () => (await stateOf('screen')) === 'waiting', 'its death is not told')
    // It goes on while nobody brings the server back.
    await recordsMore(700)
    await server.restart()
    const second = await play()
    await until(async () => (await stateOf('screen')) === 'running', 'it does not come back')
    await recordsMore(1000)
    second.film.stop()
    second.client.close()
  })
  const seen = frames!.map(({ code }) => code !== undefined)
  expect(seen.indexOf(false)).toBeGreaterThan(1)
  expect(seen.lastIndexOf(true)).toBeGreaterThan(seen.indexOf(false))
})

it('a screen is captured again after the death of the studio’s process', async () => {
  const { client, film } = await play()
  await until(async () => (await stateOf('screen')) === 'running', 'nothing is captured')
  const files = await recorded(async () => {
    await recordsMore(500)
    process.kill((await must('GET', '/studio/statistics')).pid, 'SIGKILL')
    const parts = async (): Promise<number> => (await must('GET', '/studio')).outputs[0].statistics.parts
    await until(async () => (await parts()) === 2, 'the recording does not go on')
    await recordsMore(1500)
  })
  film.stop()
  client.close()
  const numbers = files.flatMap(frameNumbers)
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
  expect(frameNumbers(files.at(-1)!).length).toBeGreaterThan(10)
})
