import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { complaints, launchBrowser, screenshot, sidewaysPx, untilMoving, untilPlayer } from './helpers/browser.ts'
import { baseClip } from './helpers/clips.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'
import { until } from './helpers/until.ts'

describe('an operator rules the live streams', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let clip: string
  let key: string
  const running: Publisher[] = []

  const row = (stream: string) => page.locator(`[data-testid="stream-row"][data-stream="${stream}"]`)
  const inState = (stream: string, state: string) =>
    row(stream).locator(`[data-testid="stream-state"][data-state="${state}"]`).waitFor({ timeout: 60_000 })
  function publish(secret: string): Publisher {
    const publisher = publishFile(clip, `${host.rtmp}/${secret}`, { loop: true })
    running.push(publisher)
    return publisher
  }

  beforeAll(async () => {
    clip = await baseClip()
    host = await startHost({ name: 'page-live' })
    key = await host.key('stage')
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
  })
  afterAll(async () => {
    await Promise.all(running.map((publisher) => publisher.stop()))
    await browser?.close()
    await host?.stop()
  })

  it('sees a stream go live without touching the page, and its figures fill', async () => {
    await page.goto(`${host.http}/live`)
    await page.getByTestId('first-run').waitFor()
    await page.evaluate(() => {
      window.__mark = 1
    })
    publish(key)
    await inState('stage', 'live')
    for (const figure of ['bitrate', 'frame-rate', 'keyframe', 'offset']) {
      await row('stage').locator(`[data-testid="health-${figure}"]:not(:text-is("–"))`).waitFor({ timeout: 60_000 })
    }
    await row('stage').locator('[data-testid="stream-picture"][data-loaded="true"]').waitFor({ timeout: 60_000 })
    expect(await row('stage').getByTestId('stream-tracks').innerText()).toMatch(/H\.264 640×360.*AAC/)
    await screenshot(page, 'live-stage')
  })

  it('is kept up to date by the event socket, not by asking again', async () => {
    const asked: string[] = []
    page.on('request', (request) => {
      const { pathname } = new URL(request.url())
      if (pathname.startsWith('/api/')) asked.push(pathname)
    })
    const graph = () => row('stage').locator('svg[role="img"] path').first().getAttribute('d')
    // It moves once a second.
    for (let moves = 0; moves < 6; moves++) {
      const before = await graph()
      await until(async () => (await graph()) !== before, 'the little graph goes on')
    }
    expect(asked).toEqual([])
  })

  it('kicks the publisher, sees it away and back, with its viewers kept', async () => {
    const viewer = await browser.newPage()
    await viewer.goto(`${host.http}/watch/stage`)
    await untilMoving(viewer)
    await row('stage').locator('[data-testid="stream-viewers"]:text-is("1")').waitFor({ timeout: 60_000 })
    const first = running.at(-1)!
    await row('stage').getByTestId('kick').click()
    await expect(first.ended).rejects.toThrow()
    await inState('stage', 'reconnecting')
    await untilPlayer(viewer, 'reconnecting')
    await screenshot(page, 'live-reconnecting')
    publish(key)
    await inState('stage', 'live')
    await untilPlayer(viewer, 'playing', 40_000)
    await viewer.close()
  })

  it('looks at one stream closely: preview, graphs, who watches; and gives it a title', async () => {
    const problems = complaints(page)
    const viewer = await browser.newPage()
    await viewer.goto(`${host.http}/watch/stage`)
    await untilMoving(viewer)
    await row('stage').getByTestId('stream-link').focus()
    await page.keyboard.press('Enter')
    await page.locator('[data-testid="preview"][data-state="playing"]').waitFor({ timeout: 60_000 })
    const session = page.getByTestId('viewer-session').filter({ hasText: 'LL-HLS' }).last()
    await session.waitFor({ timeout: 60_000 })
    expect((await host.api('GET', '/live/streams/stage')).body.viewers, 'the preview is no viewer').toBeLessThanOrEqual(2)
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="graphs"] path').length >= 4, undefined, { timeout: 60_000 })
    await page.getByTestId('stream-title').fill('The big stage')
    await page.keyboard.press('Enter')
    await page.getByText('The title was changed').waitFor()
    expect((await host.api('GET', '/live/streams/stage')).body.title).toBe('The big stage')
    expect(await sidewaysPx(page)).toBe(0)
    await screenshot(page, 'stream')
    await page.getByTestId('graphs').scrollIntoViewIfNeeded()
    await screenshot(page, 'stream-graphs')
    await viewer.close()
    expect(problems).toEqual([])
  })

  it('follows rules, retention and slates that somebody else changes, and keeps what is being typed', async () => {
    const other = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    const problems = complaints(other)
    const field = (id: string) => other.getByTestId(id)
    const has = (id: string, value: string) => until(async () => (await field(id).inputValue()) === value, `${id} is ${value}`)
    const rule = (await host.api('GET', '/live/recording-rule')).body
    await other.goto(`${host.http}/live/stage/recording`)
    await has('rule-container', 'mp4')
    await field('rule-minutes').fill('30')
    await host.api('PUT', '/live/recording-rule', { ...rule, container: 'mkv' })
    await has('rule-container', 'mkv')
    await has('rule-minutes', '30')
    await host.api('PUT', '/live/streams/stage/recording-rule', { ...rule, container: 'ts', splitMinutes: 7 })
    await field('rule-default').waitFor()
    await has('rule-container', 'ts')
    await has('rule-minutes', '7')
    await host.api('DELETE', '/live/streams/stage/recording-rule')
    await has('rule-container', 'mkv')
    await field('rule-default').waitFor({ state: 'detached' })

    await other.goto(`${host.http}/library`)
    await has('rule-container', 'mkv')
    await has('retention-maxAgeDays', '')
    await host.api('PUT', '/live/recording-retention', { ...(await host.api('GET', '/live/recording-retention')).body, maxAgeDays: 9 })
    await host.api('PUT', '/live/recording-rule', rule)
    await has('retention-maxAgeDays', '9')
    await has('rule-container', 'mp4')

    await other.goto(`${host.http}/live/stage/ingest`)
    await has('slate-lasts', 'window')
    const card = await other.screenshot({ clip: { x: 0, y: 0, width: 320, height: 180 } })
    let id = ''
    // A machine without time for it rejects a slate that it could not encode soon enough.
    await until(async () => {
      const added = await host.api('POST', '/live/slates', { label: 'A card', data: card.toString('base64') })
      if (added.status === 201) id = added.body.id
      return added.status === 201
    }, 'the slate')
    await field('slate-choice').getByRole('option', { name: 'A card' }).waitFor({ state: 'attached', timeout: 60_000 })
    await host.api('PATCH', '/live/streams/stage/slate', { slate: id, lasts: 'unlimited' })
    await has('slate-choice', id)
    await has('slate-lasts', 'unlimited')
    await host.api('DELETE', `/live/slates/${id}`)
    await has('slate-choice', 'default')
    await field('slate-choice').getByRole('option', { name: 'A card' }).waitFor({ state: 'detached' })
    await other.close()
    expect(problems).toEqual([])
  })

  it('moves by keyboard, changes the theme, and reads it on a phone', async () => {
    await page.keyboard.press('Escape')
    await page.locator('body').press('g')
    await page.keyboard.press('s')
    await page.getByTestId('settings-form').waitFor()
    await page.locator('body').press('?')
    await page.getByTestId('shortcuts').waitFor()
    await screenshot(page, 'shortcuts')
    await page.keyboard.press('Escape')
    await page.getByTestId('shortcuts').waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.keyboard.press('l')
    await inState('stage', 'live')
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const dark = await background()
    await page.locator('.sidebar').getByTestId('theme-light').click()
    expect(await background()).not.toBe(dark)
    await screenshot(page, 'live-light')
    await page.reload()
    await inState('stage', 'live')
    expect(await background(), 'the choice outlives the page').not.toBe(dark)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Skip to the content')
    const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, colorScheme: 'dark' })
    for (const path of ['/live', '/live/stage', '/watch/stage']) {
      await phone.goto(`${host.http}${path}`)
      await phone.waitForTimeout(600)
      expect(await sidewaysPx(phone), path).toBe(0)
      await screenshot(phone, `phone${path.replaceAll('/', '-')}`)
    }
    await phone.close()
  })

  it('reads the section that is opened, and offers to load the page again where its script is gone', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    const fresh = await context.newPage()
    fresh.setDefaultTimeout(60_000)
    const read: string[] = []
    const gone = (name: string): RegExp => new RegExp(`/assets/${name}-[^/]*\\.js$`)
    fresh.on('request', (request) => read.push(new URL(request.url()).pathname))
    for (const name of ['settings-page', 'template-dialog']) await fresh.route(gone(name), (route) => route.fulfill({ status: 404 }))
    for (const [before, now] of [
      ['/recordings', '/library'],
      ['/sources', '/inputs'],
      ['/nothing', '/live'],
    ]) {
      await fresh.goto(`${host.http}${before}`)
      await fresh.waitForURL(`${host.http}${now}`)
    }
    await fresh.getByRole('heading', { level: 1 }).waitFor()
    // While nothing else is done the others are read, and a click waits for nothing.
    await until(() => read.some((path) => gone('studio-page').test(path)), 'other sections are read ahead')
    await fresh.getByTestId('nav-settings').click()
    await fresh.getByTestId('not-loaded').waitFor()
    expect(await findingsInBothThemes(fresh)).toEqual([])
    await screenshot(fresh, 'page-not-loaded')
    await fresh.getByTestId('nav-library').click()
    await fresh.getByTestId('open-trash').waitFor()
    // A dialog takes nothing with it either.
    await fresh.getByTestId('nav-studio').click()
    await fresh.getByTestId('start-template').click()
    await fresh.getByTestId('toast').getByRole('button').first().waitFor()
    expect(await fresh.getByTestId('studio-start').isVisible()).toBe(true)
    await fresh.unrouteAll()
    await fresh.getByTestId('nav-settings').click()
    // Its script can be read now.
    await fresh.getByTestId('settings-form').waitFor()
    await context.close()
  })

  it('shows when the host goes away, and goes on by itself when it is back', async () => {
    await page.evaluate(() => {
      window.__mark = 2
    })
    await host.kill('SIGTERM')
    await page.getByTestId('reconnecting-banner').waitFor({ timeout: 60_000 })
    await screenshot(page, 'host-away')
    host = await startHost({ name: 'page-live', dataDir: host.dataDir, httpPort: host.httpPort, rtmpPort: host.rtmpPort })
    await page.getByTestId('reconnecting-banner').waitFor({ state: 'detached', timeout: 60_000 })
    publish(key)
    await inState('stage', 'live')
    expect(await page.evaluate(() => window.__mark)).toBe(2)
  })

  it('ends the stream for everybody', async () => {
    const viewer = await browser.newPage()
    await viewer.goto(`${host.http}/watch/stage`)
    await untilMoving(viewer)
    await row('stage').getByTestId('end-stream').click()
    await page.getByTestId('confirm-dialog').waitFor()
    await screenshot(page, 'end-stream')
    await page.getByTestId('confirm-yes').click()
    await page.getByTestId('ended-section').waitFor()
    await untilPlayer(viewer, 'ended')
    await page.getByTestId('ended-section').locator('summary').click()
    await page.getByTestId('forget').waitFor()
    await screenshot(page, 'live-ended')
    await viewer.close()
  })
})
