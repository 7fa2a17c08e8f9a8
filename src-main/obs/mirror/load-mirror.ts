import { numberOf, type Said } from '../connection/said.ts'
import type { ObsRequest } from '../schemas/commands.ts'
import type { ObsInput, ObsScene } from '../schemas/mirror.ts'
import { type MirrorReader, saidOf } from './mirror-reader.ts'
import { entriesOf, sizeFault } from './mirror-size.ts'
import type { MirrorState } from './mirror-state.ts'
import { globalsAfter, readOverview } from './overview.ts'
import { readFilters, readItems, readMedia, readMonitoring, readTracks } from './read-answers.ts'

/** So many requests are sent as one message. */
const chunk = 400

/** Reads everything of an OBS. Rejects with `obs.*`. */
export async function loadMirror(connection: MirrorReader, state: MirrorState): Promise<void> {
  const overview = await readOverview(connection)
  const scenes = await loadScenes(connection, overview.scenes, overview.groups)
  const inputs = await loadInputs(connection, overview.inputs)
  state.replace(globalsAfter(overview, state.globals), scenes, inputs)
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
    const answers = (await connection.batch(some.flatMap(requests))).map(saidOf)
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
