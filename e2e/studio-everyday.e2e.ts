import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { openCollection, showRequests, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

/** What a streamer has before the evening: somebody before a green screen, a voice, music, two scenes, and a stream of this host. */
const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'evening',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360, scene: 'talk' }],
  scenes: [
    { id: 'talk', name: 'Talk', items: [{ id: 'person-item', source: 'person', bounds: { fit: 'stretch', width: 640, height: 360 } }] },
    { id: 'end', name: 'The end', items: [] },
  ],
  sources: [
    {
      id: 'person',
      name: 'Person',
      kind: 'text',
      settings: { text: 'ANNA', fontSize: 90, background: { color: '#20b050', padding: 90, radius: 0 } },
    },
    { id: 'voice', name: 'Voice', kind: 'tone', audio: {} },
    { id: 'music', name: 'Music', kind: 'tone', settings: { frequency: 997 }, audio: {} },
  ],
  outputs: [
    { id: 'here', name: 'This host', kind: 'host', settings: { stream: 'evening' }, video: { bitrateKbps: 600, preset: 'ultrafast' } },
  ],
}

/** One hand with a mouse: what it does is counted, and it does nothing else. */
class Hand {
  readonly #page: Page
  clicks = 0
  drags = 0
  keys = 0

  constructor(page: Page) {
    this.#page = page
  }

  async click(what: Locator, options: { readonly button?: 'right'; readonly position?: { readonly x: number; readonly y: number } } = {}) {
    await what.click(options)
    this.clicks++
  }

  async twice(what: Locator): Promise<void> {
    await what.dblclick()
    this.clicks += 2
  }

  /** Opens a list and chooses from it. */
  async choose(what: Locator, value: string): Promise<void> {
    await what.selectOption(value)
    this.clicks += 2
  }

  /** Clicks a field, empties it and writes: letters are no keys that the page asks for. */
  async write(what: Locator, text: string): Promise<void> {
    await what.click()
    this.clicks++
    await what.fill(text)
  }

  async press(key: string): Promise<void> {
    await this.#page.keyboard.press(key)
    this.keys++
  }

  /** From one point of the window to another, with a key pressed where one is named. */
  async drag(
    from: { readonly x: number; readonly y: number },
    way: { readonly x: number; readonly y: number },
    key?: string,
  ): Promise<void> {
    const { mouse, keyboard } = this.#page
    await mouse.move(from.x, from.y)
    if (key !== undefined) {
      await keyboard.down(key)
      this.keys++
    }
    await mouse.down()
    await mouse.move(from.x + way.x / 2, from.y + way.y / 2)
    await mouse.move(from.x + way.x, from.y + way.y)
    await mouse.up()
    if (key !== undefined) await keyboard.up(key)
    this.drags++
  }

  get counts() {
    return { clicks: this.clicks, drags: this.drags, keys: this.keys }
  }
}

