import { spawn } from 'node:child_process'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { look, openCollection, showRequests, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'
import { XClient } from './helpers/x-client.ts'
import { type RunningXvfb, startXvfb } from './helpers/xvfb.ts'

const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'rules',
  frameRate: 10,
  canvases: [{ id: 'main', name: 'Main', width: 320, height: 180, scene: 'talk' }],
  scenes: [
    { id: 'talk', name: 'Talk', items: [] },
    { id: 'game', name: 'Game', items: [] },
  ],
}

describe('scenes that follow the active window', () => {
  let display: RunningXvfb
  let desktop: XClient
  let stopManager = (): void => undefined
  /** Without a window manager the test says itself which window is active. */
  let managed = false
  let game: number
  let notes: number
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]
  const { ask, show, untilShow } = showRequests(() => host)
  const onAir = (scene: string): Promise<unknown> =>
    until(async () => (await ask('GET', '/studio/program')).canvases[0].program === scene, `${scene} is on air`)
  const shownAs = (name: string) => page.getByTestId('active-window').filter({ hasText: name })
  const bringToFront = async (window: number, name: string): Promise<void> => {
    if (managed) await desktop.activate(window)
    else await desktop.setActive(window)
    await shownAs(name).waitFor()
  }

  beforeAll(async () => {
    display = await startXvfb()
    const manager = spawn('openbox', ['--sm-disable'], { env: { ...process.env, ...display.env }, stdio: 'ignore' })
    const failed = new Promise<boolean>((resolve) => manager.once('error', () => resolve(false)))
    stopManager = () => void manager.kill('SIGKILL')
    desktop = await XClient.connect(display)
    managed = await Promise.race([failed, desktop.untilManaged().then(() => true)])
    game = desktop.createWindow({ width: 300, height: 200, className: 'Quake', title: 'Level 1' })
    notes = desktop.createWindow({ width: 300, height: 200, className: 'Editor', title: 'Notes' })
    for (const window of [game, notes]) desktop.map(window)
    await desktop.sync()
    host = await startHost({ name: 'studio-window-rules', env: display.env })
    await openCollection(host, collection)
    browser = await launchBrowser()
    ;({ page, problems } = await studioWindow(browser))
    await page.goto(`${host.http}/studio`)
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
    desktop?.close()
    stopManager()
    await display?.stop()
  })

  it('brings the scene of a rule on air when its window comes to the front, unless somebody has just switched', async () => {
    console.log(managed ? 'with openbox as the window manager' : 'without a window manager')
    await page.locator('[data-testid="scene"][data-scene="game"]').click({ button: 'right' })
    await page.getByTestId('scene-menu').getByRole('menuitem', { name: 'Follow a window…' }).click()
    const dialog = page.getByTestId('window-rules-dialog')
    await bringToFront(notes, 'Notes (Editor)')
    await bringToFront(game, 'Level 1 (Quake)')
    await bringToFront(notes, 'Notes (Editor)')
    await dialog.getByTestId('add-window-rule').click()
    await untilShow((now) => now.macros[0]?.window?.text === 'Editor', 'a rule for the window is there')
    const rule = dialog.getByTestId('window-rule')
    await rule.getByTestId('window-text').fill('^quake$')
    await rule.getByRole('combobox', { name: 'Comparison, Rule 1' }).selectOption('regex')
    await rule.getByRole('combobox', { name: 'Scene, Rule 1' }).selectOption('game')
    await untilShow(({ macros: [first] }) => first.window.how === 'regex' && first.actions[0].scene === 'game', 'the rule is complete')
    await bringToFront(game, 'Level 1 (Quake)')
    await onAir('game')
    await dialog.locator('[data-testid="window-log"] [data-result="ran"]').first().waitFor()
    await look(page, 'studio-window-rules')
    expect(await findingsInBothThemes(page)).toEqual([])
    // Somebody switches by hand: the window that comes to the front next is not followed.
    await bringToFront(notes, 'Notes (Editor)')
    await ask('POST', '/studio/program', { scene: 'talk' })
    await bringToFront(game, 'Level 1 (Quake)')
    await dialog.locator('[data-testid="window-log"] [data-result="skipped"]').waitFor()
    expect((await ask('GET', '/studio/program')).canvases[0].program).toBe('talk')
    await rule.getByTestId('window-text').fill('(')
    await dialog.getByText('This rule matches no window').waitFor()
    // It shows what the host says: unchecked when that is known.
    await dialog.getByTestId('window-rules-enabled').click()
    await until(async () => (await ask('GET', '/studio/active-window')).enabled === false, 'it is switched off')
    expect((await show()).macros).toHaveLength(1)
    expect(problems).toEqual([])
  })
})
