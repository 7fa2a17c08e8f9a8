import { create } from 'zustand'
import { notify } from '../../components/toasts.tsx'
import { tryEdit } from '../commands.ts'
import type { PlacedItem } from '../places.ts'
import type { Collection, Edit, Filter, Item, Source } from '../types.ts'
import type { Layout } from './geometry.ts'
import { t } from './messages.ts'
import { changeItems } from './stage-actions.ts'

interface Clipboard {
  /** Items with the sources that they show, and the collection that they are of. */
  readonly items: { readonly of: string; readonly items: readonly Item[]; readonly sources: readonly Source[] } | null
  readonly transform: Layout | null
  readonly filters: { readonly video: readonly Filter[]; readonly audio: readonly Filter[] } | null
}

/** What was copied on this page; it lasts from one show to the next. */
export const useClipboard = create<Clipboard>(() => ({ items: null, transform: null, filters: null }))

const shownBy = (item: Item): readonly string[] => ('group' in item ? item.group.flatMap(shownBy) : 'source' in item ? [item.source] : [])

export function copyItems(placed: readonly PlacedItem[], document: Collection): void {
  // Members come along with their group; what is on top stays on top.
  const items = placed
    .filter(({ at }) => !placed.some((other) => at.startsWith(`${other.at}/`)))
    .toSorted((one, other) => one.index - other.index)
    .map(({ item }) => item)
  if (items.length === 0) return
  const shown = new Set(items.flatMap(shownBy))
  useClipboard.setState({ items: { of: document.id, items, sources: document.sources.filter(({ id }) => shown.has(id)) } })
  notify(t.copied(items.length))
}

/** Puts the copied items on top of a scene. Their sources are shared, and added where the show has them no more. Returns the new ids. */
export async function pasteItems(scene: string, document: Collection): Promise<readonly string[]> {
  const copied = useClipboard.getState().items
  if (copied === null) return []
  const sources = copied.sources.filter(({ id }) => copied.of !== document.id || !document.sources.some((each) => each.id === id))
  const edit = { do: 'paste', scene, items: copied.items, ...(sources.length > 0 ? { sources } : {}) }
  return (await tryEdit([edit as unknown as Edit])) ?? []
}

export function copyTransform({ item: { position, scale, rotation, alignment, crop, bounds } }: PlacedItem): void {
  useClipboard.setState({ transform: { position, scale, rotation, alignment, crop, bounds } })
  notify(t.transformCopied)
}

export function pasteTransform(items: readonly PlacedItem[]): void {
  const { transform } = useClipboard.getState()
  if (transform !== null)
    changeItems(
      items.filter(({ item }) => !item.locked),
      () => ({ ...transform }),
    )
}

const sourceOf = ({ item }: PlacedItem, document: Collection): Source | undefined =>
  'source' in item ? document.sources.find(({ id }) => id === item.source) : undefined

export const hasFilters = (item: PlacedItem, document: Collection): boolean => {
  const source = sourceOf(item, document)
  return source !== undefined && source.filters.length + (source.audio?.filters.length ?? 0) > 0
}

export function copyFilters(item: PlacedItem, document: Collection): void {
  const source = sourceOf(item, document)
  if (source === undefined) return
  const filters = { video: source.filters, audio: source.audio?.filters ?? [] }
  useClipboard.setState({ filters })
  notify(t.filtersCopied(filters.video.length + filters.audio.length))
}

/** Adds the copied filters behind those that the sources of the items have: those of audio where a source has any, else says that they are left out. */
export function pasteFilters(items: readonly PlacedItem[], document: Collection): void {
  const { filters } = useClipboard.getState()
  if (filters === null) return
  const sources = new Set(items.flatMap((item) => sourceOf(item, document) ?? []))
  const adds = (to: string, list: readonly Filter[]): Edit[] => list.map(({ id: _id, ...value }) => ({ do: 'add', to, value }))
  const edits = [...sources].flatMap(({ id, audio }) => [
    ...adds(`sources/${id}/filters`, filters.video),
    ...(audio === undefined ? [] : adds(`sources/${id}/audio-filters`, filters.audio)),
  ])
  if (edits.length > 0) void tryEdit(edits)
  const silent = [...sources].filter(({ audio }) => audio === undefined).map(({ name }) => name)
  if (filters.audio.length > 0 && silent.length > 0) notify(t.filtersLeftOut(filters.audio.length, silent))
}
