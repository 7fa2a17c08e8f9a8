import type { ObsValues } from './obs-values.ts'
import { clamp } from './obs-values.ts'

export interface MappedFilter {
  readonly kind: string
  readonly settings: Record<string, unknown>
}

export interface FilterHelp {
  readonly tell: (reason: string) => void
  /** The id of a source of ours by its name in OBS. */
  readonly sourceId: (name: string) => string | undefined
  /** Makes a source that shows a picture, and answers its id. */
  readonly pictureSource: (file: string) => string
}

type Mapping = (settings: ObsValues, help: FilterHelp, id: string) => readonly MappedFilter[]

const keyColors: Readonly<Record<string, string>> = { green: '#00ff00', blue: '#0000ff', red: '#ff0000', magenta: '#ff00ff' }

const share = (value: number): number => clamp(value, 0, 1)

/** Where a key also corrects colours, a filter of its own does that. */
function correction(settings: ObsValues, id: string): readonly MappedFilter[] {
  const names = ['brightness', 'contrast', 'gamma', 'opacity']
  if (
    !names.some(
      (name) => settings.number(name, 0) !== 0 && !(name === 'opacity' && settings.number(name, 1) === (id.endsWith('_v2') ? 1 : 100)),
    )
  )
    return []
  return colorCorrection(settings, id)
}

function colorCorrection(settings: ObsValues, id: string): readonly MappedFilter[] {
  const contrast = settings.number('contrast', 0)
  const gamma = settings.number('gamma', 0)
  const opacity = id.endsWith('_v2') ? settings.number('opacity', 1) : settings.number('opacity', 100) / 100
  return [
    {
      kind: 'color-correction',
      settings: {
        brightness: clamp(settings.number('brightness', 0), -1, 1),
        contrast: clamp(contrast < 0 ? 1 / (1 - contrast) - 1 : contrast, -1, 4),
        gamma: clamp(gamma < 0 ? 1 / (1 - gamma) : 1 + gamma, 0.1, 10),
        saturation: clamp(settings.number('saturation', 0) + 1, 0, 5),
        hueDegrees: clamp(settings.number('hue_shift', 0), -180, 180),
        opacity: share(opacity),
      },
    },
  ]
}

const chromaKey: Mapping = (settings, { tell }, id) => {
  const type = settings.text('key_color_type', 'green')
  const color = type === 'custom' ? settings.color('key_color', 0xff00ff00, false) : (keyColors[type] ?? '#00ff00')
  if (id.startsWith('color_key')) tell('is keyed by chroma instead of by the whole colour')
  return [
    {
      kind: 'chroma-key',
      settings: {
        color,
        similarity: share(settings.number('similarity', id.startsWith('color_key') ? 80 : 400) / 1000),
        smoothness: share(settings.number('smoothness', id.startsWith('color_key') ? 50 : 80) / 1000),
        spill: share(settings.number('spill', 100) / 1000),
      },
    },
    ...correction(settings, id),
  ]
}

const pictureMappings: Readonly<Record<string, Mapping>> = {
  chroma_key_filter: chromaKey,
  color_key_filter: chromaKey,
  luma_key_filter: (settings) => [
    {
      kind: 'luma-key',
      settings: {
        low: share(settings.number('luma_min', 0)),
        lowSmooth: share(settings.number('luma_min_smooth', 0)),
        high: share(settings.number('luma_max', 1)),
        highSmooth: share(settings.number('luma_max_smooth', 0)),
      },
    },
  ],
  color_filter: (settings, { tell }, id) => {
    if (settings.number('color_multiply', 0xffffff) % 0x1000000 !== 0xffffff || settings.number('color_add', 0) % 0x1000000 !== 0) {
      tell('colours are neither multiplied nor added')
    }
    return colorCorrection(settings, id)
  },
  sharpness_filter: (settings) => [{ kind: 'sharpen', settings: { amount: share(settings.number('sharpness', 0.08)) } }],
  crop_filter: (settings, { tell }) => {
    if (!settings.flag('relative', true)) {
      tell('is measured from the left and the top: set what is cut off at the right and the bottom')
    }
    const cut = (name: string): number => clamp(Math.round(settings.number(name, 0)), 0, 16384)
    return [{ kind: 'crop', settings: { left: cut('left'), top: cut('top'), right: cut('right'), bottom: cut('bottom') } }]
  },
  mask_filter: (settings, { tell, pictureSource }) => {
    const type = settings.text('type', 'mask_color_filter.effect')
    const file = settings.text('image_path')
    if (!type.startsWith('mask') || file === '') {
      tell(file === '' ? 'has no picture' : 'blends a picture over the source: put the picture above it in the scene')
      return []
    }
    if (settings.number('opacity', 1) !== 1 && settings.number('opacity', 100) !== 100) tell('its opacity is not carried')
    return [{ kind: 'mask', settings: { source: pictureSource(file), by: type.includes('alpha') ? 'alpha' : 'luma' } }]
  },
  scroll_filter: (settings, { tell }) => {
    if (settings.flag('limit_cx') || settings.flag('limit_cy')) tell('its size is that of the source')
    const speed = (name: string): number => clamp(settings.number(name, 0), -4000, 4000)
    return [{ kind: 'scroll', settings: { x: speed('speed_x'), y: speed('speed_y') } }]
  },
  async_delay_filter: (settings, help) => delay(settings, help),
  gpu_delay: (settings, help) => delay(settings, help),
  clut_filter: (settings, { tell }) => {
    const file = settings.text('image_path')
    if (!/\.cube$/i.test(file)) {
      tell('its table is a picture: use one in the Cube format')
      return []
    }
    return [{ kind: 'lut', settings: { file, amount: share(settings.number('clut_amount', 1)) } }]
  },
}

