import type { Step } from './protocol-comparison.ts'

/** What the real OBS and ours are asked, in this order: the same scenes are made in both. */

const wide = { sceneName: 'Wide' }
const red = { inputName: 'red' }
const film = { inputName: 'film' }
const inWide = (kept: Readonly<Record<string, any>>, more: object = {}) => ({ ...wide, sceneItemId: kept.red, ...more })
const filter = { sourceName: 'red', filterName: 'tint' }

const general: readonly Step[] = [
  { request: 'GetVersion', same: ['rpcVersion'] },
  { request: 'GetStats' },
  { request: 'GetSceneList', same: ['currentProgramSceneName', 'currentPreviewSceneName'] },
  { request: 'GetGroupList', same: ['groups'] },
  { request: 'NoSuchRequest' },
  { request: 'GetSceneItemList' },
  { request: 'GetSceneItemList', data: { sceneName: 5 } },
  { request: 'GetSceneItemList', data: { sceneName: '' } },
  { request: 'GetSceneItemList', data: { sceneName: 'nowhere' } },
  { request: 'BroadcastCustomEvent', data: { eventData: { a: 1 } }, events: { CustomEvent: ['a'] } },
  { request: 'CallVendorRequest', data: { vendorName: 'nobody', requestType: 'x' } },
  { request: 'Sleep', data: { sleepMillis: 1 } },
  { request: 'GetHotkeyList' },
  { request: 'TriggerHotkeyByName', data: { hotkeyName: 'no such hotkey' } },
  { request: 'TriggerHotkeyByKeySequence', data: { keyId: 'OBS_KEY_F24', keyModifiers: { shift: true } } },
  { request: 'GetMonitorList', apart: ['monitors'] },
]

const config: readonly Step[] = [
  { request: 'SetPersistentData', data: { realm: 'OBS_WEBSOCKET_DATA_REALM_GLOBAL', slotName: 'e2e', slotValue: { a: [1, 'x'] } } },
  { request: 'GetPersistentData', data: { realm: 'OBS_WEBSOCKET_DATA_REALM_GLOBAL', slotName: 'e2e' }, same: ['slotValue'] },
  { request: 'GetPersistentData', data: { realm: 'nowhere', slotName: 'e2e' } },
  { request: 'GetSceneCollectionList', same: ['currentSceneCollectionName'] },
  { request: 'SetCurrentSceneCollection', data: { sceneCollectionName: 'nowhere' } },
  { request: 'GetProfileList' },
  { request: 'SetCurrentProfile', data: { profileName: 'nowhere' } },
  { request: 'GetProfileParameter', data: { parameterCategory: 'None', parameterName: 'None' } },
  { request: 'GetVideoSettings', same: ['fpsNumerator', 'fpsDenominator', 'baseWidth', 'baseHeight', 'outputWidth', 'outputHeight'] },
  { request: 'SetVideoSettings', data: {} },
  { request: 'SetVideoSettings', data: { fpsNumerator: 25, fpsDenominator: 1 } },
  { request: 'GetVideoSettings', same: ['fpsNumerator', 'fpsDenominator'] },
  {
    request: 'SetStreamServiceSettings',
    data: ({ server, key }) => ({ streamServiceType: 'rtmp_custom', streamServiceSettings: { server, key, use_auth: false } }),
  },
  {
    request: 'GetStreamServiceSettings',
    same: ['streamServiceType', 'streamServiceSettings.server'],
    apart: ['streamServiceSettings.bwtest'],
  },
  { request: 'GetRecordDirectory' },
]

