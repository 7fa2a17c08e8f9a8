import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser, readVideo, type SeenFrame, steps, untilMoving, watchStill } from './helpers/browser.ts'
import { readFlv } from './helpers/flv.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { asLadder, repeated } from './helpers/multitrack.ts'
import { type Publisher, publishFile, testClip } from './helpers/publish.ts'
import { RtmpPublisher } from './helpers/rtmp-client.ts'
import { type SlowNetwork, slowNetwork } from './helpers/slow-network.ts'
import { undisturbed, until } from './helpers/until.ts'
import { killWorker } from './helpers/workers.ts'

/** The page's own record of when its video changed size, in what it had played by then: a player may set its clock again. */
interface Record {
  playedS: number
  readonly sizes: { readonly height: number; readonly atS: number }[]
}

/** Starts the record again. */
const watchVideo = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const scope = window as unknown as { record: Record; recording?: ReturnType<typeof setInterval> }
    const video = document.querySelector('video')!
    clearInterval(scope.recording)
    const record: Record = { playedS: 0, sizes: [] }
    scope.record = record
    let height = video.videoHeight
    let time = video.currentTime
    scope.recording = setInterval(() => {
      const step = video.currentTime - time
      time = video.currentTime
      if (step > 0 && step < 5) record.playedS += step
      if (video.videoHeight === height) return
      height = video.videoHeight
      record.sizes.push({ height, atS: record.playedS })
    }, 20)
  })

const recordOf = (page: Page): Promise<Record> => page.evaluate(() => (window as unknown as { record: Record }).record)

