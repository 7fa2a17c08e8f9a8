import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Item } from '../src-main/api/typed-api.ts'
import { complaints, launchBrowser, screenshot, sidewaysPx } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type PrivatePipeWire, pipeWireMissing, startPipeWire } from './helpers/pipewire.ts'
import { type Show, showOf, smallVideo } from './helpers/show.ts'
import { skipBecause } from './helpers/skip.ts'
import { type SlowNetwork, slowNetwork } from './helpers/slow-network.ts'
import { until } from './helpers/until.ts'
import { workersOf } from './helpers/workers.ts'

type Finding = Item<'/health/findings'>

/** Keeps a core busy, and answers all the same. */
const busyPage = '<script>setInterval(() => { const end = performance.now() + 180; while (performance.now() < end); }, 200)</script>busy'

const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Evening',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360, scene: 'talk' }],
  scenes: [
    { id: 'talk', name: 'Talk', items: [{ source: 'card' }] },
    { id: 'pause', name: 'Pause', items: [{ source: 'card' }] },
  ],
  sources: [
    { id: 'card', name: 'Card', kind: 'test-pattern', settings: { width: 640, height: 360 } },
    { id: 'voice', name: 'Voice', kind: 'microphone', settings: { device: 'desk-mic' } },
  ],
}

/** Waits until a rule has found something; answers it. */
const untilFound = (host: RunningHost, code: string): Promise<Finding> => {
  let items: readonly Finding[] = []
  return until(
    async () => {
      items = (await host.api('GET', '/health/findings')).body.items
      return items.find((each) => each.code === code)
    },
    () => `no ${code} in ${JSON.stringify(items)}`,
    150_000,
  )
}
const untilGone = (host: RunningHost, code: string): Promise<true> => {
  let items: readonly Finding[] = []
  return until(
    async () => {
      items = (await host.api('GET', '/health/findings')).body.items
      return !items.some((each) => each.code === code)
    },
    () => `still ${code} in ${JSON.stringify(items)}`,
    150_000,
  )
}

