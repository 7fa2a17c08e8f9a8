import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { superviseWorker } from '../src-main/platform/workers/supervise-worker.ts'
import { loopbackDevices } from '../src-main/studio/control/outputs/virtual-camera/choose-camera.ts'
import type { FromCamera, ToCamera } from '../src-main/studio/control/outputs/virtual-camera/messages.ts'
import { listDevices } from '../src-main/studio/worker/sources/list-devices.ts'
import { readBarcode } from './helpers/barcode.ts'
import { launchBrowser, readVideo } from './helpers/browser.ts'
import { cameraPortalMissing, startCameraPortal } from './helpers/camera-portal.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { root } from './helpers/paths.ts'
import { type PrivatePipeWire, pipeWireMissing, startPipeWire } from './helpers/pipewire.ts'
import { quietLog } from './helpers/quiet-log.ts'
import { live, openShow, type Show } from './helpers/show.ts'
import { skipBecause } from './helpers/skip.ts'
import { createSourceBench, type OpenedSource } from './helpers/studio-source.ts'
import { undisturbed, until } from './helpers/until.ts'

/** The studio as a camera of other programs: GStreamer takes it, and so does a camera source as another show would have it. */

const missing = pipeWireMissing()
const folder = mkdtempSync(join(tmpdir(), 'ami-virtual-camera-'))
const bench = createSourceBench({ folder })
const before = { ...process.env }
const [width, height] = [640, 360]
const node = 'ami-streams-camera-camera'
let pipeWire: PrivatePipeWire | undefined
let host: RunningHost
let show: Show

beforeAll(async () => {
  if (missing === undefined) {
    pipeWire = await startPipeWire()
    Object.assign(process.env, pipeWire.env)
  }
  host = await startHost({ env: pipeWire?.env ?? {}, name: 'studio-camera' })
  show = await openShow(host)
})
afterEach(() => bench.close())
afterAll(async () => {
  await host?.stop()
  await pipeWire?.stop()
  for (const name of Object.keys(pipeWire?.env ?? {})) process.env[name] = before[name] ?? ''
  rmSync(folder, { recursive: true, force: true })
})

/** Frame numbers of I420 frames; -1 for one that cannot be read. */
function numbersIn(bytes: Buffer): number[] {
  const size = (width * height * 3) / 2
  const numbers: number[] = []
  for (let at = 0; at + size <= bytes.length; at += size) {
    numbers.push(readBarcode(width, height, (x, y) => bytes[at + y * width + x]!)?.frame ?? -1)
  }
  return numbers
}

/** GStreamer takes this many frames from the camera and leaves; answers their frame numbers. */
async function takeWithGStreamer(frames: number, layout: 'I420' | 'NV12' | 'YUY2'): Promise<number[]> {
  const file = join(folder, `${layout}.yuv`)
  await pipeWire?.output('gst-launch-1.0', [
    // PipeWire's buffers are overwritten even while they are read: on a busy machine this program would be too slow.
    ...['-q', 'pipewiresrc', `target-object=${node}`, 'always-copy=true', `num-buffers=${frames}`],
    ...['!', `video/x-raw,format=${layout},width=${width},height=${height},framerate=30/1`],
    ...['!', 'videoconvert', '!', 'video/x-raw,format=I420', '!', 'filesink', `location=${file}`],
  ])
  return numbersIn(readFileSync(file))
}

const frameOf = (camera: OpenedSource): number | undefined => {
  const picture = camera.frame()
  return picture && readBarcode(picture.width, picture.height, picture.luma)?.frame
}

/** Waits until this many further frames of the show were seen; answers them with the times that they carry. */
async function framesOf(camera: OpenedSource, count: number): Promise<{ frame: number; timeUs: number }[]> {
  const seen: { frame: number; timeUs: number }[] = []
  await until(
    () => {
      const picture = camera.frame()
      const frame = picture && readBarcode(picture.width, picture.height, picture.luma)?.frame
      if (picture !== undefined && frame !== undefined && frame !== seen.at(-1)?.frame) seen.push({ frame, timeUs: picture.timeUs })
      return seen.length >= count
    },
    () => `only frames ${JSON.stringify(seen)}; the camera tells ${JSON.stringify(camera.reports.slice(-3))}`,
  )
  return seen
}

/** The pattern is drawn by a process of its own: on a busy machine the program shows one frame of it twice. */
const neverFalls = (numbers: readonly number[]): boolean => numbers.every((number, index) => index === 0 || number >= numbers[index - 1]!)

