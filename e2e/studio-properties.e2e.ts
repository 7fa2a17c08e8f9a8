import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launchBrowser } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { look, openCollection, showRequests } from './helpers/studio-page.ts'

const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'properties',
  frameRate: 10,
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360, scene: 'all' }],
  scenes: [{ id: 'all', name: 'Todo', items: [] }],
  sources: [],
}

/** What is cut off or sticks out of the panel that `panel` is in. */
const faultsOf = (panel: Locator): Promise<string[]> =>
  panel.evaluate((element) => {
    const pane = element.closest('aside') ?? element
    const edge = pane.getBoundingClientRect().right
    const name = (each: Element): string =>
      `${each.tagName} ${each.getAttribute('data-testid') ?? each.className} "${each.textContent?.slice(0, 30)}"`
    return [
      ...(document.documentElement.scrollWidth > document.documentElement.clientWidth ? ['the page needs to be scrolled sideways'] : []),
      ...(pane.scrollWidth > pane.clientWidth ? ['the panel needs to be scrolled sideways'] : []),
      ...[...element.querySelectorAll('*')].flatMap((each) => {
        const { width, right } = each.getBoundingClientRect()
        if (width > 1 && right > edge + 1) return [`outside: ${name(each)}`]
        return each.tagName === 'BUTTON' && each.scrollWidth > each.clientWidth + 1 ? [`cut off: ${name(each)}`] : []
      }),
    ]
  })

describe('properties of each kind of source and filter', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]
  let kinds: readonly any[]
  const { ask } = showRequests(() => host)

  beforeAll(async () => {
    host = await startHost({ name: 'studio-properties', env: { DISPLAY: '', WAYLAND_DISPLAY: '' } })
    await openCollection(host, collection)
    kinds = (await ask('GET', '/studio/source-kinds')).items.filter(({ kind }: any) => kind !== 'guest')
    const filters: readonly any[] = (await ask('GET', '/studio/filter-kinds')).items
    const audio: readonly any[] = (await ask('GET', '/studio/audio-filter-kinds')).items
    await ask('POST', '/studio/edits', {
      edits: [
        ...kinds.flatMap(({ kind, title }) => [
          { do: 'add', to: 'sources', value: { id: kind, name: title, kind } },
          { do: 'add', to: 'scenes/all/items', value: { id: kind, source: kind } },
        ]),
        ...filters.map(({ kind }) => ({ do: 'add', to: 'sources/color/filters', value: { id: kind, name: kind, kind } })),
        ...audio.map(({ kind }) => ({ do: 'add', to: 'sources/tone/audio-filters', value: { id: kind, name: kind, kind } })),
      ],
    })
    browser = await launchBrowser()
    const context = await browser.newContext({ locale: 'es-ES', viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    page = await context.newPage()
    page.setDefaultTimeout(60_000)
    problems = complaints(page)
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('source').first().locator('.entry-main').click()
    await page.getByTestId('source-properties').click()
    await page.getByTestId('properties').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  const choose = async (id: string): Promise<Locator> => {
    await page.setViewportSize({ width: 1280, height: 720 })
    await page.locator(`[data-testid="source"][data-item-id="${id}"] .entry-main`).click()
    const panel = page.getByTestId('properties')
    await panel.waitFor()
    return panel
  }
  it('fit into the panel on a small screen, in Spanish, and name nothing by its name in the API', async () => {
    for (const { kind } of kinds) {
      const panel = await choose(kind)
      await panel.getByTestId('properties-position').waitFor()
      expect(await panel.innerText(), kind).not.toMatch(/GET \/|`|\bdurationMs\b|\bfontSize\b|does not|is missing/)
      expect(await faultsOf(panel), kind).toEqual([])
    }
    for (const kind of ['text', 'microphone', 'browser']) {
      const panel = await choose(kind)
      await look(page, `studio-properties-${kind}`)
      await page.setViewportSize({ width: 390, height: 844 })
      expect(await faultsOf(panel), `${kind} on a phone`).toEqual([])
    }
  })

  it('fit where a filter is open, too', async () => {
    for (const source of ['color', 'tone']) {
      const panel = await choose(source)
      const rows = panel.getByTestId('filter')
      const count = await rows.count()
      expect(count).toBeGreaterThan(8)
      for (let index = 0; index < count; index++) {
        await rows.nth(index).locator('.chain-name').click()
        await rows.nth(index).locator('.chain-settings').waitFor()
        expect(await faultsOf(panel), `filter ${index} of ${source}`).toEqual([])
      }
      await look(page, `studio-properties-filters-${source}`)
    }
    // Without PipeWire and a display nothing can be listed, and without a device nothing shown: that is said in the form.
    expect(problems.filter((each) => !/ 503 | 409 /.test(each))).toEqual([])
  })
})
