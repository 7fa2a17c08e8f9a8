import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from './helpers/browser.ts'
import { freePorts } from './helpers/command.ts'
import { askHost, type DoubledProgram, doubleHook, startDoubled } from './helpers/electron-double.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { root } from './helpers/paths.ts'
import { until } from './helpers/until.ts'

/** The built main and preload files of the desktop shell, on the Electron double: Electron itself runs in no test. */
describe.runIf(process.platform === 'linux')('the desktop shell with Electron, on its double', () => {
  let folder: string
  let dataDir: string
  let program: DoubledProgram
  let origin: string

  const call = (method: string, path: string, body?: unknown) => askHost(dataDir, method, path, body)
  const main = async () => (await program.report()).windows.find(({ preferences }) => preferences.preload !== undefined)
  const quit = async () => {
    await program.until('the menu', ({ icon }) => icon?.menu.some(({ label }) => label === 'Quit') === true)
    // It may be gone before it answers.
    await program.do({ do: 'menu', label: 'Quit' }).catch(() => undefined)
  }
  const untilMain = async () => until(main, () => `the main window: ${program.said()}`)

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ami-electron-'))
    dataDir = join(folder, 'data')
    program = startDoubled({ folder })
    await until(
      async () => (await call('GET', '/shell'))?.shell?.windows.length === 1,
      () => `a host with a window: ${program.said()}`,
    )
    origin = new URL(JSON.parse(readFileSync(join(dataDir, 'host.json'), 'utf8')).url).origin
  })
  afterAll(async () => {
    program?.child.kill('SIGTERM')
    await program?.ended
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  it('starts the host as a process of its own, and shows its page', async () => {
    const { pid } = await call('GET', '/host')
    expect(pid).not.toBe(program.child.pid)
    expect((await call('GET', '/shell')).endsWithShell).toBe(true)
    expect((await untilMain()).url).toContain(`${origin}/?window=main#`)
    expect((await program.report()).icon?.text).toContain('AMI Streams')
  })

  it('runs every page in a sandbox of its own, without Node, and gives the bridge to the main window alone', async () => {
    await call('POST', '/shell/windows', { view: { kind: 'multiview' }, display: '2' })
    const { windows, sandbox } = await program.until('a second window', ({ windows }) => windows.length === 2)
    expect(sandbox).toBe(true)
    for (const { preferences } of windows)
      expect(preferences).toMatchObject({
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInSubFrames: false,
        nodeIntegrationInWorker: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        navigateOnDragDrop: false,
      })
    for (const { preferences } of windows) expect(Object.keys(preferences)).not.toContain('enableBlinkFeatures')
    const [first, other] = windows
    expect([first!.preferences.preload, other!.preferences.preload]).toEqual([
      expect.stringMatching(/dist\/shell\/preload\.cjs$/),
      undefined,
    ])
    expect(other).toMatchObject({ url: expect.stringContaining('/studio?multiview'), bounds: { x: 1440, width: 960 } })
    await program.do({ do: 'close', window: other!.id })
    await until(async () => (await call('GET', '/shell')).shell.windows.length === 1, 'the host knows that it is closed')
  })

  it('keeps its pages on the host', async () => {
    const { id: window } = await untilMain()
    for (const kind of ['navigate', 'redirect'] as const) {
      expect(await program.do({ do: kind, window, url: `${origin}/keys` })).toBe(true)
      for (const url of [
        'https://example.org/',
        'file:///etc/passwd',
        'http://127.0.0.1:1/',
        'data:text/html,x',
        'javascript:alert(1)',
        `${origin}.example.org/`,
      ])
        expect(await program.do({ do: kind, window, url }), `${kind} ${url}`).toBe(false)
    }
    expect(await program.do({ do: 'webview', window })).toBe(false)
    expect(await program.do({ do: 'certificate' })).toBe(false)
    expect(await program.do({ do: 'download', url: `blob:${origin}/1-2` })).toBe(true)
    expect(await program.do({ do: 'download', url: 'https://example.org/x.exe' })).toBe(false)
  })

  it('opens known views as windows, web pages in the system’s browser, and nothing else', async () => {
    const { id: window } = await untilMain()
    const before = (await program.report()).outside.length
    for (const url of [
      'file:///etc/passwd',
      'http://example.org/',
      'ms-msdt:/id',
      'javascript:alert(1)',
      'ami-streams://open/keys',
      'about:blank',
    ])
      expect(await program.do({ do: 'open', window, url }), url).toBe('deny')
    for (const url of ['https://example.org/chat', 'mailto:somebody@example.org'])
      expect(await program.do({ do: 'open', window, url })).toBe('deny')
    const { outside, windows } = await program.report()
    expect([outside.slice(before), windows.length]).toEqual([['https://example.org/chat', 'mailto:somebody@example.org'], 1])
    await program.do({ do: 'open', window, url: `${origin}/projector?program=main` })
    await program.do({ do: 'open', window, url: `${origin}/watch/evening` })
    const all = (await program.until('both windows', (report) => report.windows.length === 3)).windows
    expect(all.map(({ preferences }) => preferences.preload !== undefined)).toEqual([true, false, false])
    for (const { id } of all.slice(1)) await program.do({ do: 'close', window: id })
  })

  it('grants camera, microphone and full screen to its own page, and nothing to others', async () => {
    const { id: window } = await untilMain()
    const ask = (permission: string, url = `${origin}/guest/evening`, isMainFrame = true) =>
      program.do({ do: 'permission', window, permission, url, isMainFrame })
    for (const permission of ['media', 'fullscreen', 'clipboard-sanitized-write'])
      expect(await ask(permission), permission).toEqual({ request: true, check: true })
    const denied = { request: false, check: false }
    for (const permission of [
      'geolocation',
      'notifications',
      'clipboard-read',
      'display-capture',
      'openExternal',
      'midi',
      'hid',
      'unknown',
    ])
      expect(await ask(permission), permission).toEqual(denied)
    expect(await ask('media', 'https://example.org/')).toEqual(denied)
    expect(await ask('media', `${origin}/`, false)).toEqual(denied)
    expect(await program.do({ do: 'device' })).toBe(false)
  })

  it('gives a page of the host that has no policy one that lets nothing run', async () => {
    const policy = async (url: string, headers: Record<string, string[]>, resourceType = 'mainFrame') =>
      (await program.do({ do: 'headers', url, resourceType, headers })).responseHeaders?.['content-security-policy']
    expect(await policy(`${origin}/x`, { 'content-type': ['text/html'] })).toEqual(["default-src 'none'; frame-ancestors 'none'"])
    expect(await policy(`${origin}/x`, { 'Content-Security-Policy': ["default-src 'self'"] })).toBeUndefined()
    const page = await fetch(origin)
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*script-src 'self'/)
  })

  it('answers the bridge for the page of the main window, and rejects every other sender', async () => {
    const { id: window } = await untilMain()
    const own = { url: `${origin}/studio`, isInside: false }
    const choose = (frame: typeof own | null, takes: unknown = { several: true }, channel = 'ami-streams:chooseFiles') =>
      program.do({ do: 'invoke', window, channel, takes, frame })
    await program.do({ do: 'answer', paths: ['/media/a.mp4', '/media/b.mp4'] })
    expect(await choose(own)).toEqual(['/media/a.mp4', '/media/b.mp4'])
    await program.do({ do: 'answer', paths: [] })
    expect(await choose(own, {}, 'ami-streams:chooseFolder')).toEqual([])
    expect((await program.report()).dialogs.slice(-2).map(({ properties }) => properties)).toEqual([
      ['openFile', 'multiSelections'],
      ['openDirectory', 'createDirectory'],
    ])
    const asked = (await program.report()).dialogs.length
    for (const frame of [
      null,
      { ...own, isInside: true },
      { url: 'https://example.org/', isInside: false },
      { url: 'about:blank', isInside: false },
    ])
      await expect(choose(frame), JSON.stringify(frame)).rejects.toThrow('main window')
    for (const takes of ['several', null, {}, { several: 'yes' }, { several: true, path: '/etc' }])
      await expect(choose(own, takes), JSON.stringify(takes)).rejects.toThrow('chooseFiles')
    await call('POST', '/shell/windows', { view: { kind: 'docks' } })
    const { windows } = await program.until('the docks', (report) => report.windows.length === 2)
    const docks = windows.find(({ preferences }) => preferences.preload === undefined)!
    await expect(
      program.do({ do: 'invoke', window: docks.id, channel: 'ami-streams:chooseFolder', takes: {}, frame: own }),
    ).rejects.toThrow('main window')
    await program.do({ do: 'close', window: docks.id })
    expect((await program.report()).dialogs).toHaveLength(asked)
  })

  it('asks for one file at a time', async () => {
    const { id: window } = await untilMain()
    const choose = () =>
      program.do({ do: 'invoke', window, channel: 'ami-streams:chooseFolder', takes: {}, frame: { url: `${origin}/`, isInside: false } })
    const first = choose()
    await program.until('a dialog', ({ dialogs }) => dialogs.at(-1)?.properties?.includes('openDirectory'))
    expect(await choose()).toEqual([])
    await program.do({ do: 'answer', paths: ['/media'] })
    expect(await first).toEqual(['/media'])
  })

  it('hands what a second start was given to the first, which says what is wrong with a link', async () => {
    const second = async (target: string): Promise<void> => {
      const other = startDoubled({ folder, args: [target], env: { ELECTRON_DOUBLE_SECOND: '1' } })
      expect(await other.ended, other.said()).toBe(0)
    }
    const shown: string[] = []
    const { url, token } = JSON.parse(readFileSync(join(dataDir, 'host.json'), 'utf8'))
    const events = new AbortController()
    const reply = await fetch(`${url}/api/v1/events?topics=shell.show`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
      signal: events.signal,
    })
    void (async () => {
      for await (const text of reply.body!.pipeThrough(new TextDecoderStream())) shown.push(text)
    })().catch(() => undefined)
    await second('ami-streams://open/keys')
    await until(
      () => shown.join('').includes('"/keys"'),
      () => `the page of the link: ${shown}`,
    )
    for (const link of [
      'ami-streams://open/keys?delete=all',
      'ami-streams://golive/now',
      '/nowhere/Evening.ami-collection',
      `ami-streams://${'x'.repeat(9000)}`,
    ]) {
      const before = (await program.report()).dialogs.length
      await program.do({ do: 'answer', button: 'Close' })
      await second(link)
      const { dialogs } = await program.until(`a message for ${link.slice(0, 60)}`, (report) => report.dialogs.length > before)
      expect(dialogs.at(-1)).toMatchObject({ message: 'The link cannot be opened', buttons: ['Close'] })
    }
    const bundle = join(folder, 'Evening.ami-collection')
    writeFileSync(bundle, 'no collection')
    await second(bundle)
    await until(
      () => shown.join('').includes('/studio?import='),
      () => `the page of the file: ${shown} ${program.said()}`,
    )
    events.abort()
  })

  it('asks before its window closes while something is live, and goes on without it', async () => {
    const { id } = await untilMain()
    await call('POST', '/live/demo', {})
    await program.until('live and awake', ({ awake, icon }) => awake && icon!.text.includes('1 stream is live'))
    await program.do({ do: 'answer', button: 'Keep the window' })
    await program.do({ do: 'close', window: id })
    const { dialogs } = await program.until('the question', (report) => report.dialogs.at(-1)?.message.includes('live'))
    expect(dialogs.at(-1)!.buttons).toEqual(['Close it and go on live', 'End everything and quit', 'Keep the window'])
    expect((await main())?.id).toBe(id)
    await program.do({ do: 'answer', button: 'Close it and go on live' })
    await program.do({ do: 'close', window: id })
    await program.until('no window, and a notification', ({ windows, notifications }) => windows.length === 0 && notifications.length > 0)
    await program.do({ do: 'notification', title: 'AMI Streams goes on without a window' })
    await untilMain()
    await call('DELETE', '/live/demo')
    await program.until('it may sleep', ({ awake }) => !awake)
  })

  it('is back after its page, its host or the host’s supervisor was killed', async () => {
    const { id } = await untilMain()
    await program.do({ do: 'crash', window: id })
    await program.until('another window', ({ windows }) => windows.length === 1 && windows[0]!.id !== id)
    const { pid } = await call('GET', '/host')
    process.kill(pid, 'SIGKILL')
    const next = await until(
      async () => {
        const now = await call('GET', '/host')
        return now !== undefined && now.pid !== pid && (await call('GET', '/shell'))?.shell !== null ? now.pid : undefined
      },
      () => `another host: ${program.said()}`,
    )
    const supervisor = Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${next}/status`, 'utf8'))![1])
    expect(supervisor).not.toBe(program.child.pid)
    process.kill(supervisor, 'SIGKILL')
    await until(
      async () => {
        const now = await call('GET', '/host')
        return now !== undefined && now.pid !== next && (await call('GET', '/shell'))?.shell !== null
      },
      () => `a host of another supervisor: ${program.said()}`,
    )
    expect((await program.report()).windows).toHaveLength(1)
  })

  it('leaves the host alive when it is killed, and takes it over with the next start', async () => {
    const { pid } = await call('GET', '/host')
    program.child.kill('SIGKILL')
    await program.ended
    expect((await call('GET', '/host')).pid).toBe(pid)
    program = startDoubled({ folder })
    await until(
      async () => (await call('GET', '/shell'))?.shell?.windows.length === 1,
      () => `its windows: ${program.said()}`,
    )
    expect((await call('GET', '/host')).pid).toBe(pid)
    await program.until('the icon', ({ icon }) => icon !== null)
  })

  it('ends the host when a person quits it', async () => {
    await quit()
    expect(await program.ended).toBe(0)
    expect(await call('GET', '/host')).toBeUndefined()
    expect(readdirSync(dataDir)).not.toContain('host.json')
  })

  it('does not run in an Electron that is older than the one it was made for', async () => {
    const old = startDoubled({ folder, env: { ELECTRON_DOUBLE_VERSION: '44.9.9' } })
    expect([await old.ended, old.said()]).toEqual([1, expect.stringContaining('needs Electron 45 or newer, and this is 44.9.9')])
    expect(await call('GET', '/host')).toBeUndefined()
  })

  it('says why the host cannot start, and tries again', async () => {
    const busy = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(busy, 'listening')
    const { port } = busy.address() as AddressInfo
    program = startDoubled({ folder, env: { STREAMS_RTMP_PORT: String(port) } })
    const { dialogs } = await program.until('the message', (report) => report.dialogs.length === 1)
    expect(dialogs[0]).toMatchObject({ message: 'AMI Streams could not start', detail: expect.stringContaining(String(port)) })
    busy.close()
    await once(busy, 'close')
    await program.do({ do: 'answer', button: 'Try again' })
    await untilMain()
    await quit()
    expect(await program.ended).toBe(0)
  })
})

/** Electron as `streams start` finds it: a program that runs the built main file on the double. */
describe.runIf(process.platform === 'linux')('a host with a window, where Electron is installed', () => {
  let folder: string
  let dataDir: string
  let program: ChildProcess
  let ended: Promise<unknown>

  const call = (method: string, path: string, body?: unknown) => askHost(dataDir, method, path, body)
  /** Processes of Electron for this data folder. */
  const electrons = (): number[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          return (
            readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('dist/shell/main.js') &&
            readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`AMI_STREAMS_ATTACH=${dataDir}`)
          )
        } catch {
          return false
        }
      })
  const untilWindows = (count: number) =>
    until(
      async () => (await call('GET', '/shell'))?.shell?.windows.length === count,
      () => `${count} windows`,
    )

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ami-electron-'))
    dataDir = join(folder, 'data')
    const electron = join(folder, 'electron')
    writeFileSync(electron, `#!/bin/sh\nfor main; do :; done\nexec "${process.execPath}" --import "${doubleHook}" "$main"\n`, {
      mode: 0o755,
    })
    program = spawn(process.execPath, [join(root, 'bin/streams.mjs'), 'start', '--data', dataDir, ...freePorts], {
      env: { ...process.env, CI: '', DISPLAY: ':none', STREAMS_ELECTRON: electron },
      stdio: 'ignore',
    })
    ended = once(program, 'exit')
    await untilWindows(1)
  })
  afterAll(async () => {
    program?.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  it('starts it once for all windows', async () => {
    const [pid] = electrons()
    for (const kind of ['multiview', 'docks'] as const) await call('POST', '/shell/windows', { view: { kind } })
    await untilWindows(3)
    expect(electrons()).toEqual([pid])
    expect((await call('GET', '/shell')).shell.displays.map(({ name }: { name: string }) => name)).toEqual(['Left', 'Right'])
  })

  it('starts it again after a crash, and keeps it over a crash of the host', async () => {
    const [pid] = electrons()
    // One that ends at once shows nothing, and is not started again.
    await new Promise((resolve) => setTimeout(resolve, 3100))
    process.kill(pid!, 'SIGKILL')
    const next = await until(() => electrons().find((each) => each !== pid), 'another Electron')
    await untilWindows(1)
    const { pid: host } = await call('GET', '/host')
    process.kill(host, 'SIGKILL')
    await until(async () => {
      const now = await call('GET', '/host')
      return now !== undefined && now.pid !== host
    }, 'another host')
    await untilWindows(1)
    expect(electrons()).toEqual([next])
  })

  it('ends it with the host', async () => {
    program.kill('SIGTERM')
    await ended
    await until(() => electrons().length === 0, 'Electron ends')
  })
})

