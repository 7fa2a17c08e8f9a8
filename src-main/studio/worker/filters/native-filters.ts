import { type ColorTable, readCube } from '../../../formats/cube.ts'
import { isFault } from '../../../formats/fault.ts'
import type { FrameStore } from '../../../media/worker/stores/media-stores.ts'
import type { ReachPolicy } from '../../../platform/outbound/reach.ts'
import { judgeFile } from '../../../platform/user-files/file-policy.ts'
import { readRegularFile } from '../../../platform/user-files/regular-file.ts'
import type { Filter } from '../../document/collection.ts'
import { filterKinds } from '../../document/kinds/filter-kinds.ts'
import { referenceKey } from '../../document/references/references.ts'
import type { NativeFilter } from '../compositor/compositor.ts'
import { type CorrectionSettings, correctionTable, needsTable } from './linear-correction.ts'

export interface NativeFiltersDependencies {
  readonly reach: ReachPolicy
  /** Frames of a source, if it has any: masks. */
  readonly frameStore: (source: string) => FrameStore | undefined
  /** Settings that a filter chose by itself, in place of those that are set. */
  readonly chosen: (filter: string) => Readonly<Record<string, unknown>> | undefined
  /** A filter cannot do its work (undefined: it can again). */
  readonly onProblem: (filter: string, problem: string | undefined) => void
  /** Something that a filter needs has come: make the filters again. */
  readonly onLoaded: () => void
}

/** Tables are some hundred kilobytes of text. */
const largestTableBytes = 16 * 1024 * 1024
/** A table that cannot be read is looked for again after so long, ms. */
const againMs = 3000

/** Tables of colour corrections that are kept: 430 kB each. */
const largestCorrections = 32
/** A colour correction that leaves all but the opacity. */
const untouched = { kind: 'color-correction', brightness: 0, contrast: 0, gamma: 1, saturation: 1, hueDegrees: 0 }

const defaults = new Map(
  filterKinds.map(({ kind, settings }) => [
    kind,
    Object.fromEntries(Object.entries(settings.properties).map(([name, schema]) => [name, (schema as { default?: unknown }).default])),
  ]),
)

/** All settings of a filter: those that are not set have their defaults. */
export const withDefaults = ({ kind, settings }: Pick<Filter, 'kind' | 'settings'>): Readonly<Record<string, unknown>> => ({
  ...defaults.get(kind),
  ...settings,
})

/** Turns filters of the collection into those of the compositor: with defaults, tables read from files and masks found. */
export class NativeFilters {
  readonly #dependencies: NativeFiltersDependencies
  #reach: ReachPolicy
  /** Keys of what editors wrote. */
  #byEditors: ReadonlySet<string> = new Set()
  /** By file; what is wrong, where it cannot be read; undefined while it is being read for the first time. */
  readonly #tables = new Map<string, { table: ColorTable | string | undefined; readonly limited: boolean }>()
  /** Tables of colour corrections by their settings. */
  readonly #corrections = new Map<string, ReturnType<typeof correctionTable>>()
  /** What was reported last of each filter that cannot work. */
  readonly #problems = new Map<string, string>()
  #again: NodeJS.Timeout | undefined

  constructor(dependencies: NativeFiltersDependencies) {
    this.#dependencies = dependencies
    this.#reach = dependencies.reach
  }

