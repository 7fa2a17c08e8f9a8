import type { ObsShowTransition } from '../../../media/obs-show/obs-show.ts'
import type { Transition } from '../collection.ts'
import { ObsValues } from '../import-obs/obs-values.ts'
import { obsColor } from './obs-color.ts'

export interface TransitionContext {
  readonly note: (reason: string) => void
  /** File that a source of ours plays or shows; undefined for other kinds. */
  readonly fileOf: (source: string) => string | undefined
}

/** A transition of OBS for one of ours. Cut and fade are those that every OBS has. */
export function transitionToObs({ name, kind, settings }: Transition, { note, fileOf }: TransitionContext): ObsShowTransition {
  const values = new ObsValues(settings)
  const direction = values.text('direction', 'left')
  switch (kind) {
    case 'cut':
      return { name, kind: 'cut_transition', settings: {} }
    case 'slide':
      return { name, kind: 'swipe_transition', settings: { direction, swipe_in: true } }
    case 'push':
      return { name, kind: 'slide_transition', settings: { direction } }
    case 'wipe': {
      const luma = values.has('map')
        ? fileOf(values.text('map'))
        : direction === 'up' || direction === 'down'
          ? 'linear-v.png'
          : 'linear-h.png'
      if (luma === undefined) note('wipes to the right: its image is not a file')
      const inverted = !values.has('map') && (direction === 'left' || direction === 'up')
      const made = { luma_image: luma ?? 'linear-h.png', luma_softness: values.number('softness', 0.05), luma_invert: inverted }
      return { name, kind: 'wipe_transition', settings: made }
    }
    case 'stinger': {
      const file = fileOf(values.text('source'))
      if (file === undefined) note('shows nothing: its film is not a file')
      return {
        name,
        kind: 'obs_stinger_transition',
        settings: { path: file ?? '', tp_type: 0, transition_point: values.number('cutMs', 0) },
      }
    }
    default:
      if (kind === 'move') note('fades: OBS has no transition that moves items')
      return values.has('through')
        ? { name, kind: 'fade_to_color_transition', settings: { color: obsColor(values.text('through')), switch_point: 50 } }
        : { name, kind: 'fade_transition', settings: {} }
  }
}