/** The preload file as it is built, in Chromium: its page asks the desktop shell instead of listing the host's folders. */
describe('the page in the main window', () => {
  let host: RunningHost
  beforeAll(async () => {
    host = await startHost({ name: 'electron-bridge' })
    await host.api('POST', '/studio/collections', { name: 'Evening' })
    await host.api('POST', '/studio/collections/Evening/open')
  })
  afterAll(() => host?.stop())

  it('has files chosen by the dialog of the system', async () => {
    const browser = await launchBrowser()
    try {
      const page = await browser.newPage()
      const calls: unknown[][] = []
      await page.exposeFunction('invoke', (...call: unknown[]) => {
        calls.push(call)
        return ['/media/logo.png']
      })
      const preload = readFileSync(join(root, 'dist/shell/preload.cjs'), 'utf8')
      await page.addInitScript(`((require) => {${preload}\n})(() => ({
        contextBridge: { exposeInMainWorld: (name, api) => { window[name] = api; (window.exposed ??= []).push(name, ...Object.keys(api)) } },
        ipcRenderer: { invoke: (...call) => window.invoke(...call) },
      }))`)
      await page.goto(`${host.http}/studio`)
      // The calls of the contract, and nothing of Electron.
      expect(await page.evaluate('window.exposed')).toEqual(['amiStreams', 'chooseFiles', 'chooseFolder'])
      await page.getByTestId('add-source').click()
      await page.getByTestId('kind-image').click()
      await page.getByTestId('new-source-dialog').getByTestId('choose-file').click()
      await until(async () => (await page.locator('[data-setting="file"]').inputValue()) === '/media/logo.png', 'the path is in the form')
      expect(calls).toEqual([['ami-streams:chooseFiles', { several: false }]])
      expect(await page.getByTestId('file-chooser').count()).toBe(0)
    } finally {
      await browser.close()
    }
  })
})
