import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser, untilPlayer } from './helpers/browser.ts'
import { baseClip } from './helpers/clips.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'
import { until } from './helpers/until.ts'

/** A show with something in every list: scenes, sources with filters, canvases, macros, transitions, outputs. */
const show = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Evening',
  frameRate: 10,
  canvases: [
    { id: 'main', name: 'Main', width: 320, height: 180 },
    { id: 'tall', name: 'Tall', width: 180, height: 320 },
  ],
  scenes: [
    {
      id: 'intro',
      name: 'Intro',
      items: [{ source: 'blue' }, { source: 'words' }],
    },
    { id: 'talk', name: 'Talk', items: [{ source: 'blue' }] },
    { id: 'tall-intro', name: 'Tall intro', canvas: 'tall', items: [{ source: 'blue' }] },
  ],
  sources: [
    { id: 'blue', name: 'Blue', kind: 'color', settings: { color: '#0000ff' }, filters: [{ id: 'tint', kind: 'color-correction' }] },
    { id: 'words', name: 'Headline', kind: 'text', settings: { text: 'Good evening' } },
    { id: 'hum', name: 'Hum', kind: 'tone', audio: { filters: [{ id: 'squeeze', kind: 'compressor' }] } },
  ],
  transitions: [{ id: 'soft', name: 'Soft', kind: 'fade', durationMs: 300 }],
  outputs: [{ id: 'elsewhere', name: 'Elsewhere', kind: 'rtmp', settings: { url: 'rtmp://127.0.0.1:1/live', key: 'a-secret-key' } }],
  macros: [
    {
      id: 'go',
      name: 'Go',
      hotkeys: ['Ctrl+Shift+2'],
      actions: [
        { do: 'switch', scene: 'talk' },
        { do: 'wait', ms: 20 },
      ],
    },
  ],
}

/** What a person can have before them: a page, and what was clicked there. */
interface View {
  readonly path: string
  /** Test ids that are clicked one after the other. */
  readonly clicks?: readonly string[]
  readonly keys?: string
  /** Test id of what is there then. */
  readonly shows?: string
}

const sections: readonly View[] = [
  { path: '/live' },
  ...['', '/viewers', '/ingest', '/renditions', '/destinations', '/recording', '/clips', '/access'].map((tab) => ({
    path: `/live/stage${tab}`,
  })),
  { path: '/keys' },
  { path: '/inputs' },
  { path: '/rules' },
  { path: '/library' },
  { path: '/network', shows: 'network-empty' },
  { path: '/network', clicks: ['add-node'], shows: 'join-dialog' },
  { path: '/obs' },
  { path: '/activity' },
  { path: '/health' },
  { path: '/log' },
  { path: '/settings' },
  { path: '/publish' },
  { path: '/guest/nobody' },
  { path: '/guest/nobody#key=none&as=Ada', shows: 'guest-end' },
]

const dialogs: readonly View[] = [
  { path: '/live', keys: 'Control+k', shows: 'palette' },
  { path: '/live', keys: '?', shows: 'shortcuts' },
  { path: '/keys', clicks: ['new-key'], shows: 'make-key-dialog' },
  { path: '/keys', clicks: ['key-limits'], shows: 'key-limits-dialog' },
  { path: '/keys', clicks: ['key-rotate'], shows: 'confirm-dialog' },
  { path: '/keys', clicks: ['key-rotate', 'confirm-yes'], shows: 'secret-dialog' },
  { path: '/inputs', clicks: ['new-source'], shows: 'source-dialog' },
  { path: '/live/stage/destinations', clicks: ['add-destination'], shows: 'destination-dialog' },
  { path: '/live/stage/renditions', clicks: ['new-preset'], shows: 'preset-dialog' },
  { path: '/rules', clicks: ['new-playback-key'], shows: 'new-playback-key-dialog' },
  { path: '/rules', clicks: ['new-hook'], shows: 'hook-dialog' },
  { path: '/rules', clicks: ['new-automation'], shows: 'automation-dialog' },
  { path: '/rules', clicks: ['hook-deliveries'], shows: 'deliveries-dialog' },
  { path: '/rules', clicks: ['new-channel'], shows: 'channel-dialog' },
  { path: '/rules', clicks: ['new-alert-rule'], shows: 'alert-rule-dialog' },
  { path: '/library', clicks: ['open-trash'], shows: 'trash-empty' },
  { path: '/obs', clicks: ['add-obs'], shows: 'obs-dialog' },
  { path: '/settings', clicks: ['new-token'], shows: 'new-token-dialog' },
]

