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
import type { Right } from '../rights/rights.ts'
import { DisplayIdParams, tag } from '../schemas/display.ts'
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
export const fileType = 'application/octet-stream'
export const archiveType = 'application/zip'

/** Somebody who may have files of a display, and send it some. */
export interface FileUser {
  readonly display: { readonly id: string; readonly name: string }
  readonly principal: Principal
}

/** Where the routes are, and the one check of who may call them. */
export interface FileRoutesPlace {
  /** Before `/files`: its `:id` names the display. */
  readonly path: string
  readonly role: 'viewer' | 'none'
  /** Throws where one of the rights is missing. */
  readonly permit: (id: string, principal: Principal, remoteAddress: string, rights: readonly Right[]) => FileUser | Promise<FileUser>
}

export interface FileRoutesDependencies {
  readonly uploads: DisplayUploads
  /** The shared folder of a display. */
  readonly folderOf: (display: { readonly id: string; readonly name: string }) => Promise<SharedFolder>
  readonly audit: AuditLog
}

/** Files that viewers and a display share. */
export function fileRoutes(place: FileRoutesPlace, dependencies: FileRoutesDependencies): readonly RouteDefinition[] {
  return [...sharedRoutes(place, dependencies), ...uploadRoutes(place, dependencies)]
}

/** Those at users' own displays: admins have all, others what they were granted. */
export function filesOfUsers(book: DisplayBook, grants: Grants): FileRoutesPlace {
  return {
    path: '/desktop/displays/:id',
    role: 'viewer',
    permit(id, principal, _remoteAddress, rights) {
      const display = book.describe(id)
      for (const right of rights) grants.demand(principal, id, right)
      return { display, principal }
    },
  }
}

const filesRight = ['files'] as const

function sharedRoutes({ path: at, role, permit }: FileRoutesPlace, dependencies: FileRoutesDependencies): readonly RouteDefinition[] {
  const { folderOf, audit } = dependencies
  const record = (what: string, { display, principal }: FileUser): void =>
    audit.record({ kind: 'command', message: `${what} was downloaded`, actor: principal.id, data: { display: display.id } })
  return [
    defineRoute({
      method: 'GET',
      path: `${at}/files`,
      tag,
      summary: 'What is in the folder that a display shares files in, or in a folder of it',
      role,
      params: DisplayIdParams,
      query: FilesQuery,
      responses: { 200: SharedFilesSchema },
      handler: async ({ params, query: { path = '' }, principal, remoteAddress }) => {
        const { display } = await permit(params.id, principal, remoteAddress, filesRight)
        const folder = await folderOf(display)
        const { entries, more } = await folder.list(path)
        const shown = entries.map(({ changedMs, ...entry }) => ({ ...entry, changedAt: new Date(changedMs).toISOString() }))
        return { body: { folder: folder.path, path, entries: shown, more } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${at}/files/content`,
      tag,
      summary: 'Downloads a file of the shared folder, whole or a range of it; a folder comes as a ZIP archive',
      role,
      params: DisplayIdParams,
      query: FilesQuery,
      responses: { 200: Type.Unknown() },
      fileTypes: [fileType, archiveType],
      handler: async ({ params, query: { path = '' }, principal, remoteAddress }) => {
        const user = await permit(params.id, principal, remoteAddress, filesRight)
        const found = await (await folderOf(user.display)).find(path)
        record(found.name, user)
        if (found.kind === 'file') return { body: null, file: { path: found.realPath, type: fileType, downloadName: found.name } }
        const archive = await planArchive([found])
        return { body: null, stream: { ...archive, type: archiveType, downloadName: `${found.name}.zip` } }
      },
    }),
  ]
}

function uploadRoutes({ path: at, role, permit }: FileRoutesPlace, dependencies: FileRoutesDependencies): readonly RouteDefinition[] {
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
      path: `${at}/files/uploads`,
      tag,
      summary: 'Starts to send a file to a display: its size is reserved, its bytes come with `PUT …/uploads/UPLOAD/bytes`',
      role,
      params: DisplayIdParams,
      body: NewUploadSchema,
      responses: { 201: DisplayUploadSchema },
      handler: async ({ params, body, principal: caller, remoteAddress }) => {
        const { display, principal } = await permit(params.id, caller, remoteAddress, filesRight)
        const upload = await uploads.begin({ ...body, display: display.id, folder: await folderOf(display), actor: principal.id })
        record(upload, principal)
        return { status: 201, body: view(upload) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${at}/files/uploads/:upload`,
      tag,
      summary: 'How much of a file is here, for going on after a lost connection',
      role,
      params: UploadParams,
      responses: { 200: DisplayUploadSchema },
      handler: async ({ params, principal, remoteAddress }) => {
        const { display } = await permit(params.id, principal, remoteAddress, filesRight)
        return { body: view(uploads.get(display.id, params.upload)) }
      },
    }),
    defineRoute({
      method: 'PUT',
      path: `${at}/files/uploads/:upload/bytes`,
      tag,
      summary: 'A piece of the file, 32 MiB at most, within a minute; what came before a connection broke stays',
      role,
      params: UploadParams,
      query: UploadOffsetQuery,
      takesBytes: pieceBytes,
      responses: { 200: DisplayUploadSchema },
      handler: async ({ params, query, bytes, principal: caller, remoteAddress }) => {
        const { display, principal } = await permit(params.id, caller, remoteAddress, filesRight)
        const known = uploads.get(display.id, params.upload).placed !== undefined
        const upload = await uploads.append(display.id, params.upload, query.offset, bytes ?? noBytes())
        if (!known) record(upload, principal)
        return { body: view(upload) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: `${at}/files/uploads/:upload`,
      tag,
      summary: 'Ends an upload; what of it is here is deleted',
      role,
      params: UploadParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal, remoteAddress }) => {
        const { display } = await permit(params.id, principal, remoteAddress, filesRight)
        await uploads.cancel(display.id, params.upload)
        return { status: 204, body: null }
      },
    }),
  ]
}
