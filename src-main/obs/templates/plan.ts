import type { ObsShow, ObsShowFilter, ObsShowInput, ObsShowItem, ObsShowScene } from '../../media/obs-show/obs-show.ts'
import type { FilterChanges, InputChanges, ItemChanges } from '../schemas/commands.ts'
import type { ObsItem } from '../schemas/mirror.ts'
import type { PlanEntry } from '../schemas/templates.ts'
import type { Before } from './before.ts'
import { audioChanges, placementChanges, settingsChanges } from './differences.ts'
import { type LiveNames, liveNames } from './live-names.ts'
import type { LiveInput, LiveScene, LiveShow } from './live-show.ts'

/** An item of the show in its scene of OBS. */
export interface Slot {
  readonly source: string
  /** Its id; undefined where it is to be created. */
  readonly item: number | undefined
  /** Undefined where the source is there, or was created for another item. */
  readonly newInput: { readonly kind: string; readonly settings: Readonly<Record<string, unknown>> } | undefined
  readonly changes: Pick<ItemChanges, 'enabled' | 'locked' | 'blendMode' | 'transform'>
}

export interface SceneWork {
  readonly scene: string
  /** Lowest first. */
  readonly slots: readonly Slot[]
  /** Items that are not of the show, lowest first: they stay, above it. */
  readonly others: readonly number[]
  /** What is there is in another order. */
  readonly reorder: boolean
}

/** What is to be done, in this order. */
export interface Work {
  readonly newScenes: readonly string[]
  readonly scenes: readonly SceneWork[]
  readonly newFilters: readonly { readonly source: string; readonly filter: ObsShowFilter }[]
  readonly filters: readonly FilterChanges[]
  readonly inputs: readonly InputChanges[]
}

/** What an application of a show would do. */
export interface Plan {
  readonly created: readonly PlanEntry[]
  readonly changed: readonly PlanEntry[]
  readonly left: readonly PlanEntry[]
  readonly work: Work
  readonly before: Before
}

/** Compares a show with what an OBS has. Nothing that is not of the show is removed or renamed. */
export function planShow(show: ObsShow, live: LiveShow): Plan {
  return new Planner(show, live).plan()
}

class Planner {
  readonly #live: LiveShow
  readonly #show: ObsShow
  readonly #names: LiveNames
  readonly #created: PlanEntry[] = []
  readonly #changed: PlanEntry[] = []
  readonly #left: PlanEntry[] = []
  readonly #createdInputs = new Set<string>()
  readonly #newFilters: { source: string; filter: ObsShowFilter }[] = []
  readonly #filters: FilterChanges[] = []
  readonly #inputs: InputChanges[] = []
  readonly #before: { -readonly [K in keyof Before]: Before[K] extends readonly (infer T)[] ? T[] : Before[K] }

  constructor(show: ObsShow, live: LiveShow) {
    this.#show = show
    this.#live = live
    this.#names = liveNames(show, live)
    const none = { scenes: [], inputs: [], items: [], changed: [], orders: [], filters: [], filterChanges: [], inputChanges: [] }
    this.#before = { collection: live.collection, ...none }
  }

