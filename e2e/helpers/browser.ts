import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type Barcode, readBarcode } from './barcode.ts'
import { artifacts } from './paths.ts'

const executables = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Chromium as these tests need it: plays without a gesture, takes a self-made certificate. */
export function launchBrowser(options: { readonly executable?: string; readonly args?: readonly string[] } = {}): Promise<Browser> {
  const executablePath = options.executable ?? executables.find((path) => existsSync(path)) ?? 'chromium'
  return chromium.launch({
    executablePath,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--autoplay-policy=no-user-gesture-required',
      '--mute-audio',
      '--disable-dev-shm-usage',
      '--ignore-certificate-errors',
      ...(options.args ?? []),
    ],
  })
}

export interface SeenFrame extends Barcode {
  /** Wall clock of the page when the frame was read, ms since 1970. */
  readonly readAt: number
  /** Seconds on the video element's own clock. */
  readonly mediaTime: number
}

/** Reads the barcode of each presented frame of the page's first video for `forMs`; pictures that cannot be read are left out. */
export function readVideo(page: Page, forMs: number): Promise<SeenFrame[]> {
  return page.evaluate(
    async ({ source, duration }) => {
      const read = new Function(`return (${source})`)() as typeof readBarcode
      const video = document.querySelector('video')!
      const canvas = document.createElement('canvas')
      canvas.width = 640
      canvas.height = 36
      const context = canvas.getContext('2d', { willReadFrequently: true })!
      const seen: SeenFrame[] = []
      const end = performance.now() + duration
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, duration + 500)
        const onFrame = (_: number, about: { mediaTime: number; expectedDisplayTime: number }): void => {
          context.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 10, 0, 0, 640, 36)
          const { data } = context.getImageData(0, 0, 640, 36)
          const code = read(640, 360, (x, y) => data[(y * 640 + x) * 4 + 1]!)
          if (code) seen.push({ ...code, readAt: Date.now(), mediaTime: about.mediaTime })
          if (performance.now() < end) video.requestVideoFrameCallback(onFrame)
          else {
            clearTimeout(timer)
            resolve()
          }
        }
        video.requestVideoFrameCallback(onFrame)
      })
      return seen
    },
    { source: readBarcode.toString(), duration: forMs },
  )
}

/** Keeps a picture of the page among the artifacts. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(artifacts, { recursive: true })
  await page.screenshot({ path: join(artifacts, `${name}.png`) })
}

/** Gathers what a page complains of: console errors (CSP violations are among them) and uncaught exceptions. */
export function complaints(page: Page): string[] {
  const list: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') list.push(`${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => list.push(`uncaught: ${error.message}`))
  return list
}

/** Waits until the player of a watch page says so. */
export async function untilPlayer(page: Page, state: string, timeoutMs = 60_000): Promise<void> {
  await page.locator(`[data-testid="player"][data-state="${state}"]`).waitFor({ timeout: timeoutMs })
}

/** Waits until the picture moves. */
export async function untilMoving(page: Page, timeoutMs = 60_000): Promise<void> {
  await untilPlayer(page, 'playing', timeoutMs)
  await page.waitForFunction(
    () => {
      const video = document.querySelector('video')
      return video !== null && video.currentTime > 0 && !video.paused && video.readyState >= 3
    },
    undefined,
    { timeout: timeoutMs },
  )
}

/** How much wider than its window the page is, px: 0 where nobody needs to scroll sideways. */
export function sidewaysPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}

/** Counts in the frames that were seen: how often the picture number stood still or went back. */
export function steps(seen: readonly SeenFrame[]): { repeated: number; back: number; span: number } {
  let repeated = 0
  let back = 0
  for (let index = 1; index < seen.length; index++) {
    const step = seen[index]!.frame - seen[index - 1]!.frame
    if (step < 0) back++
    // The browser may call twice for one picture; only a new media time with an old number repeats a frame.
    else if (step === 0 && seen[index]!.mediaTime > seen[index - 1]!.mediaTime + 0.001) repeated++
  }
  return { repeated, back, span: seen.length === 0 ? 0 : seen.at(-1)!.frame - seen[0]!.frame }
}
