import { listOf, numberOf, type Said, textOf, textsOf } from '../connection/said.ts'
import type { ObsInput, ObsScene } from '../schemas/mirror.ts'
import type { MirrorPart } from './mirror-parts.ts'
import type { MirrorState } from './mirror-state.ts'
import {
  inOrder,
  numbered,
  readFilter,
  readFilters,
  readMonitoring,
  readOutput,
  readTracks,
  readTransform,
  scenesInOrder,
} from './read-answers.ts'

/** Whether the mirror follows that event. */
export const isMirrored = (event: string): boolean => Object.hasOwn(changes, event) || Object.hasOwn(unsaid, event)

/** Puts an event of OBS over the mirror. Returns what it leaves open: that is read at once. */
export function applyEvent(state: MirrorState, event: string, said: Said): MirrorPart | undefined {
  if (Object.hasOwn(changes, event)) changes[event]?.(state, said)
  return Object.hasOwn(unsaid, event) ? unsaid[event]?.(state, said) : undefined
}

function changeScene(state: MirrorState, said: Said, change: (scene: ObsScene) => Partial<ObsScene>): void {
  const scene = state.scene(textOf(said.sceneName))
  if (scene !== undefined) state.setScene({ ...scene, ...change(scene) })
}

function changeItem(state: MirrorState, said: Said, change: Partial<ObsScene['items'][number]>): void {
  const id = numberOf(said.sceneItemId, -1)
  changeScene(state, said, ({ items }) => ({ items: items.map((item) => (item.id === id ? { ...item, ...change } : item)) }))
}

function changeInput(state: MirrorState, said: Said, change: (input: ObsInput) => Partial<ObsInput>): void {
  const input = state.input(textOf(said.inputName))
  if (input !== undefined) state.setInput({ ...input, ...change(input) })
}

function changeAudio(state: MirrorState, said: Said, change: Partial<NonNullable<ObsInput['audio']>>): void {
  changeInput(state, said, ({ audio }) => ({ audio: audio && { ...audio, ...change } }))
}

function changeMedia(state: MirrorState, said: Said, media: NonNullable<ObsInput['media']>['state']): void {
  changeInput(state, said, (input) => ({ media: { durationMs: null, cursorMs: null, ...input.media, state: media } }))
}

function changeFilters(state: MirrorState, said: Said, change: (filters: ObsScene['filters']) => ObsScene['filters']): void {
  const name = textOf(said.sourceName)
  const scene = state.scene(name)
  if (scene !== undefined) state.setScene({ ...scene, filters: change(scene.filters) })
  const input = state.input(name)
  if (input !== undefined) state.setInput({ ...input, filters: change(input.filters) })
}

function changeOutput(state: MirrorState, change: Partial<MirrorState['globals']['outputs']>): void {
  state.set({ outputs: { ...state.globals.outputs, ...change } })
}

const mediaActions: Readonly<Record<string, NonNullable<ObsInput['media']>['state']>> = {
  OBS_WEBSOCKET_MEDIA_INPUT_ACTION_PLAY: 'playing',
  OBS_WEBSOCKET_MEDIA_INPUT_ACTION_RESTART: 'playing',
  OBS_WEBSOCKET_MEDIA_INPUT_ACTION_PAUSE: 'paused',
  OBS_WEBSOCKET_MEDIA_INPUT_ACTION_STOP: 'stopped',
}