describe('a virtual camera of PipeWire', () => {
  it('shows the program to several programs at once, whole and in time, and rests while nobody looks', async (context) => {
    if (missing !== undefined) skipBecause(context, missing)
    if (loopbackDevices().length > 0) skipBecause(context, 'this machine has a loopback device, which comes first')
    await show.add('camera', 'virtual-camera', { name: 'Show camera' }, { audio: [] })
    await show.start('camera')
    expect((await show.until('camera', live)).statistics).toMatchObject({
      via: 'pipewire',
      node,
      name: 'Show camera',
      watched: false,
      frames: 0,
    })
    expect(await listDevices('camera')).toMatchObject([{ id: node, name: 'Show camera', details: { default: false, virtualCamera: true } }])

    const camera = await bench.open('camera', { device: node })
    const { details } = await camera.untilState('running')
    expect(details).toMatchObject({ device: 'Show camera', width, height, frameRate: 30, format: 'I420' })
    // Sources rest while nobody looks: until the pattern is drawn again, the first to look sees the scene without it.
    await framesOf(camera, 1)
    const [seen, taken] = await Promise.all([framesOf(camera, 20), takeWithGStreamer(30, 'I420')])
    expect(taken).toHaveLength(30)
    expect(taken).not.toContain(-1)
    expect(neverFalls(taken), `${taken}`).toBe(true)
    expect(new Set(taken).size, `${taken}`).toBeGreaterThan(5)
    // Each has the time at which its frame was due, thirty a second by the counters, whatever the machine left out.
    const steps = seen.map(({ timeUs }) => ((timeUs - seen[0]!.timeUs) * 30) / 1e6)
    for (const step of steps) expect(step).toBeCloseTo(Math.round(step), 3)
    const places = seen.map(({ frame }, index) => frame - seen[0]!.frame - steps[index]!).toSorted((a, b) => a - b)
    // The pattern that a busy machine draws late is behind for a while.
    expect(places.filter((place) => Math.abs(place - places[10]!) <= 3).length, `${places}`).toBeGreaterThan(10)
    expect((await show.report('camera')).statistics).toMatchObject({ watched: true })
    await show.until('camera', ({ statistics }) => statistics.frames >= 30)

    // What is on air, as it is.
    const ground = { id: 'ground', kind: 'gradient', settings: { width, height } }
    expect((await host.api('POST', '/studio/sources', ground)).status).toBeLessThan(300)
    expect((await host.api('POST', '/studio/scenes', { id: 'still' })).status).toBeLessThan(300)
    expect((await host.api('POST', '/studio/scenes/still/items', { source: 'ground' })).status).toBeLessThan(300)
    await show.switchTo('still')
    await until(
      () => frameOf(camera) === undefined && (camera.frame()?.luma(width / 2, height / 2) ?? 0) > 20,
      () => 'the scene with the gradient is not seen',
    )
    const reply = await fetch(`${host.http}/api/v1/studio/screenshot`)
    const shot = await sharp(Buffer.from(await reply.arrayBuffer()))
      .removeAlpha()
      .raw()
      .toBuffer()
    const psnr = (): number => {
      const picture = camera.frame()
      if (picture === undefined) return 0
      let squares = 0
      for (let y = 0; y < height; y += 3) {
        for (let x = 0; x < width; x += 3) {
          for (const [channel, value] of picture.rgb(x, y).entries()) squares += (value - shot[(y * width + x) * 3 + channel]!) ** 2
        }
      }
      return 10 * Math.log10(255 ** 2 / (squares / (Math.ceil(height / 3) * Math.ceil(width / 3) * 3)))
    }
    await until(
      () => psnr() > 40,
      () => `${psnr()} dB`,
    )
    await show.switchTo('welcome')

    // Everybody leaves; somebody else comes, with another layout.
    await bench.close()
    await show.until('camera', ({ statistics }) => !statistics.watched)
    const [nv12, yuy2] = [await takeWithGStreamer(5, 'NV12'), await takeWithGStreamer(5, 'YUY2')]
    expect([...nv12, ...yuy2]).not.toContain(-1)
    expect(nv12[0]).toBeGreaterThan(taken.at(-1)!)
    expect(neverFalls(nv12) && neverFalls(yuy2), `${[nv12, yuy2]}`).toBe(true)
  })

  it('is a camera of a browser', async (context) => {
    if (pipeWire === undefined) skipBecause(context, missing ?? '')
    const without = cameraPortalMissing()
    if (without !== undefined) skipBecause(context, without)
    if (loopbackDevices().length > 0) skipBecause(context, 'this machine has a loopback device, which comes first')
    const portal = await startCameraPortal(pipeWire)
    // A browser asks the portal once in its life: one that was too early, or that the portal was too slow for, never sees a camera.
    const browsers: Browser[] = []
    const openPage = async (): Promise<Page | undefined> => {
      await browsers.pop()?.close()
      const browser = await launchBrowser({ args: ['--enable-features=WebRtcPipeWireCamera', '--use-fake-ui-for-media-stream'] })
      browsers.push(browser)
      const page = await browser.newPage()
      // A page of this machine may ask for a camera.
      await page.goto(`${host.http}/api/v1/docs`)
      const kinds = () => page.evaluate(async () => (await navigator.mediaDevices.enumerateDevices()).map(({ kind }) => kind))
      return until(async () => (await kinds()).includes('videoinput'), 'the browser lists the camera', 15_000).then(
        () => page,
        () => undefined,
      )
    }
    try {
      const page = await until(openPage, 'a browser lists the camera', 100_000)
      const settings = await page.evaluate(async () => {
        const stream = await navigator.mediaDevices.getUserMedia({ video: true })
        const video = document.createElement('video')
        document.body.replaceChildren(video)
        video.muted = true
        video.srcObject = stream
        await video.play()
        const [track] = stream.getVideoTracks()
        return { label: track?.label, ...track?.getSettings() }
      })
      expect(settings).toMatchObject({ label: 'Show camera', width, height, frameRate: 30 })
      await undisturbed(async () => {
        const seen = (await readVideo(page, 1000)).map(({ frame }) => frame)
        expect(neverFalls(seen), `${seen}`).toBe(true)
        expect(new Set(seen).size, `${seen}`).toBeGreaterThan(3)
      })
    } finally {
      await Promise.all(browsers.map((browser) => browser.close()))
      await portal.remove()
    }
  })

  it('goes on for those who look when the studio, or PipeWire, dies', async (context) => {
    if (pipeWire === undefined) skipBecause(context, missing ?? '')
    if (loopbackDevices().length > 0) skipBecause(context, 'this machine has a loopback device, which comes first')
    const camera = await bench.open('camera', { device: node })
    const { frame } = (await framesOf(camera, 3)).at(-1)!
    const reports = camera.reports.length
    process.kill(await show.worker(), 'SIGKILL')
    await show.until('camera', ({ statistics }) => statistics.gaps === 1)
    await until(
      () => (frameOf(camera) ?? 0) > frame + 15,
      () => `frame ${frameOf(camera)} after ${frame}`,
    )
    await show.until('camera', live)
    // A program that has the camera open did not notice that it was away.
    expect(camera.reports.slice(reports)).toEqual([])

    await pipeWire.stopDaemon()
    const { error } = await show.until('camera', ({ state, error }) => state === 'retrying' && error !== null)
    expect(error).toMatchObject({ code: 'studio.virtual_camera_missing', message: expect.stringMatching(/PipeWire .*systemctl/) })
    await pipeWire.startDaemon()
    await show.until('camera', live)
    await framesOf(camera, 3)

    await show.stop('camera')
    await camera.untilReport(({ state, problem }) => state === 'waiting' && /not plugged in/.test(problem ?? ''))
  })
})

