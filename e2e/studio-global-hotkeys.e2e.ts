import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser } from './helpers/browser.ts'
import { type DesktopSession, desktopMissing, startDesktop } from './helpers/desktop-session.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { skipBecause } from './helpers/skip.ts'
import { look, openCollection, showRequests, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'
import { portalProgram } from './helpers/wayland-desktop.ts'
import { workersOf } from './helpers/workers.ts'
import { XClient } from './helpers/x-client.ts'

const run = promisify(execFile)
const missing = desktopMissing('xdotool')

const macro = (id: string, chord: string, actions: readonly object[], more: object = {}) => ({
  id,
  name: id,
  hotkeys: [chord],
  actions,
  ...more,
})
const mute = (muted: boolean) => ({ do: 'mute', source: 'mic', muted })
const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Keys',
  canvases: [{ id: 'main', name: 'Main', width: 320, height: 180, scene: 'welcome' }],
  scenes: [
    { id: 'welcome', name: 'Welcome', items: [{ source: 'card' }] },
    { id: 'game', name: 'Game', items: [{ source: 'card' }] },
  ],
  sources: [
    { id: 'card', kind: 'color', settings: {} },
    { id: 'mic', name: 'Microphone', kind: 'tone', audio: { muted: true } },
  ],
  transitions: [{ id: 'cut', kind: 'cut' }],
  macros: [
    macro('Game', 'Ctrl+Shift+1', [{ do: 'switch', scene: 'game' }]),
    macro('Welcome', 'F9', [{ do: 'switch', scene: 'welcome' }]),
    macro('Talk', 'F8', [mute(false)], { released: [mute(true)] }),
    macro('Write', 'A', [{ do: 'switch', scene: 'game' }]),
    // openbox switches windows with these.
    macro('Windows', 'Alt+Tab', [{ do: 'switch', scene: 'game' }]),
  ],
}

