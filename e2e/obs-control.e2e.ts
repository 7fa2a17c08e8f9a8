import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { OBSWebSocket } from 'obs-websocket-js/json'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import type { Answer } from '../src-main/api/typed-api.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type ObsOnTest, obsMissing, obsPassword, prepareObs } from './helpers/obs-studio.ts'
import { skipBecause } from './helpers/skip.ts'
import { until, untilStill } from './helpers/until.ts'
import { wavFile, wavRate } from './helpers/wav.ts'

/** The control of a real OBS Studio. What is asked of us is looked up in OBS itself, by a connection that is not ours. */

type Instance = Answer<'GET', '/obs/*'>
type Mirror = Answer<'GET', '/obs/*/mirror'>
interface Message {
  readonly topic: string
  readonly data: any
}

const missing = obsMissing()
let host: RunningHost
let program: ObsOnTest
/** OBS itself. */
let obs: OBSWebSocket
let socket: WebSocket
let id = ''
const heard: Message[] = []

beforeAll(async () => {
  if (missing !== undefined) return
  program = await prepareObs()
  // OBS keeps its settings where this host looks for them.
  host = await startHost({ name: 'obs', env: { XDG_CONFIG_HOME: `${program.home}/.config` } })
  await program.reach(host.rtmpPort)
  socket = new WebSocket(`${host.http.replace('http', 'ws')}/api/v1/events?topics=obs.,obs.statistics,obs.levels`)
  socket.on('message', (text) => heard.push(JSON.parse(String(text)) as Message))
  await new Promise((resolve) => socket.once('open', resolve))
}, 120_000)

afterAll(async () => {
  socket?.close()
  await obs?.disconnect().catch(() => undefined)
  await host?.stop()
  await program?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
  heard.length = 0
})

const instance = async (): Promise<Instance> => (await host.api('GET', `/obs/${id}`)).body
const mirror = async (): Promise<Mirror> => (await host.api('GET', `/obs/${id}/mirror`)).body
const inState = (state: Instance['state']) =>
  until(async () => {
    const now = await instance()
    return now.state === state && now
  }, `the instance is ${state}`)

/** A command that must succeed. */
async function done(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: object): Promise<Record<string, unknown>> {
  const reply = await host.api(method, `/obs/${id}/${path}` as never, body)
  expect(reply, `${method} ${path} ${JSON.stringify(body)}`).toMatchObject({ status: 200 })
  return reply.body as Record<string, unknown>
}

const event = (topic: string, accept: (data: Message['data']) => boolean): Promise<Message> =>
  until(() => heard.find((message) => message.topic === topic && accept(message.data)), `an event ${topic}`)

/** Waits until the mirror, which events keep, makes `accept` true. */
function mirrored(what: string, accept: (now: Mirror) => unknown): Promise<Mirror> {
  let now: Mirror
  return until(
    async () => {
      now = await mirror()
      return accept(now) ? now : undefined
    },
    () => `not in the mirror: ${what}; outputs are ${JSON.stringify(now.outputs)}`,
  )
}

const sceneOf = (now: Mirror, name: string) => now.scenes.find((scene) => scene.name === name)
const inputOf = (now: Mirror, name: string) => now.inputs.find((input) => input.name === name)

