import { execFileSync } from 'node:child_process'
import type { OBSWebSocket } from 'obs-websocket-js/json'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Answer } from '../src-main/api/typed-api.ts'
import { launchBrowser } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type ObsOnTest, obsMissing, obsPassword, prepareObs } from './helpers/obs-studio.ts'
import { requestsTo } from './helpers/requests.ts'
import { skipBecause } from './helpers/skip.ts'
import { openCollection, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

/** Rules between a real OBS Studio and our studio, shown by what they do there. */

type Firing = Answer<'GET', '/automation/log'>['items'][number]
type Rule = Answer<'GET', '/automation/rules'>['items'][number]

const missing = obsMissing()
let host: RunningHost
let program: ObsOnTest
/** OBS itself, by a connection that is not ours. */
let obs: OBSWebSocket
let obsId = ''
let browser: Browser

const show = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Rules',
  frameRate: { numerator: 30, denominator: 1 },
  canvases: [{ id: 'main', name: 'Main', width: 320, height: 180 }],
  sources: [
    { id: 'red', name: 'Red', kind: 'color', settings: { color: '#ff0000' } },
    { id: 'tone', name: 'Tone', kind: 'tone', audio: { gainDb: -60 } },
  ],
  scenes: [
    { id: 'start', name: 'Start', canvas: 'main', items: [{ id: 'start-red', source: 'red' }] },
    { id: 'game', name: 'Game', canvas: 'main', items: [{ id: 'game-red', source: 'red' }] },
    { id: 'pause', name: 'Pause', canvas: 'main', items: [] },
  ],
  macros: [
    {
      id: 'follow',
      name: 'Follow OBS',
      rule: {
        mode: 'on',
        triggers: [{ on: 'obs-event', event: 'CurrentProgramSceneChanged', where: [{ field: 'sceneName', is: 'equals', value: 'Game' }] }],
      },
      actions: [{ do: 'switch', scene: 'game' }],
    },
  ],
}

const must = requestsTo(() => host)
const get = <T>(path: string) => must<T>('GET', path)
const post = <T>(path: string, body: object = {}) => must<T>('POST', path, body)

const programOf = async (): Promise<string | undefined> =>
  (await get<Answer<'GET', '/studio/program'>>('/studio/program')).canvases[0]?.program
const obsScene = async (): Promise<string> => (await obs.call('GetCurrentProgramScene')).currentProgramSceneName
const onAir = (scene: string) => until(async () => (await programOf()) === scene, `our program is ${scene}`)
const obsOnAir = (scene: string) => until(async () => (await obsScene()) === scene, `the program of OBS is ${scene}`)
const log = async (rule?: string): Promise<readonly Firing[]> =>
  (await get<Answer<'GET', '/automation/log'>>('/automation/log?limit=500')).items.filter(
    (each) => rule === undefined || each.rule === rule,
  )
/** The newest line of a rule that `accept` takes. */
const fired = (rule: string, result: Firing['result']): Promise<Firing> =>
  until(async () => (await log(rule)).find((each) => each.result === result), `${rule}: ${result}`)
const onScene = (sceneName: string) => ({
  on: 'obs-event',
  event: 'CurrentProgramSceneChanged',
  where: [{ field: 'sceneName', is: 'equals', value: sceneName }],
})
const addRule = async (name: string, settings: object, actions: readonly object[]): Promise<Rule> =>
  post<Rule>('/automation/rules', { name, settings: { mode: 'on', ...settings }, actions })
const remove = (id: string) => host.api('DELETE', `/automation/rules/${id}` as never)

