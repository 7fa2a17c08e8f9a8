import { basename } from 'node:path'
import { Type } from 'typebox'
import { mediaTypes } from '../../../../media/files/container.ts'
import { RetentionSchema } from '../../../../media/files/retention.ts'
import type { AuditLog } from '../../../../platform/audit.ts'
import { AppError } from '../../../../platform/errors.ts'
import { FileQuery, giveFile } from '../../../../platform/routes/file-endpoint.ts'
import { isLimited } from '../../../../platform/routes/principal.ts'
import { defineRoute, type RouteDefinition } from '../../../../platform/routes/routes.ts'
import { trashRoutes } from '../../../../platform/routes/trash-routes.ts'
import type { FileBook } from './file-book.ts'
import type { FileRetention } from './file-retention.ts'
import type { RemuxFiles } from './remux-files.ts'
import { fileView, type StoredFile, StudioFileSchema } from './studio-file.ts'

const tag = 'studio'
const IdParams = Type.Object({ id: Type.String({ maxLength: 80 }) })

export interface FileRoutesDependencies {
  readonly files: FileBook
  readonly remuxes: RemuxFiles
  readonly retention: FileRetention
  readonly audit: AuditLog
  /** ms since 1970. */
  readonly now: () => number
}

/** API routes of files that outputs wrote. */
export function fileRoutes({ files, remuxes, retention, audit, now }: FileRoutesDependencies): readonly RouteDefinition[] {
  return [
    ...trashRoutes<StoredFile>({
      noun: 'file',
      path: '/studio/files',
      tag,
      filters: { output: Type.Optional(Type.String({ maxLength: 80, description: 'of this output alone' })) },
      belongs: ({ output }, asked) => asked.output === undefined || asked.output === output,
      schema: StudioFileSchema,
      list: () => files.list(),
      get: (id) => files.get(id),
      view: fileView,
      keep: (file) => files.keep(file),
      remove: (file) => files.remove(file),
      leave: ({ id }) => files.forget(id),
      onDelete({ state, path }, actor) {
        if (state === 'writing') throw new AppError('studio.file_running')
        audit.record({ kind: 'command', message: `${basename(path)} was deleted`, actor, data: { path } })
      },
      now,
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/file-retention',
      tag,
      summary: 'How long files of the studio are kept',
      role: 'viewer',
      responses: { 200: RetentionSchema },
      handler: () => ({ body: retention.policy }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/studio/file-retention',
      tag,
      summary: 'Sets how long files of the studio are kept; what has to go, goes at once',
      role: 'admin',
      body: RetentionSchema,
      responses: { 200: RetentionSchema },
      handler: async ({ body, principal }) => {
        retention.set(body)
        audit.record({ kind: 'command', message: 'the retention of files of the studio was changed', actor: principal.id })
        await files.clean()
        return { body: retention.policy }
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/studio/files/:id',
      tag,
      summary: 'Gives a file of the studio a title, or keeps it from retention',
      role: 'editor',
      params: IdParams,
      body: Type.Object(
        { title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })), kept: Type.Optional(Type.Boolean()) },
        { additionalProperties: false },
      ),
      responses: { 200: StudioFileSchema },
      handler: ({ params, body }) => {
        const file = files.get(params.id)
        file.title = body.title ?? file.title
        file.kept = body.kept ?? file.kept
        files.keep(file)
        return { body: fileView(file) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/files/:id/remux',
      tag,
      summary:
        'Makes a plain MP4 file of a recording, beside it, without encoding anything again; the answer is listed while it is written',
      role: 'editor',
      params: IdParams,
      body: Type.Object({}, { additionalProperties: false }),
      responses: { 201: StudioFileSchema },
      handler: async ({ params, principal }) => {
        const made = await remuxes.start(params.id, principal.id, isLimited(principal))
        return { status: 201, body: fileView(made) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/files/:id/remux',
      tag,
      summary: 'Cancels the remux that makes this file; what was written of it is removed',
      role: 'editor',
      params: IdParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await remuxes.cancel(params.id, principal.id)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/files/:id/thumbnail.jpg',
      tag,
      summary: 'An image of the file',
      role: 'viewer',
      params: IdParams,
      responses: { 200: Type.Any({ description: 'the image' }) },
      fileTypes: ['image/jpeg'],
      handler: ({ params }) => {
        const { id, poster } = files.get(params.id)
        if (!poster) throw new AppError('request.not_found', 'No image of this file has been made')
        return { body: null, file: { path: files.imagePath(id), type: 'image/jpeg' } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/files/:id',
      tag,
      summary: 'A file of the studio',
      role: 'viewer',
      params: IdParams,
      responses: { 200: StudioFileSchema },
      handler: ({ params }) => ({ body: fileView(files.get(params.id)) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/files/:id/file',
      tag,
      summary: 'The file itself, whole or in ranges; one that still grows as far as it is written',
      role: 'viewer',
      params: IdParams,
      query: FileQuery,
      responses: { 200: Type.Any({ description: 'the file' }) },
      fileTypes: [mediaTypes.mp4, mediaTypes.mkv],
      handler: ({ params, query }) => {
        const { path, container } = files.get(params.id)
        const file = { path, type: mediaTypes[container], name: basename(path) }
        return giveFile(file, query, (cause) => new AppError('studio.file_missing', undefined, { cause }))
      },
    }),
  ]
}
