import { requestFault } from '../connection/obs-fault.ts'
import { listOf, numberOf, type Said, textOf, textsOf } from '../connection/said.ts'
import type { ObsMirror, ObsOutputState, ObsTransition } from '../schemas/mirror.ts'
import type { MirrorPart } from './mirror-parts.ts'
import { type MirrorReader, saidOf } from './mirror-reader.ts'
import { emptyGlobals, type Globals, type MirrorState } from './mirror-state.ts'
import { readOutput, scenesInOrder } from './read-answers.ts'

/** What OBS answers of itself, without what is in its scenes and inputs. */
export interface Overview {
  readonly scenes: readonly string[]
  readonly groups: readonly string[]
  readonly inputs: readonly { readonly name: string; readonly kind: string }[]
  readonly globals: Globals
  /** False where OBS says that its transition is at its end. */
  readonly mayBeInTransition: boolean
}

const overviewRequests = [
  'GetSceneList',
  'GetGroupList',
  'GetInputList',
  'GetStudioModeEnabled',
  'GetSceneTransitionList',
  'GetCurrentSceneTransition',
  'GetCurrentSceneTransitionCursor',
  'GetProfileList',
  'GetSceneCollectionList',
  'GetStreamStatus',
  'GetRecordStatus',
  'GetReplayBufferStatus',
  'GetVirtualCamStatus',
  'GetVideoSettings',
].map((request) => ({ request }))

/** Rejects with `obs.*`, also where OBS does not answer what its scenes are: it is busy with its collection. */
export async function readOverview(connection: MirrorReader): Promise<Overview> {
  const results = await connection.batch(overviewRequests)
  const [first] = results
  if (first !== undefined && !first.ok) throw requestFault(first.request, first.code, first.comment)
  const [sceneList, groupList, inputList, studioMode, transitions, transition, cursor, profiles, collections, ...rest] = results.map(saidOf)
  const [stream, record, replay, camera, video] = rest
  return {
    scenes: scenesInOrder(sceneList?.scenes),
    groups: textsOf(groupList?.groups),
    inputs: listOf(inputList?.inputs).map((input) => ({ name: textOf(input.inputName), kind: textOf(input.inputKind) })),
    mayBeInTransition: numberOf(cursor?.transitionCursor) < 1,
    globals: {
      ...emptyGlobals,
      program: nameOf(sceneList?.currentProgramSceneName),
      preview: nameOf(sceneList?.currentPreviewSceneName),
      studioMode: studioMode?.studioModeEnabled === true,
      ...readTransitions(transitions ?? null, transition ?? null),
      profile: nameOf(profiles?.currentProfileName),
      profiles: textsOf(profiles?.profiles),
      collection: nameOf(collections?.currentSceneCollectionName),
      collections: textsOf(collections?.sceneCollections),
      outputs: {
        ...emptyGlobals.outputs,
        stream: readOutput(stream ?? {}),
        record: readOutput(record ?? {}),
        replay: replay == null ? null : readOutput(replay),
        virtualCamera: camera == null ? null : readOutput(camera),
      },
      video: readVideo(video ?? null),
    },
  }
}

/**
 * What there is now, by an answer and what was known before it: names of files, and that something starts or stops, are in events alone.
 * `trustsEvents`: false where those of what starts or stops are so old that one was lost.
 */
export function globalsAfter({ globals, mayBeInTransition }: Overview, before: Globals, trustsEvents = true): Globals {
  const { outputs } = before
  const after = <State extends ObsOutputState | null>(said: State, known: State): State => (trustsEvents ? outputAfter(said, known) : said)
  return {
    ...globals,
    inTransition: before.inTransition && trustsEvents && mayBeInTransition,
    outputs: {
      ...outputs,
      stream: after(globals.outputs.stream, outputs.stream),
      record: after(globals.outputs.record, outputs.record),
      replay: after(globals.outputs.replay, outputs.replay),
      virtualCamera: after(globals.outputs.virtualCamera, outputs.virtualCamera),
    },
  }
}

function outputAfter<State extends ObsOutputState | null>(said: State, known: State): State {
  const isPassing = said === 'stopped' ? known === 'starting' : said !== null && known === 'stopping'
  return isPassing ? known : said
}

/** Whether something starts, stops or is in transition. */
export function isPassing({ inTransition, outputs }: Globals): boolean {
  const { stream, record, replay, virtualCamera } = outputs
  return inTransition || [stream, record, replay, virtualCamera].some((state) => state === 'starting' || state === 'stopping')
}

/** Puts an overview over the mirror. Returns what it lists that has to be read. */
export function applyOverview(state: MirrorState, overview: Overview, trustsEvents: boolean): MirrorPart[] {
  const { scenes, groups, inputs } = overview
  state.set(globalsAfter(overview, state.globals, trustsEvents))
  const listed = new Map([...scenes.map((name) => [name, false] as const), ...groups.map((name) => [name, true] as const)])
  for (const { name, isGroup } of state.scenes) if (listed.get(name) !== isGroup) state.removeScene(name)
  state.orderScenes(scenes)
  const kinds = new Map(inputs.map(({ name, kind }) => [name, kind]))
  for (const { name, kind } of state.inputs) if (kinds.get(name) !== kind) state.removeInput(name)
  return [
    ...[...listed]
      .map(([name, isGroup]) => ({ what: 'scene', name, isGroup }) as const)
      .filter(({ name }) => state.scene(name) === undefined),
    ...[...kinds].map(([name, kind]) => ({ what: 'input', name, kind }) as const).filter(({ name }) => state.input(name) === undefined),
  ]
}

const nameOf = (said: unknown): string | null => textOf(said) || null

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

function readVideo(said: Said | null): ObsMirror['video'] {
  const { video } = emptyGlobals
  if (said === null) return video
  return Object.fromEntries(
    Object.entries(video).map(([key, usual]) => [key, Math.round(numberOf(said[key], usual))]),
  ) as ObsMirror['video']
}
