import { isDeepStrictEqual } from 'node:util'
import { plainLayout } from '../checks/plain-layout.ts'
import type { Collection, Item } from '../collection.ts'
import type { Edit } from './edit-schemas.ts'
import { type Entity, findEntity } from './places.ts'

/** What an edit does, for people: `Move "Camera"`, `Change text of "Title"`. `after` is the collection with the edit done. */
export function nameEdits(edits: readonly Edit[], before: Collection, after: Collection): string {
  const [first] = edits
  if (first === undefined) return 'Change nothing'
  const name = nameEdit(first, before, after)
  return edits.length === 1 ? name : `${name} and ${edits.length - 1} more`
}

const layoutNames = ['position', 'scale', 'rotation', 'crop', 'bounds', 'alignment'] as const
const layout: ReadonlySet<string> = new Set(layoutNames)

function nameEdit(edit: Edit, before: Collection, after: Collection): string {
  switch (edit.do) {
    case 'add':
      return `Add ${sortOf(edit.to)} ${quoted(nameOfAdded(edit.value, after))}`
    case 'change': {
      if (edit.at === 'collection') return `Change ${Object.keys(edit.changes).join(' and ')} of the collection`
      // Only a transform that is pasted or reset sets all of a layout.
      if (isWholeLayout(edit.changes))
        return isPlainLayout(edit.changes) ? `Reset transform of ${nameAt(edit.at, after)}` : `Paste transform to ${nameAt(edit.at, after)}`
      if ('crop' in edit.changes && Object.keys(edit.changes).every((name) => layout.has(name))) return `Crop ${nameAt(edit.at, after)}`
      const what = changed(edit.changes)
      return what === 'layout' ? `Move ${nameAt(edit.at, after)}` : `Change ${what} of ${nameAt(edit.at, after)}`
    }
    case 'remove':
      return `Remove ${sortOf(edit.at)} ${nameAt(edit.at, before)}`
    case 'move':
      return `Reorder ${nameAt(edit.at, before)}`
    case 'group':
      return `Group ${edit.items.length} items`
    case 'ungroup':
      return `Ungroup ${nameAt(edit.at, before)}`
    case 'duplicate':
      return `Duplicate ${nameAt(edit.at, before)}`
    case 'paste':
      return edit.items.length === 1 ? 'Paste an item' : `Paste ${edit.items.length} items`
  }
}

const isWholeLayout = (changes: Readonly<Record<string, unknown>>): boolean => layoutNames.every((name) => name in changes)

const isPlainLayout = (changes: Readonly<Record<string, unknown>>): boolean =>
  layoutNames.every((name) => isDeepStrictEqual(changes[name], plainLayout[name]))

function changed(changes: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(changes)
  if (names.length > 0 && names.every((name) => layout.has(name))) return 'layout'
  const [only] = names
  if (names.length === 1 && (only === 'settings' || only === 'audio' || only === 'video')) {
    const inner = Object.keys((changes[only] ?? {}) as object)
    if (inner.length > 0 && inner.length <= 2) return inner.join(' and ')
  }
  return names.length === 0 ? 'nothing' : names.length <= 2 ? names.join(' and ') : 'properties'
}

const words: Readonly<Record<string, string>> = {
  canvases: 'canvas',
  scenes: 'scene',
  sources: 'source',
  transitions: 'transition',
  outputs: 'output',
  macros: 'macro',
  tracks: 'track',
  items: 'item',
  filters: 'filter',
  'audio-filters': 'filter',
}

function sortOf(place: string): string {
  const parts = place.split('/')
  const list = parts.length % 2 === 1 ? parts.at(-1) : parts.at(-2)
  return words[list ?? ''] ?? 'thing'
}

function nameAt(place: string, collection: Collection): string {
  const { entity } = findEntity(collection, place)
  return quoted(nameOf(entity, collection))
}

/** An item without a name goes by what it shows. */
function nameOf(entity: Entity, collection: Collection): string {
  if (entity.name !== undefined) return entity.name
  const item = entity as unknown as Item
  const shown =
    'source' in item
      ? collection.sources.find(({ id }) => id === item.source)
      : 'scene' in item
        ? collection.scenes.find(({ id }) => id === item.scene)
        : undefined
  return shown?.name ?? entity.id
}

function nameOfAdded(value: Readonly<Record<string, unknown>>, collection: Collection): string {
  const { name, id, source, scene, kind } = value
  if (typeof name === 'string') return name
  const shown = collection.sources.find((each) => each.id === source) ?? collection.scenes.find((each) => each.id === scene)
  return shown?.name ?? String(id ?? kind ?? 'without a name')
}

const quoted = (name: string): string => `"${name}"`
