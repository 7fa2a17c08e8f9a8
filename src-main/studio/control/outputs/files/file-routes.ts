import { basename } from 'node:path'
import { Type } from 'typebox'
import { mediaTypes } from '../../../../media/files/container.ts'
import type { AuditLog } from '../../../../platform/audit.ts'
import { AppError } from '../../../../platform/errors.ts'
import { FileQuery, giveFile } from '../../../../platform/file-endpoint.ts'
import { defineRoute, type RouteDefinition } from '../../../../platform/routes.ts'
import { trashRoutes } from '../../../../platform/trash-routes.ts'
import type { FileBook } from './file-book.ts'
import { fileView, type StoredFile, StudioFileSchema } from './studio-file.ts'

const tag = 'studio'
const IdParams = Type.Object({ id: Type.String({ maxLength: 80 }) })

/** API routes of files that outputs wrote. */
export function fileRoutes(files: FileBook, audit: AuditLog, now: () => number): readonly RouteDefinition[] {
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
      method: 'PATCH',
      path: '/studio/files/:id',
      tag,
      summary: 'Gives a file of the studio a title',
      role: 'editor',
      params: IdParams,
      body: Type.Object({ title: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: false }),
      responses: { 200: StudioFileSchema },
      handler: ({ params, body }) => {
        const file = files.get(params.id)
        file.title = body.title
        files.keep(file)
        return { body: fileView(file) }
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
