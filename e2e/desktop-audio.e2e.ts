import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { cameraSize } from '../src-main/desktop/sessions/camera-frames.ts'
import { findingsInBothThemes } from './helpers/axe.ts'
import { complaints, launchBrowser } from './helpers/browser.ts'
import { watchDesktop } from './helpers/desktop-viewer.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { pipeWireMissing } from './helpers/pipewire.ts'
import { requestsTo } from './helpers/requests.ts'
import { smallVideo } from './helpers/show.ts'
import { skipBecause } from './helpers/skip.ts'
import { openCollection } from './helpers/studio-page.ts'
import { until, untilStill } from './helpers/until.ts'
import { wavFile, wavRate } from './helpers/wav.ts'
import { killWorker, workersOf } from './helpers/workers.ts'

/** Audio of displays, both ways, and a camera: tones that real programs play are heard in Chromium, and its microphone is recorded by a program there. */

const missing = existsSync('/usr/bin/Xvnc') ? pipeWireMissing() : 'Xvnc is needed: apt-get install tigervnc-standalone-server'
/** What Chromium's microphone hears, Hz. */
const spoken = 1375
const execute = promisify(execFile)
let host: RunningHost
let browser: Browser
let page: Page
let problems: string[]
const ask = requestsTo(() => host)
const displays: string[] = []

/** Beeps, for filters of noise remove what never changes. */
function tone(hz: number, seconds: number, level: number, channels: 1 | 2, beeps = false): Buffer {
  const samples = new Int16Array(wavRate * seconds * channels)
  for (let at = 0; at < samples.length; at++) {
    const time = Math.floor(at / channels) / wavRate
    if (!beeps || time % 0.5 < 0.25) samples[at] = Math.round(32_767 * level * Math.sin(2 * Math.PI * hz * time))
  }
  return wavFile(samples, channels)
}
const toneFile = (hz: number): string => {
  const file = join(host.dataDir, `tone-${hz}.wav`)
  if (!existsSync(file)) writeFileSync(file, tone(hz, 60, 0.25, 2))
  return file
}
const create = async (): Promise<string> => {
  const { id, audio } = await ask('POST', '/desktop/displays', { command: null })
  displays.push(id)
  expect(audio).toBe('on')
  return id
}
/** Plays a tone; answers what ends it. */
async function play(id: string, program: 'pw-play' | 'paplay', hz: number): Promise<() => void> {
  const file = join(host.dataDir, `${program}-${hz}.pid`)
  await run(id, 'sh', '-c', `echo $$ > ${file}; exec ${program} ${toneFile(hz)}`)
  await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'), `${program} runs`)
  return () => process.kill(Number(readFileSync(file, 'utf8')))
}
const run = (id: string, ...command: readonly string[]) => ask('POST', `/desktop/displays/${id}/programs`, { command })
/** How loud a tone is in what the page plays, dB. */
const heard = (hz: number): Promise<number> =>
  page.evaluate((wanted) => {
    const { analyser } = window as unknown as { analyser?: AnalyserNode }
    if (analyser === undefined) return -200
    const bins = new Float32Array(analyser.frequencyBinCount)
    analyser.getFloatFrequencyData(bins)
    const bin = Math.round((wanted * analyser.fftSize) / analyser.context.sampleRate)
    return Math.max(-200, ...bins.subarray(bin - 1, bin + 2))
  }, hz)
/** Each by itself, 20 ms: a gap, or a device's clock that is followed, moves the phase of a tone. */
const windowSamples = 960

/** Share of a tone in the power of 16-bit samples, 0 to 1. */
function shareOf(samples: Int16Array, hz: number): number {
  let [tone, power] = [0, 0]
  for (let from = 0; from + windowSamples <= samples.length; from += windowSamples) {
    let [real, imaginary] = [0, 0]
    for (let at = from; at < from + windowSamples; at++) {
      const angle = (2 * Math.PI * hz * at) / wavRate
      const sample = samples[at]!
      real += sample * Math.cos(angle)
      imaginary += sample * Math.sin(angle)
      power += sample * sample
    }
    tone += (2 * (real * real + imaginary * imaginary)) / windowSamples
  }
  return power === 0 ? 0 : tone / power
}

