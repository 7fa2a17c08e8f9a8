import { OBSWebSocket } from 'obs-websocket-js/json'
import { OBSWebSocket as PackedOBSWebSocket } from 'obs-websocket-js/msgpack'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestSchemas } from '../../formats/obs-websocket/request-schemas.ts'
import { allRequests, leftOutRequests } from './requests/all-requests.ts'
import { type ServedStudio, serveStudio } from './testing/served-studio.ts'

let served: ServedStudio
let viewer: OBSWebSocket
let operator: OBSWebSocket
let editor: OBSWebSocket

beforeAll(async () => {
  served = await serveStudio()
  viewer = await served.connect('view')
  operator = await served.connect('control')
  editor = await served.connect('edit')
})
afterAll(() => served.stop())

/** The code with which a call ends that must fail. */
const failure = (call: Promise<unknown>): Promise<number> =>
  call.then(
    () => 100,
    (error: { code: number }) => error.code,
  )

/** The next event of a type that a client receives. */
const next = (client: OBSWebSocket, type: string): Promise<any> => new Promise((resolve) => client.once(type as never, resolve as never))

describe('the requests of the protocol', () => {
  it('are answered, or listed with the reason why not: all of them', () => {
    const answered = Object.keys(allRequests)
    expect([...answered, ...Object.keys(leftOutRequests)].toSorted()).toEqual(Object.keys(requestSchemas).toSorted())
  })

  it('are answered to clients that speak JSON and MessagePack', async () => {
    const packed = new PackedOBSWebSocket()
    await packed.connect(`ws://127.0.0.1:${served.port}`, await served.password('view'))
    expect(await packed.call('GetVersion')).toEqual(await viewer.call('GetVersion'))
    expect(await packed.call('GetSceneItemList', { sceneName: 'Talk' })).toEqual(
      await viewer.call('GetSceneItemList', { sceneName: 'Talk' }),
    )
    await packed.disconnect()
  })

  it('open projectors on the desktop that shows windows for the host, for those who may edit', async () => {
    const program = { videoMixType: 'OBS_WEBSOCKET_VIDEO_MIX_TYPE_PROGRAM' }
    served.displays = []
    expect(await failure(editor.call('OpenVideoMixProjector', program))).toBe(207)
    served.displays = [
      { id: 'left', name: 'DP-1', bounds: { x: 0, y: 0, width: 1920, height: 1080 } },
      { id: 'right', name: 'DP-2', bounds: { x: 1920, y: 0, width: 1280, height: 720 } },
    ]
    expect((await viewer.call('GetMonitorList')).monitors).toMatchObject([
      { monitorIndex: 0, monitorName: 'DP-1', monitorWidth: 1920 },
      { monitorIndex: 1, monitorName: 'DP-2', monitorPositionX: 1920, monitorHeight: 720 },
    ])
    expect(await failure(operator.call('OpenVideoMixProjector', program))).toBe(703)
    await editor.call('OpenVideoMixProjector', { ...program, monitorIndex: 1 })
    await editor.call('OpenVideoMixProjector', { videoMixType: 'OBS_WEBSOCKET_VIDEO_MIX_TYPE_MULTIVIEW' })
    await editor.call('OpenSourceProjector', { sourceName: 'Blue', monitorIndex: 0 })
    await editor.call('OpenSourceProjector', { sourceName: 'Talk' })
    expect(served.windows).toEqual([
      { view: { kind: 'projector', of: 'program', id: 'main' }, display: 'right' },
      { view: { kind: 'multiview' }, display: undefined },
      { view: { kind: 'projector', of: 'source', id: 'blue' }, display: 'left' },
      { view: { kind: 'projector', of: 'scene', id: 'talk' }, display: undefined },
    ])
    expect(await failure(editor.call('OpenSourceProjector', { sourceName: 'Blue', monitorIndex: 2 }))).toBe(600)
    expect(await failure(editor.call('OpenSourceProjector', { sourceName: 'Pair' }))).toBe(602)
    expect(await failure(editor.call('OpenVideoMixProjector', { videoMixType: 'nonsense' }))).toBe(400)
    expect(await failure(editor.call('OpenVideoMixProjector', { videoMixType: 'OBS_WEBSOCKET_VIDEO_MIX_TYPE_PREVIEW' }))).toBe(506)
    expect(served.windows).toHaveLength(4)
  })

  it('switch scenes, with the events of it', async () => {
    expect(await viewer.call('GetSceneList')).toMatchObject({
      currentProgramSceneName: 'Intro',
      scenes: [
        { sceneIndex: 0, sceneName: 'Talk' },
        { sceneIndex: 1, sceneName: 'Intro' },
      ],
    })
    const [switched, ended] = [next(viewer, 'CurrentProgramSceneChanged'), next(viewer, 'SceneTransitionEnded')]
    await operator.call('SetCurrentProgramScene', { sceneName: 'Talk' })
    expect(await switched).toMatchObject({ sceneName: 'Talk' })
    expect(await ended).toMatchObject({ transitionName: 'Cut' })
    expect((await viewer.call('GetCurrentProgramScene')).currentProgramSceneName).toBe('Talk')
  })

  it('prepare scenes in studio mode and bring them on air', async () => {
    expect(await failure(operator.call('GetCurrentPreviewScene'))).toBe(506)
    await operator.call('SetStudioModeEnabled', { studioModeEnabled: true })
    await operator.call('SetCurrentPreviewScene', { sceneName: 'Intro' })
    expect((await viewer.call('GetCurrentPreviewScene')).currentPreviewSceneName).toBe('Intro')
    await operator.call('TriggerStudioModeTransition')
    expect((await viewer.call('GetCurrentProgramScene')).currentProgramSceneName).toBe('Intro')
    await operator.call('SetStudioModeEnabled', { studioModeEnabled: false })
  })
})

