import type { FrameStore } from '../../../media/worker/stores/media-stores.ts'
import type { Collection, Filter, Item, ItemLayout, LeafItem, Scene, Source } from '../../document/collection.ts'
import type { Compositor, Layer, LayerContent, NativeFilter, Surface } from '../compositor/compositor.ts'
import { sizeBehind } from '../filters/size-behind.ts'
import { ItemPresence, type Presence } from './item-presence.ts'
import { extent, moved, overhanging, type Placement, place } from './placement.ts'

export interface SceneSurfacesDependencies {
  readonly compositor: Compositor
  /** Frames of a source, if it has any. */
  readonly frameStore: (source: string) => FrameStore | undefined
  /** Filters as the compositor takes them. */
  readonly filters: (filters: readonly Filter[]) => NativeFilter[]
}

/** What a plan was made of: where one differs the plan is recreated. */
/** What of a canvas its scenes are composed on. */
interface CanvasSurface {
  readonly width: number
  readonly height: number
  readonly background: string
}

const isSameSurface = (one: CanvasSurface | undefined, other: CanvasSurface | undefined): boolean =>
  one?.width === other?.width && one?.height === other?.height && one?.background === other?.background

interface Basis {
  readonly source: Source
  readonly store: FrameStore
  readonly width: number
  readonly height: number
}

/** An item with its content found, and where it goes. */
export interface PlacedItem {
  readonly item: ItemLayout
  readonly content: LayerContent
  readonly placement: Placement
  /** What the item shows, for matching items of two scenes. */
  readonly shows: string
}

interface PlannedScene {
  scene: Scene
  /** With the canvas's background. */
  root: Surface | undefined
  /** Transparent, for other scenes. */
  nested: Surface | undefined
  readonly groups: Map<string, Surface>
  placed: readonly PlacedItem[]
  basis: readonly Basis[]
  inner: readonly string[]
}

export function layerOf({ item, content, placement }: PlacedItem): Layer {
  const { blend, sampling, opacity, light } = item
  return {
    content,
    crop: placement.crop,
    transform: placement.transform,
    opacity,
    blend,
    sampling,
    ...(light === undefined ? {} : { light }),
  }
}

/** Surfaces of scenes, planned from the collection and the sizes that sources have now. */
export class SceneSurfaces {
  readonly #dependencies: SceneSurfacesDependencies
  readonly #planned = new Map<string, PlannedScene>()
  readonly #presence = new ItemPresence()
  #scenes = new Map<string, Scene>()
  #sources = new Map<string, Source>()
  #canvases = new Map<string, CanvasSurface>()
  #filters = new Map<string, { readonly filters: readonly Filter[]; readonly native: NativeFilter[] }>()

  constructor(dependencies: SceneSurfacesDependencies) {
    this.#dependencies = dependencies
  }

