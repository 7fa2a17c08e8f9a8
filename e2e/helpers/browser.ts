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

/**
 * Reads the barcode of each presented frame of the page's first video for `forMs`, and longer until there are `least` of them, as a delayed
 * machine needs; frames that cannot be read are left out.
 */
export function readVideo(page: Page, forMs: number, min = 0): Promise<SeenFrame[]> {
  return page.evaluate(
    async ({ source, duration, wanted }) => {
      const read = new Function(`return (${source})`)() as typeof readBarcode
      const video = document.querySelector('video')!
      const canvas = document.createElement('canvas')
      canvas.width = 640
      canvas.height = 36
      const context = canvas.getContext('2d', { willReadFrequently: true })!
      const seen: SeenFrame[] = []
      const end = performance.now() + duration
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, duration + (wanted > 0 ? 60_000 : 500))
        const onFrame = (_: number, about: { mediaTime: number; expectedDisplayTime: number }): void => {
          context.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 10, 0, 0, 640, 36)
          const { data } = context.getImageData(0, 0, 640, 36)
          const code = read(640, 360, (x, y) => data[(y * 640 + x) * 4 + 1]!)
          if (code) seen.push({ ...code, readAt: Date.now(), mediaTime: about.mediaTime })
          if (performance.now() < end || seen.length < wanted) video.requestVideoFrameCallback(onFrame)
          else {
            clearTimeout(timer)
            resolve()
          }
        }
        video.requestVideoFrameCallback(onFrame)
      })
      return seen
    },
    { source: readBarcode.toString(), duration: forMs, wanted: min },
  )
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/**
 * How many frames a viewer is behind, as a median: those that it still saw before the one that was drawn when it read a frame. At thirty a
 * second each is 33 ms; on a delayed machine a frame takes longer at every stage, and frames are still what may wait between them.
 */
export function framesBehind(seen: readonly SeenFrame[]): number {
  return median(
    seen.flatMap((frame, index) => {
      const drawn = seen.findIndex((later) => later.wallMs >= frame.readAt)
      return drawn < 0 ? [] : [drawn - index]
    }),
  )
}

/** Watches how long the page's first video does not move: the time it is shown, and what it waits for, without what the page is delayed. */
export async function watchStill(page: Page): Promise<{ maxMs(): Promise<number> }> {
  await page.evaluate(() => {
    const scope = window as unknown as { still?: { maxMs: number }; watchingStill?: ReturnType<typeof setInterval> }
    const video = document.querySelector('video')!
    clearInterval(scope.watchingStill)
    const still = { maxMs: 0 }
    scope.still = still
    let [time, stillMs, lookedMs] = [video.currentTime, 0, performance.now()]
    // While a page is delayed itself, nobody can say that the video does not move: a check counts for 100 ms at most.
    scope.watchingStill = setInterval(() => {
      const now = performance.now()
      stillMs += Math.min(now - lookedMs, 100)
      lookedMs = now
      still.maxMs = Math.max(still.maxMs, stillMs)
      if (video.currentTime === time) return
      stillMs = 0
      time = video.currentTime
    }, 20)
  })
  return { maxMs: () => page.evaluate(() => (window as unknown as { still: { maxMs: number } }).still.maxMs) }
}

/** Saves a screenshot of the page among the artifacts. */
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

/** What Chromium prints where a host was killed: how far a request had come decides which of these. */
export const hostWasKilled =
  /net::ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|CONTENT_LENGTH_MISMATCH)|before receiving a handshake response/

/** Waits until the player of a watch page says so. */
export async function untilPlayer(page: Page, state: string, timeoutMs = 90_000): Promise<void> {
  try {
    await page.locator(`[data-testid="player"][data-state="${state}"]`).waitFor({ timeout: timeoutMs })
  } catch (error) {
    throw new Error(`The player was not "${state}": ${await playerReport(page)}`, { cause: error })
  }
}

/** What the player shows, what its video has, and what the page asked for last. */
const playerReport = (page: Page): Promise<string> =>
  page
    .evaluate(() => {
      const player = document.querySelector<HTMLElement>('[data-testid="player"]')
      const video = document.querySelector('video')
      const ranges =
        video === null ? [] : Array.from({ length: video.buffered.length }, (_, at) => [video.buffered.start(at), video.buffered.end(at)])
      const requests = performance.getEntriesByType('resource').slice(-8) as PerformanceResourceTiming[]
      return JSON.stringify({
        state: player?.dataset.state,
        text: player?.innerText.slice(0, 200),
        video: video && {
          currentTime: video.currentTime,
          readyState: video.readyState,
          paused: video.paused,
          error: video.error?.message,
          ranges,
        },
        requests: requests.map(({ name, responseStatus, startTime, duration }) => [
          name,
          responseStatus,
          Math.round(startTime),
          Math.round(duration),
        ]),
      })
    })
    .catch((error: unknown) => String(error))

/** Waits until the video moves. */
export async function untilMoving(page: Page, timeoutMs = 90_000): Promise<void> {
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

/**
 * Counts in the frames that were seen: how often the frame number did not move or went back. `fps` is the stream's. A busy browser
 * sometimes presents the frame after the one that it announced, and then that one again: it belongs where the video's clock says. A
 * repeated frame takes the place of a later one, and those after it may stay late.
 */
export function steps(seen: readonly SeenFrame[], fps = 30): { repeated: number; back: number; span: number } {
  const places = seen.map((frame) => frame.frame - frame.mediaTime * fps)
  const usual = median(places)
  let repeated = median(places.slice(-15)) < median(places.slice(0, 15)) - 0.5 ? 1 : 0
  let back = 0
  for (let index = 1; index < seen.length; index++) {
    const step = seen[index]!.frame - seen[index - 1]!.frame
    if (step < 0) back++
    // The browser may call twice for one frame; only a new media time with an old number repeats a frame.
    else if (step === 0 && seen[index]!.mediaTime > seen[index - 1]!.mediaTime + 0.001 && places[index]! < usual - 0.5) repeated++
  }
  return { repeated, back, span: seen.length === 0 ? 0 : seen.at(-1)!.frame - seen[0]!.frame }
}
