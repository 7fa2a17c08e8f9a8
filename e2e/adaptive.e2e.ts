import { readdirSync, readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser, readVideo, steps, untilMoving } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishFile, testClip } from './helpers/publish.ts'
import { type SlowNetwork, slowNetwork } from './helpers/slow-network.ts'

/** The page's own record of when its picture changed its size, and how long it stood still. */
interface Record {
  readonly sizes: { readonly height: number; readonly atMs: number }[]
  longestStillMs: number
}

/** Begins the record anew. */
const watchPicture = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const scope = window as unknown as { record: Record; recording?: ReturnType<typeof setInterval> }
    const video = document.querySelector('video')!
    clearInterval(scope.recording)
    const record: Record = { sizes: [], longestStillMs: 0 }
    scope.record = record
    let height = video.videoHeight
    let time = video.currentTime
    let [stillMs, lookedMs] = [0, performance.now()]
    // For as long as the page is held up itself nobody can say that the picture stands still: a look counts for 100 ms at most.
    scope.recording = setInterval(() => {
      const now = performance.now()
      stillMs += Math.min(now - lookedMs, 100)
      lookedMs = now
      if (video.videoHeight !== height) {
        height = video.videoHeight
        record.sizes.push({ height, atMs: Date.now() })
      }
      if (video.currentTime !== time) {
        record.longestStillMs = Math.max(record.longestStillMs, stillMs)
        stillMs = 0
        time = video.currentTime
      }
    }, 20)
  })

const recordOf = (page: Page): Promise<Record> => page.evaluate(() => (window as unknown as { record: Record }).record)

const untilHeight = (page: Page, most: number, least = 0, timeout = 20_000) =>
  page.waitForFunction(
    ([high, low]) => {
      const { videoHeight } = document.querySelector('video')!
      return videoHeight <= high! && videoHeight >= low!
    },
    [most, least],
    { timeout, polling: 50 },
  )

async function choose(page: Page, label: RegExp): Promise<void> {
  await page.getByTestId('player-settings').click()
  await page.getByTestId('player-menu').getByRole('menuitemradio', { name: label }).click()
}

async function qualities(page: Page): Promise<string[]> {
  await page.getByTestId('player-settings').click()
  const names = await page.getByTestId('player-menu').getByRole('menuitemradio').allTextContents()
  await page.keyboard.press('Escape')
  return names.filter((name) => /^\d+p/.test(name))
}

/** Process id of the host's transcoder; 0 where there is none. */
function transcoderOf(hostPid: number): number {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      if (parent === hostPid && readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes('transcode-worker')) return Number(entry)
    } catch {
      // Ended while it was looked at.
    }
  }
  return 0
}

