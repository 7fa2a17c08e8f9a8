import type { ImportReport } from './not-carried.ts'
import { mapObsItem } from './obs-items.ts'
import type { ObsNames } from './obs-names.ts'
import { clamp, type ObsValues } from './obs-values.ts'

const maxItems = 512
const maxGroupItems = 256

export interface ObsScenesDependencies {
  readonly names: ObsNames
  readonly report: ImportReport
  /** By name. */
  readonly groups: ReadonlyMap<string, ObsValues>
  /** Names of all that the document lists: what is not carried was reported. */
  readonly listed: ReadonlySet<string>
  /** What OBS mixes a source of that name as. */
  readonly light: (name: string) => 'video' | 'linear'
  /** Video filters of a scene. */
  readonly filters: (scene: ObsValues, place: string) => readonly unknown[]
  /** Id of the transition of a name, lasting as long as given (ms); undefined for an unknown name. */
  readonly transition: (name: string, durationMs: number) => string | undefined
}

/** Makes scenes of those of OBS Studio: their items, groups and filters. */
export class ObsScenes {
  readonly #dependencies: ObsScenesDependencies

  constructor(dependencies: ObsScenesDependencies) {
    this.#dependencies = dependencies
  }

  make(scene: ObsValues): { readonly id: string } {
    const { names, report, filters } = this.#dependencies
    const name = scene.text('name')
    const place = `scene "${name}"`
    const made = filters(scene, place)
    const settings = scene.part('settings')
    if (settings.flag('custom_size')) report.add(place, 'has the size of the canvas instead of its own')
    const own = scene.part('private_settings')
    const override = own.text('transition')
    // What OBS takes where none was set, whatever the duration of the collection.
    const lastsMs = clamp(Math.round(own.number('transition_duration', 300)), 0, 60_000)
    const transition = this.#dependencies.transition(override, lastsMs)
    if (override !== '' && transition === undefined) report.add(place, `its transition "${override}" is not there`)
    const entity = { name: name.slice(0, 120) || 'Scene', items: this.#items(settings, name, place, maxItems), filters: made }
    return { id: names.scenes.of(name) as string, ...entity, ...(transition === undefined ? {} : { transition }) }
  }

  #items(settings: ObsValues, scene: string, place: string, max: number): readonly unknown[] {
    // Groups keep their items; the copies beside them are for versions without groups.
    const items = settings.list('items').filter((item) => !item.flag('group_item_backup'))
    if (items.length > max) this.#dependencies.report.add(place, `only the first ${max} items are carried`)
    return items.slice(0, max).flatMap((item) => this.#item(item, scene, `${place}, item "${item.text('name')}"`, max === maxItems))
  }

  /** Undefined if it cannot be carried, which is reported. */
  #item(item: ObsValues, scene: string, place: string, mayBeGroup: boolean): readonly unknown[] {
    const { names, report, listed } = this.#dependencies
    const name = item.text('name')
    const note = report.at(place)
    const group = this.#dependencies.groups.get(name)
    const shown = names.shown(name)
    if (group === undefined && shown === undefined) {
      if (!listed.has(name)) note('shows a source that is not there')
      return []
    }
    if (shown !== undefined && 'scene' in shown && !names.mayStandIn(names.scenes.of(scene) as string, shown.scene)) {
      note('scenes cannot contain each other')
      return []
    }
    const id = names.newItem(scene, name, mayBeGroup ? item.number('id', -1) : undefined)
    const layout = mapObsItem(item, this.#dependencies.light(name), note)
    if (shown !== undefined) return [{ id, ...shown, ...layout }]
    if (!mayBeGroup || group === undefined) {
      note('groups cannot contain groups')
      return []
    }
    if (group.list('filters').length > 0) note('groups have no filters')
    const inner = this.#items(group.part('settings'), scene, place, maxGroupItems)
    return [{ id, name: name.slice(0, 120) || 'Group', group: inner, ...layout }]
  }
}
