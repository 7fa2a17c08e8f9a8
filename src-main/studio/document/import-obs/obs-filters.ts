import type { ObsValues } from './obs-values.ts'
import { clamp } from './obs-values.ts'

export interface MappedFilter {
  readonly kind: string
  readonly settings: Record<string, unknown>
}

export interface FilterHelp {
  readonly note: (reason: string) => void
  /** The id of a source of ours by its name in OBS. */
  readonly sourceId: (name: string) => string | undefined
  /** Makes a source that shows an image, and answers its id. */
  readonly imageSource: (file: string) => string
}

type Mapping = (settings: ObsValues, help: FilterHelp, id: string) => readonly MappedFilter[]

/** What the names of key colours mean: for a chroma key, and for a colour key. */
const chromaColors: Readonly<Record<string, string>> = { green: '#00ff00', blue: '#0099ff', magenta: '#ff00ff' }
const wholeColors: Readonly<Record<string, string>> = { green: '#00ff00', blue: '#0000ff', red: '#ff0000', magenta: '#ff00ff' }

const share = (value: number): number => rounded(clamp(value, 0, 1))
/** Without the traces of computing. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6

/** Versions without a number work on the values of video, later ones on the light that these represent. */
const isFirst = (id: string): boolean => !/_v\d+$/.test(id)
const opacityOf = (settings: ObsValues, id: string): number =>
  share(isFirst(id) ? settings.number('opacity', 100) / 100 : settings.number('opacity', 1))
/** Below 0 it weakens. */
const stretchOf = (contrast: number): number => (contrast < 0 ? 1 / (1 - contrast) : 1 + contrast)
const gammaOf = (settings: ObsValues): number => {
  const gamma = settings.number('gamma', 0)
  return rounded(clamp(gamma < 0 ? 1 / (1 - gamma) : 1 + gamma, 0.1, 10))
}

/** Where a key also corrects colours, a filter of its own does that. */
function correction(settings: ObsValues, id: string): readonly MappedFilter[] {
  const opacity = opacityOf(settings, id)
  if (opacity === 1 && ['brightness', 'contrast', 'gamma'].every((name) => settings.number(name, 0) === 0)) return []
  const stretch = stretchOf(settings.number('contrast', 0))
  const first = isFirst(id)
  // Contrast multiplies here in both versions, and our own about the middle in the light of video.
  const brightness = first ? settings.number('brightness', 0) / 2 + (stretch - 1) / 2 : settings.number('brightness', 0)
  return [
    {
      kind: 'color-correction',
      settings: {
        light: first ? 'video' : 'linear',
        brightness: rounded(clamp(brightness, -1, 1)),
        contrast: rounded(clamp(stretch - 1, -1, 4)),
        gamma: gammaOf(settings),
        opacity,
      },
    },
  ]
}

const colorCorrection: Mapping = (settings, { note }, id) => {
  const first = isFirst(id)
  const contrast = settings.number('contrast', 0)
  const stretch = first ? 1 + contrast : stretchOf(contrast)
  // Brightness comes before contrast in the first version, and behind it in later ones and in ours.
  const brightness = settings.number('brightness', 0) * (first ? stretch : 1)
  if (first && settings.number('color', 0xffffff) % 0x1000000 !== 0xffffff) note('its colour is not laid over the image')
  return [
    {
      kind: 'color-correction',
      settings: {
        light: first ? 'video' : 'linear',
        brightness: rounded(clamp(brightness, -1, 1)),
        contrast: rounded(clamp(stretch - 1, -1, 4)),
        gamma: gammaOf(settings),
        saturation: clamp(settings.number('saturation', 0) + 1, 0, 5),
        // OBS turns the other way round.
        hueDegrees: clamp(0 - settings.number('hue_shift', 0), -180, 180),
        ...(first
          ? {}
          : { multiply: settings.color('color_multiply', 0xffffffff, false), add: settings.color('color_add', 0xff000000, false) }),
        opacity: opacityOf(settings, id),
      },
    },
  ]
}

/** OBS measures chroma in shares of a byte, ours in those of its axes, which are 224 of 255 long. */
const chromaShare = (thousandths: number): number => share((thousandths / 1000) * (255 / 224))

const chromaKey: Mapping = (settings, _help, id) => {
  const type = settings.text('key_color_type', 'green')
  return [
    {
      kind: 'chroma-key',
      settings: {
        color: type === 'custom' ? settings.color('key_color', 0xff00ff00, false) : (chromaColors[type] ?? '#00ff00'),
        similarity: chromaShare(settings.number('similarity', 400)),
        smoothness: chromaShare(settings.number('smoothness', 80)),
        spill: chromaShare(settings.number('spill', 100)),
        edges: 'smooth',
      },
    },
    ...correction(settings, id),
  ]
}