describe('viewers of a ladder that the host makes', () => {
  let host: RunningHost
  let browser: Browser
  let network: SlowNetwork
  let publisher: Publisher

  beforeAll(async () => {
    const clip = await testClip('adaptive-720p', { width: 1280, height: 720, frames: 40 * 30, videoKbps: 3000 })
    host = await startHost({ name: 'adaptive' })
    network = await slowNetwork(host.httpPort, { downKbps: 20_000, delayMs: 10 })
    browser = await launchBrowser()
    publisher = publishFile(clip, `${host.rtmp}/${await host.key('show')}`, { loop: true })
    await host.until('show', (stream) => stream.health?.frameRate > 0)
    const { body } = await host.api('POST', '/live/presets', {
      name: 'Two small',
      codec: 'h264',
      speed: 'fastest',
      bFrames: 0,
      rungs: [
        { height: 360, kbps: 800 },
        { height: 240, kbps: 400 },
      ],
    })
    await host.api('PUT', '/live/streams/show/renditions', { mode: 'preset', preset: body.id })
  })
  // a machine that is busy with other tests may have given a rendition up: it comes back
  beforeEach(() => ladderRuns(), 90_000)
  afterAll(async () => {
    await publisher?.stop()
    await browser?.close()
    await network?.close()
    await host?.stop()
  })

  async function ladderRuns(): Promise<void> {
    const end = performance.now() + 80_000
    for (;;) {
      const { renditions } = (await host.api('GET', '/live/streams/show/renditions')).body
      const master = await (await fetch(`${host.http}/live/show/index.m3u8`)).text()
      const listed = master.match(/#EXT-X-STREAM-INF/g)?.length
      if (renditions.length === 2 && renditions.every((each: { state: string }) => each.state === 'running') && listed === 3) return
      if (performance.now() > end) throw new Error(`no ladder: ${JSON.stringify(renditions)}`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  async function open(player: 'hls' | 'dash', leastHeight = 720): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1300, height: 800 } })
    await page.goto(`http://127.0.0.1:${network.port}/watch/show?player=${player}`)
    await untilMoving(page)
    await untilHeight(page, 720, leastHeight, 30_000)
    return page
  }

  // dash.js knows how fast a segment comes only from whole chunks, and has more in its buffer to begin with.
  it.each([
    ['hls', 2000],
    ['dash', 6000],
  ] as const)('%s.js: falls with the connection without a stall, and rises again', async (player, aimMs) => {
    network.shape({ downKbps: 6000, delayMs: 10 })
    const page = await open(player)
    // a player that has just begun has not yet come to its place
    await page.waitForTimeout(3000)
    await untilHeight(page, 720, 720, 30_000)
    await watchPicture(page)
    const cutAtMs = Date.now()
    network.shape({ downKbps: 1000, delayMs: 10 })
    await untilHeight(page, 360, 0, 30_000)
    await page.waitForTimeout(3000)
    const fall = await recordOf(page)
    const fallMs = fall.sizes[0]!.atMs - cutAtMs
    process.stdout.write(
      `${player}.js: a smaller picture ${fallMs} ms after the cut, longest still ${Math.round(fall.longestStillMs)} ms\n`,
    )
    const raisedAtMs = Date.now()
    network.shape({ downKbps: 20_000, delayMs: 10 })
    await untilHeight(page, 720, 720, 30_000)
    process.stdout.write(`${player}.js: the whole picture ${Date.now() - raisedAtMs} ms after the rate came back\n`)
    await page.close()
    // three times the aim: tests share the machine with what they test
    expect(fallMs).toBeLessThan(3 * aimMs)
    expect(fall.longestStillMs).toBeLessThan(1000)
  })

  it.each(['hls', 'dash'] as const)('%s.js: changes by hand through transcoded qualities keep every frame', async (player) => {
    network.shape({ downKbps: 50_000 })
    const page = await open(player, 0)
    const reading = readVideo(page, 10_000)
    await choose(page, /^240p/)
    await untilHeight(page, 240)
    await choose(page, /^360p/)
    await untilHeight(page, 360, 360)
    await choose(page, /^720p/)
    await untilHeight(page, 720, 720)
    const seen = await reading
    const { repeated, back, span } = steps(seen)
    process.stdout.write(`${player}.js: ${seen.length} of ${span} frames read over three changes\n`)
    expect(repeated).toBe(0)
    // where a quality begins a frame of the one before it may be handed out late
    expect(back).toBeLessThanOrEqual(1)
    await page.close()
  })

  it('goes on with the source when the transcoder is killed, and offers its qualities again', async () => {
    network.shape({ downKbps: 50_000 })
    const page = await open('hls', 0)
    await choose(page, /^240p/)
    await untilHeight(page, 240)
    expect(await qualities(page)).toHaveLength(3)
    await watchPicture(page)
    const worker = transcoderOf(host.process.pid!)
    process.kill(worker, 'SIGKILL')
    const killedAtMs = performance.now()
    while (transcoderOf(host.process.pid!) === 0 || transcoderOf(host.process.pid!) === worker) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const backMs = performance.now() - killedAtMs
    await ladderRuns()
    await page.waitForTimeout(3000)
    const { longestStillMs, sizes } = await recordOf(page)
    process.stdout.write(
      `killed: process back after ${Math.round(backMs)} ms, longest still ${Math.round(longestStillMs)} ms, sizes ${sizes.map(({ height }) => height).join(' ')}\n`,
    )
    expect(longestStillMs).toBeLessThan(2000)
    expect(await qualities(page)).toHaveLength(3)
    await choose(page, /^360p/)
    await untilHeight(page, 360, 360)
    await page.close()
  })
})
