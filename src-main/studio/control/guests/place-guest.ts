import type { Collection, Item, LeafItem, Scene, Source } from '../../document/collection.ts'
import type { Edit } from '../../document/edits/edit-schemas.ts'
import { sourcesOfGuest } from '../../document/guest-sources.ts'

interface Invited {
  readonly stream: string
  /** What their source is called. */
  readonly name: string
}

/** An item, and where it is in the document. */
interface Placed {
  readonly at: string
  readonly item: LeafItem
  /** The group that it is in. */
  readonly group: { readonly at: string; readonly visible: boolean } | undefined
}

/**
 * What puts a guest into a scene, as one step: their source where it is there already, hidden say; else in the place of a guest who is not
 * invited yet, as the Interview template has one; else in a new item. Empty where they are in it.
 */
export function putGuest(collection: Collection, scene: Scene, { stream, name }: Invited): readonly Edit[] {
  const { sources } = collection
  const own = sourcesOfGuest(collection, stream)
  const placed = itemsOf(scene)
  const isEmpty = ({ kind, settings }: Source): boolean => kind === 'guest' && (settings.guest ?? '') === ''
  const inScene = new Set(placed.map(({ item }) => ('source' in item ? item.source : '')))
  const free = sources.filter(isEmpty)
  const source = sources.find(({ id }) => own.has(id)) ?? free.find(({ id }) => inScene.has(id)) ?? free[0]
  const edits: Edit[] = []
  if (source !== undefined && !own.has(source.id)) {
    // Heard only while seen: in the waiting state nobody is.
    edits.push({
      do: 'change',
      at: `sources/${source.id}`,
      changes: { name: freeName(name, sources), settings: { guest: stream }, audio: { followsVideo: true } },
    })
  }
  const shown = placed.filter(({ item }) => 'source' in item && item.source === source?.id)
  if (source !== undefined && shown.length > 0) {
    for (const { at, item, group } of shown) {
      if (!item.visible) edits.push({ do: 'change', at, changes: { visible: true } })
      if (group?.visible === false) edits.push({ do: 'change', at: group.at, changes: { visible: true } })
    }
    return edits
  }
  const id = source?.id ?? freeId(stream, sources)
  if (source === undefined) {
    edits.push({ do: 'add', to: 'sources', value: { id, name: freeName(name, sources), kind: 'guest', settings: { guest: stream } } })
  }
  edits.push({ do: 'add', to: `scenes/${scene.id}/items`, value: { source: id, ...place(collection, scene, placed) } })
  return edits
}

/** What takes a guest out of every scene: their items are hidden, so that they come back where they were. */
export function hideGuest(collection: Collection, stream: string): readonly Edit[] {
  const own = sourcesOfGuest(collection, stream)
  const hidden = collection.scenes.flatMap((scene) =>
    itemsOf(scene).flatMap(({ at, item }): readonly Edit[] =>
      'source' in item && own.has(item.source) && item.visible ? [{ do: 'change', at, changes: { visible: false } }] : [],
    ),
  )
  // One that is heard without being seen is on air, too.
  const silenced = collection.sources.flatMap(({ id, audio }): readonly Edit[] =>
    own.has(id) && audio && !audio.followsVideo ? [{ do: 'change', at: `sources/${id}`, changes: { audio: { followsVideo: true } } }] : [],
  )
  return [...hidden, ...silenced]
}

/** What makes the places of a guest who is not invited any more free for the next one. */
export function freePlaces(collection: Collection, stream: string): readonly Edit[] {
  const own = sourcesOfGuest(collection, stream)
  return collection.sources.flatMap(({ id, kind }): readonly Edit[] =>
    own.has(id) && kind === 'guest' ? [{ do: 'change', at: `sources/${id}`, changes: { settings: { guest: '' } } }] : [],
  )
}

function itemsOf({ id, items }: Scene): readonly Placed[] {
  return items.flatMap((item): readonly Placed[] => {
    const at = `scenes/${id}/items/${item.id}`
    if (!('group' in item)) return [{ at, item, group: undefined }]
    return item.group.map((inner) => ({ at: `${at}/items/${inner.id}`, item: inner, group: { at, visible: item.visible } }))
  })
}

/** Share of the canvas that a guest beside others takes, of its width, and the space around. */
const share = 0.28
const gap = 0.025

/** An empty scene is theirs; else they are at the lower right, and further ones to the left of that, row by row. */
function place({ canvases, sources }: Collection, { canvas: id, items }: Scene, placed: readonly Placed[]): Partial<Item> {
  const canvas = canvases.find((each) => each.id === id) ?? { width: 1920, height: 1080 }
  const alignment = { x: 'center', y: 'center' } as const
  if (!items.some(({ visible }) => visible)) {
    return { position: { x: 0, y: 0 }, bounds: { fit: 'contain', width: canvas.width, height: canvas.height, alignment } }
  }
  const guests = new Set(sources.filter(({ kind }) => kind === 'guest').map((source) => source.id))
  const taken = placed.filter(({ item }) => 'source' in item && guests.has(item.source)).length
  const space = Math.round(canvas.width * gap)
  const width = Math.round(canvas.width * share)
  const height = Math.min(Math.round((width * 9) / 16), canvas.height - 2 * space)
  const columns = Math.max(1, Math.floor((canvas.width - space) / (width + space)))
  const rows = Math.max(1, Math.floor((canvas.height - space) / (height + space)))
  const cell = taken % (columns * rows)
  return {
    position: {
      x: canvas.width - ((cell % columns) + 1) * (width + space),
      y: canvas.height - (Math.floor(cell / columns) + 1) * (height + space),
    },
    bounds: { fit: 'cover', width, height, alignment },
  }
}

function freeName(wanted: string, sources: readonly Source[]): string {
  const taken = new Set(sources.map(({ name }) => name))
  for (let count = 2, name = wanted; ; name = `${wanted} ${count++}`) if (!taken.has(name)) return name
}

function freeId(wanted: string, sources: readonly Source[]): string {
  const taken = new Set(sources.map(({ id }) => id))
  for (let count = 2, id = wanted; ; id = `${wanted}-${count++}`) if (!taken.has(id)) return id
}
