import { isDeepStrictEqual } from 'node:util'
import type { ObsEventType } from '../../../formats/obs-websocket/protocol.ts'
import type { SourceReport } from '../../../media/source-report.ts'
import type { Collection, Item, Scene, Source } from '../../document/collection.ts'
import type { FilterSettings } from '../view/filter-settings.ts'
import { filterEntry } from '../view/filter-view.ts'
import { itemNumber, uuidOf } from '../view/identifiers.ts'
import { balanceOf, inputEntry, inputName, monitorTypeOf, tracksOf, volumeOf } from '../view/input-view.ts'
import { itemTransform } from '../view/item-view.ts'
import { obsSourceKind } from '../view/obs-kinds.ts'
import { defaultObsSettings, obsSettingsOf } from '../view/source-settings.ts'
import { type ItemHolder, type NamedSource, type PlacedFilter, StudioView } from '../view/studio-view.ts'

export type Emit = (type: ObsEventType, data: object) => void

export interface CollectionEventsContext {
  readonly emit: Emit
  readonly filterSettings: FilterSettings
  readonly reports: () => ReadonlyMap<string, SourceReport>
  readonly sceneList: (view: StudioView) => readonly object[]
}

/** Emits what differs between two states of the open collection. What an edit did not change is the same object in both. */
export function emitChanges(before: Collection, after: Collection, context: CollectionEventsContext): void {
  if (before === after) return
  const [old, now] = [new StudioView(before), new StudioView(after)]
  canvasEvents(before, after, context.emit)
  if (before.sources !== after.sources) inputEvents(old, now, context)
  if (before.scenes !== after.scenes) sceneEvents(old, now, context)
}

interface Entity {
  readonly id: string
}

/** Entities that went, came, and are another object than before. */
function compare<T extends Entity>(before: readonly T[], after: readonly T[]) {
  const known = new Map(before.map((each) => [each.id, each]))
  const ids = new Set(after.map(({ id }) => id))
  return {
    removed: before.filter(({ id }) => !ids.has(id)),
    added: after.filter(({ id }) => !known.has(id)),
    changed: after.flatMap((each) => {
      const was = known.get(each.id)
      return was === undefined || was === each ? [] : [[was, each] as const]
    }),
    isReordered: !isDeepStrictEqual(
      before.flatMap(({ id }) => (ids.has(id) ? [id] : [])),
      after.flatMap(({ id }) => (known.has(id) ? [id] : [])),
    ),
  }
}

function canvasEvents(before: Collection, after: Collection, emit: Emit): void {
  if (before.canvases === after.canvases) return
  const { removed, added, changed } = compare(before.canvases, after.canvases)
  const nameOf = ({ id, name }: { id: string; name: string }) => ({ canvasName: name, canvasUuid: uuidOf('canvas', id) })
  for (const each of removed) emit('CanvasRemoved', nameOf(each))
  for (const each of added) emit('CanvasCreated', nameOf(each))
  for (const [was, is] of changed) if (was.name !== is.name) emit('CanvasNameChanged', { ...nameOf(is), oldCanvasName: was.name })
}

function inputEvents(old: StudioView, now: StudioView, context: CollectionEventsContext): void {
  const { emit } = context
  const { removed, added, changed } = compare(old.collection.sources, now.collection.sources)
  for (const each of added) {
    emit('InputCreated', {
      ...inputEntry(each),
      inputSettings: obsSettingsOf(each),
      defaultInputSettings: defaultObsSettings(obsSourceKind(each.kind)) ?? {},
    })
  }
  for (const [was, is] of changed) {
    const name = inputName(is)
    if (was.name !== is.name) emit('InputNameChanged', { inputUuid: name.inputUuid, oldInputName: was.name, inputName: is.name })
    if (was.settings !== is.settings) emit('InputSettingsChanged', { ...name, inputSettings: obsSettingsOf(is) })
    audioEvents(was, is, emit)
    filterEvents(old, now, sourceAs(was), sourceAs(is), context)
  }
  for (const each of removed) emit('InputRemoved', inputName(each))
}

function audioEvents(was: Source, is: Source, emit: Emit): void {
  const [before, after] = [was.audio, is.audio]
  if (before === undefined || after === undefined || before === after) return
  const name = inputName(is)
  if (before.muted !== after.muted) emit('InputMuteStateChanged', { ...name, inputMuted: after.muted })
  if (before.gainDb !== after.gainDb) emit('InputVolumeChanged', { ...name, ...volumeOf(after) })
  if (before.pan !== after.pan) emit('InputAudioBalanceChanged', { ...name, inputAudioBalance: balanceOf(after) })
  if (before.syncOffsetMs !== after.syncOffsetMs) {
    emit('InputAudioSyncOffsetChanged', { ...name, inputAudioSyncOffset: Math.round(after.syncOffsetMs) })
  }
  if (before.monitoring !== after.monitoring) emit('InputAudioMonitorTypeChanged', { ...name, monitorType: monitorTypeOf(after) })
  if (!isDeepStrictEqual(before.tracks, after.tracks)) emit('InputAudioTracksChanged', { ...name, inputAudioTracks: tracksOf(after) })
}

const sourceAs = (source: Source): NamedSource => ({ sort: 'source', source, name: source.name, uuid: uuidOf('source', source.id) })

