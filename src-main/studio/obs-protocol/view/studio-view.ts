import type { Canvas, Collection, Filter, Item, ItemLayout, LeafItem, Scene, Source } from '../../document/collection.ts'
import type { AudioFilter } from '../../document/schemas/mixer-schemas.ts'
import { RequestFault } from '../reading/request-fault.ts'
import type { RequestFields } from '../reading/request-fields.ts'
import { type Identified, itemNumber, uuidOf } from './identifiers.ts'

export type GroupItem = ItemLayout & { readonly group: readonly LeafItem[] }

/** A scene, or a group in one: what has items. */
export interface ItemHolder {
  readonly scene: Scene
  /** Undefined: the scene itself. */
  readonly group: GroupItem | undefined
  readonly name: string
  readonly uuid: string
  /** Bottom first. */
  readonly items: readonly Item[]
}

/** What OBS calls a source: an input, a scene or a group. */
export type NamedSource =
  | { readonly sort: 'source'; readonly source: Source; readonly name: string; readonly uuid: string }
  | ({ readonly sort: 'scene' } & ItemHolder)
  | ({ readonly sort: 'group' } & ItemHolder)

/** A filter with the place of its entity, e.g. `sources/ID/audio-filters/ID`. */
export interface PlacedFilter {
  readonly filter: Filter | AudioFilter
  readonly at: string
  readonly audio: boolean
  readonly index: number
}

/** Which fields name something. */
interface NameFields {
  readonly name: string
  readonly uuid: string
}
const sceneFields: NameFields = { name: 'sceneName', uuid: 'sceneUuid' }
const sourceFields: NameFields = { name: 'sourceName', uuid: 'sourceUuid' }
const inputFields: NameFields = { name: 'inputName', uuid: 'inputUuid' }

/** The open collection as the protocol sees it: found by names and UUIDs. Every method that finds throws RequestFault. */
export class StudioView {
  readonly collection: Collection

  constructor(collection: Collection) {
    this.collection = collection
  }

  get mainCanvas(): Canvas {
    return this.collection.canvases[0] as Canvas
  }

  canvas(fields: RequestFields): Canvas {
    const uuid = fields.maybeText('canvasUuid')
    if (uuid === undefined) return this.mainCanvas
    const canvas = this.collection.canvases.find(({ id }) => uuidOf('canvas', id) === uuid)
    if (canvas === undefined) throw new RequestFault('resourceNotFound', `No canvas was found with the UUID \`${uuid}\`.`)
    return canvas
  }

  scenesOf(canvas: string): readonly Scene[] {
    return this.collection.scenes.filter((scene) => scene.canvas === canvas)
  }

