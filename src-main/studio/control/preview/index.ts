import { type Static, Type } from 'typebox'
import { AppError } from '../../../platform/errors.ts'
import { mayAct } from '../../../platform/routes/principal.ts'
import { defineSocket, type SocketDefinition } from '../../../platform/routes/sockets.ts'
import { noSuchPart } from '../../document/named-part.ts'
import { PreviewFeedStore } from './feed-store.ts'
import { type PreviewHeight, previewHeights } from './preview-encoding.ts'
import type { PreviewAim, PreviewFeedDependencies } from './preview-feed.ts'
import { PreviewViewer } from './preview-viewer.ts'

const QuerySchema = Type.Object({
  canvas: Type.Optional(Type.String({ maxLength: 64, description: 'the first one where left out' })),
  of: Type.Union([Type.Literal('program'), Type.Literal('preview'), Type.Literal('scene'), Type.Literal('source')], {
    default: 'program',
    description: 'scene and source: that one by itself, whatever is on air',
  }),
  scene: Type.Optional(Type.String({ maxLength: 64 })),
  source: Type.Optional(Type.String({ maxLength: 64, description: 'behind its filters' })),
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
  /** Pages that look now. */
  viewers(): number
  stop(): void
}

/** The endpoint at which canvases are seen. */
export type PreviewEndpoint = Pick<SocketDefinition, 'path' | 'summary' | 'role' | 'maxClients'>

/** That of the show. */
export const showEndpoint: PreviewEndpoint = {
  path: '/studio/preview-feed',
  summary: 'Encoded frames of a canvas as WebSocket messages, a few milliseconds behind the studio: docs/studio.md',
  role: 'viewer',
  maxClients: 64,
}

/** What pages see of an engine's canvases: encoded frames over a WebSocket, made only while somebody looks. */
export function createPreviews(dependencies: PreviewFeedDependencies, endpoint: PreviewEndpoint): Previews {
  const feeds = new PreviewFeedStore(dependencies)
  let viewers = 0
  return {
    viewers: () => viewers,
    sockets: [
      defineSocket({
        ...endpoint,
        tag: 'studio',
        query: QuerySchema,
        maxMessageBytes: 256,
        accept({ query, principal }) {
          const aim = aimOf(query, dependencies)
          feeds.checkSpace(aim)
          return (client) => {
            const { feed, release } = feeds.take(aim, mayAct(principal, 'editor'))
            viewers++
            const viewer = new PreviewViewer(client, () => {
              viewers--
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

function aimOf({ canvas, of, height, ...items }: Static<typeof QuerySchema>, { show }: PreviewFeedDependencies): PreviewAim {
  const open = show()
  if (open === undefined) throw new AppError('studio.no_collection')
  if (of === 'scene' || of === 'source') {
    const id = items[of] ?? ''
    const main = open.canvases[0]?.id
    const scene = of === 'scene' ? open.scenes.find((each) => each.id === id) : undefined
    const at = scene?.canvas ?? (open.sources.some((each) => of === 'source' && each.id === id) ? main : undefined)
    if (at === undefined) throw noSuchPart(of, id)
    return { canvas: at, of: `${of}:${id}`, height: height as PreviewHeight }
  }
  const found = canvas === undefined ? open.canvases[0] : open.canvases.find(({ id }) => id === canvas)
  if (found === undefined) throw noSuchPart('canvas', canvas ?? '')
  return { canvas: found.id, of, height: height as PreviewHeight }
}
