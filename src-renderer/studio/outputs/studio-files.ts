import type { Item } from '../../../src-main/api/typed-api.ts'
import { Collection } from '../../client/collection.ts'

/** A recording or replay of the studio. */
export type StudioFile = Item<'/studio/files'>

/** Recordings and replays of the studio. */
export const studioFiles = new Collection({
  path: '/studio/files',
  updated: ['studio.file.updated'],
  removed: ['studio.file.removed'],
  maxItems: 2000,
})
