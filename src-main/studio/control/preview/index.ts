import { type Static, Type } from 'typebox'
import { AppError } from '../../../platform/errors.ts'
import { defineSocket, type SocketDefinition } from '../../../platform/sockets.ts'
import { type PreviewHeight, previewHeights } from './preview-encoding.ts'
import { type PreviewAim, PreviewFeed, type PreviewFeedDependencies } from './preview-feed.ts'
import { PreviewViewer } from './preview-viewer.ts'

/** A feed goes on so long after its last page has gone, ms: one that comes back begins at once, and asks no output for a keyframe. */
const lingerMs = 3000

const QuerySchema = Type.Object({
  canvas: Type.Optional(Type.String({ maxLength: 64, description: 'the first one where left out' })),
  of: Type.Union([Type.Literal('program'), Type.Literal('preview')], { default: 'program' }),
  height: Type.Union(
    previewHeights.map((height) => Type.Literal(height)),
    { default: 720, description: 'pixels; an encoding of an output may be larger' },
  ),
})

export interface Previews {
  readonly sockets: readonly SocketDefinition[]
  stop(): void
}

/** What pages see of the studio's canvases: encoded frames over a WebSocket, made only while somebody looks. */
export function createPreviews(dependencies: PreviewFeedDependencies): Previews {
  const feeds = new Map<string, { readonly feed: PreviewFeed; ending: NodeJS.Timeout | undefined }>()

  const feedOf = (aim: PreviewAim) => {
    const key = JSON.stringify([aim.canvas, aim.of, aim.height])
    let held = feeds.get(key)
    if (held === undefined) {
      held = { feed: new PreviewFeed(aim, dependencies), ending: undefined }
      feeds.set(key, held)
    }
    clearTimeout(held.ending)
    const at = held
    return {
      feed: at.feed,
      release: (): void => {
        if (at.feed.listeners > 0) return
        clearTimeout(at.ending)
        at.ending = setTimeout(() => {
          feeds.delete(key)
          at.feed.close()
        }, lingerMs)
        at.ending.unref()
      },
    }
  }

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
        accept({ query }) {
          const aim = aimOf(query, dependencies)
          return (client) => {
            const { feed, release } = feedOf(aim)
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
    stop() {
      for (const { feed, ending } of feeds.values()) {
        clearTimeout(ending)
        feed.close()
      }
      feeds.clear()
    },
  }
}

function aimOf({ canvas, of, height }: Static<typeof QuerySchema>, { show }: PreviewFeedDependencies): PreviewAim {
  const open = show()
  if (open === undefined) throw new AppError('studio.no_collection')
  const found = canvas === undefined ? open.canvases[0] : open.canvases.find(({ id }) => id === canvas)
  if (found === undefined) throw new AppError('request.not_found', `There is no canvas ${canvas}`)
  return { canvas: found.id, of, height: height as PreviewHeight }
}