const scenes: readonly Step[] = [
  { request: 'CreateScene', data: wide, events: { SceneCreated: ['sceneName', 'isGroup'], SceneListChanged: [] } },
  { request: 'CreateScene', data: wide },
  { request: 'CreateScene', data: { sceneName: 'Close' } },
  { request: 'CreateScene', data: { sceneName: 'Spare' } },
  {
    request: 'SetSceneName',
    data: { sceneName: 'Close', newSceneName: 'Close up' },
    events: { SceneNameChanged: ['sceneName', 'oldSceneName'] },
  },
  { request: 'SetSceneName', data: { sceneName: 'Close up', newSceneName: 'Wide' } },
  { request: 'RemoveScene', data: { sceneName: 'Spare' }, events: { SceneRemoved: ['sceneName', 'isGroup'] } },
  {
    request: 'GetSceneList',
    same: ['scenes.0.sceneName', 'scenes.0.sceneIndex', 'scenes.2.sceneName', 'scenes.2.sceneIndex'],
    // OBS answers before its list of scenes has followed.
    until: ({ scenes: list }) => list.length === 3 && list.some(({ sceneName }: { sceneName: string }) => sceneName === 'Close up'),
  },
  { request: 'SetSceneSceneTransitionOverride', data: { ...wide, transitionName: 'Fade' } },
  { request: 'GetSceneSceneTransitionOverride', data: wide, same: ['transitionName'], apart: ['transitionDuration'] },
  { request: 'SetSceneSceneTransitionOverride', data: { ...wide, transitionName: 'nowhere' } },
]

const inputs: readonly Step[] = [
  { request: 'GetInputKindList' },
  { request: 'GetSpecialInputs', apart: ['desktop1', 'mic1'] },
  {
    request: 'CreateInput',
    data: { ...wide, inputName: 'red', inputKind: 'color_source_v3', inputSettings: { color: 0xff0000ff, width: 320, height: 180 } },
    keep: { red: 'sceneItemId' },
    events: {
      InputCreated: ['inputName', 'inputKind', 'unversionedInputKind', 'inputSettings', 'defaultInputSettings'],
      SceneItemCreated: ['sceneName', 'sourceName', 'sceneItemIndex'],
    },
  },
  { request: 'CreateInput', data: { ...wide, inputName: 'red', inputKind: 'color_source_v3' } },
  { request: 'CreateInput', data: { ...wide, inputName: 'other', inputKind: 'no_such_kind' } },
  {
    request: 'CreateInput',
    data: { sceneName: 'Close up', inputName: 'title', inputKind: 'text_ft2_source_v2', inputSettings: { text: 'Hi' } },
  },
  {
    request: 'CreateInput',
    data: { sceneName: 'Close up', inputName: 'film', inputKind: 'ffmpeg_source', inputSettings: { looping: true } },
  },
  { request: 'GetInputList', data: { inputKind: 'color_source_v3' }, same: ['inputs.0.inputName', 'inputs.0.unversionedInputKind'] },
  { request: 'GetInputSettings', data: red, same: ['inputKind', 'inputSettings'] },
  { request: 'GetInputSettings', data: { inputName: 'nowhere' } },
  { request: 'GetInputSettings', data: { inputName: 'Wide' } },
  { request: 'SetInputSettings', data: { ...red, inputSettings: { width: 200 } } },
  { request: 'GetInputSettings', data: red, same: ['inputSettings'] },
  { request: 'SetInputSettings', data: { inputName: 'title', inputSettings: { text: 'Hello' } } },
  { request: 'GetInputSettings', data: { inputName: 'title' }, same: ['inputKind', 'inputSettings.text'] },
  { request: 'GetInputSettings', data: film, same: ['inputKind', 'inputSettings.looping'] },
  { request: 'GetInputDefaultSettings', data: { inputKind: 'color_source_v3' }, same: ['defaultInputSettings'] },
  { request: 'GetInputDefaultSettings', data: { inputKind: 'no_such_kind' } },
  {
    request: 'SetInputName',
    data: { inputName: 'title', newInputName: 'lower' },
    events: { InputNameChanged: ['inputName', 'oldInputName'] },
  },
  { request: 'SetInputName', data: { inputName: 'lower', newInputName: 'red' } },
  { request: 'GetInputPropertiesListPropertyItems', data: { ...red, propertyName: 'none' } },
  { request: 'PressInputPropertiesButton', data: { ...red, propertyName: 'none' } },
  { request: 'GetSourceActive', data: { sourceName: 'red' }, same: ['videoActive', 'videoShowing'] },
  { request: 'GetSourceActive', data: { sourceName: 'nowhere' } },
]

