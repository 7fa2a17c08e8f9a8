import type { Item } from '../../src-main/api/typed-api.ts'
import { Collection } from '../client/collection.ts'

export type DisplayItem = Item<'/desktop/displays'>

/** The displays that can be opened. */
export const displays = new Collection({ path: '/desktop/displays', updated: ['desktop.updated'], removed: ['desktop.removed'] })
