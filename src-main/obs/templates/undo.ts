import { filterRequests, inputRequests, itemRequests } from '../control/changes.ts'
import type { ObsSession } from '../instances/obs-session.ts'
import type { ItemChanges, ObsRequest } from '../schemas/commands.ts'
import type { ObsTransform } from '../schemas/mirror.ts'
import type { PlanEntry, Undone } from '../schemas/templates.ts'
import { orderRequests } from './apply.ts'
import { ask } from './ask.ts'
import type { Before } from './before.ts'
import { readLiveShow } from './live-show.ts'

/** Requests that bring one entity back. */
interface Step {
  readonly entry: PlanEntry
  readonly does: 'removed' | 'restored'
  readonly requests: readonly ObsRequest[]
}

/**
 * Brings back what an OBS had before: what was created is removed, what was changed is as it was. What has gone since is left out; what
 * cannot be brought back is in `left`. Rejects with `obs.*` where OBS does not answer: then it can be called again.
 */
export async function bringBack(session: ObsSession, before: Before): Promise<Omit<Undone, 'application'>> {
  const named = namesIn(before)
  const live = await readLiveShow(session, () => (name) => named.has(name))
  const itemsOf = (scene: string) => live.scenes.get(scene)?.items ?? []
  const [createdScenes, createdInputs] = [new Set(before.scenes), new Set(before.inputs)]
  const steps: Step[] = []
  const left: PlanEntry[] = []
  for (const { scene, source, kept } of before.items) {
    const created = itemsOf(scene).filter((item) => item.source === source && !kept.includes(item.id))
    for (const { id } of created) {
      const requests = [{ request: 'RemoveSceneItem', data: { sceneName: scene, sceneItemId: id } }]
      steps.push({ entry: { what: 'item', name: source, in: scene }, does: 'removed', requests })
    }
  }
  for (const { scene, item } of before.changed) {
    const entry: PlanEntry = { what: 'item', name: item.source, in: scene }
    if (!itemsOf(scene).some(({ id, source }) => id === item.id && source === item.source)) {
      left.push({ ...entry, why: 'it is no longer there' })
      continue
    }
    const { id, enabled, locked, blendMode, transform } = item
    const changes = { enabled, locked, blendMode: blendMode as NonNullable<ItemChanges['blendMode']>, transform: settable(transform) }
    steps.push({ entry, does: 'restored', requests: itemRequests({ scene, item: id, ...changes }) })
  }
  for (const { scene, items } of before.orders) {
    const there = items.filter((id) => itemsOf(scene).some((item) => item.id === id))
    steps.push({ entry: { what: 'scene', name: scene, fields: ['order'] }, does: 'restored', requests: orderRequests(scene, there) })
  }
  const filtersOf = (source: string) => (live.inputs.get(source) ?? live.scenes.get(source))?.filters ?? []
  for (const { source, filter } of before.filters) {
    if (!filtersOf(source).some(({ name }) => name === filter)) continue
    const requests = [{ request: 'RemoveSourceFilter', data: { sourceName: source, filterName: filter } }]
    steps.push({ entry: { what: 'filter', name: filter, in: source }, does: 'removed', requests })
  }
  for (const { source, filter } of before.filterChanges) {
    const { name, enabled, settings } = filter
    const entry: PlanEntry = { what: 'filter', name, in: source }
    if (filtersOf(source).some((each) => each.name === name && each.kind === filter.kind)) {
      steps.push({
        entry,
        does: 'restored',
        requests: filterRequests({ source, filter: name, enabled, settings: { ...settings }, replaceSettings: true }),
      })
    } else left.push({ ...entry, why: 'it is no longer there' })
  }
  for (const { input, kind, settings, audio } of before.inputChanges) {
    const entry: PlanEntry = { what: 'input', name: input }
    if (live.inputKinds.get(input) !== kind) {
      left.push({ ...entry, why: 'it is no longer there' })
      continue
    }
    const { volumeDb: _, ...heard } = audio ?? { volumeDb: 0 }
    steps.push({ entry, does: 'restored', requests: inputRequests({ input, settings: { ...settings }, replaceSettings: true, ...heard }) })
  }
  const others = live.sceneNames.filter((name) => !createdScenes.has(name))
  const removedScenes = [...createdScenes].filter((name) => live.sceneNames.includes(name))
  if (others.length === 0 && removedScenes.length > 0) {
    const kept = removedScenes.pop() as string
    left.push({ what: 'scene', name: kept, why: 'OBS keeps one scene: create another, then delete it' })
  }
  for (const name of removedScenes) {
    steps.push({ entry: { what: 'scene', name }, does: 'removed', requests: [{ request: 'RemoveScene', data: { sceneName: name } }] })
  }
  for (const name of createdInputs) {
    if (!live.inputKinds.has(name)) continue
    steps.push({ entry: { what: 'input', name }, does: 'removed', requests: [{ request: 'RemoveInput', data: { inputName: name } }] })
  }
  const done: (Step & { readonly ok: boolean })[] = []
  const answers = await ask(
    session,
    steps.flatMap(({ requests }) => requests),
  )
  let next = 0
  for (const step of steps) {
    const own = answers.slice(next, next + step.requests.length)
    next += step.requests.length
    // An input that was in created scenes alone goes with them.
    done.push({ ...step, ok: own.every((answer) => answer !== null) || (step.does === 'removed' && step.entry.what === 'input') })
  }
  const entriesOf = (does: Step['does']): PlanEntry[] => done.filter((step) => step.does === does && step.ok).map(({ entry }) => entry)
  const rejected = done.filter(({ ok }) => !ok).map(({ entry }) => ({ ...entry, why: 'OBS rejected it' }))
  return { removed: entriesOf('removed'), restored: entriesOf('restored'), left: [...left, ...rejected] }
}

function namesIn(before: Before): Set<string> {
  return new Set([
    ...before.items.map(({ scene }) => scene),
    ...before.changed.map(({ scene }) => scene),
    ...before.orders.map(({ scene }) => scene),
    ...before.filters.map(({ source }) => source),
    ...before.filterChanges.map(({ source }) => source),
  ])
}

/** What of a transform can be set: OBS rejects bounds smaller than a pixel, which it has for items without bounds. */
function settable(transform: ObsTransform): NonNullable<ItemChanges['transform']> {
  const { width: _w, height: _h, sourceWidth: _sw, sourceHeight: _sh, boundsWidth, boundsHeight, boundsType, ...rest } = transform
  const bounds = boundsWidth >= 1 && boundsHeight >= 1 ? { boundsWidth, boundsHeight } : {}
  return { ...rest, ...bounds, boundsType: boundsType as NonNullable<NonNullable<ItemChanges['transform']>['boundsType']> }
}
