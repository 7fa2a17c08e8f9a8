import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser, screenshot, sidewaysPx } from './helpers/browser.ts'
import { browserWithDevices, talkShow } from './helpers/guests.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { noMediasoup, withMediasoup } from './helpers/mediasoup.ts'
import { skipBecause } from './helpers/skip.ts'
import { openCollection, showRequests, studioWindow } from './helpers/studio-page.ts'
import { tonesOf } from './helpers/tones.ts'
import { until } from './helpers/until.ts'

/** Hz: what each guest says, and what the show plays. */
const adaHz = 700
const bobHz = 1300
const showHz = 1900

const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true } as const

describe('two guests at a time, over mediasoup', () => {
  let folder: string
  let host: RunningHost
  let present: boolean
  const browsers: Browser[] = []
  let studio: Page
  let ada: Page
  let bob: Page

  const { ask } = showRequests(() => host)
  const guests = async (): Promise<any[]> => (await ask('GET', '/studio/guests')).items
  const heardBy = (page: Page) => tonesOf(page, '[data-testid="guest-program"]', [adaHz, bobHz, showHz])

  async function browserOf(hz: number, cameras: 1 | 2): Promise<Browser> {
    const browser = await browserWithDevices(folder, hz, cameras)
    browsers.push(browser)
    return browser
  }

  /** Invites somebody on the studio page; answers the link. */
  async function invite(name: string): Promise<string> {
    await studio.getByTestId('invite-guest').click()
    await studio.keyboard.type(name)
    await studio.getByTestId('create-guest-link').click()
    const link = await studio.getByTestId('guest-join-link').innerText()
    await studio.getByTestId('guest-link-local').waitFor()
    await screenshot(studio, `guest-link-${name}`)
    expect(await findingsInBothThemes(studio)).toEqual([])
    await studio.getByTestId('guest-link-done').click()
    return link
  }

  /** Joins without what takes a tone for noise. */
  async function enter(page: Page, link: string, press: 'click' | 'tap'): Promise<void> {
    await page.addInitScript(() => {
      const asked: unknown[] = []
      Object.assign(window, { asked })
      const take = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
      navigator.mediaDevices.getUserMedia = (constraints) => {
        asked.push(constraints?.audio)
        return take(constraints)
      }
    })
    page.setDefaultTimeout(60_000)
    await page.goto(link)
    const louder = (than: number) =>
      page.waitForFunction(
        (level) => (document.querySelector<HTMLMeterElement>('[data-testid="publish-level"]')?.value ?? -200) > level,
        than,
      )
    await louder(-90)
    const [first] = await page.evaluate(() => (window as unknown as { asked: unknown[] }).asked)
    expect(first, 'what the browser is asked for').toMatchObject({ echoCancellation: true, noiseSuppression: true, autoGainControl: true })
    for (const each of ['echoCancellation', 'noiseSuppression', 'autoGainControl']) await page.getByTestId(`guest-${each}`)[press]()
    await louder(-40)
    await page.getByTestId('guest-join')[press]()
    await page.locator('[data-testid="guest-show"][data-program="true"]').waitFor()
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'two-guests-'))
    host = await startHost({
      name: 'studio-two-guests',
      args: ['--webrtc-engine', 'mediasoup'],
      env: { DISPLAY: '', WAYLAND_DISPLAY: '', ...withMediasoup },
    })
    present = (await host.api('GET', '/live/webrtc')).body.engine === 'mediasoup'
    if (!present) return
    await openCollection(host, talkShow(showHz))
    const desk = await launchBrowser()
    browsers.push(desk)
    studio = (await studioWindow(desk)).page
    await studio.goto(`${host.http}/studio`)
    await studio.getByTestId('open-guests').click()
  })
  afterAll(async () => {
    await Promise.all(browsers.map((browser) => browser.close()))
    await host?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('join by link from a computer and from a phone, whose page fits', async (context) => {
    if (!present) skipBecause(context, noMediasoup)
    ada = await (await browserOf(adaHz, 1)).newPage({ viewport: { width: 1280, height: 720 } })
    await enter(ada, await invite('Ada'), 'click')
    bob = await (await browserOf(bobHz, 2)).newPage({ ...phone, colorScheme: 'dark' })
    const link = await invite('Bob')
    await enter(bob, link, 'tap')
    await until(async () => (await guests()).filter(({ state }) => state === 'waiting').length === 2, 'both wait')
    await studio.locator('[data-testid="guest-picture"][data-playing="true"]').nth(1).waitFor()
    expect(await sidewaysPx(bob)).toBe(0)
    const leave = (await bob.getByTestId('guest-leave').boundingBox())!
    expect(leave.y + leave.height, 'everything is in view').toBeLessThanOrEqual(844)
    expect(leave.height, 'a finger finds it').toBeGreaterThanOrEqual(40)
    await screenshot(bob, 'guest-phone')
    expect(await findingsInBothThemes(bob)).toEqual([])
    await screenshot(studio, 'studio-two-guests')
  })

  it('hear the show and each other, and neither their own voice', async (context) => {
    if (!present) skipBecause(context, noMediasoup)
    for (const name of ['Ada', 'Bob']) await studio.getByRole('button', { name: `Put on air: ${name}` }).click()
    for (const page of [ada, bob]) await page.locator('[data-testid="guest-show"][data-tally="onAir"]').waitFor()
    for (const [page, other, own] of [
      [ada, bobHz, adaHz],
      [bob, adaHz, bobHz],
    ] as const) {
      let levels: Readonly<Record<number, number>> = {}
      await until(
        async () => {
          levels = await heardBy(page)
          return levels[showHz]! > -60 && levels[other]! > -60
        },
        () => `the guest hears ${JSON.stringify(levels)}`,
      )
      expect(levels[own], JSON.stringify(levels)).toBeLessThan(levels[other]! - 20)
    }
    await screenshot(bob, 'guest-phone-on-air')
    expect(await findingsInBothThemes(bob)).toEqual([])
    await screenshot(studio, 'studio-two-guests-on-air')
  })

  it('switch the camera of their phone while they are on air', async (context) => {
    if (!present) skipBecause(context, noMediasoup)
    const camera = () =>
      bob.getByTestId('guest-self').evaluate((video: HTMLVideoElement) => {
        const [track] = (video.srcObject as MediaStream).getVideoTracks()
        return track?.readyState === 'live' ? track.getSettings().deviceId : undefined
      })
    const before = await camera()
    const { id, stream } = (await guests()).find(({ name }) => name === 'Bob')
    await bob.getByTestId('guest-switch-camera').tap()
    await until(async () => {
      const now = await camera()
      return now !== undefined && now !== before
    }, 'the other camera is open')
    await bob.getByTestId('guest-self').evaluate(
      (video: HTMLVideoElement) =>
        new Promise((resolve) => {
          video.requestVideoFrameCallback(resolve)
        }),
    )
    // It goes on over the same connection: the host got more of it, and nobody joined again.
    const bytes = async (): Promise<number> => (await ask('GET', `/live/streams/${stream}`)).health?.bytesIn ?? 0
    const from = await bytes()
    await until(async () => (await bytes()) > from + 20_000, 'video goes on')
    expect((await guests()).find((each) => each.id === id)).toMatchObject({ state: 'on-air', camera: true })
    await bob.locator('[data-testid="guest-show"][data-sending="live"]').waitFor()
    // A reload brings the camera back that was chosen last.
    const chosen = await camera()
    await bob.reload()
    await bob.locator('[data-testid="guest-show"][data-tally="onAir"]').waitFor()
    expect(await camera()).toBe(chosen)
  })
})
