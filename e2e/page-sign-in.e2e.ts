import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'

describe('a host that asks who you are', () => {
  let host: RunningHost
  let browser: Browser

  beforeAll(async () => {
    host = await startHost({ name: 'page-sign-in', args: ['--auth', 'on'] })
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
    const endpoint = await stranger.newPage()
    await endpoint.goto(String(host.ready.signInUrl))
    await endpoint.getByTestId('sign-in').waitFor()
    await screenshot(endpoint, 'sign-in')
    await endpoint.getByTestId('sign-in-token').fill('wrong')
    await endpoint.getByTestId('sign-in-submit').click()
    await endpoint.locator('[role="alert"]:not(:empty)').waitFor()
    await screenshot(endpoint, 'sign-in-refused')

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

    await endpoint.getByTestId('sign-in-token').fill(token)
    await endpoint.getByTestId('sign-in-submit').click()
    await endpoint.getByTestId('first-run').waitFor()
    expect(await endpoint.getByTestId('start-demo').isDisabled(), 'a viewer may not start streams').toBe(true)
    expect(await endpoint.getByTestId('make-key').count()).toBe(0)
    await screenshot(endpoint, 'viewer-live')
    expect(
      await endpoint.evaluate(async () => {
        const reply = await fetch('/api/v1/live/demo', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
        return [reply.status, ((await reply.json()) as { code: string }).code]
      }),
    ).toEqual([403, 'auth.forbidden'])
    await endpoint.getByTestId('nav-keys').click()
    await endpoint.locator('h1').waitFor()
    expect(await endpoint.getByTestId('new-key').count()).toBe(0)

    // The list of browsers follows without a reload, and so does the browser that is signed out.
    const signInAgain = async (): Promise<void> => {
      await endpoint.getByTestId('sign-in').waitFor()
      await endpoint.getByTestId('sign-in-token').fill(token)
      await endpoint.getByTestId('sign-in-submit').click()
      await endpoint.getByTestId('nav-keys').waitFor()
    }
    const colleague = page.getByTestId('browser-row').filter({ hasText: 'A colleague' })
    await colleague.waitFor()
    expect(await page.getByTestId('browser-row').count()).toBe(2)
    await screenshot(page, 'settings-browsers')
    await colleague.getByTestId('browser-sign-out').click()
    await page.getByTestId('confirm-yes').click()
    await signInAgain()
    await colleague.waitFor()
    await page.getByTestId('sign-out-everywhere').click()
    await page.getByTestId('confirm-yes').click()
    await colleague.waitFor({ state: 'detached' })
    expect(await page.getByTestId('browser-row').count(), 'the browser that asked stays').toBe(1)
    await signInAgain()

    await page.getByTestId('token-revoke').click()
    await page.getByTestId('confirm-yes').click()
    await endpoint.getByTestId('sign-in').waitFor()
    await admin.close()
    await stranger.close()
  })
})
