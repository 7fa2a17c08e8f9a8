import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { complaints, launchBrowser, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { openCollection, showRequests } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'evening',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360, scene: 'talk' }],
  scenes: [
    { id: 'talk', name: 'Talk', items: [{ id: 'title-item', source: 'title', position: { x: 20, y: 20 } }] },
    { id: 'end', name: 'The end', items: [] },
  ],
  sources: [
    { id: 'title', name: 'Title', kind: 'text', settings: { text: 'Good evening', fontSize: 40 } },
    { id: 'mic', name: 'Mic', kind: 'tone', audio: {} },
  ],
}

describe('several pages on one show', () => {
  let host: RunningHost
  let browser: Browser
  let one: Page
  let other: Page
  const problems: string[][] = []

  const { untilShow } = showRequests(() => host)
  const open = async (): Promise<Page> => {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })).newPage()
    page.setDefaultTimeout(60_000)
    problems.push(complaints(page))
    await page.goto(`${host.http}/studio`)
    await page.locator('[data-testid="source"][data-item-id="title-item"]').dblclick()
    await page.getByTestId('properties').waitFor()
    return page
  }
  const field = (page: Page, name: string): Locator => page.getByTestId('properties').locator(`[data-setting="${name}"]`)

  beforeAll(async () => {
    host = await startHost({ name: 'studio-two-pages' })
    await openCollection(host, collection)
    browser = await launchBrowser()
    ;[one, other] = await Promise.all([open(), open()])
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('keep both edits where they change different properties of one item at the same time', async () => {
    const words = 'Welcome to the show'
    await Promise.all([
      field(one, 'text').pressSequentially(words, { delay: 15 }),
      (async () => {
        for (let size = 41; size <= 60; size++) await field(other, 'fontSize').fill(String(size))
      })(),
    ])
    await untilShow(({ sources }) => {
      const { text, fontSize } = sources[0].settings
      return fontSize === 60 && text.includes(words)
    }, 'the text of the one and the size of the other')
    for (const page of [one, other]) {
      await until(
        async () => (await field(page, 'text').inputValue()).includes(words) && (await field(page, 'fontSize').inputValue()) === '60',
        'both pages show both',
      )
    }
  })

  it('say what was changed on the other one, and bring their own value back with one click', async () => {
    await field(one, 'fontSize').fill('70')
    await untilShow(({ sources }) => sources[0].settings.fontSize === 70, 'the first one')
    await field(other, 'fontSize').fill('33')
    await untilShow(({ sources }) => sources[0].settings.fontSize === 33, 'the second one, which is newer')
    const reported = one.getByTestId('toast').filter({ hasText: 'Title' })
    await reported.getByText('"Title" was changed elsewhere').waitFor()
    await screenshot(one, 'studio-conflict')
    await reported.getByRole('button', { name: 'Use mine' }).click()
    await untilShow(({ sources }) => sources[0].settings.fontSize === 70, 'the first one again')
    await other.getByTestId('toast').filter({ hasText: '"Title" was changed elsewhere' }).first().waitFor()
  })

  it('let nobody be heard whose key is no longer pressed, and show the key that two macros share', async () => {
    await one.locator('[data-testid="strip"][data-source="mic"]').getByTestId('strip-more').click()
    await one.getByTestId('strip-menu').getByRole('menuitem', { name: 'Push to talk…' }).click()
    const dialog = one.getByTestId('macros-dialog')
    await dialog.waitFor()
    await until(async () => (await dialog.getByTestId('record-keys').innerText()).includes('Press the keys'), 'it records at once')
    await one.keyboard.press('F8')
    await untilShow(({ macros, sources }) => macros[0]?.hotkeys[0] === 'F8' && sources[1].audio.muted, 'the macro has its key')
    await screenshot(one, 'studio-push-to-talk')
    await one.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await one.getByTestId('edit-macros').focus()
    await one.keyboard.down('F8')
    await untilShow(({ sources }) => !sources[1].audio.muted, 'heard while it is pressed')
    await one.keyboard.up('F8')
    await untilShow(({ sources }) => sources[1].audio.muted, 'and not when it is let go')
    await one.keyboard.down('F8')
    await untilShow(({ sources }) => !sources[1].audio.muted, 'heard again')
    await one.evaluate(() => window.dispatchEvent(new Event('blur')))
    await untilShow(({ sources }) => sources[1].audio.muted, 'who leaves the window is not heard any more')
    await one.keyboard.up('F8')
  })

  it('jump in the history', async () => {
    await one.getByTestId('add-scene').click()
    // Its name is asked for once it is chosen; until then the button to delete is for the scene before it.
    await one.getByTestId('rename').waitFor()
    await one.keyboard.press('Escape')
    await one.locator('[data-testid="scene"][data-current="true"]:not([data-scene="talk"])').waitFor()
    await untilShow(({ scenes }) => scenes.length === 3, 'a third scene')
    await one.getByTestId('delete-scene').click()
    await untilShow(({ scenes }) => scenes.length === 2, 'it is deleted')
    await one.getByTestId('history').click()
    const list = one.getByTestId('history-list')
    await list.getByTestId('history-done').first().waitFor()
    await screenshot(one, 'studio-history')
    expect(await findingsInBothThemes(one)).toEqual([])
    await list.getByTestId('history-start').click()
    await untilShow(({ macros, sources }) => macros.length === 0 && sources[0].settings.fontSize === 40, 'everything is as it was opened')
    // Steps are undone one by one: the first of the list is another one until all are.
    await list.getByTestId('history-start').waitFor({ state: 'detached' })
    expect(await list.getByTestId('history-undone').count()).toBeGreaterThan(4)
    await list.getByTestId('history-undone').first().click()
    await untilShow(({ macros, scenes }) => macros.length === 1 && scenes.length === 2, 'and is done again by one click')
    await one.keyboard.press('Escape')
    await list.waitFor({ state: 'detached' })
  })

  it('mark scenes with colours and keep them in folders', async () => {
    const scene = (name: string): Locator => one.getByTestId('scene').filter({ has: one.getByText(name, { exact: true }) })
    const choose = (entry: string): Promise<void> =>
      one.getByTestId('scene-menu').getByRole('menuitem', { name: entry, exact: true }).click()
    await scene('The end').click({ button: 'right' })
    await choose('Green')
    await untilShow(({ scenes }) => scenes[1].color === '#30a46c', 'it has its colour')
    await scene('The end').click({ button: 'right' })
    await choose('Move to a new folder')
    await one.getByTestId('rename').fill('Endings')
    await one.keyboard.press('Enter')
    await untilShow(({ scenes }) => scenes[1].folder === 'Endings', 'it is in the folder')
    await screenshot(one, 'studio-folders')
    await one.getByTestId('scene-folder').locator('.entry-main').click()
    await scene('The end').waitFor({ state: 'detached' })
    await one.getByTestId('scene-folder').locator('.entry-main').click()
    await scene('The end').click({ button: 'right' })
    await choose('Take out of its folder')
    await one.getByTestId('scene-folder').waitFor({ state: 'detached' })
    await scene('The end').click({ button: 'right' })
    await choose('No colour')
    await untilShow(({ scenes }) => scenes[1].color === undefined && scenes[1].folder === undefined, 'it is as it was')
  })

  it('have no errors', () => {
    expect(problems).toEqual([[], []])
  })
})

