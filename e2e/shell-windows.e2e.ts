import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser } from './helpers/browser.ts'
import { type DesktopSession, desktopMissing, type SessionProgram, startDesktop } from './helpers/desktop-session.ts'
import { artifacts, root } from './helpers/paths.ts'
import { skipBecause } from './helpers/skip.ts'
import { look } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

const missing = desktopMissing('xdotool', 'chromium')
const ports = ['--http-port', '0', '--rtmp-port', '0', '--https-port', 'off', '--rtmps-port', 'off', '--srt-port', 'off']
const color = (id: string, rgb: string) => ({ id, name: id, kind: 'color', settings: { color: rgb, width: 320, height: 180 } })
const item = (source: string) => ({ source, bounds: { fit: 'stretch', width: 320, height: 180 } })
const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Displays',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 320, height: 180, scene: 'red' }],
  sources: [color('reds', '#c0392b'), color('greens', '#27ae60')],
  scenes: [
    { id: 'red', name: 'Red', items: [item('reds')] },
    { id: 'green', name: 'Green', items: [item('greens')] },
  ],
}
const right = { id: 'RIGHT', x: 1280 }

/** Two displays of 1280x720, side by side. */
describe('windows of the desktop shell', () => {
  let desktop: DesktopSession
  let dataDir: string
  let program: SessionProgram

  const said = (what: string) => () => `in vain: ${what}\n${program.said()}`
  const cli = (...args: string[]) => [join(root, 'dist/host/main.js'), ...args, '--data', dataDir]
  const start = (): SessionProgram => desktop.spawn(process.execPath, [join(root, 'bin/streams.mjs'), 'start', '--data', dataDir, ...ports])
  const run = async (name: string, ...args: string[]): Promise<string> => {
    const one = desktop.spawn(name, args)
    await one.ended
    return one.said().trim()
  }
  const streams = async (...args: string[]): Promise<{ code: number | string; said: string }> => {
    const one = desktop.spawn(process.execPath, cli(...args))
    return { code: await one.ended, said: one.said() }
  }
  const call = async (method: string, path: string, body?: unknown): Promise<any> => {
    const { url, token } = JSON.parse(readFileSync(join(dataDir, 'host.json'), 'utf8'))
    const headers = { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' }
    const reply = await fetch(`${url}/api/v1${path}`, {
      method,
      headers,
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    })
    return reply.status === 204 ? undefined : { status: reply.status, ...((await reply.json()) as object) }
  }
  const shell = async (): Promise<any> => (await call('GET', '/shell')).shell
  const kept = (): any => JSON.parse(readFileSync(join(dataDir, 'desktop/windows.json'), 'utf8')).windows
  /** X windows of a browser, by the process that the program notes. */
  const xWindow = async (id: string): Promise<string | undefined> => {
    const { pid } = kept()[id] ?? {}
    if (pid === undefined) return undefined
    return (await run('xdotool', 'search', '--all', '--onlyvisible', '--pid', String(pid), '--class', '^ami-streams$'))
      .split('\n')
      .find((each) => /^\d+$/.test(each))
  }
  const geometry = async (id: string): Promise<Record<string, number>> => {
    const window = await xWindow(id)
    const text = window === undefined ? '' : await run('xdotool', 'getwindowgeometry', '--shell', window)
    return Object.fromEntries([...text.matchAll(/^(\w+)=(-?\d+)$/gm)].map(([, name, value]) => [name!, Number(value)]))
  }
  const nameOf = async (id: string): Promise<string> => run('xdotool', 'getwindowname', (await xWindow(id)) ?? '0')
  const middleOf = async (x: number): Promise<string> => (await desktop.pixels(x + 640, 360, 1, 1))[0]!
  const isNear = (seen: string, wanted: string): boolean =>
    [0, 2, 4].every((at) => Math.abs(Number.parseInt(seen.slice(at, at + 2), 16) - Number.parseInt(wanted.slice(at, at + 2), 16)) < 20)
  const projector = async (): Promise<any> => (await shell())?.windows.find(({ view }: any) => view.kind === 'projector')
  const untilHost = (): Promise<unknown> => until(async () => (await shell().catch(() => null)) !== null, said('a host with a desktop'))

  beforeAll(async () => {
    if (missing !== undefined) return
    dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
    desktop = await startDesktop({
      width: 2560,
      displays: [
        { name: 'LEFT', x: 0, y: 0, width: 1280, height: 720, primary: true },
        { name: right.id, x: right.x, y: 0, width: 1280, height: 720 },
      ],
    })
    program = start()
    await untilHost()
    await call('POST', '/studio/collections', { name: 'Displays', collection })
    await call('POST', '/studio/collections/Displays/open')
  })
  afterAll(async () => {
    await desktop?.stop()
    if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  })
  const needsDesktop = (context: TestContext): void => {
    if (missing !== undefined) skipBecause(context, missing)
  }

  it('knows the displays, and notes where its main window is', async (context) => {
    needsDesktop(context)
    await until(async () => (await shell()).windows.length === 1, said('the main window'))
    expect((await shell()).displays.map(({ id, bounds, primary }: any) => [id, bounds.x, primary])).toEqual([
      ['LEFT', 0, true],
      [right.id, right.x, false],
    ])
    const window = await until(() => xWindow('main'), said('the X window'))
    await run('xdotool', 'windowsize', '--sync', window, '900', '600', 'windowmove', '--sync', window, '1400', '60')
    await until(
      () => kept().main.state?.display?.id === right.id,
      () => `the place is noted: ${JSON.stringify(kept())}`,
    )
  })

  it('comes to the front by a second start, which starts no second host', async (context) => {
    needsDesktop(context)
    const other = desktop.spawn('chromium', [
      '--no-sandbox',
      '--no-first-run',
      `--user-data-dir=${desktop.folder}/other`,
      'data:text/html,other',
    ])
    const front = async (): Promise<string> => run('xdotool', 'getactivewindow')
    const main = await xWindow('main')
    await until(async () => /^\d+$/.test(await front()) && (await front()) !== main, 'another window has the focus')
    const { code, said: text } = await streams('start', ...ports)
    expect([code, text]).toEqual([0, expect.stringContaining('A host is running already')])
    await until(async () => (await front()) === main, 'the window is in front')
    expect((await shell()).windows).toHaveLength(1)
    await other.end()
  })

  it('shows what a link leads to, and rejects one that leads elsewhere', async (context) => {
    needsDesktop(context)
    expect(await streams('open', 'ami-streams://open/keys')).toMatchObject({ code: 0 })
    await until(async () => (await nameOf('main')).includes('Keys'), said('the section of the link'))
    for (const link of ['ami-streams://open/keys?delete=all', 'ami-streams://golive/now', 'https://example.org/'])
      expect(await streams('open', link), link).toMatchObject({ code: 1, said: expect.stringContaining('link') })
    expect(await nameOf('main')).toContain('Keys')
    await streams('open', 'ami-streams://open/studio')
    await until(async () => (await nameOf('main')).includes('Studio'), said('the studio'))
  })

  it('says in a window what is wrong with a link that was clicked, where the desktop shows no notifications', async (context) => {
    needsDesktop(context)
    const one = desktop.spawn(process.execPath, cli('open', '--from-desktop', 'ami-streams://golive/now'), {
      DBUS_SESSION_BUS_ADDRESS: '',
    })
    const message = await until(
      async () =>
        (await run('xdotool', 'search', '--onlyvisible', '--name', 'The link cannot be opened')).split('\n').find((id) => /^\d+$/.test(id)),
      () => `the message: ${one.said()}`,
    )
    await run('xdotool', 'windowkill', message)
    expect([await one.ended, one.said()]).toEqual([1, expect.stringContaining('link.invalid')])
  })

  it('projects the program or a scene full screen on the display that was chosen, until Escape', async (context) => {
    needsDesktop(context)
    const open = (of: string, id: string) =>
      call('POST', '/shell/windows', { view: { kind: 'projector', of, id }, display: right.id, fullScreen: true })
    await open('program', 'main')
    const { id } = await until(projector, said('the projector'))
    await until(async () => isNear(await middleOf(right.x), 'c0392b'), said('the program on the right display'))
    await until(async () => (await geometry(id)).X !== undefined, said('the place of the projector'))
    expect(await geometry(id)).toMatchObject({ X: right.x, Y: 0, WIDTH: 1280, HEIGHT: 720 })
    await desktop.screenshot(join(artifacts, 'desktop-projector.png'))
    await run('xdotool', 'windowfocus', '--sync', (await xWindow(id))!, 'key', 'Escape')
    await until(async () => (await projector()) === undefined, said('Escape closes it'))
    // A scene that is not on air.
    await open('scene', 'green')
    await until(async () => isNear(await middleOf(right.x), '27ae60'), said('the scene on the right display'))
  })

  it('is back with its windows after its browser or the host was killed', async (context) => {
    needsDesktop(context)
    const { id } = await projector()
    await call('PATCH', `/shell/windows/${id}`, { reopens: true })
    const before = kept()
    process.kill(before.main.pid, 'SIGKILL')
    await until(() => kept().main.pid !== undefined && kept().main.pid !== before.main.pid, said('another main window'))
    await until(() => xWindow('main'), said('it is seen'))
    const { pid } = await call('GET', '/host')
    const windows = kept()
    process.kill(pid, 'SIGKILL')
    await until(async () => (await call('GET', '/host').catch(() => ({ pid }))).pid !== pid, said('another host'))
    await until(async () => (await shell())?.windows.length === 2, said('it has the windows of the one before'))
    expect([kept().main.pid, kept()[id].pid]).toEqual([windows.main.pid, windows[id].pid])
  })

  it('opens what was open where it was with the next start', async (context) => {
    needsDesktop(context)
    const { main } = kept()
    await program.end()
    program = start()
    await untilHost()
    const { id } = await until(projector, said('the projector is back'))
    await until(async () => (await geometry(id)).X === right.x && (await geometry('main')).WIDTH !== undefined, said('both windows'))
    const { X, Y, WIDTH, HEIGHT } = await geometry('main')
    const { x, y, width, height } = main.state.bounds
    expect(main.state.display.id).toBe(right.id)
    for (const [is, was] of [
      [X, x],
      [Y, y],
      [WIDTH, width],
      [HEIGHT, height],
    ])
      expect(Math.abs(is! - was)).toBeLessThan(40)
    await desktop.screenshot(join(artifacts, 'shell-windows-back.png'))
  })

  it('asks before it imports a collection file that was opened', async (context) => {
    needsDesktop(context)
    const { url, token } = JSON.parse(readFileSync(join(dataDir, 'host.json'), 'utf8'))
    const bundle = await fetch(`${url}/api/v1/studio/collections/Displays/bundle`, { headers: { authorization: `Bearer ${token}` } })
    expect(bundle.headers.get('content-disposition')).toContain('Displays.ami-collection')
    const file = join(desktop.folder, 'Evening.ami-collection')
    writeFileSync(file, Buffer.from(await bundle.arrayBuffer()))
    expect(await streams('open', file)).toMatchObject({ code: 0 })
    expect((await call('GET', '/studio/collections')).items).toHaveLength(1)
    // The same page, where a test can read it.
    const sent = await call('POST', '/studio/uploads', { name: 'Evening.ami-collection', bytes: readFileSync(file).length, bundle: true })
    await fetch(`${url}/api/v1/studio/uploads/${sent.id}/bytes?offset=0`, {
      method: 'PUT',
      headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/octet-stream' },
      body: readFileSync(file),
    })
    const browser = await launchBrowser()
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
      await page.goto(`${url}/studio?import=${sent.id}`)
      const dialog = page.getByTestId('ask-import')
      await dialog.getByText('2 scenes, 2 sources').waitFor()
      expect(await findingsInBothThemes(page)).toEqual([])
      await look(page, 'desktop-import')
      expect((await call('GET', '/studio/collections')).items).toHaveLength(1)
      await page.getByTestId('ask-import-yes').click()
      await page.getByTestId('import-report').waitFor()
      expect((await call('GET', '/studio/collections')).items).toHaveLength(2)
      // What a link asks for, and the displays.
      await page.goto(`${url}/studio?collection=Displays-2`)
      await page.getByTestId('ask-open').waitFor()
      expect(await findingsInBothThemes(page)).toEqual([])
      await page.getByTestId('ask-open-no').click()
      await page.getByTestId('windows-open').click()
      const choice = page.getByTestId('windows-dialog')
      await choice.getByText('display 2 (RIGHT, 1280 × 720)').first().waitFor()
      expect(await choice.getByTestId('windows-entry').count()).toBe(1)
      expect(await findingsInBothThemes(page)).toEqual([])
      await look(page, 'shell-windows-dialog')
      await choice.getByTestId('windows-what').selectOption('multiview')
      await choice.getByText('A window on the desktop').click()
      await choice.getByTestId('windows-act').click()
      await until(async () => (await shell()).windows.some(({ view }: any) => view.kind === 'multiview'), said('the multiview'))
      await until(async () => (await nameOf('multiview')).includes('Multiview'), said('its window'))
      await page.goto(`${url}/projector?source=greens`)
      await page.locator('.projector canvas[data-loaded="true"]').waitFor()
      expect(await findingsInBothThemes(page)).toEqual([])
    } finally {
      await browser.close()
    }
  })
})
