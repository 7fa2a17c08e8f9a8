import type { ChosenSettings } from '../../../../media/following/chosen-settings.ts'
import {
  approachLevel,
  type CompressorFollows,
  followLoud,
  followNoise,
  LevelWatch,
  type Loudness,
} from '../../../../media/following/follow-level.ts'
import { toDb } from './decibels.ts'

/** Blocks of one reading, and of one look at them: 100 and 500 ms. */
const readingBlocks = 10
const lookBlocks = 50

// biome-ignore lint/suspicious/noExplicitAny: each is given settings that were checked against its kind's schema
const ways: Readonly<Record<string, (loudness: Loudness, settings: any) => ChosenSettings | undefined>> = {
  'noise-suppression': followNoise,
  'compressor': (loudness, settings: CompressorFollows) => followLoud(loudness, settings),
}

/** Whether a filter with these settings follows the level. */
export const followsLevel = (kind: string, settings: unknown): boolean =>
  ways[kind] !== undefined && (settings as { readonly follow?: unknown } | undefined)?.follow === true

/** Chooses settings of one filter by the level of what comes into it. */
export class LevelFollower {
  readonly #kind: string
  readonly #settings: Readonly<Record<string, unknown>>
  readonly #watch = new LevelWatch()
  #blocks = 0
  #peak = 0
  #chosen: ChosenSettings | undefined

  /** @param settings complete */
  constructor(kind: string, settings: unknown) {
    this.#kind = kind
    this.#settings = settings as Readonly<Record<string, unknown>>
  }

  /** What was chosen; undefined as long as nothing was. */
  get chosen(): ChosenSettings | undefined {
    return this.#chosen
  }

  /** Takes the block that controls the filter. Answers other settings than before, where it chose them; all of them. */
  hear(block: Float32Array): Readonly<Record<string, unknown>> | undefined {
    let peak = this.#peak
    for (let sample = 0; sample < block.length; sample++) peak = Math.max(peak, Math.abs(block[sample]!))
    this.#peak = peak
    this.#blocks++
    if (this.#blocks % readingBlocks !== 0) return undefined
    this.#watch.add(toDb(peak))
    this.#peak = 0
    if (this.#blocks % lookBlocks !== 0) return undefined
    const { loudness } = this.#watch
    const wanted = loudness && ways[this.#kind]?.(loudness, this.#settings)
    if (wanted === undefined) return undefined
    const chosen = this.#chosen === undefined ? wanted : approachLevel(this.#chosen, wanted)
    if (chosen === this.#chosen) return undefined
    this.#chosen = chosen
    return { ...this.#settings, ...chosen }
  }
}
