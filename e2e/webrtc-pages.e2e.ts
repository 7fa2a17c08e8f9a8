import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launchBrowser, screenshot, untilMoving } from './helpers/browser.ts'
import { coturnProgram, type RunningTurn, startCoturn } from './helpers/coturn.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { skipBecause } from './helpers/skip.ts'
import { clientPage, playStream, received, untilFrames } from './helpers/webrtc.ts'

describe('going live from a browser', () => {
  let host: RunningHost
  let browser: Browser
  let turn: RunningTurn | undefined
  let sender: Page

  beforeAll(async () => {
    if (coturnProgram !== undefined) turn = await startCoturn('north')
    host = await startHost({
      name: 'webrtc-pages',
      args: ['--webrtc-port', '0', ...(turn === undefined ? [] : ['--turn-urls', `turn:127.0.0.1:${turn.port}?transport=udp`])],
      env: { STREAMS_TURN_SECRET: 'north' },
    })
    browser = await launchBrowser({ args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] })
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
    await turn?.stop()
  })

  it('sends camera and microphone, and says how it goes', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, permissions: ['camera', 'microphone'] })
    sender = await context.newPage()
    const problems = complaints(sender)
    await sender.goto(`${host.http}/live`)
    await sender.getByTestId('go-live-browser').click()
    await sender.getByTestId('publish-name').fill('desk')
    await sender.getByTestId('publish-quality').selectOption('360')
    await sender.getByTestId('publish-open').click()
    await sender.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0)
    await sender.getByTestId('publish-start').click()
    await sender.locator('[data-testid="broadcast"][data-state="live"]').waitFor({ timeout: 60_000 })
    await sender.waitForFunction(() => /[1-9]\d* fps/.test(document.querySelector('[data-testid="publish-figures"]')?.textContent ?? ''))
    const stream = await host.until('desk', (each) => each.state === 'active' && each.tracks.length === 2)
    expect(stream.name).toBe('desk')
    await screenshot(sender, 'publish-live')
    expect(problems).toEqual([])
  })

  it('is watched in real time by the player, and by Low-Latency HLS where WebRTC does not connect', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    await page.goto(`${host.http}/watch/desk?protocol=webrtc`)
    await untilMoving(page)
    expect(await page.evaluate(() => window.__player!.engine)).toBe('webrtc')
    await page.waitForFunction(() => (window.__player!.latencyMs() ?? 9999) < 500)
    await screenshot(page, 'watch-webrtc')
    await page.close()

    const cut = await browser.newPage()
    await cut.route('**/whep?**', async (route) => {
      const answer = await route.fetch()
      const sdp = (await answer.text()).replaceAll(/^a=candidate:.*\r\n/gm, '')
      await route.fulfill({ response: answer, body: sdp })
    })
    await cut.goto(`${host.http}/watch/desk?protocol=webrtc`)
    await untilMoving(cut).catch(async (error) => {
      throw new Error(
        `${error}\n${JSON.stringify(await cut.evaluate(() => [window.__player!.state(), window.__player!.engine, window.__player!.problems, document.querySelector('video')!.currentTime, document.querySelector('video')!.readyState]))}`,
      )
    })
    expect(await cut.evaluate(() => window.__player!.engine)).toBe('hls')
    await cut.close()
  })

  it('goes through a TURN server where nothing else is allowed', async (context) => {
    if (turn === undefined) skipBecause(context, 'coturn is missing (Debian package coturn)')
    expect((await host.api('GET', '/live/ice-servers')).body.iceServers).toEqual([])
    const page = await clientPage(browser, host.http)
    await playStream(page, '/live/desk/whep', 'relay')
    await untilFrames(page, 20)
    expect((await received(page)).localType).toBe('relay')
    await page.context().close()
  })

  it('stops, and lets a guest go on with a link', async () => {
    await sender.getByText('Let a guest go live').click()
    const link = await sender.getByTestId('guest-link').innerText()
    await sender.getByTestId('publish-stop').click()
    await sender.locator('[data-testid="broadcast"][data-state="idle"]').waitFor()
    await sender.context().close()

    const context = await browser.newContext({ permissions: ['camera', 'microphone'] })
    const guest = await context.newPage()
    await guest.goto(link)
    await guest.getByTestId('publish-start').click()
    await guest.locator('[data-testid="broadcast"][data-state="live"]').waitFor({ timeout: 60_000 })
    await screenshot(guest, 'publish-guest')

    await guest.goto(`${host.http}/publish/desk#key=wrong`)
    await guest.reload()
    await guest.getByTestId('publish-start').click()
    const problem = guest.getByTestId('publish-problem')
    await problem.waitFor({ timeout: 60_000 })
    expect(await problem.innerText()).toContain('stream key is not known')
    await context.close()
  })

  it('says what to do when the browser denies the camera', async () => {
    const strict = await launchBrowser()
    const page = await strict.newPage()
    await page.goto(`${host.http}/publish`)
    await page.getByTestId('publish-open').click()
    const problem = page.getByTestId('publish-problem')
    await problem.waitFor()
    expect(await problem.innerText()).toMatch(/may not use|There is no camera/)
    await screenshot(page, 'publish-refused')
    await strict.close()
  })
})
