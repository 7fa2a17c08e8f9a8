import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launchBrowser, screenshot, sidewaysPx } from './helpers/browser.ts'
import { baseClip } from './helpers/clips.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'

describe('a streamer and their key', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]
  let clip: string
  let publisher: Publisher | undefined

  const row = (stream: string) => page.locator(`[data-testid="key-row"][data-stream="${stream}"]`)
  const confirm = () => page.getByTestId('confirm-yes').click()

  /** Why ffmpeg is turned away. */
  async function rejection(address: string): Promise<string> {
    const refused = publishFile(clip, address)
    const timer = setTimeout(() => void refused.stop(), 60_000)
    try {
      await refused.ended
      return ''
    } catch (error) {
      return (error as Error).message
    } finally {
      clearTimeout(timer)
    }
  }

  beforeAll(async () => {
    clip = await baseClip()
    host = await startHost({ name: 'page-keys' })
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    problems = complaints(page)
  })
  afterAll(async () => {
    await publisher?.stop()
    await browser?.close()
    await host?.stop()
  })

  let server = ''
  let secret = ''

  it('makes one with the keyboard alone, and sees it once', async () => {
    await page.goto(host.http)
    await page.getByTestId('first-run').waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('k')
    await page.getByTestId('keys-empty').waitFor()
    await screenshot(page, 'keys-empty')
    await page.keyboard.press('n')
    await page.getByTestId('make-key-dialog').waitFor()
    await page.keyboard.type('Bad Name')
    expect(await page.getByTestId('key-submit').isDisabled()).toBe(true)
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('studio')
    await page.keyboard.press('Tab')
    await page.keyboard.type('Camera one')
    await screenshot(page, 'key-dialog')
    await page.keyboard.press('Enter')
    await page.getByTestId('secret-dialog').waitFor()
    server = await page.getByTestId('secret-server').innerText()
    secret = await page.getByTestId('secret-key').innerText()
    expect(await page.getByTestId('secret-ffmpeg').innerText()).toContain(`${server}/${secret}`)
    await screenshot(page, 'key-secret')
    await page.keyboard.press('Escape')
    expect(await page.getByTestId('secret-dialog').isVisible(), 'Escape does not lose the key').toBe(true)
    await page.getByTestId('secret-saved').click()
    await page.getByTestId('secret-dialog').waitFor({ state: 'detached' })
    expect(await page.content(), 'the key is nowhere on the page').not.toContain(secret)
    expect(server).toBe(host.rtmp)
  })

  it('publishes with the server and key that were shown', async () => {
    publisher = publishFile(clip, `${server}/${secret}`, { loop: true })
    await page.getByTestId('nav-live').click()
    const live = page.locator('[data-testid="stream-row"][data-stream="studio"]')
    await live.locator('[data-testid="stream-state"][data-state="live"]').waitFor({ timeout: 60_000 })
    await page.getByTestId('nav-keys').click()
    await row('studio').waitFor()
    await screenshot(page, 'keys')
    await publisher.stop()
  })

  it('turns a disabled key away with the reason, takes it back by undo, and rejects the old one after a rotation', async () => {
    await row('studio').getByTestId('key-enabled').click()
    await row('studio').locator('[aria-checked="false"]').waitFor()
    expect(await rejection(`${server}/${secret}`)).toMatch(/disabled/i)
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await row('studio').locator('[aria-checked="true"]').waitFor()

    await row('studio').getByTestId('key-rotate').click()
    await screenshot(page, 'key-rotate')
    await confirm()
    await page.getByTestId('secret-dialog').waitFor()
    const fresh = await page.getByTestId('secret-key').innerText()
    expect(fresh).not.toBe(secret)
    await page.getByTestId('secret-saved').click()
    expect(await rejection(`${server}/${secret}`)).toMatch(/key/i)
    publisher = publishFile(clip, `${server}/${fresh}`, { loop: true })
    await host.until('studio', (stream) => stream.state === 'active' && !stream.reconnecting && stream.publisher !== null)

    await row('studio').getByTestId('key-revoke').click()
    await confirm()
    await row('studio').getByText('Revoked', { exact: true }).waitFor()
    await expect(publisher.ended, 'whoever publishes with it is shown out').rejects.toThrow()
    expect(await rejection(`${server}/${fresh}`)).toMatch(/key|revoked/i)
    await screenshot(page, 'keys-revoked')
  })

  it('reads all of it in the activity, without the key', async () => {
    await page.keyboard.press('g')
    await page.keyboard.press('a')
    await page.getByTestId('activity').waitFor()
    const text = await page.getByTestId('activity').innerText()
    expect(text).toMatch(/was created/)
    expect(text).toMatch(/revoked/)
    expect(text).not.toContain(secret)
    await page.getByTestId('activity-kind').selectOption('error')
    await page.locator('[data-testid="activity-line"][data-kind="error"]').first().waitFor()
    await screenshot(page, 'activity')
  })

  it('sees in one page what is changed in another: tokens, hooks, alerts, playback keys and IP address rules', async () => {
    const [one, other] = [await browser.newPage(), await browser.newPage()]
    const both = (path: string) => Promise.all([one, other].map((each) => each.goto(`${host.http}${path}`)))
    const saved = () => one.getByRole('button', { name: 'I have saved it' }).click()

    await both('/settings')
    await one.getByTestId('new-token').click()
    await one.getByTestId('token-label').fill('dashboard')
    await one.getByTestId('token-submit').click()
    await one.getByTestId('token-saved').click()
    const token = (each: Page) => each.getByTestId('token-row').filter({ hasText: 'dashboard' })
    await token(other).getByTestId('token-revoke').click()
    await other.getByTestId('confirm-yes').click()
    await token(one).waitFor({ state: 'detached' })

    await both('/rules')
    await one.getByTestId('new-playback-key').click()
    await one.getByTestId('playback-key-label').fill('our site')
    await one.getByTestId('playback-key-submit').click()
    await saved()
    await other.getByTestId('playback-key-row').filter({ hasText: 'our site' }).waitFor()
    await one.getByTestId('new-alert-rule').click()
    await one.getByTestId('alert-kind').selectOption('disk-low')
    await one.getByTestId('alert-rule-submit').click()
    await other.getByTestId('alert-rule-row').filter({ hasText: 'The disk is nearly full' }).waitFor()
    await one.getByTestId('new-hook').click()
    await one.getByTestId('hook-label').fill('archive')
    await one.getByTestId('hook-url').fill('http://127.0.0.1:9/archive')
    await one.getByTestId('hook-submit').click()
    await saved()
    await other.getByTestId('hook-row').filter({ hasText: 'archive' }).waitFor()

    const field = (each: Page, name: string) => each.getByTestId(`access-${name}`)
    await field(other, 'publish-deny').fill('203.0.113.9')
    await field(one, 'play-deny').fill('192.0.2.0/24')
    await field(one, 'save').click()
    await expect.poll(() => field(other, 'play-deny').inputValue()).toBe('192.0.2.0/24')
    expect(await field(other, 'publish-deny').inputValue(), 'what is not saved yet').toBe('203.0.113.9')
    await field(other, 'save').click()
    await expect.poll(() => field(one, 'publish-deny').inputValue()).toBe('203.0.113.9')
    expect((await host.api('GET', '/live/access')).body).toMatchObject({
      play: { deny: ['192.0.2.0/24'] },
      publish: { deny: ['203.0.113.9'] },
    })
    await Promise.all([one.close(), other.close()])
  })

  it('fits a phone', async () => {
    const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true })
    for (const section of ['keys', 'activity', 'settings', 'live/studio']) {
      await phone.goto(`${host.http}/${section}`)
      await phone.locator('h1').first().waitFor()
      await phone.waitForTimeout(400)
      expect(await sidewaysPx(phone), section).toBe(0)
      await screenshot(phone, `phone-${section.replace('/', '-')}`)
    }
    await phone.close()
    expect(problems).toEqual([])
  })
})
