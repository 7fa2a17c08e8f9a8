import { create } from 'zustand'
import type { ClipProgress } from '../../src-main/live/jobs/clips/schemas.ts'
import { Collection } from '../client/collection.ts'

/** How far clips that are being made are, 0 to 1, by id. */
export const useClipProgress = create<Readonly<Record<string, number>>>(() => ({}))

export const clips = new Collection({
  path: '/live/clips',
  updated: ['clip.updated'],
  removed: ['clip.removed'],
  changed: {
    'clip.progress': (items, { data }) => {
      const { id, fraction } = data as ClipProgress
      useClipProgress.setState({ [id]: fraction })
      return items
    },
  },
})