describe('health', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ami-health-'))
  const small = join(folder, 'small')
  const missing = pipeWireMissing()
  let mounted = false
  let pipeWire: PrivatePipeWire | undefined
  let host: RunningHost
  let show: Show
  let pages: Server
  let network: SlowNetwork
  let browser: Browser
  let page: Page
  let said: string[]

  const edit = async (at: string, changes: object): Promise<void> => {
    const reply = await host.api('POST', '/studio/edits', { edits: [{ do: 'change', at, changes }] })
    expect(reply.status).toBeLessThan(300)
  }
  const card = (code: string) => page.locator(`[data-testid="finding"][data-code="${code}"]`)

  beforeAll(async () => {
    mkdirSync(small)
    mounted = process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', small]).status === 0
    if (missing === undefined) pipeWire = await startPipeWire()
    await pipeWire?.addMicrophone('desk-mic', 'Desk microphone')
    pages = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(request.url === '/busy' ? busyPage : 'calm')
    })
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
    host = await startHost({ name: 'health', env: { DISPLAY: '', WAYLAND_DISPLAY: '', ...pipeWire?.env } })
    network = await slowNetwork(host.rtmpPort, { downKbps: 1000, upKbps: 500 })
    const made = await host.api('POST', '/studio/collections', { name: 'evening', collection })
    expect(made.status).toBeLessThan(300)
    await host.api('POST', '/studio/collections/evening/open', {})
    show = showOf(host)
    browser = await launchBrowser()
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark', reducedMotion: 'reduce' })
    page = await context.newPage()
    page.setDefaultTimeout(90_000)
    said = complaints(page)
    await page.goto(`${host.http}/health`)
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
    await network?.close()
    pages?.close()
    pages?.closeAllConnections()
    await pipeWire?.stop()
    if (mounted) spawnSync('umount', ['-l', small])
    rmSync(folder, { recursive: true, force: true })
  })

  /** What goes wrong here goes wrong at once: a rule speaks after some readings, five seconds apart. */
  async function causeAll(): Promise<void> {
    const key = await host.key('elsewhere')
    const settings = { url: `rtmp://127.0.0.1:${network.port}/live`, key, adaptive: false }
    await show.add('away', 'rtmp', settings, { name: 'Twitch', video: { ...smallVideo, bitrateKbps: 2000 } })
    await show.add('talk', 'recording', { folder, name: 'talk' }, { name: 'Talk' })
    if (mounted) await show.add('file', 'recording', { folder: small, name: 'evening' }, { name: 'Recording' })
    const { port } = pages.address() as AddressInfo
    const source = {
      id: 'page',
      name: 'Overlay',
      kind: 'browser',
      settings: { url: `http://127.0.0.1:${port}/busy`, width: 320, height: 180 },
    }
    const reply = await host.api('POST', '/studio/edits', {
      edits: [
        { do: 'add', to: 'sources', value: source },
        { do: 'add', to: 'scenes/talk/items', value: { source: 'page' } },
      ],
    })
    expect(reply.status).toBeLessThan(300)
    for (const id of ['away', 'talk', ...(mounted ? ['file'] : [])]) await show.start(id)
  }

  it('says that an upload is too small, and its button lowers the bitrate, which can be undone', async () => {
    await causeAll()
    const finding = await untilFound(host, 'upload.too_small')
    expect(finding).toMatchObject({ severity: 'error', about: { kind: 'output', id: 'away', name: 'Twitch' }, params: { wanted: 2000 } })
    expect(finding.params.advised).toBeLessThan(1700)
    await page.setViewportSize({ width: 1280, height: 720 })
    await card('upload.too_small').waitFor()
    await screenshot(page, 'health-1280-dark')
    await card('upload.too_small').getByTestId('apply-fix').click()
    const bitrate = async () =>
      (await host.api('GET', '/studio/collection')).body.collection.outputs.find(({ id }) => id === 'away')?.video?.bitrateKbps
    await until(async () => ((await bitrate()) ?? 2000) < 1700, 'the bitrate is lowered')
    await host.api('POST', '/studio/undo', {})
    expect(await bitrate()).toBe(2000)
    network.shape({ downKbps: 100_000, upKbps: 100_000 })
  })

  it('counts the minutes that a disk lasts while something is recorded', async (context) => {
    if (!mounted) skipBecause(context, 'this user may not mount a small file system')
    const finding = await until(async () => {
      const now = await untilFound(host, 'disk.full_soon')
      return Number(now.params.minutes) >= 0 && now
    }, 'minutes are counted')
    expect(finding.params.minutes).toBeLessThan(30)
    expect(finding.about).toMatchObject({ kind: 'disk', name: small })
    await show.stop('file')
  })

  it('hears that a microphone on air is silent, until somebody speaks', async (context) => {
    if (missing !== undefined || pipeWire === undefined) skipBecause(context, missing ?? 'no PipeWire')
    const finding = await untilFound(host, 'microphone.silent')
    expect(finding.about).toMatchObject({ id: 'voice', name: 'Voice' })
    const tone = await pipeWire.playTone(440, { on: 'desk-mic', level: 0.25 })
    await untilGone(host, 'microphone.silent')
    await tone.remove()
  })

  it('says nothing more of what is over', async () => {
    for (const code of ['upload.too_small', 'disk.full_soon']) {
      await untilGone(host, code)
      await card(code).waitFor({ state: 'detached' })
    }
    for (const id of ['away', 'talk']) await show.stop(id)
  })

  it('finds a page that keeps a core busy, and names its source', async () => {
    const { port } = pages.address() as AddressInfo
    const finding = await untilFound(host, 'browser.costly')
    expect(finding.about).toMatchObject({ kind: 'source', id: 'page', name: 'Overlay' })
    expect(finding.params.percent).toBeGreaterThanOrEqual(28)
    await edit('sources/page', { settings: { url: `http://127.0.0.1:${port}/calm` } })
    await untilGone(host, 'browser.costly')
    await host.api('POST', '/studio/edits', { edits: [{ do: 'remove', at: 'sources/page' }] })
  })

  it('reports a process that was lost, with a mark, until somebody dismisses it', async () => {
    const [pid] = await until(() => {
      const found = workersOf(host, 'studio-worker')
      return found.length > 0 && found
    }, 'the studio runs')
    process.kill(pid!, 'SIGKILL')
    const finding = await untilFound(host, 'process.restarted')
    expect(finding).toMatchObject({ passing: true, about: { name: 'studio' }, params: { times: 1 } })
    await show.switchTo('pause')
    await page.locator('[data-testid="marks"] [data-kind="process"]').first().waitFor()
    await page.locator('[data-testid="marks"] [data-kind="scene"]').filter({ hasText: 'Pause' }).first().waitFor()
    await page.locator('[data-testid="health-chip"]:visible').first().waitFor()
    await card('process.restarted').getByTestId('dismiss-finding').click()
    await card('process.restarted').waitFor({ state: 'detached' })
    await untilGone(host, 'process.restarted')
  })

  it('draws the last hour, to be read by pointer, by keys and as tables', async () => {
    await page.getByTestId('chart-cpu').waitFor()
    await page.waitForFunction(
      () => [...document.querySelectorAll('[data-testid="chart-cpu"] path')].some((each) => (each.getAttribute('d') ?? '').includes('L')),
      undefined,
      { timeout: 60_000 },
    )
    const chart = page.getByTestId('chart-cpu').getByRole('img')
    await chart.focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await page.waitForFunction(() => /%/.test(document.querySelector('[data-testid="chart-cpu"] [aria-live]')?.textContent ?? ''))
    // One crosshair in all charts.
    await page.waitForFunction(
      () => document.querySelectorAll('.chart .cross').length === document.querySelectorAll('[data-testid="health-charts"] .chart').length,
    )
    await page.getByTestId('chart-cpu').locator('summary').click()
    await page.getByTestId('chart-cpu').locator('tbody tr').first().waitFor()
    await page.getByTestId('chart-cpu').locator('summary').click()
    await page.getByTestId('processes').getByText('studio', { exact: true }).waitFor()
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize({ width: 1920, height: 1080 })
    await screenshot(page, 'health-1920-light')
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await sidewaysPx(page)).toBe(0)
    await screenshot(page, 'health-phone')
    await page.setViewportSize({ width: 1280, height: 720 })
    await page.emulateMedia({ colorScheme: 'dark' })
  })

  it('shows the log, filtered and following, and saves it', async () => {
    await page.goto(`${host.http}/log`)
    await page.getByTestId('log-line').first().waitFor()
    await page.getByTestId('log-text').fill('zebra-crossing')
    await page.getByTestId('log-line').first().waitFor({ state: 'detached' })
    // A line that comes while the page looks.
    await host.api('POST', '/live/keys', { stream: 'zebra-crossing' })
    await page.getByTestId('log-line').filter({ hasText: 'zebra-crossing' }).first().waitFor()
    const download = page.waitForEvent('download')
    await page.getByTestId('log-export-text').click()
    const text = readFileSync(await (await download).path(), 'utf8')
    expect(text).toMatch(/INFO .*zebra-crossing/)
    expect(
      text
        .trim()
        .split('\n')
        .every((line) => line.includes('zebra-crossing')),
    ).toBe(true)
    await page.getByTestId('log-text').fill('')
    await page.getByTestId('log-level').selectOption('warn')
    await until(
      async () =>
        (await page.getByTestId('log-line').evaluateAll((lines) => lines.map((each) => each.getAttribute('data-level')))).every(
          (level) => level !== 'info',
        ),
      'only warnings are shown',
    )
    await page.getByTestId('log-level').selectOption('debug')
    await page.getByTestId('log-line').first().waitFor()
    await screenshot(page, 'log-1280-dark')
    expect(said.filter((line) => !/Failed to load resource|ERR_/.test(line))).toEqual([])
  })

  it('saves a report that has no secret in it', async () => {
    const planted = {
      'password in a URL': 'hunter2-hunter2',
      'host of a destination': 'ingest.secret-service.example',
      'stream key': 'live_98765_SecretKeyOfMine',
      'token in the URL of a page': 'tok-abcdef-123456',
      'passphrase': 'open sesame please',
    }
    const streamKey = await host.key('planted')
    const token = (await host.api('POST', '/tokens', { label: 'planted', role: 'viewer' })).body.secret
    await show.add('sealed', 'rtmp', {
      url: `rtmp://${planted['host of a destination']}/live`,
      key: planted['stream key'],
    })
    await show.add('sealed-srt', 'srt', {
      url: `srt://${planted['host of a destination']}:9000`,
      passphrase: planted.passphrase,
    })
    // It fails, and says so in the log.
    await show.start('sealed')
    await show.until('sealed', ({ error }) => error !== null)
    await host.api('POST', '/studio/edits', {
      edits: [
        {
          do: 'add',
          to: 'sources',
          value: {
            id: 'secret-page',
            kind: 'browser',
            settings: {
              url: `https://joe:${planted['password in a URL']}@overlay.example/?token=${planted['token in the URL of a page']}`,
              whenHidden: 'close',
            },
          },
        },
      ],
    })
    const made = await host.api('POST', '/live/streams/elsewhere/destinations', {
      template: 'custom',
      url: `rtmp://${planted['host of a destination']}/app`,
      key: planted['stream key'],
    })
    expect(made.status).toBeLessThan(300)
    const reply = await fetch(`${host.http}/api/v1/health/report`)
    expect(reply.headers.get('content-disposition')).toMatch(/attachment; filename="ami-streams-report-.*\.json"/)
    const text = await reply.text()
    for (const [what, secret] of Object.entries({ ...planted, 'stream key of the host': streamKey, token })) {
      expect(text.includes(secret), what).toBe(false)
    }
    const runtime = JSON.parse(readFileSync(join(host.dataDir, 'host.json'), 'utf8')).token as string
    expect(text.includes(runtime), 'token of this run').toBe(false)
    const report = JSON.parse(text)
    expect(report).toMatchObject({
      report: 'ami-streams/health',
      versions: { node: process.version },
      document: { scenes: expect.any(Array) },
    })
    expect(report.doctor.map(({ name }: { name: string }) => name)).toContain('media engine')
    expect(report.figures.times.length).toBeGreaterThan(3)
    expect(report.log.length).toBeGreaterThan(10)
  })
})