const audio: readonly Step[] = [
  { request: 'GetInputMute', data: film, same: ['inputMuted'], events: { InputVolumeMeters: [] } },
  { request: 'SetInputMute', data: { ...film, inputMuted: true }, events: { InputMuteStateChanged: ['inputName', 'inputMuted'] } },
  { request: 'ToggleInputMute', data: film, same: ['inputMuted'] },
  { request: 'GetInputMute', data: red },
  { request: 'SetInputVolume', data: { ...film, inputVolumeDb: -12 }, events: { InputVolumeChanged: ['inputName'] } },
  { request: 'GetInputVolume', data: film },
  { request: 'SetInputVolume', data: { ...film, inputVolumeMul: 0.5 } },
  { request: 'SetInputVolume', data: { ...film, inputVolumeMul: 0.5, inputVolumeDb: 0 } },
  { request: 'SetInputVolume', data: film },
  { request: 'SetInputVolume', data: { ...film, inputVolumeDb: 90 } },
  { request: 'SetInputVolume', data: { ...film, inputVolumeDb: 'loud' } },
  {
    request: 'SetInputAudioBalance',
    data: { ...film, inputAudioBalance: 0.25 },
    events: { InputAudioBalanceChanged: ['inputAudioBalance'] },
  },
  { request: 'GetInputAudioBalance', data: film, same: ['inputAudioBalance'] },
  {
    request: 'SetInputAudioSyncOffset',
    data: { ...film, inputAudioSyncOffset: 80 },
    events: { InputAudioSyncOffsetChanged: ['inputAudioSyncOffset'] },
  },
  { request: 'GetInputAudioSyncOffset', data: film, same: ['inputAudioSyncOffset'] },
  { request: 'SetInputAudioMonitorType', data: { ...film, monitorType: 'nonsense' } },
  { request: 'GetInputAudioMonitorType', data: film, same: ['monitorType'] },
  {
    request: 'SetInputAudioTracks',
    data: { ...film, inputAudioTracks: { 2: false } },
    events: { InputAudioTracksChanged: ['inputAudioTracks'] },
  },
  { request: 'GetInputAudioTracks', data: film, same: ['inputAudioTracks'] },
]