const studio: readonly View[] = [
  { path: '/studio', shows: 'sources-dock' },
  { path: '/studio', clicks: ['show-menu'], shows: 'close-show' },
  { path: '/studio', clicks: ['show-menu', 'export-menu'], shows: 'export-media' },
  { path: '/studio', clicks: ['edit-canvas'], shows: 'canvas-dialog' },
  { path: '/studio', clicks: ['edit-transitions'], shows: 'transitions-dialog' },
  { path: '/studio', clicks: ['edit-macros'], shows: 'macros-dialog' },
  { path: '/studio', clicks: ['edit-tracks'], shows: 'tracks-dialog' },
  { path: '/studio', clicks: ['strip-more'], shows: 'strip-menu' },
  { path: '/studio', clicks: ['add-source'], shows: 'add-source-dialog' },
  { path: '/studio', clicks: ['add-source', 'kind-text'], shows: 'new-source-dialog' },
  { path: '/studio', clicks: ['edit-overlays'], shows: 'overlays-dialog' },
  { path: '/studio', clicks: ['add-source', 'overlay-kind-lower-third'], shows: 'add-overlay-dialog' },
  { path: '/studio', clicks: ['add-source', 'kind-image', 'choose-file'], shows: 'file-chooser' },
  { path: '/studio', clicks: ['add-output'], shows: 'add-output-dialog' },
  { path: '/studio', clicks: ['edit-output'], shows: 'output-dialog' },
  { path: '/studio', clicks: ['multiview-open'], shows: 'tile' },
  { path: '/studio', clicks: ['docks-open', 'dock-add-first'], shows: 'dock-dialog' },
  { path: '/studio', clicks: ['docks-open', 'docks-open'], shows: 'dock-add-first' },
  { path: '/studio?multiview', shows: 'tile' },
  { path: '/studio', clicks: ['go-live'], shows: 'go-live-dialog' },
  { path: '/studio', clicks: ['open-guests'], shows: 'guests-pane' },
  { path: '/studio', clicks: ['open-guests', 'invite-guest'], shows: 'invite-dialog' },
  // The last: the show stays in this mode.
  { path: '/studio', clicks: ['studio-mode'], shows: 'screen-preview' },
]

describe('what a person who cannot see or use a mouse well finds', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let publisher: Publisher

  beforeAll(async () => {
    host = await startHost({ name: 'accessibility', env: { DISPLAY: '', WAYLAND_DISPLAY: '' } })
    browser = await launchBrowser()
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce' })
    page = await context.newPage()
    page.setDefaultTimeout(60_000)
    publisher = publishFile(await baseClip(), `${host.rtmp}/${await host.key('stage')}`, { loop: true })
    await host.api('POST', '/live/hooks', { label: 'Log', url: `${host.http}/nothing`, events: ['stream.ended'] })
    await host.until('stage', ({ state, tracks }) => state === 'active' && tracks.length === 2)
  })
  afterAll(async () => {
    await publisher?.stop()
    await browser?.close()
    await host?.stop()
  })

  /** The page that is loaded has the app, which goes from section to section by itself. */
  let isApp = false

  /** Goes to a path as a link does; answers whether a dialog is open nevertheless: one of the frame, which stays when its section goes. */
  const follow = (path: string): Promise<boolean> =>
    page.evaluate(async (to) => {
      history.pushState(null, '', to)
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
      return document.querySelector('dialog[open]') !== null
    }, path)

  /**
   * Shows a path with nothing left of what was opened before: over another section, loaded again only where it has to be. The studio
   * keeps its panes while one is elsewhere.
   */
  async function open(path: string): Promise<void> {
    const inApp = !/^\/(publish|guest|studio)/.test(path)
    const goes = isApp && inApp && !(await follow('/log')) && !(await follow(path))
    if (!goes) await page.goto(`${host.http}${path}`)
    isApp = inApp
  }

  /** Findings of views, by view. */
  async function findingsOf(views: readonly View[]): Promise<Record<string, readonly string[]>> {
    const found: Record<string, readonly string[]> = {}
    for (const { path, clicks = [], keys, shows } of views) {
      await open(path)
      await until(
        () =>
          page.evaluate(() => document.querySelector('main') !== null && document.querySelector('.skeleton, [aria-busy="true"]') === null),
        `${path} shows what it has`,
      )
      for (const id of clicks) await page.getByTestId(id).first().click()
      if (keys !== undefined) await page.keyboard.press(keys)
      if (shows !== undefined) await page.getByTestId(shows).first().waitFor()
      // What keys open belongs to the frame, which stays when its section goes.
      if (keys !== undefined) isApp = false
      const list = await findingsInBothThemes(page)
      if (list.length > 0) found[[path, keys ?? '', ...clicks].join(' ').trim()] = list
    }
    return found
  }

  it('nothing serious is wrong in any section', async () => {
    const { joinUrl } = (await host.api('POST', '/studio/guests', { label: 'Ada' })).body
    const { pathname, hash } = new URL(joinUrl)
    expect(await findingsOf([...sections, { path: `${pathname}${hash}`, shows: 'guest-join' }])).toEqual({})
  })

  it('nothing serious is wrong in the dialogs', async () => {
    expect(await findingsOf(dialogs)).toEqual({})
  })

  it('nothing serious is wrong in the studio, without a show and with one, and in its dialogs', async () => {
    expect(await findingsOf([{ path: '/studio', shows: 'studio-start' }])).toEqual({})
    const made = await host.api('POST', '/studio/collections', { name: 'Evening', collection: show })
    const opened = await host.api('POST', '/studio/collections/Evening/open', {})
    expect([made.status, opened.status], JSON.stringify([made.body, opened.body])).toEqual([201, 200])
    expect((await host.api('POST', '/studio/overlays', { kind: 'lower-third', name: 'Speaker' })).status).toBe(201)
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('source').filter({ hasText: 'Headline' }).locator('.entry-main').focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('properties').locator('[data-setting="text"]').waitFor()
    expect(await findingsInBothThemes(page)).toEqual([])
    expect(await findingsOf(studio)).toEqual({})
  })

  it('nothing serious is wrong in the player, with a stream and without', async () => {
    isApp = false
    await page.goto(`${host.http}/watch/stage`)
    await untilPlayer(page, 'playing')
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.goto(`${host.http}/watch/nobody`)
    await untilPlayer(page, 'missing')
    expect(await findingsInBothThemes(page)).toEqual([])
  })
})