describe('hotkeys while another window has the focus', () => {
  let desktop: DesktopSession
  let host: RunningHost
  let other: XClient
  let browser: Browser
  let page: Page
  const { ask, show, untilShow } = showRequests(() => host)

  const key = async (...args: readonly string[]): Promise<unknown> =>
    run('xdotool', args, { env: { ...process.env, ...desktop.env }, timeout: 30_000 })
  const states = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await ask('GET', '/studio/hotkeys')).items.map(({ chord, state }: any) => [chord, state]))
  const untilState = (chord: string, state: string): Promise<unknown> =>
    until(
      async () => (await states())[chord] === state,
      () => `${chord} is not ${state}`,
    )
  const onAir = async (): Promise<string> => (await ask('GET', '/studio/program')).canvases[0].program
  const untilOnAir = (scene: string): Promise<unknown> => until(async () => (await onAir()) === scene, `${scene} is on air`)
  const audited = async (text: string): Promise<number> =>
    (await ask('GET', '/audit?kind=command')).items.filter(({ message }: any) => message.includes(text)).length

  /** A window of another program, in front of everything. */
  async function openOther(): Promise<void> {
    other = await XClient.connect(desktop.xvfb)
    const window = other.createWindow({ width: 200, height: 100, title: 'Another program' })
    other.map(window)
    await other.sync()
    await until(async () => {
      other.focus(window)
      await other.sync()
      // One that is stuck on a busy machine is ended, and pressed again.
      await key('key', 'x').catch(() => undefined)
      return other.keys.length > 0
    }, 'the other program gets keys')
  }

  beforeAll(async () => {
    if (missing !== undefined) return
    ;[desktop, browser] = await Promise.all([startDesktop(), launchBrowser()])
    host = await startHost({ name: 'global-hotkeys', env: desktop.env })
    await openCollection(host, collection)
    await openOther()
    // Browser, desktop, host and studio start here: on a machine that is busy with much else each takes its time.
  }, 300_000)
  afterAll(async () => {
    other?.close()
    await browser?.close()
    await host?.stop()
    await desktop?.stop()
  })
  const skip = (context: TestContext): boolean => missing !== undefined && skipBecause(context, missing)

  it('are the hotkeys of the show, but for keys that people write with and those of other programs', async (context) => {
    if (skip(context)) return
    await untilState('Ctrl+Shift+1', 'active')
    await untilState('Alt+Tab', 'taken')
    expect(await states()).toEqual({ 'Ctrl+Shift+1': 'active', 'F9': 'active', 'F8': 'active', 'A': 'typed', 'Alt+Tab': 'taken' })
    expect(await ask('GET', '/studio/hotkeys')).toMatchObject({ setting: 'safe', through: 'x11', problem: null })

    const before = other.keys.length
    await key('key', 'ctrl+shift+1')
    await untilOnAir('game')
    expect(other.keys.slice(before).filter((each) => each === 'press 10')).toEqual([])
    await key('key', 'a')
    await until(() => other.keys.includes('release 38'), 'the other program gets what people write')
    expect(await onAir()).toBe('game')
  })

  it('work whichever locks are on', async (context) => {
    if (skip(context)) return
    for (const locks of [['Num_Lock'], ['Caps_Lock'], ['Num_Lock']]) {
      await key('key', ...locks)
      await key('key', 'F9')
      await untilOnAir('welcome')
      await key('key', 'ctrl+shift+1')
      await untilOnAir('game')
    }
    await key('key', 'Caps_Lock')
  })

  it('are pressed once while they are kept pressed, and released with the key', async (context) => {
    if (skip(context)) return
    const from = performance.now()
    const before = other.keys.length
    await key('keydown', 'x')
    await until(() => other.keys.length > before + 12, 'the server repeats keys')
    await key('keyup', 'x')
    const repeatsMs = performance.now() - from

    await key('keydown', 'F8')
    await untilShow(({ sources }) => !sources[1].audio.muted, 'the microphone is on')
    await new Promise((resolve) => setTimeout(resolve, repeatsMs + 500))
    expect([await audited('Talk (f8)'), await audited('Talk (f8 released)')]).toEqual([1, 0])
    await key('keyup', 'F8')
    await untilShow(({ sources }) => sources[1].audio.muted, 'the microphone is off')
    expect([await audited('Talk (f8)'), await audited('Talk (f8 released)')]).toEqual([1, 1])
  })

  it('are the keys that the keyboard has now', async (context) => {
    if (skip(context)) return
    const [keyOfF9, f9] = [75, 0xffc6]
    other.mapKeys(keyOfF9, 0)
    await untilState('F9', 'unknown-key')
    other.mapKeys(keyOfF9, f9)
    await untilState('F9', 'active')
    await key('key', 'F9')
    await untilOnAir('welcome')
  })

  it('follow the setting, whose keys are nobody else’s', async (context) => {
    if (skip(context)) return
    await ask('PATCH', '/settings', { globalHotkeys: 'all' })
    await untilState('A', 'active')
    const before = other.keys.length
    await key('key', 'a')
    await untilOnAir('game')
    expect(other.keys.slice(before).filter((each) => each.endsWith(' 38'))).toEqual([])
    await ask('PATCH', '/settings', { globalHotkeys: 'off' })
    expect(new Set(Object.values(await states()))).toEqual(new Set(['off']))
    await until(() => workersOf(host, 'hotkeys-worker').length === 0, 'the process of the hotkeys has ended')
    await key('key', 'a')
    await until(() => other.keys.slice(before).includes('press 38'), 'other programs get the key again')
    await ask('PATCH', '/settings', { globalHotkeys: 'safe' })
    await untilState('F9', 'active')
  })

  it('are seen in their editor, which says why one is not', async (context) => {
    if (skip(context)) return
    ;({ page } = await studioWindow(browser))
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('edit-macros').click()
    const state = page.getByTestId('key-state')
    for (const [name, wanted] of [
      ['Game', 'active'],
      ['Write', 'typed'],
      ['Windows', 'taken'],
    ] as const) {
      await page.getByTestId('macro').filter({ hasText: name }).locator('.entry-main').click()
      await state.and(page.locator(`[data-state="${wanted}"]`)).waitFor()
      await look(page, `global-hotkeys-${wanted}`)
    }
    await page.getByTestId('macro').filter({ hasText: 'Write' }).locator('.entry-main').click()
    await page.getByTestId('global-hotkeys').selectOption('all')
    await state.and(page.locator('[data-state="active"][data-warning="true"]')).waitFor()
    await look(page, 'global-hotkeys-swallowed')
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('global-hotkeys').selectOption('safe')
    await state.and(page.locator('[data-state="typed"]')).waitFor()
  })

  it('that another program takes are reported, and taken when it gives them back', async (context) => {
    if (skip(context)) return
    const [keyOfF7, anyLock] = [73, 1 << 15]
    other.grabKey(keyOfF7, anyLock)
    await other.sync()
    // The window manager may still have been placing the window when it was first given the focus.
    expect(other.errors.filter((error) => error.includes('request 33'))).toEqual([])
    await ask('POST', '/studio/edits', { edits: [{ do: 'change', at: 'macros/Welcome', changes: { hotkeys: ['F7', 'F9'] } }] })
    await untilState('F7', 'taken')
    expect((await states()).F9).toBe('active')
    other.ungrabKey(keyOfF7, anyLock)
    await untilState('F7', 'active')
    await ask('POST', '/studio/program', { scene: 'game' })
    await key('key', 'F7')
    await untilOnAir('welcome')
  })

  it('come back with the display', async (context) => {
    if (skip(context)) return
    await desktop.xvfb.kill()
    await until(async () => (await ask('GET', '/studio/hotkeys')).through === null, 'the display is missed')
    expect((await states()).F9).toBe('starting')
    await desktop.xvfb.restart()
    await untilState('F9', 'active')
    expect((await ask('GET', '/studio/hotkeys')).problem).toBeNull()
    await ask('POST', '/studio/program', { scene: 'game' })
    await key('key', 'F9')
    await untilOnAir('welcome')
    expect((await show()).macros).toHaveLength(5)
  })

  it('come from the portal of a Wayland desktop', async (context) => {
    if (skip(context)) return
    const isThere = existsSync(portalProgram) && existsSync('/usr/lib/python3/dist-packages/gi')
    if (!isThere && skipBecause(context, 'xdg-desktop-portal missing: apt-get install xdg-desktop-portal python3-gi')) return
    const portals = join(desktop.folder, 'portals')
    mkdirSync(portals)
    const name = 'org.freedesktop.impl.portal.desktop.double'
    writeFileSync(
      join(portals, 'double.portal'),
      `[portal]\nDBusName=${name}\nInterfaces=org.freedesktop.impl.portal.GlobalShortcuts;\nUseIn=double\n`,
    )
    const backend = desktop.spawn('/usr/bin/python3', [fileURLToPath(new URL('./helpers/shortcuts-backend-double.py', import.meta.url))])
    await until(() => backend.said().includes('ready'), backend.said)
    const portal = desktop.spawn(portalProgram, ['--replace'], { XDG_CURRENT_DESKTOP: 'double', XDG_DESKTOP_PORTAL_DIR: portals })
    await until(
      () => desktop.hasOwner('org.freedesktop.portal.Desktop'),
      () => portal.said(),
    )
    await host.stop()
    host = await startHost({ name: 'global-hotkeys', env: { ...desktop.env, DISPLAY: '', WAYLAND_DISPLAY: 'wayland-test' } })
    const macros = [...collection.macros.slice(0, 3), macro('Nothing', 'F12', [mute(false)])]
    await openCollection(host, { ...collection, macros } as typeof collection)
    await untilState('F8', 'active')
    const report = await ask('GET', '/studio/hotkeys')
    expect(report).toMatchObject({ through: 'portal', problem: null })
    expect(report.items.map(({ chord, state, trigger }: any) => [chord, state, trigger])).toEqual([
      ['Ctrl+Shift+1', 'active', 'Press CTRL+SHIFT+1'],
      ['F9', 'active', 'Press F9'],
      ['F8', 'active', 'Press F8'],
      ['F12', 'unassigned', null],
    ])
    const press = (id: string, pressed: boolean): Promise<any[]> =>
      desktop.call(name, '/double', 'ami.Double', 'Press', 'sb', id, String(pressed))
    expect(await desktop.call(name, '/double', 'ami.Double', 'Bound')).toEqual([expect.arrayContaining([['f8', 'Talk', 'F8']])])
    await press('f8', true)
    await untilShow(({ sources }) => !sources[1].audio.muted, 'the microphone is on')
    await press('f8', false)
    await untilShow(({ sources }) => sources[1].audio.muted, 'the microphone is off')
    // A desktop that restarts its portal asks nobody to restart the host.
    await press('f8', true)
    await untilShow(({ sources }) => !sources[1].audio.muted, 'the microphone is on again')
    await portal.end('SIGKILL')
    await untilShow(({ sources }) => sources[1].audio.muted, 'what nobody releases any more is released')
    const next = desktop.spawn(portalProgram, ['--replace'], { XDG_CURRENT_DESKTOP: 'double', XDG_DESKTOP_PORTAL_DIR: portals })
    await untilState('F8', 'active')
    await next.end()
  })
})
