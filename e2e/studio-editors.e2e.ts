import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServiceDouble, startServiceDouble } from '../src-main/studio/control/outputs/channels/testing/service-double.ts'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { look, openCollection, showRequests, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'evening',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360, scene: 'talk' }],
  scenes: [
    { id: 'talk', name: 'Talk', items: [{ id: 'red-item', source: 'red' }] },
    { id: 'end', name: 'The end', items: [{ id: 'green-item', source: 'green' }] },
  ],
  sources: [
    { id: 'red', name: 'Red', kind: 'color', settings: { color: '#ff0000', width: 640, height: 360 } },
    { id: 'green', name: 'Green', kind: 'color', settings: { color: '#00ff00', width: 640, height: 360 } },
    { id: 'beep', name: 'Beep', kind: 'tone', audio: { muted: true } },
  ],
}

describe('the editors of the studio page', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]
  let double: ServiceDouble

  const { ask, show, untilShow } = showRequests(() => host)
  const onAir = async (): Promise<string> => (await ask('GET', '/studio/program')).canvases[0].program

  beforeAll(async () => {
    double = await startServiceDouble()
    host = await startHost({ name: 'studio-editors', env: { AMI_STREAMS_TWITCH_URL: double.url, AMI_STREAMS_YOUTUBE_URL: double.url } })
    await openCollection(host, collection)
    browser = await launchBrowser()
    ;({ page, problems } = await studioWindow(browser))
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('edit-macros').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
    await double?.stop()
  })

  it('sets title and category at Twitch by an access token, which is tried first', async () => {
    await page.getByTestId('add-output').click()
    await page.getByTestId('service-twitch').click()
    await page.getByTestId('output-key').fill('live_1')
    await page.getByTestId('save-output').click()
    await page.getByTestId('output-dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Title and category at Twitch' }).click()
    const dialog = page.getByTestId('channel-dialog')
    await dialog.getByTestId('channel-use-token').click()
    await dialog.getByLabel('Access token').fill('bad')
    await dialog.getByTestId('channel-connect').click()
    await dialog.getByText('invalid access token').waitFor()
    const found = await findingsInBothThemes(page)
    await dialog.getByLabel('Access token').fill('good')
    await dialog.getByTestId('channel-connect').click()
    await until(async () => (await dialog.getByLabel('Title').inputValue()) === 'First title', 'it has the title of the service')
    await dialog.getByLabel('Title').fill('An evening of building')
    await dialog.getByLabel('Category').fill('mine')
    await dialog.locator('option[value="Minecraft"]').waitFor({ state: 'attached' })
    await look(page, 'studio-channel')
    expect([...found, ...(await findingsInBothThemes(page))]).toEqual([])
    await dialog.getByLabel('Category').fill('Minecraf')
    await dialog.getByTestId('channel-save').click()
    await dialog.getByText('There is no category').waitFor()
    await dialog.getByLabel('Category').fill('Minecraft')
    await dialog.getByTestId('channel-save').click()
    await dialog.waitFor({ state: 'detached' })
    expect(double.twitch).toEqual({ title: 'An evening of building', game_id: '27471' })
    expect(JSON.stringify(await ask('GET', '/studio/channels')), 'the token is shown to nobody').not.toContain('good')
    await page.getByTestId('go-live').click()
    await page.getByTestId('go-live-titles').click()
    await until(async () => (await dialog.getByLabel('Category').inputValue()) === 'Minecraft', 'before going live, too')
    await dialog.getByTestId('channel-disconnect').click()
    await dialog.getByLabel('Client ID').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.getByTestId('go-live-dialog').waitFor({ state: 'detached' })
    // The service rejected a token on purpose.
    problems.splice(0, problems.length, ...problems.filter((each) => !each.includes('/studio/channels/twitch/token')))
  })

  it('signs in at Twitch by a code, renews what has ended, and signs out', async () => {
    const dialog = page.getByTestId('channel-dialog')
    await page.getByRole('button', { name: 'Title and category at Twitch' }).click()
    await look(page, 'studio-channel-application')
    await dialog.getByLabel('Client ID').fill('unknown')
    await dialog.getByTestId('channel-application').click()
    await dialog.getByText('invalid client').waitFor()
    const found = await findingsInBothThemes(page)
    await dialog.getByLabel('Client ID').fill('client')
    double.tokenLifeS = 1
    await dialog.getByTestId('channel-application').click()
    await until(async () => (await dialog.getByTestId('channel-code').textContent()) === 'WXYZ', 'the code is shown')
    expect(await dialog.getByTestId('channel-code-page').getAttribute('href')).toContain('/activate?device-code=WXYZ')
    await dialog.getByTestId('channel-waiting').getByText('30 more minutes').waitFor()
    await look(page, 'studio-channel-code')
    found.push(...(await findingsInBothThemes(page)))
    double.grant = 'denied'
    await dialog.getByTestId('channel-sign-in-failed').getByText('was not allowed').waitFor()
    found.push(...(await findingsInBothThemes(page)))
    double.grant = 'pending'
    await dialog.getByTestId('channel-sign-in').click()
    await dialog.getByTestId('channel-code').waitFor()
    // A code that Twitch does not take, as after it ran out: the application stays, and one click brings another code.
    double.grant = 'expired'
    await dialog.getByTestId('channel-sign-in-failed').waitFor()
    double.grant = 'pending'
    await dialog.getByTestId('channel-sign-in').click()
    await dialog.getByTestId('channel-code').waitFor()
    // The user enters the code in a browser of their own.
    double.grant = 'granted'
    await until(
      async () => (await dialog.getByLabel('Title').inputValue()) === 'An evening of building',
      'the title of the service is there',
    )
    expect(double.requests.some(({ body }) => (body as { grant_type?: string } | undefined)?.grant_type === 'refresh_token')).toBe(true)
    expect(found).toEqual([])
    await dialog.getByTestId('channel-disconnect').click()
    await dialog.getByTestId('channel-sign-in').waitFor()
    expect(double.refreshTokens, 'nothing is left at the service').toEqual(new Set())
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    problems.splice(0, problems.length, ...problems.filter((each) => !each.includes('/studio/channels/twitch/sign-in')))
  })

  it('adds a transition with its settings, and gives a scene one of its own', async () => {
    await page.getByTestId('edit-transitions').click()
    const dialog = page.getByTestId('transitions-dialog')
    await dialog.getByTestId('add-transition').selectOption('wipe')
    await dialog.locator('[data-testid="transition-entry"][data-current="true"]', { hasText: 'Wipe' }).waitFor()
    await dialog.getByTestId('transition-name').fill('Slow wipe')
    await dialog.locator('[data-setting="durationMs"]').fill('2500')
    await dialog.locator('[data-setting="direction"]').selectOption('up')
    await dialog.locator('[data-setting="map"]').selectOption('green')
    await untilShow(({ transitions }) => {
      const { name, durationMs, settings } = transitions.at(-1)
      return name === 'Slow wipe' && durationMs === 2500 && settings.direction === 'up' && settings.map === 'green'
    }, 'the transition has its settings')
    await dialog.locator('[data-setting="map"]').selectOption('')
    await untilShow(({ transitions }) => transitions.at(-1).settings.map === undefined, 'a setting is taken away')
    await dialog.locator('[data-testid="scene-transition"][data-scene="end"]').selectOption({ label: 'Slow wipe' })
    await untilShow(({ scenes, transitions }) => scenes[1].transition === transitions.at(-1).id, 'the scene has its own transition')
    await look(page, 'studio-transitions')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    const before = (await show()).transitions.at(-1).id
    const switched = await ask('POST', '/studio/program', { scene: 'end' })
    expect(switched).toMatchObject({ transition: before, durationMs: 2500 })
    await ask('POST', '/studio/program', { scene: 'talk', transition: 'cut' })
  })

  it('edits transitions by keys alone', async () => {
    await page.getByTestId('edit-transitions').focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByTestId('transitions-dialog')
    await dialog.getByRole('button', { name: 'Cut' }).focus()
    await page.keyboard.press('End')
    await dialog.locator('[data-testid="transition-entry"][data-current="true"]', { hasText: 'Slow wipe' }).waitFor()
    await dialog.getByTestId('transition-usual').focus()
    await page.keyboard.press('Space')
    await untilShow((now) => now.transition === now.transitions.at(-1).id, 'it is used for all scenes')
    await dialog.getByTestId('delete-transition').focus()
    await page.keyboard.press('Enter')
    await untilShow(
      (now) => now.transitions.length === 2 && now.transition === 'cut' && now.scenes[1].transition === undefined,
      'it is gone',
    )
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.getByTestId('undo').click()
    await untilShow(({ transitions }) => transitions.length === 3, 'undo brings it back')
  })

  it('makes a macro of actions, records its keys, and runs it from the dialog', async () => {
    await page.getByTestId('edit-macros').click()
    const dialog = page.getByTestId('macros-dialog')
    await dialog.getByTestId('add-first-macro').click()
    await dialog.getByTestId('macro-name').fill('End of the show')
    await dialog.getByTestId('add-action').selectOption('switch')
    const first = dialog.getByTestId('macro-action').nth(0)
    await first.locator('[data-setting="scene"]').selectOption('end')
    await first.locator('[data-setting="transition"]').selectOption('cut')
    await dialog.getByTestId('add-action').selectOption('wait')
    await dialog.getByTestId('macro-action').nth(1).locator('[data-setting="ms"]').fill('50')
    await dialog.getByTestId('add-action').selectOption('mute')
    await dialog.getByTestId('macro-action').nth(2).locator('[data-setting="muted"]').selectOption('false')
    await untilShow(
      ({ macros: [macro] }) =>
        JSON.stringify(macro?.actions) ===
        JSON.stringify([
          { do: 'switch', scene: 'end', transition: 'cut' },
          { do: 'wait', ms: 50 },
          { do: 'mute', source: 'beep', muted: false },
        ]),
      'the macro has its actions',
    )
    await dialog.getByTestId('record-keys').click()
    await page.keyboard.press('Control+Shift+Digit1')
    await untilShow(({ macros: [macro] }) => macro.hotkeys[0] === 'Ctrl+Shift+1', 'the macro has its keys')
    await dialog.getByTestId('run-macro').click()
    await dialog.locator('[data-testid="macro-run"][data-state="done"]').waitFor()
    expect(await onAir()).toBe('end')
    expect((await show()).sources[2].audio.muted).toBe(false)
    await look(page, 'studio-macros')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('runs a macro by its keys, and not while a text is written', async () => {
    await ask('POST', '/studio/program', { scene: 'talk', transition: 'cut' })
    await page.getByTestId('edit-macros').focus()
    await page.keyboard.press('Control+Shift+Digit1')
    await until(async () => (await onAir()) === 'end', 'its keys put the scene on air')
    await page.locator('[data-testid="scene"][data-scene="end"][data-on-air="true"]').waitFor()
    await ask('POST', '/studio/program', { scene: 'talk', transition: 'cut' })
    await page.locator('[data-testid="scene"][data-scene="talk"] .entry-main').focus()
    await page.keyboard.press('F2')
    await page.getByTestId('rename').waitFor()
    await page.keyboard.press('Control+Shift+Digit1')
    await page.keyboard.press('Escape')
    await page.getByTestId('rename').waitFor({ state: 'detached' })
    // A key that does something is behind it: what the first one had done would be done by then.
    await page.keyboard.press('F2')
    await page.getByTestId('rename').fill('The talk')
    await page.keyboard.press('Enter')
    await untilShow(({ scenes }) => scenes[0].name === 'The talk', 'the scene has its new name')
    expect(await onAir()).toBe('talk')
  })

  it('shows which keys two macros share, and why a macro failed', async () => {
    await page.getByTestId('edit-macros').click()
    const dialog = page.getByTestId('macros-dialog')
    await dialog.getByTestId('duplicate-macro').click()
    await dialog.locator('[data-testid="macro"][data-current="true"]', { hasText: 'copy' }).waitFor()
    expect((await show()).macros[1].hotkeys).toEqual([])
    await dialog.getByTestId('record-keys').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+Shift+Digit1')
    await dialog.getByTestId('key-conflict').getByText('Ctrl+Shift+1 also runs "End of the show".').waitFor()
    await screenshot(page, 'studio-macros-conflict')
    await dialog.getByRole('button', { name: 'Remove Ctrl+Shift+1' }).click()
    await dialog.getByTestId('key-conflict').waitFor({ state: 'detached' })
    await dialog.getByTestId('record-keys').click()
    await page.keyboard.press('Control+z')
    await dialog.getByTestId('key-conflict').getByText('has another use on this page').waitFor()
    await dialog.getByRole('button', { name: 'Remove Ctrl+Z' }).click()
    await dialog.getByTestId('key-conflict').waitFor({ state: 'detached' })
    await ask('DELETE', '/studio/scenes/end')
    await dialog.getByTestId('run-macro').click()
    await dialog.locator('[data-testid="macro-run"][data-state="failed"]', { hasText: 'Action 1 failed' }).waitFor()
    await dialog.getByTestId('delete-macro').click()
    await dialog.getByTestId('delete-macro').click()
    await untilShow(({ macros }) => macros.length === 0, 'both are deleted')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('is found by a few letters', async () => {
    await page.keyboard.press('Control+k')
    await page.getByTestId('palette-text').fill('hotkeys')
    await page.getByTestId('palette-entry').filter({ hasText: 'Macros and hotkeys' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByTestId('macros-dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('macros-dialog').waitFor({ state: 'detached' })
  })

  it('has no errors on the page', () => {
    expect(problems).toEqual([])
  })
})
