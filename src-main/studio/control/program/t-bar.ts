import type { Collection, Transition } from '../../document/collection.ts'

/** A transition that somebody moves by hand. */
export interface TBar {
  /** From 0, what was on air, to 1, what was prepared. */
  readonly position: number
  /** By canvas, of all that came along: what was on air. */
  readonly from: ReadonlyMap<string, string>
}

/** So near an end it counts as there when it is let go, as in OBS. */
const catchRange = 0.1

/** Where a T-bar comes to rest: at what was prepared, at what was on air, or undefined between them. */
export function tBarEnd(position: number, release: boolean): 'prepared' | 'before' | undefined {
  if (position >= 1 || (release && position >= 1 - catchRange)) return 'prepared'
  return release && position <= catchRange ? 'before' : undefined
}

/** A transition as it is moved by hand: a cut has no middle and a film its own time, so that these fade. */
export function byHand(transition: Transition, { transitions }: Pick<Collection, 'transitions'>): Transition {
  if (transition.kind !== 'cut' && transition.kind !== 'stinger') return transition
  return transitions.find(({ kind }) => kind === 'fade') ?? { id: 't-bar', name: 'Fade', kind: 'fade', durationMs: 300, settings: {} }
}