const items: readonly Step[] = [
  {
    request: 'GetSceneItemList',
    data: wide,
    same: [
      'sceneItems.0.sourceName',
      'sceneItems.0.inputKind',
      'sceneItems.0.sceneItemIndex',
      'sceneItems.0.isGroup',
      'sceneItems.0.sourceType',
      'sceneItems.0.sceneItemBlendMode',
    ],
  },
  { request: 'GetSceneItemId', data: { ...wide, sourceName: 'red' } },
  { request: 'GetSceneItemId', data: { ...wide, sourceName: 'nowhere' } },
  {
    request: 'SetSceneItemTransform',
    data: (kept) =>
      inWide(kept, { sceneItemTransform: { positionX: 40, positionY: 20, rotation: 90, scaleX: 0.5, scaleY: 2, cropLeft: 10 } }),
    events: { SceneItemTransformChanged: ['sceneName', 'sceneItemTransform.positionX', 'sceneItemTransform.rotation'] },
  },
  {
    request: 'GetSceneItemTransform',
    data: (kept) => inWide(kept),
    until: ({ sceneItemTransform }) => sceneItemTransform.sourceWidth > 0,
    same: [
      'positionX',
      'positionY',
      'rotation',
      'scaleX',
      'scaleY',
      'width',
      'height',
      'sourceWidth',
      'sourceHeight',
      'alignment',
      'cropLeft',
      'boundsType',
      'boundsAlignment',
    ].map((name) => `sceneItemTransform.${name}`),
  },
  {
    request: 'SetSceneItemTransform',
    data: (kept) =>
      inWide(kept, { sceneItemTransform: { boundsType: 'OBS_BOUNDS_SCALE_INNER', boundsWidth: 300, boundsHeight: 100, alignment: 0 } }),
  },
  {
    request: 'GetSceneItemTransform',
    data: (kept) => inWide(kept),
    same: ['boundsType', 'boundsWidth', 'boundsHeight', 'alignment', 'boundsAlignment', 'width', 'height'].map(
      (name) => `sceneItemTransform.${name}`,
    ),
  },
  { request: 'SetSceneItemTransform', data: (kept) => inWide(kept, { sceneItemTransform: { boundsType: 'nonsense' } }) },
  { request: 'SetSceneItemTransform', data: (kept) => inWide(kept, { sceneItemTransform: { nonsense: 1 } }) },
  { request: 'SetSceneItemTransform', data: (kept) => inWide(kept, { sceneItemTransform: {} }) },
  { request: 'SetSceneItemTransform', data: { ...wide, sceneItemId: 1_000_000, sceneItemTransform: { positionX: 1 } } },
  {
    request: 'SetSceneItemEnabled',
    data: (kept) => inWide(kept, { sceneItemEnabled: false }),
    events: { SceneItemEnableStateChanged: ['sceneName', 'sceneItemEnabled'] },
  },
  { request: 'GetSceneItemEnabled', data: (kept) => inWide(kept), same: ['sceneItemEnabled'] },
  { request: 'SetSceneItemEnabled', data: (kept) => inWide(kept, { sceneItemEnabled: true }) },
  {
    request: 'SetSceneItemLocked',
    data: (kept) => inWide(kept, { sceneItemLocked: true }),
    events: { SceneItemLockStateChanged: ['sceneName', 'sceneItemLocked'] },
  },
  { request: 'GetSceneItemLocked', data: (kept) => inWide(kept), same: ['sceneItemLocked'] },
  { request: 'SetSceneItemBlendMode', data: (kept) => inWide(kept, { sceneItemBlendMode: 'OBS_BLEND_SCREEN' }) },
  { request: 'SetSceneItemBlendMode', data: (kept) => inWide(kept, { sceneItemBlendMode: 'nonsense' }) },
  { request: 'GetSceneItemBlendMode', data: (kept) => inWide(kept), same: ['sceneItemBlendMode'] },
  {
    request: 'CreateSceneItem',
    data: { ...wide, sourceName: 'lower', sceneItemEnabled: false },
    keep: { lower: 'sceneItemId' },
    events: { SceneItemCreated: ['sourceName', 'sceneItemIndex'] },
  },
  { request: 'GetSceneItemIndex', data: (kept) => inWide(kept), same: ['sceneItemIndex'] },
  {
    request: 'SetSceneItemIndex',
    data: (kept) => inWide(kept, { sceneItemIndex: 1 }),
    events: { SceneItemListReindexed: ['sceneName', 'sceneItems.0.sceneItemIndex'] },
  },
  { request: 'GetSceneItemIndex', data: (kept) => inWide(kept), same: ['sceneItemIndex'] },
  { request: 'DuplicateSceneItem', data: (kept) => inWide(kept, { destinationSceneName: 'Close up' }), keep: { copy: 'sceneItemId' } },
  {
    request: 'RemoveSceneItem',
    data: (kept) => ({ sceneName: 'Close up', sceneItemId: kept.copy }),
    events: { SceneItemRemoved: ['sceneName', 'sourceName'] },
  },
  { request: 'RemoveSceneItem', data: (kept) => ({ sceneName: 'Close up', sceneItemId: kept.copy }) },
  { request: 'GetGroupSceneItemList', data: wide },
  { request: 'CreateSceneItem', data: { ...wide, sourceName: 'Close up' }, keep: { nested: 'sceneItemId' } },
  {
    request: 'GetSceneItemList',
    data: wide,
    same: ['sceneItems.2.sourceName', 'sceneItems.2.sourceType', 'sceneItems.2.inputKind', 'sceneItems.2.isGroup'],
  },
]