  plan(): Plan {
    const { scenes } = this.#show
    const newScenes = scenes.map(({ name }) => this.#names.scene(name)).filter((name) => !this.#live.scenes.has(name))
    for (const scene of newScenes) this.#create({ what: 'scene', name: scene })
    this.#before.scenes.push(...newScenes)
    const everywhere = this.#devices()
    const inner = new Set(scenes.flatMap(({ items }) => items.map(({ source }) => source)))
    const work = scenes.map((scene) => this.#scene(scene, inner.has(scene.name) ? [] : everywhere))
    for (const input of this.#show.inputs) this.#input(input)
    for (const scene of scenes)
      this.#sourceFilters(this.#names.scene(scene.name), scene.filters, this.#live.scenes.get(this.#names.scene(scene.name))?.filters)
    return {
      created: this.#created,
      changed: this.#changed,
      left: this.#left,
      work: { newScenes, scenes: work.filter(hasWork), newFilters: this.#newFilters, filters: this.#filters, inputs: this.#inputs },
      before: this.#before,
    }
  }

  #create(entry: PlanEntry): void {
    this.#created.push(entry)
  }

  /** Audio devices that are heard in every scene, as items of them, where OBS has no device of its own for it. */
  #devices(): readonly ObsShowItem[] {
    return this.#show.inputs.flatMap(({ name, device }) => {
      if (device === undefined) return []
      const [own] = this.#live.devices[device]
      if (own === undefined) return [audible(name)]
      this.#left.push({ what: 'input', name: own, why: 'this audio device of OBS is heard in every scene already' })
      return []
    })
  }

  #scene(scene: ObsShowScene, everywhere: readonly ObsShowItem[]): SceneWork {
    const name = this.#names.scene(scene.name)
    const live = this.#live.scenes.get(name)
    const free = [...(live?.items ?? [])]
    const slots = [...scene.items, ...everywhere].map((wanted) => {
      const source = this.#names.source(wanted.source)
      const at = free.findIndex((item) => item.source === source)
      const [existing] = at < 0 ? [] : free.splice(at, 1)
      return this.#slot(name, live, source, wanted, existing)
    })
    const others = free.map(({ id }) => id)
    for (const { source } of free) this.#left.push({ what: 'item', name: source, in: name, why: 'it is not of the template' })
    const reorder = live !== undefined && isOutOfOrder(live, slots, others)
    if (reorder) {
      this.#changed.push({ what: 'scene', name, fields: ['order'] })
      this.#before.orders.push({ scene: name, items: live.items.map(({ id }) => id) })
    }
    return { scene: name, slots, others, reorder }
  }

  #slot(scene: string, live: LiveScene | undefined, source: string, wanted: ObsShowItem, existing: ObsItem | undefined): Slot {
    const transform = placementChanges(wanted.placement, existing?.transform)
    const blendMode = `OBS_BLEND_${wanted.blend.toUpperCase()}` as NonNullable<ItemChanges['blendMode']>
    const changes: Slot['changes'] = {
      ...(Object.keys(transform).length > 0 && { transform: transform as NonNullable<ItemChanges['transform']> }),
      ...(blendMode !== (existing?.blendMode ?? 'OBS_BLEND_NORMAL') && { blendMode }),
      ...(wanted.locked !== (existing?.locked ?? false) && { locked: wanted.locked }),
      // What is new is hidden until it is in its place.
      ...(wanted.enabled !== (existing?.enabled ?? false) && { enabled: wanted.enabled }),
    }
    if (existing === undefined) {
      this.#create({ what: 'item', name: source, in: scene })
      if (live !== undefined && !this.#before.items.some((each) => each.scene === scene && each.source === source)) {
        const kept = live.items.filter((item) => item.source === source).map(({ id }) => id)
        this.#before.items.push({ scene, source, kept })
      }
    } else if (Object.keys(changes).length > 0) {
      const fields = [...Object.keys(transform), ...Object.keys(changes).filter((field) => field !== 'transform')]
      this.#changed.push({ what: 'item', name: source, in: scene, fields })
      this.#before.changed.push({ scene, item: existing })
    } else this.#left.push({ what: 'item', name: source, in: scene, why: 'it is as the template has it' })
    return { source, item: existing?.id, newInput: this.#newInput(source), changes }
  }

  /** The input that the first item of it creates. */
  #newInput(source: string): Slot['newInput'] {
    const input = this.#names.input(source)
    if (input === undefined || this.#live.inputs.has(source) || this.#createdInputs.has(source)) return undefined
    this.#createdInputs.add(source)
    this.#create({ what: 'input', name: source })
    this.#before.inputs.push(source)
    return { kind: input.kind, settings: input.settings }
  }

  #input(wanted: ObsShowInput): void {
    const name = this.#names.source(wanted.name)
    const live = this.#live.inputs.get(name)
    if (live === undefined && !this.#createdInputs.has(name)) return
    this.#sourceFilters(name, wanted.filters, live?.filters)
    const audio =
      wanted.audio === undefined
        ? []
        : live === undefined
          ? (['volume', 'muted', 'balance', 'syncOffsetMs', 'monitoring', 'tracks'] as const)
          : live.audio === null
            ? []
            : audioChanges(wanted.audio, live.audio)
    const settings = live === undefined ? {} : settingsChanges(wanted.settings, live.settings)
    const fields = [...Object.keys(settings), ...audio]
    if (live !== undefined && fields.length === 0) {
      this.#left.push({ what: 'input', name, why: 'it is as the template has it' })
      return
    }
    if (live !== undefined) this.#note(live, fields)
    if (fields.length === 0) return
    this.#inputs.push({
      input: name,
      ...(Object.keys(settings).length > 0 && { settings }),
      ...Object.fromEntries(audio.map((field) => [field, wanted.audio?.[field]])),
    })
  }

  #note(live: LiveInput, fields: readonly string[]): void {
    this.#changed.push({ what: 'input', name: live.name, fields: [...fields] })
    this.#before.inputChanges.push({ input: live.name, kind: live.kind, settings: live.settings, audio: live.audio })
  }

  #sourceFilters(source: string, wanted: readonly ObsShowFilter[], live: readonly ObsShowFilter[] | undefined): void {
    for (const filter of wanted) {
      const now = live?.find(({ name }) => name === filter.name)
      if (now === undefined) {
        this.#create({ what: 'filter', name: filter.name, in: source })
        this.#newFilters.push({ source, filter })
        if (live !== undefined) this.#before.filters.push({ source, filter: filter.name })
        continue
      }
      const where = { what: 'filter', name: filter.name, in: source } as const
      if (now.kind !== filter.kind) {
        this.#left.push({ ...where, why: `there is another kind of filter of that name: ${now.kind}` })
        continue
      }
      const settings = settingsChanges(filter.settings, now.settings)
      const fields = [...Object.keys(settings), ...(now.enabled === filter.enabled ? [] : ['enabled'])]
      if (fields.length === 0) {
        this.#left.push({ ...where, why: 'it is as the template has it' })
        continue
      }
      this.#changed.push({ ...where, fields })
      this.#before.filterChanges.push({ source, filter: now })
      this.#filters.push({ source, filter: filter.name, settings, enabled: filter.enabled })
    }
  }
}

