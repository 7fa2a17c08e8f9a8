import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launchBrowser, screenshot, untilPlayer } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { openCollection } from './helpers/studio-page.ts'

/** Names, keys, examples, figures with units and what people entered: the same in every language. */
const untranslated =
  /^(AMI Streams|Twitch|YouTube|Facebook|px|Delete|(Ctrl|Shift)\+\S+|\w{3}, \w{3} \d+|nobody|show|CSV|JSON|[+-]?[\d.]+ ([kM]?B|GB|fps|ms|[kM]bps)|\d+p · [\d.]+ Mbps|[a-z]+:\/\/\S*|\/\S+)$/

/** What a page shows, or says aloud, outside the brackets that the test language `en-XA` puts around every text. */
async function bareTexts(page: Page): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const found: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement!
      if (parent.closest('script, style, noscript, code, kbd, [translate=no]') === null) found.push(walker.currentNode.nodeValue ?? '')
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
      if (element.closest('[translate=no]') !== null) continue
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) found.push(element.getAttribute(name) ?? '')
    }
    return found
  })
  return texts.map((text) => withoutBrackets(text).trim()).filter((text) => /\p{L}{2,}/u.test(text) && !untranslated.test(text))
}

/** `text` without what is in brackets, in any depth. */
function withoutBrackets(text: string): string {
  const inner = text.replace(/⟦[^⟦⟧]*⟧/g, '')
  return inner === text ? text : withoutBrackets(inner)
}

/** Pages of every section, those of a stream included. */
const sections = [
  '/live',
  '/keys',
  '/inputs',
  '/rules',
  '/library',
  '/network',
  '/activity',
  '/settings',
  '/publish',
  '/studio',
  '/live/nobody',
  ...['', '/viewers', '/ingest', '/renditions', '/destinations', '/recording', '/clips', '/access'].map((tab) => `/live/show${tab}`),
]

/** Waits until the page shows what it has loaded: no skeletons, and the same text twice. */
async function untilSettled(page: Page): Promise<void> {
  let before = ''
  await expect
    .poll(
      async () => {
        const now = await page.evaluate(() => (document.querySelector('.skeleton') === null ? document.body.innerText : ''))
        const same = now !== '' && now === before
        before = now
        return same
      },
      { interval: 300 },
    )
    .toBe(true)
}

/** A show whose names are numbers: what has letters is the page's. */
const numbered = {
  format: 'ami-streams/collection',
  version: 1,
  name: '1',
  frameRate: 30,
  canvases: [{ id: 'main', name: '1', width: 640, height: 360, scene: 'one' }],
  scenes: [
    { id: 'one', name: '1', items: [{ source: 'card' }, { source: 'color' }] },
    { id: 'two', name: '2', items: [] },
  ],
  sources: [
    { id: 'card', name: '3', kind: 'test-pattern', settings: { width: 640, height: 360 } },
    { id: 'color', name: '4', kind: 'color', filters: [{ id: 'filter', name: '5', kind: 'color-correction' }] },
  ],
}

/** Buttons of the studio, and what each of them opens. */
const opened = {
  'show-menu': '.menu:not([hidden])',
  'edit-canvas': 'dialog[open]',
  'edit-transitions': 'dialog[open]',
  'edit-overlays': 'dialog[open]',
  'edit-macros': 'dialog[open]',
  'windows-open': 'dialog[open]',
  'go-live': 'dialog[open]',
  'canvas-view': '[role=menu]',
  'add-source': 'dialog[open]',
  'strip-more': '[role=menu]',
  'add-sound': 'dialog[open]',
  'add-output': 'dialog[open]',
  'history': '.menu:not([hidden])',
}