function filterEvents(
  old: StudioView,
  now: StudioView,
  was: NamedSource,
  is: NamedSource,
  { emit, filterSettings }: CollectionEventsContext,
): void {
  const entities = (view: StudioView, owner: NamedSource) => view.filtersOf(owner).map((placed) => ({ id: placed.filter.id, placed }))
  const [before, after] = [entities(old, was), entities(now, is)]
  if (before.length === after.length && before.every(({ placed }, index) => placed.filter === after[index]?.placed.filter)) return
  const { removed, added, changed, isReordered } = compare(before, after)
  const sourceName = is.name
  for (const { placed } of removed) emit('SourceFilterRemoved', { sourceName, filterName: placed.filter.name })
  for (const { placed } of added) {
    const { filterEnabled: _, ...entry } = filterEntry(placed, filterSettings)
    emit('SourceFilterCreated', { sourceName, ...entry, defaultFilterSettings: filterSettings.defaults(entry.filterKind) ?? {} })
  }
  for (const [{ placed: one }, { placed: other }] of changed) filterChange(sourceName, one, other, emit, filterSettings)
  if (isReordered) {
    emit('SourceFilterListReindexed', { sourceName, filters: after.map(({ placed }) => filterEntry(placed, filterSettings)) })
  }
}

function filterChange(sourceName: string, was: PlacedFilter, is: PlacedFilter, emit: Emit, settings: FilterSettings): void {
  if (was.filter === is.filter) return
  const filterName = is.filter.name
  if (was.filter.name !== filterName) emit('SourceFilterNameChanged', { sourceName, oldFilterName: was.filter.name, filterName })
  if (was.filter.enabled !== is.filter.enabled) {
    emit('SourceFilterEnableStateChanged', { sourceName, filterName, filterEnabled: is.filter.enabled })
  }
  if (was.filter.settings !== is.filter.settings) {
    emit('SourceFilterSettingsChanged', { sourceName, filterName, filterSettings: settings.obsSettings(is.filter) })
  }
}

const sceneName = ({ id, name }: Pick<Scene, 'id' | 'name'>) => ({ sceneName: name, sceneUuid: uuidOf('scene', id) })

function sceneEvents(old: StudioView, now: StudioView, context: CollectionEventsContext): void {
  const { emit, sceneList } = context
  const { removed, added, changed, isReordered } = compare(old.collection.scenes, now.collection.scenes)
  for (const scene of added) {
    emit('SceneCreated', { ...sceneName(scene), isGroup: false })
    itemEvents(old, now, { ...old.holderOf(scene), items: [] }, now.holderOf(scene), context)
  }
  let isRenamed = false
  for (const [was, is] of changed) {
    if (was.name !== is.name) {
      isRenamed = true
      emit('SceneNameChanged', { sceneUuid: uuidOf('scene', is.id), oldSceneName: was.name, sceneName: is.name })
    }
    if (was.filters !== is.filters) {
      filterEvents(old, now, { sort: 'scene', ...old.holderOf(was) }, { sort: 'scene', ...now.holderOf(is) }, context)
    }
    if (was.items !== is.items) itemEvents(old, now, old.holderOf(was), now.holderOf(is), context)
  }
  for (const scene of removed) emit('SceneRemoved', { ...sceneName(scene), isGroup: false })
  if (removed.length + added.length > 0 || isReordered || isRenamed) emit('SceneListChanged', { scenes: sceneList(now) })
}

/** Of a scene, or of a group in one. */
function itemEvents(old: StudioView, now: StudioView, was: ItemHolder, is: ItemHolder, context: CollectionEventsContext): void {
  const { emit, reports } = context
  const name = { sceneName: is.name, sceneUuid: is.uuid }
  const { removed, added, changed, isReordered } = compare<Item>(was.items, is.items)
  const shownAs = (view: StudioView, holder: ItemHolder, item: Item) => {
    const shown = view.shown(holder.scene, item)
    return { sourceName: shown.name, sourceUuid: shown.uuid, sceneItemId: itemNumber(item.id) }
  }
  for (const item of removed) emit('SceneItemRemoved', { ...name, ...shownAs(old, was, item) })
  for (const item of added) emit('SceneItemCreated', { ...name, ...shownAs(now, is, item), sceneItemIndex: is.items.indexOf(item) })
  for (const [before, after] of changed) {
    const sceneItemId = itemNumber(after.id)
    if (before.visible !== after.visible) emit('SceneItemEnableStateChanged', { ...name, sceneItemId, sceneItemEnabled: after.visible })
    if (before.locked !== after.locked) emit('SceneItemLockStateChanged', { ...name, sceneItemId, sceneItemLocked: after.locked })
    if (layoutKeys.some((key) => before[key] !== after[key])) {
      emit('SceneItemTransformChanged', { ...name, sceneItemId, sceneItemTransform: itemTransform(now, is, after, reports()) })
    }
    if ('group' in before && 'group' in after && before.group !== after.group) {
      const holders = [old.groups, now.groups].map((groups) => groups.find(({ group }) => group?.id === after.id))
      if (holders[0] !== undefined && holders[1] !== undefined) itemEvents(old, now, holders[0], holders[1], context)
    }
  }
  if (isReordered) {
    emit('SceneItemListReindexed', {
      ...name,
      sceneItems: is.items.map(({ id }, sceneItemIndex) => ({ sceneItemId: itemNumber(id), sceneItemIndex })),
    })
  }
}

const layoutKeys = ['position', 'scale', 'rotation', 'alignment', 'crop', 'bounds'] as const
