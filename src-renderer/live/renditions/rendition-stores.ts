import type { Preset, StreamRenditions } from '../../../src-main/live/jobs/renditions/schemas.ts'
import { Collection } from '../../client/collection.ts'
import { Resource } from '../../client/resource.ts'

/** What is made of a stream, by its id. */
export const renditions = new Resource<StreamRenditions>({
  path: (streamId) => `/live/streams/${streamId}/renditions`,
  updated: ['stream.renditions'],
  of: ({ stream }) => stream,
})

export const presets = new Collection<Preset>({
  path: '/live/presets',
  updated: ['preset.updated'],
  removed: ['preset.removed'],
})
