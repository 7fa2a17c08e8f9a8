import type { TopicKind } from './topic-kind.ts'

/** Topics of the nodes that deliver for this host. */
export const networkTopics = {
  'network.node.removed': { role: 'admin', state: 'GET /network/nodes', summary: 'A node was revoked' },
  'network.node.updated': { role: 'admin', state: 'GET /network/nodes', summary: 'A node joined or changed, or its figures did' },
} as const satisfies Record<string, TopicKind>
