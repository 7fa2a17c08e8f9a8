import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launchBrowser, screenshot, untilPlayer } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'

/** Names, units and what people entered: the same in every language. */
const untranslated = /^(AMI Streams|–|nobody)$/

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
})
