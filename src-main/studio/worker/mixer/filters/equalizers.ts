import type { EqualizerSettings, PassSettings, ThreeBandEqualizerSettings } from '../../../document/kinds/audio-filter-kinds.ts'
import { type Biquad, biquad, butterworthQs, flat, StereoBiquads } from '../biquads.ts'
import type { AudioProcessor } from './audio-processor.ts'

const maxBands = 16
/** Corners of the three bands, Hz. */
const lowCorner = 800
const highCorner = 5000
/** Order 8: four biquads. */
const maxPassSections = 4

/** Biquads whose factors follow from settings: one row for each kind of equalizer. */
export class Equalizer<Settings> implements AudioProcessor {
  readonly latency = 0
  readonly #biquads: StereoBiquads
  readonly #design: (settings: Settings) => readonly Biquad[]

  constructor(design: (settings: Settings) => readonly Biquad[], settings: Settings) {
    this.#design = design
    this.#biquads = new StereoBiquads(design(settings))
  }

  update(settings: Settings): void {
    this.#design(settings).forEach((factors, index) => {
      this.#biquads.set(index, factors)
    })
  }

  process(block: Float32Array): void {
    this.#biquads.process(block)
  }

  reset(): void {
    this.#biquads.reset()
  }
}

/** Always the same number of biquads, so that a band comes and goes by gliding from and to flat. */
const filled = (biquads: readonly Biquad[], count: number): readonly Biquad[] =>
  Array.from({ length: count }, (_, index) => biquads[index] ?? flat)

export const parametricBands = ({ bands }: EqualizerSettings) =>
  filled(
    bands.map(({ shape, frequency, q, gainDb }) => biquad(shape, frequency, q, gainDb)),
    maxBands,
  )

/** Shelves on both sides of the middle's gain: flat where all three are the same. */
export const threeBands = ({ lowDb, midDb, highDb }: ThreeBandEqualizerSettings): readonly Biquad[] => [
  [10 ** (midDb / 20), 0, 0, 0, 0],
  biquad('low-shelf', lowCorner, Math.SQRT1_2, lowDb - midDb),
  biquad('high-shelf', highCorner, Math.SQRT1_2, highDb - midDb),
]

/** Butterworth. `slope` is dB an octave. */
export const passBands =
  (shape: 'high-pass' | 'low-pass') =>
  ({ frequency, slope }: PassSettings) =>
    filled(
      butterworthQs(Number(slope) / 6).map((q) => biquad(shape, frequency, q)),
      maxPassSections,
    )
