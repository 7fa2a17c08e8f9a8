import { readFileSync, writeFileSync } from 'node:fs'
import type { OBSWebSocket, OBSWebSocketError } from 'obs-websocket-js/json'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Answer } from '../src-main/api/typed-api.ts'
import { makeTemplate, templateNames, templates } from '../src-renderer/studio/templates/make-template.ts'
import type { TemplateName } from '../src-renderer/studio/templates/template-options.ts'
import { palettes } from '../src-renderer/studio/templates/theme.ts'
import { findingsInBothThemes } from './helpers/axe.ts'
import { complaints, launchBrowser } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { nextEvent, type ObsOnTest, obsMissing, prepareObs } from './helpers/obs-studio.ts'
import { skipBecause } from './helpers/skip.ts'
import { look } from './helpers/studio-page.ts'
import { until, untilStill } from './helpers/until.ts'

/** Templates built in a real OBS Studio. What became of them is looked up in OBS itself, by a connection that is not ours. */

type Plan = Answer<'POST', '/obs/*/template/plan'>
type Rgb = readonly [number, number, number]

const missing = obsMissing()
let host: RunningHost
let program: ObsOnTest
/** OBS itself. */
let obs: OBSWebSocket
let id = ''

beforeAll(async () => {
  if (missing !== undefined) return
  program = await prepareObs()
  host = await startHost({ name: 'obs-templates', env: { XDG_CONFIG_HOME: `${program.home}/.config`, DISPLAY: '', WAYLAND_DISPLAY: '' } })
  const { items } = (await host.api('GET', '/obs/found')).body
  const found = items.find(({ port }) => port === program.port)
  id = (await host.api('POST', '/obs', { found: found!.id, name: 'Main' })).body.id
  obs = await program.start()
  await connected()
}, 120_000)

