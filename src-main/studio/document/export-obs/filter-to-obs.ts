import type { ObsSettings, ObsShowFilter } from '../../../media/obs-show/obs-show.ts'
import type { Filter } from '../collection.ts'
import { ObsValues } from '../import-obs/obs-values.ts'
import { obsColor } from './obs-color.ts'

export interface FilterContext {
  readonly note: (reason: string) => void
  /** Name in OBS of a source of ours; undefined where it is left out. */
  readonly nameOf: (source: string) => string | undefined
  /** Image file that a source of ours shows; undefined for other kinds. */
  readonly imageOf: (source: string) => string | undefined
}

type Made = { readonly kind: string; readonly settings: ObsSettings }
type Mapping = (settings: ObsValues, context: FilterContext) => Made | undefined

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6
/** OBS measures chroma in thousandths of a byte, ours in shares of its axes, which are 224 of 255 long. */
const chroma = (share: number): number => Math.round(share * 1000 * (224 / 255))
const thousandths = (share: number): number => Math.round(share * 1000)
/** Of what contrast and gamma multiply with: OBS writes what is below 1 as its inverse. */
const ofFactor = (factor: number): number => rounded(factor < 1 ? 1 - 1 / Math.max(factor, 0.01) : factor - 1)

const colorCorrection: Mapping = (settings, { note }) => {
  const linear = settings.text('light', 'video') === 'linear'
  const stretch = 1 + settings.number('contrast', 0)
  const brightness = settings.number('brightness', 0)
  const shared = {
    gamma: ofFactor(settings.number('gamma', 1)),
    saturation: rounded(settings.number('saturation', 1) - 1),
    // OBS turns the other way round.
    hue_shift: 0 - settings.number('hueDegrees', 0),
  }
  const [multiply, add] = [settings.text('multiply', '#ffffff'), settings.text('add', '#000000')]
  const opacity = settings.number('opacity', 1)
  if (linear) {
    const colors = { color_multiply: obsColor(multiply), color_add: obsColor(add, 0) }
    return { kind: 'color_filter_v2', settings: { ...shared, brightness, contrast: ofFactor(stretch), opacity, ...colors } }
  }
  if (multiply !== '#ffffff' || add !== '#000000') note('does not multiply or add colours')
  // Brightness comes before contrast in the first version.
  const before = stretch > 0 ? rounded(brightness / stretch) : brightness
  return {
    kind: 'color_filter',
    settings: { ...shared, brightness: before, contrast: rounded(stretch - 1), opacity: Math.round(opacity * 100) },
  }
}

const mask: Mapping = (settings, { note, imageOf }) => {
  const file = imageOf(settings.text('source'))
  if (file === undefined) {
    note('is left out: in OBS masks are image files')
    return undefined
  }
  if (settings.flag('invert')) note('is not inverted: use an inverted image')
  const type = settings.text('by', 'luma') === 'alpha' ? 'mask_alpha_filter.effect' : 'mask_color_filter.effect'
  return { kind: 'mask_filter_v2', settings: { type, image_path: file, stretch: true } }
}

const plain =
  (kind: string, of: (settings: ObsValues) => ObsSettings): Mapping =>
  (settings) => ({ kind, settings: of(settings) })

const videoMappings: Readonly<Record<string, Mapping>> = {
  'chroma-key': plain('chroma_key_filter_v2', (settings) => ({
    key_color_type: 'custom',
    key_color: obsColor(settings.text('color', '#00ff00'), 0),
    similarity: chroma(settings.number('similarity', 0.4)),
    smoothness: chroma(settings.number('smoothness', 0.08)),
    spill: chroma(settings.number('spill', 0.1)),
  })),
  'color-key': plain('color_key_filter_v2', (settings) => ({
    key_color_type: 'custom',
    key_color: obsColor(settings.text('color', '#00ff00'), 0),
    similarity: thousandths(settings.number('similarity', 0.08)),
    smoothness: thousandths(settings.number('smoothness', 0.05)),
  })),
  'luma-key': (settings) => ({
    kind: settings.text('light', 'video') === 'linear' ? 'luma_key_filter_v2' : 'luma_key_filter',
    settings: {
      luma_min: settings.number('low', 0.1),
      luma_min_smooth: settings.number('lowSmooth', 0.05),
      luma_max: settings.number('high', 1),
      luma_max_smooth: settings.number('highSmooth', 0),
    },
  }),
  'color-correction': colorCorrection,
  sharpen: plain('sharpness_filter_v2', (settings) => ({ sharpness: settings.number('amount', 0.3) })),
  crop: plain('crop_filter', (settings) => ({
    relative: true,
    ...Object.fromEntries(['left', 'top', 'right', 'bottom'].map((side) => [side, settings.number(side, 0)])),
  })),
  mask,
  scroll: plain('scroll_filter', (settings) => ({ speed_x: settings.number('x', 0), speed_y: settings.number('y', 0), loop: true })),
  delay: plain('gpu_delay', (settings) => ({ delay_ms: settings.number('delayMs', 0) })),
  lut: (settings, { note }) => {
    if (settings.text('file') === '') note('has no table')
    return { kind: 'clut_filter', settings: { image_path: settings.text('file'), clut_amount: settings.number('amount', 1) } }
  },
}