const filters: readonly Step[] = [
  { request: 'GetSourceFilterList', data: { sourceName: 'red' }, same: ['filters'] },
  {
    request: 'CreateSourceFilter',
    data: { ...filter, filterKind: 'color_filter_v2', filterSettings: { saturation: 0.5 } },
    events: { SourceFilterCreated: ['sourceName', 'filterName', 'filterKind', 'filterIndex', 'filterSettings.saturation'] },
  },
  { request: 'CreateSourceFilter', data: { ...filter, filterKind: 'color_filter_v2' } },
  { request: 'CreateSourceFilter', data: { sourceName: 'red', filterName: 'x', filterKind: 'no_such_kind' } },
  {
    request: 'CreateSourceFilter',
    data: { sourceName: 'red', filterName: 'edge', filterKind: 'crop_filter', filterSettings: { left: 4 } },
  },
  { request: 'CreateSourceFilter', data: { sourceName: 'film', filterName: 'loud', filterKind: 'gain_filter', filterSettings: { db: 3 } } },
  { request: 'GetSourceFilter', data: filter, same: ['filterEnabled', 'filterIndex', 'filterKind', 'filterSettings.saturation'] },
  { request: 'GetSourceFilter', data: { sourceName: 'red', filterName: 'nowhere' } },
  { request: 'SetSourceFilterSettings', data: { ...filter, filterSettings: { contrast: 0.25 } } },
  { request: 'GetSourceFilter', data: filter, same: ['filterSettings.saturation', 'filterSettings.contrast'] },
  { request: 'GetSourceFilterDefaultSettings', data: { filterKind: 'gain_filter' }, same: ['defaultFilterSettings'] },
  { request: 'GetSourceFilterDefaultSettings', data: { filterKind: 'color_filter_v2' }, apart: ['defaultFilterSettings.color_multiply'] },
  { request: 'GetSourceFilterDefaultSettings', data: { filterKind: 'no_such_kind' } },
  {
    request: 'SetSourceFilterEnabled',
    data: { ...filter, filterEnabled: false },
    events: { SourceFilterEnableStateChanged: ['sourceName', 'filterName', 'filterEnabled'] },
  },
  { request: 'SetSourceFilterIndex', data: { ...filter, filterIndex: 1 }, events: { SourceFilterListReindexed: ['sourceName'] } },
  {
    request: 'GetSourceFilterList',
    data: { sourceName: 'red' },
    same: ['filters.0.filterName', 'filters.1.filterName', 'filters.1.filterEnabled'],
  },
  {
    request: 'SetSourceFilterName',
    data: { ...filter, newFilterName: 'hue' },
    events: { SourceFilterNameChanged: ['oldFilterName', 'filterName'] },
  },
  {
    request: 'RemoveSourceFilter',
    data: { sourceName: 'red', filterName: 'hue' },
    events: { SourceFilterRemoved: ['sourceName', 'filterName'] },
  },
  { request: 'RemoveSourceFilter', data: { sourceName: 'red', filterName: 'hue' } },
]

const media: readonly Step[] = [
  { request: 'GetMediaInputStatus', data: red, same: ['mediaState', 'mediaDuration', 'mediaCursor'] },
  { request: 'TriggerMediaInputAction', data: { ...film, mediaAction: 'nonsense' } },
  { request: 'SetMediaInputCursor', data: { ...film, mediaCursor: -1 } },
  { request: 'OffsetMediaInputCursor', data: { inputName: 'nowhere', mediaCursorOffset: 1 } },
]

