import { AppError } from '../../../../platform/errors.ts'
import { plainLayout } from '../../../document/checks/plain-layout.ts'
import type { Collection, Item, LeafItem, Scene, Source, Transition } from '../../../document/collection.ts'
import { drawnKinds } from '../../../document/kinds/drawn.ts'
import { namedPart } from '../../../document/named-part.ts'
import { sourceSettings } from '../../../document/transition-kinds.ts'

/** What is tried: ids of the open show. */
export interface TrialWish {
  readonly transition: string
  readonly from: string
  readonly to: string
  /** The stinger is heard on the speaker on which this machine monitors. */
  readonly audible: boolean
}

/** What a still image of the running show is needed of. */
export type StillOf = { readonly scene: string } | { readonly source: string }

/** Ids of a trial's canvas and scenes. */
export const trialCanvas = 'trial'
export const trialScenes = { from: 'from', to: 'to' } as const

/** Kinds that can play a second time beside the show: they use nothing exclusively. */
const repeatable: ReadonlySet<string> = new Set([
  ...drawnKinds.filter(({ pictures }) => pictures).map(({ kind }) => kind),
  'media',
  'playlist',
  'image-sequence',
  'browser',
])

interface Found {
  readonly collection: Collection
  readonly transition: Transition
  readonly from: Scene
  readonly to: Scene
}

/** Throws `studio.not_found`. */
function find(collection: Collection, wish: TrialWish): Found {
  const transition = namedPart(collection.transitions, 'transition', wish.transition)
  const from = namedPart(collection.scenes, 'scene', wish.from)
  const to = namedPart(collection.scenes, 'scene', wish.to)
  if (from.canvas !== to.canvas)
    throw new AppError('studio.not_found', `"${from.name}" and "${to.name}" are made for different canvases: no transition joins them`)
  return { collection, transition, from, to }
}

const leavesOf = ({ items }: Scene): readonly LeafItem[] => items.flatMap((item) => ('group' in item ? item.group : [item]))

/**
 * Stills that the document of a trial needs. Scenes are shown as they look now, so that no camera is opened twice and no page loaded for
 * it. The transition Move takes scenes apart: there their sources play a second time where they can, and are stills where they cannot.
 */
export function stillsFor(collection: Collection, wish: TrialWish): readonly StillOf[] {
  const { transition, from, to } = find(collection, wish)
  if (transition.kind !== 'move') return [...new Set([from.id, to.id])].map((scene) => ({ scene }))
  const leaves = [...leavesOf(from), ...leavesOf(to)]
  const scenes = new Set(leaves.flatMap((leaf) => ('scene' in leaf ? [leaf.scene] : [])))
  const shown = new Set(leaves.flatMap((leaf) => ('source' in leaf ? [leaf.source] : [])))
  const single = collection.sources.filter(({ id, kind }) => shown.has(id) && !repeatable.has(kind))
  return [...[...scenes].map((scene) => ({ scene })), ...single.map(({ id }) => ({ source: id }))]
}

export const stillKey = (of: StillOf): string => ('scene' in of ? `scene ${of.scene}` : `source ${of.source}`)

/**
 * The document of a trial: two scenes on one canvas, and the source of the transition. It has no outputs and nothing to record.
 * @param stills paths of image files by `stillKey`; what is missing has no image now
 * @param mark part of the ids of stills, so that reports on those of the trial before are not taken for theirs
 */
export function trialDocument(collection: Collection, wish: TrialWish, stills: ReadonlyMap<string, string>, mark: string): Collection {
  const { transition, from, to } = find(collection, wish)
  const canvas = namedPart(collection.canvases, 'canvas', from.canvas)
  const made: Source[] = []
  const stillOf = (of: StillOf): string | undefined => {
    const path = stills.get(stillKey(of))
    if (path === undefined) return undefined
    const id = `still-${mark}-${[...stills.keys()].indexOf(stillKey(of))}`
    if (!made.some((each) => each.id === id))
      made.push({ id, name: id, kind: 'image', settings: { file: path, width: 0, height: 0, loop: 'file', speed: 1 }, filters: [] })
    return id
  }
  const used = new Set<string>()
  const overlay = sourceSettings.map((name) => transition.settings[name]).find((each) => typeof each === 'string')
  const known = new Map(collection.sources.map((source) => [source.id, source]))
  const leaf = (item: LeafItem): LeafItem[] => {
    const shows: StillOf = 'scene' in item ? { scene: item.scene } : { source: item.source }
    const still = stillOf(shows)
    if (still !== undefined) {
      const { scene: _scene, source: _source, ...layout } = item as LeafItem & { readonly scene?: string; readonly source?: string }
      return [{ ...layout, source: still }]
    }
    if (!('source' in item) || !repeatable.has(known.get(item.source)?.kind ?? '')) return []
    used.add(item.source)
    return [item]
  }
  const whole = (scene: Scene): Item[] => {
    const source = stillOf({ scene: scene.id })
    return source === undefined ? [] : [{ ...plainLayout, id: `${source}-item`, source }]
  }
  const itemsOf = (scene: Scene): Item[] =>
    transition.kind === 'move'
      ? scene.items.flatMap((item): Item[] => ('group' in item ? [{ ...item, group: item.group.flatMap(leaf) }] : leaf(item)))
      : whole(scene)
  const scenes = [
    { id: trialScenes.from, name: from.name, canvas: trialCanvas, items: itemsOf(from), filters: [] },
    { id: trialScenes.to, name: to.name, canvas: trialCanvas, items: itemsOf(to), filters: [] },
  ]
  if (overlay !== undefined && repeatable.has(known.get(overlay)?.kind ?? '')) used.add(overlay)
  return {
    ...collection,
    // Sources keep small files by it: those of the show are not touched.
    id: trialCanvas,
    canvases: [{ ...canvas, id: trialCanvas, scene: trialScenes.from }],
    scenes,
    sources: [
      ...made,
      ...[...used].flatMap((id) => known.get(id) ?? []).map((source) => silent(source, wish.audible && source.id === overlay)),
    ],
    transitions: [transition],
    transition: transition.id,
    outputs: [],
    macros: [],
  }
}

/** Only the stinger is heard, and only here: nothing of a trial reaches a track. */
function silent({ audio, filters, ...source }: Source, audible: boolean): Source {
  const kept = { ...source, filters: filters.filter(({ kind }) => kind !== 'mask') }
  return audio === undefined || !audible
    ? kept
    : { ...kept, audio: { ...audio, muted: false, solo: false, tracks: [], monitoring: 'only', followsVideo: true } }
}
