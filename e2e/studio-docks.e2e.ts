import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { showRequests } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

interface Site {
  readonly url: string
  /** Paths that were asked for. */
  readonly asked: string[]
  close(): void
}

/** A site of somebody else: its pages are by path. */
async function startSite(
  pages: Readonly<Record<string, { readonly html: string; readonly headers?: Record<string, string> }>>,
): Promise<Site> {
  const asked: string[] = []
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const page = pages[request.url ?? ''] ?? { html: 'nothing' }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...page.headers }).end(page.html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const look = (title: string, color: string): string =>
  `<!doctype html><meta name="viewport" content="width=device-width"><style>body{margin:0;font:15px system-ui;background:#18181b;color:#eee}h1{margin:0;padding:10px 14px;font-size:16px;background:${color}}p{margin:10px 14px}</style><h1>${title}</h1><p><b>ana</b> hello from the chat</p><p><b>luis</b> great show</p><p id="script">no script</p><script>document.querySelector('#script').textContent='scripts run';try{parent.parent.document.title='taken'}catch{}</script>`

describe('docks of other sites', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let chat: Site
  let board: Site
  let stranger: Site

  const { ask } = showRequests(() => host)
  const as = async (role: string) => {
    const { secret } = await ask('POST', '/tokens', { label: role, role })
    return async (method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> => {
      const reply = await fetch(`${host.http}/api/v1${path}`, {
        method,
        headers: { 'authorization': `Bearer ${secret}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: reply.status, body: await reply.json().catch(() => null) }
    }
  }
  const inDock = (name: string, of = page) => of.frameLocator(`iframe[title="${name}"]:visible`).frameLocator('iframe')
  const add = async (name: string, url: string): Promise<void> => {
    await page.getByTestId('dock-name').fill(name)
    await page.getByTestId('dock-url').fill(url)
    await page.getByTestId('dock-save').click()
  }

  beforeAll(async () => {
    host = await startHost({ name: 'studio-docks', env: { DISPLAY: '', WAYLAND_DISPLAY: '' } })
    stranger = await startSite({ '/': { html: look('Stranger', '#a00') } })
    chat = await startSite({
      '/chat': { html: look('Chat', '#6441a5') },
      '/leaves': { html: `<script>location.href='${stranger.url}/'</script>leaving` },
    })
    board = await startSite({
      '/': { html: look('Board', '#0b7285') },
      '/closed': { html: look('Closed', '#555'), headers: { 'x-frame-options': 'DENY' } },
    })
    await ask('POST', '/studio/collections', {
      name: 'docks',
      collection: {
        format: 'ami-streams/collection',
        version: 1,
        name: 'Docks',
        scenes: [{ id: 'card', name: 'Card', items: [{ source: 'card' }] }],
        sources: [{ id: 'card', name: 'Card', kind: 'test-pattern', settings: {} }],
      },
    })
    await ask('POST', '/studio/collections/docks/open', {})
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    page.setDefaultTimeout(60_000)
    await page.goto(`${host.http}/studio`)
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
    for (const site of [chat, board, stranger]) site?.close()
  })

  it('are added by name and URL, are beside the canvas as tabs, and are there again after a reload', async () => {
    await page.getByTestId('docks-open').click()
    await page.getByTestId('dock-add-first').click()
    await add('Chat', `${chat.url}/chat`)
    await inDock('Chat').getByText('scripts run').waitFor()
    expect(await page.title(), 'a dock cannot reach into the page').not.toBe('taken')
    await page.getByTestId('dock-add').click()
    await add('Board', `${board.url}/`)
    await inDock('Board').getByText('scripts run').waitFor()
    await screenshot(page, 'studio-docks')
    const asked = chat.asked.length
    await page.getByTestId('dock-tab').first().click()
    await inDock('Chat').getByText('scripts run').waitFor()
    expect(chat.asked.length, 'a dock goes on behind the others').toBe(asked)
    await page.reload()
    await inDock('Chat').getByText('scripts run').waitFor()
    expect((await ask('GET', '/studio/docks')).items.map(({ name, opens }: any) => [name, opens])).toEqual([
      ['Chat', 'pane'],
      ['Board', 'pane'],
    ])
  })

  it('frame what was added and nothing else', async () => {
    const blocked = await page.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          document.addEventListener('securitypolicyviolation', (event) =>
            resolve(`${event.effectiveDirective} ${new URL(event.blockedURI).origin}`),
          )
          const frame = document.createElement('iframe')
          frame.src = url
          document.body.append(frame)
        }),
      `${stranger.url}/`,
    )
    expect(blocked).toBe(`frame-src ${stranger.url}`)
    // A dock that leads its frame elsewhere is stopped as well.
    const { id } = await ask('POST', '/studio/docks', { name: 'Leaves', url: `${chat.url}/leaves` })
    await page.getByTestId('dock-tab').filter({ hasText: 'Leaves' }).click()
    await until(() => chat.asked.includes('/leaves'), 'the dock is loaded')
    await page.locator('[data-testid="dock-frame"][data-dock]').last().waitFor()
    const { headers } = await fetch(`${host.http}/api/v1/studio/docks/${id}/frame`)
    expect(headers.get('content-security-policy')).toContain(`frame-src ${chat.url};`)
    await ask('DELETE', `/studio/docks/${id}`)
    await until(async () => (await page.getByTestId('dock-tab').count()) === 2, 'another page follows')
    expect(stranger.asked).toEqual([])
  })

  it('say that a site forbids framing, and open it in a window of its own', async () => {
    await page.getByTestId('dock-add').click()
    await add('Closed', `${board.url}/closed`)
    await page.getByTestId('dock-notice').getByText('X-Frame-Options').waitFor()
    await screenshot(page, 'studio-docks-closed')
    await page.getByTestId('dock-opens-window').check()
    await page.getByTestId('dock-save').click()
    const popup = page.context().waitForEvent('page')
    await page.getByTestId('dock-open-window').click()
    await (await popup).getByText('scripts run').waitFor()
    await (await popup).close()
  })

  it('are resized and moved by keys, and deleted', async () => {
    const pane = page.getByTestId('dock-pane')
    const width = async (): Promise<number> => (await pane.boundingBox())!.width
    const before = await width()
    await page.getByTestId('dock-separator').focus()
    await page.keyboard.press('ArrowLeft')
    await until(async () => (await width()) === before + 20, 'the pane is wider')
    await page.getByTestId('dock-place').click()
    await page.locator('[data-testid="dock-pane"][data-place="bottom"]').waitFor()
    await inDock('Chat').getByText('scripts run').waitFor()
    await page.setViewportSize({ width: 1920, height: 1080 })
    await page.emulateMedia({ colorScheme: 'light' })
    await screenshot(page, 'studio-docks-bottom')
    await page.getByTestId('dock-tab').last().click()
    await page.getByTestId('dock-edit').click()
    await page.getByTestId('dock-delete').click()
    await page.getByTestId('confirm-yes').click()
    await until(async () => (await ask('GET', '/studio/docks')).items.length === 2, 'the dock is gone')
  })

  it('never lead to this host, into code, or for an editor into a private network; viewers have none', async () => {
    const refused = async (url: string): Promise<number> => (await host.api('POST', '/studio/docks', { name: 'x', url })).status
    const port = new URL(host.http).port
    for (const url of [
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      host.http,
      `${host.http}/studio`,
      `http://localhost:${port}/`,
      `http://127.1:${port}/`,
      `http://[::ffff:127.0.0.1]:${port}/`,
    ])
      expect(await refused(url), url).toBe(400)
    const editor = await as('editor')
    expect((await editor('POST', '/studio/docks', { name: 'x', url: `${chat.url}/chat` })).status).toBe(403)
    expect((await editor('POST', '/studio/docks/check', { url: 'http://169.254.169.254/latest' })).status).toBe(403)
    const [dock] = (await editor('GET', '/studio/docks')).body.items
    expect((await editor('PATCH', `/studio/docks/${dock.id}`, { url: 'https://127.0.0.1/' })).status).toBe(403)
    const viewer = await as('viewer')
    expect((await viewer('GET', '/studio/docks')).status).toBe(403)
    expect((await viewer('GET', `/studio/docks/${dock.id}/frame`)).status).toBe(403)
    expect((await viewer('POST', '/studio/docks', { name: 'x', url: 'https://example.org/' })).status).toBe(403)
  })
})
