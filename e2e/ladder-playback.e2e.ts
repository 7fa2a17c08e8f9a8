import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, readVideo, type SeenFrame, steps, untilMoving, watchStill } from './helpers/browser.ts'
import { readFlv } from './helpers/flv.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { asLadder } from './helpers/multitrack.ts'
import { testClip } from './helpers/publish.ts'
import { RtmpPublisher } from './helpers/rtmp-client.ts'
import { checkMediaPlaylist, checkMultivariant } from './playlist-rules.ts'

const fps = 30
const seconds = 50

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

/**
 * Seconds by which frames are off the position that their number gives them on the video's clock: a lost or repeated frame moves all after
 * it. Medians of fifteen, because a busy browser sometimes presents the frame after the one that it announced.
 */
function offsets(seen: readonly SeenFrame[]): number[] {
  const places = seen.map((frame) => frame.mediaTime - frame.frame / fps)
  const middle = median(places)
  return places.slice(14).map((_, at) => Math.abs(median(places.slice(at, at + 15)) - middle))
}

describe('a ladder from a publisher of several qualities', () => {
  let host: RunningHost
  let browser: Browser
  let publisher: RtmpPublisher
  let playing: Promise<void>

  beforeAll(async () => {
    const shape = { frames: seconds * fps, fps }
    const large = readFlv(await testClip('ladder-360p', { ...shape, width: 640, height: 360, videoKbps: 600 }))
    const small = readFlv(await testClip('ladder-180p', { ...shape, width: 320, height: 180, videoKbps: 200 }))
    host = await startHost({ name: 'ladder-playback' })
    browser = await launchBrowser()
    publisher = await RtmpPublisher.publish(host.rtmpPort, await host.key('ladder'))
    playing = publisher.play(asLadder([large, small]))
    await host.until('ladder', (stream) => stream.state === 'active')
  })
  afterAll(async () => {
    publisher?.break()
    await playing
    await browser?.close()
    await host?.stop()
  })

  it('is distinguished from a ladder that the host makes', async () => {
    const view = async () => (await host.api('GET', '/live/streams/ladder/renditions')).body
    await expect.poll(view, { timeout: 30_000 }).toMatchObject({ state: 'multitrack', renditions: [] })
  })

  it('lists both, the best first, one audio, and playlists that agree', async () => {
    const address = `${host.http}/live/ladder/index.m3u8`
    const text = await (await fetch(address)).text()
    expect(checkMultivariant(text)).toEqual([])
    expect([...text.matchAll(/RESOLUTION=(\d+x\d+)/g)].map((match) => match[1])).toEqual(['640x360', '320x180'])
    expect(text.match(/#EXT-X-MEDIA:/g)).toHaveLength(1)
    const lists = await Promise.all(
      ['v0', 'v1'].map(async (id) => {
        const line = text.split('\n').find((each) => each.includes(`/${id}/`) && !each.startsWith('#'))!
        return (await fetch(new URL(line, address))).text()
      }),
    )
    for (const list of lists) {
      expect(checkMediaPlaylist(list)).toEqual([])
      expect(list.match(/EXT-X-RENDITION-REPORT/g)).toHaveLength(2)
    }
    const durations = lists.map((list) => [...list.matchAll(/#EXTINF:([\d.]+)/g)].map((match) => Number(match[1])))
    const length = Math.min(durations[0]!.length, durations[1]!.length)
    for (let at = 0; at < length; at++) expect(durations[0]![at]).toBeCloseTo(durations[1]![at]!, 2)
  })

  it.each(['hls', 'dash'])('%s.js changes down and up without a frame lost, repeated or late', async (player) => {
    const page = await browser.newPage({ viewport: { width: 1000, height: 700 } })
    await page.goto(`${host.http}/watch/ladder?player=${player}`)
    await untilMoving(page)
    const choose = async (label: RegExp) => {
      await page.getByTestId('player-settings').click()
      await page.getByTestId('player-menu').getByRole('menuitemradio', { name: label }).click()
    }
    const height = (wanted: number) =>
      page.waitForFunction((px) => document.querySelector('video')!.videoHeight === px, wanted, { timeout: 60_000 })
    await choose(/360p/)
    await height(360)
    await page.waitForTimeout(1500)
    const still = await watchStill(page)
    let changed = false
    const reading = (async () => {
      const seen: SeenFrame[] = []
      while (!changed) seen.push(...(await readVideo(page, 1000)))
      return [...seen, ...(await readVideo(page, 1000, 20))]
    })()
    await choose(/180p/)
    await height(180)
    await choose(/360p/)
    await height(360)
    changed = true
    const seen = await reading
    const { repeated, back, span } = steps(seen)
    process.stdout.write(`${player}.js: ${seen.length} of ${span} frames read over two changes\n`)
    expect({ repeated, back }).toEqual({ repeated: 0, back: 0 })
    expect(Math.max(...offsets(seen)), 'a frame is off its place by, s').toBeLessThan(0.02)
    expect(await still.maxMs(), 'longest time that the picture stood still, ms').toBeLessThan(1200)
    await page.close()
  })
})