const untilHeight = (page: Page, max: number, min = 0, timeout = 60_000) =>
  page.waitForFunction(
    ([high, low]) => {
      const { videoHeight } = document.querySelector('video')!
      return videoHeight <= high! && videoHeight >= low!
    },
    [max, min],
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

const frames = 40 * 30

/** Opens the player page and closes those that are open, so that a page that failed does not take the connection from the next one. */
async function openPage(browser: Browser, network: SlowNetwork, player: 'hls' | 'dash', minHeight: number): Promise<Page> {
  for (const context of browser.contexts()) await context.close()
  const page = await browser.newPage({ viewport: { width: 1300, height: 800 } })
  await page.goto(`http://127.0.0.1:${network.port}/watch/show?player=${player}`)
  await untilMoving(page)
  await untilHeight(page, 720, minHeight)
  return page
}

describe('viewers whose connection changes', () => {
  let host: RunningHost
  let browser: Browser
  let network: SlowNetwork
  let publisher: RtmpPublisher
  let playing: Promise<void>

  beforeAll(async () => {
    // The ladder is the publisher's: encoders would take the processor from the players.
    const clips = [
      await testClip('adaptive-720p', { width: 1280, height: 720, frames, videoKbps: 3000 }),
      await testClip('adaptive-360p', { width: 640, height: 360, frames, videoKbps: 800 }),
      await testClip('adaptive-240p', { width: 426, height: 240, frames, videoKbps: 400 }),
    ]
    host = await startHost({ name: 'adaptive' })
    network = await slowNetwork(host.httpPort, { downKbps: 20_000, delayMs: 10 })
    browser = await launchBrowser()
    publisher = await RtmpPublisher.publish(host.rtmpPort, await host.key('show'))
    playing = publisher.play(repeated(asLadder(clips.map(readFlv)), (frames * 1000) / 30, 40))
    await until(async () => {
      const multivariant = await (await fetch(`${host.http}/live/show/index.m3u8`)).text()
      return multivariant.match(/#EXT-X-STREAM-INF/g)?.length === 3
    }, 'three qualities are listed')
  })
  afterAll(async () => {
    publisher?.break()
    await playing
    await browser?.close()
    await network?.close()
    await host?.stop()
  })

  it('hls.js: falls with the connection without a stall, and rises again', () =>
    undisturbed(async () => {
      const { fallMs, stillMs } = await fallAndRise('hls')
      // three times the aim: tests share the machine with what they test
      expect(fallMs).toBeLessThan(3 * 2000)
      expect(stillMs).toBeLessThan(1000)
    }))

  it('dash.js: falls with the connection, plays on, and rises again', () =>
    undisturbed(async () => {
      const { stillMs } = await fallAndRise('dash')
      // twice the aim, for the same reason
      expect(stillMs).toBeLessThan(2 * 2000)
    }))

  /** Reduces the rate until a smaller rendition has played for a while, and restores it until the full size is back. */
  async function fallAndRise(player: 'hls' | 'dash'): Promise<{ readonly fallMs: number; readonly stillMs: number }> {
    network.shape({ downKbps: 6000, delayMs: 10 })
    const page = await openPage(browser, network, player, 720)
    // a player that has just started has not yet come to its place
    await page.waitForTimeout(3000)
    await untilHeight(page, 720, 720)
    await watchVideo(page)
    const still = await watchStill(page)
    network.shape({ downKbps: 1000, delayMs: 10 })
    await untilHeight(page, 360)
    // The page's own record comes at its next look.
    const fallen = await until(async () => (await recordOf(page)).sizes[0], 'the record has it')
    const fallMs = fallen.atS * 1000
    await page.waitForFunction((s) => (window as unknown as { record: Record }).record.playedS > s, fallMs / 1000 + 3, { timeout: 60_000 })
    const stillMs = await still.maxMs()
    process.stdout.write(
      `${player}.js: a smaller picture ${Math.round(fallMs)} ms after the cut, longest still ${Math.round(stillMs)} ms\n`,
    )
    const raisedAtMs = performance.now()
    network.shape({ downKbps: 20_000, delayMs: 10 })
    await untilHeight(page, 720, 720)
    process.stdout.write(`${player}.js: the whole picture ${Math.round(performance.now() - raisedAtMs)} ms after the rate came back\n`)
    await page.close()
    return { fallMs, stillMs }
  }
})

describe('viewers of a ladder that the host makes', () => {
  let host: RunningHost
  let browser: Browser
  let network: SlowNetwork
  let publisher: Publisher

  beforeAll(async () => {
    const clip = await testClip('adaptive-720p', { width: 1280, height: 720, frames, videoKbps: 3000 })
    host = await startHost({ name: 'adaptive-made' })
    network = await slowNetwork(host.httpPort, { downKbps: 20_000, delayMs: 10 })
    browser = await launchBrowser()
    publisher = publishFile(clip, `${host.rtmp}/${await host.key('show')}`, { loop: true })
    await host.until('show', (stream) => (stream.health?.frameRate ?? 0) > 0)
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

  it.each(['hls', 'dash'] as const)('%s.js: changes by hand through transcoded qualities keep every frame', (player) =>
    undisturbed(() => changesByHand(player)),
  )

  async function changesByHand(player: 'hls' | 'dash'): Promise<void> {
    network.shape({ downKbps: 50_000 })
    const page = await openPage(browser, network, player, 0)
    let changed = false
    const reading = (async () => {
      const seen: SeenFrame[] = []
      while (!changed) seen.push(...(await readVideo(page, 1000)))
      return [...seen, ...(await readVideo(page, 1000, 20))]
    })()
    await choose(page, /^240p/)
    await untilHeight(page, 240)
    await choose(page, /^360p/)
    await untilHeight(page, 360, 360)
    await choose(page, /^720p/)
    await untilHeight(page, 720, 720)
    changed = true
    const seen = await reading
    await page.close()
    const { repeated, back, span } = steps(seen)
    process.stdout.write(`${player}.js: ${seen.length} of ${span} frames read over three changes\n`)
    expect(repeated).toBe(0)
    // where a quality starts a frame of the one before it may be handed out late
    expect(back).toBeLessThanOrEqual(1)
  }

  it('goes on with the source when the transcoder is killed, and offers its qualities again', async () => {
    network.shape({ downKbps: 50_000 })
    const page = await openPage(browser, network, 'hls', 0)
    await choose(page, /^240p/)
    await untilHeight(page, 240)
    expect(await qualities(page)).toHaveLength(3)
    await watchVideo(page)
    const still = await watchStill(page)
    await killWorker(host, 'transcode-worker', async () => true)
    await ladderRuns()
    await page.waitForTimeout(3000)
    const [stillMs, { sizes }] = [await still.maxMs(), await recordOf(page)]
    process.stdout.write(`killed: longest still ${Math.round(stillMs)} ms, sizes ${sizes.map(({ height }) => height).join(' ')}\n`)
    expect(stillMs).toBeLessThan(2000)
    await until(async () => (await qualities(page)).length === 3, 'all qualities are offered again')
    await choose(page, /^360p/)
    await untilHeight(page, 360, 360)
    await page.close()
  })
})
