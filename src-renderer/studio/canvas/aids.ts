import { create } from 'zustand'
import { readChoice, storeChoice } from '../stored-choice.ts'

/** What is drawn over and beside a canvas for who works on it. */
export type Aid = 'rulers' | 'guides' | 'safeAreas' | 'grid'

/** Whether it is shown, as last chosen in this browser: guides from the start, since they are only there on request. */
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