const colorKey: Mapping = (settings, _help, id) => {
  const type = settings.text('key_color_type', 'green')
  return [
    {
      kind: 'color-key',
      settings: {
        color: type === 'custom' ? settings.color('key_color', 0xff00ff00, false) : (wholeColors[type] ?? '#00ff00'),
        similarity: share(settings.number('similarity', 80) / 1000),
        smoothness: share(settings.number('smoothness', 50) / 1000),
      },
    },
    ...correction(settings, id),
  ]
}

const videoFilterMappings: Readonly<Record<string, Mapping>> = {
  chroma_key_filter: chromaKey,
  color_key_filter: colorKey,
  luma_key_filter: (settings, _help, id) => [
    {
      kind: 'luma-key',
      settings: {
        light: isFirst(id) ? 'video' : 'linear',
        edges: 'smooth',
        low: share(settings.number('luma_min', 0)),
        lowSmooth: share(settings.number('luma_min_smooth', 0)),
        high: share(settings.number('luma_max', 1)),
        highSmooth: share(settings.number('luma_max_smooth', 0)),
      },
    },
  ],
  color_filter: colorCorrection,
  sharpness_filter: (settings) => [{ kind: 'sharpen', settings: { amount: share(settings.number('sharpness', 0.08)) } }],
  crop_filter: (settings, { note }) => {
    if (!settings.flag('relative', true)) {
      note('is measured from the left and the top: set what is cut off at the right and the bottom')
    }
    const cut = (name: string): number => clamp(Math.round(settings.number(name, 0)), 0, 16384)
    return [{ kind: 'crop', settings: { left: cut('left'), top: cut('top'), right: cut('right'), bottom: cut('bottom') } }]
  },
  mask_filter: (settings, { note, imageSource }, id) => {
    const type = settings.text('type', 'mask_color_filter.effect')
    const file = settings.text('image_path')
    if (!type.startsWith('mask') || file === '') {
      note(file === '' ? 'has no video' : 'blends an image over the source: put the image above it in the scene')
      return []
    }
    if (!settings.flag('stretch')) note('where its image has another shape than the source it is stretched over it: give it the same shape')
    const opacity = opacityOf(settings, id)
    const multiply = settings.color('color', 0xffffffff, false)
    const light = isFirst(id) ? 'video' : 'linear'
    return [
      // The image is read as light by all versions.
      { kind: 'mask', settings: { source: imageSource(file), by: type.includes('alpha') ? 'alpha' : 'luma', light: 'linear' } },
      ...(opacity === 1 && multiply === '#ffffff' ? [] : [{ kind: 'color-correction', settings: { light, multiply, opacity } }]),
    ]
  },
  scroll_filter: (settings, { note }) => {
    if (settings.flag('limit_cx') || settings.flag('limit_cy')) note('its size is that of the source')
    const speed = (name: string): number => clamp(settings.number(name, 0), -4000, 4000)
    return [{ kind: 'scroll', settings: { x: speed('speed_x'), y: speed('speed_y') } }]
  },
  async_delay_filter: (settings, help) => delay(settings, help),
  gpu_delay: (settings, help) => delay(settings, help),
  clut_filter: (settings, { note }) => {
    const file = settings.text('image_path')
    if (!/\.cube$/i.test(file)) {
      note('its table is an image: use one in the Cube format')
      return []
    }
    return [{ kind: 'lut', settings: { file, amount: share(settings.number('clut_amount', 1)) } }]
  },
}

function delay(settings: ObsValues, { note }: FilterHelp): readonly MappedFilter[] {
  const wanted = Math.max(0, Math.round(settings.number('delay_ms', 0)))
  if (wanted > 500) note(`delays by 500 ms at most, not ${wanted}`)
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

const audioFilterMappings: Readonly<Record<string, Mapping>> = {
  noise_suppress_filter: (settings, { note }) => {
    if (settings.text('method', 'rnnoise') !== 'rnnoise') note(`noise is suppressed by RNNoise instead of ${settings.text('method')}`)
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
  compressor_filter: (settings, { note, sourceId }) => {
    const key = settings.text('sidechain_source', 'none')
    const found = key === 'none' || key === '' ? undefined : sourceId(key)
    if (key !== 'none' && key !== '' && found === undefined) note(`the source "${key}" that steers it is not there`)
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

/** Whether a filter is one for audio, for video, or unknown. */
export function sortOfObsFilter(id: string): 'video' | 'audio' | undefined {
  const known = id.replace(/_v\d+$/, '')
  return Object.hasOwn(videoFilterMappings, known) ? 'video' : Object.hasOwn(audioFilterMappings, known) ? 'audio' : undefined
}

/**
 * Filters of ours that do what one of OBS Studio did: empty if that is impossible, which was reported. `id` is the one with its version.
 */
export function mapObsFilter(id: string, settings: ObsValues, help: FilterHelp): readonly MappedFilter[] {
  const known = id.replace(/_v\d+$/, '')
  return (videoFilterMappings[known] ?? audioFilterMappings[known])?.(settings, help, id) ?? []
}
