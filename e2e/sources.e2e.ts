import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, screenshot, untilMoving } from './helpers/browser.ts'
import { ffmpeg, longClip, longClipFrames } from './helpers/clips.ts'
import { readFrames, recordStream } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { artifacts } from './helpers/paths.ts'
import { type Publisher, publishFile, testClip } from './helpers/publish.ts'
import { hasRtspServer, startRtspServer } from './helpers/rtsp-server.ts'
import { skipBecause } from './helpers/skip.ts'
import { killWorker } from './helpers/workers.ts'

/** Streams that the host fetches by itself: from another host, from GStreamer's RTSP server, from a file. */

let origin: RunningHost
let host: RunningHost
let camera: Publisher
let browser: Browser
const small = { width: 640, height: 360, fps: 30, videoKbps: 600 }

interface Shown {
  readonly id: string
  readonly state: string
  readonly error: string | null
  readonly url: string
}

const source = async (stream: string): Promise<Shown> =>
  (await host.api('GET', '/live/sources')).body.items.find((each) => each.stream === stream)!

async function untilState(stream: string, state: string, timeoutMs = 60_000): Promise<Shown> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const now = await source(stream)
    if (now?.state === state) return now
    if (performance.now() > end) throw new Error(`${stream} is ${now?.state} (${now?.error}), not ${state}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function make(stream: string, url: string, more: object = {}): Promise<{ status: number; body: any }> {
  return host.api('POST', '/live/sources', { stream, url, ...more })
}

/** Numbers of the frames that a stream gives within some seconds: fewer if its audio comes before its video. */
async function framesOf(stream: string, seconds: number): Promise<number[]> {
  const file = join(artifacts, `source-${stream}.mkv`)
  await recordStream(`${host.rtmp}/${stream}`, file, seconds)
  return (await readFrames(file)).flatMap(({ code }) => (code ? [code.frame] : []))
}

function expectEveryFrame(frames: readonly number[]): void {
  expect(frames.length).toBeGreaterThan(20)
  // The camera's video starts again after its last frame.
  const wrong = frames.slice(1).filter((frame, index) => frame !== (frames[index]! + 1) % longClipFrames)
  expect(wrong).toEqual([])
}

beforeAll(async () => {
  ;[origin, host, browser] = await Promise.all([startHost({ name: 'origin' }), startHost({ name: 'sources' }), launchBrowser()])
  camera = publishFile(await longClip(), `${origin.rtmp}/${await origin.key('camera')}`, { loop: true })
  await origin.until('camera', (state) => state.state === 'active')
})
afterAll(async () => {
  await camera?.stop()
  await browser?.close()
  await Promise.all([host?.stop(), origin?.stop()])
})

describe('a source', () => {
  it('is fetched over RTMP with every frame, and comes back when its process is killed', async () => {
    expect((await make('rtmp-in', `${origin.rtmp}/camera`)).status).toBe(201)
    await untilState('rtmp-in', 'live')
    const { body } = await host.api('GET', '/live/streams/rtmp-in')
    expect(body.publisher).toMatchObject({ protocol: 'pull' })
    expectEveryFrame(await framesOf('rtmp-in', 3))
    await killWorker(host, 'pull-worker', async () => (await source('rtmp-in')).state === 'live')
    expectEveryFrame(await framesOf('rtmp-in', 2))
  })

  it('is fetched from HLS and from SRT', async () => {
    await make('hls-in', `${origin.http}/live/camera/hls.m3u8`)
    const srt = String(origin.ready.srtUrl ?? '')
    if (srt !== '') await make('srt-in', `${srt}?mode=caller&streamid=#!::r=camera,m=request`.replace('#', '%23'))
    await untilState('hls-in', 'live')
    expectEveryFrame(await framesOf('hls-in', 3))
    if (srt === '') return
    await untilState('srt-in', 'live')
    expectEveryFrame(await framesOf('srt-in', 2))
  })

  it('is fetched from an RTSP camera', async (context) => {
    if (!hasRtspServer()) skipBecause(context, 'no RTSP server: install gir1.2-gst-rtsp-server-1.0 and python3-gi')
    const clip = await testClip('camera-clip', { ...small, frames: 450 })
    const file = join(artifacts, 'camera-clip.mp4')
    await ffmpeg(['-y', '-i', clip, '-c', 'copy', file])
    const server = await startRtspServer(file)
    try {
      await make('rtsp-in', server.url.replace('rtsp://', 'rtsp://user:secret@'))
      const live = await untilState('rtsp-in', 'live')
      expect(live.url).toContain('://***@')
      expectEveryFrame(await framesOf('rtsp-in', 2))
      const page = await browser.newPage()
      await page.goto(`${host.http}/watch/rtsp-in`)
      await untilMoving(page)
      await page.close()
    } finally {
      await host.api('DELETE', `/live/sources/${(await source('rtsp-in')).id}`)
      server.stop()
    }
  })

  it('that is a file starts again where it ends, without a frame lost at the joint', async () => {
    const clip = await testClip('loop-clip', { ...small, frames: 60 })
    const file = join(artifacts, 'loop-clip.ts')
    await ffmpeg(['-y', '-i', clip, '-c', 'copy', '-f', 'mpegts', file])
    await make('loop', file)
    await untilState('loop', 'live')
    const frames = await framesOf('loop', 5)
    const first = Math.min(...frames)
    expect(new Set(frames).size).toBe(60)
    const wrong = frames
      .slice(1)
      .filter((frame, index) => frame !== ((frames[index] as number) - first === 59 ? first : (frames[index] as number) + 1))
    expect(wrong).toEqual([])
  })

  it('on demand starts with the first viewer, who waits for it, and rests when nobody watches', async () => {
    await make('asked', `${origin.rtmp}/camera`, { when: 'on-demand' })
    expect((await source('asked')).state).toBe('idle')
    const answer = await fetch(`${host.http}/live/asked/index.m3u8`)
    expect(answer.status).toBe(200)
    expect((await source('asked')).state).toBe('live')
    await untilState('asked', 'idle', 90_000)
    expectEveryFrame(await framesOf('asked', 2))
  })

  it('that cannot be had says why, is tried again, and at once when asked', async () => {
    const rejections = await Promise.all(['gopher://x/', 'relative/path.mp4', 'rtmp://', 'nonsense'].map((url) => make('bad', url)))
    expect(rejections.map(({ status, body }) => [status, body.code])).toEqual(Array(4).fill([400, 'source.address_invalid']))
    await make('dead', 'rtmp://127.0.0.1:9/live/x?token=hidden')
    const dead = await untilState('dead', 'retrying')
    expect(dead.error).toMatch(/refused/i)
    expect(dead.url).not.toContain('hidden')
    expect((await host.api('POST', `/live/sources/${dead.id}/retry`)).body.state).toBe('connecting')
    await make('missing', '/no/such/file.mp4')
    expect((await untilState('missing', 'retrying')).error).toMatch(/no file \/no\/such/i)
    await make('device', '/dev/zero')
    expect((await untilState('device', 'retrying')).error).toMatch(/not a regular file/)
    expect((await make('dead', 'rtmp://127.0.0.1/live/y')).status).toBe(409)
  })
})

describe('the Sources page', () => {
  it('makes a source, shows its state, turns it off and removes it', async () => {
    const page = await browser.newPage()
    await page.goto(`${host.http}/sources`)
    await page.getByTestId('new-source').click()
    await page.getByTestId('source-url').fill(`${origin.rtmp}/camera`)
    await page.getByTestId('source-stream').fill('by-hand')
    await page.getByTestId('source-submit').click()
    const row = page.getByTestId('source-row').filter({ hasText: 'by-hand' })
    await page.locator('[data-testid="source-row"][data-state="live"]').filter({ hasText: 'by-hand' }).waitFor({ timeout: 60_000 })
    await screenshot(page, 'sources')
    await row.getByTestId('source-toggle').click()
    await page.locator('[data-testid="source-row"][data-state="off"]').filter({ hasText: 'by-hand' }).waitFor()
    await row.getByTestId('source-remove').click()
    await page.getByTestId('confirm-yes').click()
    await row.waitFor({ state: 'detached' })
    await page.close()
  })
})