function delay(settings: ObsValues, { tell }: FilterHelp): readonly MappedFilter[] {
  const wanted = Math.max(0, Math.round(settings.number('delay_ms', 0)))
  if (wanted > 500) tell(`delays by 500 ms at most, not ${wanted}`)
  return [{ kind: 'delay', settings: { delayMs: Math.min(wanted, 500) } }]
}

const dynamics = (
  settings: ObsValues,
  otherwise: { ratio: number; threshold: number; attack: number; release: number },
  maxRatio: number,
) => ({
  thresholdDb: clamp(settings.number('threshold', otherwise.threshold), -96, 0),
  ratio: clamp(settings.number('ratio', otherwise.ratio), 1, maxRatio),
  attackMs: clamp(settings.number('attack_time', otherwise.attack), 0.1, 1000),
  releaseMs: clamp(settings.number('release_time', otherwise.release), 1, 5000),
  gainDb: clamp(settings.number('output_gain', 0), -30, 30),
})

const soundMappings: Readonly<Record<string, Mapping>> = {
  noise_suppress_filter: (settings, { tell }) => {
    if (settings.text('method', 'rnnoise') !== 'rnnoise') tell(`noise is suppressed by RNNoise instead of ${settings.text('method')}`)
    return [{ kind: 'noise-suppression', settings: {} }]
  },
  noise_gate_filter: (settings) => [
    {
      kind: 'gate',
      settings: {
        openDb: clamp(settings.number('open_threshold', -26), -96, 0),
        closeDb: clamp(settings.number('close_threshold', -32), -96, 0),
        attackMs: clamp(settings.number('attack_time', 25), 0.1, 1000),
        holdMs: clamp(settings.number('hold_time', 200), 0, 5000),
        releaseMs: clamp(settings.number('release_time', 150), 1, 5000),
      },
    },
  ],
  compressor_filter: (settings, { tell, sourceId }) => {
    const key = settings.text('sidechain_source', 'none')
    const found = key === 'none' || key === '' ? undefined : sourceId(key)
    if (key !== 'none' && key !== '' && found === undefined) tell(`the source "${key}" that steers it is not there`)
    return [
      {
        kind: 'compressor',
        settings: {
          ...dynamics(settings, { ratio: 10, threshold: -18, attack: 6, release: 60 }, 50),
          // OBS bends at one point.
          kneeDb: 0,
          ...(found === undefined ? {} : { key: found }),
        },
      },
    ]
  },
  limiter_filter: (settings) => [
    {
      kind: 'limiter',
      settings: {
        ceilingDb: clamp(settings.number('threshold', -6), -60, 0),
        releaseMs: clamp(settings.number('release_time', 60), 1, 2000),
      },
    },
  ],
  expander_filter: (settings) => {
    const gate = settings.text('presets', 'expander') === 'gate'
    return [
      {
        kind: 'expander',
        settings: dynamics(settings, { ratio: gate ? 10 : 2, threshold: -40, attack: 10, release: gate ? 125 : 50 }, 20),
      },
    ]
  },
  gain_filter: (settings) => [{ kind: 'gain', settings: { gainDb: clamp(settings.number('db', 0), -60, 30) } }],
  invert_polarity_filter: () => [{ kind: 'invert-polarity', settings: {} }],
  basic_eq_filter: (settings) => {
    const band = (name: string): number => clamp(settings.number(name, 0), -30, 30)
    return [{ kind: 'three-band-equalizer', settings: { lowDb: band('low'), midDb: band('mid'), highDb: band('high') } }]
  },
}

/** Whether a filter is one for sound, for pictures, or unknown. */
export function sortOfObsFilter(id: string): 'picture' | 'sound' | undefined {
  const known = id.replace(/_v\d+$/, '')
  return Object.hasOwn(pictureMappings, known) ? 'picture' : Object.hasOwn(soundMappings, known) ? 'sound' : undefined
}

/** Filters of ours that do what one of OBS Studio did: none where that cannot be, which was told. `id` is the one with its version. */
export function mapObsFilter(id: string, settings: ObsValues, help: FilterHelp): readonly MappedFilter[] {
  const known = id.replace(/_v\d+$/, '')
  return (pictureMappings[known] ?? soundMappings[known])?.(settings, help, id) ?? []
}