const dynamics = (settings: ObsValues, usual: { ratio: number; threshold: number; attack: number; release: number }, maxRatio: number) => ({
  threshold: Math.max(-60, settings.number('thresholdDb', usual.threshold)),
  ratio: Math.min(maxRatio, settings.number('ratio', usual.ratio)),
  attack_time: Math.max(1, Math.round(settings.number('attackMs', usual.attack))),
  release_time: Math.max(1, Math.round(settings.number('releaseMs', usual.release))),
  output_gain: settings.number('gainDb', 0),
})

const audioMappings: Readonly<Record<string, Mapping>> = {
  'noise-suppression': (settings, { note }) => {
    if (settings.number('amount', 1) < 1) note('suppresses noise wholly')
    return { kind: 'noise_suppress_filter_v2', settings: { method: 'rnnoise' } }
  },
  gate: plain('noise_gate_filter', (settings) => ({
    open_threshold: settings.number('openDb', -40),
    close_threshold: settings.number('closeDb', -46),
    attack_time: Math.round(settings.number('attackMs', 5)),
    hold_time: Math.round(settings.number('holdMs', 200)),
    release_time: Math.round(settings.number('releaseMs', 150)),
  })),
  expander: plain('expander_filter', (settings) => ({
    presets: 'expander',
    ...dynamics(settings, { ratio: 2, threshold: -40, attack: 10, release: 100 }, 20),
  })),
  compressor: (settings, { note, nameOf }) => {
    const key = settings.text('key')
    const name = key === '' ? undefined : nameOf(key)
    if (key !== '' && name === undefined) note('follows its own level: the source that controls it is left out')
    if (settings.number('kneeDb', 6) > 0) note('bends at one point: OBS has no knee')
    const made = dynamics(settings, { ratio: 4, threshold: -18, attack: 6, release: 100 }, 32)
    return { kind: 'compressor_filter', settings: { ...made, sidechain_source: name ?? 'none' } }
  },
  limiter: (settings, { note }) => {
    if (settings.number('gainDb', 0) !== 0) note('adds no gain before it: put a Gain filter there')
    const made = { threshold: settings.number('ceilingDb', -1), release_time: Math.round(settings.number('releaseMs', 100)) }
    return { kind: 'limiter_filter', settings: made }
  },
  gain: plain('gain_filter', (settings) => ({ db: Math.max(-30, settings.number('gainDb', 0)) })),
  'invert-polarity': (settings, { note }) => {
    if (settings.text('channels', 'both') !== 'both') note('inverts both channels')
    return { kind: 'invert_polarity_filter', settings: {} }
  },
  'three-band-equalizer': plain('basic_eq_filter', (settings) => ({
    low: settings.number('lowDb', 0),
    mid: settings.number('midDb', 0),
    high: settings.number('highDb', 0),
  })),
}

/** A filter of OBS for one of ours; undefined where it has none, which is reported. */
export function filterToObs({ kind, name, enabled, settings }: Filter, context: FilterContext): ObsShowFilter | undefined {
  const mappings = Object.hasOwn(videoMappings, kind) ? videoMappings : Object.hasOwn(audioMappings, kind) ? audioMappings : undefined
  if (mappings === undefined) {
    context.note(`is left out: OBS has no filter for ${kind}`)
    return undefined
  }
  const made = mappings[kind]?.(new ObsValues(settings), context)
  return made && { ...made, name, enabled }
}
