import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { freePorts } from './helpers/command.ts'
import { type DesktopSession, desktopMissing, type SessionProgram, startDesktop, startPanel } from './helpers/desktop-session.ts'
import { artifacts, root } from './helpers/paths.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

const missing = desktopMissing('xfce4-panel', 'dunst', 'dunstctl', 'xdotool', 'chromium')

describe('the window of the desktop shell', () => {
  let desktop: DesktopSession
  let dataDir: string
  let program: SessionProgram

  beforeAll(async () => {
    if (missing !== undefined) return
    dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
    desktop = await startDesktop()
    desktop.spawn('dunst', [])
    await startPanel(desktop)
    program = desktop.spawn(process.execPath, [join(root, 'bin/streams.mjs'), 'start', '--data', dataDir, ...freePorts])
  })
  afterAll(async () => {
    await desktop?.stop()
    if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  })
  const said = (what: string) => () => `in vain: ${what}\n${program.said()}`
  const run = async (name: string, ...args: string[]): Promise<string> => {
    const one = desktop.spawn(name, args)
    await one.ended
    return one.said().trim()
  }
  const windows = async (): Promise<string[]> =>
    (await run('xdotool', 'search', '--onlyvisible', '--class', '^ami-streams$')).split('\n').filter((each) => /^\d+$/.test(each))
  const call = async (method: string, path: string): Promise<any> => {
    const { url, token } = JSON.parse(readFileSync(join(dataDir, 'host.json'), 'utf8'))
    const headers = { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' }
    const reply = await fetch(`${url}/api/v1${path}`, { method, headers, ...(method === 'POST' ? { body: '{}' } : {}) })
    return reply.json()
  }
  const item = async (): Promise<string | undefined> =>
    (await desktop.property(watcher, '/StatusNotifierWatcher', watcher, 'RegisteredStatusNotifierItems'))[0]?.replace(/\/.*$/, '')
  const watcher = 'org.kde.StatusNotifierWatcher'
  const click = async (label: string): Promise<void> => {
    const menu = ['/MenuBar', 'com.canonical.dbusmenu'] as const
    const name = await until(item, said('an icon'))
    const found = await until(async () => {
      const [, [, , entries]] = await desktop.call(name, ...menu, 'GetLayout', 'iias', '0', '-1', '0')
      return entries.find((each: any) => each.data[1].label?.data === label)?.data[0] as number | undefined
    }, said(label))
    await desktop.call(name, ...menu, 'Event', 'isvu', String(found), 'clicked', 's', '', '0')
  }
  const needsDesktop = (context: TestContext): void => {
    if (missing !== undefined) skipBecause(context, missing)
  }

  it('has a class of its own and brings the icon of the panel along', async (context) => {
    needsDesktop(context)
    await until(async () => (await windows()).length === 1, said('a window of the class'))
    await until(item, said('the icon of the panel'))
  })

  it('asks before it closes while something is live, then says what goes on, and is opened again by the icon', async (context) => {
    needsDesktop(context)
    await until(async () => (await call('POST', '/live/demo')) && true, said('the test stream'))
    await until(async () => (await call('GET', '/live/streams')).items[0]?.state === 'active', said('the test stream is live'))
    const [window] = await windows()
    // The page knows of it too, and a person did something in the window: without that browsers do not ask.
    await until(async () => (await run('xdotool', 'getwindowname', window!)).includes('AMI'), said('the page'))
    const red = async (): Promise<boolean> => (await desktop.pixels(240, 120, 800, 400)).includes('c5262d')
    await until(red, said('the page shows that something is live'))
    await run('xdotool', 'mousemove', '--window', window!, '600', '500', 'click', '1')
    await run('xdotool', 'windowactivate', '--sync', window!, 'key', '--clearmodifiers', 'ctrl+w')
    const question = async (): Promise<boolean> =>
      (await desktop.pixels(320, 120, 280, 80)).filter((each) => each === 'ffffff').length > 10_000
    await until(question, said('the question of the browser'))
    expect(await windows(), 'the window is still there').toContain(window)
    await desktop.screenshot(join(artifacts, 'shell-window-asks.png'))
    await run('xdotool', 'key', 'Return')
    await until(async () => (await windows()).length === 0, said('the window is closed'))
    await until(() => program.said().includes('the host goes on'), said('the host goes on'))
    const shown = async (): Promise<boolean> => Number(await run('dunstctl', 'count', 'displayed')) > 0
    await until(shown, said('a notification'))
    await desktop.screenshot(join(artifacts, 'shell-window-closed.png'))
    await click('Open AMI Streams')
    await until(async () => (await windows()).length === 1, said('the window is back'))
  })

  it('is known to a host that is started again after a crash, and the icon comes back without it, too', async (context) => {
    needsDesktop(context)
    const host = (): { pid: number } => JSON.parse(readFileSync(join(dataDir, 'host.json'), 'utf8'))
    const crash = async (): Promise<void> => {
      const [{ pid }, icon] = [host(), await item()]
      process.kill(pid, 'SIGKILL')
      await until(() => host().pid !== pid, said('another host'))
      await until(async () => (await item()) !== icon && (await item()), said('the icon of the other host'))
      const live = async (): Promise<boolean> => (await call('GET', '/live/streams')).items[0]?.state === 'active'
      await until(live, said('the test stream goes on'))
    }
    const [window] = await until(async () => {
      const open = await windows()
      return open.length === 1 ? open : undefined
    }, said('one window'))
    await crash()
    expect(await windows()).toEqual([window])
    const closed = (): number => program.said().split('the host goes on').length
    const before = closed()
    await run('xdotool', 'windowkill', window!)
    await until(() => closed() > before, said('the closed window is noticed'))
    await crash()
    await click('Open AMI Streams')
    await until(async () => (await windows()).length === 1, said('the window is back'))
  })

  it('has its icon back after the icon was killed', async (context) => {
    needsDesktop(context)
    const before = await until(item, said('the icon'))
    process.kill(Number(/-(\d+)-1$/.exec(before)![1]), 'SIGKILL')
    await until(async () => ((await item()) ?? before) !== before, said('another icon'))
  })

  it('ends everything where a person says so in the menu', async (context) => {
    needsDesktop(context)
    await click('End everything and quit')
    expect(await program.ended).toBe(0)
    await until(async () => (await windows()).length === 0, said('no window is left'))
  })
})