describe('a virtual camera of v4l2loopback', () => {
  it('is rejected with what is missing, where the system has no loopback device', async (context) => {
    if (loopbackDevices().length > 0) skipBecause(context, 'this machine has a loopback device')
    await show.add('loopback', 'virtual-camera', { via: 'v4l2loopback' }, { audio: [] })
    const reply = await host.api('POST', '/studio/outputs/loopback/start', {})
    expect(reply).toMatchObject({ status: 503, body: { code: 'studio.virtual_camera_missing' } })
    expect(`${reply.body.detail} ${reply.body.remedy}`).toContain('v4l2loopback')
  })

  it('is fed with every frame of a store, once', async () => {
    const device = join(folder, 'device')
    const store = bench.stores.createFrameStore()
    const planes = [Buffer.alloc(width * height), Buffer.alloc((width * height) / 4, 128), Buffer.alloc((width * height) / 4, 128)]
    let written = 0
    let frames = 0
    const worker = superviseWorker<FromCamera, ToCamera>({
      entry: join(root, 'dist/host/camera-worker.js'),
      log: quietLog,
      onReady: () => {
        // The same process as for a device, with a file in the place of v4l2.
        worker.send({ type: 'open', camera: { via: 'v4l2loopback', device, muxer: 'rawvideo' } })
        const frameRate = { numerator: 50, denominator: 1 }
        worker.send({ type: 'canvas-frames', canvasFrames: { address: store.address, width, height, frameRate } })
      },
      onMessage: (message) => {
        if (message.type === 'frames') frames = message.frames
      },
    })
    await until(() => {
      planes[0]!.writeUInt32LE(++written, 1000)
      store.write({ layout: 'i420', width, height, planes, strides: [width, width / 2, width / 2], timeUs: bench.stores.nowUs() })
      return frames >= 20
    }, 'twenty frames are fed')
    await worker.stop(2000)
    store.close()
    const bytes = readFileSync(device)
    const size = (width * height * 3) / 2
    expect(bytes.length % size).toBe(0)
    const numbers = Array.from({ length: bytes.length / size }, (_, index) => bytes.readUInt32LE(index * size + 1000))
    expect(numbers.length).toBeGreaterThanOrEqual(20)
    expect(numbers, 'none twice').toEqual([...new Set(numbers)])
    expect(neverFalls(numbers), `${numbers}`).toBe(true)
    expect(bytes.subarray(size - 4, size)).toEqual(Buffer.alloc(4, 128))
  })
})
