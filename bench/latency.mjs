/** Glass to glass in Chromium: the wall clock drawn into each frame against the clock at which the frame is shown. */
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { startOurs } from './servers.mjs'

export const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))

/** Runs in the page: reads the barcode of every shown frame for `duration` ms. The format is described in e2e/helpers/barcode.ts. */
export async function watchFrames(duration) {
  const video = document.querySelector('video')
  const canvas = document.createElement('canvas')
  canvas.width = 640
  canvas.height = 36
  const context = canvas.getContext('2d', { willReadFrequently: true })
  const delays = []
  const end = performance.now() + duration
  await new Promise((resolve) => {
    const timer = setTimeout(resolve, duration + 1000)
    const onFrame = (_now, about) => {
      context.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 10, 0, 0, 640, 36)
      const { data } = context.getImageData(0, 0, 640, 36)
      let wallMs = 0
      for (let bit = 32; bit < 80; bit++) {
        const x = Math.floor(((bit % 32) + 0.5) * 20)
        const y = Math.floor((Math.floor(bit / 32) + 0.5) * 12)
        wallMs = wallMs * 2 + (data[(y * 640 + x) * 4 + 1] >= 126 ? 1 : 0)
      }
      delays.push(performance.timeOrigin + about.expectedDisplayTime - wallMs)
      if (performance.now() < end) video.requestVideoFrameCallback(onFrame)
      else {
        clearTimeout(timer)
        resolve()
      }
    }
    video.requestVideoFrameCallback(onFrame)
  })
  return delays
}

export async function measureLatency(print) {
  const server = await startOurs()
  const browser = await chromium.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--autoplay-policy=no-user-gesture-required', '--mute-audio'],
  })
  try {
    const made = await fetch(`${server.http}/api/v1/live/demo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    if (!made.ok) throw new Error(`no test stream: ${await made.text()}`)
    await new Promise((resolve) => setTimeout(resolve, 8000))
    const firstFrames = []
    let page
    for (let run = 0; run < 3; run++) {
      await page?.close()
      page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
      const from = performance.now()
      await page.goto(`${server.http}/watch/demo`, { waitUntil: 'commit' })
      await page.waitForFunction(() => (document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 0, undefined, {
        polling: 20,
        timeout: 20_000,
      })
      firstFrames.push(performance.now() - from)
    }
    await page.waitForTimeout(6000)
    const delays = (await page.evaluate(watchFrames, 12_000)).sort((a, b) => a - b)
    if (delays.length === 0) throw new Error('no frame was shown')
    const at = (part) => Math.round(delays[Math.min(delays.length - 1, Math.floor(delays.length * part))])
    // The page says "1.3 s".
    const words = await page.evaluate(() => document.querySelector('[data-testid="latency"]')?.textContent ?? '')
    const seconds = words.match(/([\d.]+)\s*s/)?.[1]
    const shown = seconds === undefined ? null : Math.round(Number(seconds) * 1000)
    firstFrames.sort((a, b) => a - b)
    print(`glass to glass over ${delays.length} frames: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms (aim: p50 under 1500)`)
    print(`figure in the page: ${shown === null ? 'not found' : `${shown} ms, ${Math.abs(shown - at(0.5))} ms from the frame`}`)
    print(`first frame after opening the link: median ${firstFrames[1].toFixed(0)} ms (aim: under 1000)`)
    return { p50: at(0.5), p95: at(0.95), pageFigureMs: shown, firstFrameMs: Math.round(firstFrames[1]) }
  } finally {
    await browser.close()
    await server.stop()
  }
}
