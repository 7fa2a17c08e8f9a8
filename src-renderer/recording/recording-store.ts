import type { RecordingProgress, RecordingRule, RecordingStatus } from '../../src-main/live/jobs/recording/schemas.ts'
import { Collection } from '../client/collection.ts'
import { Resource } from '../client/resource.ts'

export const recordings = new Collection({
  path: '/live/recordings',
  updated: ['recording.updated'],
  removed: ['recording.removed'],
  changed: {
    'recording.progress': (items, { data }) => {
      const { id, durationMs, bytes } = data as RecordingProgress
      const known = items[id]
      return known ? { ...items, [id]: { ...known, durationMs, bytes } } : items
    },
  },
  maxItems: 2000,
})

/** Whether a stream is recorded, by its name. */
export const recordingStatuses = new Resource({
  path: (stream) => `/live/streams/${stream}/recording`,
  updated: ['recording.status'],
  of: ({ data }) => (data as RecordingStatus).stream,
})

/** How long recordings are kept. */
export const retention = new Resource({ path: () => '/live/recording-retention', updated: ['recording-retention.updated'] })

/** How long recordings and replays of the studio are kept. */
export const studioRetention = new Resource({ path: () => '/studio/file-retention', updated: ['studio.file-retention.updated'] })

/** What is recorded of streams without a rule of their own. */
export const defaultRule = new Resource({ path: () => '/live/recording-rule', updated: ['recording-rule.default'] })

/** What is recorded of a stream, by its id. */
export const streamRules = new Resource({
  path: (streamId) => `/live/streams/${streamId}/recording-rule`,
  updated: ['recording-rule.updated'],
  of: ({ stream }) => stream,
  changed: {
    'recording-rule.default': (inForce, { data }) => (inForce.from === 'default' ? { ...inForce, rule: data as RecordingRule } : inForce),
  },
})