/** An item that is heard alone. */
function audible(source: string): ObsShowItem {
  const still = {
    positionX: 0,
    positionY: 0,
    rotation: 0,
    scaleX: 1,
    scaleY: 1,
    alignment: 5,
    cropLeft: 0,
    cropRight: 0,
    cropTop: 0,
    cropBottom: 0,
  }
  const bounds = { boundsType: 'OBS_BOUNDS_NONE', boundsAlignment: 0, boundsWidth: 1, boundsHeight: 1, cropToBounds: false } as const
  return { source, enabled: true, locked: false, blend: 'normal', placement: { ...still, ...bounds } }
}

const hasWork = ({ slots, reorder }: SceneWork): boolean =>
  reorder || slots.some(({ item, changes }) => item === undefined || Object.keys(changes).length > 0)

/** Whether OBS's order, with what is created on top, is another than the show's with other items above. */
function isOutOfOrder({ items }: LiveScene, slots: readonly Slot[], others: readonly number[]): boolean {
  // What is created has no id yet: each is as good as another, in the order of creation.
  let next = -1
  const wanted = slots.map(({ item }) => item ?? next--)
  const then = [...items.map(({ id }) => id), ...wanted.filter((id) => id < 0)]
  return then.join() !== [...wanted, ...others].join()
}