describe('what a viewer sees of the health', () => {
  it('is what is wrong, not the log nor the report', async () => {
    const host = await startHost({ name: 'health-roles', args: ['--auth', 'on'] })
    try {
      const { token } = JSON.parse(readFileSync(join(host.dataDir, 'host.json'), 'utf8')) as { token: string }
      const ask = (path: string, secret: string, method = 'GET', body?: object) =>
        fetch(`${host.http}/api/v1${path}`, {
          method,
          headers: { 'authorization': `Bearer ${secret}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
      const secretOf = async (role: string): Promise<string> =>
        ((await (await ask('/tokens', token, 'POST', { label: role, role })).json()) as { secret: string }).secret
      const statusesOf = async (secret: string) =>
        Promise.all(
          ['/health/findings', '/health/figures', '/health/log', '/health/report'].map(async (path) => (await ask(path, secret)).status),
        )
      expect(await statusesOf(await secretOf('viewer'))).toEqual([200, 200, 403, 403])
      expect(await statusesOf(await secretOf('editor'))).toEqual([200, 200, 403, 403])
      expect(await statusesOf(token)).toEqual([200, 200, 200, 200])
      const dismiss = await ask('/health/findings/dismiss', await secretOf('viewer'), 'POST', { id: 'clock.stepped' })
      expect(dismiss.status).toBe(403)
    } finally {
      await host.stop()
    }
  })
})
