import { stat } from 'node:fs/promises'
import { Type } from 'typebox'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { ReachPolicy } from '../../../platform/outbound/reach.ts'
import { pageFields, pageOf, pageSchema } from '../../../platform/routes/pages.ts'
import { isLimited } from '../../../platform/routes/principal.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { noBytes } from '../../../platform/user-files/incoming-file.ts'
import { FolderListingSchema, judged, listFolder, startFolders } from './browse.ts'
import type { FileUses } from './file-uses.ts'
import { type UploadedFile, UploadedFileSchema, UploadSchema, UploadSpaceSchema } from './upload-schemas.ts'
import type { RunningUpload, Uploads } from './uploads.ts'
import { type FolderFile, signatureOf } from './uploads-folder.ts'

export interface UploadRoutesDependencies {
  readonly uploads: Uploads
  readonly uses: FileUses
  readonly reach: () => ReachPolicy
  /** Folders that everybody may use, as they are written. */
  readonly mediaFolders: readonly string[]
  readonly audit: AuditLog
}

const tag = 'studio'
const IdParams = Type.Object({ id: Type.String({ maxLength: 80 }) })
const NameParams = Type.Object({ id: Type.String({ maxLength: 200 }) })
const PathQuery = Type.Object({ path: Type.Optional(Type.String({ maxLength: 4096 })) })

/** Of a piece: a request must be over within a minute. */
const pieceBytes = 32 * 1024 * 1024
/** An image of a folder that is shown small. */
const maxShownBytes = 24 * 1024 * 1024
const shownTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp', 'image/avif']

/** A file as the API shows it. */
export function uploadedView({ name, path, signature, bytes, changedMs }: FolderFile, uses: readonly string[]): UploadedFile {
  const { kind, type } = signature
  return { id: name, path, kind, type, bytes, uploadedAt: new Date(changedMs).toISOString(), usedBy: [...uses] }
}

/** API routes of files that are sent to the host, and of folders that it may read. */
export function uploadRoutes(dependencies: UploadRoutesDependencies): readonly RouteDefinition[] {
  return [...sendingRoutes(dependencies), ...fileRoutes(dependencies), ...folderRoutes(dependencies)]
}

