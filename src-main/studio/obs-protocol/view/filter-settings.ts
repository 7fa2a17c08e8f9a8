import { isDeepStrictEqual } from 'node:util'
import Value from 'typebox/value'
import { obsColor } from '../../../formats/obs-websocket/obs-colors.ts'
import type { CollectionKinds } from '../../document/collection-kinds.ts'
import { type MappedFilter, mapObsFilter, sortOfObsFilter } from '../../document/import-obs/obs-filters.ts'
import { ObsValues } from '../../document/import-obs/obs-values.ts'
import { isObsFilterKind, obsFilterKind } from './obs-kinds.ts'
import type { Settings } from './source-settings.ts'

const number = (value: unknown): number => Number(value)
/** OBS measures chroma in shares of a byte, ours in those of its axes, which are 224 of 255 long. */
const chroma = (share: unknown): number => Math.round(number(share) * 1000 * (224 / 255))
const thousandths = (share: unknown): number => Math.round(number(share) * 1000)
/** The inverse of how OBS stretches by contrast and gamma: below one it weakens. */
const unstretched = (factor: number): number => (factor < 1 ? 1 - 1 / Math.max(factor, 1e-6) : factor - 1)
const dynamics = (own: Settings): Settings => ({
  threshold: own.thresholdDb,
  ratio: own.ratio,
  attack_time: own.attackMs,
  release_time: own.releaseMs,
  output_gain: own.gainDb,
})

/** Settings of ours as OBS's filter of that kind has them. */
const writers: Readonly<Record<string, (own: Settings) => Settings>> = {
  'chroma-key': (own) => ({
    key_color_type: 'custom',
    key_color: obsColor(own.color),
    similarity: chroma(own.similarity),
    smoothness: chroma(own.smoothness),
    spill: chroma(own.spill),
  }),
  'color-key': (own) => ({
    key_color_type: 'custom',
    key_color: obsColor(own.color),
    similarity: thousandths(own.similarity),
    smoothness: thousandths(own.smoothness),
  }),
  'luma-key': (own) => ({ luma_min: own.low, luma_min_smooth: own.lowSmooth, luma_max: own.high, luma_max_smooth: own.highSmooth }),
  'color-correction': (own) => ({
    brightness: own.brightness,
    contrast: unstretched(number(own.contrast) + 1),
    gamma: unstretched(number(own.gamma)),
    saturation: number(own.saturation) - 1,
    hue_shift: 0 - number(own.hueDegrees),
    opacity: own.opacity,
    color_multiply: obsColor(own.multiply),
    color_add: obsColor(own.add),
  }),
  sharpen: ({ amount }) => ({ sharpness: amount }),
  crop: ({ left, top, right, bottom }) => ({ relative: true, left, top, right, bottom }),
  scroll: ({ x, y }) => ({ speed_x: x, speed_y: y, loop: true }),
  delay: ({ delayMs }) => ({ delay_ms: delayMs }),
  lut: ({ file, amount }) => ({ image_path: file, clut_amount: amount }),
  'noise-suppression': () => ({ method: 'rnnoise' }),
  gate: (own) => ({
    open_threshold: own.openDb,
    close_threshold: own.closeDb,
    attack_time: own.attackMs,
    hold_time: own.holdMs,
    release_time: own.releaseMs,
  }),
  compressor: dynamics,
  limiter: ({ ceilingDb, releaseMs }) => ({ threshold: ceilingDb, release_time: releaseMs }),
  expander: dynamics,
  gain: ({ gainDb }) => ({ db: gainDb }),
  'invert-polarity': () => ({}),
  'three-band-equalizer': ({ lowDb, midDb, highDb }) => ({ low: lowDb, mid: midDb, high: highDb }),
}

interface FilterLike {
  readonly kind: string
  readonly settings: Settings
}

/** Translates settings of filters between our words and OBS's, as far as OBS has the kind. */
export class FilterSettings {
  readonly #kinds: CollectionKinds

  constructor(kinds: CollectionKinds) {
    this.#kinds = kinds
  }

  /** Every kind that `CreateSourceFilter` takes. */
  get names(): readonly string[] {
    return [...this.#kinds.names('filter'), ...this.#kinds.names('audio filter')].map(obsFilterKind)
  }

  obsSettings({ kind, settings }: FilterLike): Settings {
    const own = this.#withDefaults(kind, settings)
    return writers[kind]?.(own) ?? own
  }

  /** What a new filter of a kind starts with; undefined for a kind that is not known. */
  defaults(obsKind: string): Settings | undefined {
    const [made] = this.own(obsKind, {})?.filters ?? []
    return made && this.obsSettings(made)
  }

  /** Filters of ours that do what one that a client describes does; undefined for a kind that is not known. */
  own(obsKind: string, settings: Settings): { readonly audio: boolean; readonly filters: readonly MappedFilter[] } | undefined {
    if (!isObsFilterKind(obsKind) && this.#schema(obsKind) !== undefined) {
      return { audio: this.#kinds.audioFilter(obsKind) !== undefined, filters: [{ kind: obsKind, settings: { ...settings } }] }
    }
    const sort = sortOfObsFilter(obsKind)
    return sort === undefined ? undefined : { audio: sort === 'audio', filters: read(obsKind, settings) }
  }

  /** What changes of a filter's settings when a client sets some: as for sources. */
  changed(filter: FilterLike, sent: Settings, overlay: boolean): Settings {
    const { kind } = filter
    if (!isObsFilterKind(kind)) return overlay ? sent : { ...this.#withDefaults(kind, {}), ...sent }
    const obsKind = obsFilterKind(kind)
    const present = this.obsSettings(filter)
    const before = read(obsKind, present)[0]?.settings ?? {}
    const after = read(obsKind, { ...(overlay ? present : this.defaults(obsKind)), ...sent })[0]?.settings ?? {}
    return Object.fromEntries(Object.entries(after).filter(([name, value]) => !isDeepStrictEqual(value, before[name])))
  }

  #schema(kind: string) {
    return (this.#kinds.filter(kind) ?? this.#kinds.audioFilter(kind))?.settings
  }

  #withDefaults(kind: string, settings: Settings): Settings {
    const schema = this.#schema(kind)
    return schema === undefined ? settings : (Value.Default(schema, structuredClone(settings)) as Settings)
  }
}

function read(obsKind: string, settings: Settings): readonly MappedFilter[] {
  return mapObsFilter(obsKind, new ObsValues(settings), { note: () => undefined, sourceId: () => undefined, imageSource: () => '' })
}
