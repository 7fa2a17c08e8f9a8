import { Type } from 'typebox'
import { mayAct } from '../../../../platform/routes/principal.ts'
import { defineSocket, type SocketDefinition } from '../../../../platform/routes/sockets.ts'
import { MultiviewFeed, type MultiviewFeedDependencies } from './multiview-feed.ts'
import { MultiviewViewer } from './multiview-viewer.ts'

export interface Multiview {
  readonly sockets: readonly SocketDefinition[]
  stop(): void
}

/** Small images of scenes and sources for pages, made only while somebody looks. */
export function createMultiview(dependencies: MultiviewFeedDependencies): Multiview {
  const feed = new MultiviewFeed(dependencies)
  return {
    sockets: [
      defineSocket({
        path: '/studio/multiview-feed',
        tag: 'studio',
        summary: 'Small JPEG images of the scenes and sources that the client names, 5 to 10 a second where they move: docs/studio.md',
        role: 'viewer',
        query: Type.Object({}),
        maxClients: 16,
        maxMessageBytes: 4096,
        accept({ principal }) {
          return (client) => new MultiviewViewer(client, feed, mayAct(principal, 'editor'))
        },
      }),
    ],
    stop: () => feed.close(),
  }
}
