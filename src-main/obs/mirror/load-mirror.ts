import type { BatchResult, ObsConnection } from '../connection/obs-connection.ts'
import { listOf, numberOf, type Said, textOf, textsOf } from '../connection/said.ts'
import type { ObsRequest } from '../schemas/commands.ts'
import type { ObsInput, ObsScene, ObsTransition } from '../schemas/mirror.ts'
import { entriesOf, sizeFault } from './mirror-size.ts'
import { emptyGlobals, type Globals, type MirrorState } from './mirror-state.ts'
import { readFilters, readItems, readMedia, readMonitoring, readOutput, readTracks } from './read-answers.ts'

/** So many requests are sent as one message. */
const chunk = 400

/** What the mirror reads through. */
export type MirrorReader = Pick<ObsConnection, 'call' | 'batch'>

/** Sends requests as one message; what fails is null. */
async function ask(connection: MirrorReader, requests: readonly ObsRequest[]): Promise<(Said | null)[]> {
  const results: readonly BatchResult[] = await connection.batch(requests)
  return results.map(({ ok, answer }) => (ok ? (answer ?? {}) : null))
}

/** Reads everything of an OBS. */
export async function loadMirror(connection: MirrorReader, state: MirrorState): Promise<void> {
  const [scenesSaid, groupsSaid, inputsSaid, ...rest] = await ask(connection, [
    { request: 'GetSceneList' },
    { request: 'GetGroupList' },
    { request: 'GetInputList' },
    ...globalRequests,
  ])
  const scenes = await loadScenes(connection, scenesInOrder(scenesSaid?.scenes), textsOf(groupsSaid?.groups))
  const inputs = await loadInputs(
    connection,
    listOf(inputsSaid?.inputs).map((input) => ({ name: textOf(input.inputName), kind: textOf(input.inputKind) })),
  )
  state.replace(
    { ...readGlobals(rest), program: nameOf(scenesSaid?.currentProgramSceneName), preview: nameOf(scenesSaid?.currentPreviewSceneName) },
    scenes,
    inputs,
  )
}

const nameOf = (said: unknown): string | null => textOf(said) || null

/** OBS numbers scenes from the bottom of its list. */
export function scenesInOrder(said: unknown): string[] {
  return listOf(said)
    .toSorted((a, b) => numberOf(b.sceneIndex) - numberOf(a.sceneIndex))
    .map(({ sceneName }) => textOf(sceneName))
}

const globalRequests: readonly ObsRequest[] = [
  'GetStudioModeEnabled',
  'GetSceneTransitionList',
  'GetCurrentSceneTransition',
  'GetProfileList',
  'GetSceneCollectionList',
  'GetStreamStatus',
  'GetRecordStatus',
  'GetReplayBufferStatus',
  'GetVirtualCamStatus',
  'GetVideoSettings',
].map((request) => ({ request }))

/** The answers to `globalRequests`, in that order. */
function readGlobals(answers: readonly (Said | null)[]): Globals {
  const [studioMode, transitions, transition, profiles, collections, stream, record, replay, camera, video] = answers
  return {
    ...emptyGlobals,
    studioMode: studioMode?.studioModeEnabled === true,
    ...readTransitions(transitions ?? null, transition ?? null),
    profile: nameOf(profiles?.currentProfileName),
    profiles: textsOf(profiles?.profiles),
    collection: nameOf(collections?.currentSceneCollectionName),
    collections: textsOf(collections?.sceneCollections),
    outputs: {
      stream: readOutput(stream ?? {}),
      record: readOutput(record ?? {}),
      recordPath: null,
      replay: replay == null ? null : readOutput(replay),
      replayPath: null,
      virtualCamera: camera == null ? null : readOutput(camera),
    },
    video: readVideo(video ?? null),
  }
}

function readTransitions(list: Said | null, current: Said | null): Pick<Globals, 'transition' | 'transitionDurationMs' | 'transitions'> {
  return {
    transition: nameOf(current?.transitionName ?? list?.currentSceneTransitionName),
    transitionDurationMs: typeof current?.transitionDuration === 'number' ? current.transitionDuration : null,
    transitions: listOf(list?.transitions).map(
      (said): ObsTransition => ({
        name: textOf(said.transitionName),
        kind: textOf(said.transitionKind),
        fixed: said.transitionFixed === true,
        configurable: said.transitionConfigurable === true,
      }),
    ),
  }
}

function readVideo(said: Said | null): Globals['video'] {
  const { video } = emptyGlobals
  if (said === null) return video
  return Object.fromEntries(Object.entries(video).map(([key, usual]) => [key, Math.round(numberOf(said[key], usual))])) as Globals['video']
}

