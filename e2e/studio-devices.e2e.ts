import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type PrivatePipeWire, pipeWireMissing, startPipeWire } from './helpers/pipewire.ts'
import { skipBecause } from './helpers/skip.ts'
import { showRequests } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'
import { XClient } from './helpers/x-client.ts'
import { type RunningXvfb, startXvfb, xvfbProgram } from './helpers/xvfb.ts'

describe('devices in the dialog that adds a source', () => {
  const missing = pipeWireMissing() ?? (xvfbProgram === undefined ? 'Xvfb missing: apt-get install xvfb' : undefined)
  let pipeWire: PrivatePipeWire | undefined
  let screen: RunningXvfb | undefined
  let desktop: XClient | undefined
  let window = 0
  let host: RunningHost
  let browser: Browser
  let page: Page

  const { ask } = showRequests(() => host)
  /** Colour at a place of a device's image, in shares of its size. */
  const colorOf = (device: string, x = 0.5, y = 0.5): Promise<readonly number[]> =>
    page.locator(`[data-device="${device}"] canvas`).evaluate(
      (canvas, at) => {
        const { width, height } = canvas as HTMLCanvasElement
        const context = (canvas as HTMLCanvasElement).getContext('2d')!
        return [...context.getImageData(Math.floor(at.x * width), Math.floor(at.y * height), 1, 1).data].slice(0, 3)
      },
      { x, y },
    )
  const isNear = (seen: readonly number[], wanted: readonly number[]): boolean =>
    wanted.every((value, index) => Math.abs(value - seen[index]!) < 24)

  beforeAll(async () => {
    if (missing !== undefined) return
    pipeWire = await startPipeWire()
    screen = await startXvfb({ width: 640, height: 360 })
    await pipeWire.addCamera({ name: 'desk-camera', description: 'Desk camera' })
    desktop = await XClient.connect(screen)
    for (const [title, color, x] of [
      ['Editor', 0xcc2222, 0],
      ['Game', 0x22aa44, 320],
    ] as const) {
      window = desktop.createWindow({ x, y: 0, width: 320, height: 360, className: title, title, background: color })
      desktop.map(window)
    }
    await desktop.sync()
    host = await startHost({ name: 'studio-devices', env: { WAYLAND_DISPLAY: '', ...pipeWire.env, ...screen.env } })
    await ask('POST', '/studio/collections', {
      name: 'devices',
      collection: { format: 'ami-streams/collection', version: 1, name: 'Devices', scenes: [{ id: 'empty', name: 'Empty' }] },
    })
    await ask('POST', '/studio/collections/devices/open', {})
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    page.setDefaultTimeout(90_000)
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
    desktop?.close()
    await screen?.stop()
    await pipeWire?.stop()
  })

  it('shows windows as they look now, and follows what changes in them', async (context) => {
    if (missing !== undefined) return skipBecause(context, missing)
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('add-source').click()
    await page.getByTestId('kind-window').click()
    await until(async () => isNear(await colorOf('Editor/Editor'), [0xcc, 0x22, 0x22]), 'the first window is seen', 90_000)
    await until(async () => isNear(await colorOf('Game/Game'), [0x22, 0xaa, 0x44]), 'the second window is seen')
    await screenshot(page, 'studio-devices-windows')
    desktop!.fill(window, 0, 0, 320, 360, 0x3355ee)
    await until(async () => isNear(await colorOf('Game/Game'), [0x33, 0x55, 0xee]), 'the image follows the window')
    await page.locator('[data-device="Game/Game"]').click()
    await page.getByTestId('new-source-add').click()
    await until(
      async () => (await ask('GET', '/studio/collection')).collection.sources[0]?.settings.device === 'Game/Game',
      'the window is added',
    )
  })

  it('shows displays and cameras, chosen by keys', async (context) => {
    if (missing !== undefined) return skipBecause(context, missing)
    await page.getByTestId('add-source').click()
    await page.getByTestId('kind-display').click()
    const [display] = (await ask('GET', '/studio/devices?kind=display')).items
    await until(async () => isNear(await colorOf(display.id, 0.25), [0xcc, 0x22, 0x22]), 'the display is seen')
    await page.getByTestId('device-card').first().locator('input').focus()
    await page.keyboard.press('Space')
    await page.locator('[data-testid="new-source-dialog"] button', { hasText: 'Back' }).click()
    await page.getByTestId('kind-camera').click()
    /** How bright the brightest and the darkest of its frame's top are: a frame counter has black and white. */
    const range = async (): Promise<number> => {
      const seen = await Promise.all(Array.from({ length: 16 }, (_, index) => colorOf('desk-camera', (index + 0.5) / 16, 0.03)))
      return Math.max(...seen.flat()) - Math.min(...seen.flat())
    }
    await until(async () => (await range()) > 128, 'the camera is seen')
    await screenshot(page, 'studio-devices-camera')
    await page.keyboard.press('Escape')
    await page.getByTestId('new-source-dialog').waitFor({ state: 'detached' })
  })

  it('opens nothing that is not listed, and no device for a viewer', async (context) => {
    if (missing !== undefined) return skipBecause(context, missing)
    for (const device of ['/dev/video99', '../../etc/passwd', 'Nobody/None'])
      expect((await host.api('GET', `/studio/devices/thumbnail?kind=window&device=${encodeURIComponent(device)}`)).status).toBe(404)
    expect((await host.api('GET', '/studio/devices/thumbnail?kind=microphone&device=default')).status).toBe(400)
    const { secret } = await ask('POST', '/tokens', { label: 'looker', role: 'viewer' })
    const reply = await fetch(`${host.http}/api/v1/studio/devices/thumbnail?kind=window&device=Game%2FGame`, {
      headers: { authorization: `Bearer ${secret}` },
    })
    expect(reply.status).toBe(403)
  })
})
