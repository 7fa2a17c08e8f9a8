import type { SourceReport } from '../../../media/source-report.ts'
import type { BlendMode, Item } from '../../document/collection.ts'
import { itemNumber } from './identifiers.ts'
import { obsSourceKind } from './obs-kinds.ts'
import { type Size, transformOf } from './obs-transform.ts'
import type { ItemHolder, NamedSource, StudioView } from './studio-view.ts'

const blends: Partial<Record<BlendMode, string>> = {
  normal: 'OBS_BLEND_NORMAL',
  add: 'OBS_BLEND_ADDITIVE',
  subtract: 'OBS_BLEND_SUBTRACT',
  screen: 'OBS_BLEND_SCREEN',
  multiply: 'OBS_BLEND_MULTIPLY',
  lighten: 'OBS_BLEND_LIGHTEN',
  darken: 'OBS_BLEND_DARKEN',
}

/** OBS's name of a blend mode; those that it does not have count as normal. */
export function obsBlend(mode: BlendMode): string {
  return blends[mode] ?? 'OBS_BLEND_NORMAL'
}

export function ownBlend(name: string): BlendMode | undefined {
  return (Object.keys(blends) as BlendMode[]).find((mode) => blends[mode] === name)
}

type Reports = ReadonlyMap<string, SourceReport>

/** Pixels of what an item shows. */
function sizeOf(view: StudioView, shown: NamedSource, reports: Reports): Size {
  if (shown.sort === 'source') return reports.get(shown.source.id)?.picture ?? { width: 0, height: 0 }
  const { width, height } = view.collection.canvases.find(({ id }) => id === shown.scene.canvas) ?? view.mainCanvas
  return { width, height }
}

export function itemTransform(view: StudioView, holder: ItemHolder, item: Item, reports: Reports): Record<string, unknown> {
  return transformOf(item, sizeOf(view, view.shown(holder.scene, item), reports))
}

/** An item as lists have it. */
export function itemEntry(view: StudioView, holder: ItemHolder, item: Item, reports: Reports): Record<string, unknown> {
  const shown = view.shown(holder.scene, item)
  return {
    sceneItemId: itemNumber(item.id),
    sceneItemIndex: holder.items.indexOf(item),
    sceneItemEnabled: item.visible,
    sceneItemLocked: item.locked,
    sceneItemTransform: transformOf(item, sizeOf(view, shown, reports)),
    sceneItemBlendMode: obsBlend(item.blend),
    sourceName: shown.name,
    sourceUuid: shown.uuid,
    sourceType: shown.sort === 'source' ? 'OBS_SOURCE_TYPE_INPUT' : 'OBS_SOURCE_TYPE_SCENE',
    inputKind: shown.sort === 'source' ? obsSourceKind(shown.source.kind) : null,
    isGroup: shown.sort === 'source' ? null : shown.sort === 'group',
  }
}
