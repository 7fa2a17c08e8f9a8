import type { ObsShowFilter } from '../../media/obs-show/obs-show.ts'
import { AppError } from '../../platform/errors.ts'
import { listOf, numberOf, type Said, textOf, textsOf } from '../connection/said.ts'
import type { ObsSession } from '../instances/obs-session.ts'
import { loadInputs, loadScenes } from '../mirror/load-mirror.ts'
import { readFilter, scenesInOrder } from '../mirror/read-answers.ts'
import type { ObsInput, ObsItem } from '../schemas/mirror.ts'
import { ask } from './ask.ts'

export interface LiveScene {
  readonly name: string
  /** Lowest first. */
  readonly items: readonly ObsItem[]
  readonly filters: readonly ObsShowFilter[]
}

export interface LiveInput {
  readonly name: string
  readonly kind: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly filters: readonly ObsShowFilter[]
  readonly audio: ObsInput['audio']
}

/** What an OBS has now, read from it and not from its mirror, which may be a moment behind. */
export interface LiveShow {
  /** Name of the scene collection. */
  readonly collection: string
  /** Of the canvas, pixels. */
  readonly width: number
  readonly height: number
  readonly program: string
  /** All scenes, in OBS's order. */
  readonly sceneNames: readonly string[]
  readonly groupNames: readonly string[]
  /** Kinds of all inputs by their names. */
  readonly inputKinds: ReadonlyMap<string, string>
  /** OBS's own audio devices, which are in no scene. */
  readonly devices: { readonly input: readonly string[]; readonly output: readonly string[] }
  /** Those that were asked for, whole. */
  readonly scenes: ReadonlyMap<string, LiveScene>
  readonly inputs: ReadonlyMap<string, LiveInput>
}

/** What goes by which name. */
export type LiveLists = Pick<LiveShow, 'sceneNames' | 'groupNames' | 'inputKinds'>

/** Reads what an OBS has; `wanted` says which names are read whole. Rejects with `obs.*`. */
export async function readLiveShow(session: ObsSession, wanted: (lists: LiveLists) => (name: string) => boolean): Promise<LiveShow> {
  const [sceneList, groupList, inputList, video, collections, special] = await ask(session, [
    { request: 'GetSceneList' },
    { request: 'GetGroupList' },
    { request: 'GetInputList' },
    { request: 'GetVideoSettings' },
    { request: 'GetSceneCollectionList' },
    { request: 'GetSpecialInputs' },
  ])
  const sceneNames = scenesInOrder(sceneList?.scenes)
  const inputKinds = new Map(listOf(inputList?.inputs).map((each) => [textOf(each.inputName), textOf(each.inputKind)]))
  const groupNames = textsOf(groupList?.groups)
  const isWanted = wanted({ sceneNames, groupNames, inputKinds })
  const listed = [...inputKinds].filter(([name]) => isWanted(name)).map(([name, kind]) => ({ name, kind }))
  const scenes = await loadScenes(session, sceneNames.filter(isWanted), groupNames.filter(isWanted))
  const inputs = await loadInputs(session, listed)
  const filters = await readFilters(
    session,
    [...scenes, ...inputs].map(({ name }) => name),
  )
  const settings = await ask(
    session,
    inputs.map(({ name }) => ({ request: 'GetInputSettings', data: { inputName: name } })),
  )
  return {
    collection: textOf(collections?.currentSceneCollectionName),
    width: Math.round(numberOf(video?.baseWidth, 1920)),
    height: Math.round(numberOf(video?.baseHeight, 1080)),
    program: textOf(sceneList?.currentProgramSceneName),
    sceneNames,
    groupNames,
    inputKinds,
    devices: { input: namesAt(special, 'mic'), output: namesAt(special, 'desktop') },
    scenes: new Map(scenes.map(({ name, items }) => [name, { name, items, filters: filters.get(name) ?? [] }])),
    inputs: new Map(
      inputs.map(({ name, kind, audio }, index) => [
        name,
        { name, kind, audio, settings: settingsOf(settings[index]?.inputSettings), filters: filters.get(name) ?? [] },
      ]),
    ),
  }
}

async function readFilters(session: ObsSession, sources: readonly string[]): Promise<Map<string, readonly ObsShowFilter[]>> {
  const answers = await ask(
    session,
    sources.map((sourceName) => ({ request: 'GetSourceFilterList', data: { sourceName } })),
  )
  const read = (said: Said | null | undefined): readonly ObsShowFilter[] =>
    listOf(said?.filters)
      .map((filter) => ({ ...readFilter(filter), settings: settingsOf(filter.filterSettings) }))
      .toSorted((a, b) => a.index - b.index)
  return new Map(sources.map((source, index) => [source, read(answers[index])]))
}

/** Names of special inputs, which OBS numbers from 1. */
const namesAt = (special: Said | null | undefined, prefix: string): string[] =>
  Object.entries(special ?? {}).flatMap(([key, name]) => (key.startsWith(prefix) && typeof name === 'string' && name !== '' ? [name] : []))

/** Characters of the settings of one input or filter, as JSON: those of a browser source with its styles are some thousands. */
const maxSettings = 1_000_000

function settingsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  if (JSON.stringify(value).length > maxSettings)
    throw new AppError('obs.too_large', `OBS has settings of more than ${maxSettings} characters`)
  return { ...value }
}