describe('an OBS of this machine', () => {
  it('is found by its own settings, waits where OBS is not started, and is connected when it is', async () => {
    const { items } = (await host.api('GET', '/obs/found')).body
    const found = items.find(({ port }) => port === program.port)
    expect(found).toMatchObject({ serverEnabled: true, authentication: true, hasPassword: true, instance: null, packaging: 'system' })
    expect(JSON.stringify(items)).not.toContain(obsPassword)
    const added = await host.api('POST', '/obs', { found: found!.id, name: 'Main' })
    expect(added).toMatchObject({ status: 201, body: { password: 'found', host: '127.0.0.1', port: program.port } })
    id = added.body.id
    const waiting = await inState('disconnected')
    expect(waiting.error).toMatchObject({ code: 'obs.unreachable', remedy: expect.stringContaining('Start OBS') })
    expect(await host.api('GET', `/obs/${id}/mirror`)).toMatchObject({ status: 409, body: { code: 'obs.not_connected' } })

    obs = await program.start()
    const connected = await inState('connected')
    expect(connected.version).toMatchObject({ obs: (await obs.call('GetVersion')).obsVersion })
    expect(connected.version!.requests).toContain('SetCurrentProgramScene')
    await event('obs.updated', (data) => data.id === id && data.state === 'connected')
    expect((await host.api('GET', '/obs/found')).body.items[0]).toMatchObject({ instance: id })
  })

  it('does what the API asks for: scenes, inputs, items, audio, filters', async () => {
    for (const scene of ['Wide', 'Close', 'Spare']) await done('POST', 'scenes', { scene })
    await done('DELETE', 'scenes?scene=Spare')
    await done('PATCH', 'scenes', { scene: 'Close', newName: 'Close up' })
    await until(async () => {
      const names = (await obs.call('GetSceneList')).scenes.map(({ sceneName }) => sceneName)
      return names.toSorted().join() === 'Close up,Scene,Wide'
    }, 'OBS has both scenes beside its own')

    const made = await done('POST', 'inputs', {
      scene: 'Wide',
      input: 'red',
      kind: 'color_source_v3',
      settings: { color: 0xff0000ff, width: 320, height: 180 },
    })
    const { sceneItemId } = made.answer as { sceneItemId: number }
    await done('PATCH', 'inputs', { input: 'red', settings: { width: 200 } })
    expect((await obs.call('GetInputSettings', { inputName: 'red' })).inputSettings).toMatchObject({ width: 200, height: 180 })
    expect((await host.api('GET', `/obs/${id}/input-settings?input=red`)).body).toMatchObject({
      kind: 'color_source_v3',
      settings: { width: 200 },
      defaults: { height: 1080 },
    })

    const item = { sceneName: 'Wide', sceneItemId }
    await done('PATCH', 'items', {
      scene: 'Wide',
      item: sceneItemId,
      enabled: false,
      locked: true,
      transform: { positionX: 40, rotation: 90 },
    })
    expect((await obs.call('GetSceneItemEnabled', item)).sceneItemEnabled).toBe(false)
    expect((await obs.call('GetSceneItemLocked', item)).sceneItemLocked).toBe(true)
    expect((await obs.call('GetSceneItemTransform', item)).sceneItemTransform).toMatchObject({ positionX: 40, rotation: 90, positionY: 0 })
    await done('PATCH', 'items', { scene: 'Wide', item: sceneItemId, enabled: true, locked: false, blendMode: 'OBS_BLEND_SCREEN' })
    await mirrored('the blend mode', (now) => sceneOf(now, 'Wide')?.items[0]?.blendMode === 'OBS_BLEND_SCREEN')

    await done('POST', 'items', { scene: 'Close up', source: 'red' })
    await done('POST', 'items/duplicate', { scene: 'Wide', item: sceneItemId })
    expect((await obs.call('GetSceneItemList', { sceneName: 'Wide' })).sceneItems).toHaveLength(2)
    const { items } = (await mirrored('both items', (now) => sceneOf(now, 'Wide')?.items.length === 2)).scenes.find(
      ({ name }) => name === 'Wide',
    )!
    await done('DELETE', `items?scene=Wide&item=${items[1]!.id}`)
    expect((await obs.call('GetSceneItemList', { sceneName: 'Wide' })).sceneItems).toHaveLength(1)

    await done('POST', 'inputs', { scene: 'Wide', input: 'film', kind: 'ffmpeg_source', settings: { is_local_file: true } })
    await done('PATCH', 'inputs', {
      input: 'film',
      muted: true,
      volumeDb: -12,
      balance: 0.25,
      syncOffsetMs: 120,
      monitoring: 'monitor',
      tracks: [1, 3],
    })
    expect(await obs.call('GetInputMute', { inputName: 'film' })).toEqual({ inputMuted: true })
    expect((await obs.call('GetInputVolume', { inputName: 'film' })).inputVolumeDb).toBeCloseTo(-12, 1)
    expect(await obs.call('GetInputAudioSyncOffset', { inputName: 'film' })).toEqual({ inputAudioSyncOffset: 120 })
    expect((await obs.call('GetInputAudioTracks', { inputName: 'film' })).inputAudioTracks).toMatchObject({ 1: true, 2: false, 3: true })
    const audio = { muted: true, balance: 0.25, syncOffsetMs: 120, monitoring: 'monitor', tracks: [1, 3] }
    // OBS says each of them by an event of its own.
    await mirrored('its audio', (now) =>
      Object.entries(audio).every(([name, value]) => isDeepStrictEqual((inputOf(now, 'film')?.audio as any)?.[name], value)),
    )

    await done('POST', 'filters', { source: 'red', filter: 'tint', kind: 'color_filter_v2', settings: { brightness: -0.25 } })
    await done('PATCH', 'filters', { source: 'red', filter: 'tint', enabled: false, settings: { brightness: 0.5 } })
    const { filters } = await obs.call('GetSourceFilterList', { sourceName: 'red' })
    expect(filters).toMatchObject([{ filterName: 'tint', filterEnabled: false, filterSettings: { brightness: 0.5 } }])
    expect((await host.api('GET', `/obs/${id}/filters?source=red`)).body.items).toMatchObject([
      { name: 'tint', settings: { brightness: 0.5 }, defaults: { brightness: 0, opacity: 1 } },
    ])
    await done('DELETE', 'filters?source=red&filter=tint')
    expect((await obs.call('GetSourceFilterList', { sourceName: 'red' })).filters).toEqual([])
  })

  it('does what the API asks for: program, preview, transitions, screenshot, any request, many at once', async () => {
    await done('PATCH', 'transition', { transition: 'Fade', durationMs: 150 })
    await until(async () => {
      const { transitionName, transitionDuration } = await obs.call('GetCurrentSceneTransition')
      return transitionName === 'Fade' && transitionDuration === 150
    }, 'OBS has the transition and its duration')
    await done('POST', 'program', { scene: 'Wide' })
    await until(async () => (await obs.call('GetCurrentProgramScene')).currentProgramSceneName === 'Wide', 'OBS shows Wide')
    // OBS lets go of an input when it next draws a scene that it is in.
    await done('DELETE', 'inputs?input=film')
    await until(
      async () => (await obs.call('GetInputList')).inputs.map(({ inputName }) => inputName).join() === 'red',
      'OBS has removed it',
    )
    await event('obs.event', (data) => data.event === 'SceneTransitionStarted')
    await event('obs.mirror', (data) => data.set?.program === 'Wide')
    await done('PATCH', 'studio-mode', { enabled: true })
    await done('POST', 'preview', { scene: 'Close up' })
    await until(async () => (await obs.call('GetCurrentPreviewScene')).currentPreviewSceneName === 'Close up', 'OBS prepares Close up')
    await done('POST', 'transition')
    await until(async () => (await obs.call('GetCurrentProgramScene')).currentProgramSceneName === 'Close up', 'the preview is on air')
    await done('PATCH', 'studio-mode', { enabled: false })
    await until(async () => !(await obs.call('GetStudioModeEnabled')).studioModeEnabled, 'studio mode is off')

    const image = await fetch(`${host.http}/api/v1/obs/${id}/screenshot?source=Wide&width=160&format=png`)
    expect(image.headers.get('content-type')).toBe('image/png')
    expect([...new Uint8Array(await image.arrayBuffer()).subarray(1, 4)]).toEqual([...Buffer.from('PNG')])

    const answer = await done('POST', 'requests', { request: 'GetSceneItemId', data: { sceneName: 'Wide', sourceName: 'red' } })
    expect(answer.answer).toEqual(await obs.call('GetSceneItemId', { sceneName: 'Wide', sourceName: 'red' }))
    const short = await fetch(`${host.http}/api/streams/obs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ request: 'CreateScene', data: { sceneName: 'By short way' } }),
    })
    expect(short.status).toBe(200)
    expect((await obs.call('GetSceneList')).scenes.map(({ sceneName }) => sceneName)).toContain('By short way')
    expect(await (await fetch(`${host.http}/api/streams/obs`)).json()).toMatchObject({ items: [{ id, state: 'connected' }] })

    const place = { sceneName: 'Wide', sceneItemId: sceneOf(await mirror(), 'Wide')!.items[0]!.id }
    const requests = Array.from({ length: 1000 }, (_, number) => ({
      request: 'SetSceneItemTransform',
      data: { ...place, sceneItemTransform: { positionX: number } },
    }))
    const batch = await done('POST', 'batch', { requests })
    expect((batch.results as { ok: boolean }[]).filter(({ ok }) => ok)).toHaveLength(1000)
    expect((await obs.call('GetSceneItemTransform', place)).sceneItemTransform).toMatchObject({ positionX: 999 })
    await mirrored('the last of a thousand moves', (now) => sceneOf(now, 'Wide')?.items[0]?.transform.positionX === 999)

    for (const [body, code] of [
      [{ request: 'SetCurrentProgramScene', data: { sceneName: 'gone' } }, 'obs.resource_not_found'],
      [{ request: 'CreateScene', data: { sceneName: 'Wide' } }, 'obs.resource_exists'],
      [{ request: 'SetCurrentProgramScene', data: { sceneName: 7 } }, 'request.invalid'],
      [{ request: 'GetSourceFilterKindList' }, 'obs.request_unknown'],
      [{ request: 'StopRecord' }, 'obs.wrong_state'],
    ] as const) {
      expect((await host.api('POST', `/obs/${id}/requests`, body)).body, JSON.stringify(body)).toMatchObject({ code })
    }
  })

  it('does what the API asks for: recording, replay, profiles, collections, where it streams to', async () => {
    await done('POST', 'record', { action: 'start' })
    await mirrored('it records', ({ outputs }) => outputs.record === 'started')
    expect((await obs.call('GetRecordStatus')).outputActive).toBe(true)
    await done('POST', 'record', { action: 'pause' })
    await mirrored('the recording is paused', ({ outputs }) => outputs.record === 'paused')
    expect((await obs.call('GetRecordStatus')).outputPaused).toBe(true)
    // OBS says so before its encoders have paused, and may never record again where it is resumed in between.
    const duration = async () => (await obs.call('GetRecordStatus')).outputDuration
    await untilStill(duration, 500, 'the recording is paused at a frame')
    await done('POST', 'record', { action: 'resume' })
    // OBS may never end a recording that is stopped before its first frame after a pause.
    const { outputDuration } = await obs.call('GetRecordStatus')
    await until(async () => (await obs.call('GetRecordStatus')).outputDuration > outputDuration, 'it records again')
    const stopped = await done('POST', 'record', { action: 'stop' })
    expect((stopped.answer as { outputPath: string }).outputPath).toContain(program.home)
    await mirrored('the recording has stopped', ({ outputs }) => outputs.record === 'stopped' && outputs.recordPath !== null)

    await done('POST', 'replay', { action: 'start' })
    await mirrored('the replay buffer runs', ({ outputs }) => outputs.replay === 'started')
    await done('POST', 'replay', { action: 'save' })
    const { outputs } = await mirrored('a replay was saved', (now) => now.outputs.replayPath !== null)
    // Everybody may read the mirror: names of files alone.
    expect(JSON.stringify(heard.filter(({ topic }) => topic === 'obs.mirror'))).not.toContain(program.home)
    expect((await host.api('GET', `/obs/${id}/files`)).body).toEqual({
      record: (stopped.answer as { outputPath: string }).outputPath,
      replay: `${program.home}/${outputs.replayPath}`,
    })
    await done('POST', 'replay', { action: 'stop' })
    expect(await host.api('POST', `/obs/${id}/virtual-camera`, { action: 'start' })).toMatchObject({
      body: { remedy: expect.any(String) },
    })

    const service = await done('PUT', 'stream-service', { type: 'rtmp_custom', server: 'rtmp://live.example/app', key: 'very-secret-key' })
    expect(service).toEqual({ type: 'rtmp_custom', server: 'rtmp://live.example/app', service: null, keyHint: '…-key' })
    expect((await obs.call('GetStreamServiceSettings')).streamServiceSettings).toMatchObject({ key: 'very-secret-key' })

    await done('POST', 'profiles', { profile: 'Second' })
    await until(async () => (await obs.call('GetProfileList')).currentProfileName === 'Second', 'OBS has the other profile')
    await done('PATCH', 'profile', { profile: 'Untitled' })
    await done('DELETE', 'profiles?profile=Second')
    await mirrored('one profile', ({ profile, profiles }) => profile === 'Untitled' && profiles.length === 1)
    const { collection } = await mirror()
    await done('POST', 'collections', { collection: 'Other' })
    await mirrored('the other collection', (now) => now.collection === 'Other' && sceneOf(now, 'Wide') === undefined)
    expect((await obs.call('GetSceneCollectionList')).currentSceneCollectionName).toBe('Other')
    await done('PATCH', 'collection', { collection })
    await mirrored('the first collection', (now) => sceneOf(now, 'Wide') !== undefined)
  })

  it('streams to this host in one request', async () => {
    const answer = await host.api('POST', `/obs/${id}/stream-to-host`, { stream: 'from-obs' })
    expect(answer).toMatchObject({ status: 200, body: { stream: 'from-obs', started: true, server: host.rtmp } })
    await until(async () => (await obs.call('GetStreamStatus')).outputActive, 'OBS streams')
    await host.until('from-obs', ({ state }) => state === 'active')
    await until(async () => (await instance()).activity?.streaming, 'the instance says that it streams')
    expect(await instance()).toMatchObject({ linkedStream: { stream: 'from-obs', keyId: answer.body.keyId } })
    const { data } = await event('obs.stream-status', ({ bitrateKbps, frames }) => bitrateKbps > 0 && frames > 0)
    expect(data).toMatchObject({ obs: id, active: true, droppedFrames: expect.any(Number) })
    await event('obs.statistics', ({ fps }) => fps > 0)
    // Asked again it says the same: nothing is started twice.
    expect((await host.api('POST', `/obs/${id}/stream-to-host`, {})).body).toMatchObject({ stream: 'from-obs', keyId: answer.body.keyId })
    await done('POST', 'stream', { action: 'stop' })
    await until(async () => !(await obs.call('GetStreamStatus')).outputActive, 'OBS has stopped its stream')
    await mirrored('the stream has stopped', ({ outputs }) => outputs.stream === 'stopped')
  })

  it('shows what was changed in OBS, as if everything had been read again', async () => {
    await obs.call('CreateScene', { sceneName: 'Direct' })
    const { sceneItemId } = await obs.call('CreateInput', { sceneName: 'Direct', inputName: 'blue', inputKind: 'color_source_v3' })
    await obs.call('CreateInput', { sceneName: 'Direct', inputName: 'tone', inputKind: 'ffmpeg_source' })
    await obs.call('SetInputVolume', { inputName: 'tone', inputVolumeDb: -6 })
    await obs.call('SetInputMute', { inputName: 'tone', inputMuted: true })
    await obs.call('SetSceneItemTransform', { sceneName: 'Direct', sceneItemId, sceneItemTransform: { positionX: 5, cropLeft: 2 } })
    await obs.call('SetSceneItemEnabled', { sceneName: 'Direct', sceneItemId, sceneItemEnabled: false })
    await obs.call('SetSceneItemIndex', { sceneName: 'Direct', sceneItemId, sceneItemIndex: 1 })
    for (const filterName of ['one', 'two']) {
      await obs.call('CreateSourceFilter', { sourceName: 'blue', filterName, filterKind: 'color_filter_v2' })
    }
    await obs.call('SetSourceFilterIndex', { sourceName: 'blue', filterName: 'two', filterIndex: 0 })
    await obs.call('SetSourceFilterEnabled', { sourceName: 'blue', filterName: 'one', filterEnabled: false })
    await obs.call('SetInputName', { inputName: 'blue', newInputName: 'sky' })
    await obs.call('SetSceneName', { sceneName: 'Direct', newSceneName: 'Renamed' })
    await obs.call('SetCurrentSceneTransition', { transitionName: 'Cut' })
    await obs.call('SetCurrentProgramScene', { sceneName: 'Renamed' })
    await obs.call('RemoveScene', { sceneName: 'By short way' })

    await event('obs.event', ({ event: name, data }) => name === 'CurrentProgramSceneChanged' && data.sceneName === 'Renamed')
    await event('obs.event', ({ event: name, data }) => name === 'InputCreated' && data.inputName === 'tone')
    await mirrored(
      'all of it',
      (now) =>
        now.program === 'Renamed' &&
        now.transition === 'Cut' &&
        !now.inTransition &&
        sceneOf(now, 'By short way') === undefined &&
        inputOf(now, 'sky')?.active === false &&
        inputOf(now, 'sky')
          ?.filters.map(({ name, enabled }) => `${name} ${enabled}`)
          .join() === 'two true,one false' &&
        inputOf(now, 'tone')?.audio?.muted === true &&
        sceneOf(now, 'Renamed')
          ?.items.map(({ source, enabled }) => `${source} ${enabled}`)
          .join() === 'tone true,sky false',
    )
    // Of files that were written, OBS reports the last in events alone; and media play on.
    const lasting = ({ revision: _, outputs: { recordPath: _record, replayPath: _replay, ...outputs }, inputs, ...rest }: Mirror) => ({
      ...rest,
      outputs,
      inputs: inputs.map(({ media: _media, ...input }) => input),
    })
    const before: unknown = JSON.parse(await untilStill(async () => JSON.stringify(lasting(await mirror())), 1500, 'the mirror'))
    // The mirror that is read again is the same as the one that events made.
    await host.api('PATCH', `/obs/${id}`, { enabled: false })
    await inState('disconnected')
    await host.api('PATCH', `/obs/${id}`, { enabled: true })
    await inState('connected')
    expect(lasting(await mirror())).toEqual(before)
  })

  it('has filters follow the light and the level within limits, and sets back what was set before', async () => {
    const abgr = (color: string): number => Number.parseInt(`ff${color.slice(5)}${color.slice(3, 5)}${color.slice(1, 3)}`, 16)
    const settingsOf = async (source: string, filter: string): Promise<Record<string, any>> =>
      (await obs.call('GetSourceFilter', { sourceName: source, filterName: filter })).filterSettings
    const follow = (source: string, filter: string, changes: object) => done('PUT', 'following', { source, filter, ...changes })
    const input = (inputName: string, inputKind: string, inputSettings: object) =>
      obs.call('CreateInput', { sceneName: 'Light', inputName, inputKind, inputSettings: inputSettings as never })
    const filter = (sourceName: string, filterKind: string, filterSettings: object) =>
      obs.call('CreateSourceFilter', { sourceName, filterName: 'own', filterKind, filterSettings: filterSettings as never })
    const light = (inputName: string, color: string) => obs.call('SetInputSettings', { inputName, inputSettings: { color: abgr(color) } })
    const set = { key_color_type: 'custom', key_color: abgr('#20b050'), similarity: 60, smoothness: 20 }
    await obs.call('CreateScene', { sceneName: 'Light' })
    await obs.call('SetCurrentProgramScene', { sceneName: 'Light' })
    await input('screen', 'color_source_v3', { color: abgr('#20b050'), width: 320, height: 180 })
    await filter('screen', 'chroma_key_filter_v2', set)
    await input('warm', 'color_source_v3', { color: abgr('#c8b496'), width: 320, height: 180 })
    await filter('warm', 'color_filter_v2', {})
    const tone = Int16Array.from({ length: wavRate * 2 }, (_, at) => Math.round(1000 * Math.sin((2 * Math.PI * 440 * at) / wavRate)))
    const file = join(program.home, 'tone.wav')
    writeFileSync(file, wavFile(tone, 1))
    await input('voice', 'ffmpeg_source', { local_file: file, looping: true })
    await filter('voice', 'compressor_filter', { threshold: -18, ratio: 4 })
    await mirrored('all of it', (now) => ['screen', 'warm', 'voice'].every((name) => inputOf(now, name)?.filters.length === 1))

    await follow('screen', 'own', { on: true, limit: 0.4 })
    await follow('warm', 'own', { on: true, saturation: true })
    await follow('voice', 'own', { on: true, limitDb: 6 })
    // Who turns the lamp down: the key does not reach the screen any more, until it follows.
    await light('screen', '#0c5a28')
    const dim = await until(async () => {
      const now = await settingsOf('screen', 'own')
      return ((now.key_color >> 8) & 255) < 0x70 && now
    }, 'the key has found the dim screen')
    expect(dim.similarity).toBeLessThanOrEqual(60 + 0.4 * 1000)
    await event('obs.following', ({ source, chosen }) => source === 'screen' && Number.parseInt(chosen?.key_color?.slice(3, 5), 16) < 0x70)
    await until(async () => {
      const { color_multiply = 0xffffff, saturation = 0 } = await settingsOf('warm', 'own')
      return (color_multiply & 255) < 240 && saturation > 0
    }, 'red is taken away, and what is pale is stronger')
    const { threshold, output_gain } = await until(async () => {
      const now = await settingsOf('voice', 'own')
      return now.threshold <= -22 && now
    }, 'the threshold goes down to the quiet tone')
    expect(threshold).toBeGreaterThanOrEqual(-24)
    expect(output_gain).toBeCloseTo(-18 - threshold, 0)
    // What somebody sets by hand is what it starts from.
    await obs.call('SetSourceFilterSettings', {
      sourceName: 'voice',
      filterName: 'own',
      filterSettings: { threshold: -50, output_gain: 0 },
    })
    await until(async () => (await settingsOf('voice', 'own')).threshold > -50, 'it follows from there')
    expect((await settingsOf('voice', 'own')).threshold).toBeLessThanOrEqual(-44)

    for (const source of ['screen', 'warm', 'voice']) await follow(source, 'own', { on: false })
    expect(await settingsOf('screen', 'own')).toMatchObject(set)
    expect(await settingsOf('voice', 'own')).toMatchObject({ threshold: -50, output_gain: 0 })
    expect((await settingsOf('warm', 'own')).saturation ?? 0).toBe(0)
    expect((await host.api('GET', `/obs/${id}/following`)).body.items).toMatchObject([
      { source: 'screen', on: false, limit: 0.4, chosen: null },
      { source: 'warm', on: false, saturation: true, chosen: null },
      { source: 'voice', on: false, limitDb: 6, chosen: null },
    ])
    expect(await host.api('PUT', `/obs/${id}/following`, { source: 'screen', filter: 'none', on: true })).toMatchObject({
      status: 404,
      body: { code: 'obs.resource_not_found' },
    })
    // RNNoise of OBS has nothing that could follow; Speex has.
    await obs.call('RemoveSourceFilter', { sourceName: 'voice', filterName: 'own' })
    await obs.call('CreateSourceFilter', {
      sourceName: 'voice',
      filterName: 'noise',
      filterKind: 'noise_suppress_filter_v2',
      filterSettings: { method: 'rnnoise' },
    })
    await mirrored('the other filter', (now) => inputOf(now, 'voice')?.filters[0]?.name === 'noise')
    await follow('voice', 'noise', { on: true })
    await event('obs.following', ({ filter: name, problem }) => name === 'noise' && problem?.includes('choose Speex'))
    await obs.call('SetSourceFilterSettings', {
      sourceName: 'voice',
      filterName: 'noise',
      filterSettings: { method: 'speex', suppress_level: -20 },
    })
    await event('obs.following', ({ filter: name, chosen }) => name === 'noise' && chosen?.suppress_level < -20)
    await obs.call('RemoveScene', { sceneName: 'Light' })
  })

  it('is connected again after OBS was killed', async () => {
    await program.kill()
    const lost = await until(async () => {
      const now = await instance()
      return now.state !== 'connected' && now.error !== null && now
    }, 'the loss is noticed')
    expect(lost.error).toMatchObject({ code: expect.stringMatching(/^obs\.(lost|unreachable)$/), remedy: expect.any(String) })
    expect(await host.api('POST', `/obs/${id}/program`, { scene: 'Wide' })).toMatchObject({
      status: 409,
      body: { code: 'obs.not_connected' },
    })
    obs = await program.start()
    const back = await inState('connected')
    expect(back.reconnects).toBeGreaterThan(0)
    await done('POST', 'scenes', { scene: 'After the crash' })
    expect((await obs.call('GetSceneList')).scenes.map(({ sceneName }) => sceneName)).toContain('After the crash')
  })

  it('says that the password is wrong, and what to do', async () => {
    await host.api('PATCH', `/obs/${id}`, { password: 'not-this-one' })
    const failed = await inState('failed')
    expect(failed.error).toMatchObject({ code: 'obs.password_wrong', remedy: expect.stringContaining('Show Connect Info') })
    await host.api('PATCH', `/obs/${id}`, { password: '' })
    await until(async () => (await instance()).error?.code === 'obs.password_needed', 'a password is asked for')
    await host.api('PATCH', `/obs/${id}`, { password: obsPassword })
    expect(await inState('connected')).toMatchObject({ password: 'kept', error: null })
    const { items } = (await host.api('GET', '/audit?limit=200')).body
    expect(JSON.stringify(items)).not.toContain(obsPassword)
    expect(items.map(({ message }) => message)).toContainEqual(expect.stringContaining('OBS Main is failed'))
  })
})
