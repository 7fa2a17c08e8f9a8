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

const defaults = new Map(
  filterKinds.map(({ kind, settings }) => [
    kind,
    Object.fromEntries(Object.entries(settings.properties).map(([name, schema]) => [name, (schema as { default?: unknown }).default])),
  ]),
)

/** Turns filters of the collection into those of the compositor: with defaults, tables read from files and masks found. */
export class NativeFilters {
  readonly #needs: NativeFiltersNeeds
  /** Undefined while a table is being read or where it cannot be. */
  readonly #tables = new Map<string, ColorTable | undefined>()

  constructor(needs: NativeFiltersNeeds) {
    this.#needs = needs
  }

  /** Those that are enabled and can work, in order. */
  of(filters: readonly Filter[]): NativeFilter[] {
    return filters.flatMap((filter) => (filter.enabled ? (this.#make(filter) ?? []) : []))
  }

  #make({ id, kind, settings }: Filter): NativeFilter | undefined {
    const all: NativeFilter = { ...defaults.get(kind), ...settings, kind }
    if (kind === 'lut') {
      const table = this.#table(id, String(all.file))
      return (
        table && withHidden({ kind, amount: all.amount, size: table.size, file: all.file }, 'values', new Uint8Array(table.values.buffer))
      )
    }
    if (kind === 'mask') {
      const store = this.#needs.pictures(String(all.source))
      return store && withHidden({ kind, by: all.by, invert: all.invert, address: store.address }, 'store', store)
    }
    return all
  }

  #table(filter: string, file: string): ColorTable | undefined {
    if (file === '') return undefined
    if (!this.#tables.has(file)) {
      this.#tables.set(file, undefined)
      void this.#read(filter, file)
    }
    return this.#tables.get(file)
  }

  async #read(filter: string, file: string): Promise<void> {
    const { onProblem, onLoaded } = this.#needs
    try {
      const { size } = await stat(file)
      if (size > largestTableBytes) throw new Error(`${file} has ${size} bytes: that is no colour table`)
      const table = readCube(await readFile(file, 'utf8'))
      if (isFault(table)) throw new Error(`${file}, line ${table.offset}: ${table.fault}`)
      this.#tables.set(file, table)
      onProblem(filter, undefined)
      onLoaded()
    } catch (error) {
      onProblem(filter, (error as Error).message)
    }
  }
}

/** The compositor tells filters apart by what JSON shows of them: what is large or no data stands beside, named by what it came from. */
function withHidden(filter: NativeFilter, name: string, value: unknown): NativeFilter {
  return Object.defineProperty(filter, name, { value })
}