afterAll(async () => {
  await obs?.disconnect().catch(() => undefined)
  await host?.stop()
  await program?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

const connected = () =>
  until(async () => {
    const { body } = await host.api('GET', `/obs/${id}`)
    return body.state === 'connected'
  }, 'the instance is connected')

/** A template of the page, in its own colours, for a canvas like that of OBS or in its own shape. */
function template(name: TemplateName) {
  const { width, height, palette } = templates[name]
  return makeTemplate(name, {
    title: 'Evening show',
    speaker: 'Ada Lovelace',
    guest: 'Charles Babbage',
    theme: { ...palettes[palette], font: '', fontFile: '', logo: '' },
    width,
    height,
    screen: { kind: 'display', device: undefined },
    camera: { kind: 'camera', device: undefined },
    microphone: { kind: 'microphone', device: undefined },
    systemAudio: true,
  })
}

async function ask<T = any>(path: string, body: object): Promise<T> {
  const reply = await host.api('POST', `/obs/${id}/${path}` as never, body)
  expect(reply, `${path}: ${JSON.stringify(reply.body).slice(0, 600)}`).toMatchObject({ status: 200 })
  return reply.body as T
}

const names = (plan: Plan, list: 'created' | 'changed' | 'left', what: string): string[] =>
  plan[list].filter((entry) => entry.what === what).map(({ name }) => name)

/** OBS rejects bounds of 0 pixels, which new items have: what has no effect is left out. */
const withoutIdleBounds = (transform: Record<string, unknown>) =>
  transform.boundsType === 'OBS_BOUNDS_NONE' ? { ...transform, boundsWidth: 0, boundsHeight: 0, boundsAlignment: 0 } : transform

/** All that a template could touch, as OBS has it; once more where something goes while it is read. */
function stateOfObs() {
  const resourceNotFound = 600
  const reading = () =>
    readState().catch((error: OBSWebSocketError) => {
      if (error.code !== resourceNotFound) throw error
      return undefined
    })
  return until(reading, 'nothing goes while OBS is read')
}

async function readState() {
  const { scenes } = await obs.call('GetSceneList')
  const { inputs } = await obs.call('GetInputList')
  const items = await Promise.all(
    scenes.map(async ({ sceneName }) => {
      const { sceneItems } = await obs.call('GetSceneItemList', { sceneName: sceneName as string })
      return [
        sceneName,
        sceneItems.map(
          ({ sceneItemId, sceneItemIndex, sourceName, sceneItemEnabled, sceneItemLocked, sceneItemBlendMode, sceneItemTransform }) => ({
            sceneItemId,
            sceneItemIndex,
            sourceName,
            sceneItemEnabled,
            sceneItemLocked,
            sceneItemBlendMode,
            sceneItemTransform: withoutIdleBounds(sceneItemTransform as Record<string, unknown>),
          }),
        ),
      ]
    }),
  )
  const settings = await Promise.all(
    inputs.map(async ({ inputName }) => {
      const { inputSettings, inputKind } = await obs.call('GetInputSettings', { inputName: inputName as string })
      const { filters } = await obs.call('GetSourceFilterList', { sourceName: inputName as string })
      return [inputName, { inputKind, inputSettings, filters }]
    }),
  )
  return { scenes: scenes.map(({ sceneName }) => sceneName), items: Object.fromEntries(items), inputs: Object.fromEntries(settings) }
}

/** The same, once OBS changes nothing of it any more: sizes of items come when it draws them. */
const settledState = async (): Promise<Awaited<ReturnType<typeof stateOfObs>>> =>
  JSON.parse(await untilStill(async () => JSON.stringify(await stateOfObs()), 1000, 'what OBS has'))

/** Colours of a scene at places in shares of its size, by a screenshot of OBS. */
async function colorsOf(scene: string, places: readonly (readonly [number, number])[]): Promise<Rgb[]> {
  const { imageData } = await obs.call('GetSourceScreenshot', { sourceName: scene, imageFormat: 'png' })
  const { data, info } = await sharp(Buffer.from(imageData.split(',')[1]!, 'base64'))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return places.map(([x, y]) => {
    const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels
    return [data[at]!, data[at + 1]!, data[at + 2]!]
  })
}

const rgb = (color: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as unknown as Rgb
const isNear = (one: Rgb, other: Rgb): boolean => one.every((value, index) => Math.abs(value - other[index]!) < 6)

describe('a template', () => {
  it('is planned, applied to OBS as it was planned, and applied again without a change', async () => {
    const before = await settledState()
    const collection = template('gaming')
    const plan = await ask<Plan>('template/plan', { collection })
    expect(names(plan, 'created', 'scene')).toEqual(collection.scenes.map(({ name }) => name))
    expect(plan.notCarried).toContainEqual({ place: 'source "Timer"', reason: expect.stringContaining('OBS has no timer') })
    expect(await stateOfObs()).toEqual(before)

    const applied = await ask('template', { collection, expect: plan.fingerprint })
    expect(applied).toMatchObject({ created: plan.created, changed: plan.changed, onAir: false, application: { state: 'applied' } })
    const after = await settledState()
    expect(after.scenes).toHaveLength(before.scenes.length + collection.scenes.length)
    const again = await ask<Plan>('template/plan', { collection })
    expect([again.created, again.changed]).toEqual([[], []])
    expect(await ask('template', { collection })).toMatchObject({ application: null })
    expect(await stateOfObs()).toEqual(after)
    expect(await host.api('POST', `/obs/${id}/template`, { collection: template('interview'), expect: plan.fingerprint })).toMatchObject({
      status: 409,
      body: { code: 'obs.template_changed' },
    })
    expect(await stateOfObs()).toEqual(after)

    const undone = await ask('template/undo', {})
    expect(undone.left).toEqual([])
    expect(undone.removed.length).toBeGreaterThan(20)
    await until(async () => JSON.stringify(await stateOfObs()) === JSON.stringify(before), 'OBS has what it had before')
    expect((await host.api('GET', `/obs/${id}/template/applications`)).body.items).toEqual([])
    expect(await host.api('POST', `/obs/${id}/template/undo`, {})).toMatchObject({
      status: 404,
      body: { code: 'obs.template_not_applied' },
    })
  })

  it.each(templateNames)('%s: every item is in its place in OBS, in its order, and its colours are on the screen', async (name) => {
    await obs.call('SetVideoSettings', templates[name].width < templates[name].height ? upright : wide)
    const collection = template(name)
    const canvasWidth = templates[name].width
    const scale = (await obs.call('GetVideoSettings')).baseWidth / canvasWidth
    const applied = await ask('template', { collection })
    const state = await stateOfObs()
    const nameIn = (sourceId: string) => collection.sources.find(({ id: each }) => each === sourceId)!
    const leftOut = new Set(
      applied.notCarried
        .filter(({ reason }: { reason: string }) => reason.startsWith('is left out'))
        .map(({ place }: { place: string }) => place),
    )
    let compared = 0
    for (const scene of collection.scenes) {
      const built = state.items[scene.name].toSorted((a: any, b: any) => a.sceneItemIndex - b.sceneItemIndex)
      const wanted = scene.items.filter((item) => !leftOut.has(`source "${nameIn(item.source).name}"`))
      expect(built.length, scene.name).toBe(wanted.length + 2)
      for (const [index, item] of wanted.entries()) {
        const { sourceName, sceneItemTransform: place } = built[index]
        expect(sourceName.startsWith(nameIn(item.source).name), `${scene.name} ${index}: ${sourceName}`).toBe(true)
        const {
          position,
          bounds,
          rotation = 0,
        } = item as unknown as { position: { x: number; y: number }; bounds?: { width: number; height: number }; rotation?: number }
        const size = bounds ?? (nameIn(item.source).settings as { width: number; height: number })
        const seen = [place.positionX, place.positionY, place.boundsWidth, place.boundsHeight, place.rotation]
        const expected = [position.x * scale, position.y * scale, size.width * scale, size.height * scale, rotation]
        for (const [at, value] of expected.entries())
          expect(Math.abs(seen[at] - value), `${scene.name}, ${sourceName}: ${seen} for ${expected}`).toBeLessThan(1)
        compared++
      }
      expect(built.slice(-2).map(({ sourceName }: any) => sourceName)).toEqual(['Microphone', 'System audio'])
    }
    expect(compared).toBeGreaterThan(15)
    // A line in the accent and, at its right, in the second colour.
    const { accent, second } = palettes[templates[name].palette]
    const [scene, y, left, right] =
      name === 'vertical' ? [collection.scenes[0]!.name, 332 / 1920, 0.3, 0.73] : ['Be right back', 0.995, 0.3, 0.9]
    await until(async () => {
      const [one, other] = await colorsOf(scene, [
        [left, y],
        [right, y],
      ])
      return isNear(one!, rgb(accent)) && isNear(other!, rgb(second))
    }, 'the accents are in the image of OBS')
    await until(async () => {
      const colors = await colorsOf(collection.scenes[0]!.name, probes)
      return new Set(colors.map((color) => color.join())).size > 1
    }, 'the main scene is drawn')
    const undone = await ask('template/undo', {})
    expect(undone.left).toEqual([])
    await until(async () => (await obs.call('GetInputList')).inputs.length === 0, 'its inputs are gone')
    await until(async () => (await obs.call('GetSceneList')).scenes.length === 1, 'its scenes are gone')
  })
})

const wide = { baseWidth: 640, baseHeight: 360, outputWidth: 640, outputHeight: 360 }
const upright = { baseWidth: 360, baseHeight: 640, outputWidth: 360, outputHeight: 640 }
const probes = Array.from({ length: 256 }, (_, index) => [((index % 16) + 0.5) / 16, (Math.floor(index / 16) + 0.5) / 16] as const)

describe('what the user had', () => {
  it('is used where it fits, kept where it does not, and back after an undo: settings, places, order, filters', async () => {
    await obs.call('SetVideoSettings', wide)
    const collection = template('gaming')
    await obs.call('CreateScene', { sceneName: 'Game' })
    const red = { color: 0xff0000ff, width: 64, height: 64 }
    await obs.call('CreateInput', { sceneName: 'Game', inputName: 'Mine', inputKind: 'color_source_v3', inputSettings: red })
    // Of the same name and kind: used. Of another kind: another name is found.
    const { sceneItemId } = await obs.call('CreateInput', {
      sceneName: 'Game',
      inputName: 'Panel',
      inputKind: 'color_source_v3',
      inputSettings: { ...red, custom: 7 },
    })
    await obs.call('CreateInput', { sceneName: 'Scene', inputName: 'Screen', inputKind: 'color_source_v3', inputSettings: red })
    await obs.call('SetSceneItemTransform', {
      sceneName: 'Game',
      sceneItemId,
      sceneItemTransform: { positionX: 7, rotation: 45, cropLeft: 3 },
    })
    await obs.call('SetSceneItemBlendMode', { sceneName: 'Game', sceneItemId, sceneItemBlendMode: 'OBS_BLEND_SCREEN' })
    await obs.call('CreateSourceFilter', {
      sourceName: 'Panel',
      filterName: 'tint',
      filterKind: 'color_filter_v2',
      filterSettings: { gamma: 0.5 },
    })
    await obs.call('SetCurrentProgramScene', { sceneName: 'Game' })
    const before = await settledState()

    const plan = await ask<Plan>('template/plan', { collection })
    expect(plan.onAir).toBe(true)
    expect(plan.changed).toContainEqual({
      what: 'item',
      name: 'Panel',
      in: 'Game',
      fields: expect.arrayContaining(['positionX', 'rotation', 'cropLeft', 'blendMode']),
    })
    expect(plan.changed).toContainEqual({ what: 'input', name: 'Panel', fields: ['color', 'width', 'height'] })
    expect(plan.changed).toContainEqual({ what: 'scene', name: 'Game', fields: ['order'] })
    expect(plan.left).toContainEqual({ what: 'item', name: 'Mine', in: 'Game', why: expect.any(String) })
    expect(names(plan, 'created', 'input')).toContain('Screen 2')

    await ask('template', { collection })
    const after = await stateOfObs()
    expect(after.inputs.Panel.inputSettings).toMatchObject({ custom: 7, width: 16 })
    expect(after.inputs.Screen).toEqual(before.inputs.Screen)
    const inOrder = after.items.Game.toSorted((a: any, b: any) => a.sceneItemIndex - b.sceneItemIndex)
    expect(inOrder.at(-1).sourceName).toBe('Mine')
    expect((await obs.call('GetCurrentProgramScene')).currentProgramSceneName).toBe('Game')
    expect((await ask<Plan>('template/plan', { collection })).changed).toEqual([])

    expect((await ask('template/undo', {})).left).toEqual([])
    await until(async () => JSON.stringify(await stateOfObs()) === JSON.stringify(before), 'OBS has what it had before').catch(async () => {
      expect(await stateOfObs()).toEqual(before)
    })
  })
})

describe('an OBS that ends in the middle of an application', () => {
  it('leaves a state that is named, is repaired by applying again, and undone as a whole', async () => {
    const before = await settledState()
    const collection = template('interview')
    const created = nextEvent(obs, 'SceneCreated')
    const applying = host.api('POST', `/obs/${id}/template`, { collection })
    await created
    const ending = program.kill()
    const failed = await applying
    expect(failed.status, JSON.stringify(failed.body)).toBeGreaterThanOrEqual(500)
    const interrupted = (await host.api('GET', `/obs/${id}/template/applications`)).body.items
    expect(interrupted).toMatchObject([{ template: 'Evening show', state: 'interrupted' }])
    await ending
    obs = await program.start()
    await connected()
    expect((await ask<Plan>('template/plan', { collection })).created.length).toBeGreaterThan(0)
    const applied = await ask('template', { collection })
    expect(applied.application).toMatchObject({ id: interrupted[0]!.id, state: 'applied' })
    expect(await ask<Plan>('template/plan', { collection })).toMatchObject({ created: [], changed: [] })
    expect((await ask('template/undo', {})).left).toEqual([])
    await until(
      async () => JSON.stringify((await stateOfObs()).scenes.toSorted()) === JSON.stringify(before.scenes.toSorted()),
      'OBS has its scenes',
    )
    await until(
      async () =>
        JSON.stringify(Object.keys((await stateOfObs()).inputs).toSorted()) === JSON.stringify(Object.keys(before.inputs).toSorted()),
      'OBS has its inputs',
    )
  })
})

describe('files', () => {
  /** OBS lists its scene collections when it starts. */
  const exported = new Map<TemplateName, { readonly notCarried: readonly { readonly place: string; readonly reason: string }[] }>()
  beforeAll(async () => {
    if (missing !== undefined) return
    await program.kill()
    for (const name of templateNames) {
      expect(await host.api('POST', '/studio/collections', { name, collection: template(name) })).toMatchObject({ status: 201 })
      const { document, notCarried } = (await host.api('GET', `/studio/collections/${name}/obs?system=linux`)).body
      exported.set(name, { notCarried })
      writeFileSync(`${program.home}/.config/obs-studio/basic/scenes/${name}.json`, JSON.stringify(document))
    }
    obs = await program.start()
    await connected()
  }, 180_000)

  it.each(templateNames)(
    'the show %s as a file is loaded by OBS with everything in its place, and comes back into the studio',
    async (name) => {
      const collection = template(name)
      const size = { baseWidth: templates[name].width, baseHeight: templates[name].height }
      await obs.call('SetVideoSettings', {
        ...size,
        ...(size.baseWidth > size.baseHeight ? { outputWidth: 640, outputHeight: 360 } : { outputWidth: 360, outputHeight: 640 }),
      })
      const { notCarried } = exported.get(name)!
      const leftOut = new Set(notCarried.filter(({ reason }) => reason.startsWith('is left out')).map(({ place }) => place))
      await obs.call('SetCurrentSceneCollection', { sceneCollectionName: name })
      await until(async () => (await obs.call('GetSceneCollectionList')).currentSceneCollectionName === name, 'OBS has loaded the file')
      const state = await stateOfObs()
      expect(state.scenes.toReversed()).toEqual(collection.scenes.map((scene) => scene.name))
      const nameIn = (sourceId: string) => collection.sources.find(({ id: each }) => each === sourceId)!
      for (const scene of collection.scenes) {
        const built = state.items[scene.name].toSorted((a: any, b: any) => a.sceneItemIndex - b.sceneItemIndex)
        const wanted = scene.items.filter((item) => !leftOut.has(`source "${nameIn(item.source).name}"`))
        expect(built.length, scene.name).toBe(wanted.length)
        for (const [index, item] of wanted.entries()) {
          const { sourceName, sceneItemTransform: place, sceneItemLocked } = built[index]
          const { position, bounds, rotation = 0, locked = false } = item as any
          const size = bounds ?? nameIn(item.source).settings
          const seen = [place.positionX, place.positionY, place.boundsWidth, place.boundsHeight, place.rotation]
          const expected = [position.x, position.y, size.width, size.height, rotation]
          for (const [at, value] of expected.entries())
            expect(Math.abs(seen[at] - value), `${scene.name}, ${sourceName}: ${seen} for ${expected}`).toBeLessThan(1)
          expect(sceneItemLocked).toBe(locked)
        }
      }
      expect((await obs.call('GetCurrentProgramScene')).currentProgramSceneName).toBe(collection.scenes[0]!.name)
      expect(await obs.call('GetSpecialInputs')).toMatchObject({ desktop1: 'System audio', mic1: 'Microphone' })

      // Back: what OBS has is read from it, and made a collection of the studio.
      await connectedTo(name)
      const read = (await host.api('GET', `/obs/${id}/scene-collection`)).body
      expect(read).toMatchObject({ name, width: size.baseWidth, height: size.baseHeight, frameRate: 30 })
      const { width, height, frameRate } = read
      const imported = await host.api('POST', '/studio/import/obs', {
        name: `${name}-back`,
        document: read.document,
        width,
        height,
        frameRate,
      })
      expect(imported, JSON.stringify(imported.body).slice(0, 500)).toMatchObject({
        status: 201,
        body: { scenes: collection.scenes.length },
      })
      const back: any = (await host.api('GET', `/studio/collections/${name}-back/export`)).body
      for (const [index, scene] of collection.scenes.entries()) {
        const wanted = scene.items.filter((item) => !leftOut.has(`source "${nameIn(item.source).name}"`))
        expect(
          back.scenes[index].items.map(({ position: { x, y } }: any) => [Math.round(x), Math.round(y)]),
          scene.name,
        ).toEqual(wanted.map(({ position }: any) => [position.x, position.y]))
      }
      // The template that was read from one OBS is built in it again: everything is there. This OBS cannot cut off what a file may.
      const again = await ask<Plan>('template/plan', { show: `${name}-back` })
      const changed = again.changed.filter(({ what, fields }) => what === 'item' && fields?.join() !== 'boundsType')
      expect([names(again, 'created', 'scene'), changed]).toEqual([[], []])
    },
  )
})

const connectedTo = (collection: string) =>
  until(async () => {
    const { body } = await host.api('GET', `/obs/${id}/mirror`)
    return (body as { collection?: string }).collection === collection
  }, `the mirror has ${collection}`)

describe('the page', () => {
  let browser: Browser
  let page: Page
  let problems: string[]
  beforeAll(async () => {
    if (missing !== undefined) return
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    page.setDefaultTimeout(60_000)
    problems = complaints(page)
  })
  afterAll(() => browser?.close())

  it('shows what a template changes, applies it, shows that nothing is left to do, and undoes it', async () => {
    const { currentSceneCollectionName } = await obs.call('GetSceneCollectionList')
    await obs.call('CreateSceneCollection', { sceneCollectionName: 'For the page' })
    await until(
      async () => (await obs.call('GetSceneCollectionList')).currentSceneCollectionName !== currentSceneCollectionName,
      'another collection',
    )
    await connectedTo('For the page')
    await page.goto(`${host.http}/obs/${id}`)
    await page.getByTestId('obs-template-open').click()
    await page.getByTestId('obs-template-dialog').waitFor()
    await page.getByTestId('template-interview').click()
    await page.getByTestId('obs-plan-created').waitFor()
    await page.getByTestId('obs-plan-lacks').getByText('OBS has no timer').waitFor()
    await page.getByTestId('obs-plan-created').locator('summary').click()
    await page.getByTestId('obs-plan-created').getByText('Starting soon').first().waitFor()
    expect(await findingsInBothThemes(page)).toEqual([])
    await look(page, 'obs-template')
    expect((await obs.call('GetSceneList')).scenes).toHaveLength(1)
    await page.getByTestId('obs-template-apply').click()
    // It is listed before OBS is touched, so that it can be undone whatever ends.
    await page.locator('[data-testid="obs-applied"][data-state="applied"]').waitFor()
    const scenes = (await obs.call('GetSceneList')).scenes.map(({ sceneName }) => sceneName)
    expect(scenes).toEqual(expect.arrayContaining(['Together', 'Starting soon']))

    await page.getByTestId('obs-template-open').click()
    await page.getByTestId('template-interview').click()
    await page.getByTestId('obs-plan-nothing').waitFor()
    expect(await page.getByTestId('obs-template-apply').isDisabled()).toBe(true)
    await page.keyboard.press('Escape')

    await page.getByTestId('obs-to-studio').click()
    await page.getByTestId('import-report').waitFor()
    await page.keyboard.press('Escape')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('obs-to-file').click()])
    expect(download.suggestedFilename()).toBe('For the page.json')

    await page.getByTestId('obs-template-undo').click()
    await page.getByTestId('confirm-yes').click()
    await page.getByTestId('obs-applied').waitFor({ state: 'detached' })
    await until(async () => (await obs.call('GetSceneList')).scenes.length === 1, 'its scenes are gone')
    expect(problems).toEqual([])
  })

  it('exports a show of the studio for OBS', async () => {
    expect(await host.api('POST', '/studio/collections/gaming/open', { force: true })).toMatchObject({ status: 200 })
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('show-menu').click()
    await page.getByTestId('export-obs-menu').click()
    await page.getByTestId('export-obs-lacks').getByText('OBS has no timer').waitFor()
    expect(await findingsInBothThemes(page)).toEqual([])
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-obs-download').click()])
    const document = JSON.parse(readFileSync(await download.path(), 'utf8'))
    expect(document.scene_order.map(({ name }: { name: string }) => name)).toEqual(template('gaming').scenes.map(({ name }) => name))
    expect(problems).toEqual([])
  })
})
