import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, sidewaysPx } from './helpers/browser.ts'
import { ffmpeg } from './helpers/clips.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { look, openCollection, showRequests, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

/** A show with a red scene on air, a blue one, and a stinger whose film is green all over. */
const showWith = (film: string) => ({
  format: 'ami-streams/collection',
  version: 1,
  name: 'trials',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 320, height: 180, scene: 'a' }],
  scenes: [
    { id: 'a', name: 'Before', items: [{ source: 'red' }] },
    { id: 'b', name: 'After', items: [{ source: 'blue' }] },
  ],
  sources: [
    { id: 'red', name: 'Red', kind: 'color', settings: { color: '#ff0000' } },
    { id: 'blue', name: 'Blue', kind: 'color', settings: { color: '#0000ff' } },
    { id: 'film', name: 'Swoosh', kind: 'media', settings: { file: film } },
  ],
  transitions: [
    { id: 'sting', name: 'Swoosh over', kind: 'stinger', durationMs: 0, settings: { source: 'film' } },
    { id: 'fade', name: 'Fade', kind: 'fade', durationMs: 500 },
  ],
  outputs: [{ id: 'rec', name: 'Recording', kind: 'recording' }],
})

describe('a transition that is tried', () => {
  let folder: string
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]
  const { ask } = showRequests(() => host)

  /** The main colour in the middle of an image. */
  const colourOf = (path: string): Promise<string> =>
    page.evaluate(async (url) => {
      const answer = await fetch(url)
      if (!answer.ok) return `${answer.status}`
      const image = await createImageBitmap(await answer.blob())
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!
      context.drawImage(image, 0, 0)
      const [red = 0, green = 0, blue = 0] = context.getImageData(image.width / 2, image.height / 2, 1, 1).data
      return red > 150 && green < 90 && blue < 90
        ? 'red'
        : green > 100 && red < 90 && blue < 90
          ? 'green'
          : blue > 150 && red < 90
            ? 'blue'
            : 'mixed'
    }, `/api/v1${path}`)
  /** Notes each colour that the page draws of the trial, until it has ended. */
  const watchTrial = (): Promise<void> =>
    page.evaluate(() => {
      const seen: string[] = []
      Object.assign(window, { trialColours: seen })
      const small = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!
      const read = (): void => {
        const picture = document.querySelector<HTMLCanvasElement>('[data-testid="picture-trial"][data-loaded="true"]')
        if (picture !== null) {
          small.drawImage(picture, picture.width / 2, picture.height / 2, 1, 1, 0, 0, 1, 1)
          const [red = 0, green = 0, blue = 0] = small.getImageData(0, 0, 1, 1).data
          const colour =
            red > 150 && green < 90 ? 'red' : green > 100 && red < 90 && blue < 90 ? 'green' : blue > 150 && red < 90 ? 'blue' : 'mixed'
          if (seen.at(-1) !== colour) seen.push(colour)
        }
        requestAnimationFrame(read)
      }
      read()
    })
  const seenColours = (): Promise<string[]> => page.evaluate(() => (window as unknown as { trialColours: string[] }).trialColours)
  const state = (wanted: string): Promise<void> =>
    page.locator(`[data-testid="trial-state"][data-state="${wanted}"]`).waitFor({ state: 'attached', timeout: 90_000 })
  const stateOf = async (trial: string): Promise<number> =>
    (await host.api<string, string>('GET', `/studio/transition-trial/${trial}/image`)).status

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trial-film-'))
    const film = join(folder, 'swoosh.mov')
    await ffmpeg(['-f', 'lavfi', '-i', 'color=0x00b400:s=320x180:r=30:d=1.5', '-c:v', 'qtrle', '-pix_fmt', 'argb', film])
    host = await startHost({ name: 'studio-transitions' })
    await openCollection(host, showWith(film))
    await ask('POST', '/studio/outputs/rec/start')
    browser = await launchBrowser()
    ;({ page, problems } = await studioWindow(browser))
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('edit-transitions').click()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('plays a stinger with its film beside the show, whose program stays as it is', async () => {
    await watchTrial()
    const before = await ask('GET', '/studio/program')
    const onAir = new Set<string>()
    let watching = true
    const watched = (async () => {
      while (watching) {
        onAir.add(await colourOf('/studio/screenshot?program=main&type=png'))
        await page.waitForTimeout(50)
      }
    })()
    try {
      await page.getByTestId('try-transition').click()
      await state('ended')
    } finally {
      watching = false
      await watched
    }
    // The first scene, the film over it, and behind it the second scene.
    await until(async () => (await seenColours()).at(-1) === 'blue', 'the second scene is shown')
    expect((await seenColours()).filter((each) => each !== 'mixed')).toEqual(['red', 'green', 'blue'])
    expect([...onAir]).toEqual(['red'])
    expect(await ask('GET', '/studio/program')).toEqual(before)
    expect((await ask('GET', '/studio/outputs')).items[0].report).toMatchObject({ state: 'live' })
    await look(page, 'studio-transition-trial')
    await page.setViewportSize({ width: 1280, height: 720 })
  })

  it('plays again with other settings, one trial on the host at a time', async () => {
    const rejected = await host.api<string, string>('POST', '/studio/transition-trial', { transition: 'fade', from: 'a', to: 'b' })
    expect([rejected.status, (rejected.body as any).code]).toEqual([429, 'studio.busy'])
    await page.getByTestId('transition-entry').filter({ hasText: 'Fade' }).getByRole('button').click()
    await page.getByTestId('try-transition').click()
    await state('plays')
    await state('ended')
    expect((await seenColours()).at(-1)).toBe('blue')
    expect(await colourOf('/studio/screenshot?program=main&type=png')).toBe('red')
  })

  it('ends with its dialog, and when nobody looks', async () => {
    await page.keyboard.press('Escape')
    const free = await until(async () => {
      const started = await host.api<string, string>('POST', '/studio/transition-trial', { transition: 'fade', from: 'b', to: 'a' })
      return started.status === 200 && (started.body as any)
    }, 'the trial of the dialog is over')
    expect(free).toMatchObject({ width: 320, height: 180 })
    expect(await colourOf(`/studio/transition-trial/${free.trial}/image?type=png`)).toBe('blue')
    // No feed is open: it ends by itself when no image is asked for.
    await new Promise((resolve) => setTimeout(resolve, 12_000))
    expect(await stateOf(free.trial)).toBe(404)
    expect(problems).toEqual([])
  })

  it('with a long name leaves Record and Go live in the window', async () => {
    await page.goto(`${host.http}/studio`)
    const name = 'A stinger whose name is as long as people make them when they try many'
    await ask('POST', '/studio/edits', { edits: [{ do: 'change', at: 'transitions/sting', changes: { name } }] })
    await ask('PATCH', '/studio/program', { transition: 'sting' })
    await page.getByTestId('transition-kind').locator('option:checked', { hasText: 'A stinger' }).waitFor({ state: 'attached' })
    for (const width of [1280, 1024]) {
      await page.setViewportSize({ width, height: 720 })
      expect(await sidewaysPx(page), `at ${width}`).toBe(0)
      const button = (await page.getByTestId('go-live').boundingBox())!
      expect(button.x + button.width, `at ${width}`).toBeLessThanOrEqual(width)
    }
  })
})
