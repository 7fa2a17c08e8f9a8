import { type Said, textOf } from '../connection/said.ts'
import type { MirrorState } from './mirror-state.ts'

/** What of the mirror is read by itself. `overview`: everything but what is in scenes and inputs, with the lists of both. */
export type MirrorPart =
  | { readonly what: 'everything' | 'overview' }
  | { readonly what: 'scene'; readonly name: string; readonly isGroup: boolean }
  | { readonly what: 'input'; readonly name: string; readonly kind: string }

export const partKey = (part: MirrorPart): string => ('name' in part ? `${part.what} ${part.name}` : part.what)

/** A scene or an input came, went or has another name. */
export const isListing = (event: string): boolean => /^(Scene|Input)(Created|Removed|NameChanged)$/.test(event)

/**
 * The parts that an event is about, once it has been applied. `reading`: the source of that name that is read, or is about to be, and that
 * the mirror lacks until then; an event about it may be newer than the answer. obs-websocket sends every event from a pool of threads (`BroadcastEvent`), so
 * that one overtakes another: these parts are as events say only until they have been read.
 */
export function partsOf(
  state: MirrorState,
  event: string,
  said: Said,
  reading: (name: string) => MirrorPart | undefined,
): readonly MirrorPart[] {
  const { sceneName, inputName, sourceName } = said
  const sourcePart = (name: string): MirrorPart | undefined => knownPart(state, name) ?? reading(name)
  if (event === 'CurrentSceneCollectionChanged') return [{ what: 'everything' }]
  if (/^(Scene|Input)NameChanged$/.test(event)) {
    const names = [sceneName, inputName, said.oldSceneName, said.oldInputName].map((name) => textOf(name)).filter((name) => name !== '')
    const using = state.scenes.filter(({ items }) => items.some(({ source }) => names.includes(source)))
    return [{ what: 'overview' }, ...[...names, ...using.map(({ name }) => name)].flatMap((name) => sourcePart(name) ?? [])]
  }
  if (isListing(event)) return [{ what: 'overview' }, ...[sourcePart(textOf(sceneName ?? inputName)) ?? []].flat()]
  const source = event.startsWith('SceneItem') ? sceneName : event.startsWith('SourceFilter') ? sourceName : inputName
  if (source === undefined) return [{ what: 'overview' }]
  // Of one that the mirror lacks: it may come with an event that is still on its way.
  return [sourcePart(textOf(source)) ?? { what: 'overview' }]
}

function knownPart(state: MirrorState, name: string): MirrorPart | undefined {
  const scene = state.scene(name)
  if (scene !== undefined) return { what: 'scene', name, isGroup: scene.isGroup }
  const input = state.input(name)
  return input && { what: 'input', name, kind: input.kind }
}
