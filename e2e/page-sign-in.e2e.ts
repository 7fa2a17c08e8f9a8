import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { encode } from 'uqr'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser, screenshot, sidewaysPx } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { until } from './helpers/until.ts'

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
    expect(await endpoint.locator('#token-hint').innerText(), 'a link that was used says so').toContain('was used or has expired')
    await screenshot(endpoint, 'sign-in')
    await endpoint.getByTestId('sign-in-token').fill('wrong')
    await endpoint.getByTestId('sign-in-submit').click()
    await endpoint.locator('#token-hint', { hasText: 'The token is not known' }).waitFor()
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

  it('signs in a phone by a QR code, which switches scenes as a remote control, until it is signed out', async () => {
    const runtime: { token: string } = JSON.parse(readFileSync(join(host.dataDir, 'host.json'), 'utf8'))
    const authorization = `Bearer ${runtime.token}`
    const asAdmin = async (path: string, body?: object): Promise<any> => {
      const headers = { authorization, 'content-type': 'application/json' }
      const sent = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) }
      const reply = await fetch(`${host.http}/api/v1${path}`, sent)
      expect(reply.ok, path).toBe(true)
      return reply.json()
    }
    const scenes = ['Talk', 'Pause'].map((name) => ({ id: name.toLowerCase(), name, items: [] }))
    const canvases = [{ id: 'main', name: 'Main', width: 640, height: 360 }]
    const collection = { format: 'ami-streams/collection', version: 1, name: 'Remote', canvases, scenes }
    await asAdmin('/studio/collections', { name: 'remote', collection })
    await asAdmin('/studio/collections/remote/open', {})

    const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })).newPage()
    await page.goto((await asAdmin('/tokens/link', {})).url)
    await page.getByTestId('nav-settings').click()
    await page.getByTestId('make-link').click()
    await page.getByTestId('link-submit').click()
    await page.getByTestId('sign-in-link-local').filter({ hasText: 'Only this computer opens this link' }).waitFor()
    await page.getByTestId('token-saved').click()
    // As where the host has a public name.
    await page.route('**/tokens/link', async (route) => {
      const response = await route.fetch()
      return route.fulfill({ response, body: (await response.text()).replace(host.http, 'https://studio.example') })
    })
    await page.getByTestId('make-link').click()
    await page.getByTestId('link-role').selectOption('editor')
    await page.getByTestId('link-submit').click()
    const drawn = await page.getByTestId('qr-code').locator('path').getAttribute('d')
    const link = await page.getByTestId('token-secret').innerText()
    const { data } = encode(link, { ecc: 'M', border: 4 })
    expect(drawn?.match(/M\d+ \d+/g)).toEqual(data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}`] : []))))
    expect(await findingsInBothThemes(page)).toEqual([])
    await screenshot(page, 'sign-in-code')

    const phone = await browser.newContext({
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
      colorScheme: 'light',
      userAgent: 'Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
    })
    const remote = await phone.newPage()
    await remote.goto(link.replace('https://studio.example', host.http))
    await remote.getByTestId('sign-in').waitFor({ state: 'detached' })
    expect(await remote.evaluate(async () => (await (await fetch('/api/v1/sessions/me')).json()).role)).toBe('editor')
    await remote.goto(`${host.http}/studio`)
    await remote.locator('[data-testid="scene"][data-scene="pause"]').tap()
    await until(async () => (await asAdmin('/studio/program')).canvases[0].program === 'pause', 'the phone switched the scene')
    await remote.locator('[data-testid="scene"][data-scene="pause"][data-on-air="true"]').waitFor()
    expect(await sidewaysPx(remote)).toBe(0)
    await screenshot(remote, 'phone-remote')

    await page.getByTestId('token-saved').click()
    const row = page.getByTestId('browser-row').filter({ hasText: 'Chrome on Android' })
    await row.getByTestId('browser-sign-out').click()
    await page.getByTestId('confirm-yes').click()
    await remote.getByTestId('sign-in').waitFor()
    await row.waitFor({ state: 'detached' })
    await screenshot(remote, 'phone-signed-out')
    await phone.close()
    await page.context().close()
  })

  it('lets editors name the folders and hosts that an admin opened under Settings, until they are removed there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ami-page-reach-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const runtime: { token: string } = JSON.parse(readFileSync(join(host.dataDir, 'host.json'), 'utf8'))
    const asAdmin = async (path: string, body?: object): Promise<any> => {
      const headers = { authorization: `Bearer ${runtime.token}`, 'content-type': 'application/json' }
      const sent = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) }
      const reply = await fetch(`${host.http}/api/v1${path}`, sent)
      expect(reply.ok, path).toBe(true)
      return reply.json()
    }
    const { secret } = await asAdmin('/tokens', { label: 'An editor', role: 'editor' })
    const scenes = [{ id: 'show', name: 'Show', items: [] }]
    const canvases = [{ id: 'main', name: 'Main', width: 640, height: 360 }]
    const collection = { format: 'ami-streams/collection', version: 1, name: 'Reach', canvases, scenes }
    await asAdmin('/studio/collections', { name: 'reach', collection })
    await asAdmin('/studio/collections/reach/open', {})

    const signIn = async (token: string): Promise<Page> => {
      const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage()
      await page.goto(host.http)
      await page.getByTestId('sign-in-token').fill(token)
      await page.getByTestId('sign-in-submit').click()
      await page.getByTestId('nav-settings').click()
      await page.locator('h1').waitFor()
      return page
    }
    const admin = await signIn(runtime.token)
    const editor = await signIn(secret)
    await editor.getByTestId('api-docs').waitFor()
    expect(await editor.getByTestId('reach-form').count(), 'editors open nothing to themselves').toBe(0)

    /** What the editor's page is answered that names a file, which is shown then, and a URL of the network: others each time. */
    let tries = 0
    const asEditor = (): Promise<(string | number)[]> => {
      const name = `title-${++tries}`
      writeFileSync(join(folder, name), 'Good evening')
      return editor.evaluate(
        async ([name, file]) => {
          const show = { do: 'add', to: 'scenes/show/items', value: { source: `file-${name}` } }
          const text = (id: string, settings: object) => ({ do: 'add', to: 'sources', value: { id, kind: 'text', settings } })
          const wanted = [
            [text(`file-${name}`, { from: 'file', file }), show],
            [text(`url-${name}`, { from: 'url', url: `http://192.168.7.9:8000/${name}` })],
          ]
          const answers = wanted.map(async (edits) => {
            const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ edits }) }
            const reply = await fetch('/api/v1/studio/edits', init)
            return reply.ok ? reply.status : ((await reply.json()) as { code: string }).code
          })
          return Promise.all(answers)
        },
        [name, join(folder, name)] as const,
      )
    }
    const reportOf = async (name: string): Promise<any> => (await asAdmin(`/studio/sources/file-${name}`)).item.report
    /** Answers the status that the page was answered. */
    const save = async (folders: string, hosts: string): Promise<number> => {
      await admin.getByTestId('reach-folders').fill(folders)
      await admin.getByTestId('reach-hosts').fill(hosts)
      const answered = admin.waitForResponse((reply) => reply.url().endsWith('/editor-reach') && reply.request().method() === 'PATCH')
      await admin.getByTestId('reach-save').click()
      return (await answered).status()
    }
    const forbidden = ['path.forbidden', 'url.forbidden']
    expect(await asEditor()).toEqual(forbidden)

    expect(await save(folder, '192.168.7.0/24:8000')).toBe(200)
    expect(await asEditor()).toEqual([200, 200])
    await until(async () => (await reportOf('title-2'))?.state === 'running', 'the file is shown')
    await screenshot(admin, 'settings-reach')
    await admin.reload()
    await expect.poll(() => admin.getByTestId('reach-folders').inputValue()).toBe(folder)
    expect(await admin.getByTestId('reach-hosts').inputValue()).toBe('192.168.7.0/24:8000')

    expect(await save('overlays', ''), 'a folder has a whole path').toBe(400)
    expect(await asEditor(), 'nothing of an entry that is invalid is kept').toEqual([200, 200])

    expect(await save('', '')).toBe(200)
    expect(await asEditor()).toEqual(forbidden)
    await until(async () => /not in a folder that editors may use/.test((await reportOf('title-2'))?.problem), 'the file is read no more')
    for (const page of [admin, editor]) await page.context().close()
  })
})
