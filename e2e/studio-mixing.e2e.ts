import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { look, openCollection, showRequests, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'evening',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360, scene: 'talk' }],
  scenes: [
    { id: 'talk', name: 'Talk', items: [] },
    { id: 'break', name: 'Break', items: [{ id: 'jingle-item', source: 'jingle' }] },
  ],
  sources: [
    { id: 'voice', name: 'Voice', kind: 'tone', settings: { frequency: 440 }, audio: {} },
    { id: 'music', name: 'Music', kind: 'tone', settings: { frequency: 997 }, audio: {} },
    { id: 'jingle', name: 'Jingle', kind: 'tone', settings: { frequency: 600 }, audio: { followsVideo: true } },
  ],
}

describe('the mixer of the studio page', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]

  const { show, untilShow } = showRequests(() => host)
  const strip = (id: string): Locator => page.locator(`[data-testid="strip"][data-source="${id}"]`)
  const levelOf = async (of: string): Promise<number> =>
    Number((await page.locator(`[data-testid="meter"][data-of="${of}"]`).first().getAttribute('data-level')) || Number.NaN)
  const numberIn = async (shown: Locator): Promise<number> => Number.parseFloat((await shown.textContent()) ?? '')

  beforeAll(async () => {
    host = await startHost({ name: 'studio-mixing' })
    await openCollection(host, collection)
    browser = await launchBrowser()
    ;({ page, problems } = await studioWindow(browser))
    await page.goto(`${host.http}/studio`)
    await until(async () => (await levelOf('source:music')) > -40, 'the tone is on its meter')
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('lowers music under a voice with two clicks, shows by how much, and undoes it', async () => {
    const before = await levelOf('source:music')
    await strip('music').click({ button: 'right', position: { x: 60, y: 8 } })
    await page.getByTestId('strip-menu').waitFor()
    await screenshot(page, 'studio-lower-under')
    await page.getByTestId('strip-menu').getByRole('menuitem', { name: 'Lower under Voice', exact: true }).click()
    await until(async () => (await levelOf('source:music')) < before - 10, 'the music is lower')
    expect((await show()).sources[1].audio.filters[0]).toMatchObject({ kind: 'compressor', settings: { key: 'voice', thresholdDb: -40 } })
    await strip('voice').getByTestId('mute').click()
    await until(async () => Math.abs((await levelOf('source:music')) - before) < 1, 'it is back while nobody speaks')
    await strip('voice').getByTestId('mute').click()
    await strip('music').getByTestId('strip-more').click()
    await page.getByTestId('strip-menu').getByRole('menuitem', { name: 'Stop lowering under Voice' }).click()
    await untilShow(({ sources }) => sources[1].audio.filters.length === 0, 'the compressor is gone')
    await until(async () => Math.abs((await levelOf('source:music')) - before) < 1, 'and the music back')
  })

  it('keeps what is only in other scenes behind a switch, and lists it when its scene is on air', async () => {
    expect(await strip('jingle').count()).toBe(0)
    const others = page.getByTestId('other-strips')
    expect(await others.innerText()).toContain('Show 1 not heard now')
    await others.click()
    const elsewhere = page.getByRole('region', { name: 'In other scenes, or hidden' })
    await elsewhere.locator(strip('jingle')).waitFor()
    await screenshot(page, 'studio-mixer-others')
    const scene = (name: string): Locator => page.getByTestId('scene').filter({ hasText: name }).locator('.entry-main')
    await others.click()
    await strip('jingle').waitFor({ state: 'detached' })
    await scene('Break').click()
    await strip('jingle').waitFor()
    await others.waitFor({ state: 'detached' })
    await scene('Talk').click()
    await strip('jingle').waitFor({ state: 'detached' })
  })

  it('draws the curve of a compressor with the level that comes in', async () => {
    await page.getByRole('button', { name: 'Properties of Music' }).click()
    await page.getByTestId('add-audio-filters').selectOption('compressor')
    const figures = page.getByTestId('curve-figures')
    await figures.waitFor()
    await page.getByTestId('preset').selectOption('firm')
    const input = await levelOf('source:voice')
    await until(async () => Math.abs(Number(await figures.getAttribute('data-in')) - input) < 1.5, 'the level of the tone comes in')
    // -26 dB, 6:1, 8 dB behind it.
    const wanted = -26 + (input + 26) / 6 + 8
    await until(async () => Math.abs(Number(await figures.getAttribute('data-out')) - wanted) < 1.5, 'what leaves is on the curve')
    await until(async () => Math.abs((await levelOf('source:music')) - wanted) < 1.5, 'and is what the meter shows')
    await page.getByTestId('curve-figures').scrollIntoViewIfNeeded()
    await screenshot(page, 'studio-compressor')
    await page.getByTestId('delete-filter').click()
    await untilShow(({ sources }) => sources[1].audio.filters.length === 0, 'it is deleted')
  })

  it('sets tracks, sync offset and monitoring of a source, and says how its clock runs', async () => {
    const properties = page.getByTestId('audio-properties')
    await properties.getByTestId('to-track-1').uncheck()
    await properties.getByTestId('to-track-3').check()
    await properties.getByTestId('to-track-2').check()
    await properties.locator('[data-setting="syncOffsetMs"]').fill('-40')
    await properties.locator('[data-setting="monitoring"]').selectOption('also')
    await untilShow(({ sources }) => {
      const { tracks, syncOffsetMs, monitoring } = sources[1].audio
      return !tracks.includes(1) && tracks.includes(2) && tracks.includes(3) && syncOffsetMs === -40 && monitoring === 'also'
    }, 'the source has them')
    await properties.getByTestId('drift').getByText('runs like that of the studio').waitFor()
    await properties.locator('[data-setting="monitoring"]').selectOption('off')
  })

  it('shows the loudness of tracks, and filters them', async () => {
    await page.getByTestId('edit-tracks').click()
    const dialog = page.getByTestId('tracks-dialog')
    const shortTerm = dialog.getByTestId('short-term')
    await until(async () => (await numberIn(shortTerm)) > -60, 'the short-term loudness of the first track')
    const loud = await numberIn(shortTerm)
    await dialog.getByTestId('track-name').fill('Stream')
    await dialog.getByTestId('add-track-filters').selectOption('gain')
    await dialog.locator('[data-setting="gainDb"]').fill('-20')
    await untilShow(({ tracks }) => tracks[0].name === 'Stream' && tracks[0].filters[0]?.settings.gainDb === -20, 'the track has a filter')
    const source = await levelOf('source:voice')
    await until(async () => Math.abs((await levelOf('track:1')) - source + 20) < 1, 'it is 20 dB lower')
    // What was louder a moment ago would count for the integrated loudness, and make what follows a pause.
    await until(async () => (await numberIn(shortTerm)) < loud - 19.5, 'three seconds of the lower level')
    await dialog.getByTestId('reset-loudness').click()
    await until(
      async () => Math.abs((await numberIn(shortTerm)) - (await numberIn(dialog.getByTestId('integrated')))) < 0.5,
      'after three seconds of the same tone both are the same',
    )
    await look(page, 'studio-tracks')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('has no errors on the page', () => {
    // Where a machine has no speakers their list is answered with 503, which the dialog says.
    expect(problems.filter((each) => !each.includes('kind=speaker'))).toEqual([])
  })
})
