import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser, screenshot, sidewaysPx } from './helpers/browser.ts'
import { type RunningNode, startNode } from './helpers/edge-node.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { until } from './helpers/until.ts'

describe('functions and limits of requests on the page', () => {
  let folder: string
  let host: RunningHost
  let node: RunningNode
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    host = await startHost({ name: 'functions-page' })
    const { token } = (await host.api('POST', '/network/join-tokens', {})).body
    folder = mkdtempSync(join(tmpdir(), 'functions-page-'))
    const file = join(folder, 'edge.yaml')
    writeFileSync(file, 'region: south\n')
    writeFileSync(join(host.dataDir, 'regions.yaml'), 'regions:\n  - {id: south, name: Southern Europe, country: PT}\n')
    node = await startNode({ origin: host.http, token, name: 'functions-page-node', args: ['--config', file] })
    browser = await launchBrowser()
    page = await browser.newPage()
    page.setDefaultTimeout(60_000)
    await page.goto(`${host.http}/network`)
    await page.getByTestId('functions-panel').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await node?.stop()
    await host?.stop()
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })

  const code = () => page.getByTestId('function-code')
  const functions = async () => (await host.api('GET', '/network/functions')).body.items

  it('a mistake is shown with its line, a trial with its answer, and what is deployed can be taken back', async () => {
    await page.getByTestId('add-function').click()
    await page.getByTestId('function-name').fill('greeting')
    await page.getByTestId('function-routes').fill('/members/*')
    await code().fill('const one = 1\nconst two = = 2\nexport default { fetch: () => new Response("x") }\n')
    await page.getByTestId('deploy-function').click()
    const fault = page.getByTestId('function-fault')
    await fault.waitFor()
    expect(await fault.textContent()).toMatch(/main\.ts:2:/)
    await fault.getByRole('button').click()
    const selected = await code().evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionEnd))
    expect(selected).toBe('const two = = 2')
    expect(await functions()).toEqual([])

    await code().fill(
      'export default { fetch(request, env) {\n  console.log("asked")\n  return new Response(env.WORD, { status: 201 })\n} }\n',
    )
    await page.getByTestId('function-variables').fill('WORD=hello')
    await page.getByTestId('try-function').click()
    const tried = page.getByTestId('tried')
    await tried.waitFor()
    expect(await tried.textContent()).toMatch(/201.*hello.*info asked/s)
    expect(await fault.count()).toBe(0)

    await page.getByTestId('deploy-function').click()
    await page.getByTestId('function-version').first().waitFor()
    // this node has no nginx: it says so
    const shown = page.locator('[data-function="greeting"]')
    await until(async () => (await shown.textContent())?.includes('--cache'), 'the node says why it does not use it')
    await code().fill('export default { fetch: () => new Response("second") }\n')
    await page.getByTestId('deploy-function').click()
    await until(async () => (await page.getByTestId('function-version').count()) === 2, 'a second version')
    await page.getByTestId('secret-name').fill('KEY')
    await page.getByTestId('secret-value').fill('never shown')
    await page.getByTestId('set-secret').click()
    await page.getByTestId('function-secret').waitFor()
    expect(await page.content()).not.toContain('never shown')
    expect(await findingsInBothThemes(page)).toEqual([])
    expect(await sidewaysPx(page)).toBe(0)
    await screenshot(page, 'functions')
    await page.getByTestId('use-version').click()
    await until(async () => (await code().inputValue()).includes('env.WORD'), 'the first version is back')
    expect(await functions()).toMatchObject([{ name: 'greeting', version: 1, secrets: ['KEY'] }])

    await page.getByTestId('delete-function').click()
    await page.getByTestId('confirm-yes').click()
    await shown.waitFor({ state: 'detached' })
    expect(await functions()).toEqual([])
  })

  it('limits of IP addresses, signed URLs and paths are changed and saved', async () => {
    const form = page.getByTestId('request-limits')
    await form.getByRole('spinbutton').first().fill('1234')
    await page.getByTestId('add-limit').click()
    await page.getByTestId('route-limit-path').fill('/search')
    await page.getByTestId('save-limits').click()
    const { body } = await until(async () => {
      const found = await host.api('GET', '/network/limits')
      return found.body.routes.length > 0 ? found : undefined
    }, 'the limits are saved')
    expect(body).toMatchObject({ enabled: true, anonymous: { perMinute: 1234, burst: 500 }, routes: [{ path: '/search', per: 'address' }] })
    await until(async () => page.getByTestId('save-limits').isDisabled(), 'nothing is left to save')
    expect(await page.getByTestId('route-limit').count()).toBe(1)
  })

  it('shows regions of nodes on a map, with the same figures in a table', async () => {
    const region = page.getByTestId('map-region')
    // a report of the node says which region it is in
    await until(async () => {
      await page.reload()
      await page.getByTestId('traffic-map').waitFor()
      return (await region.count()) === 1
    }, 'the region is on the map')
    expect(await region.textContent()).toContain('Southern Europe')
    const map = page.getByTestId('traffic-map')
    expect(await map.getByRole('img').getAttribute('aria-label')).toContain('1 regions of nodes')
    expect(await page.getByTestId('traffic-regions').textContent()).toContain('Southern Europe')
    expect(await findingsInBothThemes(page)).toEqual([])
    await map.scrollIntoViewIfNeeded()
    await screenshot(page, 'traffic-map')
  })
})
