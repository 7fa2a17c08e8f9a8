import type { ObsValues } from './obs-values.ts'
import { clamp } from './obs-values.ts'

export interface MappedTransition {
  readonly kind: string
  readonly settings: Record<string, unknown>
  /** Where OBS takes it from the film: 0. */
  readonly durationMs?: number
}

export interface TransitionHelp {
  readonly note: (reason: string) => void
  readonly imageSource: (file: string) => string
  readonly filmSource: (file: string) => string
}

const directions: Readonly<Record<string, string>> = { left: 'left', right: 'right', up: 'up', down: 'down' }

/** A transition of ours for one of OBS Studio; undefined for a kind that we lack. */
export function mapObsTransition(
  id: string,
  settings: ObsValues,
  { note, imageSource, filmSource }: TransitionHelp,
): MappedTransition | undefined {
  const direction = directions[settings.text('direction', 'left')] ?? 'left'
  switch (id) {
    case 'cut_transition':
      return { kind: 'cut', settings: {} }
    case 'fade_transition':
      return { kind: 'fade', settings: {} }
    case 'fade_to_color_transition':
      if (settings.number('switch_point', 50) !== 50) note('the colour is full in the middle')
      return { kind: 'fade', settings: { through: settings.color('color', 0xff000000, false) } }
    case 'slide_transition':
      return { kind: 'push', settings: { direction } }
    case 'swipe_transition':
      if (settings.flag('swipe_in')) note('the new scene slides over the old one')
      return { kind: 'slide', settings: { direction } }
    case 'wipe_transition': {
      const file = settings.text('luma_image')
      if (settings.flag('luma_invert')) note('the image that it uses is not inverted')
      const known = directionOfWipe(file)
      const softness = clamp(settings.number('luma_softness', 0.03), 0, 1)
      if (known !== undefined) return { kind: 'wipe', settings: { direction: known, softness } }
      if (!file.includes('/') && !file.includes('\\')) {
        note(`OBS brings the image ${file} along: it wipes to the left`)
        return { kind: 'wipe', settings: { direction: 'left', softness } }
      }
      return { kind: 'wipe', settings: { softness, map: imageSource(file) } }
    }
    case 'obs_stinger_transition': {
      const point = Math.round(settings.number('transition_point', 0))
      if (settings.number('tp_type', 0) === 1) note(`scenes change in the middle: frame ${point} is not known in ms`)
      if (settings.flag('track_matte_enabled')) note('its track matte is not carried')
      const cut = settings.number('tp_type', 0) === 1 ? {} : { cutMs: clamp(point, 0, 60_000) }
      return { kind: 'stinger', settings: { source: filmSource(settings.text('path')), ...cut }, durationMs: 0 }
    }
    default:
      return undefined
  }
}

/** Images of plain wipes that come with OBS. */
function directionOfWipe(file: string): string | undefined {
  return { 'linear-h.png': 'right', 'linear-v.png': 'down' }[file]
}