  /** What users' paths may lead to is another: tables that editors named are read again. */
  setReach(policy: ReachPolicy): void {
    this.#reach = policy
    for (const [file, { limited }] of this.#tables) if (limited) this.#tables.delete(file)
  }

  /** Keys of what editors wrote: a table that somebody else answers for now is read again. */
  setEditors(byEditors: ReadonlySet<string>): void {
    this.#byEditors = byEditors
    for (const [file, { limited }] of this.#tables) if (limited !== this.#isLimited(file)) this.#tables.delete(file)
  }

  /** Those that are enabled and can work, in order. */
  of(filters: readonly Filter[]): NativeFilter[] {
    return filters.flatMap((filter) => (filter.enabled ? (this.#make(filter) ?? []) : []))
  }

  /** Releases the tables that no filter names any more: one that comes back is read again. `filtered` is all sources and scenes. */
  keepFor(filtered: readonly { readonly filters: readonly Filter[] }[]): void {
    if (this.#tables.size === 0) return
    const named = new Set<string>()
    for (const { filters } of filtered) for (const { kind, settings } of filters) if (kind === 'lut') named.add(String(settings.file))
    for (const file of this.#tables.keys()) if (!named.has(file)) this.#tables.delete(file)
  }

  /** How many tables are kept, those that are being read included. */
  get tables(): number {
    return this.#tables.size
  }

  #make(filter: Filter): NativeFilter | readonly NativeFilter[] | undefined {
    const { id, kind } = filter
    const { follow: _follow, followSaturation: _saturation, followLimit: _limit, ...set } = withDefaults(filter)
    const all: NativeFilter = { ...set, ...this.#dependencies.chosen(id), kind }
    if (kind === 'color-correction') return this.#correction(all)
    if (kind === 'lut') {
      const file = String(all.file)
      const table = this.#table(file)
      // While it is being read (again) nothing new is known.
      if (table !== undefined || file === '') this.#notify(id, typeof table === 'string' ? table : undefined)
      if (table === undefined || typeof table === 'string') return undefined
      return withHidden({ kind, amount: all.amount, size: table.size, file }, 'values', new Uint8Array(table.values.buffer))
    }
    if (kind === 'mask') {
      const source = String(all.source)
      const store = this.#dependencies.frameStore(source)
      this.#notify(id, store || source === '' ? undefined : `There is no source "${source}" with video to mask with`)
      return store && withHidden({ kind, by: all.by, light: all.light, invert: all.invert, address: store.address }, 'store', store)
    }
    return all
  }

  /** The compositor corrects luma and chroma; what needs the light of each colour goes by a table. */
  #correction(settings: NativeFilter): NativeFilter | readonly NativeFilter[] {
    const correction = settings as NativeFilter & CorrectionSettings
    const { light: _light, multiply: _multiply, add: _add, ...plain } = correction
    if (!needsTable(correction)) return plain
    const key = JSON.stringify({ ...settings, opacity: 1 })
    let table = this.#corrections.get(key)
    if (table === undefined) {
      table = correctionTable(correction)
      // The newest few: a slider that is moved makes one for each step.
      if (this.#corrections.size >= largestCorrections) this.#corrections.delete(this.#corrections.keys().next().value as string)
      this.#corrections.set(key, table)
    }
    const named = { kind: 'lut', amount: 1, size: table.size, file: key }
    return [withHidden(named, 'values', new Uint8Array(table.values.buffer)), { ...untouched, opacity: Number(correction.opacity) }]
  }

  #notify(filter: string, problem: string | undefined): void {
    if (this.#problems.get(filter) === problem) return
    if (problem === undefined) this.#problems.delete(filter)
    else this.#problems.set(filter, problem)
    this.#dependencies.onProblem(filter, problem)
  }

  #table(file: string): ColorTable | string | undefined {
    if (file === '') return undefined
    let known = this.#tables.get(file)
    if (known === undefined) {
      known = { table: undefined, limited: this.#isLimited(file) }
      this.#tables.set(file, known)
      void this.#read(file, known)
    }
    return known.table
  }

  #isLimited(file: string): boolean {
    return this.#byEditors.has(referenceKey('filter/lut/file', file))
  }

  async #read(file: string, into: { table: ColorTable | string | undefined; readonly limited: boolean }): Promise<void> {
    try {
      const path = await judgeFile(file, this.#reach.files, into.limited)
      const table = readCube((await readRegularFile(path, largestTableBytes)).toString('utf8'))
      if (isFault(table)) throw new Error(`${file}, line ${table.offset}: ${table.fault}`)
      into.table = table
    } catch (error) {
      into.table = (error as Error).message
      this.#lookAgain()
    }
    this.#dependencies.onLoaded()
  }

  /** Files come back: those that are still wanted are read again, and the others dropped. */
  #lookAgain(): void {
    this.#again ??= setTimeout(() => {
      this.#again = undefined
      for (const [file, { table }] of this.#tables) if (typeof table === 'string') this.#tables.delete(file)
      this.#dependencies.onLoaded()
    }, againMs).unref()
  }
}

/** The compositor tells filters apart by what JSON shows of them: what is large or no data is beside, named by what it came from. */
function withHidden(filter: NativeFilter, name: string, value: unknown): NativeFilter {
  return Object.defineProperty(filter, name, { value })
}
