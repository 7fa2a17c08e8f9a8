import { Type } from 'typebox'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import { FileQuery, giveFile } from '../../../platform/routes/file-endpoint.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { trashRoutes } from '../../../platform/routes/trash-routes.ts'
import type { PackagedStream } from '../../packaging/packaged-stream.ts'
import { ofStream } from '../of-stream.ts'
import { type ClipStore, clipView } from './clip-store.ts'
import { clipWindow } from './clip-window.ts'
import type { Clips } from './clips.ts'
import { ClipOrderSchema, ClipSchema, ClipWindowSchema } from './schemas.ts'

export interface ClipRoutesDependencies {
  readonly clips: Clips
  readonly store: ClipStore
  readonly audit: AuditLog
  readonly now: () => number
  /** A stream by id or name. Throws `stream.not_found`. */
  readonly streamOf: (idOrName: string) => { readonly id: string; readonly name: string }
  readonly runs: (name: string) => readonly PackagedStream[]
}

const tag = 'live'
const IdParams = Type.Object({ id: Type.String({ maxLength: 80 }) })
const StreamParams = Type.Object({ id: Type.String({ maxLength: 80, description: 'id or name' }) })

/** API routes of clips. */
export function clipRoutes(dependencies: ClipRoutesDependencies): readonly RouteDefinition[] {
  return [...makingRoutes(dependencies), ...listRoutes(dependencies), ...fileRoutes(dependencies)]
}

function makingRoutes({ clips, streamOf, runs }: ClipRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/live/streams/:id/clip-window',
      tag,
      summary: 'What of a stream can be clipped now',
      role: 'viewer',
      params: StreamParams,
      responses: { 200: ClipWindowSchema },
      handler: ({ params }) => {
        const run = runs(streamOf(params.id).name).findLast((each) => clipWindow(each) !== undefined)
        const window = run && clipWindow(run)
        if (window === undefined) throw new AppError('stream.not_live')
        return { body: window }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/live/streams/:id/clips',
      tag,
      summary: 'Creates a clip of a stream, exact to the frame; `clip.updated` reports when it is ready',
      role: 'editor',
      idempotent: true,
      params: StreamParams,
      body: ClipOrderSchema,
      responses: { 202: ClipSchema },
      handler: async ({ params, body, principal }) => ({
        status: 202,
        body: clipView(await clips.order(streamOf(params.id), body, principal.id)),
      }),
    }),
  ]
}

function listRoutes({ store, audit, now }: ClipRoutesDependencies): readonly RouteDefinition[] {
  return [
    ...trashRoutes({
      noun: 'clip',
      path: '/live/clips',
      tag,
      ...ofStream,
      schema: ClipSchema,
      list: () => store.list(),
      get: (id) => store.get(id),
      view: clipView,
      keep: (clip) => store.keep(clip),
      remove: (clip) => store.remove(clip),
      onDelete({ title, stream, streamId }, actor) {
        audit.record({ kind: 'command', message: `clip ${title} was deleted`, streamId, streamName: stream, actor })
      },
      now,
    }),
    defineRoute({
      method: 'GET',
      path: '/live/clips/:id',
      tag,
      summary: 'One clip',
      role: 'viewer',
      params: IdParams,
      responses: { 200: ClipSchema },
      handler: ({ params }) => ({ body: clipView(store.get(params.id)) }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/live/clips/:id',
      tag,
      summary: 'Gives a clip a title, or publishes it for whoever may watch its stream',
      role: 'editor',
      params: IdParams,
      body: Type.Object(
        { title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })), published: Type.Optional(Type.Boolean()) },
        { additionalProperties: false },
      ),
      responses: { 200: ClipSchema },
      handler: ({ params, body, principal }) => {
        const clip = store.get(params.id)
        const wasPublished = clip.published
        Object.assign(clip, body)
        store.keep(clip)
        const { title, streamId, stream: streamName, published } = clip
        if (published !== wasPublished) {
          const message = `clip ${title} was ${published ? 'published' : 'unpublished'}`
          audit.record({ kind: 'command', message, streamId, streamName, actor: principal.id })
          if (!published) store.withdrawn(clip)
        }
        return { body: clipView(clip) }
      },
    }),
  ]
}

function fileRoutes({ store }: ClipRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/live/clips/:id/file',
      tag,
      summary: 'The clip, MP4, whole or in ranges',
      role: 'viewer',
      params: IdParams,
      query: FileQuery,
      responses: { 200: Type.Any({ description: 'the file' }) },
      fileTypes: ['video/mp4'],
      handler: ({ params, query }) => {
        const clip = store.get(params.id)
        if (clip.state !== 'ready') throw new AppError('clip.not_ready')
        const file = { path: store.path(clip.id), type: 'video/mp4', name: clip.fileName }
        return giveFile(file, query, (cause) => new AppError('clip.not_found', 'The file of this clip is gone', { cause }))
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/live/clips/:id/thumbnail.jpg',
      tag,
      summary: 'An image of the clip',
      role: 'viewer',
      params: IdParams,
      responses: { 200: Type.Any({ description: 'the image' }) },
      fileTypes: ['image/jpeg'],
      handler: ({ params }) => {
        const clip = store.get(params.id)
        if (!clip.poster) throw new AppError('request.not_found', 'No image of this clip has been made')
        return { body: null, file: { path: store.imagePath(clip.id), type: 'image/jpeg' } }
      },
    }),
  ]
}
