import { type Fault, within } from '../../../platform/routes/schema-faults.ts'
import type { Collection, Item, LeafItem, Scene } from '../collection.ts'
import { sourceSettings } from '../transition-kinds.ts'

/** Frames a second of the clock that all canvases share. */
const minFps = 1
const maxFps = 240
/** Items of all scenes together. */
const maxItems = 16_384

/** What does not fit together in a document whose parts are each as they should be: ids, and what refers to them. */
export function referenceFaults(collection: Collection): readonly Fault[] {
  const { canvases, scenes, sources, transitions, outputs, macros, tracks } = collection
  const faults: Fault[] = []
  const report = (place: string, problem: string): void => {
    faults.push({ place, problem })
  }
  const unique = (list: readonly { readonly id: string }[], name: string): Set<string> => {
    const seen = new Set<string>()
    for (const [index, { id }] of list.entries()) {
      if (seen.has(id)) report(`${name}[${index}].id`, `"${id}" is taken`)
      seen.add(id)
    }
    return seen
  }
  const canvasIds = unique(canvases, 'canvases')
  const sceneIds = unique(scenes, 'scenes')
  const sourceIds = unique(sources, 'sources')
  const transitionIds = unique(transitions, 'transitions')
  unique(outputs, 'outputs')
  unique(macros, 'macros')
  const byId = new Map(scenes.map((scene) => [scene.id, scene]))

  const fps = collection.frameRate.numerator / collection.frameRate.denominator
  if (fps < minFps || fps > maxFps) report('frameRate', `must be ${minFps} to ${maxFps} frames a second`)
  if (!transitionIds.has(collection.transition)) report('transition', `no transition "${collection.transition}"`)
  for (const [index, canvas] of canvases.entries()) {
    const scene = byId.get(canvas.scene)
    if (scene === undefined) report(`canvases[${index}].scene`, `no scene "${canvas.scene}"`)
    else if (scene.canvas !== canvas.id) report(`canvases[${index}].scene`, `the scene "${scene.id}" is made for another canvas`)
  }

  const items = new Set<string>()
  const filters = new Set<string>()
  const filterIds = (list: readonly { readonly id: string }[], place: string): void => {
    for (const [index, { id }] of list.entries()) {
      if (filters.has(id)) report(`${place}[${index}].id`, `"${id}" is taken`)
      filters.add(id)
    }
  }
  const leaf = (item: LeafItem, place: string): void => {
    if ('source' in item) {
      if (!sourceIds.has(item.source)) report(within(place, 'source'), `no source "${item.source}"`)
    } else if (!sceneIds.has(item.scene)) report(within(place, 'scene'), `no scene "${item.scene}"`)
  }
  const walk = (list: readonly Item[], place: string): void => {
    for (const [index, item] of list.entries()) {
      const here = within(place, index)
      if (items.has(item.id)) report(within(here, 'id'), `"${item.id}" is taken`)
      items.add(item.id)
      if ('group' in item) walk(item.group, within(here, 'group'))
      else leaf(item, here)
    }
  }
  const followers = new Set<string>()
  for (const [index, scene] of scenes.entries()) {
    const place = within('scenes', index)
    if (!canvasIds.has(scene.canvas)) report(within(place, 'canvas'), `no canvas "${scene.canvas}"`)
    if (scene.transition !== undefined && !transitionIds.has(scene.transition))
      report(within(place, 'transition'), `no transition "${scene.transition}"`)
    if (scene.follows !== undefined) {
      const leader = byId.get(scene.follows)
      const pair = `${scene.follows} ${scene.canvas}`
      if (leader === undefined) report(within(place, 'follows'), `no scene "${scene.follows}"`)
      else if (leader.canvas === scene.canvas) report(within(place, 'follows'), `the scene "${leader.id}" is on the same canvas`)
      else if (followers.has(pair))
        report(within(place, 'follows'), `another scene of canvas "${scene.canvas}" follows "${scene.follows}" already`)
      followers.add(pair)
    }
    walk(scene.items, within(place, 'items'))
    filterIds(scene.filters, within(place, 'filters'))
  }
  if (items.size > maxItems) report('scenes', `have more than ${maxItems} items together`)
  for (const [index, source] of sources.entries()) {
    filterIds(source.filters, `sources[${index}].filters`)
    filterIds(source.audio?.filters ?? [], `sources[${index}].audio.filters`)
  }
  unique(tracks, 'tracks')
  for (const [index, track] of tracks.entries()) filterIds(track.filters, `tracks[${index}].filters`)
  for (const [index, { settings }] of transitions.entries()) {
    for (const name of sourceSettings) {
      const source = settings[name]
      if (typeof source === 'string' && !sourceIds.has(source)) report(`transitions[${index}].settings.${name}`, `no source "${source}"`)
    }
  }
  for (const [index, { canvas }] of outputs.entries())
    if (!canvasIds.has(canvas)) report(`outputs[${index}].canvas`, `no canvas "${canvas}"`)
  if (faults.length === 0) {
    const circle = sceneCircle(scenes)
    if (circle !== undefined)
      report(`scenes[${scenes.findIndex(({ id }) => id === circle[0])}].items`, `scenes contain each other: ${circle.join(' in ')}`)
  }
  return faults
}

/** The scenes that are in a scene, groups included. */
function innerScenes(items: readonly Item[]): readonly string[] {
  return items.flatMap((item) => ('group' in item ? innerScenes(item.group) : 'scene' in item ? [item.scene] : []))
}

/** The first circle of nested scenes, e.g. `a, b, a`. */
function sceneCircle(scenes: readonly Scene[]): readonly string[] | undefined {
  const inner = new Map(scenes.map(({ id, items }) => [id, new Set(innerScenes(items))]))
  const done = new Set<string>()
  const path: string[] = []
  const visit = (id: string): readonly string[] | undefined => {
    const at = path.indexOf(id)
    if (at >= 0) return [...path.slice(at), id].toReversed()
    if (done.has(id)) return undefined
    path.push(id)
    for (const each of inner.get(id) ?? []) {
      const circle = visit(each)
      if (circle !== undefined) return circle
    }
    path.pop()
    done.add(id)
    return undefined
  }
  for (const { id } of scenes) {
    const circle = visit(id)
    if (circle !== undefined) return circle
  }
  return undefined
}
