import { AppError } from '../../../platform/errors.ts'
import { randomText } from '../../../platform/random-id.ts'
import { builtInPresets } from './built-in-presets.ts'
import type { RenditionStore } from './rendition-store.ts'
import type { Choice, NewPreset, Preset } from './schemas.ts'

/** Max number of presets. */
const maxPresets = 100

/** Presets and what was chosen for each stream. Writes resolve when they are on disk. */
export class Presets {
  readonly #store: RenditionStore
  readonly #presets = new Map<string, Preset>()
  readonly #choices: Map<string, Choice>

  private constructor(store: RenditionStore, stored: readonly Preset[], choices: ReadonlyMap<string, Choice>) {
    this.#store = store
    this.#choices = new Map(choices)
    for (const preset of builtInPresets) this.#presets.set(preset.id, preset)
    for (const preset of stored) this.#presets.set(preset.id, preset)
  }

  static async open(store: RenditionStore): Promise<Presets> {
    return new Presets(store, await store.presets(), await store.choices())
  }

  list(): readonly Preset[] {
    return [...this.#presets.values()]
  }

  find(id: string): Preset | undefined {
    return this.#presets.get(id)
  }

  /** Throws `rendition.preset_not_found`. */
  get(id: string): Preset {
    const preset = this.#presets.get(id)
    if (preset === undefined) throw new AppError('rendition.preset_not_found')
    return preset
  }

  async create(request: NewPreset): Promise<Preset> {
    if (this.#presets.size >= maxPresets) throw new AppError('request.conflict', `There are ${maxPresets} presets: delete one first`)
    return await this.#save({ ...checked(request), id: `pr_${randomText(8)}`, builtIn: false })
  }

  async change(id: string, changes: Partial<NewPreset>): Promise<Preset> {
    const known = this.get(id)
    return await this.#save({ ...checked({ ...known, ...changes }), id, builtIn: known.builtIn })
  }

  /**
   * A preset that came with the product gets its first settings back, and is returned.
   * @throws AppError `request.conflict` where streams use one that did not
   */
  async remove(id: string): Promise<Preset | undefined> {
    this.get(id)
    const first = builtInPresets.find((preset) => preset.id === id)
    const user = [...this.#choices].find(([, choice]) => choice.mode === 'preset' && choice.preset === id)?.[0]
    if (first === undefined && user !== undefined) throw new AppError('request.conflict', `Stream ${user} uses this preset`)
    await this.#store.removePreset(id)
    if (first) this.#presets.set(id, first)
    else this.#presets.delete(id)
    return first
  }

  choice(stream: string): Choice | undefined {
    return this.#choices.get(stream)
  }

  /** Throws `rendition.preset_not_found`, or `request.invalid` if the preset has no rungs. */
  async choose(stream: string, request: Choice): Promise<Choice> {
    const choice: Choice = { mode: request.mode, preset: null, heights: null }
    if (request.mode === 'preset') {
      if (!request.preset) throw new AppError('request.invalid', 'Mode preset needs a preset')
      const { rungs } = this.get(request.preset)
      const unknown = request.heights?.find((height) => !rungs.some((rung) => rung.height === height))
      if (unknown !== undefined) throw new AppError('request.invalid', `The preset has no rung of ${unknown} lines`)
      choice.preset = request.preset
      choice.heights = request.heights ?? null
    }
    await this.#store.saveChoice(stream, choice)
    this.#choices.set(stream, choice)
    return choice
  }

  async #save(preset: Preset): Promise<Preset> {
    await this.#store.savePreset(preset)
    this.#presets.set(preset.id, preset)
    return preset
  }
}

/** Rungs from the highest down, each height once. */
function checked({ name, codec, speed, bFrames, rungs }: NewPreset): NewPreset {
  const heights = new Set(rungs.map(({ height }) => height))
  if (heights.size < rungs.length) throw new AppError('request.invalid', 'Two rungs have the same height')
  if (rungs.some(({ height }) => height % 2 === 1)) throw new AppError('request.invalid', 'Heights are even numbers')
  return { name, codec, speed, bFrames, rungs: rungs.toSorted((a, b) => b.height - a.height) }
}
