import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Barcode, readBarcode } from './helpers/barcode.ts'
import { complaints, launchBrowser, screenshot, sidewaysPx } from './helpers/browser.ts'
import { readFrames, recordFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { showRequests, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

describe('a creator makes a show on the page', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]
  const scratch = mkdtempSync(join(tmpdir(), 'ami-studio-page-'))

  const { ask, show } = showRequests(() => host)
  const namesOf = (rows: Locator): Promise<string[]> => rows.locator('.entry-name').allInnerTexts()
  const output = (id: string) => page.locator(`[data-testid="output"][data-output="${id}"]`)
  const inState = (id: string, state: string) =>
    page.locator(`[data-testid="output"][data-output="${id}"][data-state="${state}"]`).waitFor({ timeout: 90_000 })

  /** What the barcode of the test pattern says that is seen on the program. */
  async function seen(of: Page): Promise<Barcode | undefined> {
    const png = await of.locator('[data-testid="screen-program"]').screenshot()
    const { data } = await sharp(png).resize(640, 360, { fit: 'fill' }).greyscale().raw().toBuffer({ resolveWithObject: true })
    return readBarcode(640, 360, (x, y) => data[y * 640 + x]!)
  }

  beforeAll(async () => {
    // Without a display the first source is the test pattern, whose frames can be read.
    host = await startHost({ name: 'studio-page', env: { DISPLAY: '', WAYLAND_DISPLAY: '' } })
    browser = await launchBrowser()
    ;({ page, problems } = await studioWindow(browser))
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
    rmSync(scratch, { recursive: true, force: true })
  })

  it('shows moving video after two clicks', async () => {
    await page.goto(`${host.http}/live`)
    await page.getByTestId('nav-studio').click()
    await page.getByTestId('start-with-picture').click()
    const first = await until(() => seen(page), 'the test pattern is seen', 90_000)
    const next = await until(async () => {
      const now = await seen(page)
      return now !== undefined && now.frame > first.frame && now
    }, 'the picture moves')
    expect(next.wallMs).toBeGreaterThan(first.wallMs)
    // What follows is as true of a small canvas, which costs a busy machine a ninth.
    const [item] = (await show()).scenes[0].items
    const small = { width: 640, height: 360 }
    await ask('POST', '/studio/edits', {
      edits: [
        { do: 'change', at: 'canvases/main', changes: small },
        { do: 'change', at: `scenes/scene-1/items/${item.id}`, changes: { bounds: { ...item.bounds, ...small } } },
      ],
    })
    await until(async () => (await seen(page)) !== undefined, 'the smaller canvas is seen', 90_000)
    expect(await page.locator('[data-testid="screen-program"]').isVisible()).toBe(true)
  })

  it('adds a text, writes it and moves it while it is seen, and undoes it by key', async () => {
    await page.getByTestId('add-source').click()
    await page.getByTestId('kind-text').click()
    await page.getByTestId('new-source-name').fill('Headline')
    await page.getByTestId('new-source-add').click()
    const properties = page.getByTestId('properties')
    await properties.locator('[data-setting="text"]').fill('Good evening')
    await until(async () => (await show()).sources.at(-1).settings.text === 'Good evening', 'the text is taken with its letters')
    const fit = properties.getByTestId('fit-to-canvas')
    const isInSight = (): Promise<boolean> =>
      fit.evaluate((button) => button.getBoundingClientRect().bottom < button.closest('aside')!.getBoundingClientRect().bottom)
    expect(await isInSight(), 'the position is below the settings of a text').toBe(false)
    for (const part of ['filters', 'settings', 'position']) {
      await properties.getByTestId(`properties-${part}`).click()
      expect(await page.evaluate(() => [scrollY, document.documentElement.scrollHeight - innerHeight]), 'the panel scrolls alone').toEqual([
        0, 0,
      ])
    }
    await until(isInSight, 'a click leads to it')
    const x = properties.locator('[data-setting="X"]')
    expect(await x.evaluate((field) => field === document.activeElement)).toBe(true)
    await x.fill('200')
    const item = async (): Promise<any> => (await show()).scenes[0].items.at(-1)
    await until(async () => (await item()).position.x === 200, 'it was moved')
    // A step of its own: changes within half a second are one.
    await until(async () => (await ask('GET', '/studio/history')).undo[0].name.startsWith('Move'), 'the step is in the history')
    await page.getByTestId('undo').focus()
    await page.keyboard.press('Control+z')
    await until(async () => (await item()).position.x === 320, 'the move is undone')
    await page.keyboard.press('Control+Shift+z')
    await until(async () => (await item()).position.x === 200, 'and done again')
    expect(await namesOf(page.getByTestId('source'))).toEqual(['Headline', 'Test pattern'])
    await screenshot(page, 'studio-page')
  })

  it('has a control for every setting, whatever its sort', async () => {
    const { items } = await ask('GET', '/studio/source-kinds')
    await page.getByTestId('add-source').click()
    for (const kind of ['text', 'gradient', 'playlist', 'display']) {
      await page.getByTestId(`kind-${kind}`).click()
      const form = page.getByTestId('new-source-dialog')
      await form.waitFor()
      const drawn = await form.locator('[data-setting]').evaluateAll((fields) => fields.map((field) => field.getAttribute('data-setting')))
      const { settings } = items.find((each: any) => each.kind === kind)
      // Settings without effect are not shown: those of a text from a file, while it is written here.
      const defaults = (name: string): string => String(settings.properties[name].default)
      const wanted = Object.keys(settings.properties).filter((name) =>
        Object.entries<string[]>(settings.properties[name].when ?? {}).every(([other, values]) => values.includes(defaults(other))),
      )
      expect(drawn.toSorted(), kind).toEqual(expect.arrayContaining(wanted))
      if (kind === 'text') expect(drawn).not.toContain('url')
      await form.getByRole('button', { name: 'Back' }).click()
    }
    await page.keyboard.press('Escape')
    await page.getByTestId('add-source-dialog').waitFor({ state: 'detached' })
  })

  it('filters a source and undoes it', async () => {
    await page.getByTestId('source').filter({ hasText: 'Test pattern' }).locator('.entry-main').focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('add-filters').selectOption('color-correction')
    const filter = page.getByTestId('filter')
    await filter.locator('[data-setting="saturation"]').fill('0')
    await until(async () => (await show()).sources[0].filters[0]?.settings.saturation === 0, 'the filter has its setting')
    await filter.getByTestId('delete-filter').click()
    await filter.waitFor({ state: 'detached' })
  })

  it('is found by a few letters', async () => {
    await page.goto(`${host.http}/settings`)
    await page.getByTestId('settings-form').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByTestId('palette-text').fill('headl')
    await page.getByTestId('palette-entry').filter({ hasText: 'Headline' }).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('[data-testid="source"][data-current="true"]', { hasText: 'Headline' }).waitFor()
    await page.getByTestId('properties').waitFor()
  })

  it('has every section and everything that the studio does among what is found', async () => {
    const find = async (text: string, entry: RegExp): Promise<void> => {
      await page.keyboard.press('Control+k')
      await page.getByTestId('palette-text').fill(text)
      await page.getByRole('option', { name: entry }).first().waitFor()
      await page.keyboard.press('Escape')
      await page.getByTestId('palette').waitFor({ state: 'detached' })
    }
    for (const link of await page.locator('.nav a .nav-label').allInnerTexts()) await find(link, new RegExp(`^${link}\\s+Section`))
    for (const text of [
      'Add source',
      'Add audio',
      'Add output',
      'Go live',
      'Record',
      'Guests',
      'Export with media',
      'Undo',
      'Studio mode',
      'Keyboard shortcuts',
    ])
      await find(text, new RegExp(`^${text}`))
    await page.keyboard.press('Control+k')
    await page.getByTestId('palette-text').fill('go live')
    await page.keyboard.press('Enter')
    await page.getByTestId('go-live-dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('go-live-dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    await page.getByTestId('palette-text').fill('gradient')
    await page.keyboard.press('Enter')
    const form = page.getByTestId('new-source-dialog')
    await form.locator('[data-setting="shape"]').waitFor()
    await form.getByRole('button', { name: 'Cancel' }).click()
    await form.waitFor({ state: 'detached' })
    for (const text of ['Import from OBS Studio', 'Import a show with its media']) {
      // Before the key: the browser has to be asked for it first.
      const chooser = page.waitForEvent('filechooser')
      await page.keyboard.press('Control+k')
      await page.getByTestId('palette-text').fill(text)
      await page.keyboard.press('Enter')
      expect((await chooser).isMultiple()).toBe(false)
    }
  })

  it('orders sources by drag and by key, hides, locks and renames them in place', async () => {
    const rows = page.getByTestId('source')
    await rows.nth(0).dragTo(rows.nth(1), { targetPosition: { x: 20, y: 28 } })
    await until(async () => (await show()).scenes[0].items[0].id.includes('headline'), 'it was dragged below the test pattern')
    await until(async () => (await namesOf(rows))[1] === 'Headline', 'the list shows it')
    await rows.nth(1).getByRole('button', { name: 'Headline' }).first().focus()
    await page.keyboard.press('Alt+ArrowUp')
    await until(async () => (await show()).scenes[0].items[1].id.includes('headline'), 'a key brings it back')
    await until(async () => (await namesOf(rows))[0] === 'Headline', 'the list shows that too')
    await rows.nth(0).getByTestId('toggle-visible').click()
    await rows.nth(0).getByTestId('toggle-locked').click()
    await until(async () => {
      const { visible, locked } = (await show()).scenes[0].items[1]
      return !visible && locked
    }, 'hidden and locked')
    await rows.nth(0).getByTestId('toggle-visible').click()
    await rows.nth(0).locator('.entry-main').focus()
    await page.keyboard.press('F2')
    await page.getByTestId('rename').fill('Title')
    await page.keyboard.press('Enter')
    await until(async () => (await show()).sources.at(-1).name === 'Title', 'renamed')
  })

  it('makes scenes, prepares one in studio mode and brings it on air', async () => {
    await page.getByTestId('add-scene').click()
    await page.getByTestId('rename').fill('Pause')
    await page.keyboard.press('Enter')
    await page.locator('[data-testid="scene"][data-on-air="true"]', { hasText: 'Pause' }).waitFor()
    await page.getByTestId('studio-mode').click()
    await page.locator('[data-testid="studio-mode"]:checked').waitFor()
    await page.getByTestId('scene').filter({ hasText: 'Scene 1' }).click()
    await page.locator('[data-testid="scene"][data-prepared="true"]', { hasText: 'Scene 1' }).waitFor()
    // The page shows its choice before the host has it.
    await until(async () => (await ask('GET', '/studio/program')).canvases[0].preview === 'scene-1', 'the host prepares the scene')
    await page.getByTestId('transition').click()
    await page.locator('[data-testid="scene"][data-on-air="true"]', { hasText: 'Scene 1' }).waitFor()
    // By hand: half of the way, where it stays, and then to its end; what was on air is prepared.
    const air = async () => (await ask('GET', '/studio/program')).canvases[0]
    const [bar, pause] = [page.getByTestId('t-bar'), (await air()).preview]
    // A key is a small step, and stays.
    await bar.press('ArrowRight')
    await until(async () => (await air()).tBar === 0.01, 'the T-bar has left its start')
    await bar.fill('0.5')
    await until(async () => (await air()).tBar === 0.5, 'the T-bar is in the middle')
    await screenshot(page, 'studio-page-studio-mode')
    await bar.press('End')
    await until(async () => {
      const { program, preview, tBar, transition } = await air()
      return program === pause && preview === 'scene-1' && tBar === null && transition === null
    }, 'the T-bar is at its end, and what was on air is prepared')
    await until(async () => (await bar.inputValue()) === '0', 'the T-bar is back')
    await page.getByTestId('transition').click()
    await page.locator('[data-testid="scene"][data-on-air="true"]', { hasText: 'Scene 1' }).waitFor()
    await page.getByTestId('studio-mode').click()
    await page.locator('[data-testid="studio-mode"]:not(:checked)').waitFor()
    await until(async () => (await seen(page)) !== undefined, 'the scene is seen')
    await page.getByTestId('scene').filter({ hasText: 'Pause' }).locator('.entry-main').focus()
    await page.keyboard.press('Delete')
    await page.getByTestId('scene').filter({ hasText: 'Pause' }).waitFor({ state: 'detached' })
    await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).last().click()
    await page.getByTestId('scene').filter({ hasText: 'Pause' }).waitFor()
  })

  it('meters its audio and sets its level', async () => {
    const strip = page.getByTestId('strip')
    // The test pattern beeps each second.
    await until(async () => Number((await strip.getByTestId('meter').getAttribute('data-level')) || -120) > -40, 'the meter moves')
    const audio = async (): Promise<any> => (await show()).sources[0].audio
    await strip.getByTestId('fader').focus()
    for (let presses = 0; presses < 3; presses++) await page.keyboard.press('ArrowDown')
    await until(async () => (await audio()).gainDb === -3, 'three presses are 3 dB')
    expect(await strip.getByTestId('gain').innerText()).toBe('-3.0 dB')
    await strip.getByTestId('mute').click()
    await until(async () => (await audio()).muted, 'muted')
    await strip.getByTestId('mute').click()
    await until(async () => !(await audio()).muted, 'heard again')
  })

  it('goes live to two places and records with one button each, sees how each is, and ends them', async () => {
    /** A cheap encoding that all outputs share. */
    const small = async (): Promise<void> => {
      await page.getByTestId('output-bitrate').fill('800')
      await page.getByTestId('save-output').click()
      await page.getByTestId('output-dialog').waitFor({ state: 'detached' })
    }
    await output('this-host').getByTestId('edit-output').click()
    await small()
    await output('recording').getByTestId('edit-output').click()
    await small()
    await page.getByTestId('add-output').click()
    await page.getByTestId('service-rtmp').click()
    await page.getByTestId('output-name').fill('Second place')
    await page.getByTestId('output-server').fill(host.rtmp)
    await page.getByTestId('output-key').fill(await host.key('second'))
    await small()

    await page.getByTestId('go-live').click()
    const dialog = page.getByTestId('go-live-dialog')
    expect(await dialog.getByTestId('go-live-output').locator('b').allInnerTexts()).toEqual(['This host', 'Recording', 'Second place'])
    expect(await dialog.locator('[data-output="second-place"]').innerText()).toContain('640×360, 30 fps, H.264, 800 kbps')
    await screenshot(page, 'studio-page-go-live')
    await dialog.getByTestId('go-live-start').click()
    await inState('this-host', 'live')
    await inState('second-place', 'live')
    await inState('recording', 'off')
    await page.getByTestId('record').click()
    await inState('recording', 'live')
    await output('second-place').locator('[data-testid="output-rate"]:not(:text-is("–"))').waitFor()
    await screenshot(page, 'studio-page-live')
    await Promise.all(['studio', 'second'].map((stream) => host.until(stream, ({ state }) => state === 'active')))
    for (const stream of ['studio', 'second']) {
      const file = join(scratch, `${stream}.mkv`)
      await recordFrames(`${host.rtmp}/${stream}`, file, 30)
      const frames = await readFrames(file)
      expect(frames.length, stream).toBeGreaterThan(20)
    }
    await page.keyboard.press('Control+k')
    await page.getByTestId('palette-text').fill('chapter marker')
    await page.getByTestId('palette-entry').filter({ hasText: 'Add a chapter marker to' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByTestId('palette').waitFor({ state: 'detached' })
    await until(async () => (await ask('GET', '/studio/files')).items[0]?.chapters?.length === 1, 'the recording has the chapter')
    await page.getByTestId('stop-recording').click()
    await inState('recording', 'off')
    const recorded = await until(async () => {
      const { items } = await ask('GET', '/studio/files')
      return items[0]?.state === 'complete' && items[0]
    }, 'the file is complete')
    expect((await readFrames(recorded.path)).length).toBeGreaterThan(10)

    await page.getByTestId('end-live').click()
    await page.getByTestId('confirm-no').click()
    await page.getByTestId('end-live').click()
    await page.getByTestId('confirm-yes').click()
    await inState('this-host', 'off')
    await inState('second-place', 'off')
    await host.until('studio', ({ state }) => state === 'ended')
    await page.getByTestId('go-live').waitFor()
  })

  it('says what is not ready, with the way to fix it', async () => {
    await page.getByTestId('add-output').click()
    await page.getByTestId('service-twitch').click()
    await page.getByTestId('save-output').click()
    await output('twitch').waitFor()
    await page.getByTestId('go-live').click()
    const row = page.locator('[data-testid="go-live-output"][data-output="twitch"]')
    await row.locator('[data-doubt="no-key"]').waitFor()
    expect(await row.getByRole('checkbox').isChecked(), 'what cannot start is left out').toBe(false)
    await row.getByRole('button', { name: 'Fix' }).click()
    await page.getByTestId('output-key').fill('live_123')
    await page.getByTestId('save-output').click()
    await row.waitFor()
    expect(await row.locator('[data-doubt]').count()).toBe(0)
    await page.keyboard.press('Escape')
    expect(JSON.stringify(await show()), 'the key is not given back').not.toContain('live_123')
  })

  it('is in step with a second page, in a light theme on a large screen, and on a phone', async () => {
    const other = await browser.newPage({ viewport: { width: 1920, height: 1080 }, colorScheme: 'light' })
    const complaintsThere = complaints(other)
    await other.goto(`${host.http}/studio`)
    await until(async () => (await seen(other)) !== undefined, 'the second page shows the program', 90_000)
    await page.getByTestId('add-scene').click()
    await page.getByTestId('rename').fill('Seen by both')
    await page.keyboard.press('Enter')
    await other.getByTestId('scene').filter({ hasText: 'Seen by both' }).waitFor()
    await other.getByTestId('scene').filter({ hasText: 'Scene 1' }).click()
    await page.locator('[data-testid="scene"][data-on-air="true"]', { hasText: 'Scene 1' }).waitFor()
    await until(async () => (await seen(other)) !== undefined, 'the scene is seen there')
    await screenshot(other, 'studio-page-large-light')
    await other.setViewportSize({ width: 390, height: 844 })
    await other.getByTestId('scenes-dock').scrollIntoViewIfNeeded()
    expect(await sidewaysPx(other)).toBe(0)
    await screenshot(other, 'studio-page-phone')
    expect(complaintsThere).toEqual([])
    await other.close()
  })

  it('takes a scene collection of OBS Studio and says what became of it', async () => {
    const document = {
      name: 'Evening',
      scene_order: [{ name: 'Talk' }],
      sources: [
        { id: 'color_source_v3', name: 'Wall', settings: { color: 4278255360, width: 640, height: 360 } },
        { id: 'vst_thing', name: 'Unknown', settings: {} },
        {
          id: 'scene',
          name: 'Talk',
          settings: {
            items: [
              { name: 'Wall', visible: true },
              { name: 'Unknown', visible: true },
            ],
          },
        },
      ],
    }
    await page.getByTestId('show-menu').click()
    await page
      .getByTestId('import-obs-file')
      .setInputFiles({ name: 'Evening.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(document)) })
    const report = page.getByTestId('import-report')
    await report.waitFor()
    expect(await report.innerText()).toContain('Unknown')
    await screenshot(page, 'studio-page-import')
    await page.getByTestId('open-imported').click()
    await page.getByTestId('scene').filter({ hasText: 'Talk' }).waitFor()
    await page.getByTestId('source').filter({ hasText: 'Wall' }).waitFor()
    // Devices of a machine without a desktop are answered with 503.
    expect(problems.filter((problem) => !problem.includes('/studio/devices'))).toEqual([])
  })
})

describe('a viewer of the host', () => {
  it('sees the studio and cannot touch it', async () => {
    const host = await startHost({ name: 'studio-page-viewer', args: ['--auth', 'on'], env: { DISPLAY: '', WAYLAND_DISPLAY: '' } })
    const browser = await launchBrowser()
    try {
      const editor = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage()
      editor.setDefaultTimeout(60_000)
      await editor.goto(String(host.ready.signInUrl))
      await editor.getByTestId('nav-studio').click()
      await editor.getByTestId('start-with-picture').click()
      await editor.getByTestId('source').waitFor()
      const token = await editor.evaluate(async () => {
        const body = JSON.stringify({ label: 'A viewer', role: 'viewer' })
        const reply = await fetch('/api/v1/tokens', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
        return ((await reply.json()) as { secret?: string; token?: string }).secret ?? ''
      })
      const viewer = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage()
      viewer.setDefaultTimeout(60_000)
      await viewer.goto(`${host.http}/studio`)
      await viewer.getByTestId('sign-in-token').fill(token)
      await viewer.getByTestId('sign-in-submit').click()
      await viewer.getByTestId('source').waitFor()
      for (const id of ['add-scene', 'add-source', 'delete-source', 'add-output', 'go-live', 'record', 'show-menu']) {
        expect(await viewer.getByTestId(id).count(), id).toBe(0)
      }
      expect(await viewer.getByTestId('toggle-visible').isDisabled()).toBe(true)
      expect(await viewer.getByTestId('fader').isDisabled()).toBe(true)
      await viewer.getByTestId('source').locator('.entry-main').focus()
      await viewer.keyboard.press('Delete')
      await viewer.keyboard.press('Enter')
      await viewer.getByTestId('properties').waitFor()
      expect(await viewer.locator('[data-setting="pattern"]').isDisabled()).toBe(true)
      // What an editor does is seen at once.
      await editor.getByTestId('add-scene').click()
      await editor.getByTestId('rename').fill('For all')
      await editor.keyboard.press('Enter')
      await viewer.getByTestId('scene').filter({ hasText: 'For all' }).waitFor()
      expect(await editor.getByTestId('scene').count()).toBe(2)
      await screenshot(viewer, 'studio-page-viewer')
    } finally {
      await browser.close()
      await host.stop()
    }
  })
})
