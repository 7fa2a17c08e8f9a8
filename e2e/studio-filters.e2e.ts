import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, screenshot, sidewaysPx } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { openCollection, showRequests, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

/** A person's name before a green screen, over a blue wall. */
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
        { id: 'wall-item', source: 'wall', locked: true },
        { id: 'person-item', source: 'person', bounds: { fit: 'stretch', width: 640, height: 360 } },
      ],
    },
  ],
  sources: [
    { id: 'wall', name: 'Wall', kind: 'color', settings: { color: '#0000ff', width: 640, height: 360 } },
    {
      id: 'person',
      name: 'Person',
      kind: 'text',
      settings: { text: 'ANNA', fontSize: 90, fontWeight: 700, color: '#ffffff', background: { color: '#20b050', padding: 90, radius: 0 } },
    },
    { id: 'voice', name: 'Voice', kind: 'tone', audio: { muted: true } },
  ],
}

type Rgb = readonly [red: number, green: number, blue: number]

describe('filters on the studio page', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]

  const { ask, show } = showRequests(() => host)
  const person = async (): Promise<any> => (await show()).sources[1]
  /** The colour at a share of width and height of something that is drawn. */
  const colorOf = (drawn: Locator, x: number, y: number): Promise<Rgb> =>
    drawn.evaluate(
      (element, at) => {
        const { width, height } = element as HTMLCanvasElement
        const copy = new OffscreenCanvas(width, height)
        const context = copy.getContext('2d')!
        context.drawImage(element as HTMLCanvasElement, 0, 0)
        const [red, green, blue] = context.getImageData(Math.floor(width * at.x), Math.floor(height * at.y), 1, 1).data
        return [red!, green!, blue!] as const
      },
      { x, y },
    )
  const isGreen = ([red, green, blue]: Rgb): boolean => green > 120 && red < 90 && blue < 140
  const isBlue = ([red, green, blue]: Rgb): boolean => blue > 150 && red < 90 && green < 90
  const isBlack = ([red, green, blue]: Rgb): boolean => red + green + blue < 90
  const program = (): Locator => page.getByTestId('picture-program')
  const preview = (): Locator => page.getByTestId('source-preview')

  beforeAll(async () => {
    host = await startHost({ name: 'studio-filters' })
    await openCollection(host, collection)
    browser = await launchBrowser()
    ;({ page, problems } = await studioWindow(browser))
    await page.goto(`${host.http}/studio`)
    await page.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('keys out a green screen whose colour is clicked on the canvas, with the mouse alone', async () => {
    await until(async () => isGreen(await colorOf(program(), 0.05, 0.1)), 'the green screen is on air')
    await page.locator('[data-testid="source"][data-item-id="person-item"]').dblclick()
    await page.getByTestId('add-filters').selectOption('chroma-key')
    await page.getByTestId('pick-color').click()
    const picker = page.getByTestId('picker')
    await picker.waitFor()
    const { width, height } = (await picker.boundingBox())!
    await picker.hover({ position: { x: width * 0.05, y: height * 0.1 } })
    await picker.locator('circle').waitFor()
    await screenshot(page, 'studio-eyedropper')
    await picker.click({ position: { x: width * 0.05, y: height * 0.1 } })
    await picker.waitFor({ state: 'detached' })
    await until(async () => (await person()).filters[0]?.settings.color !== '#00ff00', 'the filter has the colour of the screen')
    const { color } = (await person()).filters[0].settings
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as unknown as Rgb
    expect(Math.max(Math.abs(red - 0x20), Math.abs(green - 0xb0), Math.abs(blue - 0x50)), color).toBeLessThan(12)
    await until(async () => isBlue(await colorOf(program(), 0.05, 0.1)), 'the wall is seen where the screen was')
    // The letter N's left stroke: grey and white stay, however pale the screen is.
    expect(Math.min(...(await colorOf(program(), 0.5 - 0.115, 0.5)))).toBeGreaterThan(150)
    expect((await ask('GET', '/studio/collection')).undo).toContain('Change')
  })

  it('shows the source without its filters while a button is pressed, and leaves what is on air alone', async () => {
    await until(async () => isBlack(await colorOf(preview(), 0.05, 0.1)), 'the image beside the filter is keyed')
    await page.getByTestId('compare').hover()
    await page.mouse.down()
    await page.locator('[data-testid="source-preview"][data-before="true"]').waitFor()
    expect(isGreen(await colorOf(preview(), 0.05, 0.1))).toBe(true)
    expect(isBlue(await colorOf(program(), 0.05, 0.1))).toBe(true)
    await page.mouse.up()
    await page.locator('[data-testid="source-preview"][data-before="false"]').waitFor()
    await page.getByTestId('compare').focus()
    await page.keyboard.down('Space')
    await page.locator('[data-testid="source-preview"][data-before="true"]').waitFor()
    await page.keyboard.up('Space')
    await page.locator('[data-testid="source-preview"][data-before="false"]').waitFor()
  })

  it('picks from the image beside the filter too, and Escape cancels', async () => {
    await page.getByTestId('pick-color').click()
    await page.getByTestId('picker').waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('picker').waitFor({ state: 'detached' })
    const before = (await person()).filters[0].settings.color
    await page.getByTestId('pick-color').click()
    await page.locator('[data-testid="source-preview"][data-picking="true"][data-before="true"]').waitFor()
    const { width, height } = (await preview().boundingBox())!
    await preview().click({ position: { x: width * 0.5, y: height * 0.04 } })
    await page.getByTestId('picker').waitFor({ state: 'detached' })
    expect((await person()).filters[0].settings.color.slice(0, 2)).toBe(before.slice(0, 2))
  })

  it('follows the light of the screen within its limit, shows what it chose, and lets go again', async () => {
    const light = (color: string) => ask('PATCH', '/studio/sources/person', { settings: { background: { color, padding: 90, radius: 0 } } })
    const [filter] = (await person()).filters
    await ask('PATCH', `/studio/sources/person/filters/${filter.id}`, {
      settings: { color: '#20b050', similarity: 0.03, smoothness: 0.02, followLimit: 0.4 },
    })
    await light('#0c5a28')
    const isDim = ([red, green, blue]: Rgb): boolean => green > 60 && red < 60 && blue < 80
    await until(async () => isDim(await colorOf(program(), 0.05, 0.1)), 'the dim screen is seen, which the settings do not reach')
    await page.getByTestId('filters').locator('[data-setting="follow"]').click()
    await until(async () => isBlue(await colorOf(program(), 0.05, 0.1)), 'the filter has found the dim screen')
    const chosen = page.getByTestId('filter-chosen')
    await chosen.waitFor()
    await screenshot(page, 'studio-filter-follows')
    const [{ chosen: stated, settings }] = (await ask('GET', '/studio/sources/person/filters')).items
    expect(Number.parseInt(stated.color.slice(3, 5), 16), stated.color).toBeLessThan(0x70)
    expect(stated.similarity).toBeGreaterThan(0.03)
    expect(settings.color).toBe('#20b050')
    await light('#30e070')
    await until(async () => Number.parseInt((await chosen.textContent())?.match(/#..(..)/)?.[1] ?? '0', 16) > 0xc0, 'it follows')
    await until(async () => isBlue(await colorOf(program(), 0.05, 0.1)), 'the bright screen is keyed, too')
    await page.getByTestId('filters').locator('[data-setting="follow"]').click()
    await chosen.waitFor({ state: 'detached' })
    await until(async () => !isBlue(await colorOf(program(), 0.05, 0.1)), 'what is set counts again')
    await light('#20b050')
    await until(async () => isBlue(await colorOf(program(), 0.05, 0.1)), 'and fits its own light')
    await ask('PATCH', `/studio/sources/person/filters/${filter.id}`, { settings: filter.settings })
  })

  it('orders filters by drag, and switches all of them off and on again', async () => {
    await page.getByTestId('add-filters').selectOption('blur')
    await page.getByTestId('add-filters').selectOption('sharpen')
    const rows = page.getByTestId('filters').getByTestId('filter')
    await until(async () => (await rows.count()) === 3, 'three filters')
    await page.getByTestId('filters').locator('[data-kind="blur"] input[type="checkbox"]').uncheck()
    const states = async (): Promise<string> => (await person()).filters.map(({ enabled }: any) => (enabled ? 1 : 0)).join('')
    // A list that changes under the pointer ends a drag.
    await until(async () => (await states()) === '101', 'the blur is off')
    await rows
      .nth(2)
      .locator('.chain-head')
      .dragTo(rows.nth(0).locator('.chain-head'), { targetPosition: { x: 60, y: 2 } })
    await until(
      async () => (await person()).filters.map(({ kind }: any) => kind).join() === 'sharpen,chroma-key,blur',
      'the last one is the first',
    )
    expect(await states()).toBe('110')
    await page.getByTestId('bypass-filters').click()
    await until(async () => (await states()) === '000', 'all are off')
    await until(async () => isGreen(await colorOf(program(), 0.05, 0.1)), 'the green screen is back')
    await page.getByTestId('bypass-filters').click()
    await until(async () => (await states()) === '110', 'those are on that were on before')
  })

  it('takes settings from presets, and keeps its own ones on the host, where every page has them', async () => {
    // It was added last, so it is open.
    const open = page.getByTestId('filters').locator('[data-kind="sharpen"]')
    await open.getByTestId('preset').selectOption('camera')
    await until(async () => (await person()).filters[0].settings.amount === 0.4, 'the preset is used')
    await open.locator('[data-setting="amount"]').fill('0.77')
    await until(async () => (await person()).filters[0].settings.amount === 0.77, 'another value')
    await open.getByTestId('save-preset').click()
    await page.keyboard.type('Crisp')
    await open.getByTestId('store-preset').click()
    await open.getByTestId('preset').selectOption('camera')
    await until(async () => (await person()).filters[0].settings.amount === 0.4, 'the first preset again')
    const saved = async () =>
      (await host.api('GET', '/studio/filter-presets')).body.items.map(({ kind, name, settings }) => ({ kind, name, ...settings }))
    await until(async () => (await saved()).length === 1, 'the host has it')
    expect(await saved()).toEqual([expect.objectContaining({ kind: 'sharpen', name: 'Crisp', amount: 0.77 })])
    // As an older page left them in this browser.
    await page.evaluate(() => {
      const kept = [
        { kind: 'sharpen', name: 'From before', settings: { amount: 0.11 } },
        { kind: 'sharpen', name: 'Crisp', settings: { amount: 0.12 } },
        { kind: 'sharpen', name: 'Of no use', settings: { amount: 'much' } },
      ]
      localStorage.setItem('ami.studio.presets', JSON.stringify(kept))
    })
    await page.reload()
    await page.locator('[data-testid="source"][data-item-id="person-item"]').dblclick()
    await open.getByRole('button', { name: 'Sharpen', exact: true }).click()
    await open.getByTestId('preset').getByRole('option', { name: 'Crisp 2' }).waitFor({ state: 'attached' })
    expect((await saved()).map(({ name }) => name)).toEqual(['Crisp', 'From before', 'Crisp 2'])
    await until(() => page.evaluate(() => localStorage.getItem('ami.studio.presets') === null), 'the browser keeps none')
    // An admin who chooses it would open that file.
    const { secret } = (await host.api('POST', '/tokens', { label: 'Editor', role: 'editor' })).body
    const planted = await fetch(`${host.http}/api/v1/studio/filter-presets`, {
      method: 'POST',
      headers: { 'authorization': `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'lut', name: 'Film', settings: { file: '/etc/passwd' } }),
    })
    expect([planted.status, await planted.json()]).toEqual([403, expect.objectContaining({ code: 'path.forbidden' })])
    await host.api('POST', '/studio/filter-presets', { kind: 'sharpen', name: 'By another page', settings: { amount: 0.5 } })
    await open.getByTestId('preset').getByRole('option', { name: 'By another page' }).waitFor({ state: 'attached' })
    await open.getByTestId('preset').selectOption({ label: 'Crisp' })
    await until(async () => (await person()).filters[0].settings.amount === 0.77, 'the own preset, after a reload')
    // A name that another one of the kind has is said to be taken, on the page and by the host.
    await open.getByTestId('rename-preset').click()
    await open.getByTestId('preset-name').fill('From before')
    await open.getByTestId('preset-taken').filter({ hasText: '"From before"' }).waitFor()
    expect(await open.getByTestId('store-preset').isDisabled()).toBe(true)
    await screenshot(page, 'studio-filters-preset-name')
    const idOf = async (name: string) =>
      (await host.api('GET', '/studio/filter-presets')).body.items.find((each: any) => each.name === name)?.id
    const conflict = await host.api('PATCH', `/studio/filter-presets/${await idOf('Crisp')}`, { name: 'From before' })
    expect([conflict.status, conflict.body.code]).toEqual([409, 'studio.preset_exists'])
    const before = JSON.stringify(await show())
    await open.getByTestId('preset-name').fill('Crisper')
    await page.keyboard.press('Enter')
    await open.getByTestId('preset').getByRole('option', { name: 'Crisper' }).waitFor({ state: 'attached' })
    await until(async () => (await idOf('Crisper')) !== undefined, 'the host has the new name')
    expect(await open.getByTestId('preset').evaluate((choice: HTMLSelectElement) => choice.selectedOptions[0]?.text)).toBe('Crisper')
    const renamed = page.getByTestId('toast').filter({ hasText: '"Crisper"' })
    await renamed.getByRole('button', { name: 'Undo' }).click()
    await until(async () => (await idOf('Crisp')) !== undefined, 'the message takes it back')
    expect(JSON.stringify(await show()), 'the show is as it was').toBe(before)
    await page.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor()
    await screenshot(page, 'studio-filters-1280')
    await page.setViewportSize({ width: 1920, height: 1080 })
    await page.emulateMedia({ colorScheme: 'light' })
    await page.getByTestId('filters').scrollIntoViewIfNeeded()
    await screenshot(page, 'studio-filters-1920')
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await sidewaysPx(page)).toBe(0)
    await page.setViewportSize({ width: 1280, height: 720 })
    await open.getByTestId('delete-preset').click()
    await until(
      async () => (await open.getByTestId('preset').getByRole('option', { name: 'Crisp', exact: true }).count()) === 0,
      'it is deleted',
    )
  })

  it('fades an item out and in when it is hidden and shown', async () => {
    await page.locator('[data-testid="source"][data-item-id="person-item"]').dblclick()
    await page.getByTestId('bypass-filters').click()
    await until(async () => isGreen(await colorOf(program(), 0.05, 0.1)), 'the green screen is seen')
    await page.getByTestId('hideTransition').selectOption('fade')
    await page.locator('[data-setting="hideTransitionMs"]').fill('4000')
    await page.getByTestId('showTransition').selectOption('slide')
    await page.locator('[data-setting="showTransitionMs"]').fill('4000')
    await until(async () => {
      const { hideTransition, showTransition } = (await show()).scenes[0].items[1]
      return hideTransition?.durationMs === 4000 && showTransition?.kind === 'slide' && showTransition.durationMs === 4000
    }, 'the item has its transitions')
    const toggle = page.locator('[data-testid="source"][data-item-id="person-item"]').getByTestId('toggle-visible')
    /** Half green, half blue. */
    const isMixed = ([, green, blue]: Rgb): boolean => green > 40 && green < 140 && blue > 110 && blue < 235
    await toggle.click()
    await until(async () => isMixed(await colorOf(program(), 0.05, 0.1)), 'it is half gone')
    await until(async () => isBlue(await colorOf(program(), 0.05, 0.1)), 'the wall alone is seen')
    await toggle.click()
    await until(
      async () => isGreen(await colorOf(program(), 0.05, 0.1)) && isBlue(await colorOf(program(), 0.95, 0.1)),
      'it comes in from the left',
    )
    await until(async () => isGreen(await colorOf(program(), 0.95, 0.1)), 'it is in its place')
  })

  it('adds a chain of audio filters at once', async () => {
    await page.getByRole('button', { name: 'Properties of Voice' }).click()
    await page.getByTestId('add-audio-filters').selectOption('chain/voice')
    await until(
      async () =>
        (await show()).sources[2].audio.filters.map(({ kind }: any) => kind).join() === 'noise-suppression,high-pass,compressor,limiter',
      'the four filters of a voice',
    )
    await page.getByTestId('undo').click()
    await until(async () => (await show()).sources[2].audio.filters.length === 0, 'they are one step of the history')
  })

  it('has threshold and gain of a compressor follow the level, shows what it chose, and lets go again', async () => {
    await page.getByTestId('add-audio-filters').selectOption('compressor')
    await until(async () => (await show()).sources[2].audio.filters.length === 1, 'the compressor')
    const [{ id }] = (await show()).sources[2].audio.filters
    const loudness = (levelDb: number) => ask('PATCH', '/studio/sources/voice', { settings: { levelDb } })
    await loudness(-30)
    const compressor = page.locator('[data-testid="filter"][data-kind="compressor"]')
    await compressor.locator('[data-setting="follow"]').first().click()
    const chosen = compressor.getByTestId('filter-chosen')
    const threshold = async (): Promise<number> => Number((await chosen.textContent())?.match(/-\d+(?:\.\d+)?/)?.[0])
    await until(async () => (await chosen.isVisible()) && (await threshold()) < -25, 'the threshold went down to the quiet tone')
    await screenshot(page, 'studio-filter-follows-level')
    await loudness(-15)
    await until(async () => (await threshold()) > -23, 'and up with a loud one')
    const { chosen: stated, settings } = (await ask('GET', `/studio/sources/voice/audio-filters/${id}`)).item
    expect(stated).toEqual({ thresholdDb: expect.any(Number), gainDb: expect.any(Number) })
    expect(settings.follow).toBe(true)
    await compressor.locator('[data-setting="follow"]').first().click()
    await chosen.waitFor({ state: 'detached' })
    await page.getByTestId('undo').click()
    await chosen.waitFor()
    await ask('DELETE', `/studio/sources/voice/audio-filters/${id}`)
    await compressor.waitFor({ state: 'detached' })
  })

  it('has no errors on the page', () => {
    // One of the presets that an older page left is rejected.
    expect(problems.filter((each) => !each.includes('/studio/filter-presets'))).toEqual([])
  })
})
