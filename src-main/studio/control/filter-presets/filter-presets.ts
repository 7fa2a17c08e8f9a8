import { AppError } from '../../../platform/errors.ts'
import { randomText } from '../../../platform/random-id.ts'
import { settingsFaults } from '../../document/checks/collection-check.ts'
import type { CollectionKinds } from '../../document/collection-kinds.ts'
import { type Author, demandWritable, type ReferenceRejection } from '../../document/references/authorship.ts'
import type { StateStore } from '../state-store.ts'

/** Settings of a kind of filter, for video or audio, under a name. */
export interface FilterPreset {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
}

export interface FilterPresetsDependencies {
  readonly store: Pick<StateStore, 'get' | 'set'>
  readonly kinds: Pick<CollectionKinds, 'filter' | 'audioFilter'>
  readonly rejection: ReferenceRejection
  readonly onSaved: (preset: FilterPreset) => void
  readonly onRemoved: (preset: FilterPreset) => void
}

const key = 'filter-presets'
const maxPresets = 200
/** Of one preset's settings, as JSON. */
const maxBytes = 8 * 1024

/** The presets of this host: the same for all who edit, whatever collection is open. */
export class FilterPresets {
  readonly #dependencies: FilterPresetsDependencies
  #presets: readonly FilterPreset[]

  constructor(dependencies: FilterPresetsDependencies) {
    this.#dependencies = dependencies
    const stored = dependencies.store.get(key)
    this.#presets = Array.isArray(stored) ? stored : []
  }

  list(): readonly FilterPreset[] {
    return this.#presets
  }

  /**
   * Saves settings under a name, over what the kind has under it. Throws `request.invalid` with the field, `request.conflict`, and
   * `path.forbidden` where the author may not name a file: an admin who uses the preset may.
   */
  save({ kind, name, settings }: Omit<FilterPreset, 'id'>, author: Author): FilterPreset {
    const { kinds, rejection, onSaved } = this.#dependencies
    const known = kinds.filter(kind) ?? kinds.audioFilter(kind)
    if (known === undefined) throw new AppError('request.invalid', `kind: there is no kind of filter "${kind}"`)
    const [fault] = settingsFaults(known.settings, settings, 'settings')
    if (fault !== undefined) throw new AppError('request.invalid', `${fault.place}: ${fault.problem}`)
    demandWritable(settings, known, author, rejection)
    const bytes = Buffer.byteLength(JSON.stringify(settings))
    if (bytes > maxBytes) throw new AppError('request.invalid', `settings: ${bytes} bytes, and a preset has ${maxBytes} at most`)
    const before = this.#presets.find((each) => each.kind === kind && each.name === name)
    if (before === undefined && this.#presets.length >= maxPresets) {
      throw new AppError('request.conflict', `There are ${maxPresets} presets already: delete one first`)
    }
    const saved = { id: before?.id ?? randomText(10), kind, name, settings }
    this.#set([...this.#presets.filter((each) => each !== before), saved])
    onSaved(saved)
    return saved
  }

  /** Gives a preset another name, in its place of the list. Throws `studio.not_found`, and `studio.preset_exists` where the kind has that name. */
  rename(id: string, name: string): { readonly renamed: FilterPreset; readonly before: FilterPreset } {
    const before = this.#find(id)
    if (this.#presets.some((each) => each !== before && each.kind === before.kind && each.name === name)) {
      throw new AppError('studio.preset_exists', `"${name}" is there already`)
    }
    const renamed = { ...before, name }
    this.#set(this.#presets.map((each) => (each === before ? renamed : each)))
    this.#dependencies.onSaved(renamed)
    return { renamed, before }
  }

  /** Throws `studio.not_found`. */
  remove(id: string): FilterPreset {
    const preset = this.#find(id)
    this.#set(this.#presets.filter((each) => each !== preset))
    this.#dependencies.onRemoved(preset)
    return preset
  }

  #find(id: string): FilterPreset {
    const preset = this.#presets.find((each) => each.id === id)
    if (preset === undefined) throw new AppError('studio.not_found', `There is no preset "${id}"`)
    return preset
  }

  #set(presets: readonly FilterPreset[]): void {
    this.#presets = presets
    this.#dependencies.store.set(key, presets)
  }
}
