import { Collection } from '../../client/collection.ts'
import { Resource } from '../../client/resource.ts'

/** What is made of a stream, by its id. */
export const renditions = new Resource({
  path: (streamId) => `/live/streams/${streamId}/renditions`,
  updated: ['stream.renditions'],
  of: ({ stream }) => stream,
})

export const presets = new Collection({
  path: '/live/presets',
  updated: ['preset.updated'],
  removed: ['preset.removed'],
})
