import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBarcode } from './helpers/barcode.ts'
import { launchBrowser } from './helpers/browser.ts'
import { baseClip, madeClip } from './helpers/clips.ts'
import { type DecodedFrame, flashTimes, readBeeps, readFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'

const run = promisify(execFile)

async function complaintsOf(file: string): Promise<string> {
  const { stderr } = await run('ffmpeg', ['-v', 'error', '-i', file, '-map', '0', '-f', 'null', '-'], { timeout: 60_000 })
  return stderr.trim()
}

describe('clips', () => {
  let host: RunningHost
  let browser: Browser
  const scratch = mkdtempSync(join(tmpdir(), 'ami-clips-'))
  const publishers: Publisher[] = []

  beforeAll(async () => {
    await baseClip()
    host = await startHost({ name: 'clips', args: ['--window-ms', '6000', '--dvr-ms', '600000', '--reconnect-window-ms', '10000'] })
    browser = await launchBrowser()
  }, 90_000)
  afterAll(async () => {
    for (const publisher of publishers) await publisher.stop()
    await browser?.close()
    await host?.stop()
    rmSync(scratch, { recursive: true, force: true })
  })

  async function publish(stream: string, file: string): Promise<Publisher> {
    const publisher = publishFile(file, `${host.rtmp}/${await host.key(stream)}`)
    publishers.push(publisher)
    await host.until(stream, (state) => state.state === 'active' && state.tracks.length > 0)
    return publisher
  }

  async function until<T>(what: string, look: () => Promise<T | undefined | false>, timeoutMs = 40_000): Promise<T> {
    const end = performance.now() + timeoutMs
    for (;;) {
      const found = await look()
      if (found) return found
      if (performance.now() > end) throw new Error(`${what} did not come to pass`)
      await sleep(100)
    }
  }

  const window = async (stream: string): Promise<any> => (await host.api('GET', `/live/streams/${stream}/clip-window`)).body
  const held = (stream: string, ms: number): Promise<any> =>
    until(`${ms} ms of ${stream}`, async () => {
      const found = await window(stream)
      return found.toMs - found.fromMs >= ms && found
    })

  /** Orders a clip and waits until it is made. */
  async function clip(stream: string, order: object): Promise<any> {
    const { status, body } = await host.api('POST', `/live/streams/${stream}/clips`, order)
    expect(status, JSON.stringify(body)).toBe(202)
    return until('the clip', async () => {
      const found = (await host.api('GET', `/live/clips/${body.id}`)).body
      if (found.state === 'failed') throw new Error(JSON.stringify(found.error))
      return found.state === 'ready' && found
    })
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

  /** Which frames a range names: from the one shown at its beginning up to the one before that shown at its end. */
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
    'are exact to the frame, with only the cut groups encoded anew: %s',
    async (name, args) => {
      const file = args ? await madeClip(`clips-${name}.flv`, args) : await baseClip()
      await publish(name, file)
      await held(name, 9000)
      const frames = await framesOfStream(name)
      // within a group, over some, from a keyframe, and a time that a player has rounded to ms
      const at = (index: number): number => Math.round(frames[index]!.time * 1000)
      for (const [from, to] of [
        [7, 22],
        [37, 171],
        [60, 95],
        [44, 45],
      ] as const) {
        const made = await clip(name, { from: at(from), to: at(to), title: `${name} ${from}-${to}` })
        const expected = asked(frames, at(from), at(to))
        expect(expected.length).toBe(to - from)
        await proveExact(made, expected)
        expect(made.encodedFrames).toBeLessThanOrEqual(120)
      }
      const origin = (await window(name)).originTimeMs
      const iso = (ms: number): string => new Date(origin + ms).toISOString()
      await proveExact(await clip(name, { from: iso(1512), to: iso(3049) }), asked(frames, 1512, 3049))
    },
    120_000,
  )

  it('plays every frame in a browser', async () => {
    const page = await browser.newPage()
    const list = (await host.api('GET', '/live/clips?stream=bframes')).body.items
    const made = list.find((each: any) => each.title === 'bframes 37-171')
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
  }, 60_000)
})
