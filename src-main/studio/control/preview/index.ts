import { type Static, Type } from 'typebox'
import { AppError } from '../../../platform/errors.ts'
import { mayAct } from '../../../platform/principal.ts'
import { defineSocket, type SocketDefinition } from '../../../platform/sockets.ts'
import { PreviewFeedStore } from './feed-store.ts'
import { type PreviewHeight, previewHeights } from './preview-encoding.ts'
import type { PreviewAim, PreviewFeedDependencies } from './preview-feed.ts'
import { PreviewViewer } from './preview-viewer.ts'

const QuerySchema = Type.Object({
  canvas: Type.Optional(Type.String({ maxLength: 64, description: 'the first one where left out' })),
  of: Type.Union([Type.Literal('program'), Type.Literal('preview')], { default: 'program' }),
  height: Type.Union(
    previewHeights.map((height) => Type.Literal(height)),
    {
      default: 720,
      description: 'pixels; what comes may be larger or smaller: what an output encodes, for viewers what is encoded already',
    },
  ),
})

export interface Previews {
  readonly sockets: readonly SocketDefinition[]
  stop(): void
}

/** What pages see of the studio's canvases: encoded frames over a WebSocket, made only while somebody looks. */
export function createPreviews(dependencies: PreviewFeedDependencies): Previews {
  const feeds = new PreviewFeedStore(dependencies)
  return {
    sockets: [
      defineSocket({
        path: '/studio/preview-feed',
        tag: 'studio',
        summary: 'Encoded frames of a canvas as WebSocket messages, a few milliseconds behind the studio: docs/studio.md',
        role: 'viewer',
        query: QuerySchema,
        maxClients: 64,
        maxMessageBytes: 256,
        accept({ query, principal }) {
          const aim = aimOf(query, dependencies)
          return (client) => {
            const { feed, release } = feeds.take(aim, mayAct(principal, 'editor'))
            const viewer = new PreviewViewer(client, () => {
              leave()
              release()
            })
            const leave = feed.subscribe(viewer)
            return viewer
          }
        },
      }),
    ],
    stop: () => feeds.close(),
  }
}

function aimOf({ canvas, of, height }: Static<typeof QuerySchema>, { show }: PreviewFeedDependencies): PreviewAim {
  const open = show()
  if (open === undefined) throw new AppError('studio.no_collection')
  const found = canvas === undefined ? open.canvases[0] : open.canvases.find(({ id }) => id === canvas)
  if (found === undefined) throw new AppError('studio.not_found', `The collection has no canvas "${canvas}"`)
  return { canvas: found.id, of, height: height as PreviewHeight }
}