describe('an editor', () => {
  it('changes text in the words of OBS, and leaves alone what OBS has no setting for', async () => {
    const [changed] = [next(viewer, 'InputSettingsChanged')]
    await editor.call('SetInputSettings', { inputName: 'Title', inputSettings: { text: 'Welcome' } })
    expect(await changed).toMatchObject({ inputName: 'Title', inputSettings: { text: 'Welcome' } })
    const { item } = await served.ask('GET', '/studio/sources/title')
    expect(item.settings).toMatchObject({ text: 'Welcome', letterSpacing: 7 })
    expect(await viewer.call('GetInputSettings', { inputName: 'Title' })).toMatchObject({
      inputKind: 'text_ft2_source_v2',
      inputSettings: { text: 'Welcome' },
    })
  })

  it('creates inputs and filters of kinds of OBS', async () => {
    const created = next(viewer, 'InputCreated')
    const { sceneItemId } = await editor.call('CreateInput', {
      sceneName: 'Intro',
      inputName: 'Red',
      inputKind: 'color_source_v3',
      inputSettings: { color: 0xff0000ff, width: 100, height: 50 },
    })
    expect(await created).toMatchObject({ inputName: 'Red', inputKind: 'color_source_v3', unversionedInputKind: 'color_source' })
    expect(await viewer.call('GetSceneItemId', { sceneName: 'Intro', sourceName: 'Red' })).toEqual({ sceneItemId })
    expect((await viewer.call('GetInputSettings', { inputName: 'Red' })).inputSettings).toEqual({
      color: 0xff0000ff,
      width: 100,
      height: 50,
    })
    await editor.call('CreateSourceFilter', {
      sourceName: 'Tone',
      filterName: 'Louder',
      filterKind: 'gain_filter',
      filterSettings: { db: 3 },
    })
    await editor.call('SetSourceFilterSettings', { sourceName: 'Tone', filterName: 'Louder', filterSettings: { db: 6 } })
    expect((await viewer.call('GetSourceFilterList', { sourceName: 'Tone' })).filters).toEqual([
      { filterEnabled: true, filterIndex: 0, filterKind: 'gain_filter', filterName: 'Louder', filterSettings: { db: 6 } },
    ])
    expect(await failure(editor.call('CreateInput', { sceneName: 'Intro', inputName: 'Red', inputKind: 'color_source_v3' }))).toBe(601)
    expect(await failure(editor.call('CreateInput', { sceneName: 'Intro', inputName: 'New', inputKind: 'unheard_of' }))).toBe(605)
  })

  it('is given no secret, and names no file that editors may not use', async () => {
    expect(JSON.stringify(await editor.call('GetInputSettings', { inputName: 'Cam' }))).not.toContain('word@')
    expect(JSON.stringify(await editor.call('GetOutputSettings', { outputName: 'YouTube' }))).not.toContain('very-secret-key')
    expect(JSON.stringify(await editor.call('GetStreamServiceSettings'))).not.toContain('very-secret-key')
    for (const file of ['/etc/passwd', `${served.folder}/secret-box.key`]) {
      const made = editor.call('CreateInput', {
        sceneName: 'Intro',
        inputName: 'File',
        inputKind: 'image_source',
        inputSettings: { file },
      })
      expect(await failure(made), file).toBe(400)
      const shot = editor.call('SaveSourceScreenshot', { sourceName: 'Intro', imageFormat: 'png', imageFilePath: `${file}.png` })
      expect(await failure(shot), file).toBe(400)
    }
    expect(await failure(editor.call('SetInputSettings', { inputName: 'Cam', inputSettings: { address: 'rtsp://127.0.0.1/1' } }))).toBe(400)
  })
})

