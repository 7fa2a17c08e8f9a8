import Value from 'typebox/value'
import type { Logger } from '../../../../platform/logger.ts'
import { audioFilterKinds } from '../../../document/kinds/audio-filter-kinds.ts'
import { mixRate } from '../mixer.ts'
import type { AudioProcessor } from './audio-processor.ts'
import { Compressor } from './compressor.ts'
import { DeEsser } from './de-esser.ts'
import { Equalizer, parametricBands, passBands, threeBands } from './equalizers.ts'
import { Expander } from './expander.ts'
import { Gain, InvertPolarity } from './gains.ts'
import { Gate } from './gate.ts'
import { Limiter } from './limiter.ts'
import { Loudness } from './loudness.ts'
import { NoiseSuppression } from './noise-suppression.ts'
import { DenoiserSource } from './rnnoise.ts'

// biome-ignore lint/suspicious/noExplicitAny: each maker is given settings that were checked against its kind's schema
type Make = (settings: any) => AudioProcessor

/** Makes filters of all kinds. */
export class ProcessorMaker {
  readonly denoisers: DenoiserSource
  readonly #log: Logger
  readonly #makers: Readonly<Record<string, Make>>

  constructor(log: Logger) {
    this.#log = log
    this.denoisers = new DenoiserSource(log)
    this.#makers = {
      'noise-suppression': (settings) => new NoiseSuppression(this.denoisers, settings),
      'gate': (settings) => new Gate(settings),
      'expander': (settings) => new Expander(settings),
      'compressor': (settings) => new Compressor(settings),
      'limiter': (settings) => new Limiter(settings),
      'equalizer': (settings) => new Equalizer(parametricBands, settings),
      'three-band-equalizer': (settings) => new Equalizer(threeBands, settings),
      'de-esser': (settings) => new DeEsser(settings),
      'high-pass': (settings) => new Equalizer(passBands('high-pass'), settings),
      'low-pass': (settings) => new Equalizer(passBands('low-pass'), settings),
      'gain': (settings) => new Gain(settings),
      'invert-polarity': (settings) => new InvertPolarity(settings),
      'loudness': (settings) => new Loudness(settings),
    }
  }

  /** Frames that filters of a kind look ahead. */
  latencyOf(kind: string): number {
    return ((audioFilterKinds.find((each) => each.kind === kind)?.latencyMs ?? 0) * mixRate) / 1000
  }

  /** A filter of a kind; undefined (and logged) if there is no such kind. `settings` as `completeSettings` gives them. */
  make(kind: string, settings: unknown): AudioProcessor | undefined {
    const make = this.#makers[kind]
    if (make === undefined) this.#log.warn({ kind }, 'An audio filter of an unknown kind is left out.')
    return make?.(settings)
  }

  /** Settings with defaults for what is not said; all defaults (and logged) where they are not as the kind's schema says. */
  completeSettings(kind: string, settings: Readonly<Record<string, unknown>>): unknown {
    const schema = audioFilterKinds.find((each) => each.kind === kind)?.settings
    if (schema === undefined) return settings
    const complete = Value.Default(schema, structuredClone(settings))
    if (Value.Check(schema, complete)) return complete
    this.#log.warn({ kind }, 'An audio filter has settings that its kind does not allow: it runs with defaults.')
    return Value.Default(schema, {})
  }
}
