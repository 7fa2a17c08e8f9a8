import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { look, openCollection, showRequests, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

const color = (id: string, name: string) => ({ id, name, kind: 'color', settings: { color: '#4060c0', width: 120, height: 80 } })
const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'evening',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360, scene: 'talk' }],
  scenes: [
    {
      id: 'talk',
      name: 'Talk',
      items: [
        { id: 'logo', source: 'logo', position: { x: 20, y: 20 }, rotation: 10 },
        { id: 'title', source: 'title', position: { x: 200, y: 200 } },
        { id: 'frame', source: 'frame', position: { x: 400, y: 100 } },
      ],
    },
    ...Array.from({ length: 8 }, (_, index) => ({
      id: `part-${index + 1}`,
      name: `Part ${index + 1}`,
      items: index === 1 ? [{ id: 'voice', source: 'voice' }] : [],
    })),
  ],
  sources: [
    { ...color('logo', 'Logo'), filters: [{ id: 'grey', name: 'Grey', kind: 'color-correction', settings: { saturation: 0 } }] },
    color('title', 'Title'),
    color('frame', 'Frame'),
    { id: 'voice', name: 'Voice', kind: 'tone', audio: { muted: true, filters: [{ kind: 'gate' }] } },
  ],
}

describe('scenes and items of the studio page', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]

  const { ask, show, untilShow } = showRequests(() => host)
  const scene = (name: string): Locator => page.getByTestId('scene').filter({ has: page.getByText(name, { exact: true }) })
  const source = (name: string): Locator => page.getByTestId('source').filter({ has: page.getByText(name, { exact: true }) })
  const choose = (menu: string, entry: string): Promise<void> =>
    page.getByTestId(menu).getByRole('menuitem', { name: entry, exact: true }).click()
  /** Puts a scene on air, and waits until its items are listed. */
  const edit = async (name: string, id: string): Promise<void> => {
    await scene(name).click()
    await page.locator(`[data-testid="scene"][data-scene="${id}"][data-current="true"]`).waitFor()
  }

  beforeAll(async () => {
    host = await startHost({ name: 'studio-items' })
    await openCollection(host, collection)
    browser = await launchBrowser()
    ;({ page, problems } = await studioWindow(browser))
    await page.goto(`${host.http}/studio`)
    await source('Logo').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('copies items into another scene by the menu, and again by keys', async () => {
    await source('Frame').click()
    await source('Logo').click({ modifiers: ['Shift'] })
    await page.locator('[data-testid="source"][data-item-id="title"][data-current="true"]').waitFor()
    await source('Title').click({ button: 'right' })
    await page.getByTestId('source-menu').waitFor()
    expect(await findingsInBothThemes(page)).toEqual([])
    await screenshot(page, 'studio-items-menu')
    await choose('source-menu', 'Copy')
    await scene('Part 1').click({ button: 'right' })
    await choose('scene-menu', 'Paste items into it')
    await untilShow(({ scenes }) => scenes[1].items.length === 3, 'the three items are in the other scene')
    const pasted = await show()
    expect(pasted.scenes[1].items.map((each: any) => each.source)).toEqual(['logo', 'title', 'frame'])
    expect(pasted.sources).toHaveLength(4)
    await edit('Part 1', 'part-1')
    await source('Logo').locator('.entry-main').focus()
    await page.keyboard.press('Control+v')
    await until(
      async () => (await page.locator('[data-testid="source"][data-current="true"]').count()) === 3,
      'the pasted ones are selected',
    )
    expect(await page.getByTestId('source').count()).toBe(6)
    await page.keyboard.press('Control+a')
    await until(async () => (await page.locator('[data-testid="source"][data-current="true"]').count()) === 6, 'all are selected')
    await page.keyboard.press('Delete')
    await untilShow(({ scenes, sources }) => scenes[1].items.length === 0 && sources.length === 4, 'all of them are deleted at once')
  })

  it('copies a transform and filters from one item to others, and undoes it', async () => {
    await edit('Talk', 'talk')
    await source('Logo').click({ button: 'right' })
    await choose('source-menu', 'Copy transform')
    await source('Title').click({ button: 'right' })
    await choose('source-menu', 'Paste transform')
    await untilShow(({ scenes }) => {
      const { rotation, position } = scenes[0].items[1]
      return rotation === 10 && position.x === 20
    }, 'the other item is where the first one is')
    await source('Logo').click({ button: 'right' })
    await choose('source-menu', 'Copy filters')
    await source('Title').click({ button: 'right' })
    await choose('source-menu', 'Paste filters')
    await untilShow(({ sources }) => sources[1].filters[0]?.settings.saturation === 0, 'its source has the filter')
    expect((await show()).sources[1].filters[0].id).not.toBe('grey')
    await page.getByTestId('undo').click()
    await untilShow(({ sources }) => sources[1].filters.length === 0, 'the filter is undone')
    const undoes = page.locator('[data-testid="undo"][aria-label*="Paste transform to \\"Title\\""]')
    await undoes.waitFor()
    await undoes.click()
    await untilShow(({ scenes }) => scenes[0].items[1].rotation === 0, 'and the transform')
  })

  it('says which filters were left out where a source has no audio for them', async () => {
    await edit('Part 2', 'part-2')
    await source('Voice').click({ button: 'right' })
    await choose('source-menu', 'Copy filters')
    await edit('Talk', 'talk')
    await source('Title').click({ button: 'right' })
    await choose('source-menu', 'Paste filters')
    await page.getByTestId('toast').filter({ hasText: 'One audio filter was left out: Title has no audio.' }).waitFor()
    await screenshot(page, 'studio-items-left-out')
  })

  it('distributes three items by the menu of the canvas, two of them not', async () => {
    const places = async (): Promise<Record<string, { x: number; y: number }>> =>
      Object.fromEntries((await show()).scenes[0].items.map(({ id, position }: any) => [id, position]))
    const fromMenu = async (entry: string): Promise<void> => {
      await page.getByTestId('stage').focus()
      await page.keyboard.press('Shift+F10')
      await choose('stage-menu', entry)
    }
    await ask('PATCH', '/studio/scenes/talk/items/logo', { rotation: 0 })
    await untilShow(({ scenes }) => scenes[0].items[0].rotation === 0, 'the first item is upright')
    await source('Frame').click()
    await source('Title').click({ modifiers: ['Control'] })
    await page.getByTestId('stage').focus()
    await page.keyboard.press('Shift+F10')
    const horizontally = page.getByTestId('stage-menu').getByRole('menuitem', { name: 'Distribute horizontally' })
    expect(await horizontally.isDisabled()).toBe(true)
    await page.keyboard.press('Escape')
    await source('Logo').click({ modifiers: ['Control'] })
    await page.getByTestId('frame-logo').waitFor()
    // 120 wide at 20, 200 and 400: two gaps of 70; 80 high at 20, 200 and 100: two of 10.
    await fromMenu('Distribute horizontally')
    await untilShow(({ scenes }) => scenes[0].items[1].position.x === 210, 'the middle one has the same gap on both sides')
    await fromMenu('Distribute vertically')
    await untilShow(({ scenes }) => scenes[0].items[2].position.y === 110, 'and above and below')
    expect(await places()).toEqual({ logo: { x: 20, y: 20 }, title: { x: 210, y: 200 }, frame: { x: 400, y: 110 } })
    // One step or two: what changes the same items shortly after is one.
    for (let now = await places(); now.title?.x !== 200 || now.frame?.y !== 100; now = await places()) {
      await page.getByTestId('undo').click()
      const before = JSON.stringify(now)
      await until(async () => JSON.stringify(await places()) !== before, 'a step is undone')
    }
    expect(await places()).toMatchObject({ title: { x: 200, y: 200 }, frame: { x: 400, y: 100 } })
  })

  it('aligns one item to the canvas, and several to each other, by the menu of the canvas', async () => {
    const places = async (): Promise<Record<string, { x: number; y: number }>> =>
      Object.fromEntries((await show()).scenes[0].items.map(({ id, position }: any) => [id, position]))
    const align = async (entry: string, expected: Record<string, { x: number; y: number }>): Promise<void> => {
      await page.getByTestId('stage').focus()
      await page.keyboard.press('Shift+F10')
      await choose('stage-menu', entry)
      await expect.poll(places, { message: entry, timeout: 30_000 }).toEqual(expected)
    }
    const logo = { x: 20, y: 20 }
    const title = { x: 200, y: 200 }
    await source('Frame').click()
    await page.getByTestId('frame-frame').waitFor()
    // 120x80 on a canvas of 640x360.
    await align('Align right', { logo, title, frame: { x: 520, y: 100 } })
    await align('Align bottom', { logo, title, frame: { x: 520, y: 280 } })
    await align('Align centers', { logo, title, frame: { x: 260, y: 280 } })
    await align('Align middles', { logo, title, frame: { x: 260, y: 140 } })
    await align('Align left', { logo, title, frame: { x: 0, y: 140 } })
    await align('Align top', { logo, title, frame: { x: 0, y: 0 } })
    await ask('PATCH', '/studio/scenes/talk/items/frame', { position: { x: 400, y: 100 } })
    await untilShow(({ scenes }) => scenes[0].items[2].position.x === 400, 'the item is back')
    await source('Title').click({ modifiers: ['Control'] })
    await page.getByTestId('frame-title').waitFor()
    // Both are from 200 to 520, and from 100 to 280.
    await align('Align right', { logo, title: { x: 400, y: 200 }, frame: { x: 400, y: 100 } })
    await align('Align top', { logo, title: { x: 400, y: 100 }, frame: { x: 400, y: 100 } })
    await ask('PATCH', '/studio/scenes/talk/items/title', { position: title })
    await untilShow(({ scenes }) => scenes[0].items[1].position.x === 200, 'the other one, too')
  })

  it('groups items by key and takes the group apart by its menu', async () => {
    await source('Frame').click()
    await source('Title').click({ modifiers: ['Control'] })
    await source('Title').locator('.entry-main').focus()
    await page.keyboard.press('Control+g')
    await untilShow(({ scenes }) => scenes[0].items.some((each: any) => each.group?.length === 2), 'two items are in a group')
    await source('Group').waitFor()
    // A double click closes and opens it, keys do, too; what is seen and heard stays as it is.
    const listed = (names: readonly string[]) =>
      until(
        async () => (await page.getByTestId('source').locator('.entry-name').allInnerTexts()).join() === names.join(),
        `the list has ${names}`,
      )
    await listed(['Group', 'Frame', 'Title', 'Logo'])
    await source('Frame').click()
    await source('Group').dblclick()
    await listed(['Group', 'Logo'])
    await page.locator('[data-testid="source"][data-current="true"]').filter({ hasText: 'Group' }).waitFor()
    await screenshot(page, 'studio-items-group-closed')
    await source('Group').locator('.entry-main').press('ArrowRight')
    await listed(['Group', 'Frame', 'Title', 'Logo'])
    await source('Group').getByTestId('toggle-group').click()
    await listed(['Group', 'Logo'])
    await source('Group').dblclick()
    await listed(['Group', 'Frame', 'Title', 'Logo'])
    // A group cannot be in a group: the menu and the keys say so, and nothing is left out.
    await source('Logo').click()
    await source('Group').click({ modifiers: ['Control'] })
    await source('Group').click({ button: 'right' })
    const why = 'A group cannot be in a group. Ungroup it first.'
    const entry = page.getByTestId('source-menu').getByRole('menuitem', { name: why })
    expect(await entry.isDisabled()).toBe(true)
    await screenshot(page, 'studio-items-group-menu')
    await page.keyboard.press('Escape')
    await source('Group').locator('.entry-main').focus()
    await page.keyboard.press('Control+g')
    await page.getByTestId('toast').filter({ hasText: why }).waitFor()
    expect((await show()).scenes[0].items).toHaveLength(2)
    // All that may be edited: neither the items of the group, nor what is locked.
    await ask('PATCH', '/studio/scenes/talk/items/logo', { locked: true })
    await page.locator('[data-testid="source"][data-item-id="logo"] [data-testid="toggle-locked"][aria-pressed="true"]').waitFor()
    await page.keyboard.press('Control+a')
    await until(
      async () => (await page.locator('[data-testid="source"][data-current="true"]').count()) === 1,
      'the group alone is selected',
    )
    await ask('PATCH', '/studio/scenes/talk/items/logo', { locked: false })
    await source('Group').locator('.entry-main').focus()
    await page.keyboard.press('Shift+F10')
    await page.getByTestId('source-menu').waitFor()
    await choose('source-menu', 'Ungroup')
    await untilShow(({ scenes }) => scenes[0].items.length === 3, 'the group is taken apart')
    const { position } = (await show()).scenes[0].items.find((each: any) => each.source === 'frame')
    expect(position).toEqual({ x: 400, y: 100 })
  })

  it('renames, duplicates and hides by the menu', async () => {
    await source('Title').click({ button: 'right' })
    await choose('source-menu', 'Rename')
    await page.getByTestId('rename').fill('Headline')
    await page.keyboard.press('Enter')
    await untilShow(({ sources }) => sources[1].name === 'Headline', 'it has its new name')
    await source('Headline').click({ button: 'right' })
    await choose('source-menu', 'Duplicate')
    await untilShow(({ scenes }) => scenes[0].items.filter((each: any) => each.source === 'title').length === 2, 'it is there twice')
    await page.getByTestId('undo').click()
    await untilShow(({ scenes }) => scenes[0].items.length === 3, 'once again')
    await until(async () => (await source('Headline').count()) === 1, 'the page shows it once')
    await source('Headline').click({ button: 'right' })
    await choose('source-menu', 'Hide')
    await page.locator('[data-testid="source"][data-item-id="title"][data-hidden="true"]').waitFor()
    await source('Headline').click({ button: 'right' })
    await choose('source-menu', 'Show')
    await page.locator('[data-testid="source"][data-item-id="title"][data-hidden="false"]').waitFor()
  })

  it('finds scenes by letters, and deletes several of them at once', async () => {
    await page.getByTestId('search-scenes').fill('part 7')
    await until(async () => (await page.getByTestId('scene').count()) === 1, 'one scene is found')
    await page.keyboard.press('Escape')
    await until(async () => (await page.getByTestId('scene').count()) === 9, 'all scenes are listed again')
    await scene('Part 5').click({ modifiers: ['Control'] })
    await scene('Part 8').click({ modifiers: ['Shift'] })
    await scene('Part 6').click({ button: 'right' })
    await page.getByTestId('scene-menu').waitFor()
    await screenshot(page, 'studio-scenes-menu')
    await choose('scene-menu', 'Delete 4 scenes')
    await untilShow(({ scenes }) => scenes.map(({ id }: any) => id).join(' ') === 'talk part-1 part-2 part-3 part-4', 'the four are gone')
    expect((await ask('GET', '/studio/program')).canvases[0].program).toBe('talk')
    // One step of the history brings them back.
    await page.getByTestId('undo').click()
    await untilShow(({ scenes }) => scenes.length === 9, 'they are back')
  })

  it('undoes by the button of a message only what that message is about', async () => {
    const remove = async (name: string): Promise<Locator> => {
      await scene(name).click({ button: 'right' })
      await choose('scene-menu', 'Delete scene')
      await scene(name).waitFor({ state: 'detached' })
      return page
        .getByTestId('toast')
        .filter({ hasText: `"${name}"` })
        .getByRole('button', { name: 'Undo' })
    }
    const names = async (): Promise<readonly string[]> => (await show()).scenes.map(({ name }: any) => name)
    // It has the focus, so it stays however long this takes.
    const first = await remove('Part 7')
    await first.focus()
    await ask('PATCH', '/studio/scenes/part-8', { name: 'Credits' })
    await scene('Credits').waitFor()
    await first.press('Enter')
    await page.getByTestId('toast').filter({ hasText: 'More was changed since.' }).waitFor()
    expect(await names()).toEqual(expect.arrayContaining(['Credits']))
    expect(await names()).not.toContain('Part 7')
    // One after the other is undone in turn.
    const [earlier, later] = [await remove('Part 6'), await remove('Credits')]
    await later.press('Enter')
    await scene('Credits').waitFor()
    await earlier.press('Enter')
    await scene('Part 6').waitFor()
  })

  it('does not take a step for its own that somebody else does before its edit is answered', async () => {
    await page.route('**/studio/edits', async (route) => {
      const answer = await route.fetch()
      await ask('PATCH', '/studio/scenes/part-5', { name: 'By somebody else' })
      await route.fulfill({ response: answer })
    })
    await scene('Part 6').click({ button: 'right' })
    await choose('scene-menu', 'Delete scene')
    await scene('By somebody else').waitFor()
    await page.getByTestId('toast').filter({ hasText: '"Part 6"' }).getByRole('button', { name: 'Undo' }).press('Enter')
    await page.getByTestId('toast').filter({ hasText: 'More was changed since.' }).waitFor()
    await page.unroute('**/studio/edits')
    const names = (await show()).scenes.map(({ name }: any) => name)
    expect([names.includes('By somebody else'), names.includes('Part 6')]).toEqual([true, false])
    for (const _step of names.slice(0, 2)) await ask('POST', '/studio/undo', {})
    await scene('Part 6').waitFor()
  })

  it('shows a menu above messages', async () => {
    // In the page, where messages are not gone before somebody has looked.
    const above = await page.evaluate(async () => {
      const until = async <T>(find: () => T | null | undefined): Promise<T> => {
        for (;;) {
          const found = find()
          if (found != null) return found
          await new Promise(requestAnimationFrame)
        }
      }
      const box = (selector: string) => until(() => document.querySelector(selector)?.getBoundingClientRect())
      document.querySelector<HTMLElement>('[data-testid="undo"]')?.click()
      const toast = await box('.toast')
      const at = { bubbles: true, cancelable: true, clientX: toast.left + 20, clientY: toast.top - 40 }
      document.querySelector('[data-testid="source"]')?.dispatchEvent(new MouseEvent('contextmenu', at))
      const menu = await box('.context-menu')
      const [x, y] = [(Math.max(menu.left, toast.left) + Math.min(menu.right, toast.right)) / 2, Math.max(menu.top, toast.top) + 8]
      return { covers: menu.bottom > toast.top + 8, what: document.elementFromPoint(x, y)?.closest('.context-menu, .toast')?.className }
    })
    expect(above).toEqual({ covers: true, what: 'context-menu' })
    await screenshot(page, 'studio-menu-above-messages')
    await page.keyboard.press('Escape')
    await page.getByTestId('redo').click()
  })

  it('shows two messages at a time, counts the others, and shows or dismisses all of them', async () => {
    // In the page, where messages are not gone before somebody has looked.
    const seen = await page.evaluate(async () => {
      const button = (testId: string) => document.querySelector<HTMLElement>(`[data-testid="${testId}"]`)
      const messages = () => [...document.querySelectorAll('.toast')].map((each) => each.textContent ?? '')
      const until = async (what: () => boolean) => {
        for (let frames = 0; frames < 1800 && !what(); frames++) await new Promise(requestAnimationFrame)
      }
      await until(() => {
        for (const each of document.querySelectorAll<HTMLElement>('.toast .icon')) each.click()
        return messages().length === 0
      })
      for (let steps = 0; steps < 3; steps++) button('undo')?.click()
      await until(() => button('toasts-further') !== null)
      const atATime = messages().length
      button('toasts-further')?.click()
      await until(() => messages().filter((text) => text.startsWith('Undone:')).length === 3)
      const all = messages().length
      button('toasts-dismiss')?.click()
      for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame)
      const left = messages().length
      for (let steps = 0; steps < 3; steps++) button('redo')?.click()
      return { atATime, all, left }
    })
    expect(seen).toEqual({ atATime: 2, all: 3, left: 0 })
    await untilShow(({ scenes }) => scenes.some(({ name }: any) => name === 'Credits'), 'the steps are done again')
  })

  it('sets size, background and frame rate, with the items scaled along', async () => {
    await page.getByTestId('edit-canvas').focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByTestId('canvas-dialog')
    await dialog.getByTestId('canvas-size').selectOption('1280×720')
    await dialog.getByTestId('canvas-background').fill('#102030')
    await dialog.getByTestId('canvas-rate').selectOption('25/1')
    await look(page, 'studio-canvas-settings')
    await dialog.getByTestId('canvas-save').click()
    await dialog.waitFor({ state: 'detached' })
    const { canvases, frameRate, scenes } = await show()
    expect(canvases[0]).toMatchObject({ width: 1280, height: 720, background: '#102030' })
    expect(frameRate).toEqual({ numerator: 25, denominator: 1 })
    expect(scenes[0].items.find((each: any) => each.source === 'frame')).toMatchObject({
      position: { x: 800, y: 200 },
      scale: { x: 2, y: 2 },
    })
    await page.getByTestId('undo').click()
    await untilShow((now) => now.canvases[0].width === 640 && now.frameRate.numerator === 30, 'one step undoes all of it')
    await page.getByTestId('edit-canvas').click()
    await dialog.getByTestId('canvas-size').selectOption('')
    await dialog.getByTestId('canvas-width').fill('641')
    expect(await dialog.getByTestId('canvas-save').isDisabled()).toBe(true)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('names keys as Spanish keyboards have them', async () => {
    const spanish = await browser.newPage({ viewport: { width: 1280, height: 720 }, locale: 'es' })
    await spanish.goto(`${host.http}/studio`)
    await spanish.getByTestId('source').first().click({ button: 'right' })
    const keys = await spanish.getByTestId('source-menu').locator('.menu-keys').allInnerTexts()
    expect(keys).toEqual(expect.arrayContaining(['Intro', 'Supr', 'Ctrl+Mayús+D', 'Ctrl+C']))
    await screenshot(spanish, 'studio-items-menu-es')
    await spanish.keyboard.press('Escape')
    await spanish.keyboard.press('?')
    await spanish.getByTestId('shortcuts').locator('kbd').first().waitFor()
    const list = await spanish.getByTestId('shortcuts').locator('kbd').allInnerTexts()
    expect(list).toEqual(expect.arrayContaining(['Intro', 'Supr', 'Mayús', 'Espacio', '↑']))
    await spanish.close()
  })

  it('has no errors on the page', () => {
    // Two steps were no longer the newest ones when their messages were to undo them.
    expect(problems.filter((each) => !(each.includes('409') && each.includes('/studio/undo')))).toEqual([])
  })
})
