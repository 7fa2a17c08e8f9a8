import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'

describe('a host that asks who you are', () => {
  let host: RunningHost
  let browser: Browser

  beforeAll(async () => {
    host = await startHost({ name: 'journeys-sign-in', args: ['--auth', 'on'] })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('lets the printed link in, once, and a token of that person as far as its role goes', async () => {
    const admin = await browser.newContext({ viewport: { width: 1280, height: 720 } })
    const page = await admin.newPage()
    await page.goto(String(host.ready.signInUrl))
    await page.getByTestId('first-run').waitFor()
    expect(page.url(), 'the link is not left in the address').not.toContain('link=')

    const stranger = await browser.newContext({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    const door = await stranger.newPage()
    await door.goto(String(host.ready.signInUrl))
    await door.getByTestId('sign-in').waitFor()
    await screenshot(door, 'sign-in')
    await door.getByTestId('sign-in-token').fill('wrong')
    await door.getByTestId('sign-in-submit').click()
    await door.locator('[role="alert"]:not(:empty)').waitFor()
    await screenshot(door, 'sign-in-refused')

    await page.getByTestId('nav-settings').click()
    await page.getByTestId('new-token').click()
    await page.getByTestId('token-label').fill('A colleague')
    await page.getByTestId('token-role').selectOption('viewer')
    await page.getByTestId('token-submit').click()
    const token = await page.getByTestId('token-secret').innerText()
    await screenshot(page, 'token-secret')
    await page.getByTestId('token-saved').click()
    await page.getByTestId('token-row').waitFor()
    await screenshot(page, 'settings')

    await door.getByTestId('sign-in-token').fill(token)
    await door.getByTestId('sign-in-submit').click()
    await door.getByTestId('first-run').waitFor()
    expect(await door.getByTestId('start-demo').isDisabled(), 'a viewer may not start streams').toBe(true)
    expect(await door.getByTestId('make-key').count()).toBe(0)
    await screenshot(door, 'viewer-live')
    expect(
      await door.evaluate(async () => {
        const reply = await fetch('/api/v1/live/demo', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
        return [reply.status, ((await reply.json()) as { code: string }).code]
      }),
    ).toEqual([403, 'auth.forbidden'])
    await door.getByTestId('nav-keys').click()
    await door.locator('h1').waitFor()
    expect(await door.getByTestId('new-key').count()).toBe(0)

    await page.getByTestId('token-revoke').click()
    await page.getByTestId('confirm-yes').click()
    await door.reload()
    await door.getByTestId('sign-in').waitFor()
    await admin.close()
    await stranger.close()
  })
})