describe('the studio page of a viewer', () => {
  let host: RunningHost
  let browser: Browser

  beforeAll(async () => {
    host = await startHost({ name: 'studio-viewer', args: ['--auth', 'on'] })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('shows the show, and nothing on it can be changed', async () => {
    const admin = await (await browser.newContext()).newPage()
    await admin.goto(String(host.ready.signInUrl))
    await admin.getByTestId('first-run').waitFor()
    const ask = (page: Page, method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> =>
      page.evaluate(
        async (request) => {
          const reply = await fetch(`/api/v1${request.path}`, {
            method: request.method,
            ...(request.body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(request.body) }),
          })
          return { status: reply.status, body: await reply.json() }
        },
        { method, path, body },
      )
    expect((await ask(admin, 'POST', '/studio/collections', { name: 'evening', collection })).status).toBeLessThan(300)
    expect((await ask(admin, 'POST', '/studio/collections/evening/open', {})).status).toBeLessThan(300)
    const { secret } = (await ask(admin, 'POST', '/tokens', { label: 'guest of the show', role: 'viewer' })).body
    const before = (await ask(admin, 'GET', '/studio/collection')).body

    const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })).newPage()
    page.setDefaultTimeout(60_000)
    await page.goto(String(host.ready.signInUrl))
    await page.getByTestId('sign-in-token').fill(secret)
    await page.getByTestId('sign-in-submit').click()
    await page.getByTestId('first-run').waitFor()
    await page.goto(`${host.http}/studio`)
    await page.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor()
    await page.locator('[data-testid="source"][data-item-id="title-item"]').dblclick()
    await page.getByTestId('properties').waitFor()
    await until(
      async () => Number((await page.locator('[data-testid="meter"]').first().getAttribute('data-level')) || -120) > -40,
      'the meter moves',
    )
    await screenshot(page, 'studio-viewer')
    const inputs = page.locator(
      '.docks input:not([type="search"]), .docks select, .properties input, .properties select, .properties textarea',
    )
    expect(await inputs.count()).toBeGreaterThan(5)
    for (const input of await inputs.all()) expect(await input.isDisabled(), await input.evaluate((each) => each.outerHTML)).toBe(true)
    for (const id of ['add-scene', 'add-source', 'add-sound', 'add-output', 'undo', 'history', 'go-live', 'edit-macros', 'edit-tracks'])
      expect((await page.getByTestId(id).count()) === 0 || (await page.getByTestId(id).isDisabled()), id).toBe(true)
    await page.getByTestId('scene').filter({ hasText: 'The end' }).click()
    await page.getByTestId('scene').first().click({ button: 'right' })
    expect(await page.getByTestId('scene-menu').count()).toBe(0)
    await page.locator('[data-testid="source"] .entry-main').focus()
    await page.keyboard.press('Delete')
    await page.keyboard.press('F2')
    await page.keyboard.press('Control+z')
    expect(await ask(page, 'POST', '/studio/edits', { edits: [{ do: 'remove', at: 'sources/title' }] })).toMatchObject({
      status: 403,
      body: { code: 'auth.forbidden' },
    })
    expect((await ask(page, 'POST', '/studio/hotkeys', { chord: 'F8', released: true })).status).toBe(403)
    const after = (await ask(admin, 'GET', '/studio/collection')).body
    expect(after.revision).toBe(before.revision)
    expect((await ask(admin, 'GET', '/studio/program')).body.canvases[0].program).toBe('talk')
  })
})
