import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launchBrowser, sidewaysPx } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { look, openCollection } from './helpers/studio-page.ts'

const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'dialogs',
  frameRate: 10,
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360, scene: 'one' }],
  scenes: [
    { id: 'one', name: 'Uno', items: [{ id: 'red', source: 'red' }] },
    { id: 'two', name: 'Dos', items: [] },
  ],
  sources: [
    { id: 'red', name: 'Rojo', kind: 'color', settings: { color: '#e5484d' } },
    { id: 'tone', name: 'Tono', kind: 'tone', settings: {} },
  ],
  macros: [{ id: 'greet', name: 'Saludo', actions: [{ do: 'transition' }] }],
  outputs: [{ id: 'live', name: 'Directo', kind: 'host', settings: { stream: 'studio' } }],
}

/** What the palette is asked for, in Spanish, and the dialog that opens. */
const dialogs = {
  'Añadir fuente': 'add-source-dialog',
  'Añadir fuente: Texto': 'new-source-dialog',
  'Añadir audio': 'add-source-dialog',
  'Lienzo': 'canvas-dialog',
  'Macros': 'macros-dialog',
  'Editar transiciones': 'transitions-dialog',
  'Pistas': 'tracks-dialog',
  'Superposiciones': 'overlays-dialog',
  'Exportar con': 'export-show',
  'Exportar para': 'export-obs',
  'Añadir salida': 'add-output-dialog',
  'Emitir en directo': 'go-live-dialog',
  'Guía para': 'guide-dialog',
  'Nuevo programa': 'template-dialog',
  'Proyectores': 'windows-dialog',
  'Escenas que siguen': 'window-rules-dialog',
} as const

/** Controls of the dialog that a person with a keyboard needs to reach, counted, those of a group of radio buttons as one. */
const controlsIn = (dialog: Locator): Promise<number> =>
  dialog.evaluate((element) => {
    const groups = new Set<string>()
    return [...element.querySelectorAll<HTMLElement>('button, input, select, textarea, a[href], [tabindex="0"]')].filter((each) => {
      const { width, height } = each.getBoundingClientRect()
      const off =
        each.matches(':disabled, [tabindex="-1"], [type="hidden"]') || each.closest('[inert], [hidden], fieldset:disabled') !== null
      if (off || width === 0 || height === 0 || getComputedStyle(each).visibility !== 'visible') return false
      if (!(each instanceof HTMLInputElement) || each.type !== 'radio') return true
      if (groups.has(each.name)) return false
      groups.add(each.name)
      return true
    }).length
  })

/** What makes a dialog wider than it is. */
const sticksOut = (dialog: Locator): Promise<string[]> =>
  dialog.evaluate((element) => {
    if (element.scrollWidth <= element.clientWidth) return []
    const edge = element.getBoundingClientRect().left + element.clientLeft + element.clientWidth
    const wide = [...element.querySelectorAll('*')].filter((each) => each.getBoundingClientRect().right > edge)
    return wide.map((each) => `${each.tagName} ${each.getAttribute('data-testid') ?? each.className} "${each.textContent?.slice(0, 30)}"`)
  })

describe('dialogs of the studio', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]

  beforeAll(async () => {
    host = await startHost({ name: 'studio-dialogs', env: { DISPLAY: '', WAYLAND_DISPLAY: '' } })
    await openCollection(host, collection)
    browser = await launchBrowser()
    const context = await browser.newContext({
      locale: 'es-ES',
      viewport: { width: 1280, height: 720 },
      colorScheme: 'dark',
      reducedMotion: 'reduce',
    })
    page = await context.newPage()
    page.setDefaultTimeout(60_000)
    problems = complaints(page)
    await page.goto(`${host.http}/studio`)
    await page.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('open by keys, have every control within reach of Tab, keep the focus, close by Escape, and fit every screen', async () => {
    const outside: string[] = []
    for (const [text, testId] of Object.entries(dialogs)) {
      await page.keyboard.press('Control+k')
      await page.getByTestId('palette-text').fill(text)
      await page.getByTestId('palette-entry').first().waitFor()
      await page.keyboard.press('Enter')
      const dialog = page.getByTestId(testId)
      await dialog.waitFor()
      const wanted = await controlsIn(dialog)
      const reached = await dialog.evaluate((element) => {
        ;(globalThis as { reached?: Set<Element> }).reached = new Set()
        element.addEventListener('focusin', ({ target }) => (globalThis as { reached?: Set<unknown> }).reached?.add(target))
        return element.contains(document.activeElement)
      })
      expect(reached, `${text} has the focus`).toBe(true)
      for (let presses = 0; presses < wanted + 3; presses++) await page.keyboard.press('Tab')
      const [count, inside] = await dialog.evaluate((element) => [
        (globalThis as { reached?: Set<Element> }).reached?.size ?? 0,
        document.activeElement === document.body || element.contains(document.activeElement),
      ])
      expect(inside, `${text} keeps the focus`).toBe(true)
      expect(count, `${text}: controls that Tab reaches`).toBeGreaterThanOrEqual(wanted)
      for (const [width, height] of [
        [390, 844],
        [1280, 720],
      ] as const) {
        await page.setViewportSize({ width, height })
        if ((await sidewaysPx(page)) > 0) outside.push(`${text}: the page at ${width}`)
        outside.push(...(await sticksOut(dialog)).map((each) => `${text} at ${width}: ${each}`))
      }
      if (testId === 'go-live-dialog' || testId === 'macros-dialog' || testId === 'overlays-dialog') await look(page, `studio-${testId}`)
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
    }
    expect(outside).toEqual([])
  })

  it('move nothing where motion is to be reduced', async () => {
    const moving = await page.evaluate(() =>
      [...document.querySelectorAll('*')].flatMap((each) => {
        const { animationName, animationDuration, transitionDuration } = getComputedStyle(each)
        const long = (durations: string): boolean => durations.split(',').some((one) => Number.parseFloat(one) > 0.011)
        return (animationName !== 'none' && long(animationDuration)) || long(transitionDuration) ? [each.className.toString()] : []
      }),
    )
    expect(moving).toEqual([])
    expect(problems.filter((each) => !/ 503 | 409 /.test(each))).toEqual([])
  })
})
