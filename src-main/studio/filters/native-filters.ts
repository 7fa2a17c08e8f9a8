import { readFile, stat } from 'node:fs/promises'
import { type ColorTable, readCube } from '../../formats/cube.ts'
import { isFault } from '../../formats/fault.ts'
import type { Filter } from '../collection/collection.ts'
import type { NativeFilter } from '../native/compositor.ts'
import type { FrameStore } from '../native/media-stores.ts'
import { filterKinds } from './filter-kinds.ts'

export interface NativeFiltersNeeds {
  /** Pictures of a source, where it has any: masks. */
  readonly pictures: (source: string) => FrameStore | undefined
  /** A filter cannot do its work (undefined: it can again). */
  readonly onProblem: (filter: string, problem: string | undefined) => void
  /** Something that a filter needs has come: make the filters anew. */
  readonly onLoaded: () => void
}

/** Tables are some hundred kilobytes of text. */
const largestTableBytes = 16 * 1024 * 1024
/** A table that cannot be read is looked for again after so long, ms. */
const againMs = 3000

const defaults = new Map(
  filterKinds.map(({ kind, settings }) => [
    kind,
    Object.fromEntries(Object.entries(settings.properties).map(([name, schema]) => [name, (schema as { default?: unknown }).default])),
  ]),
)

/** Turns filters of the collection into those of the compositor: with defaults, tables read from files and masks found. */
export class NativeFilters {
  readonly #needs: NativeFiltersNeeds
  /** By file; what is wrong, where it cannot be read; undefined while it is being read for the first time. */
  readonly #tables = new Map<string, ColorTable | string | undefined>()
  /** What was told last of each filter that cannot work. */
  readonly #problems = new Map<string, string>()
  #again: NodeJS.Timeout | undefined

  constructor(needs: NativeFiltersNeeds) {
    this.#needs = needs
  }

  /** Those that are enabled and can work, in order. */
  of(filters: readonly Filter[]): NativeFilter[] {
    return filters.flatMap((filter) => (filter.enabled ? (this.#make(filter) ?? []) : []))
  }

  /** Lets go of the tables that no filter names any more: one that comes back is read anew. `filtered` is all sources and scenes. */
  keepFor(filtered: readonly { readonly filters: readonly Filter[] }[]): void {
    if (this.#tables.size === 0) return
    const named = new Set<string>()
    for (const { filters } of filtered) for (const { kind, settings } of filters) if (kind === 'lut') named.add(String(settings.file))
    for (const file of this.#tables.keys()) if (!named.has(file)) this.#tables.delete(file)
  }

  /** How many tables are held, those that are being read included. */
  get tables(): number {
    return this.#tables.size
  }

  #make({ id, kind, settings }: Filter): NativeFilter | undefined {
    const all: NativeFilter = { ...defaults.get(kind), ...settings, kind }
    if (kind === 'lut') {
      const file = String(all.file)
      const table = this.#table(file)
      // While it is being read (again) nothing new is known.
      if (table !== undefined || file === '') this.#tell(id, typeof table === 'string' ? table : undefined)
      if (table === undefined || typeof table === 'string') return undefined
      return withHidden({ kind, amount: all.amount, size: table.size, file }, 'values', new Uint8Array(table.values.buffer))
    }
    if (kind === 'mask') {
      const source = String(all.source)
      const store = this.#needs.pictures(source)
      this.#tell(id, store || source === '' ? undefined : `There is no source "${source}" with pictures to mask with`)
      return store && withHidden({ kind, by: all.by, invert: all.invert, address: store.address }, 'store', store)
    }
    return all
  }

  #tell(filter: string, problem: string | undefined): void {
    if (this.#problems.get(filter) === problem) return
    if (problem === undefined) this.#problems.delete(filter)
    else this.#problems.set(filter, problem)
    this.#needs.onProblem(filter, problem)
  }

  #table(file: string): ColorTable | string | undefined {
    if (file === '') return undefined
    if (!this.#tables.has(file)) {
      this.#tables.set(file, undefined)
      void this.#read(file)
    }
    return this.#tables.get(file)
  }

  async #read(file: string): Promise<void> {
    const keep = (table: ColorTable | string): void => {
      if (this.#tables.has(file)) this.#tables.set(file, table)
    }
    try {
      const { size } = await stat(file)
      if (size > largestTableBytes) throw new Error(`${file} has ${size} bytes: that is no colour table`)
      const table = readCube(await readFile(file, 'utf8'))
      if (isFault(table)) throw new Error(`${file}, line ${table.offset}: ${table.fault}`)
      keep(table)
    } catch (error) {
      keep((error as Error).message)
      this.#lookAgain()
    }
    this.#needs.onLoaded()
  }

  /** Files come back: those that are still wanted are read again, and the others forgotten. */
  #lookAgain(): void {
    this.#again ??= setTimeout(() => {
      this.#again = undefined
      for (const [file, table] of this.#tables) if (typeof table === 'string') this.#tables.delete(file)
      this.#needs.onLoaded()
    }, againMs).unref()
  }
}

/** The compositor tells filters apart by what JSON shows of them: what is large or no data stands beside, named by what it came from. */
function withHidden(filter: NativeFilter, name: string, value: unknown): NativeFilter {
  return Object.defineProperty(filter, name, { value })
}
