import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { until } from './helpers/until.ts'

/** Overlays as pages of a host that asks for a sign-in: what is posted is seen, here and on air, and nobody gets further than they may. */

let host: RunningHost
let browser: Browser
let data: Server
let dataUrl: string
let answer = '{"score": 7}'
let adminToken: string
let editorToken: string
let viewerToken: string
const dataDir = mkdtempSync(join(tmpdir(), 'ami-overlays-'))

interface Reply {
  readonly status: number
  readonly body: any
}

async function request(token: string | undefined, method: string, path: string, body?: unknown): Promise<Reply> {
  const reply = await fetch(path.startsWith('http') ? path : `${host.http}/api/v1${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await reply.text()
  return { status: reply.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}
const admin = (method: string, path: string, body?: unknown) => request(adminToken, method, path, body)
const editor = (method: string, path: string, body?: unknown) => request(editorToken, method, path, body)
const stranger = (method: string, path: string, body?: unknown) => request(undefined, method, path, body)

async function made(
  kind: string,
  settings: object = {},
  post?: object,
  as = editor,
): Promise<{ id: string; url: string; postUrl: string }> {
  const reply = await as('POST', '/studio/overlays', { kind, name: kind, settings, ...(post === undefined ? {} : { data: post }) })
  expect(reply, JSON.stringify(reply.body)).toMatchObject({ status: 201 })
  const links = await editor('GET', `/studio/overlays/${reply.body.id}/links`)
  return { id: reply.body.id, ...links.body }
}
const overlay = async (id: string) => (await editor('GET', `/studio/overlays/${id}`)).body

async function opened(url: string, size = { width: 960, height: 220 }): Promise<Page> {
  const page = await browser.newPage({ viewport: size })
  page.setDefaultTimeout(60_000)
  await page.goto(url)
  return page
}

beforeAll(async () => {
  host = await startHost({ name: 'studio-overlays', dataDir, args: ['--auth', 'on'] })
  adminToken = JSON.parse(readFileSync(join(dataDir, 'host.json'), 'utf8')).token
  const tokenOf = async (role: string) => (await admin('POST', '/tokens', { label: role, role })).body.secret as string
  editorToken = await tokenOf('editor')
  viewerToken = await tokenOf('viewer')
  data = createServer((_request, response) => response.end(answer))
  await new Promise<void>((resolve) => data.listen(0, '127.0.0.1', resolve))
  dataUrl = `http://127.0.0.1:${(data.address() as AddressInfo).port}`
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  data?.close()
  await host?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

describe('the page of an overlay', () => {
  it('shows what bots post, as text, without a sign-in, and nothing moves when it has come', async () => {
    const { url, postUrl } = await made('lower-third')
    const page = await opened(url)
    await page.locator('.lt-panel[data-state="in"]').waitFor()
    const html = '<img src=x onerror="document.title=`broken`">'
    expect((await stranger('POST', postUrl, { visible: true, title: html, subtitle: 'Guest' })).status).toBe(200)
    await page.locator('.lt-title', { hasText: html }).waitFor()
    expect(await page.evaluate(() => document.images.length)).toBe(0)
    await page.waitForFunction(() => document.getAnimations().length === 0)
    expect(await page.title()).toBe('Overlay')
    const seen = await sharp(await page.screenshot({ omitBackground: true }))
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const alphaAt = (x: number, y: number) => seen.data[(y * seen.info.width + x) * 4 + 3]
    expect([alphaAt(950, 10), (alphaAt(40, 150) ?? 0) > 200]).toEqual([0, true])
    expect((await stranger('POST', postUrl, { visible: false })).status).toBe(200)
    await page.locator('.lt-panel[data-state="hidden"]').waitFor({ state: 'attached' })
    // Any size: OBS takes 800x600 where nobody says otherwise.
    await page.setViewportSize({ width: 300, height: 80 })
    await stranger('POST', postUrl, { visible: true, title: 'Grace' })
    await page.locator('.lt-title', { hasText: 'Grace' }).waitFor()
    await page.waitForFunction(() => document.getAnimations().length === 0)
    const box = await page.locator('.lt-panel').boundingBox()
    expect(box !== null && box.x >= 0 && box.x + box.width <= 300 && box.y + box.height <= 80).toBe(true)
    await page.close()
  })

  it('shows one alert after the other when two come at once, and the host says when it takes no more', async () => {
    const { url, postUrl, id } = await made('alert', { maxWaiting: 1, durationMs: 1500 })
    const page = await opened(url, { width: 800, height: 320 })
    await until(
      async () => (await overlay(id)).pages === 1,
      () => 'the page is not connected',
    )
    const [one, two] = await Promise.all([
      stranger('POST', postUrl, { title: 'First' }),
      stranger('POST', postUrl, { title: 'Second', text: 'of two' }),
    ])
    expect([one.status, two.status]).toEqual([200, 200])
    const titles = [one.body.state.showing.title, one.body.state.showing.title === 'First' ? 'Second' : 'First']
    for (const title of titles) await page.locator('.al-title', { hasText: title }).waitFor()
    await page.waitForFunction(() => document.querySelectorAll('.al-card').length === 0)
    const replies = await Promise.all(['a', 'b', 'c'].map((title) => stranger('POST', postUrl, { title, durationMs: 60_000 })))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 200, 429])
    expect(replies.find(({ status }) => status === 429)?.body).toMatchObject({ code: 'studio.overlay_busy', remedy: expect.any(String) })
    await page.close()
  })

  it('counts goals of many posts at once without losing one, draws tables and charts, and fades a chat', async () => {
    const goal = await made('goal', { label: 'Subs' }, { value: 10, target: 50 })
    const replies = await Promise.all(Array.from({ length: 20 }, () => stranger('POST', goal.postUrl, { add: 1 })))
    expect(replies.every(({ status }) => status === 200)).toBe(true)
    const page = await opened(goal.url, { width: 800, height: 150 })
    await page.locator('.go-figures', { hasText: '30 / 50' }).waitFor()
    expect(await page.locator('.go-percent').textContent()).toBe('60 %')

    const table = await made('table', {}, { columns: ['Team', 'Points'], rows: [['Otters', 9]] })
    await page.goto(table.url)
    await page.locator('td', { hasText: 'Otters' }).waitFor()
    await editor('POST', `/studio/overlays/${table.id}/data`, { rows: [{ Team: 'Falcons', Points: 12 }] })
    await page.locator('td', { hasText: 'Falcons' }).waitFor()

    const chart = await made('chart', { type: 'bar', accent: '#ff0000', second: '#ff0000' }, { points: [10, 20] })
    await page.goto(chart.url)
    await page.waitForFunction(() => {
      const canvas = document.querySelector('canvas')
      const pixels = canvas?.width ? canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data : undefined
      if (pixels === undefined) return false
      let red = 0
      for (let at = 0; at < pixels.length; at += 4) if (pixels[at]! > 240 && pixels[at + 1]! < 10 && pixels[at + 3] === 255) red++
      return red > 200
    })

    const chat = await made('chat', { fadeAfterMs: 1500 })
    await page.goto(chat.url)
    await until(
      async () => (await overlay(chat.id)).pages === 1,
      () => 'the page is not connected',
    )
    await stranger('POST', chat.postUrl, { name: 'Grace', text: 'Good evening' })
    await page.locator('.ch-row', { hasText: 'Good evening' }).waitFor()
    await page.locator('.ch-row').waitFor({ state: 'detached' })
    await page.close()
  })
})