const program: readonly Step[] = [
  { request: 'GetTransitionKindList' },
  { request: 'GetSceneTransitionList', same: ['currentSceneTransitionName', 'currentSceneTransitionKind'] },
  {
    request: 'GetCurrentSceneTransition',
    same: ['transitionName', 'transitionKind', 'transitionFixed', 'transitionDuration', 'transitionConfigurable'],
  },
  {
    request: 'SetCurrentSceneTransitionDuration',
    data: { transitionDuration: 120 },
    events: { CurrentSceneTransitionDurationChanged: ['transitionDuration'] },
  },
  { request: 'SetCurrentSceneTransitionDuration', data: { transitionDuration: 3 } },
  { request: 'SetCurrentSceneTransitionSettings', data: { transitionSettings: { direction: 'left' } } },
  {
    request: 'SetCurrentProgramScene',
    data: { sceneName: 'Close up' },
    events: {
      SceneTransitionStarted: ['transitionName'],
      CurrentProgramSceneChanged: ['sceneName'],
      SceneTransitionVideoEnded: ['transitionName'],
      SceneTransitionEnded: ['transitionName'],
    },
  },
  { request: 'GetCurrentSceneTransitionCursor', until: ({ transitionCursor }) => transitionCursor === 1, same: ['transitionCursor'] },
  { request: 'GetCurrentProgramScene', same: ['currentProgramSceneName'] },
  { request: 'SetCurrentSceneTransition', data: { transitionName: 'Cut' }, events: { CurrentSceneTransitionChanged: ['transitionName'] } },
  {
    request: 'GetCurrentSceneTransition',
    same: ['transitionName', 'transitionKind', 'transitionFixed', 'transitionDuration', 'transitionConfigurable'],
  },
  { request: 'SetCurrentSceneTransition', data: { transitionName: 'nowhere' } },
  { request: 'GetCurrentPreviewScene' },
  { request: 'SetCurrentPreviewScene', data: wide },
  { request: 'TriggerStudioModeTransition' },
  { request: 'SetTBarPosition', data: { position: 0.5 } },
  { request: 'GetStudioModeEnabled', same: ['studioModeEnabled'] },
  { request: 'SetStudioModeEnabled', data: { studioModeEnabled: true }, events: { StudioModeStateChanged: ['studioModeEnabled'] } },
  { request: 'GetSceneList', same: ['currentPreviewSceneName', 'currentProgramSceneName'] },
  { request: 'SetCurrentPreviewScene', data: { sceneName: 'Scene' }, events: { CurrentPreviewSceneChanged: ['sceneName'] } },
  { request: 'GetCurrentPreviewScene', same: ['currentPreviewSceneName'] },
  {
    request: 'TriggerStudioModeTransition',
    events: { CurrentProgramSceneChanged: ['sceneName'], SceneTransitionEnded: ['transitionName'] },
  },
  { request: 'GetCurrentProgramScene', same: ['currentProgramSceneName'] },
  { request: 'SetTBarPosition', data: { position: 1.5 } },
  { request: 'SetTBarPosition', data: { position: 'half' } },
  { request: 'SetTBarPosition' },
  { request: 'SetTBarPosition', data: { position: 0.5 } },
  { request: 'SetTBarPosition', data: { position: 1 }, events: { CurrentPreviewSceneChanged: ['sceneName'] } },
  { request: 'GetSceneList', same: ['currentPreviewSceneName', 'currentProgramSceneName'] },
  { request: 'SetStudioModeEnabled', data: { studioModeEnabled: false } },
]

const active = ({ outputActive }: Readonly<Record<string, any>>): boolean => outputActive === true

