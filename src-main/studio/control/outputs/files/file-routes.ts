import { basename } from 'node:path'
import { Type } from 'typebox'
import { mediaTypes } from '../../../../media/files/container.ts'
import type { AuditLog } from '../../../../platform/audit.ts'
import { AppError } from '../../../../platform/errors.ts'
import { FileQuery, giveFile } from '../../../../platform/file-endpoint.ts'
import { pageFields, pageOf, pageSchema } from '../../../../platform/pages.ts'
import { defineRoute, type RouteDefinition } from '../../../../platform/routes.ts'
import type { FileBook } from './file-book.ts'
import { fileView, StudioFileSchema } from './studio-file.ts'

const tag = 'studio'
const IdParams = Type.Object({ id: Type.String({ maxLength: 80 }) })

/** API routes of files that outputs wrote. */
export function fileRoutes(files: FileBook, audit: AuditLog): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/files',
      tag,
      summary: 'Recordings and replays of the studio, newest first',
      role: 'viewer',
      query: Type.Object({
        output: Type.Optional(Type.String({ maxLength: 80, description: 'of this output alone' })),
        ...pageFields(100),
      }),
      responses: { 200: pageSchema(StudioFileSchema) },
      handler: ({ query }) => {
        const all = files
          .list()
          .filter(({ output }) => query.output === undefined || output === query.output)
          .toReversed()
        const { items, nextCursor } = pageOf(all, query)
        return { body: { items: items.map(fileView), nextCursor } }
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
    defineRoute({
      method: 'DELETE',
      path: '/studio/files/:id',
      tag,
      summary: 'Takes a file off the list and deletes it',
      role: 'editor',
      params: IdParams,
      query: Type.Object({ keep: Type.Optional(Type.Boolean({ description: 'off the list alone: the file stays on the disk' })) }),
      responses: { 204: Type.Null() },
      handler: async ({ params, query, principal }) => {
        const erase = query.keep !== true
        const file = await files.remove(params.id, erase)
        const message = `${basename(file.path)} was ${erase ? 'deleted' : 'taken off the list'}`
        audit.record({ kind: 'command', message, actor: principal.id, data: { path: file.path } })
        return { status: 204, body: null }
      },
    }),
  ]
}