describe('who gets how far', () => {
  it('a token of one overlay opens that overlay and nothing else', async () => {
    const [one, other] = [await made('number'), await made('number')]
    const view = new URL(one.url).searchParams.get('token') ?? ''
    const post = new URL(one.postUrl).searchParams.get('token') ?? ''
    for (const token of [view, post]) {
      for (const path of ['/studio', '/studio/overlays', `/studio/overlays/${one.id}`, '/events', '/tokens']) {
        // From the eleventh failed sign-in on they are answered late, with 429.
        expect([401, 429], path).toContain((await request(token, 'GET', path)).status)
      }
      expect([401, 429]).toContain((await request(token, 'POST', `/studio/overlays/${one.id}/data`, { value: 1 })).status)
    }
    expect((await stranger('POST', `/studio/overlays/${one.id}/posts?token=${view}`, { value: 1 })).status).toBe(404)
    expect((await stranger('POST', `/studio/overlays/${other.id}/posts?token=${post}`, { value: 1 })).status).toBe(404)
    const feed = (id: string, token: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${host.http.replace('http', 'ws')}/api/v1/studio/overlay-feed?id=${id}&token=${token}`)
        socket.on('message', (text) => {
          resolve(String(text))
          socket.close()
        })
        socket.on('unexpected-response', (_request, response) => resolve(String(response.statusCode)))
        socket.on('error', () => undefined)
      })
    expect(JSON.parse(await feed(one.id, view))).toMatchObject({ kind: 'number' })
    expect(await feed(other.id, view)).toBe('404')
    expect(await feed(one.id, post)).toBe('404')
    expect(await feed(one.id, '')).toBe('404')
    // Renewed, the old ones are worth nothing, and a page that is open is sent away.
    const page = await opened(one.url)
    await until(
      async () => (await overlay(one.id)).pages === 1,
      () => 'the page is not connected',
    )
    expect((await editor('POST', `/studio/overlays/${one.id}/links`, { renew: 'both' })).status).toBe(200)
    await until(
      async () => (await overlay(one.id)).pages === 0,
      () => 'the page is still connected',
    )
    expect(await feed(one.id, view)).toBe('404')
    expect((await stranger('POST', one.postUrl, { value: 1 })).status).toBe(404)
    await page.close()
  })

  it('a viewer sees overlays, without their secrets, and changes none', async () => {
    const { id, url, postUrl } = await made('goal')
    const viewer = (method: string, path: string, body?: unknown) => request(viewerToken, method, path, body)
    const list = await viewer('GET', '/studio/overlays')
    expect(list.status).toBe(200)
    for (const secret of [url, postUrl]) expect(JSON.stringify(list.body)).not.toContain(new URL(secret).searchParams.get('token'))
    for (const [method, path, body] of [
      ['POST', `/studio/overlays/${id}/data`, { add: 1 }],
      ['PATCH', `/studio/overlays/${id}`, { name: 'x' }],
      ['DELETE', `/studio/overlays/${id}`, undefined],
      ['GET', `/studio/overlays/${id}/links`, undefined],
      ['POST', `/studio/overlays/${id}/links`, {}],
      ['GET', '/studio/overlay-file', undefined],
      ['POST', '/studio/overlays', { kind: 'goal', name: 'x' }],
    ] as const) {
      expect((await viewer(method, path, body)).status, `${method} ${path}`).toBe(403)
    }
    expect((await stranger('GET', '/studio/overlays')).status).toBe(401)
  })

  it('bodies that are wrong or too large are named', async () => {
    const { postUrl, id } = await made('alert')
    const large = await stranger('POST', postUrl, { title: 'x', text: 'y'.repeat(80_000) })
    expect(large).toMatchObject({ status: 413, body: { code: 'request.too_large' } })
    const long = await stranger('POST', postUrl, { title: 'x'.repeat(121) })
    expect(long).toMatchObject({ status: 400, body: { code: 'request.invalid', detail: expect.stringContaining('body.title') } })
    expect((await stranger('POST', postUrl, { title: 'x', image: 'javascript:alert(1)' })).body.detail).toContain('body.image')
    expect((await stranger('POST', postUrl, { headline: 'x' })).body.detail).toContain('headline')
    expect((await stranger('POST', postUrl, '{')).status).toBe(400)
    expect((await editor('PATCH', `/studio/overlays/${id}`, { settings: { accent: 'red' } })).body.detail).toContain('settings.accent')
    expect((await editor('POST', '/studio/overlays', { kind: 'confetti', name: 'x' })).body.detail).toMatch(/lower-third, alert/)
    const flood = await Promise.all(Array.from({ length: 120 }, () => stranger('POST', postUrl, { clear: true })))
    expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([200, 429]))
  })

  it('an editor reads no data from where editors may not; an admin does, by URL and WebSocket', async () => {
    const settings = { source: 'url', url: `${dataUrl}/score`, path: 'score', intervalMs: 1000 }
    for (const url of [settings.url, 'http://localhost:1/', 'http://169.254.169.254/latest', `${host.http}/api/v1/studio`]) {
      const denied = await editor('POST', '/studio/overlays', { kind: 'number', name: 'x', settings: { ...settings, url } })
      expect(denied, url).toMatchObject({ status: 403, body: { code: 'url.forbidden' } })
    }
    const { id, url } = await made('number', settings, undefined, admin)
    await until(
      async () => (await overlay(id)).state.value === 7,
      () => 'the number is not read',
    )
    answer = 'name,score\nOtters,12'
    expect((await editor('PATCH', `/studio/overlays/${id}`, { settings: { path: '[-1].score', label: 'Otters' } })).status).toBe(200)
    await until(
      async () => (await overlay(id)).state.value === 12,
      () => 'the CSV is not read',
    )
    const page = await opened(url)
    await page.locator('.nu-value', { hasText: '12' }).waitFor()
    await page.close()
    answer = 'no number'
    let problem = ''
    await until(
      async () => {
        problem = (await overlay(id)).data.problem ?? ''
        return /The data/.test(problem)
      },
      () => `the problem is "${problem}"`,
    )
    const moved = await editor('PATCH', `/studio/overlays/${id}`, { settings: { url: `${dataUrl}/other` } })
    expect(moved).toMatchObject({ status: 403, body: { code: 'url.forbidden' } })

    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    server.on('connection', (socket) => socket.send('{"points": [{"label": "a", "value": 3}]}'))
    await new Promise((resolve) => server.once('listening', resolve))
    const address = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const chart = await made('chart', { source: 'websocket', url: address, path: 'points' }, undefined, admin)
    await until(
      async () => (await overlay(chart.id)).state.points[0]?.value === 3,
      () => 'the WebSocket is not read',
    )
    // An editor who writes the URL of the host's own API as data of theirs is not its owner: nor is an admin.
    const own = await made('table', { source: 'url', url: `${host.http}/api/v1/studio`, intervalMs: 1000 }, undefined, admin)
    await until(
      async () => /answers 401/.test((await overlay(own.id)).data.problem ?? ''),
      () => 'the host took its own request',
    )
    for (const each of [id, chart.id, own.id]) await editor('DELETE', `/studio/overlays/${each}`)
    server.close()
  })
})

describe('on air', () => {
  /** Colour of the program at a place, in shares of its width and height. */
  async function airAt(x: number, y: number): Promise<readonly number[]> {
    const reply = await fetch(`${host.http}/api/v1/studio/screenshot?type=png&width=640`, {
      headers: { authorization: `Bearer ${editorToken}` },
    })
    if (!reply.ok) return [0, 0, 0]
    const { data: pixels, info } = await sharp(Buffer.from(await reply.arrayBuffer()))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels
    return [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!]
  }
  const isNear = (one: readonly number[], other: readonly number[]) => one.every((value, index) => Math.abs(value - other[index]!) < 30)
  async function untilAir(x: number, y: number, color: readonly number[]): Promise<void> {
    let seen: readonly number[] = []
    await until(
      async () => {
        seen = await airAt(x, y)
        return isNear(seen, color)
      },
      () => `the program is ${seen} at ${x}, ${y}`,
      120_000,
    )
  }

  it('a source that an editor added shows the overlay, follows posts, renewed URLs and a restart of the host', async () => {
    const look = { background: '#0000ff', accent: '#00ff00', second: '#ff0000', opacity: 100 }
    const { id, postUrl } = await made('goal', { ...look, label: '', percent: false }, { value: 0, target: 10 })
    const collection = {
      format: 'ami-streams/collection',
      version: 1,
      name: 'Overlays',
      canvases: [{ id: 'main', name: 'Main', width: 640, height: 360 }],
      scenes: [{ id: 'show', name: 'Show', items: [{ source: 'goal' }] }],
      sources: [{ id: 'goal', name: 'Goal', kind: 'browser', settings: { url: `/overlay/${id}`, width: 640, height: 120, sound: false } }],
    }
    expect((await editor('POST', '/studio/collections', { name: 'Overlays', collection })).status).toBe(201)
    expect((await editor('POST', '/studio/collections/Overlays/open', {})).status).toBe(200)
    // The panel is blue; the bar is behind it at 40 % of its width once it has come so far.
    await untilAir(0.5, 0.08, [0, 0, 255])
    await stranger('POST', postUrl, { value: 10 })
    await untilAir(0.1, 0.2, [0, 255, 0])
    expect((await overlay(id)).pages).toBe(1)
    expect((await editor('POST', `/studio/overlays/${id}/links`, { renew: 'both' })).status).toBe(200)
    await editor('PATCH', `/studio/overlays/${id}`, { settings: { background: '#ff00ff' } })
    await untilAir(0.5, 0.08, [255, 0, 255])

    // What is shared and deleted comes back by its file, and is on air again.
    const file = await editor('GET', `/studio/overlay-file?ids=${id}`)
    const before = await overlay(id)
    expect(JSON.stringify(file.body)).not.toMatch(/token/i)
    expect((await editor('DELETE', `/studio/overlays/${id}`)).status).toBe(204)
    const imported = await editor('POST', '/studio/overlay-file', file.body)
    expect(imported.status).toBe(201)
    const { createdAt: _one, pages: _two, ...same } = imported.body.items[0]
    const { createdAt: _three, pages: _four, ...wanted } = before
    expect(same).toEqual(wanted)
    await editor('PATCH', `/studio/overlays/${id}`, { settings: { background: '#ffff00' } })
    await untilAir(0.5, 0.08, [255, 255, 0])
    expect((await editor('POST', '/studio/overlay-file', { ...file.body, format: 'x' })).status).toBe(400)
    expect((await editor('POST', '/studio/overlay-file', { ...file.body, overlays: [] })).body.code).toBe('studio.overlay_file_invalid')

    await host.kill('SIGTERM')
    host = await startHost({ name: 'studio-overlays', dataDir, args: ['--auth', 'on'] })
    adminToken = JSON.parse(readFileSync(join(dataDir, 'host.json'), 'utf8')).token
    expect((await overlay(id)).state).toEqual({ value: 10, target: 10 })
    await untilAir(0.5, 0.08, [255, 255, 0])
  })

  it('a creator adds one on the studio page, changes it there, and undoes it', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    page.setDefaultTimeout(60_000)
    await page.goto(String(host.ready.signInUrl))
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('add-source').click()
    await page.getByTestId('overlay-kind-lower-third').click()
    const preview = page.frameLocator('[data-testid="overlay-preview"]')
    await preview.locator('.lt-title', { hasText: 'Ada Lovelace' }).waitFor()
    await page.getByTestId('overlay-name').fill('Speaker')
    await page.getByTestId('overlay-title').fill('Hedy Lamarr')
    await page.getByTestId('palette-ember').click()
    await preview.locator('.lt-title', { hasText: 'Hedy Lamarr' }).waitFor()
    await preview.locator('.lt-panel[data-state="in"]').waitFor()
    await screenshot(page, 'overlay-add')
    await page.getByTestId('add-overlay').click()
    await page.getByTestId('add-overlay-dialog').waitFor({ state: 'detached' })
    const sources = async () =>
      (await editor('GET', '/studio/collection')).body.collection.sources as readonly { settings: { url: string; width: number } }[]
    const added = (await sources()).at(-1)
    expect(added?.settings).toMatchObject({ url: expect.stringMatching(/^\/overlay\/[a-z0-9]+$/), width: 320 })
    const id = added?.settings.url.split('/').at(-1) ?? ''
    expect(await overlay(id)).toMatchObject({ name: 'Speaker', state: { title: 'Hedy Lamarr' }, settings: { accent: '#ff5d3b' } })
    await until(
      async () => (await overlay(id)).pages === 1,
      () => 'its page is not on air',
      120_000,
    )

    // The preview takes no key: Escape closes the dialog.
    await page.getByTestId('add-source').click()
    await page.getByTestId('overlay-kind-chart').click()
    await preview.locator('canvas').waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('add-overlay-dialog').waitFor({ state: 'detached' })

    await page.getByTestId('edit-overlays').click()
    const dialog = page.getByTestId('overlays-dialog')
    await dialog.locator('[data-testid="overlay"] button', { hasText: 'Speaker' }).click()
    await page.getByTestId('control-title').fill('Mae Jemison')
    await page.getByTestId('control-show').click()
    await preview.locator('.lt-title', { hasText: 'Mae Jemison' }).waitFor()
    await screenshot(page, 'overlays-dialog')
    await page.getByTestId('control-hide').click()
    await until(
      async () => (await overlay(id)).state.visible === false,
      () => 'it is not hidden',
    )
    await dialog.locator('[data-setting="design"]').selectOption('card')
    await until(
      async () => (await overlay(id)).settings.design === 'card',
      () => 'the design is not changed',
    )
    const download = page.waitForEvent('download')
    await page.getByTestId('export-overlay').click()
    const saved = await (await download).path()
    expect(JSON.parse(readFileSync(saved, 'utf8')).overlays[0]).toMatchObject({ id, name: 'Speaker' })
    await page.getByTestId('overlay-file').setInputFiles(saved)
    await dialog.getByTestId('overlay').filter({ hasText: 'Speaker' }).nth(1).waitFor()
    await page.setViewportSize({ width: 1920, height: 1080 })
    await page.emulateMedia({ colorScheme: 'light' })
    await screenshot(page, 'overlays-dialog-light')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    const count = (await sources()).length
    await page.getByTestId('undo').click()
    await until(
      async () => (await sources()).length === count - 1,
      () => 'it is not undone',
    )
    await page.close()
  })
})
