import type { OBSWebSocket } from 'obs-websocket-js/json'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { complaints, launchBrowser } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type ObsOnTest, obsMissing, prepareObs } from './helpers/obs-studio.ts'
import { skipBecause } from './helpers/skip.ts'
import { look, openCollection } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

/** The OBS section of the page with a real OBS Studio: what is clicked is looked up in OBS, what OBS does is read from the page. */

const missing = obsMissing()
let host: RunningHost
let program: ObsOnTest
let obs: OBSWebSocket
let browser: Browser
let page: Page
let problems: string[]

beforeAll(async () => {
  if (missing !== undefined) return
  program = await prepareObs()
  host = await startHost({ name: 'obs-page', env: { XDG_CONFIG_HOME: `${program.home}/.config` } })
  await program.reach(host.rtmpPort)
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
  page.setDefaultTimeout(60_000)
  problems = complaints(page)
}, 120_000)

afterAll(async () => {
  await obs?.disconnect().catch(() => undefined)
  await browser?.close()
  await host?.stop()
  await program?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

const scene = (name: string) => page.locator(`[data-testid=obs-scene][data-scene="${name}"]`)
const item = (name: string) => page.locator(`[data-testid=obs-item][data-source="${name}"]`)
const strip = (name: string) => page.locator(`[data-testid=obs-strip][data-input="${name}"]`)

describe('the OBS section', () => {
  it('finds the OBS of this machine, says what to do while it is not started, and shows it when it is', async () => {
    await page.goto(`${host.http}/obs`)
    await page.getByTestId('obs-empty').waitFor()
    await look(page, 'obs-empty')
    await page.getByTestId('connect-found').click()
    await page.getByTestId('obs-problem').getByText('Start OBS').waitFor()
    await page.getByTestId('obs-found').waitFor({ state: 'detached' })
    obs = await program.start()
    await page.locator('[data-testid=obs-thumbnail][data-shown=true]').waitFor()
    await page.locator('[data-testid=obs-state][data-state=connected]').waitFor()
    await look(page, 'obs-list')
  })

  it('creates, names and switches scenes, and follows what OBS does', async () => {
    await page.getByTestId('obs-thumbnail').click()
    await page.locator('[data-testid=obs-program-image][data-shown=true]').waitFor()
    for (const name of ['Wide', 'Close']) {
      await page.getByTestId('obs-add-scene').click()
      await page.getByTestId('obs-scene-name').fill(name)
      await page.getByTestId('obs-scene-submit').click()
      await scene(name).waitFor()
    }
    await scene('Close').click({ button: 'right' })
    await page.getByTestId('obs-scene-menu').getByRole('menuitem').first().click()
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('obs-scene-name').fill('Close up')
    await page.getByTestId('obs-scene-submit').click()
    await scene('Close up').click()
    await page.locator('[data-scene="Close up"][data-tally=program]').waitFor()
    await until(async () => (await obs.call('GetCurrentProgramScene')).currentProgramSceneName === 'Close up', 'OBS shows Close up')
    expect((await obs.call('GetSceneList')).scenes.map(({ sceneName }) => sceneName)).toEqual(expect.arrayContaining(['Wide', 'Close up']))

    await obs.call('SetCurrentProgramScene', { sceneName: 'Wide' })
    await page.getByTestId('obs-program').getByText('Wide').waitFor()
    await obs.call('CreateInput', {
      sceneName: 'Wide',
      inputName: 'red',
      inputKind: 'color_source_v3',
      inputSettings: { color: 0xff3040d0, width: 640, height: 360 },
    })
    await item('red').waitFor()
  })

  it('hides items, moves faders and mutes, with levels', async () => {
    await item('red').getByTestId('obs-item-enabled').click()
    await page.locator('[data-testid=obs-item][data-source=red][data-enabled=false]').waitFor()
    await until(async () => {
      const [first] = (await obs.call('GetSceneItemList', { sceneName: 'Wide' })).sceneItems
      return first?.sourceName === 'red' && first.sceneItemEnabled === false
    }, 'it is hidden in OBS')
    await item('red').getByTestId('obs-item-enabled').click()
    await page.locator('[data-testid=obs-item][data-source=red][data-enabled=true]').waitFor()

    await obs.call('CreateInput', { sceneName: 'Wide', inputName: 'film', inputKind: 'ffmpeg_source', inputSettings: {} })
    await strip('film').waitFor()
    await strip('film').getByTestId('obs-mute').click()
    await page.locator('[data-testid=obs-strip][data-input=film][data-muted=true]').waitFor()
    await until(async () => (await obs.call('GetInputMute', { inputName: 'film' })).inputMuted, 'it is muted in OBS')
    await strip('film').getByTestId('obs-fader').focus()
    for (let step = 0; step < 20; step++) await page.keyboard.press('ArrowLeft')
    // Positions that are still on their way to OBS would come after what is set there.
    await until(async () => {
      const { inputVolumeDb } = await obs.call('GetInputVolume', { inputName: 'film' })
      return inputVolumeDb < -3 && (await strip('film').getByTestId('obs-volume').innerText()) === `${inputVolumeDb.toFixed(1)} dB`
    }, 'OBS has what the fader shows')
    await obs.call('SetInputVolume', { inputName: 'film', inputVolumeDb: -20 })
    await strip('film').getByText('-20.0 dB').waitFor()
  })

  it('places an item, each change at once and undone step by step', async () => {
    const red = { sceneName: 'Wide', sceneItemId: (await obs.call('GetSceneItemId', { sceneName: 'Wide', sourceName: 'red' })).sceneItemId }
    const placed = (wanted: Readonly<Record<string, unknown>>, what: string) =>
      until(async () => {
        const { sceneItemTransform } = await obs.call('GetSceneItemTransform', red)
        return Object.entries(wanted).every(([field, value]) => sceneItemTransform[field] === value)
      }, what)
    await scene('Wide').click()
    await item('red').getByTestId('obs-item-transform').click()
    const dialog = page.getByTestId('obs-transform')
    const own = { positionX: 40, scaleX: 0.5, rotation: 90, cropTop: 12, boundsType: 'OBS_BOUNDS_NONE' }
    for (const [field, value] of [
      ['positionX', '40'],
      ['scaleX', '50'],
      ['rotation', '90'],
      ['cropTop', '12'],
    ] as const) {
      await dialog.getByTestId(`obs-${field}`).fill(value)
      await dialog.getByTestId(`obs-${field}`).press('Enter')
      await placed({ [field]: own[field] }, `OBS has ${field}`)
    }
    await placed(own, 'OBS has all of them')
    await dialog.getByTestId('obs-preset-fit').click()
    const fitted = { boundsType: 'OBS_BOUNDS_SCALE_INNER', positionX: 0, rotation: 0, boundsWidth: 640, boundsHeight: 360, cropTop: 12 }
    await placed(fitted, 'it fits the canvas')
    await dialog.getByTestId('obs-boundsWidth').waitFor()
    await look(page, 'obs-transform')
    expect(await findingsInBothThemes(page)).toEqual([])
    await dialog.getByTestId('obs-undo').click()
    await placed(own, 'the preset is undone')
    await dialog.getByTestId('obs-undo').click()
    await placed({ cropTop: 0 }, 'the crop is undone')
    // As fast as the field takes them: the last one counts, not the one that OBS carried out last.
    for (let step = 60; step >= 40; step--) {
      await dialog.getByTestId('obs-positionX').fill(String(step))
      await dialog.getByTestId('obs-positionX').press('Enter')
    }
    await placed({ positionX: 40 }, 'OBS has the last of many quick changes')
    await until(async () => (await dialog.getByTestId('obs-positionX').inputValue()) === '40', 'and so does the page')
    // What is moved in OBS is shown here.
    await obs.call('SetSceneItemTransform', { ...red, sceneItemTransform: { positionY: 77 } })
    await until(async () => (await dialog.getByTestId('obs-positionY').inputValue()) === '77', 'the field follows OBS')
    await dialog.getByTestId('obs-transform-close').click()
  })

  it('adds, sets, orders and removes filters, and undoes it', async () => {
    const filters = async (): Promise<any[]> => (await obs.call('GetSourceFilterList', { sourceName: 'red' })).filters
    const names = async (): Promise<string> => (await filters()).map(({ filterName }) => filterName).join()
    await item('red').getByTestId('obs-item-filters').click()
    const dialog = page.getByTestId('obs-filters')
    const row = (name: string) => dialog.locator(`[data-filter="${name}"]`)
    for (const [kind, name] of [
      ['color_filter_v2', 'tint'],
      ['crop_filter', 'trim'],
    ] as const) {
      await dialog.getByTestId('obs-filter-kind').selectOption(kind)
      await dialog.getByTestId('obs-filter-name').fill(name)
      await dialog.getByTestId('obs-filter-add').click()
      await row(name).waitFor()
    }
    await row('tint').getByTestId('obs-filter-choose').click()
    // OBS names what differs from its defaults alone; the form has all of it.
    await dialog.getByTestId('obs-setting-brightness').fill('0.25')
    await dialog.getByTestId('obs-setting-brightness').press('Enter')
    await until(async () => (await filters())[0].filterSettings.brightness === 0.25, 'OBS has the brightness')
    await look(page, 'obs-filters')
    expect(await findingsInBothThemes(page)).toEqual([])
    await dialog.getByTestId('obs-follow-on').click()
    await dialog.locator('[data-testid=obs-follow][data-on=true]').waitFor()
    // A plain red says nothing of the white balance, but is stronger than usual.
    await dialog.getByTestId('obs-follow-saturation').click()
    await dialog.getByTestId('obs-follow-chosen').locator('[data-setting=saturation]').waitFor()
    await look(page, 'obs-filter-follows')
    expect(await findingsInBothThemes(page)).toEqual([])
    await dialog.getByTestId('obs-undo').click()
    await expect.poll(() => dialog.getByTestId('obs-follow-saturation').isChecked()).toBe(false)
    await dialog.getByTestId('obs-undo').click()
    await dialog.locator('[data-testid=obs-follow][data-on=false]').waitFor()
    await dialog.getByTestId('obs-settings-as-json').click()
    await dialog.getByTestId('obs-settings-json').fill('{ "contrast": 0.5 }')
    await dialog.getByTestId('obs-settings-save').click()
    await until(async () => (await filters())[0].filterSettings.contrast === 0.5, 'OBS has what was written')
    expect((await filters())[0].filterSettings).not.toHaveProperty('brightness')
    await dialog.getByTestId('obs-undo').click()
    await until(async () => (await filters())[0].filterSettings.brightness === 0.25, 'the settings are back')
    await row('trim').getByTestId('obs-filter-up').click()
    await until(async () => (await names()) === 'trim,tint', 'OBS has the order')
    await row('tint').getByTestId('obs-filter-enabled').click()
    await until(async () => (await filters())[1].filterEnabled === false, 'it is off in OBS')
    await row('tint').getByTestId('obs-filter-remove').click()
    await until(async () => (await names()) === 'trim', 'it is gone in OBS')
    await dialog.getByTestId('obs-undo').click()
    await until(async () => (await names()) === 'trim,tint', 'it is back')
    await until(async () => (await filters())[1].filterEnabled === false, 'as it was')
    expect((await filters())[1].filterSettings).toMatchObject({ brightness: 0.25 })
    await dialog.getByTestId('obs-filters-close').click()
  })

  it('adds sources and sets them, new and existing ones, each undone', async () => {
    const inputs = async (): Promise<string[]> => (await obs.call('GetInputList')).inputs.map(({ inputName }) => String(inputName))
    const settings = async (inputName: string): Promise<any> => (await obs.call('GetInputSettings', { inputName })).inputSettings
    const sourcesOf = async (sceneName: string): Promise<string> =>
      (await obs.call('GetSceneItemList', { sceneName })).sceneItems.map(({ sourceName }) => sourceName).join()
    const adding = page.getByTestId('obs-source')
    const dialog = page.getByTestId('obs-input')
    const set = async (key: string, value: string): Promise<void> => {
      await dialog.getByTestId(`obs-setting-${key}`).fill(value)
      await dialog.getByTestId(`obs-setting-${key}`).press('Tab')
    }
    const add = async (kind: string, name: string): Promise<void> => {
      await page.getByTestId('obs-add-source').click()
      await adding.getByTestId('obs-source-kind').selectOption(kind)
      await adding.getByTestId('obs-source-name').fill(name)
    }
    const kinds: string[] = (await obs.call('GetInputKindList', { unversioned: false })).inputKinds
    await add('color_source_v3', 'red')
    await adding.getByTestId('obs-source-taken').waitFor()
    expect(await adding.getByTestId('obs-source-submit').isDisabled()).toBe(true)
    expect(await adding.locator('option[value="color_source_v2"]').count()).toBe(0)
    for (const kind of ['image_source', 'xshm_input', 'text_ft2_source_v2']) expect(kinds).toContain(kind)
    await adding.getByTestId('obs-source-name').fill('blue')
    await look(page, 'obs-add-source')
    expect(await findingsInBothThemes(page)).toEqual([])
    await adding.getByTestId('obs-source-submit').click()
    // Its settings come next.
    await set('color', '#2040c0')
    await until(async () => (await settings('blue')).color === 0xffc04020, 'OBS has the colour')
    await set('width', '200')
    await until(async () => (await settings('blue')).width === 200, 'OBS has the width')
    await look(page, 'obs-input')
    expect(await findingsInBothThemes(page)).toEqual([])
    await dialog.getByTestId('obs-undo').click()
    await until(async () => (await settings('blue')).width !== 200, 'the width is undone')
    await until(async () => (await dialog.getByTestId('obs-setting-width').inputValue()) !== '200', 'the field has it, too')
    expect((await settings('blue')).color).toBe(0xffc04020)
    await dialog.getByTestId('obs-settings-as-json').click()
    await dialog.getByTestId('obs-settings-json').fill('{ "height": 90 }')
    await dialog.getByTestId('obs-settings-save').click()
    await until(async () => JSON.stringify(await settings('blue')) === '{"height":90}', 'OBS has what was written')
    await dialog.getByTestId('obs-undo').click()
    await until(async () => (await settings('blue')).color === 0xffc04020, 'the settings are back')
    await dialog.getByTestId('obs-input-close').click()

    await add('text_ft2_source_v2', 'words')
    await adding.getByTestId('obs-source-submit').click()
    await set('text', 'On air soon')
    await until(async () => (await settings('words')).text === 'On air soon', 'OBS has the text')
    await set('font-size', '48')
    await until(async () => (await settings('words')).font?.size === 48, 'OBS has the size')
    await look(page, 'obs-input-text')
    await dialog.getByTestId('obs-input-close').click()
    await look(page, 'obs-items')

    // The list of screens is that of OBS.
    await add('xshm_input', 'screen')
    await adding.getByTestId('obs-source-submit').click()
    const offered = dialog.getByTestId('obs-setting-screen').locator('option')
    await offered.first().waitFor({ state: 'attached' })
    const { propertyItems } = await obs.call('GetInputPropertiesListPropertyItems', { inputName: 'screen', propertyName: 'screen' })
    expect(await offered.allTextContents()).toEqual(propertyItems.map(({ itemName }) => itemName))
    await look(page, 'obs-input-screen')
    // Undoing what was added takes the source away, and with it this dialog.
    await dialog.getByTestId('obs-undo').click()
    await dialog.waitFor({ state: 'detached' })
    await until(async () => !(await inputs()).includes('screen'), 'it is gone in OBS')

    await page.getByTestId('obs-add-source').click()
    await adding.getByTestId('obs-source-existing').click()
    await adding.getByTestId('obs-source-choose').selectOption('blue')
    await adding.getByTestId('obs-source-scene').selectOption('Close up')
    await look(page, 'obs-add-existing')
    await adding.getByTestId('obs-source-submit').click()
    await until(async () => (await sourcesOf('Close up')) === 'blue', 'it is in the other scene, too')
    await page.getByTestId('obs-items').getByTestId('obs-undo').click()
    await until(async () => (await sourcesOf('Close up')) === '', 'and not any more')
    expect(await inputs()).toContain('blue')
    for (const name of ['words', 'blue']) {
      await item(name).getByTestId('obs-item-remove').click()
      await page.getByTestId('confirm-yes').click()
      await until(async () => !(await inputs()).includes(name), `${name} is gone in OBS`)
    }
  })

  it('prepares a scene in the preview and brings it on air', async () => {
    await page.getByTestId('obs-studio-mode').click()
    await page.locator('[data-testid=obs-preview-image][data-shown=true]').waitFor()
    await scene('Close up').click()
    await page.getByTestId('obs-preview').getByText('Close up').waitFor()
    expect((await obs.call('GetCurrentProgramScene')).currentProgramSceneName).toBe('Wide')
    await look(page, 'obs-instance')
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('obs-take').click()
    await page.getByTestId('obs-program').getByText('Close up').waitFor()
    await until(async () => (await obs.call('GetCurrentProgramScene')).currentProgramSceneName === 'Close up', 'OBS shows Close up')
    await page.getByTestId('obs-t-bar').press('End')
    await until(async () => (await obs.call('GetCurrentProgramScene')).currentProgramSceneName === 'Wide', 'the T-bar brought Wide on air')
    await page.getByTestId('obs-program').getByText('Wide').waitFor()
    await page.getByTestId('obs-preview').getByText('Close up').waitFor()
    await page.getByTestId('obs-take').click()
    await page.getByTestId('obs-program').getByText('Close up').waitFor()
    await page.getByTestId('obs-studio-mode').click()
  })

  it('has OBS stream to this host with one click, shows both as one, and asks before it stops', async () => {
    await page.getByTestId('obs-stream-here').click()
    const linked = page.getByTestId('obs-linked')
    await linked.waitFor()
    await page.locator('[data-testid=obs-stream][data-state=started]').waitFor()
    await until(async () => (await obs.call('GetStreamStatus')).outputActive, 'OBS streams')
    await look(page, 'obs-streaming')
    const name = (await linked.getAttribute('href'))!.slice('/live/'.length)
    await host.until(name, ({ state }) => state === 'active')
    await page.getByTestId('obs-stream').getByTestId('obs-toggle').click()
    await page.getByTestId('confirm-yes').click()
    await until(async () => !(await obs.call('GetStreamStatus')).outputActive, 'OBS stopped')
  })

  it('says what is wrong when OBS is killed, and shows it again when it is back', async () => {
    await program.kill()
    await page.getByTestId('obs-problem').waitFor()
    obs = await program.start()
    await page.locator('[data-testid=obs-program-image][data-shown=true]').waitFor()
    // A screenshot that was asked for while OBS ended, and settings of a source just removed, have no answer, which browsers write down.
    const expected = /502 \(Bad Gateway\).*\/screenshot|404 \(Not Found\).*\/input-settings\?input=screen$/
    expect(problems.filter((each) => !expected.test(each))).toEqual([])
  })

  it('searches a network on request, and adds an OBS by its connector', async () => {
    await page.goto(`${host.http}/obs`)
    await page.getByTestId('scan-obs').click()
    await page.getByTestId('obs-scan').getByTestId('obs-scan-network').fill('127.0.0.1/32')
    await page.getByTestId('obs-scan-port').fill(String(program.port))
    await page.getByTestId('obs-scan-start').click()
    await page.getByTestId('obs-scanned').getByText(`127.0.0.1:${program.port}`).waitFor()
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('obs-scan-close').click()
    await page.getByTestId('add-connector').click()
    await page.getByTestId('obs-connector').getByTestId('obs-connector-name').fill('Far')
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('obs-connector-submit').click()
    const command = await page.getByTestId('obs-connector-command').textContent()
    expect(command).toMatch(/^streams obs connect --to http:\/\/127\.0\.0\.1:\d+ --token oc_/)
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('obs-token-saved').click()
    await page.getByTestId('obs-card').getByText('By its connector').waitFor()
  })

  it('says that a password is wrong, and takes the right one there', async () => {
    // The studio of this host answers like an OBS, with a password of its own for each program.
    const show = {
      format: 'ami-streams/collection',
      version: 1,
      name: 'mine',
      canvases: [{ id: 'main', name: 'Main', width: 160, height: 90, scene: 'only' }],
      scenes: [{ id: 'only', name: 'Only', items: [] }],
      sources: [],
    }
    await openCollection(host, show)
    const protocol = await host.api('PATCH', '/studio/obs-protocol', { enabled: true, port: 0 })
    const client = await host.api('POST', '/studio/obs-protocol/clients', { name: 'This page', right: 'control' })
    await page.goto(`${host.http}/obs`)
    await page.getByTestId('add-obs').click()
    const dialog = page.getByTestId('obs-dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('Mine')
    await dialog.getByLabel('Port').fill(String(protocol.body.openPort))
    await dialog.getByLabel('Password').fill('wrong')
    await dialog.getByTestId('obs-submit').click()
    const card = page.getByTestId('obs-card').filter({ hasText: 'Mine' })
    await card.getByText('does not accept the password').waitFor()
    await card.getByText('enter it here').waitFor()
    await card.getByTestId('obs-edit-connection').click()
    expect(await dialog.getByLabel('Port').inputValue(), 'nothing is to be entered again').toBe(String(protocol.body.openPort))
    await dialog.getByLabel('Password').fill(client.body.password)
    await dialog.getByTestId('obs-submit').click()
    await card.locator('[data-testid="obs-state"][data-state="connected"]').waitFor()
  })
})