beforeAll(async () => {
  if (missing !== undefined) return
  host = await startHost({ name: 'desktop-audio' })
  const microphone = join(host.dataDir, 'microphone.wav')
  writeFileSync(microphone, tone(spoken, 30, 0.5, 1, true))
  browser = await launchBrowser({
    args: ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${microphone}`],
  })
  page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
  problems = complaints(page)
  // What reaches the loudspeaker is looked at as well.
  await page.addInitScript(() => {
    const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode
    AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
      if (to instanceof AudioDestinationNode) {
        const analyser = new AnalyserNode(to.context, { fftSize: 8192, smoothingTimeConstant: 0, minDecibels: -160 })
        Object.assign(window, { analyser })
        connect.call(this, analyser)
      }
      return connect.call(this, to)
    } as typeof AudioNode.prototype.connect
  })
}, 120_000)

afterAll(async () => {
  for (const id of displays) await ask('DELETE', `/desktop/displays/${id}`).catch(() => undefined)
  await browser?.close()
  await host?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

it('plays what programs of the display play, of no other, and sends nothing while they are silent', async () => {
  const [id, other] = [await create(), await create()]
  let packets = 0
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => typeof payload !== 'string' && payload[0] === 4 && packets++),
  )
  await page.goto(`${host.http}/desktops/${id}`)
  await page.locator('[data-testid=desktop][data-state=open]').waitFor()
  const tones = [await play(other, 'pw-play', 1875), await play(id, 'pw-play', 750)]
  // The moment at which a tone starts has all frequencies.
  await until(async () => (await heard(750)) > -40 && (await heard(1875)) < -80, 'the tone is heard, and not that of the other')
  await killWorker(host, 'desktop-worker', async () => (await heard(750)) > -40)
  tones.push(await play(id, 'paplay', 3000))
  await until(async () => (await heard(3000)) > -40, 'a program of PulseAudio is heard, too')
  await until(() => packets > 100, 'packets of audio are counted')
  await page.getByTestId('desktop-audio').click()
  await untilStill(() => packets, 1000, 'what nobody hears is not sent')
  await page.getByTestId('desktop-audio').click()
  await until(async () => (await heard(3000)) > -40, 'it is heard again')
  for (const end of tones) end()
  await untilStill(() => packets, 1500, 'silence is not sent')
})

it('is a microphone of the display while it is turned on', async () => {
  const id = displays[0]!
  const file = join(host.dataDir, 'spoken.raw')
  const format = ['--raw', '--rate=48000', '--channels=1', '--format=s16le', '--latency-msec=20']
  expect((await ask('GET', `/desktop/displays/${id}`)).viewers).toBe(1)
  await page.getByTestId('desktop-microphone').click()
  await page.locator('[data-testid=desktop-microphone][aria-pressed=true]').waitFor()
  await run(
    id,
    'sh',
    '-c',
    `until pactl list short sources | grep -q ami-streams-microphone; do sleep 0.1; done; exec parecord ${format.join(' ')} -d ami-streams-microphone ${file}`,
  )
  await until(() => {
    if (!existsSync(file)) return false
    const bytes = readFileSync(file)
    const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1).subarray(-wavRate)
    return samples.length === wavRate && shareOf(samples, spoken) > 0.2 && shareOf(samples, spoken + 400) < 0.02
  }, 'what the microphone hears is recorded')
  await page.getByTestId('desktop-microphone').click()
  const list = join(host.dataDir, 'sources.txt')
  await run(id, 'sh', '-c', `while pactl list short sources | grep -q ami-streams-microphone; do sleep 0.1; done; echo gone > ${list}`)
  await until(() => existsSync(list), 'the microphone is gone')
  expect(problems).toEqual([])
})

it('is a camera of the display while it is turned on, which programs there find in PipeWire, and nobody without the right sends', async () => {
  const id = displays[0]!
  const { width, height } = cameraSize
  const file = join(host.dataDir, 'camera.rgb')
  await page.getByTestId('desktop-camera').click()
  await page.locator('[data-testid=desktop-camera][aria-pressed=true]').waitFor()
  const caps = `video/x-raw,format=RGB,width=${width},height=${height}`
  const source = 'pipewiresrc target-object=ami-streams-camera always-copy=true num-buffers=8'
  await run(
    id,
    'sh',
    '-c',
    `until pw-link -o | grep -q ami-streams-camera; do sleep 0.1; done; exec gst-launch-1.0 -q ${source} ! videoconvert ! ${caps} ! filesink location=${file}`,
  )
  const frameBytes = 3 * width * height
  await until(() => existsSync(file) && readFileSync(file).length >= 8 * frameBytes, 'a program there took frames')
  // Chromium's camera is green with a black circle and the time.
  const last = readFileSync(file).subarray(7 * frameBytes, 8 * frameBytes)
  const pixel = (x: number, y: number) => [...last.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)] as [number, number, number]
  const green = [10, 300, 600]
    .flatMap((x) => [10, 340].map((y) => pixel(x, y)))
    .filter(([red, g, blue]) => g > 150 && red < 100 && blue < 100)
  expect(green.length).toBeGreaterThan(3)

  const taken = join(host.dataDir, 'camera-gone.txt')
  await run(id, 'sh', '-c', `while pw-link -o | grep -q ami-streams-camera; do sleep 0.1; done; echo gone > ${taken}`)
  const [attendee] = (await ask('GET', `/desktop/displays/${id}/attendees`)).items
  await ask('PATCH', `/desktop/displays/${id}/attendees/${attendee!.id}`, { rights: ['control', 'audio', 'microphone'] })
  await until(() => existsSync(taken), 'the camera is gone with the right')
  await page.getByTestId('desktop-camera').waitFor({ state: 'detached' })
  const lines = (await host.api('GET', '/audit?limit=50')).body.items.map(({ message }) => message)
  expect(lines.filter((line) => line.endsWith('turned a camera on at a display'))).toHaveLength(1)
  expect(problems).toEqual([])
})

/** Share of a tone in the audio that FFmpeg takes from a live stream of the host. */
async function heardLive(stream: string, hz: number): Promise<number> {
  const file = join(host.dataDir, `${stream}.raw`)
  const url = `${host.http}/live/${stream}/index.m3u8`
  rmSync(file, { force: true })
  await execute('ffmpeg', ['-v', 'error', '-y', '-i', url, '-t', '2', '-vn', '-ac', '1', '-ar', '48000', '-f', 's16le', file]).catch(
    () => undefined,
  )
  if (!existsSync(file)) return 0
  const bytes = readFileSync(file)
  return shareOf(new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1), hz)
}

/** Number of the segment that a live stream of the host gets next. */
async function nextSegment(stream: string): Promise<number> {
  const multivariant = `${host.http}/live/${stream}/index.m3u8`
  const path = /^[^#].*\/v0\/index\.m3u8.*$/m.exec(await (await fetch(multivariant)).text())?.[0]
  const text = path === undefined ? '' : await (await fetch(new URL(path, multivariant))).text()
  return Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1] ?? 0) + (text.match(/^#EXTINF/gm)?.length ?? 0)
}

it('is sent live by one request, with what its programs play, and recorded beside that; who is there sees it', async () => {
  const [id, other] = [await create(), await create()]
  await page.goto(`${host.http}/desktops/${id}`)
  await page.locator('[data-testid=desktop][data-state=open]').waitFor()
  const end = await play(id, 'paplay', 750)
  await page.getByTestId('desktop-send-live').click()
  await page.getByTestId('broadcast-dialog').waitFor()
  expect(await findingsInBothThemes(page)).toEqual([])
  await page.getByTestId('broadcast-stream').fill('desk')
  await page.getByTestId('broadcast-submit').click()
  await page.getByTestId('desktop-live').waitFor()
  expect((await ask('GET', `/desktop/displays/${id}`)).live).toBe('desk')
  // One that is live goes on; the name is another's from here on.
  expect((await ask('POST', `/desktop/displays/${id}/live`, { stream: 'other' })).stream).toBe('desk')
  const taken = await host.api('POST', `/desktop/displays/${other}/live`, { stream: 'desk' })
  expect([taken.status, (taken.body as any).code]).toEqual([409, 'publish.busy'])
  await until(async () => (await heardLive('desk', 750)) > 0.7, 'the tone is heard in the stream')
  const { state } = await ask('POST', `/desktop/displays/${id}/recording`)
  expect(state).toBe('recording')
  let atKill: number | undefined
  // Players start three segments before the end: those are newer than the process that was killed, too.
  await killWorker(host, 'desktop-worker', async () => {
    const next = await nextSegment('desk')
    atKill ??= next
    return next > atKill + 3 && (await heardLive('desk', 750)) > 0.7
  })
  await ask('DELETE', `/desktop/displays/${id}/recording`)
  await until(async () => (await heardLive('desk', 750)) > 0.7, 'the tone goes on without the recording')
  end()
  await page.getByTestId('desktop-send-live').click()
  await page.getByTestId('confirm-yes').click()
  await page.getByTestId('desktop-live').waitFor({ state: 'detached' })
  await until(async () => (await host.api('GET', '/live/streams')).body.items.every(({ state: now }) => now !== 'active'), 'it has ended')
  expect(problems).toEqual([])
})

it('is heard in the studio where its source says so, and in no other show', async () => {
  const id = displays.at(-1)!
  await openCollection(host, {
    format: 'ami-streams/collection',
    version: 1,
    name: 'Desks',
    scenes: [{ id: 'show', name: 'Show', items: [{ source: 'desk' }] }],
    sources: [{ id: 'desk', kind: 'desktop-display', settings: { device: id } }],
    outputs: [{ id: 'out', name: 'Out', kind: 'host', settings: { stream: 'show' }, video: smallVideo }],
  } as { name: string })
  const end = await play(id, 'pw-play', 1875)
  await ask('POST', '/studio/outputs/out/start', {})
  await until(
    async () => (await host.api('GET', '/live/streams')).body.items.some(({ name, state }) => name === 'show' && state === 'active'),
    'it is live',
  )
  expect(await heardLive('show', 1875)).toBeLessThan(0.1)
  await ask('PATCH', '/studio/sources/desk', { settings: { device: id, audio: true } })
  await until(async () => (await heardLive('show', 1875)) > 0.7, 'its audio is in the program')
  end()
  await ask('POST', '/studio/outputs/out/stop', {})
})

it('keeps no descriptor of those who listened for a moment', async () => {
  const before = workersOf(host, 'desktop-worker')
  const id = await create()
  let packets = 0
  const viewer = watchDesktop(host, { display: id, onUpdate: (message) => void (message[0] === 4 && packets++) })
  await viewer.joined()
  const ends = [await play(id, 'pw-play', 750)]
  viewer.send({ kind: 'listen', on: true })
  await until(() => packets > 10, 'the tone is heard')
  const worker = workersOf(host, 'desktop-worker').find((pid) => !before.includes(pid))
  const descriptors = () => readdirSync(`/proc/${worker}/fd`).length
  const hearing = descriptors()
  viewer.send({ kind: 'listen', on: false })
  ends.pop()!()
  // PipeWire hands a capture its descriptors some ms after it was asked for: they come before, while, and after it is closed.
  for (let time = 0; time < 150; ) {
    const short = watchDesktop(host, { display: id })
    await short.joined()
    // Nobody may do so more often at once.
    for (const last = time + 15; time < last; time++) {
      short.send({ kind: 'listen', on: true })
      await delay(time % 15)
      short.send({ kind: 'listen', on: false })
    }
    short.leave()
  }
  packets = 0
  ends.push(await play(id, 'paplay', 3000))
  viewer.send({ kind: 'listen', on: true })
  await until(() => packets > 10, 'the tone is heard again')
  await until(
    () => descriptors() <= hearing,
    () => `the display has ${hearing} descriptors again, not ${descriptors()}`,
  )
  for (const end of ends) end()
  viewer.leave()
})

it('says what to install where there is no PipeWire, and shows the display', async () => {
  const programs = join(host.dataDir, 'bin')
  mkdirSync(programs)
  symlinkSync('/usr/bin/Xvnc', join(programs, 'Xvnc'))
  const bare = await startHost({ name: 'desktop-audio-bare', env: { PATH: programs } })
  try {
    const { id, audio } = (await bare.api('POST', '/desktop/displays', { command: null })).body
    expect(audio).toBe('missing')
    await page.goto(`${bare.http}/desktops/${id}`)
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    const tool = page.getByTestId('desktop-audio')
    expect(await tool.getAttribute('title')).toContain('install pipewire, wireplumber and pipewire-pulse')
    expect([await tool.isDisabled(), await page.getByTestId('desktop-microphone').count()]).toEqual([true, 0])
    await bare.api('DELETE', `/desktop/displays/${id}`)
  } finally {
    await bare.stop()
  }
})