/** The table in docs/studio-page.md has these figures: a task that takes more fails here. */
describe('everyday tasks on the studio page, with the mouse', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]
  const counted: Record<string, Hand['counts']> = {}

  const { ask, untilShow } = showRequests(() => host)
  const source = (item: string): Locator => page.locator(`[data-testid="source"][data-item-id="${item}"]`)
  const task = async (name: string, work: (hand: Hand) => Promise<void>): Promise<Hand['counts']> => {
    const hand = new Hand(page)
    await work(hand)
    counted[name] = hand.counts
    return hand.counts
  }

  beforeAll(async () => {
    host = await startHost({ name: 'studio-everyday', env: { DISPLAY: '', WAYLAND_DISPLAY: '' } })
    await openCollection(host, collection)
    browser = await launchBrowser({ args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] })
    ;({ page, problems } = await studioWindow(browser))
    await page.goto(`${host.http}/studio`)
    await page.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('adds a camera with three clicks', async () => {
    const counts = await task('camera', async (hand) => {
      await hand.click(page.getByTestId('add-source'))
      await hand.click(page.getByTestId('kind-v4l2-camera'))
      await hand.click(page.getByTestId('new-source-add'))
      await untilShow(
        ({ sources, scenes }) => sources.at(-1).kind === 'v4l2-camera' && scenes[0].items.length === 2,
        'the camera is in the scene',
      )
    })
    expect(counts).toEqual({ clicks: 3, drags: 0, keys: 0 })
    await ask('POST', '/studio/undo', {})
  })

  it('crops with one click and one drag', async () => {
    const counts = await task('crop', async (hand) => {
      await hand.click(page.getByTestId('stage'), { position: { x: 100, y: 100 } })
      const grip = page.getByTestId('handle-e')
      await grip.waitFor()
      const box = (await grip.boundingBox())!
      await hand.drag({ x: box.x + box.width / 2, y: box.y + box.height / 2 }, { x: -80, y: 0 }, 'Alt')
      await untilShow(({ scenes }) => scenes[0].items[0].crop.right > 30, 'it is cropped')
    })
    expect(counts).toEqual({ clicks: 1, drags: 1, keys: 1 })
    await ask('POST', '/studio/undo', {})
  })

  it('keys out a green screen in its own colour with six clicks', async () => {
    const counts = await task('chroma key', async (hand) => {
      await hand.twice(source('person-item'))
      await hand.choose(page.getByTestId('add-filters'), 'chroma-key')
      await hand.click(page.getByTestId('pick-color'))
      await hand.click(page.getByTestId('picker'), { position: { x: 30, y: 30 } })
      await untilShow(({ sources }) => /^#[12]/.test(sources[0].filters[0]?.settings.color ?? ''), 'it has the colour of the screen')
    })
    expect(counts).toEqual({ clicks: 6, drags: 0, keys: 0 })
  })

  it('makes a lower third with four clicks and a drag', async () => {
    const counts = await task('lower third', async (hand) => {
      await hand.click(page.getByTestId('add-source'))
      await hand.click(page.getByTestId('kind-text'))
      await hand.click(page.getByTestId('new-source-add'))
      await hand.write(page.getByTestId('properties').locator('[data-setting="text"]'), 'Anna, captain')
      await untilShow(({ sources }) => sources.at(-1).settings.text === 'Anna, captain', 'it is written')
      const stage = (await page.getByTestId('stage').boundingBox())!
      const middle = { x: stage.x + stage.width / 2, y: stage.y + stage.height / 2 }
      await until(async () => (await page.locator('.stage-frame').count()) > 0, 'it is selected')
      await hand.drag(middle, { x: -stage.width * 0.2, y: stage.height * 0.3 })
      await untilShow(({ scenes }) => scenes[0].items.at(-1).position.y > 240, 'it is at the bottom')
    })
    expect(counts).toEqual({ clicks: 4, drags: 1, keys: 0 })
  })

  it('lowers music under a voice with two clicks', async () => {
    const counts = await task('duck', async (hand) => {
      await hand.click(page.locator('[data-testid="strip"][data-source="music"]'), { button: 'right', position: { x: 60, y: 8 } })
      await hand.click(page.getByTestId('strip-menu').getByRole('menuitem', { name: 'Lower under Voice' }))
      await untilShow(({ sources }) => sources[2].audio.filters[0]?.settings.key === 'voice', 'it gives way')
    })
    expect(counts).toEqual({ clicks: 2, drags: 0, keys: 0 })
  })

  it('switches by a key that is given with three clicks', async () => {
    const counts = await task('hotkey', async (hand) => {
      await hand.click(page.getByTestId('scene').filter({ hasText: 'The end' }), { button: 'right' })
      await hand.click(page.getByTestId('scene-menu').getByRole('menuitem', { name: 'Hotkey…' }))
      const dialog = page.getByTestId('macros-dialog')
      await until(async () => (await dialog.getByTestId('record-keys').innerText()).includes('Press the keys'), 'it records')
      await hand.press('F9')
      await untilShow(({ macros }) => macros[0]?.hotkeys[0] === 'F9', 'it has its key')
      await hand.click(dialog.getByRole('button', { name: 'Close', exact: true }))
      await dialog.waitFor({ state: 'detached' })
    })
    expect(counts).toEqual({ clicks: 3, drags: 0, keys: 1 })
    await page.keyboard.press('F9')
    await page.locator('[data-testid="scene"][data-on-air="true"]', { hasText: 'The end' }).waitFor()
    await ask('POST', '/studio/program', { scene: 'talk', transition: 'cut' })
  })

  it('goes live to a second place, and to both, with seven clicks', async () => {
    const key = await host.key('second')
    const counts = await task('two places', async (hand) => {
      await hand.click(page.getByTestId('add-output'))
      await hand.click(page.getByTestId('service-rtmp'))
      await hand.write(page.getByTestId('output-server'), host.rtmp)
      await hand.write(page.getByTestId('output-key'), key)
      await hand.click(page.getByTestId('save-output'))
      await page.getByTestId('output-dialog').waitFor({ state: 'detached' })
      await hand.click(page.getByTestId('go-live'))
      await hand.click(page.getByTestId('go-live-start'))
      for (const stream of ['evening', 'second']) await host.until(stream, ({ state }) => state === 'active')
    })
    expect(counts).toEqual({ clicks: 7, drags: 0, keys: 0 })
    await screenshot(page, 'studio-everyday')
  })

  it('makes a clip of what viewers saw with one click', async () => {
    await host.until('evening', ({ state, tracks }) => state === 'active' && tracks.length === 2)
    const counts = await task('clip', async (hand) => {
      await hand.click(page.getByTestId('clip-output'))
      await page.locator('[data-testid="newest-clip"][data-state="ready"]').waitFor()
    })
    expect(counts).toEqual({ clicks: 1, drags: 0, keys: 0 })
  })

  it('shows a replay with six clicks, of which the next replay takes two', async () => {
    const counts = await task('replay', async (hand) => {
      await hand.click(page.getByTestId('add-output'))
      await hand.click(page.getByTestId('service-replay'))
      await hand.click(page.getByTestId('save-output'))
      const row = page.getByTestId('output').filter({ hasText: 'Replay buffer' })
      await hand.click(row.getByTestId('start-output'))
      await row.and(page.locator('[data-state="live"]')).waitFor()
      await untilShow(({ outputs }) => outputs.length === 3, 'there is a replay buffer')
      await until(async () => (await row.getByTestId('replay-held').innerText()) !== '0:00', 'it has something')
      await hand.click(row.getByTestId('save-replay'))
      await hand.click(row.getByTestId('play-replay'))
      await page.locator('[data-testid="scene"][data-on-air="true"]', { hasText: 'Replay' }).waitFor()
    })
    expect(counts).toEqual({ clicks: 6, drags: 0, keys: 0 })
    await ask('POST', '/studio/program', { scene: 'talk', transition: 'cut' })
  })

  it('has a guest on air with six clicks', async () => {
    const counts = await task('guest', async (hand) => {
      await hand.click(page.getByTestId('open-guests'))
      await hand.click(page.getByTestId('invite-guest'))
      await page.keyboard.type('Ada')
      await hand.click(page.getByTestId('create-guest-link'))
      const link = await page.getByTestId('guest-join-link').innerText()
      await hand.click(page.getByTestId('guest-join-link-copy'))
      await hand.click(page.getByTestId('guest-link-done'))
      const guest = await browser.newPage()
      await guest.goto(link)
      await guest.getByTestId('guest-join').click()
      await page.locator('[data-testid="guest-card"][data-state="waiting"]').waitFor()
      await hand.click(page.getByTestId('put-on-air'))
      await guest.locator('[data-testid="guest-show"][data-tally="onAir"]').waitFor({ timeout: 60_000 })
      await guest.close()
    })
    expect(counts).toEqual({ clicks: 6, drags: 0, keys: 0 })
  })

  it('has no errors on the page', () => {
    // While the guest connects there is nothing to see of them.
    expect(problems.filter((each) => !each.includes('/whep'))).toEqual([])
    expect(Object.keys(counted)).toHaveLength(10)
  })
})