/** Reads the transitions, or the canvas, again. */
export async function reloadTransitions(connection: MirrorReader, state: MirrorState): Promise<void> {
  const [list, current] = await ask(connection, [{ request: 'GetSceneTransitionList' }, { request: 'GetCurrentSceneTransition' }])
  state.set(readTransitions(list ?? null, current ?? null))
}

export async function reloadVideo(connection: MirrorReader, state: MirrorState): Promise<void> {
  const [video, replay] = await ask(connection, [{ request: 'GetVideoSettings' }, { request: 'GetReplayBufferStatus' }])
  state.set({
    video: readVideo(video ?? null),
    outputs: { ...state.globals.outputs, replay: replay == null ? null : readOutput(replay) },
  })
}

export async function reloadPreview(connection: MirrorReader, state: MirrorState): Promise<void> {
  const [said] = await ask(connection, [{ request: 'GetCurrentPreviewScene' }])
  state.set({ preview: nameOf(said?.currentPreviewSceneName) })
}

/** Reads scenes and groups whole. One that went meanwhile is left out. Rejects with `obs.too_large`. */
export async function loadScenes(connection: MirrorReader, names: readonly string[], groups: readonly string[]): Promise<ObsScene[]> {
  const all = [...names.map((name) => ({ name, isGroup: false })), ...groups.map((name) => ({ name, isGroup: true }))]
  return loadEach(
    connection,
    all,
    ({ name, isGroup }) => [
      { request: isGroup ? 'GetGroupSceneItemList' : 'GetSceneItemList', data: { sceneName: name } },
      { request: 'GetSourceFilterList', data: { sourceName: name } },
    ],
    ({ name, isGroup }, [items, filters]) =>
      items == null ? undefined : { name, isGroup, items: readItems(items.sceneItems), filters: readFilters(filters?.filters) },
  )
}

/** Asks for each source, and takes the answers of one message before it sends the next: what is not needed of them is gone then. */
async function loadEach<S, T extends ObsScene | ObsInput>(
  connection: MirrorReader,
  sources: readonly S[],
  requests: (source: S) => readonly ObsRequest[],
  read: (source: S, answers: readonly (Said | null)[]) => T | undefined,
): Promise<T[]> {
  const loaded: T[] = []
  let entries = 0
  const [first] = sources
  const each = first === undefined ? 1 : requests(first).length
  const perMessage = Math.floor(chunk / each)
  for (let from = 0; from < sources.length; from += perMessage) {
    const some = sources.slice(from, from + perMessage)
    const answers = await ask(connection, some.flatMap(requests))
    for (const [index, source] of some.entries()) {
      const made = read(source, answers.slice(index * each, (index + 1) * each))
      if (made === undefined) continue
      entries += entriesOf(made)
      const fault = sizeFault(entries)
      if (fault !== undefined) throw fault
      loaded.push(made)
    }
  }
  return loaded
}

const inputRequests = [
  'GetInputMute',
  'GetInputVolume',
  'GetInputAudioBalance',
  'GetInputAudioSyncOffset',
  'GetInputAudioMonitorType',
  'GetInputAudioTracks',
  'GetMediaInputStatus',
] as const

/** Reads inputs whole. One that went meanwhile is left out. Rejects with `obs.too_large`. */
export async function loadInputs(
  connection: MirrorReader,
  inputs: readonly { readonly name: string; readonly kind: string }[],
): Promise<ObsInput[]> {
  return loadEach(
    connection,
    inputs,
    ({ name }) => [
      ...inputRequests.map((request) => ({ request, data: { inputName: name } })),
      { request: 'GetSourceActive', data: { sourceName: name } },
      { request: 'GetSourceFilterList', data: { sourceName: name } },
    ],
    ({ name, kind }, [mute, volume, balance, sync, monitor, tracks, media, active, filters]) =>
      active == null && filters == null
        ? undefined
        : {
            name,
            kind,
            filters: readFilters(filters?.filters),
            // An input without audio has none of the answers.
            audio:
              mute == null
                ? null
                : {
                    muted: mute.inputMuted === true,
                    volumeDb: Math.max(numberOf(volume?.inputVolumeDb, -100), -100),
                    volume: numberOf(volume?.inputVolumeMul),
                    balance: numberOf(balance?.inputAudioBalance, 0.5),
                    syncOffsetMs: Math.round(numberOf(sync?.inputAudioSyncOffset)),
                    monitoring: readMonitoring(monitor?.monitorType),
                    tracks: readTracks(tracks?.inputAudioTracks),
                  },
            active: active?.videoActive === true,
            showing: active?.videoShowing === true,
            media: readMedia(media ?? null),
          },
  )
}