describe('rights', () => {
  it('let a viewer change nothing, whatever it sends', async () => {
    for (const [name, { right }] of Object.entries(allRequests)) {
      if (right === 'view') expect(name).toMatch(/^(?:Get|Sleep)/)
      else expect(await failure(viewer.call(name as never, {} as never)), name).toBe(703)
    }
    const batch = await viewer.callBatch([{ requestType: 'RemoveScene', requestData: { sceneName: 'Talk' } }])
    expect(batch[0]?.requestStatus.code).toBe(703)
  })

  it('let an operator run the show and not change what it is made of', async () => {
    const { sceneItems } = await operator.call('GetSceneItemList', { sceneName: 'Talk' })
    const sceneItemId = sceneItems[0]!.sceneItemId as number
    const seen = next(viewer, 'SceneItemEnableStateChanged')
    await operator.call('SetSceneItemEnabled', { sceneName: 'Talk', sceneItemId, sceneItemEnabled: false })
    expect(await seen).toMatchObject({ sceneName: 'Talk', sceneItemId, sceneItemEnabled: false })
    expect(await failure(operator.call('CreateScene', { sceneName: 'More' }))).toBe(703)
    expect(await failure(operator.call('SetInputSettings', { inputName: 'Title', inputSettings: { text: 'x' } }))).toBe(703)
  })

  it('end with the password that they belong to', async () => {
    const { client, password } = await served.ask('POST', '/studio/obs-protocol/clients', { name: 'Panel', right: 'view' })
    const panel = new OBSWebSocket()
    await panel.connect(`ws://127.0.0.1:${served.port}`, password)
    await served.ask('PATCH', `/studio/obs-protocol/clients/${client.id}`, { right: 'edit' })
    await panel.call('SetStudioModeEnabled', { studioModeEnabled: false })
    const closed = next(panel, 'ConnectionClosed')
    await served.ask('DELETE', `/studio/obs-protocol/clients/${client.id}`)
    expect((await closed).code).toBe(4011)
    await expect(new OBSWebSocket().connect(`ws://127.0.0.1:${served.port}`, password)).rejects.toMatchObject({ code: 4009 })
    expect(served.failures).toBeGreaterThan(0)
    expect(served.audit).toContain('OBS protocol: a program with a wrong password was rejected')
  })
})

describe('pairing', () => {
  it('lets a program in that a person allows, and no other', async () => {
    const ask = (): OBSWebSocket => new OBSWebSocket()
    const url = `ws://127.0.0.1:${served.port}`
    await expect(ask().connect(url, 'guess')).rejects.toMatchObject({ code: 4009 })
    await served.ask('POST', '/studio/obs-protocol/pairing', { open: true })
    const [first, second] = [ask(), ask()]
    const connecting = first.connect(url, 'what it was set to before')
    const denied = second.connect(url)
    denied.catch(() => undefined)
    const asking = async () => {
      for (;;) {
        const { pairingRequests } = await served.ask('GET', '/studio/obs-protocol')
        if (pairingRequests.length === 2) return pairingRequests
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    const [one, other] = await asking()
    expect(one).toMatchObject({ ip: '127.0.0.1' })
    const { password } = await served.ask('POST', `/studio/obs-protocol/pairing/${one.id}`, { name: 'Deck', right: 'control' })
    await connecting
    expect((await first.call('GetVersion')).platformDescription).toBe('AMI Streams')
    await served.ask('DELETE', `/studio/obs-protocol/pairing/${other.id}`)
    await expect(denied).rejects.toMatchObject({ code: 4009 })
    await served.ask('POST', '/studio/obs-protocol/pairing', { open: false })
    await first.disconnect()
    await first.connect(url, password)
    await first.disconnect()
  })
})
