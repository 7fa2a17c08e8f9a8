import { create } from 'zustand'
import { readChoice, storeChoice } from '../../client/stored-choice.ts'

/** What is drawn over and beside a canvas for who works on it. */
export type Aid = 'rulers' | 'guides' | 'safeAreas' | 'grid'

/** Whether it is shown, as last chosen in this browser: guides from the start, since they are only there on request. */
export const useAids = create<Readonly<Record<Aid, boolean>>>(() => ({
  rulers: readChoice('studio.rulers', ['off', 'on']) === 'on',
  guides: readChoice('studio.guides', ['on', 'off']) === 'on',
  safeAreas: readChoice('studio.safeAreas', ['off', 'on']) === 'on',
  grid: readChoice('studio.grid', ['off', 'on']) === 'on',
}))

export function showAid(aid: Aid, on: boolean): void {
  useAids.setState({ [aid]: on })
  storeChoice(`studio.${aid}`, on ? 'on' : 'off')
}
