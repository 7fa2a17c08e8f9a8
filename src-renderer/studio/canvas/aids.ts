import { create } from 'zustand'
import { readChoice, storeChoice } from '../stored-choice.ts'

/** What is drawn over and beside a canvas for who works on it. */
export type Aid = 'rulers' | 'guides' | 'safeAreas' | 'grid'

/** Whether it is shown, as this browser was told last: guides from the start, since nobody has any unasked. */
export const useAids = create<Readonly<Record<Aid, boolean>>>(() => ({
  rulers: readChoice('rulers', ['off', 'on']) === 'on',
  guides: readChoice('guides', ['on', 'off']) === 'on',
  safeAreas: readChoice('safeAreas', ['off', 'on']) === 'on',
  grid: readChoice('grid', ['off', 'on']) === 'on',
}))

export function showAid(aid: Aid, on: boolean): void {
  useAids.setState({ [aid]: on })
  storeChoice(aid, on ? 'on' : 'off')
}
