import type { OBSWebSocket } from 'obs-websocket-js/json'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Answer } from '../src-main/api/typed-api.ts'
import { makeTemplate, templateNames, templates } from '../src-renderer/studio/templates/make-template.ts'
import type { TemplateName } from '../src-renderer/studio/templates/template-options.ts'
import { palettes } from '../src-renderer/studio/templates/theme.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type ObsOnTest, obsMissing, prepareObs } from './helpers/obs-studio.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

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

/** All that a template could touch, as OBS has it. */
async function stateOfObs() {
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
            sceneItemTransform,
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
    const before = await stateOfObs()
    const collection = template('gaming')
    const plan = await ask<Plan>('template/plan', { collection })
    expect(names(plan, 'created', 'scene')).toEqual(collection.scenes.map(({ name }) => name))
    expect(await stateOfObs()).toEqual(before)

    const applied = await ask('template', { collection, expect: plan.fingerprint })
    expect(applied).toMatchObject({ created: plan.created, changed: plan.changed, application: { state: 'applied' } })
    const after = await stateOfObs()
    console.log(JSON.stringify(after).slice(0, 20000), plan.notCarried, applied.tookMs)
    const again = await ask<Plan>('template/plan', { collection })
    expect([again.created, again.changed]).toEqual([[], []])
    expect(await ask('template', { collection })).toMatchObject({ application: null })
    expect(await stateOfObs()).toEqual(after)
    console.log(await colorsOf('Game', [[0.5, 0.5]]), templateNames, rgb, isNear)
  })
})
