import { Type } from 'typebox'
import type { AuditLog } from '../../platform/audit.ts'
import type { Principal } from '../../platform/principal.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes.ts'
import { noBytes } from '../../platform/user-files/incoming-file.ts'
import type { DisplayBook } from '../displays/display-book.ts'
import { planArchive } from '../files/archive.ts'
import type { DisplayUpload, DisplayUploads } from '../files/display-uploads.ts'
import type { SharedFolder } from '../files/shared-folder.ts'
import type { Grants } from '../rights/grants.ts'
import { type Display, DisplayIdParams, tag } from '../schemas/display.ts'
import {
  type DisplayUploadAnswer,
  DisplayUploadSchema,
  FilesQuery,
  NewUploadSchema,
  pieceBytes,
  SharedFilesSchema,
  UploadOffsetQuery,
  UploadParams,
} from '../schemas/files.ts'

/** What a browser saves, whatever it is: nothing of it is shown as a page of this host. */
const fileType = 'application/octet-stream'
const archiveType = 'application/zip'

export interface FileRoutesDependencies {
  readonly book: DisplayBook
  readonly grants: Grants
  readonly uploads: DisplayUploads
  /** The shared folder of a display. */
  readonly folderOf: (display: { readonly id: string; readonly name: string }) => Promise<SharedFolder>
  readonly audit: AuditLog
}

/** The one check of who may have files of a display, or send it some. */
function permitted({ book, grants }: FileRoutesDependencies, id: string, principal: Principal): Display {
  const display = book.describe(id)
  grants.demand(principal, id, 'files')
  return display
}

/** Files that viewers and a display share. */
export function fileRoutes(dependencies: FileRoutesDependencies): readonly RouteDefinition[] {
  return [...sharedRoutes(dependencies), ...uploadRoutes(dependencies)]
}

function sharedRoutes(dependencies: FileRoutesDependencies): readonly RouteDefinition[] {
  const { folderOf, audit } = dependencies
  const record = (what: string, display: string, principal: Principal): void =>
    audit.record({ kind: 'command', message: `${what} was downloaded`, actor: principal.id, data: { display } })
  return [
    defineRoute({
      method: 'GET',
      path: '/desktop/displays/:id/files',
      tag,
      summary: 'What is in the folder that a display shares files in, or in a folder of it',
      role: 'viewer',
      params: DisplayIdParams,
      query: FilesQuery,
      responses: { 200: SharedFilesSchema },
      handler: async ({ params, query: { path = '' }, principal }) => {
        const folder = await folderOf(permitted(dependencies, params.id, principal))
        const { entries, more } = await folder.list(path)
        const shown = entries.map(({ changedMs, ...entry }) => ({ ...entry, changedAt: new Date(changedMs).toISOString() }))
        return { body: { folder: folder.path, path, entries: shown, more } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/desktop/displays/:id/files/content',
      tag,
      summary: 'Downloads a file of the shared folder, whole or a range of it; a folder comes as a ZIP archive',
      role: 'viewer',
      params: DisplayIdParams,
      query: FilesQuery,
      responses: { 200: Type.Unknown() },
      fileTypes: [fileType, archiveType],
      handler: async ({ params, query: { path = '' }, principal }) => {
        const found = await (await folderOf(permitted(dependencies, params.id, principal))).find(path)
        record(found.name, params.id, principal)
        if (found.kind === 'file') return { body: null, file: { path: found.realPath, type: fileType, downloadName: found.name } }
        const archive = await planArchive([found])
        return { body: null, stream: { ...archive, type: archiveType, downloadName: `${found.name}.zip` } }
      },
    }),
  ]
}

function uploadRoutes(dependencies: FileRoutesDependencies): readonly RouteDefinition[] {
  const { folderOf, uploads, audit } = dependencies
  const view = ({ id, path, bytes, received, placed }: DisplayUpload): DisplayUploadAnswer => ({
    id,
    path,
    bytes,
    received,
    file: placed ?? null,
  })
  const record = ({ placed, display }: DisplayUpload, principal: Principal): void => {
    if (placed === undefined) return
    audit.record({ kind: 'command', message: `${placed.path} was uploaded`, actor: principal.id, data: { display } })
  }
  return [
    defineRoute({
      method: 'POST',
      path: '/desktop/displays/:id/files/uploads',
      tag,
      summary: 'Starts to send a file to a display: its size is reserved, its bytes come with `PUT …/uploads/UPLOAD/bytes`',
      role: 'viewer',
      params: DisplayIdParams,
      body: NewUploadSchema,
      responses: { 201: DisplayUploadSchema },
      handler: async ({ params, body, principal }) => {
        const display = permitted(dependencies, params.id, principal)
        const upload = await uploads.begin({ ...body, display: display.id, folder: await folderOf(display), actor: principal.id })
        record(upload, principal)
        return { status: 201, body: view(upload) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/desktop/displays/:id/files/uploads/:upload',
      tag,
      summary: 'How much of a file is here, for going on after a lost connection',
      role: 'viewer',
      params: UploadParams,
      responses: { 200: DisplayUploadSchema },
      handler: ({ params, principal }) => {
        permitted(dependencies, params.id, principal)
        return { body: view(uploads.get(params.id, params.upload)) }
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/desktop/displays/:id/files/uploads/:upload/bytes',
      tag,
      summary: 'A piece of the file, 32 MiB at most, within a minute; what came before a connection broke stays',
      role: 'viewer',
      params: UploadParams,
      query: UploadOffsetQuery,
      takesBytes: pieceBytes,
      responses: { 200: DisplayUploadSchema },
      handler: async ({ params, query, bytes, principal }) => {
        permitted(dependencies, params.id, principal)
        const known = uploads.get(params.id, params.upload).placed !== undefined
        const upload = await uploads.append(params.id, params.upload, query.offset, bytes ?? noBytes())
        if (!known) record(upload, principal)
        return { body: view(upload) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/desktop/displays/:id/files/uploads/:upload',
      tag,
      summary: 'Ends an upload; what of it is here is deleted',
      role: 'viewer',
      params: UploadParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        permitted(dependencies, params.id, principal)
        await uploads.cancel(params.id, params.upload)
        return { status: 204, body: null }
      },
    }),
  ]
}