describe('the language of the page', () => {
  let host: RunningHost
  let browser: Browser

  /** A page of a browser that prefers `locale`, in which `language` was chosen. */
  async function open(path: string, { locale = 'en-US', language }: { locale?: string; language?: string }): Promise<Page> {
    const context = await browser.newContext({ locale, viewport: { width: 1280, height: 720 } })
    if (language !== undefined) await context.addInitScript((tag) => localStorage.setItem('ami.language', tag), language)
    const page = await context.newPage()
    await page.goto(`${host.http}${path}`)
    return page
  }
  const languageOf = (page: Page): Promise<string> => page.evaluate(() => document.documentElement.lang)

  beforeAll(async () => {
    host = await startHost({ name: 'languages' })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('is the one that the browser prefers, with English for others', async () => {
    const page = await open('/watch/nobody', { locale: 'es-MX' })
    const problems = complaints(page)
    await untilPlayer(page, 'missing')
    await expect.poll(() => page.getByTestId('player-notice').innerText()).toContain('No hay ninguna transmisión con este nombre')
    expect(await languageOf(page)).toBe('es')
    expect(problems).toEqual([])
    await screenshot(page, 'watch-spanish')
    await page.context().close()

    const other = await open('/watch/nobody', { locale: 'fi-FI' })
    await untilPlayer(other, 'missing')
    await expect.poll(() => other.getByTestId('player-notice').innerText()).toContain('There is no stream of this name')
    expect(await languageOf(other)).toBe('en')
    await other.context().close()
  })

  it('is the one that was chosen in this browser', async () => {
    const page = await open('/watch/nobody', { locale: 'en-GB', language: 'es' })
    await untilPlayer(page, 'missing')
    await expect.poll(() => page.getByTestId('copy-link').innerText()).toBe('Copiar enlace')
    await page.context().close()
  })

  it('is that of every text of the watch page', async () => {
    const page = await open('/watch/nobody', { language: 'en-XA' })
    await untilPlayer(page, 'missing')
    // The controls are hidden without a video; their texts are there.
    await page.getByTestId('player-settings').dispatchEvent('click')
    await expect.poll(() => page.getByTestId('player-menu').textContent()).toContain('⟦Quality⟧')
    expect(await bareTexts(page)).toEqual([])
    await page.context().close()
  })

  it('is chosen in the settings, for this browser', async () => {
    const page = await open('/settings', { locale: 'en-US' })
    const problems = complaints(page)
    await page.getByTestId('language').selectOption('es')
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText()).toBe('Ajustes')
    expect(await languageOf(page)).toBe('es')
    expect(await page.getByTestId('nav-library').innerText()).toBe('Biblioteca')
    await page.goto(`${host.http}/watch/nobody`)
    await expect.poll(() => page.getByTestId('copy-link').innerText()).toBe('Copiar enlace')
    await page.goto(`${host.http}/settings`)
    await page.getByTestId('language').selectOption('')
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText()).toBe('Settings')
    expect(problems).toEqual([])
    await page.context().close()
  })

  it('is that of errors of the host, by their code', async () => {
    const page = await open('/inputs', { locale: 'es-ES' })
    await page.getByTestId('new-source').click()
    await page.getByTestId('source-url').fill('gopher://nowhere')
    await page.getByTestId('source-stream').fill('camera')
    await page.getByTestId('source-submit').click()
    await expect
      .poll(() => page.getByRole('alert').allInnerTexts())
      .toContainEqual(expect.stringContaining('Esto no es una URL de una fuente'))
    await page.context().close()
  })

  it('is that of every text of the sections', { timeout: 120_000 }, async () => {
    await host.key('show')
    expect((await host.api('POST', '/stream/start', { name: 'show' })).status).toBeLessThan(300)
    const page = await open('/settings', { language: 'en-XA' })
    const bare: Record<string, readonly string[]> = {}
    for (const path of sections) {
      await page.goto(`${host.http}${path}`)
      await untilSettled(page)
      bare[path] = await bareTexts(page)
    }
    expect(bare).toEqual(Object.fromEntries(sections.map((path) => [path, []])))
    await page.context().close()
  })

  it('is that of every text of the studio with an open show, its menus and dialogs', { timeout: 120_000 }, async () => {
    await openCollection(host, numbered)
    const page = await open('/studio', { language: 'en-XA' })
    await page.getByTestId('source').first().click()
    await page.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor()
    const bare: Record<string, readonly string[]> = { page: await bareTexts(page) }
    for (const [testId, shown] of Object.entries(opened)) {
      await page.getByTestId(testId).first().click()
      await page.locator(shown).first().waitFor()
      bare[testId] = await bareTexts(page)
      await page.keyboard.press('Escape')
      await page.locator(shown).first().waitFor({ state: 'detached' })
    }
    await page.getByTestId('stage').focus()
    await page.keyboard.press('Shift+F10')
    await page.getByTestId('stage-menu').waitFor()
    bare['stage-menu'] = await bareTexts(page)
    await page.keyboard.press('Escape')
    await page.getByTestId('source-properties').click()
    await page.getByTestId('filters').waitFor()
    bare.properties = await bareTexts(page)
    expect(bare).toEqual(Object.fromEntries(Object.keys(bare).map((name) => [name, []])))
    await page.context().close()
  })
})
