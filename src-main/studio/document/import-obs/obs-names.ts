import { freeId } from '../checks/complete-collection.ts'

/** Ids for entities that are referred to by name: each name has one, and no two have the same. */
class NamedIds {
  readonly #ids = new Map<string, string>()
  readonly #taken = new Set<string>()

  of(name: string): string | undefined {
    return this.#ids.get(name)
  }

  /** The first of a name has it. `otherwise` is what the id is made of where the name is empty. */
  give(name: string, otherwise: string): string {
    const known = this.#ids.get(name)
    if (known !== undefined) return known
    const id = this.make(name === '' ? otherwise : name)
    this.#ids.set(name, id)
    return id
  }

  set(name: string, id: string): void {
    this.#ids.set(name, id)
    this.#taken.add(id)
  }

  /** An id for what nothing refers to by a name. */
  make(wanted: string): string {
    return take(this.#taken, wanted)
  }
}

/** What an item shows. */
export type Shown = { readonly scene: string } | { readonly source: string }

/** In a scene collection of OBS Studio everything refers to everything by its name: here by ids. */
export class ObsNames {
  readonly scenes = new NamedIds()
  readonly sources = new NamedIds()
  readonly transitions = new NamedIds()
  readonly #filters = new Set<string>()
  readonly #items = new Set<string>()
  /** Items by scene and name, or number there: hotkeys refer to them so. */
  readonly #itemOf = new Map<string, { readonly id: string; readonly name: string }>()
  /** Scenes that are in a scene, by ids. */
  readonly #nested = new Map<string, Set<string>>()

  newFilter(owner: string, name: string): string {
    return take(this.#filters, `${owner}-${name}`)
  }

  /** `number`: what the item has in its own scene; undefined in a group. */
  newItem(scene: string, name: string, number: number | undefined): string {
    const id = take(this.#items, `${scene}-${name}`)
    for (const key of number === undefined ? [name] : [name, String(number)]) {
      const place = `${scene}\n${key}`
      if (!this.#itemOf.has(place)) this.#itemOf.set(place, { id, name })
    }
    return id
  }

  /** The item of a scene with that number, or the first that shows what has that name. */
  itemOf(scene: string, nameOrNumber: string): { readonly id: string; readonly name: string } | undefined {
    return this.#itemOf.get(`${scene}\n${nameOrNumber}`)
  }

  shown(name: string): Shown | undefined {
    const scene = this.scenes.of(name)
    if (scene !== undefined) return { scene }
    const source = this.sources.of(name)
    return source === undefined ? undefined : { source }
  }

  /** Remembers that a scene is in another; false where that one is in it already. */
  mayStandIn(outer: string, inner: string): boolean {
    const reaches = (from: string, seen: Set<string>): boolean =>
      from === outer || [...(this.#nested.get(from) ?? [])].some((each) => !seen.has(each) && reaches(each, seen.add(each)))
    if (reaches(inner, new Set())) return false
    this.#nested.set(outer, (this.#nested.get(outer) ?? new Set()).add(inner))
    return true
  }
}

function take(taken: Set<string>, wanted: string): string {
  const id = freeId(wanted, (each) => taken.has(each))
  taken.add(id)
  return id
}