  get groups(): readonly ItemHolder[] {
    return this.collection.scenes.flatMap((scene) =>
      scene.items.flatMap((item) => ('group' in item ? [this.#groupHolder(scene, item)] : [])),
    )
  }

  scene(fields: RequestFields, names = sceneFields): Scene {
    const holder = this.itemHolder(fields, names)
    if (holder.group !== undefined) throw new RequestFault('invalidResourceType', 'The specified source is not a scene. (Is group)')
    return holder.scene
  }

  /** A scene or a group. */
  itemHolder(fields: RequestFields, names = sceneFields): ItemHolder {
    const found = this.#named(fields, names)
    if (found.sort === 'source') throw new RequestFault('invalidResourceType', 'The specified source is not a scene.')
    return found
  }

  /** A scene or a group for the fields of a destination, where they are there. */
  destination(fields: RequestFields): Scene | undefined {
    const names: NameFields = { name: 'destinationSceneName', uuid: 'destinationSceneUuid' }
    return fields.has(names.name) || fields.has(names.uuid) ? this.scene(fields, names) : undefined
  }

  source(fields: RequestFields): NamedSource {
    return this.#named(fields, sourceFields)
  }

  input(fields: RequestFields): Source {
    const found = this.#named(fields, inputFields)
    if (found.sort !== 'source') throw new RequestFault('invalidResourceType', 'The specified source is not an input.')
    return found.source
  }

  /** An input with its place in the mixer. */
  audioInput(fields: RequestFields): Source & { readonly audio: NonNullable<Source['audio']> } {
    const source = this.input(fields)
    if (source.audio === undefined) throw new RequestFault('invalidResourceState', 'The specified input does not support audio.')
    return source as Source & { readonly audio: NonNullable<Source['audio']> }
  }

  item(holder: ItemHolder, fields: RequestFields): Item {
    const number = fields.number('sceneItemId', 0)
    const item = holder.items.find(({ id }) => itemNumber(id) === number)
    if (item === undefined) {
      throw new RequestFault('resourceNotFound', `No scene items were found in \`${holder.name}\` with the ID \`${number}\`.`)
    }
    return item
  }

  /** All filters of a source in OBS's one list: those of the video, then those of the audio. */
  filtersOf(owner: NamedSource): readonly PlacedFilter[] {
    if (owner.sort === 'group') return []
    const place = owner.sort === 'scene' ? `scenes/${owner.scene.id}` : `sources/${owner.source.id}`
    const video: readonly Filter[] = owner.sort === 'scene' ? owner.scene.filters : owner.source.filters
    const audio: readonly AudioFilter[] = owner.sort === 'source' ? (owner.source.audio?.filters ?? []) : []
    return [
      ...video.map((filter, index) => ({ filter, at: `${place}/filters/${filter.id}`, audio: false, index })),
      ...audio.map((filter, index) => ({ filter, at: `${place}/audio-filters/${filter.id}`, audio: true, index: video.length + index })),
    ]
  }

  filter(owner: NamedSource, name: string): PlacedFilter {
    const found = this.filtersOf(owner).find(({ filter }) => filter.name === name)
    if (found === undefined)
      throw new RequestFault('resourceNotFound', `No filter was found in the source \`${owner.name}\` with the name \`${name}\`.`)
    return found
  }

  /** What an item shows. */
  shown(scene: Scene, item: Item): NamedSource {
    if ('group' in item) return { sort: 'group', ...this.#groupHolder(scene, item) }
    if ('scene' in item) return { sort: 'scene', ...this.holderOf(this.collection.scenes.find(({ id }) => id === item.scene) as Scene) }
    const source = this.collection.sources.find(({ id }) => id === item.source) as Source
    return { sort: 'source', source, name: source.name, uuid: uuidOf('source', source.id) }
  }

  /** True where a name is taken by a source, a scene or a group. */
  isTaken(name: string): boolean {
    const { sources, scenes } = this.collection
    return (
      sources.some((each) => each.name === name) ||
      scenes.some((each) => each.name === name) ||
      this.groups.some((each) => each.name === name)
    )
  }

  /** The scene by itself as a holder of its items. */
  holderOf(scene: Scene): ItemHolder {
    return { scene, group: undefined, name: scene.name, uuid: uuidOf('scene', scene.id), items: scene.items }
  }

  #groupHolder(scene: Scene, group: GroupItem): ItemHolder {
    return { scene, group, name: groupName(group), uuid: uuidOf('group', group.id), items: group.group }
  }

  #named(fields: RequestFields, names: NameFields): NamedSource {
    if (fields.has(names.uuid)) {
      const uuid = fields.text(names.uuid)
      const found = this.#find((sort, id) => uuidOf(sort, id) === uuid)
      if (found === undefined) throw new RequestFault('resourceNotFound', `No source was found with the UUID \`${uuid}\`.`)
      return found
    }
    const name = fields.text(names.name)
    const canvas = this.canvas(fields)
    const found = this.#find((_sort, _id, own, on) => own === name && (on === undefined || on === canvas.id))
    if (found === undefined) throw new RequestFault('resourceNotFound', `No source was found with the name \`${name}\`.`)
    return found
  }

  #find(accept: (sort: Identified, id: string, name: string, canvas?: string) => boolean): NamedSource | undefined {
    const { scenes, sources } = this.collection
    const scene = scenes.find((each) => accept('scene', each.id, each.name, each.canvas))
    if (scene !== undefined) return { sort: 'scene', ...this.holderOf(scene) }
    const source = sources.find((each) => accept('source', each.id, each.name))
    if (source !== undefined) return { sort: 'source', source, name: source.name, uuid: uuidOf('source', source.id) }
    const group = this.groups.find((each) => accept('group', (each.group as GroupItem).id, each.name, each.scene.canvas))
    return group && { sort: 'group', ...group }
  }
}

/** Groups of ours need no name; those of OBS have one. */
function groupName({ id, name }: GroupItem): string {
  return name ?? `Group ${id}`
}
