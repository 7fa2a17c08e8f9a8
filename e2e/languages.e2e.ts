import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launchBrowser, screenshot, untilPlayer } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'

/** Names, examples, figures with units and what people entered: the same in every language. */
const untranslated =
  /^(AMI Streams|\w{3}, \w{3} \d+|nobody|show|CSV|JSON|[+-]?[\d.]+ ([kM]?B|GB|fps|ms|[kM]bps)|\d+p · [\d.]+ Mbps|[a-z]+:\/\/\S*|\/\S+)$/

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
})
