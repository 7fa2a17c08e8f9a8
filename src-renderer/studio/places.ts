import type { Collection, Item, Scene } from './types.ts'

/** An item of a scene with its place in the document. */
export interface PlacedItem {
  readonly item: Item
  /** e.g. `scenes/talk/items/logo`, `scenes/talk/items/group/items/logo`. */
  readonly at: string
  /** Its list, and its position there. */
  readonly list: string
  readonly index: number
  readonly depth: number
}

const noGroups: ReadonlySet<string> = new Set()

/** Items of a scene as a list of layers: the topmost first, items of a group below it, unless the group is among `closed`. */
export function layersOf(scene: Scene, closed: ReadonlySet<string> = noGroups): readonly PlacedItem[] {
  const list = `scenes/${scene.id}/items`
  return scene.items
    .flatMap((item, index) => {
      const at = `${list}/${item.id}`
      const inner =
        'group' in item && !closed.has(item.id) ? item.group.map((each, inside) => placed(each, `${at}/items`, inside, 1)).toReversed() : []
      return [[placed(item, list, index, 0), ...inner]]
    })
    .toReversed()
    .flat()
}

const placed = (item: Item, list: string, index: number, depth: number): PlacedItem => ({
  item,
  at: `${list}/${item.id}`,
  list,
  index,
  depth,
})

/** What an item is called: its own name, else that of what it shows. */
export function nameOf(item: Item, document: Pick<Collection, 'scenes' | 'sources'>): string {
  if (item.name !== undefined) return item.name
  if ('source' in item) return document.sources.find(({ id }) => id === item.source)?.name ?? item.source
  if ('scene' in item) return document.scenes.find(({ id }) => id === item.scene)?.name ?? item.scene
  return item.id
}

/** Whether an item outside of `except` shows the source. */
export function isShownElsewhere(document: Collection, source: string, except: ReadonlySet<string>): boolean {
  const shows = (item: Item): boolean =>
    !except.has(item.id) && ('group' in item ? item.group.some(shows) : 'source' in item && item.source === source)
  return document.scenes.some(({ items }) => items.some(shows))
}

/** An id made of a name that none of `taken` has. */
export function freeId(name: string, taken: readonly { readonly id: string }[]): string {
  const base =
    name
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 40) || 'new'
  return free(
    base,
    (number) => `${base}-${number}`,
    (id) => taken.some((each) => each.id === id),
  )
}

/** A name that none of `taken` has: `Text`, `Text 2`, ... */
export function freeName(name: string, taken: readonly { readonly name: string }[]): string {
  return free(
    name,
    (number) => `${name} ${number}`,
    (wanted) => taken.some((each) => each.name === wanted),
  )
}

function free(first: string, next: (number: number) => string, isTaken: (text: string) => boolean): string {
  let text = first
  for (let number = 2; isTaken(text); number++) text = next(number)
  return text
}

/** Where a dragged entry of a list of layers goes: index in the document, whose order is bottom first. */
export function droppedIndex(from: number, to: number): number {
  return Math.max(0, to > from ? to - 1 : to)
}
