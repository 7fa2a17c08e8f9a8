import { randomUUID } from 'node:crypto'
import type { Edit } from '../../document/edits/edit-schemas.ts'
import { RequestFault } from '../reading/request-fault.ts'
import { FilterSettings } from '../view/filter-settings.ts'
import { filterEntry } from '../view/filter-view.ts'
import type { NamedSource, PlacedFilter } from '../view/studio-view.ts'
import { edit, type RequestContext, type RequestFamily, toControl, toEdit, toView, viewOf } from './request-kind.ts'

function find(context: RequestContext): PlacedFilter & { readonly owner: NamedSource } {
  const view = viewOf(context)
  const owner = view.source(context.fields)
  return { owner, ...view.filter(owner, context.fields.text('filterName')) }
}

const settingsOf = ({ studio }: RequestContext): FilterSettings => new FilterSettings(studio.reader.kinds)

function mustBeFree(context: RequestContext, owner: NamedSource, name: string): string {
  const taken = viewOf(context)
    .filtersOf(owner)
    .some(({ filter }) => filter.name === name)
  if (taken) throw new RequestFault('resourceAlreadyExists', 'A filter already exists by that name.')
  return name
}

export const filterRequests: RequestFamily = {
  GetSourceFilterKindList: toView((context) => ({ sourceFilterKinds: settingsOf(context).names })),
  GetSourceFilterList: toView((context) => {
    const view = viewOf(context)
    const settings = settingsOf(context)
    return { filters: view.filtersOf(view.source(context.fields)).map((each) => filterEntry(each, settings)) }
  }),
  GetSourceFilterDefaultSettings: toView((context) => {
    const defaults = settingsOf(context).defaults(context.fields.text('filterKind'))
    if (defaults === undefined)
      throw new RequestFault('invalidFilterKind', 'The filter kind is not supported: see GetSourceFilterKindList.')
    return { defaultFilterSettings: defaults }
  }),
  CreateSourceFilter: toEdit((context) => {
    const { fields } = context
    const owner = viewOf(context).source(fields)
    const name = mustBeFree(context, owner, fields.text('filterName'))
    const made = settingsOf(context).own(fields.text('filterKind'), fields.maybePart('filterSettings') ?? {})
    if (made === undefined || made.filters.length === 0) {
      throw new RequestFault('invalidFilterKind', 'The filter kind is not supported: see GetSourceFilterKindList.')
    }
    if (owner.sort === 'group') throw new RequestFault('cannotAct', 'Groups have no filters here: put it on what is in the group.')
    if (made.audio && (owner.sort === 'scene' || owner.source.audio === undefined)) {
      throw new RequestFault('resourceCreationFailed', 'The filter is for audio, which the source does not have.')
    }
    const place = owner.sort === 'scene' ? `scenes/${owner.scene.id}` : `sources/${owner.source.id}`
    const to = `${place}/${made.audio ? 'audio-filters' : 'filters'}`
    edit(
      context,
      made.filters.map(
        ({ kind, settings }, index): Edit => ({
          do: 'add',
          to,
          value: { id: randomUUID(), name: index === 0 ? name : `${name} ${index + 1}`, kind, settings },
        }),
      ),
    )
    return undefined
  }),
  RemoveSourceFilter: toEdit((context) => {
    edit(context, [{ do: 'remove', at: find(context).at }])
    return undefined
  }),
  SetSourceFilterName: toEdit((context) => {
    const { at, owner } = find(context)
    const name = mustBeFree(context, owner, context.fields.text('newFilterName'))
    edit(context, [{ do: 'change', at, changes: { name } }])
    return undefined
  }),
  GetSourceFilter: toView((context) => {
    const { filterName: _, ...entry } = filterEntry(find(context), settingsOf(context))
    return entry
  }),
  SetSourceFilterIndex: toEdit((context) => {
    const { at, audio, owner } = find(context)
    const filters = viewOf(context).filtersOf(owner)
    const index = Math.trunc(context.fields.number('filterIndex', 0, 8192))
    const first = filters.findIndex((each) => each.audio === audio)
    const last = filters.filter((each) => each.audio === audio).length - 1
    edit(context, [{ do: 'move', at, index: Math.min(Math.max(index - first, 0), last) }])
    return undefined
  }),
  SetSourceFilterSettings: toEdit((context) => {
    const { at, filter } = find(context)
    const sent = context.fields.part('filterSettings', { empty: true })
    const settings = settingsOf(context).changed(filter, sent, context.fields.maybeFlag('overlay') ?? true)
    edit(context, [{ do: 'change', at, changes: { settings } }])
    return undefined
  }),
  SetSourceFilterEnabled: toControl(async (context) => {
    const { filter } = find(context)
    const enabled = context.fields.flag('filterEnabled')
    await context.studio.act({ do: 'filter', filter: filter.id, enabled }, context.caller.principal.id)
    return undefined
  }),
}
