import { findSourceKind, sourceKinds } from '../../document/kinds/source-kinds.ts'

/** Kinds of ours that OBS has too, by OBS's names. Other kinds go by their own. */
const sourceNames: Readonly<Record<string, string>> = {
  image: 'image_source',
  color: 'color_source_v3',
  text: 'text_ft2_source_v2',
  media: 'ffmpeg_source',
  playlist: 'vlc_source',
  slideshow: 'slideshow',
  browser: 'browser_source',
  display: 'xshm_input',
  window: 'xcomposite_input',
  'v4l2-camera': 'v4l2_input',
  microphone: 'pulse_input_capture',
  'system-sound': 'pulse_output_capture',
}

const filterNames: Readonly<Record<string, string>> = {
  'chroma-key': 'chroma_key_filter_v2',
  'color-key': 'color_key_filter_v2',
  'luma-key': 'luma_key_filter_v2',
  'color-correction': 'color_filter_v2',
  sharpen: 'sharpness_filter_v2',
  crop: 'crop_filter',
  scroll: 'scroll_filter',
  delay: 'gpu_delay',
  lut: 'clut_filter',
  'noise-suppression': 'noise_suppress_filter_v2',
  gate: 'noise_gate_filter',
  compressor: 'compressor_filter',
  limiter: 'limiter_filter',
  expander: 'expander_filter',
  gain: 'gain_filter',
  'invert-polarity': 'invert_polarity_filter',
  'three-band-equalizer': 'basic_eq_filter',
}

/** What a kind is called without its version. */
export function withoutVersion(kind: string): string {
  return kind.replace(/_v\d+$/, '')
}

export const obsSourceKind = (kind: string): string => sourceNames[kind] ?? kind
export const obsFilterKind = (kind: string): string => filterNames[kind] ?? kind

/** True where OBS has the kind, and its settings are translated. */
export const isObsSourceKind = (kind: string): boolean => Object.hasOwn(sourceNames, kind)
export const isObsFilterKind = (kind: string): boolean => Object.hasOwn(filterNames, kind)

/** The kinds that `CreateInput` takes. */
export const inputKinds: readonly string[] = sourceKinds.map(({ kind }) => obsSourceKind(kind))

/** libobs's flags of a kind: 1 video, 2 audio, 1<<5 interaction, 1<<13 media that can be controlled. */
export function capabilitiesOf(kind: string): number {
  const found = findSourceKind(kind)
  if (found === undefined) return 0
  const { pictures, sound, commands } = found
  return (pictures ? 1 : 0) | (sound ? 2 : 0) | (commands.includes('click') ? 1 << 5 : 0) | (commands.includes('play') ? 1 << 13 : 0)
}

const transitionNames: Readonly<Record<string, string>> = {
  cut: 'cut_transition',
  fade: 'fade_transition',
  slide: 'swipe_transition',
  push: 'slide_transition',
  wipe: 'wipe_transition',
  stinger: 'obs_stinger_transition',
  move: 'move_transition',
}

/** A fade through a colour is a kind of its own in OBS. */
export function obsTransitionKind({
  kind,
  settings,
}: {
  readonly kind: string
  readonly settings: Readonly<Record<string, unknown>>
}): string {
  return kind === 'fade' && settings.through !== undefined ? 'fade_to_color_transition' : (transitionNames[kind] ?? kind)
}

export const obsTransitionKinds: readonly string[] = [...Object.values(transitionNames), 'fade_to_color_transition']