  /** Plans everything again: what filters are made of has changed. */
  replan(): void {
    this.#filters.clear()
    for (const planned of this.#planned.values()) this.#plan(planned)
  }

  setCollection({ scenes, sources, canvases }: Collection): void {
    const sourcesBefore = this.#sources
    const scenesBefore = this.#scenes
    this.#scenes = new Map(scenes.map((scene) => [scene.id, scene]))
    this.#presence.setScenes(scenesBefore, this.#scenes)
    this.#sources = new Map(sources.map((source) => [source.id, source]))
    const before = this.#canvases
    this.#canvases = new Map(canvases.map((canvas) => [canvas.id, canvas]))
    for (const id of this.#filters.keys()) if (!this.#sources.has(id)) this.#filters.delete(id)
    for (const [id, planned] of this.#planned) {
      const scene = this.#scenes.get(id)
      if (scene !== undefined && isSameSurface(before.get(planned.scene.canvas), this.#canvases.get(scene.canvas))) continue
      close(planned)
      this.#planned.delete(id)
    }
    // Frames of a source that is gone may be the mask of others.
    if ([...sourcesBefore.values()].some(({ id, kind }) => this.#sources.get(id)?.kind !== kind)) this.replan()
  }

  /** Goes on with items that are just shown or hidden; true where one is at its end: what is seen is other than before. */
  advance(frame: number, frameMs: number): boolean {
    if (this.#presence.isIdle) return false
    const { scenes, ended } = this.#presence.advance(frame, frameMs)
    for (const id of scenes) {
      const planned = this.#planned.get(id)
      if (planned !== undefined) this.#plan(planned)
    }
    return ended
  }

  has(scene: string): boolean {
    return this.#scenes.has(scene)
  }

  scene(id: string): Scene | undefined {
    return this.#scenes.get(id)
  }

  /** What a scene is made of: itself and scenes in it, the sources that they show, and whether any of them has filters. */
  shownIn(id: string): { readonly scenes: ReadonlySet<string>; readonly sources: ReadonlySet<string>; readonly hasFilters: boolean } {
    const scenes = new Set<string>()
    const [sources, masks] = [new Set<string>(), new Set<string>()]
    const walk = (of: string): void => {
      if (scenes.has(of) || !this.#scenes.has(of)) return
      scenes.add(of)
      for (const item of this.#scenes.get(of)?.items ?? []) {
        for (const leaf of 'group' in item ? item.group : [item]) if ('scene' in leaf) walk(leaf.scene)
      }
    }
    walk(id)
    this.sourcesIn(id, sources, masks)
    const filtered = ({ filters }: { readonly filters: readonly Filter[] }): boolean => filters.some(({ enabled }) => enabled)
    const hasFilters =
      [...scenes].some((each) => filtered(this.#scenes.get(each) as Scene)) ||
      [...sources].some((each) => filtered(this.#sources.get(each) ?? { filters: [] }))
    return { scenes, sources, hasFilters }
  }

  /** The scene as a whole frame, up to date. */
  root(scene: string): Surface {
    const planned = this.#refresh(scene)
    if (planned.root === undefined) {
      const { width, height, background } = this.#canvasOf(planned.scene)
      planned.root = this.#dependencies.compositor.createSurface({ width, height, background })
      this.#fill(planned, planned.root)
    }
    return planned.root
  }

  /** Items of a scene at their present positions, bottom first. */
  placed(scene: string): readonly PlacedItem[] {
    return this.#refresh(scene).placed
  }

  /** A scene's own filters. */
  filters(scene: string): NativeFilter[] {
    return this.#dependencies.filters(this.#scenes.get(scene)?.filters ?? [])
  }

  /**
   * A source's frame after its filters, as items show it; undefined while it has none.
   * @param before id of the filter whose input is wanted instead
   */
  sourceLayer(id: string, before?: string): (Layer & { readonly width: number; readonly height: number }) | undefined {
    const source = this.#sources.get(id)
    const store = this.#dependencies.frameStore(id)
    if (source === undefined || store === undefined || store.sequence === 0) return undefined
    const end = source.filters.findIndex((filter) => filter.id === before)
    const filters = end < 0 ? source.filters : source.filters.slice(0, end)
    const { width, height } = sizeBehind(filters, store.width, store.height)
    if (width < 1 || height < 1) return undefined
    const content = { store, filters: end < 0 ? this.#filtersOf(source) : this.#dependencies.filters(filters) }
    return { content, transform: [1, 0, 0, 1, 0, 0], opacity: 1, blend: 'normal', sampling: 'smooth', width, height }
  }

  /** Sources that a scene shows, those of scenes in it included; into `masks` those that only cut others out. */
  sourcesIn(id: string, found = new Set<string>(), masks = new Set<string>()): Set<string> {
    const scene = this.#scenes.get(id)
    const addMasks = (filters: readonly Filter[]): void => {
      for (const { kind, enabled, settings } of filters) if (kind === 'mask' && enabled) masks.add(String(settings.source))
    }
    const walk = (items: readonly Item[]): void => {
      for (const item of items) {
        if (this.#presence.of(item) === undefined) continue
        if ('group' in item) walk(item.group)
        else if ('source' in item) {
          found.add(item.source)
          addMasks(this.#sources.get(item.source)?.filters ?? [])
        } else this.sourcesIn(item.scene, found, masks)
      }
    }
    addMasks(scene?.filters ?? [])
    walk(scene?.items ?? [])
    return found
  }

  close(): void {
    for (const planned of this.#planned.values()) close(planned)
    this.#planned.clear()
  }

  #canvasOf(scene: Scene): CanvasSurface {
    return this.#canvases.get(scene.canvas) ?? { width: 16, height: 16, background: '#000000' }
  }

  #refresh(id: string): PlannedScene {
    const scene = this.#scenes.get(id) as Scene
    let planned = this.#planned.get(id)
    if (planned === undefined) {
      planned = { scene, root: undefined, nested: undefined, groups: new Map(), placed: [], basis: [], inner: [] }
      this.#planned.set(id, planned)
      this.#plan(planned)
    } else if (planned.scene !== scene || planned.basis.some((basis) => this.#differs(basis))) {
      planned.scene = scene
      this.#plan(planned)
    } else for (const inner of planned.inner) this.#refresh(inner)
    return planned
  }

  #differs({ source, store, width, height }: Basis): boolean {
    return (
      store.width !== width ||
      store.height !== height ||
      this.#sources.get(source.id) !== source ||
      this.#dependencies.frameStore(source.id) !== store
    )
  }

  #plan(planned: PlannedScene): void {
    const basis: Basis[] = []
    const inner: string[] = []
    const groups = new Set<string>()
    const placed: PlacedItem[] = []
    for (const item of planned.scene.items) {
      const presence = this.#presence.of(item)
      if (presence === undefined || item.opacity === 0) continue
      const found = 'group' in item ? this.#group(planned, item, basis, inner) : this.#leaf(item, basis, inner)
      if (found !== undefined) placed.push(present(found, presence, this.#canvasOf(planned.scene)))
      if ('group' in item) groups.add(item.id)
    }
    for (const [id, surface] of planned.groups) {
      if (groups.has(id)) continue
      surface.close()
      planned.groups.delete(id)
    }
    planned.placed = placed
    planned.basis = basis
    planned.inner = inner
    if (planned.root) this.#fill(planned, planned.root)
    if (planned.nested) this.#fill(planned, planned.nested)
  }

  #fill({ scene, placed }: PlannedScene, surface: Surface): void {
    surface.setLayers(placed.map(layerOf))
    surface.setFilters(this.#dependencies.filters(scene.filters))
  }

  #leaf(item: LeafItem, basis: Basis[], inner: string[]): PlacedItem | undefined {
    if ('scene' in item) {
      if (!this.#scenes.has(item.scene)) return undefined
      inner.push(item.scene)
      const planned = this.#refresh(item.scene)
      const canvas = this.#canvasOf(planned.scene)
      if (planned.nested === undefined) {
        planned.nested = this.#dependencies.compositor.createSurface({ width: canvas.width, height: canvas.height })
        this.#fill(planned, planned.nested)
      }
      const { width, height } = sizeBehind(planned.scene.filters, canvas.width, canvas.height)
      const placement = place(item, width, height)
      return placement && { item, placement, content: { surface: planned.nested }, shows: `scene:${item.scene}` }
    }
    const source = this.#sources.get(item.source)
    const store = this.#dependencies.frameStore(item.source)
    if (source === undefined || store === undefined) return undefined
    const { width, height } = store
    basis.push({ source, store, width, height })
    const seen = sizeBehind(source.filters, width, height)
    const placement = place(item, seen.width, seen.height)
    if (placement === undefined) return undefined
    return { item, placement, content: { store, filters: this.#filtersOf(source) }, shows: `source:${source.id}` }
  }

  /** One array for each source while its filters stay: the compositor filters a frame once, however many show it. */
  #filtersOf({ id, filters }: Source): NativeFilter[] {
    const known = this.#filters.get(id)
    if (known?.filters === filters) return known.native
    const native = this.#dependencies.filters(filters)
    this.#filters.set(id, { filters, native })
    return native
  }

  #group(
    planned: PlannedScene,
    item: Item & { readonly group: readonly LeafItem[] },
    basis: Basis[],
    inner: string[],
  ): PlacedItem | undefined {
    const members = item.group.flatMap((each): readonly PlacedItem[] => {
      const presence = this.#presence.of(each)
      const found = presence === undefined || each.opacity === 0 ? undefined : this.#leaf(each, basis, inner)
      // The box of a group is that of its members: they fade where they are.
      const faded = presence && { opacity: presence.x === 0 && presence.y === 0 ? presence.opacity : 1 - Math.abs(presence.x + presence.y) }
      return found === undefined || faded === undefined ? [] : [present(found, { ...faded, x: 0, y: 0 })]
    })
    if (members.length === 0) return undefined
    // The group's box starts at its own origin, so that it stays where it is whatever its members do; what is left of it or above hangs
    // over.
    let [left, top, right, bottom] = [0, 0, 1, 1]
    for (const { placement } of members) {
      const box = extent(placement)
      left = Math.min(left, Math.floor(box[0]))
      top = Math.min(top, Math.floor(box[1]))
      right = Math.max(right, Math.ceil(box[2]))
      bottom = Math.max(bottom, Math.ceil(box[3]))
    }
    // Members placed far off cannot ask for a surface larger than any canvas.
    left = Math.max(left, -4096)
    top = Math.max(top, -4096)
    const width = Math.min(right - left, 8192)
    const height = Math.min(bottom - top, 8192)
    const boxed = place(item, width + left, height + top)
    const placement = boxed && overhanging(boxed, left, top)
    if (placement === undefined) return undefined
    let surface = planned.groups.get(item.id)
    if (surface === undefined || surface.width !== width || surface.height !== height) {
      surface?.close()
      surface = this.#dependencies.compositor.createSurface({ width, height })
      planned.groups.set(item.id, surface)
    }
    surface.setLayers(
      members.map((member) => {
        const layer = layerOf(member)
        return { ...layer, transform: moved(layer.transform, -left, -top) }
      }),
    )
    return { item, placement, content: { surface }, shows: `group:${item.id}` }
  }
}

function close(planned: PlannedScene): void {
  planned.root?.close()
  planned.nested?.close()
  for (const surface of planned.groups.values()) surface.close()
}

/** An item as it is seen during its show or hide transition. */
function present(placed: PlacedItem, { opacity, x, y }: Presence, { width, height } = { width: 0, height: 0 }): PlacedItem {
  if (opacity === 1 && x === 0 && y === 0) return placed
  const { item, placement } = placed
  return {
    ...placed,
    item: { ...item, opacity: item.opacity * opacity },
    placement: { ...placement, transform: moved(placement.transform, x * width, y * height) },
  }
}