beforeAll(async () => {
  if (missing !== undefined) return
  program = await prepareObs()
  host = await startHost({ name: 'automation' })
  obs = await program.start()
  for (const sceneName of ['Start', 'Game', 'Pause']) await obs.call('CreateScene', { sceneName })
  await obs.call('SetCurrentProgramScene', { sceneName: 'Start' })
  const added = await host.api('POST', '/obs', { name: 'Main', host: '127.0.0.1', port: program.port, password: obsPassword })
  expect(added.status).toBe(201)
  obsId = added.body.id
  await until(async () => (await host.api('GET', `/obs/${obsId}`)).body.state === 'connected', 'OBS is connected')
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await obs?.disconnect().catch(() => undefined)
  await host?.stop()
  await program?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

describe('rules where only OBS is used', () => {
  it('react to OBS and act on it while no show is open', async () => {
    await obs.call('CreateInput', { sceneName: 'Start', inputName: 'beep', inputKind: 'color_source_v3', inputSettings: {} })
    await until(async () => {
      const { scenes } = (await host.api('GET', `/obs/${obsId}/mirror`)).body
      return scenes.some(({ name, items }) => name === 'Start' && items.some(({ source }) => source === 'beep'))
    }, 'the mirror has the item')
    const rule = await addRule('Hide in the pause', { triggers: [onScene('Pause')] }, [
      { do: 'obs-item', scene: 'Start', item: 'beep', visible: false },
    ])
    expect(rule).toMatchObject({ of: 'host', running: false, runs: 0 })
    const { sceneItemId } = await obs.call('GetSceneItemId', { sceneName: 'Start', sourceName: 'beep' })
    await obs.call('SetCurrentProgramScene', { sceneName: 'Pause' })
    await until(
      async () => !(await obs.call('GetSceneItemEnabled', { sceneName: 'Start', sceneItemId })).sceneItemEnabled,
      'the item is hidden in OBS',
    )
    expect(await fired(rule.id, 'ran')).toMatchObject({ because: 'event CurrentProgramSceneChanged of OBS', name: 'Hide in the pause' })
    await remove(rule.id)
    await obs.call('SetCurrentProgramScene', { sceneName: 'Start' })
  })

  it('do nothing in a dry run, and say what they would do and what is in the way', async () => {
    const rule = await addRule('Try', { mode: 'dry-run', triggers: [onScene('Pause')] }, [
      { do: 'obs-scene', scene: 'Game' },
      { do: 'obs-mute', input: 'nothing', muted: true },
      { do: 'switch', scene: 'game' },
    ])
    await obs.call('SetCurrentProgramScene', { sceneName: 'Pause' })
    const { detail } = await fired(rule.id, 'dry-run')
    expect(detail).toContain('obs-scene Game; ')
    expect(detail).toContain('would fail: OBS has no input "nothing" with audio')
    expect(detail).toContain('No collection is open')
    expect(await obsScene()).toBe('Pause')
    const tried = await post<Answer<'POST', '/automation/rules/*/dry-run'>>(`/automation/rules/${rule.id}/dry-run`)
    expect(tried).toMatchObject({ blocked: null, actions: [{ problem: null }, { problem: expect.stringContaining('nothing') }, {}] })
    await remove(rule.id)
    await obs.call('SetCurrentProgramScene', { sceneName: 'Start' })
  })

  it('cut a loop of rules that start each other, and say so', async () => {
    const there = await addRule('There', { triggers: [onScene('Game')] }, [{ do: 'obs-scene', scene: 'Pause' }])
    const back = await addRule('Back', { triggers: [onScene('Pause')] }, [{ do: 'obs-scene', scene: 'Game' }])
    await obs.call('SetCurrentProgramScene', { sceneName: 'Game' })
    const { detail } = await fired(there.id, 'cut')
    expect(detail).toContain('A loop was cut: "There" starts "Back" starts "There"')
    expect((await log(there.id)).filter(({ result }) => result === 'ran')).toHaveLength(1)
    for (const { id } of [there, back]) await remove(id)
    await obs.call('SetCurrentProgramScene', { sceneName: 'Start' })
  })

  it('keep to their conditions, cooldown and number of runs', async () => {
    const conditions = [{ is: 'variable', name: 'armed', value: true }]
    const rule = await addRule('Guarded', { triggers: [onScene('Pause')], conditions, cooldownMs: 3_600_000 }, [
      { do: 'set-variable', name: 'done', value: 'yes' },
    ])
    const pause = async (): Promise<void> => {
      await obs.call('SetCurrentProgramScene', { sceneName: 'Start' })
      await obs.call('SetCurrentProgramScene', { sceneName: 'Pause' })
    }
    await pause()
    expect((await fired(rule.id, 'skipped')).detail).toBe('A condition is not met: armed is not set')
    expect((await host.api('PUT', '/automation/variables/armed', { value: true })).status).toBe(204)
    await pause()
    await fired(rule.id, 'ran')
    await pause()
    await until(async () => (await log(rule.id)).find(({ detail }) => detail === 'Its cooldown is not over'), 'the cooldown')
    expect((await get<Answer<'GET', '/automation/variables'>>('/automation/variables')).items).toContainEqual({
      name: 'done',
      value: 'yes',
    })
    await remove(rule.id)
    await obs.call('SetCurrentProgramScene', { sceneName: 'Start' })
  })

  it('run at a time of day and at intervals, and set volume, filter and recording of OBS', async () => {
    await obs.call('CreateInput', { sceneName: 'Start', inputName: 'voice', inputKind: 'ffmpeg_source', inputSettings: {} })
    await obs.call('CreateSourceFilter', { sourceName: 'beep', filterName: 'Grey', filterKind: 'color_filter_v2', filterSettings: {} })
    await until(async () => {
      const { inputs } = (await host.api('GET', `/obs/${obsId}/mirror`)).body
      const has = (name: string, accept: (input: (typeof inputs)[number]) => boolean) =>
        inputs.some((each) => each.name === name && accept(each))
      return has('voice', ({ audio }) => audio !== null) && has('beep', ({ filters }) => filters.some(({ name }) => name === 'Grey'))
    }, 'the mirror has both')

    // Far enough ahead that a machine which stops for a moment does not miss the making of the rule.
    const at = new Date(Date.now() + 5000).toISOString().slice(11, 19)
    const timed = await addRule('At a time', { triggers: [{ on: 'time', at, timeZone: 'UTC' }] }, [
      { do: 'obs-volume', input: 'voice', volumeDb: -20 },
      { do: 'obs-filter', source: 'beep', filter: 'Grey', enabled: false },
      { do: 'obs-output', output: 'record', command: 'start' },
    ])
    await until(async () => (await obs.call('GetRecordStatus')).outputActive, 'OBS records')
    expect((await fired(timed.id, 'ran')).because).toBe(`it is ${at}`)
    expect((await obs.call('GetInputVolume', { inputName: 'voice' })).inputVolumeDb).toBeCloseTo(-20, 1)
    expect((await obs.call('GetSourceFilter', { sourceName: 'beep', filterName: 'Grey' })).filterEnabled).toBe(false)

    const often = await addRule(
      'Often',
      { triggers: [{ on: 'every', seconds: 1 }], conditions: [{ is: 'obs-output', output: 'record' }], maxRuns: 1 },
      [
        { do: 'obs-filter', source: 'beep', filter: 'Grey', enabled: 'toggle' },
        { do: 'obs-output', output: 'record', command: 'stop' },
      ],
    )
    await until(async () => !(await obs.call('GetRecordStatus')).outputActive, 'OBS records no more')
    expect((await fired(often.id, 'ran')).because).toBe('every 1 s')
    expect((await obs.call('GetSourceFilter', { sourceName: 'beep', filterName: 'Grey' })).filterEnabled).toBe(true)
    for (const { id } of [timed, often]) await remove(id)
  })

  it('are cancelled where they are deleted while they run', async () => {
    const rule = await addRule('Slow', { triggers: [onScene('Pause')] }, [
      { do: 'wait', ms: 600_000 },
      { do: 'obs-scene', scene: 'Game' },
    ])
    await obs.call('SetCurrentProgramScene', { sceneName: 'Pause' })
    await until(async () => (await get<{ items: Rule[] }>('/automation/rules')).items.find(({ running }) => running), 'the rule runs')
    await remove(rule.id)
    expect(await fired(rule.id, 'cancelled')).toMatchObject({ detail: expect.stringContaining('deleted') })
    await obs.call('SetCurrentProgramScene', { sceneName: 'Start' })
  })

  it('run by a webhook, whose token can do nothing else, and which is limited in how often it is called', async () => {
    const { webhook, url } = await post<{ webhook: { id: string }; url: string }>('/automation/webhooks', { name: 'Bot' })
    const rule = await addRule('By the bot', { triggers: [{ on: 'webhook', webhook: webhook.id }] }, [{ do: 'obs-scene', scene: 'Game' }])
    const curl = (...args: readonly string[]): string =>
      execFileSync('curl', ['-sS', '-o', '/dev/null', '-w', '%{http_code}', ...args], { encoding: 'utf8' })
    expect(curl('-X', 'POST', url)).toBe('202')
    await obsOnAir('Game')
    await fired(rule.id, 'ran')
    const token = new URL(url).searchParams.get('token')!
    expect(curl('-X', 'POST', url.replace(token, 'wh_wrong'))).toBe('401')
    expect(
      curl(
        '-X',
        'POST',
        '-H',
        `Authorization: Bearer ${token}`,
        '-H',
        'Origin: http://elsewhere.example',
        `${host.http}/api/v1/automation/rules/${rule.id}/run`,
      ),
    ).toBe('401')
    const codes = Array.from({ length: 25 }, () => curl('-X', 'POST', url))
    expect(codes).toContain('429')
    expect(codes.filter((code) => code === '202').length).toBeLessThanOrEqual(20)
    expect((await host.api('DELETE', `/automation/webhooks/${webhook.id}`)).status).toBe(204)
    expect(curl('-X', 'POST', url)).toBe('401')
    await remove(rule.id)
    await obs.call('SetCurrentProgramScene', { sceneName: 'Start' })
  })
})

describe('rules between OBS and an open show', () => {
  beforeAll(async () => {
    if (missing !== undefined) return
    await openCollection(host, show)
    browser = await launchBrowser()
  }, 180_000)

  it('put a scene of the studio on air because of OBS, and one of OBS because of the studio', async () => {
    await onAir('start')
    await obs.call('SetCurrentProgramScene', { sceneName: 'Game' })
    await onAir('game')
    expect(await fired('macro:follow', 'ran')).toMatchObject({ because: 'event CurrentProgramSceneChanged of OBS' })
    const back = await addRule(
      'Pause both',
      { triggers: [{ on: 'event', topic: 'studio.switched', where: [{ field: 'scene', is: 'equals', value: 'pause' }] }] },
      [{ do: 'obs-scene', scene: 'Pause' }],
    )
    await post('/studio/program', { scene: 'pause' })
    await obsOnAir('Pause')
    await remove(back.id)
  })

  it('run by a hotkey, and are edited on the page of the studio', async () => {
    const { page, problems } = await studioWindow(browser)
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('edit-macros').click()
    await page.getByTestId('macro').first().click()
    await page.getByTestId('rule-mode').selectOption('on')
    await page.getByTestId('add-trigger').selectOption('hotkey')
    await page.getByTestId('trigger').locator('[data-setting="chord"]').fill('Ctrl+F8')
    await page.getByTestId('trigger').locator('[data-setting="chord"]').blur()
    await page.getByTestId('add-condition').selectOption('obs-scene')
    await page.getByTestId('condition').locator('[data-setting="scene"]').fill('Pause')
    await page.getByTestId('condition').locator('[data-setting="scene"]').blur()
    await until(async () => {
      const { items } = await get<{ items: Rule[] }>('/automation/rules')
      return items.find(
        ({ id, settings }) =>
          id === 'macro:follow' && settings.conditions?.some((each) => each.is === 'obs-scene' && each.scene === 'Pause'),
      )
    }, 'the rule has the condition')
    await page.getByTestId('dry-run').click()
    await page.getByTestId('dry-run-result').waitFor()
    await obs.call('SetCurrentProgramScene', { sceneName: 'Pause' })
    await until(async () => (await host.api('GET', `/obs/${obsId}/mirror`)).body.program === 'Pause', 'the mirror has the pause')
    await post('/studio/program', { scene: 'pause' })
    await post('/studio/hotkeys', { chord: 'F8+Ctrl' })
    await onAir('game')
    await page.getByTestId('rule-log').locator('[data-result="ran"]', { hasText: 'hotkey F8+Ctrl' }).waitFor()
    expect(problems).toEqual([])
    await page.close()
  })

  it('run by the level of a tone, once it was loud for long enough', async () => {
    const loud = await addRule('Loud', { triggers: [{ on: 'level', source: 'tone', is: 'above', db: -30, forSeconds: 1 }] }, [
      { do: 'switch', scene: 'start' },
    ])
    await post('/studio/actions', { do: 'gain', source: 'tone', gainDb: -60 })
    await post('/studio/program', { scene: 'pause' })
    await until(async () => (await programOf()) === 'pause', 'the pause is on air')
    await post('/studio/actions', { do: 'gain', source: 'tone', gainDb: 0 })
    await onAir('start')
    expect((await fired(loud.id, 'ran')).because).toBe('tone is above -30 dB for 1 s')
    await remove(loud.id)
  })
})
