import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { readBarcode } from './helpers/barcode.ts'
import { complaints, launchBrowser, screenshot, untilMoving } from './helpers/browser.ts'
import { baseClip, longClip, madeClip } from './helpers/clips.ts'
import { complaintsOf, type DecodedFrame, flashTimes, readBeeps, readFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'
import { until } from './helpers/until.ts'

describe('clips', () => {
  let host: RunningHost
  let browser: Browser
  const scratch = mkdtempSync(join(tmpdir(), 'ami-clips-'))
  const publishers: Publisher[] = []

  beforeAll(async () => {
    await baseClip()
    await longClip()
    host = await startHost({ name: 'clips', args: ['--window-ms', '6000', '--dvr-ms', '600000', '--reconnect-window-ms', '120000'] })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    for (const publisher of publishers) await publisher.stop()
    await browser?.close()
    await host?.stop()
    rmSync(scratch, { recursive: true, force: true })
  })

  async function publish(stream: string, file: string, loop = false): Promise<Publisher> {
    const publisher = publishFile(file, `${host.rtmp}/${await host.key(stream)}`, { loop })
    publishers.push(publisher)
    await host.until(stream, (state) => state.state === 'active' && state.tracks.length > 0)
    return publisher
  }

  const window = async (stream: string): Promise<any> => (await host.api('GET', `/live/streams/${stream}/clip-window`)).body
  const kept = (stream: string, ms: number): Promise<any> =>
    until(async () => {
      const found = await window(stream)
      return found.toMs - found.fromMs >= ms && found
    }, `${ms} ms of ${stream}`)

  /** Orders a clip and waits until it is made. */
  async function clip(stream: string, order: object): Promise<any> {
    const { status, body } = await host.api('POST', `/live/streams/${stream}/clips`, order)
    expect(status, JSON.stringify(body)).toBe(202)
    return until(async () => {
      const found = (await host.api('GET', `/live/clips/${body.id}`)).body
      if (found.state === 'failed') throw new Error(JSON.stringify(found.error))
      return found.state === 'ready' && found
    }, 'the clip')
  }

  async function download(made: any): Promise<string> {
    const file = join(scratch, `${made.id}.mp4`)
    const answer = await fetch(`${host.http}${made.fileUrl}`)
    expect(answer.status).toBe(200)
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()))
    return file
  }

  /** The stream's own frames with their times on its timeline, s, out of its HLS segments. */
  async function framesOfStream(stream: string): Promise<DecodedFrame[]> {
    const address = `${host.http}/live/${stream}/index.m3u8`
    const line = (await (await fetch(address)).text()).split('\n').find((each) => each.includes('/v0/')) ?? ''
    const playlist = new URL(line, address).href
    const text = await (await fetch(playlist)).text()
    const pieces = ['init-0.mp4', ...[...text.matchAll(/^seg-\S+$/gm)].map((match) => match[0])]
    const bytes = await Promise.all(pieces.map(async (piece) => Buffer.from(await (await fetch(new URL(piece, playlist))).arrayBuffer())))
    const file = join(scratch, `${stream}-window.mp4`)
    writeFileSync(file, Buffer.concat(bytes))
    return readFrames(file)
  }

  /** Which frames a range names: from the one shown at its start up to the one before that shown at its end. */
  function asked(frames: readonly DecodedFrame[], fromMs: number, toMs: number): number[] {
    const shownAt = (ms: number): number => frames.findLastIndex((frame) => frame.time * 1000 <= ms + 1)
    return frames.slice(shownAt(fromMs), shownAt(toMs)).map((frame) => frame.code!.frame)
  }

  async function proveExact(made: any, expected: readonly number[]): Promise<void> {
    const file = await download(made)
    expect(await complaintsOf(file)).toBe('')
    const frames = await readFrames(file)
    expect(frames.map((frame) => frame.code?.frame)).toEqual(expected)
    expect(made).toMatchObject({ exact: true, frames: expected.length, note: '' })
    for (const [index, frame] of frames.entries()) expect(Math.abs(frame.time - index / 30)).toBeLessThan(0.002)
    const flashes = flashTimes(frames)
    const beeps = await readBeeps(file)
    for (const flash of flashes) {
      const nearest = Math.min(...beeps.map((beep) => Math.abs(flash - beep)))
      if (flash < frames.at(-1)!.time - 0.2) expect(nearest).toBeLessThan(0.02)
    }
  }

  it.each([
    ['plain', undefined],
    ['bframes', ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-g', '60', '-b:v', '900k', '-c:a', 'copy']],
  ])(
    'are exact to the frame, with only the cut groups encoded again: %s',
    async (name, args) => {
      const file = args ? await madeClip(`clips-${name}.flv`, args) : await baseClip()
      await publish(name, file)
      await kept(name, 9000)
      const frames = await framesOfStream(name)
      // within a group, from a keyframe, over groups, a single frame
      const at = (index: number): number => Math.round(frames[index]!.time * 1000)
      for (const [from, to] of name === 'plain'
        ? [
            [7, 22],
            [60, 95],
          ]
        : [
            [37, 171],
            [44, 45],
          ]) {
        const made = await clip(name, { from: at(from!), to: at(to!), title: `${name} ${from}-${to}` })
        const expected = asked(frames, at(from!), at(to!))
        expect(expected.length).toBe(to! - from!)
        await proveExact(made, expected)
        expect(made.encodedFrames).toBeLessThanOrEqual(120)
      }
      if (name !== 'plain') return
      const origin = (await window(name)).originTimeMs
      const iso = (ms: number): string => new Date(origin + ms).toISOString()
      await proveExact(await clip(name, { from: iso(1512), to: iso(3049) }), asked(frames, 1512, 3049))
    },
    120_000,
  )

  it('plays every frame in a browser', async () => {
    const page = await browser.newPage()
    const list = (await host.api('GET', '/live/clips?stream=bframes')).body.items
    const made = list.find(({ title }) => title === 'bframes 37-171')!
    await page.goto(`${host.http}/watch/bframes`)
    const seen = await page.evaluate(
      async ({ url, source, count }) => {
        const read = new Function(`return (${source})`)() as typeof readBarcode
        const video = document.createElement('video')
        video.muted = true
        video.src = url
        await new Promise((resolve, reject) => {
          video.oncanplaythrough = resolve
          video.onerror = () => reject(new Error(video.error?.message))
        })
        const canvas = document.createElement('canvas')
        canvas.width = 640
        canvas.height = 36
        const context = canvas.getContext('2d', { willReadFrequently: true })!
        const codes: (number | undefined)[] = []
        for (let index = 0; index < count; index++) {
          const shown = new Promise((resolve) => {
            video.requestVideoFrameCallback(resolve)
          })
          video.currentTime = (index + 0.5) / 30
          await shown
          context.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 10, 0, 0, 640, 36)
          const { data } = context.getImageData(0, 0, 640, 36)
          codes.push(read(640, 360, (x, y) => data[(y * 640 + x) * 4 + 1]!)?.frame)
        }
        return codes
      },
      { url: `${host.http}${made.fileUrl}`, source: readBarcode.toString(), count: made.frames },
    )
    expect(seen).toEqual(Array.from({ length: 134 }, (_, index) => 37 + index))
    await page.close()
  })

  it('are made by two clicks in the page, trimmed by frames, and played, renamed, deleted and taken back', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    const said = complaints(page)
    await publish('page', await longClip(), true)
    await kept('page', 6000)
    await page.goto(`${host.http}/live/page`)
    await page.locator('[data-testid="preview"][data-state="playing"]').waitFor({ timeout: 60_000 })
    await page.getByTestId('clip-last').click()
    await page.keyboard.press('i')
    await page.getByTestId('clip-mark').waitFor()
    await sleep(1500)
    // Segments that cannot be loaded at first are loaded a little later.
    let failing = 4
    await page.route(/\/seg-[^/]+\.m4s/, (route) => (failing-- > 0 ? route.fulfill({ status: 503 }) : route.continue()))
    await page.keyboard.press('o')
    const dialog = page.getByTestId('trim-dialog')
    await dialog.waitFor()
    expect(await findingsInBothThemes(page)).toEqual([])
    const codeOf = (name: string) =>
      page.evaluate(
        ({ source, id }) => {
          const read = new Function(`return (${source})`)() as typeof readBarcode
          const video = document.querySelector<HTMLVideoElement>(`[data-testid="trim-${id}-picture"]`)!
          if (video.readyState < 2 || video.seeking) return undefined
          const canvas = document.createElement('canvas')
          canvas.width = 640
          canvas.height = 36
          const context = canvas.getContext('2d', { willReadFrequently: true })!
          context.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 10, 0, 0, 640, 36)
          const { data } = context.getImageData(0, 0, 640, 36)
          return read(640, 360, (x, y) => data[(y * 640 + x) * 4 + 1]!)?.frame
        },
        { source: readBarcode.toString(), id: name },
      )
    /** The frame number of an image, once it does not move. */
    const still = async (name: string): Promise<number> => {
      let before: number | undefined
      return until(async () => {
        const now = await codeOf(name)
        const same = now !== undefined && now === before && now
        before = now
        await sleep(400)
        return same
      }, `the picture ${name}`)
    }
    const marked = await still('from')
    expect(failing).toBeLessThan(1)
    await page.unrouteAll({ behavior: 'wait' })
    await page.getByTestId('from-a-frame-on').click()
    await page.getByTestId('from-a-frame-on').click()
    await until(async () => (await codeOf('from')) === marked + 2, 'two frames on')
    await page.getByTestId('to-a-frame-back').click()
    const first = await still('from')
    const last = await still('to')
    await screenshot(page, 'clip-trim')
    await page.getByTestId('clip-new-title').fill('By two clicks')
    await page.getByTestId('make-clip').click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByTestId('tab-clips').click()
    const ready = page.locator('[data-testid="clip-row"][data-state="ready"]')
    await ready.nth(1).waitFor({ timeout: 60_000 })
    const made = (await host.api('GET', '/live/clips?stream=page')).body.items.find(({ title }) => title === 'By two clicks')!
    const frames = (await readFrames(await download(made))).map((frame) => frame.code!.frame)
    expect([frames[0], frames.at(-1), frames.length]).toEqual([first, last, last - first + 1])
    await ready.first().locator('img').waitFor()
    await screenshot(page, 'clips')
    const row = page.locator(`[data-clip="${made.id}"]`)
    await row.getByTestId('clip-title').fill('Renamed')
    await row.getByTestId('clip-title').press('Enter')
    await until(async () => (await host.api('GET', `/live/clips/${made.id}`)).body.title === 'Renamed', 'the title')
    await row.getByTestId('clip-play').click()
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('[data-testid="clip-video"]')?.currentTime ?? 0) > 0.3)
    await page.keyboard.press('Escape')
    await row.getByTestId('clip-delete').click()
    await row.waitFor({ state: 'detached' })
    expect((await host.api('GET', '/live/clips?stream=page&deleted=true')).body.items).toHaveLength(1)
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await row.waitFor()
    expect(said.filter((line) => !line.includes('503'))).toEqual([])
    await page.close()
  })

  it('the player shows what lies where the bar points', async () => {
    const page = await browser.newPage({ viewport: { width: 1000, height: 700 } })
    await kept('page', 22_000)
    await page.goto(`${host.http}/watch/page`)
    await untilMoving(page)
    await page.getByTestId('player').hover()
    const bar = page.getByTestId('seek')
    await bar.waitFor()
    const { x, y, width, height } = (await bar.boundingBox())!
    await page.mouse.move(x + width * 0.3, y + height / 2)
    const preview = page.getByTestId('seek-preview')
    await preview.waitFor()
    await page.waitForFunction(() => (document.getElementById('seek-picture') as HTMLElement).style.backgroundImage.includes('sprites-'))
    expect(await preview.innerText()).toMatch(/^-0:\d\d$/)
    const early = Number(await preview.getAttribute('data-at'))
    await screenshot(page, 'seek-preview')
    await page.mouse.move(x + width * 0.97, y + height / 2)
    await page.waitForFunction((was) => Number(document.getElementById('seek-preview')?.dataset.at) > was, early)
    await page.mouse.move(x + width / 2, 10)
    await preview.waitFor({ state: 'hidden' })
    await page.keyboard.press('j')
    await preview.waitFor()
    await page.close()
  })

  it('so does the player of recordings', async () => {
    expect((await host.api('POST', '/live/streams/page/recording')).status).toBe(200)
    await until(async () => ((await host.api('GET', '/live/recordings?stream=page')).body.items[0]?.durationMs ?? 0) > 2000, 'two seconds')
    await host.api('DELETE', '/live/streams/page/recording')
    await until(async () => (await host.api('GET', '/live/recordings?stream=page')).body.items[0]?.spritesUrl, 'its pictures')
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 } })
    await page.goto(`${host.http}/recordings`)
    await page.getByTestId('recording-play').click()
    const bar = page.getByTestId('scrub')
    await bar.waitFor()
    await bar.hover()
    await page.getByTestId('scrub-preview').waitFor()
    await page.waitForFunction(() =>
      document.querySelector<HTMLElement>('[data-testid="scrub-preview"] div')?.style.backgroundImage.includes('sprites.jpg'),
    )
    await screenshot(page, 'recording-scrub')
    await page.mouse.move(5, 5)
    await page.getByTestId('scrub-preview').waitFor({ state: 'hidden' })
    await bar.focus()
    await page.keyboard.press('Home')
    await page.getByTestId('scrub-preview').waitFor()
    await page.close()
  })

  it('rejects what cannot be clipped, and says why', async () => {
    const post = async (order: object, stream = 'page') => {
      const { status, body } = await host.api('POST', `/live/streams/${stream}/clips`, order)
      return `${status} ${body.code}`
    }
    const { fromMs, toMs, originTimeMs } = await window('page')
    expect(await post({ lastSeconds: 3 }, 'nobody')).toBe('404 stream.not_found')
    expect(await post({})).toBe('400 clip.range_invalid')
    expect(await post({ from: fromMs + 2000, to: fromMs + 1000 })).toBe('400 clip.range_invalid')
    expect(await post({ from: 'yesterday, noon', to: toMs })).toBe('400 clip.range_invalid')
    expect(await post({ from: fromMs, to: toMs, lastSeconds: 3 })).toBe('400 clip.range_invalid')
    expect(await post({ from: new Date(originTimeMs - 60_000).toISOString(), to: toMs })).toMatch(
      /^409 clip.out_of_window|^400 clip.range_invalid/,
    )
    expect(await post({ from: fromMs, to: toMs + 120_000 })).toBe('409 clip.out_of_window')
    expect(await post({ from: 0, to: 4_000_000 })).toBe('400 clip.too_long')
    expect(await post({ lastSeconds: 2, rendition: 'v9' })).toBe('409 clip.rendition_missing')
    expect((await host.api('GET', '/live/clips/none')).body.code).toBe('clip.not_found')
    expect((await host.api('GET', '/live/clips/none/file')).body.code).toBe('clip.not_found')
  })

  it('waits for an end that is yet to come, and reaches over no reconnection', async () => {
    const first = await publish('back', await baseClip())
    await kept('back', 4000)
    const { toMs } = await window('back')
    const coming = await clip('back', { from: toMs - 1000, to: toMs + 1500 })
    expect(coming.durationMs).toBeGreaterThan(2450)
    expect(coming).toMatchObject({ exact: true, frames: 75 })
    await first.stop()
    await host.until('back', (state) => state.reconnecting)
    await publish('back', await baseClip())
    const seam = await until(async () => {
      const { seamsMs, toMs: edge } = await window('back')
      return seamsMs[0] !== undefined && edge > seamsMs[0] + 3000 && seamsMs[0]
    }, 'the seam')
    const over = await host.api('POST', '/live/streams/back/clips', { from: seam - 1000, to: seam + 1000 })
    expect([over.status, over.body.code]).toEqual([409, 'clip.discontinuity'])
    const behind = await clip('back', { from: seam + 200, to: seam + 1700 })
    expect(behind).toMatchObject({ exact: true, frames: 45 })
    expect(await complaintsOf(await download(behind))).toBe('')
  })
})