const outputs: readonly Step[] = [
  { request: 'GetStreamStatus', same: ['outputActive', 'outputTimecode', 'outputDuration', 'outputBytes', 'outputReconnecting'] },
  { request: 'StopStream' },
  { request: 'StartStream', events: { StreamStateChanged: ['outputState', 'outputActive'] } },
  { request: 'GetStreamStatus', until: ({ outputBytes }) => outputBytes > 0, same: ['outputActive', 'outputReconnecting'] },
  { request: 'StartStream' },
  { request: 'StopStream', events: { StreamStateChanged: [] } },
  { request: 'GetStreamStatus', until: ({ outputActive }) => outputActive === false, same: ['outputActive'] },
  { request: 'ToggleStream', same: ['outputActive'] },
  { request: 'GetStreamStatus', until: ({ outputBytes }) => outputBytes > 0 },
  { request: 'ToggleStream', same: ['outputActive'] },
  { request: 'GetStreamStatus', until: ({ outputActive }) => outputActive === false },
  { request: 'GetRecordStatus', same: ['outputActive', 'outputPaused', 'outputTimecode', 'outputDuration', 'outputBytes'] },
  { request: 'StopRecord' },
  { request: 'ResumeRecord' },
  { request: 'StartRecord', events: { RecordStateChanged: ['outputState', 'outputActive', 'outputPath'] } },
  { request: 'GetRecordStatus', until: ({ outputDuration }) => outputDuration > 500, same: ['outputActive', 'outputPaused'] },
  { request: 'StartRecord' },
  { request: 'PauseRecord' },
  // a busy OBS takes another moment for it, and accepts it once more until then
  { request: 'GetRecordStatus', until: ({ outputPaused }) => outputPaused, same: ['outputActive', 'outputPaused'] },
  { request: 'PauseRecord' },
  { request: 'ToggleRecordPause' },
  { request: 'StopRecord' },
  { request: 'GetRecordStatus', until: ({ outputActive }) => outputActive === false, same: ['outputActive', 'outputPaused'] },
  { request: 'ToggleRecord', same: ['outputActive'] },
  { request: 'GetRecordStatus', until: active },
  { request: 'ToggleRecord', same: ['outputActive'] },
  { request: 'GetRecordStatus', until: ({ outputActive }) => outputActive === false },
  { request: 'GetReplayBufferStatus', same: ['outputActive'] },
  { request: 'SaveReplayBuffer' },
  { request: 'GetLastReplayBufferReplay' },
  { request: 'StopReplayBuffer' },
  { request: 'StartReplayBuffer', events: { ReplayBufferStateChanged: ['outputState', 'outputActive'] } },
  { request: 'GetReplayBufferStatus', until: active, same: ['outputActive'] },
  { request: 'StopReplayBuffer' },
  { request: 'GetReplayBufferStatus', until: ({ outputActive }) => outputActive === false },
  { request: 'ToggleReplayBuffer', same: ['outputActive'] },
  { request: 'GetReplayBufferStatus', until: active },
  { request: 'ToggleReplayBuffer', same: ['outputActive'] },
  { request: 'GetVirtualCamStatus' },
  { request: 'ToggleVirtualCam' },
  { request: 'StartVirtualCam' },
  { request: 'StopVirtualCam' },
  { request: 'GetOutputList', apart: ['outputs.0.outputFlags'] },
  { request: 'GetOutputStatus', data: { outputName: 'nowhere' } },
  { request: 'ToggleOutput', data: { outputName: 'nowhere' } },
  { request: 'StartOutput', data: { outputName: 'nowhere' } },
  { request: 'StopOutput', data: { outputName: 'nowhere' } },
  { request: 'GetOutputSettings', data: { outputName: 'nowhere' } },
  { request: 'SetOutputSettings', data: { outputName: 'nowhere', outputSettings: { a: 1 } } },
]

const last: readonly Step[] = [
  { request: 'GetSourceScreenshot', data: { sourceName: 'Wide', imageFormat: 'png', imageWidth: 64 } },
  { request: 'GetSourceScreenshot', data: { sourceName: 'Wide', imageFormat: 'nonsense' } },
  { request: 'GetSourceScreenshot', data: { sourceName: 'Wide', imageFormat: 'png', imageWidth: 2 } },
  { request: 'GetSourceScreenshot', data: { sourceName: 'nowhere', imageFormat: 'png' } },
  { request: 'SaveSourceScreenshot', data: { sourceName: 'Wide', imageFormat: 'png' } },
  { request: 'RemoveInput', data: red, events: { InputRemoved: ['inputName'] } },
  { request: 'RemoveInput', data: { inputName: 'nowhere' } },
  {
    request: 'CreateSceneCollection',
    data: { sceneCollectionName: 'Next' },
    events: { CurrentSceneCollectionChanged: ['sceneCollectionName'] },
  },
  { request: 'CreateSceneCollection', data: { sceneCollectionName: 'Next' } },
]

export const steps: readonly Step[] = [
  ...general,
  ...config,
  ...scenes,
  ...inputs,
  ...audio,
  ...items,
  ...filters,
  ...media,
  ...program,
  ...outputs,
  ...last,
]
