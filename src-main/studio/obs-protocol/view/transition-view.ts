import { obsColor } from '../../../formats/obs-websocket/obs-colors.ts'
import type { Transition } from '../../document/collection.ts'
import { uuidOf } from './identifiers.ts'
import { obsTransitionKind } from './obs-kinds.ts'

/** Whether a transition has settings that clients can change. */
export function isConfigurable(transition: Transition): boolean {
  return !['cut', 'fade', 'move'].includes(transition.kind) || obsTransitionKind(transition) === 'fade_to_color_transition'
}

export function transitionName({ id, name }: Pick<Transition, 'id' | 'name'>): { transitionName: string; transitionUuid: string } {
  return { transitionName: name, transitionUuid: uuidOf('transition', id) }
}

/** A transition as lists have it. */
export function transitionEntry(transition: Transition) {
  return {
    ...transitionName(transition),
    transitionKind: obsTransitionKind(transition),
    transitionFixed: transition.kind === 'cut' || transition.kind === 'stinger',
    transitionConfigurable: isConfigurable(transition),
  }
}

/** Settings in OBS's words, as far as it has them. */
export function transitionSettings({ settings }: Transition): Record<string, unknown> {
  return {
    ...(settings.direction !== undefined && { direction: settings.direction }),
    ...(settings.through !== undefined && { color: obsColor(settings.through) }),
    ...(settings.softness !== undefined && { luma_softness: settings.softness }),
    ...(settings.cutMs !== undefined && { transition_point: settings.cutMs, tp_type: 0 }),
  }
}
