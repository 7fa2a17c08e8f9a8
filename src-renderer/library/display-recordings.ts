import type { Item } from '../../src-main/api/typed-api.ts'
import type { DisplayRecordingProgress } from '../../src-main/desktop/schemas/recording.ts'
import { Collection } from '../client/collection.ts'

export type DisplayRecording = Item<'/desktop/recordings'>

/** Recordings of displays that this user may play. */
export const displayRecordings = new Collection({
  path: '/desktop/recordings',
  updated: ['desktop.recording.updated'],
  removed: ['desktop.recording.removed'],
  changed: {
    'desktop.recording.progress': (items, { data }) => {
      const { id, durationMs, bytes } = data as DisplayRecordingProgress
      const known = items[id]
      return known ? { ...items, [id]: { ...known, durationMs, bytes } } : items
    },
  },
  maxItems: 2000,
})
