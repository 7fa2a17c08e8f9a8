import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type PrivatePipeWire, pipeWireMissing, startPipeWire } from './helpers/pipewire.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'
import { type RunningXvfb, startXvfb, xvfbProgram } from './helpers/xvfb.ts'

describe('the guide to a first show', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page

  const open = async (): Promise<any> => (await host.api('GET', '/studio/collection')).body
  const step = (name: string) => page.locator(`.guide[data-step="${name}"]`)

  beforeAll(async () => {
    host = await startHost({ name: 'studio-guide', env: { DISPLAY: '', WAYLAND_DISPLAY: '' } })
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    page.setDefaultTimeout(90_000)
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('asks by itself on a fresh install, and says which quality the machine and the upload allow', async () => {
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('start-guide').waitFor()
    await screenshot(page, 'studio-guide-start')
    const found = await findingsInBothThemes(page)
    await page.getByTestId('purpose-both').click()
    await step('quality').waitFor()
    await page.getByTestId('guide-quality').filter({ hasText: 'Your upload speed is not known' }).waitFor()
    // What is another host to a user is this one here: a token is asked for all the same.
    await page.getByTestId('guide-measure').locator('summary').click()
    await page.getByTestId('guide-measure-url').fill(host.http)
    await page.getByTestId('guide-measure-token').fill('wrong')
    await page.getByTestId('guide-measure-start').click()
    await page.getByTestId('guide-measure').getByRole('alert').filter({ hasText: 'answers 401' }).waitFor()
    const { secret } = (await host.api('POST', '/tokens', { label: 'Upload', role: 'editor' })).body
    await page.getByTestId('guide-measure-token').fill(secret)
    await page.getByTestId('guide-measure-start').click()
    await page
      .getByTestId('guide-measured')
      .filter({ hasText: `arrived at ${new URL(host.http).host}` })
      .waitFor()
    expect(Number(await page.getByTestId('guide-upload').inputValue())).toBeGreaterThan(1)
    await screenshot(page, 'studio-guide-measured')
    found.push(...(await findingsInBothThemes(page)))
    await page.getByTestId('guide-measure').locator('summary').click()
    await page.getByTestId('guide-upload').fill('2')
    await until(async () => (await page.getByTestId('guide-quality').innerText()).includes('1280×720'), 'a small upload allows 720p')
    expect(await page.getByTestId('guide-quality').innerText()).toContain('1.20 Mbps')
    expect(await page.getByTestId('guide-quality').innerText()).not.toContain('not known')
    await screenshot(page, 'studio-guide-quality')
    expect([...found, ...(await findingsInBothThemes(page))]).toEqual([])
  })

  it('puts up the template, and tries the devices of the show', async () => {
    await page.getByTestId('guide-next').click()
    await step('design').waitFor()
    await page.getByTestId('template-presentation').click()
    await page.getByTestId('guide-title').fill('First evening')
    await screenshot(page, 'studio-guide-design')
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('guide-next').click()
    await step('devices').waitFor()
    const { name, collection } = await open()
    expect(name).toBe('First evening')
    expect(collection.canvases[0]).toMatchObject({ width: 1280, height: 720 })
    expect(collection.outputs.map(({ video }: any) => video.bitrateKbps)).toEqual([1200, 1200])
    // Without a display the screen says what it waits for.
    await page.locator('[data-testid="guide-device"][data-source="screen"][data-state="waiting"]').waitFor()
    await screenshot(page, 'studio-guide-devices')
    expect(await findingsInBothThemes(page)).toEqual([])
  })

  it('adds the first place without sending anything, and ends with the show on the screen', async () => {
    await page.getByTestId('guide-next').click()
    await step('place').waitFor()
    await page.getByTestId('place-rtmp').click()
    await page.getByTestId('guide-server').fill(host.rtmp)
    await page.getByTestId('guide-check').click()
    await page.getByTestId('guide-checked').filter({ hasText: 'The server answers' }).waitFor()
    expect((await host.api('GET', '/live/streams')).body.items, 'nothing was published').toEqual([])
    await page.getByTestId('guide-server').fill(`${host.http.replace('http', 'rtmp')}/live`)
    await page.getByTestId('guide-check').click()
    await page.locator('[data-testid="guide-checked"][data-bad="true"]').waitFor()
    await page.getByTestId('place-twitch').click()
    expect(await page.getByTestId('guide-next').isDisabled(), 'a key is missing').toBe(true)
    await page.getByTestId('guide-key').fill('live_123')
    await screenshot(page, 'studio-guide-place')
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('guide-next').click()
    await page.getByTestId('guide-dialog').waitFor({ state: 'detached' })
    await page.getByTestId('screen-program').waitFor()
    const { collection } = await open()
    expect(collection.outputs.at(-1)).toMatchObject({ name: 'Twitch', kind: 'rtmp', video: { bitrateKbps: 1200 } })
    await page.locator('[data-testid="output"][data-output="twitch"][data-state="off"]').waitFor()
    // Who streams and records finds both ticked.
    await page.getByTestId('go-live').click()
    const ticked = page.getByTestId('go-live-output').filter({ has: page.locator('input:checked') })
    expect(await ticked.locator('b').allInnerTexts()).toEqual(expect.arrayContaining(['Recording', 'Twitch']))
    await page.keyboard.press('Escape')
    await page.getByTestId('go-live-dialog').waitFor({ state: 'detached' })
  })

  it('is run again by keys alone, left at any step, and does not come by itself any more', async () => {
    const shows = (await host.api('GET', '/studio/collections')).body.items.length
    await page.keyboard.press('Control+k')
    await page.keyboard.type('guide')
    await page.keyboard.press('Enter')
    await step('purpose').waitFor()
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('purpose-record').focus()
    await page.keyboard.press('Enter')
    await step('quality').waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('guide-dialog').waitFor({ state: 'detached' })
    expect((await host.api('GET', '/studio/collections')).body.items.length, 'nothing was made').toBe(shows)
    await host.api('POST', '/studio/close', { force: true })
    for (const { name } of (await host.api('GET', '/studio/collections')).body.items) {
      await host.api('DELETE', `/studio/collections/${encodeURIComponent(name)}`)
    }
    await page.reload()
    await page.getByTestId('start-with-picture').waitFor()
    expect(await page.getByTestId('start-guide').count()).toBe(0)
    expect(await page.getByTestId('start-guide-open').count()).toBe(1)
  })

  it('speaks Spanish, and sends those who host for others to the keys', async () => {
    const other = await browser.newPage({ viewport: { width: 1920, height: 1080 }, colorScheme: 'light', locale: 'es' })
    other.setDefaultTimeout(90_000)
    await other.goto(`${host.http}/studio`)
    await other.getByTestId('start-guide').getByText('¿Qué vas a hacer?').waitFor()
    await other.getByTestId('purpose-host').click()
    await other.getByTestId('guide-keys').waitFor()
    expect(await findingsInBothThemes(other)).toEqual([])
    await other.getByTestId('guide-keys').click()
    await other.waitForURL(/\/keys$/)
    await other.close()
  })
})

describe('the guide where a screen, a camera and a microphone are connected', () => {
  const missing = pipeWireMissing() ?? (xvfbProgram === undefined ? 'Xvfb missing: apt-get install xvfb' : undefined)
  let pipeWire: PrivatePipeWire | undefined
  let screen: RunningXvfb | undefined
  let host: RunningHost | undefined
  let browser: Browser | undefined

  beforeAll(async () => {
    if (missing !== undefined) return
    pipeWire = await startPipeWire()
    screen = await startXvfb({ width: 640, height: 360 })
    await pipeWire.addCamera({ name: 'desk-camera', description: 'Desk camera' })
    await pipeWire.addMicrophone('desk-mic', 'Desk microphone')
    await pipeWire.playTone(440, { on: 'desk-mic' })
    host = await startHost({ name: 'studio-guide-devices', env: { WAYLAND_DISPLAY: '', ...pipeWire.env, ...screen.env } })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
    await screen?.stop()
    await pipeWire?.stop()
  })

  it('shows each of them live, and the microphone moves its meter', async (context) => {
    if (missing !== undefined || host === undefined || browser === undefined) return skipBecause(context, missing ?? 'nothing was started')
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    page.setDefaultTimeout(90_000)
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('purpose-record').click()
    await page.getByTestId('guide-quality').waitFor()
    await page.getByTestId('guide-next').click()
    await page.getByTestId('template-presentation').click()
    await page.getByTestId('guide-next').click()
    const device = (id: string) => page.locator(`[data-testid="guide-device"][data-source="${id}"]`)
    for (const id of ['screen', 'camera', 'microphone']) await page.locator('[data-state="running"]').and(device(id)).waitFor()
    const camera = device('camera').locator('canvas')
    /** How different its brightest and darkest pixel are: its frames have black and white. */
    const contrast = (): Promise<number> =>
      camera.evaluate((canvas: HTMLCanvasElement) => {
        const bytes = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data
        return (
          bytes.reduce((most, byte) => Math.max(most, byte), 0) -
          bytes.filter((_, at) => at % 4 !== 3).reduce((least, byte) => Math.min(least, byte), 255)
        )
      })
    await until(async () => (await contrast()) > 128, 'the frames of the camera')
    await until(
      () =>
        device('screen')
          .locator('canvas')
          .evaluate((canvas: HTMLCanvasElement) => canvas.width === 320),
      'the screen',
    )
    const level = async (): Promise<number> => Number((await device('microphone').locator('canvas').getAttribute('data-level')) || -120)
    await until(async () => (await level()) > -20, 'the tone on the meter')
    await screenshot(page, 'studio-guide-connected')
    await page.getByTestId('guide-next').click()
    await page.getByTestId('guide-dialog').waitFor({ state: 'detached' })
    const { collection } = (await host.api('GET', '/studio/collection')).body
    expect(collection.sources.find(({ id }: any) => id === 'microphone')?.settings.device).toBe('desk-mic')
  })
})