function sendingRoutes({ uploads, uses, audit }: UploadRoutesDependencies): readonly RouteDefinition[] {
  const view = ({ id, name, bytes, received, file }: RunningUpload) => ({
    id,
    name,
    bytes,
    received,
    file: file === undefined ? null : uploadedView(file, uses.open().get(file.path) ?? []),
  })
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/uploads',
      tag,
      summary: 'Starts to send a file to the host: its size is reserved, its bytes come with `PUT /studio/uploads/ID/bytes`',
      role: 'editor',
      body: Type.Object(
        {
          name: Type.String({ minLength: 1, maxLength: 255, description: 'a path is cut to its last part' }),
          bytes: Type.Integer({ minimum: 1, maximum: 2 ** 50 }),
          bundle: Type.Optional(Type.Boolean({ description: 'a collection with its media, for `POST /studio/import/bundle`' })),
        },
        { additionalProperties: false },
      ),
      responses: { 201: UploadSchema },
      handler: async ({ body, principal }) => ({
        status: 201,
        body: view(await uploads.begin(body.name, body.bytes, principal.id, body.bundle)),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/uploads/:id',
      tag,
      summary: 'How much of a file is here, for going on after a lost connection',
      role: 'editor',
      params: IdParams,
      responses: { 200: UploadSchema },
      handler: ({ params }) => ({ body: view(uploads.get(params.id)) }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/studio/uploads/:id/bytes',
      tag,
      summary: 'A piece of the file, 32 MiB at most, within a minute; what came before a connection broke stays',
      role: 'editor',
      params: IdParams,
      query: Type.Object({ offset: Type.Integer({ minimum: 0, description: 'where it starts: what `received` says' }) }),
      takesBytes: pieceBytes,
      responses: { 200: UploadSchema },
      handler: async ({ params, query, bytes, principal }) => {
        const upload = await uploads.append(params.id, query.offset, bytes ?? noBytes())
        if (upload.file !== undefined)
          audit.record({
            kind: 'command',
            message: `${upload.file.name} was uploaded`,
            actor: principal.id,
            data: { path: upload.file.path },
          })
        return { body: view(upload) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/uploads/:id',
      tag,
      summary: 'Ends an upload; what of it is here is deleted',
      role: 'editor',
      params: IdParams,
      responses: { 204: Type.Null() },
      handler: async ({ params }) => {
        await uploads.cancel(params.id)
        return { status: 204, body: null }
      },
    }),
  ]
}

function fileRoutes({ uploads, uses, audit }: UploadRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/uploaded-files',
      tag,
      summary: 'Files that were uploaded, newest first, with what uses them',
      role: 'editor',
      query: Type.Object(pageFields(100)),
      responses: { 200: pageSchema(UploadedFileSchema) },
      handler: async ({ query }) => {
        const used = uses.open()
        const all = (await uploads.folder.list()).map((file) => ({ ...file, id: file.name }))
        const { items, nextCursor } = pageOf(all, query)
        return { body: { items: items.map((file) => uploadedView(file, used.get(file.path) ?? [])), nextCursor } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/upload-space',
      tag,
      summary: 'How much may be uploaded',
      role: 'editor',
      responses: { 200: UploadSpaceSchema },
      handler: async () => {
        const { quotaBytes, maxBytes } = uploads.limits
        return { body: { usedBytes: await uploads.usedBytes(), quotaBytes, maxFileBytes: maxBytes } }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/uploaded-files/:id',
      tag,
      summary: 'Deletes an uploaded file; one that a collection uses only with `force`',
      role: 'editor',
      params: NameParams,
      query: Type.Object({ force: Type.Optional(Type.Boolean({ description: 'also where a source uses it' })) }),
      responses: { 204: Type.Null() },
      handler: async ({ params, query, principal }) => {
        const file = await uploads.folder.get(params.id)
        if (query.force !== true) {
          const sources = uses.open().get(file.path) ?? []
          const collections = await uses.stored(file.path)
          if (sources.length + collections.length > 0) {
            const by = [...sources, ...collections.map((name) => `the collection ${name}`)].join(', ')
            throw new AppError('studio.upload_in_use', `${file.name} is used by ${by}`, { details: { sources, collections } })
          }
        }
        await uploads.remove(file)
        audit.record({
          kind: 'command',
          message: `the uploaded file ${file.name} was deleted`,
          actor: principal.id,
          data: { path: file.path },
        })
        return { status: 204, body: null }
      },
    }),
  ]
}

function folderRoutes({ reach, uploads, mediaFolders }: UploadRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/folders',
      tag,
      summary: 'Folders and files of this machine that a source may name; editors see the folders that are open to them',
      role: 'editor',
      query: PathQuery,
      responses: { 200: FolderListingSchema },
      handler: async ({ query: { path = '' }, principal }) => {
        const { files } = reach()
        const limited = isLimited(principal)
        const own = [uploads.folder.path, ...mediaFolders]
        return { body: path === '' ? await startFolders(files, own, limited) : await listFolder(path, files, own, limited) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/folder-image',
      tag,
      summary: 'An image file of this machine that a source may name, for showing it small',
      role: 'editor',
      query: Type.Object({ path: Type.String({ minLength: 1, maxLength: 4096 }) }),
      responses: { 200: Type.Any({ description: 'the image' }) },
      fileTypes: shownTypes,
      handler: async ({ query, principal }) => {
        const path = await judged(query.path, reach().files, isLimited(principal))
        const found = await stat(path).catch(() => undefined)
        const type = found?.isFile() && found.size <= maxShownBytes ? (await signatureOf(path))?.type : undefined
        if (type === undefined || !shownTypes.includes(type))
          throw new AppError('request.not_found', 'There is no image that can be shown here')
        return { body: null, file: { path, type } }
      },
    }),
  ]
}