/** What events say of what there is now. */
const changes: Readonly<Record<string, (state: MirrorState, said: Said) => void>> = {
  CurrentProgramSceneChanged: (state, said) => state.set({ program: textOf(said.sceneName) }),
  CurrentPreviewSceneChanged: (state, said) => state.set({ preview: textOf(said.sceneName) }),
  StudioModeStateChanged(state, said) {
    const studioMode = said.studioModeEnabled === true
    state.set({ studioMode, ...(studioMode ? {} : { preview: null }) })
  },
  SceneTransitionStarted: (state) => state.set({ inTransition: true }),
  SceneTransitionEnded: (state) => state.set({ inTransition: false }),
  SceneTransitionVideoEnded: (state) => state.set({ inTransition: false }),
  CurrentSceneTransitionChanged: (state, said) => state.set({ transition: textOf(said.transitionName) }),
  CurrentSceneTransitionDurationChanged: (state, said) =>
    state.set({ transitionDurationMs: Math.round(numberOf(said.transitionDuration)) }),

  SceneRemoved: (state, said) => state.removeScene(textOf(said.sceneName)),
  SceneNameChanged: (state, said) => state.rename(textOf(said.oldSceneName), textOf(said.sceneName)),
  SceneListChanged: (state, said) => state.orderScenes(scenesInOrder(said.scenes)),

  SceneItemRemoved: (state, said) =>
    changeScene(state, said, ({ items }) => ({ items: inOrder(items.filter(({ id }) => id !== said.sceneItemId)) })),
  SceneItemListReindexed(state, said) {
    const places = new Map(listOf(said.sceneItems).map((item) => [item.sceneItemId, numberOf(item.sceneItemIndex)]))
    changeScene(state, said, ({ items }) => ({
      items: inOrder(items.map((item) => ({ ...item, index: places.get(item.id) ?? item.index }))),
    }))
  },
  SceneItemEnableStateChanged: (state, said) => changeItem(state, said, { enabled: said.sceneItemEnabled === true }),
  SceneItemLockStateChanged: (state, said) => changeItem(state, said, { locked: said.sceneItemLocked === true }),
  SceneItemTransformChanged: (state, said) =>
    changeItem(state, said, { transform: readTransform((said.sceneItemTransform ?? {}) as Said) }),

  InputRemoved: (state, said) => state.removeInput(textOf(said.inputName)),
  InputNameChanged: (state, said) => state.rename(textOf(said.oldInputName), textOf(said.inputName)),
  InputActiveStateChanged: (state, said) => changeInput(state, said, () => ({ active: said.videoActive === true })),
  InputShowStateChanged: (state, said) => changeInput(state, said, () => ({ showing: said.videoShowing === true })),
  InputMuteStateChanged: (state, said) => changeAudio(state, said, { muted: said.inputMuted === true }),
  InputVolumeChanged: (state, said) =>
    changeAudio(state, said, {
      // Silence is minus infinity, which JSON does not have.
      volumeDb: Math.max(numberOf(said.inputVolumeDb, -100), -100),
      volume: numberOf(said.inputVolumeMul),
    }),
  InputAudioBalanceChanged: (state, said) => changeAudio(state, said, { balance: numberOf(said.inputAudioBalance, 0.5) }),
  InputAudioSyncOffsetChanged: (state, said) => changeAudio(state, said, { syncOffsetMs: Math.round(numberOf(said.inputAudioSyncOffset)) }),
  InputAudioTracksChanged: (state, said) => changeAudio(state, said, { tracks: readTracks(said.inputAudioTracks) }),
  InputAudioMonitorTypeChanged: (state, said) => changeAudio(state, said, { monitoring: readMonitoring(said.monitorType) }),
  MediaInputPlaybackStarted: (state, said) => changeMedia(state, said, 'playing'),
  MediaInputPlaybackEnded: (state, said) => changeMedia(state, said, 'ended'),
  MediaInputActionTriggered(state, said) {
    const media = mediaActions[textOf(said.mediaAction)]
    if (media !== undefined) changeMedia(state, said, media)
  },

  SourceFilterCreated: (state, said) =>
    changeFilters(state, said, (filters) => {
      const { name, index, ...made } = readFilter(said)
      const others = filters
        .filter((each) => each.name !== name)
        .map((each) => (each.index >= index ? { ...each, index: each.index + 1 } : each))
      return numbered([...others, { name, index, ...made }])
    }),
  SourceFilterRemoved: (state, said) =>
    changeFilters(state, said, (filters) => numbered(filters.filter(({ name }) => name !== said.filterName))),
  SourceFilterNameChanged: (state, said) =>
    changeFilters(state, said, (filters) =>
      filters.map((each) => (each.name === said.oldFilterName ? { ...each, name: textOf(said.filterName) } : each)),
    ),
  SourceFilterEnableStateChanged: (state, said) =>
    changeFilters(state, said, (filters) =>
      filters.map((each) => (each.name === said.filterName ? { ...each, enabled: said.filterEnabled === true } : each)),
    ),
  SourceFilterListReindexed: (state, said) => changeFilters(state, said, () => readFilters(said.filters)),

  StreamStateChanged: (state, said) => changeOutput(state, { stream: readOutput(said) }),
  RecordStateChanged(state, said) {
    changeOutput(state, { record: readOutput(said) })
    if (textOf(said.outputPath) !== '') state.setFile('record', textOf(said.outputPath))
  },
  RecordFileChanged: (state, said) => state.setFile('record', textOf(said.newOutputPath)),
  ReplayBufferStateChanged: (state, said) => changeOutput(state, { replay: readOutput(said) }),
  ReplayBufferSaved: (state, said) => state.setFile('replay', textOf(said.savedReplayPath)),
  VirtualcamStateChanged: (state, said) => changeOutput(state, { virtualCamera: readOutput(said) }),

  ProfileListChanged: (state, said) => state.set({ profiles: textsOf(said.profiles) }),
  CurrentProfileChanged: (state, said) => state.set({ profile: textOf(said.profileName) }),
  SceneCollectionListChanged: (state, said) => state.set({ collections: textsOf(said.sceneCollections) }),
}

/** What events leave open. */
const unsaid: Readonly<Record<string, (state: MirrorState, said: Said) => MirrorPart | undefined>> = {
  CurrentSceneCollectionChanged: () => ({ what: 'everything' }),
  CurrentSceneTransitionChanged: () => ({ what: 'overview' }),
  CurrentProfileChanged: () => ({ what: 'overview' }),
  StudioModeStateChanged: (_state, said) => (said.studioModeEnabled === true ? { what: 'overview' } : undefined),
  SceneCreated: (_state, said) => ({ what: 'scene', name: textOf(said.sceneName), isGroup: said.isGroup === true }),
  SceneItemCreated: (state, said) => {
    const name = textOf(said.sceneName)
    return { what: 'scene', name, isGroup: state.scene(name)?.isGroup === true }
  },
  // How long it is comes with no event.
  MediaInputPlaybackStarted: (state, said) => {
    const name = textOf(said.inputName)
    const input = state.input(name)
    return input && { what: 'input', name, kind: input.kind }
  },
  InputCreated: (_state, said) => ({ what: 'input', name: textOf(said.inputName), kind: textOf(said.inputKind) }),
}
