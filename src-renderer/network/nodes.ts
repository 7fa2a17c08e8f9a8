import type { Item } from '../../src-main/api/typed-api.ts'
import { Collection } from '../client/collection.ts'

export type NodeItem = Item<'/network/nodes'>

/** The nodes that may deliver streams of this host. */
export const nodes = new Collection({ path: '/network/nodes', updated: ['network.node.updated'], removed: ['network.node.removed'] })
