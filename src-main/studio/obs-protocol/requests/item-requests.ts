import { randomUUID } from 'node:crypto'
import type { Item } from '../../document/collection.ts'
import { RequestFault } from '../reading/request-fault.ts'
import { itemNumber } from '../view/identifiers.ts'
import { itemEntry, itemTransform, obsBlend, ownBlend } from '../view/item-view.ts'
import { changesOfTransform } from '../view/obs-transform.ts'
import type { ItemHolder, NamedSource, StudioView } from '../view/studio-view.ts'
import { edit, type RequestContext, type RequestFamily, type ResponseData, toControl, toEdit, toView, viewOf } from './request-kind.ts'

interface Found {
  readonly view: StudioView
  readonly holder: ItemHolder
  readonly item: Item
  /** The place of its entity. */
  readonly at: string
}

function find(context: RequestContext): Found {
  const view = viewOf(context)
  const holder = view.itemHolder(context.fields)
  const item = view.item(holder, context.fields)
  return { view, holder, item, at: `scenes/${holder.scene.id}/items/${item.id}` }
}

const read = (answer: (found: Found, context: RequestContext) => ResponseData) => toView((context) => answer(find(context), context))
const change = (changes: (found: Found, context: RequestContext) => Record<string, unknown>) =>
  toEdit((context) => {
    const found = find(context)
    edit(context, [{ do: 'change', at: found.at, changes: changes(found, context) }])
    return undefined
  })

function list(context: RequestContext, holder: ItemHolder, view: StudioView): ResponseData {
  const reports = context.studio.engine.reports()
  return { sceneItems: holder.items.map((item) => itemEntry(view, holder, item, reports)) }
}

/** What an item shows, as an item has it. */
function target(shown: NamedSource): { source: string } | { scene: string } {
  if (shown.sort === 'group') throw new RequestFault('cannotAct', 'A group is in one scene alone.')
  return shown.sort === 'source' ? { source: shown.source.id } : { scene: shown.scene.id }
}

export const itemRequests: RequestFamily = {
  GetSceneItemList: toView((context) => {
    const view = viewOf(context)
    return list(context, view.holderOf(view.scene(context.fields)), view)
  }),
  GetGroupSceneItemList: toView((context) => {
    const view = viewOf(context)
    const holder = view.itemHolder(context.fields)
    if (holder.group === undefined) throw new RequestFault('invalidResourceType', 'The specified source is not a group. (Is scene)')
    return list(context, holder, view)
  }),
  GetSceneItemId: toView((context) => {
    const { fields } = context
    const view = viewOf(context)
    const holder = view.itemHolder(fields)
    const name = fields.text('sourceName')
    const offset = fields.maybeNumber('searchOffset', -1) ?? 0
    const found = holder.items.filter((item) => view.shown(holder.scene, item).name === name)
    const item = offset < 0 ? found.at(-1) : found[Math.trunc(offset)]
    if (item === undefined)
      throw new RequestFault('resourceNotFound', `No scene items were found in \`${holder.name}\` with the name \`${name}\`.`)
    return { sceneItemId: itemNumber(item.id) }
  }),
  GetSceneItemSource: read(({ view, holder, item }) => {
    const { name, uuid } = view.shown(holder.scene, item)
    return { sourceName: name, sourceUuid: uuid }
  }),
  CreateSceneItem: toEdit((context) => {
    const { fields } = context
    const view = viewOf(context)
    const scene = view.scene(fields)
    const shown = view.source(fields)
    const id = randomUUID()
    edit(context, [
      { do: 'add', to: `scenes/${scene.id}/items`, value: { id, ...target(shown), visible: fields.maybeFlag('sceneItemEnabled') ?? true } },
    ])
    return { sceneItemId: itemNumber(id) }
  }),
  RemoveSceneItem: toEdit((context) => {
    edit(context, [{ do: 'remove', at: find(context).at }])
    return undefined
  }),
  DuplicateSceneItem: toEdit((context) => {
    const { view, holder, item } = find(context)
    const scene = view.destination(context.fields) ?? holder.scene
    if ('group' in item) throw new RequestFault('cannotAct', 'A group is in one scene alone.')
    const id = randomUUID()
    const { link: _, ...copy } = item
    edit(context, [{ do: 'add', to: `scenes/${scene.id}/items`, value: { ...copy, id } }])
    return { sceneItemId: itemNumber(id) }
  }),
  GetSceneItemTransform: read(({ view, holder, item }, { studio }) => ({
    sceneItemTransform: itemTransform(view, holder, item, studio.engine.reports()),
  })),
  SetSceneItemTransform: change(({ item }, { fields }) => changesOfTransform(fields.part('sceneItemTransform'), item)),
  GetSceneItemEnabled: read(({ item }) => ({ sceneItemEnabled: item.visible })),
  SetSceneItemEnabled: toControl(async (context) => {
    const { holder, item } = find(context)
    const visible = context.fields.flag('sceneItemEnabled')
    await context.studio.act({ do: 'show', scene: holder.scene.id, item: item.id, visible }, context.caller.principal.id)
    return undefined
  }),
  GetSceneItemLocked: read(({ item }) => ({ sceneItemLocked: item.locked })),
  SetSceneItemLocked: change((_found, { fields }) => ({ locked: fields.flag('sceneItemLocked') })),
  GetSceneItemIndex: read(({ holder, item }) => ({ sceneItemIndex: holder.items.indexOf(item) })),
  SetSceneItemIndex: toEdit((context) => {
    const { at, holder } = find(context)
    const index = Math.trunc(context.fields.number('sceneItemIndex', 0, 8192))
    edit(context, [{ do: 'move', at, index: Math.min(index, holder.items.length - 1) }])
    return undefined
  }),
  GetSceneItemBlendMode: read(({ item }) => ({ sceneItemBlendMode: obsBlend(item.blend) })),
  SetSceneItemBlendMode: change((_found, { fields }) => {
    const blend = ownBlend(fields.text('sceneItemBlendMode'))
    if (blend === undefined) throw new RequestFault('invalidRequestField', 'The field sceneItemBlendMode has an invalid value.')
    return { blend }
  }),
}
