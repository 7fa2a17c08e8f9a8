import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { complaints, screenshot, sidewaysPx } from './browser.ts'
import type { RunningHost } from './host.ts'
import { requestsTo } from './requests.ts'
import { until } from './until.ts'

/** Requests about the open show that must succeed. */
export function showRequests(host: () => RunningHost) {
  const ask = requestsTo(host)
  const show = async (): Promise<any> => (await ask('GET', '/studio/collection')).collection
  const untilShow = (accept: (show: any) => unknown, what: string): Promise<unknown> => until(async () => accept(await show()), what)
  return { ask, show, untilShow }
}

/** Makes a collection of its name on the host and opens it. */
export async function openCollection(host: RunningHost, collection: { readonly name: string }): Promise<void> {
  const { ask } = showRequests(() => host)
  await ask('POST', '/studio/collections', { name: collection.name, collection })
  await ask('POST', `/studio/collections/${collection.name}/open`, {})
}

/** A dark window of 1280x720 for the studio page, and what its console complains of. Nothing is loaded yet. */
export async function studioWindow(browser: Browser): Promise<{ readonly page: Page; readonly problems: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
  page.setDefaultTimeout(60_000)
  return { page, problems: complaints(page) }
}

/** Looks at the page in both themes and four sizes; nobody needs to scroll sideways. */
export async function look(page: Page, name: string): Promise<void> {
  for (const [width, height, colorScheme] of [
    [2560, 1440, 'dark'],
    [1920, 1080, 'light'],
    [390, 844, 'dark'],
    [1280, 720, 'dark'],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height })
    await screenshot(page, `${name}-${width}`)
    expect(await sidewaysPx(page), `${name} at ${width}`).toBe(0)
  }
}
