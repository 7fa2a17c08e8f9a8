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
    await what.selectOption({ label: value })
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
  // What somebody sees: names of buttons, fields and entries, within a pane or a dialog by its title.
  const pane = (title: string): Locator => page.getByRole('region', { name: title })
  const button = (name: string | RegExp, within: Page | Locator = page): Locator => within.getByRole('button', { name, exact: true })
  const dialog = (title: string | RegExp): Locator => page.getByRole('dialog', { name: title })
  const canvas = (): Locator => page.getByRole('group', { name: 'Items of the scene' })
  const entry = (name: string): Locator => page.getByRole('menuitem', { name })
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
      await hand.click(button('Add source', pane('Sources')))
      await hand.click(button('Camera (V4L2)', dialog('Add source')))
      await hand.click(button('Add source', dialog('Add source: Camera (V4L2)')))
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
      await hand.click(canvas(), { position: { x: 100, y: 100 } })
      // Handles have no name: the one in the middle of the right side.
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
      await hand.twice(button('Person', pane('Sources')))
      await hand.choose(page.getByRole('combobox').filter({ hasText: 'Add filter…' }).first(), 'Chroma key')
      await hand.click(button('Pick from the image'))
      await hand.click(page.getByTestId('picker'), { position: { x: 30, y: 30 } })
      await untilShow(({ sources }) => /^#[12]/.test(sources[0].filters[0]?.settings.color ?? ''), 'it has the colour of the screen')
    })
    expect(counts).toEqual({ clicks: 6, drags: 0, keys: 0 })
  })

  it('makes a lower third with four clicks and a drag', async () => {
    const counts = await task('lower third', async (hand) => {
      await hand.click(button('Add source', pane('Sources')))
      await hand.click(button('Text', dialog('Add source')))
      await hand.click(button('Add source', dialog('Add source: Text')))
      await hand.write(
        page.getByRole('complementary', { name: 'Properties of Text' }).getByLabel('Text', { exact: true }).first(),
        'Anna, captain',
      )
      await untilShow(({ sources }) => sources.at(-1).settings.text === 'Anna, captain', 'it is written')
      const stage = (await canvas().boundingBox())!
      const middle = { x: stage.x + stage.width / 2, y: stage.y + stage.height / 2 }
      await until(async () => (await page.locator('.stage-frame').count()) > 0, 'it is selected')
      await hand.drag(middle, { x: -stage.width * 0.2, y: stage.height * 0.3 })
      await untilShow(({ scenes }) => scenes[0].items.at(-1).position.y > 240, 'it is at the bottom')
    })
    expect(counts).toEqual({ clicks: 4, drags: 1, keys: 0 })
  })

  it('lowers music under a voice with two clicks', async () => {
    const counts = await task('duck', async (hand) => {
      await hand.click(button('Properties of Music', pane('Mixer')), { button: 'right' })
      await hand.click(entry('Lower under Voice'))
      await untilShow(({ sources }) => sources[2].audio.filters[0]?.settings.key === 'voice', 'it gives way')
    })
    expect(counts).toEqual({ clicks: 2, drags: 0, keys: 0 })
  })

  it('switches by a key that is given with three clicks', async () => {
    const counts = await task('hotkey', async (hand) => {
      await hand.click(button('The end', pane('Scenes')), { button: 'right' })
      await hand.click(entry('Hotkey…'))
      const macros = dialog('Macros and hotkeys')
      await macros.getByText('Press the keys').first().waitFor()
      await hand.press('F9')
      await untilShow(({ macros }) => macros[0]?.hotkeys[0] === 'F9', 'it has its key')
      await hand.click(button('Close', macros))
      await macros.waitFor({ state: 'detached' })
    })
    expect(counts).toEqual({ clicks: 3, drags: 0, keys: 1 })
    await page.keyboard.press('F9')
    await page.locator('[data-testid="scene"][data-on-air="true"]', { hasText: 'The end' }).waitFor()
    await ask('POST', '/studio/program', { scene: 'talk', transition: 'cut' })
  })

  it('goes live to a second place, and to both, with seven clicks', async () => {
    const key = await host.key('second')
    const counts = await task('two places', async (hand) => {
      await hand.click(button('Add output', pane('Outputs')))
      await hand.click(button('RTMP server', dialog('Add output')))
      const server = dialog('Add output: RTMP server')
      await hand.write(server.getByLabel('Server URL'), host.rtmp)
      await hand.write(server.getByLabel('Stream key'), key)
      await hand.click(button('Add output', server))
      await server.waitFor({ state: 'detached' })
      await hand.click(button('Go live'))
      await hand.click(button('Go live to 2', dialog('Go live')))
      for (const stream of ['evening', 'second']) await host.until(stream, ({ state }) => state === 'active')
    })
    expect(counts).toEqual({ clicks: 7, drags: 0, keys: 0 })
    await screenshot(page, 'studio-everyday')
  })

  it('makes a clip of what viewers saw with one click', async () => {
    await host.until('evening', ({ state, tracks }) => state === 'active' && tracks.length === 2)
    const counts = await task('clip', async (hand) => {
      await hand.click(button('Clip', pane('Outputs')))
      await page.locator('[data-testid="newest-clip"][data-state="ready"]').waitFor()
    })
    expect(counts).toEqual({ clicks: 1, drags: 0, keys: 0 })
  })

  it('shows a replay with six clicks, of which the next replay takes two', async () => {
    const counts = await task('replay', async (hand) => {
      await hand.click(button('Add output', pane('Outputs')))
      await hand.click(button('Replay buffer', dialog('Add output')))
      await hand.click(button('Add output', dialog('Add output: Replay buffer')))
      const row = page.getByTestId('output').filter({ hasText: 'Replay buffer' })
      await hand.click(button('Start Replay buffer', pane('Outputs')))
      await row.and(page.locator('[data-state="live"]')).waitFor()
      await untilShow(({ outputs }) => outputs.length === 3, 'there is a replay buffer')
      await until(async () => (await row.getByTestId('replay-held').innerText()) !== '0:00', 'it has something')
      await hand.click(button('Save replay', row))
      await hand.click(button('Play into the show', row))
      await page.locator('[data-testid="scene"][data-on-air="true"]', { hasText: 'Replay' }).waitFor()
    })
    expect(counts).toEqual({ clicks: 6, drags: 0, keys: 0 })
    await ask('POST', '/studio/program', { scene: 'talk', transition: 'cut' })
  })

  it('has a guest on air with six clicks', async () => {
    const counts = await task('guest', async (hand) => {
      await hand.click(button('Guests'))
      await hand.click(button('Invite guest'))
      await page.keyboard.type('Ada')
      await hand.click(button('Create link'))
      const link = await page.getByTestId('guest-join-link').innerText()
      await hand.click(button(/^Copy/, page.getByRole('dialog').last()))
      await hand.click(button('I have saved it'))
      const guest = await browser.newPage()
      await guest.goto(link)
      await guest.getByTestId('guest-join').click()
      await page.locator('[data-testid="guest-card"][data-state="waiting"]').waitFor()
      await hand.click(button('Put on air: Ada'))
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
