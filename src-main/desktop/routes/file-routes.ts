import { Type } from 'typebox'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { Principal } from '../../platform/routes/principal.ts'
import { defineRoute, type FileContent, type RouteDefinition, type RouteReply } from '../../platform/routes/routes.ts'
import { openFileContent } from '../../platform/user-files/file-content.ts'
import { noBytes } from '../../platform/user-files/incoming-file.ts'
import type { DisplayBook } from '../displays/display-book.ts'
import type { DisplayFiles, Download } from '../files/display-files.ts'
import type { DisplayUpload, UploadLimits } from '../files/display-uploads.ts'
import { forbidden, type Grants } from '../rights/grants.ts'
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
import type { Sessions } from '../sessions/sessions.ts'

/** What a browser saves, whatever it is: nothing of it is shown as a page of this host. */
export const fileType = 'application/octet-stream'
export const archiveType = 'application/zip'

/** Somebody who may have files of a display, and send it some. */
export interface FileUser {
  readonly display: { readonly id: string; readonly name: string; readonly user: string | null }
  readonly principal: Principal
  /** Came by an invitation: they send less, and are not shown where files are on the machine. */
  readonly guest: boolean
}

/** Where the routes are, and the one check of who may call them. */
export interface FileRoutesPlace {
  /** Before `/files`: its `:id` names the display. */
  readonly path: string
  readonly role: 'viewer' | 'none'
  /** Throws where one of the rights is missing. */
  readonly permit: (id: string, principal: Principal, rights: readonly Right[]) => FileUser | Promise<FileUser>
}

export interface FileRoutesDependencies {
  /** The files of a display, as the user that it is of. */
  readonly filesOf: (display: FileUser['display']) => DisplayFiles
  readonly audit: AuditLog
}

/** The answer that a download is. `permit` is asked before each piece: what it throws cuts the download off. */
export async function saved({ name, file, archive }: Download, permit: () => unknown): Promise<RouteReply<unknown>> {
  async function* whilePermitted(data: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of data) {
      await permit()
      yield piece
    }
  }
  if (archive !== undefined) {
    return { body: null, stream: { bytes: archive.bytes, data: whilePermitted(archive.data), type: archiveType, downloadName: name } }
  }
  const content = file?.content ?? (await openFileContent(file?.path as string))
  const read: FileContent['read'] = (start, end) => whilePermitted(content.read(start, end))
  return { body: null, file: { content: { ...content, read }, type: fileType, downloadName: name } }
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
    permit(id, principal, rights) {
      const display = book.describe(id)
      for (const right of rights) grants.demand(principal, id, right)
      return { display, principal, guest: false }
    },
  }
}

/**
 * Those of guests: the secret of their connection names them, and with it all that they may do ends. It has 160 random bits and lasts as long
 * as the connection: guesses are not counted, for a guest's own page asks once more when the connection was lost.
 */
export function filesOfGuests(book: DisplayBook, sessions: Pick<Sessions, 'visit'>): FileRoutesPlace {
  return {
    path: '/desktop/visits/:id',
    role: 'none',
    permit(id, _principal, rights) {
      const visit = sessions.visit(id)
      if (visit === undefined) throw new AppError('desktop.visit_unknown')
      for (const right of rights) if (!visit.rights.has(right)) throw forbidden(right)
      return { display: book.describe(visit.display), principal: visit.person.principal, guest: true }
    },
  }
}

/** What one guest may send, bytes. */
const guestLimits: UploadLimits = { fileBytes: 2 * 1024 ** 3, allBytes: 8 * 1024 ** 3 }

const filesRight = ['files'] as const

function sharedRoutes({ path: at, role, permit }: FileRoutesPlace, dependencies: FileRoutesDependencies): readonly RouteDefinition[] {
  const { filesOf, audit } = dependencies
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
      handler: async ({ params, query: { path = '' }, principal }) => {
        const { display, guest } = await permit(params.id, principal, filesRight)
        const { folder, entries, more } = await filesOf(display).list(path)
        const shown = entries.map(({ changedMs, ...entry }) => ({ ...entry, changedAt: new Date(changedMs).toISOString() }))
        return { body: { folder: guest ? '' : folder, path, entries: shown, more } }
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
      handler: async ({ params, query: { path = '' }, principal }) => {
        const user = await permit(params.id, principal, filesRight)
        const download = await filesOf(user.display).download(path)
        record(download.what, user)
        return saved(download, () => permit(params.id, principal, filesRight))
      },
    }),
  ]
}

function uploadRoutes({ path: at, role, permit }: FileRoutesPlace, dependencies: FileRoutesDependencies): readonly RouteDefinition[] {
  const { filesOf, audit } = dependencies
  const view = ({ id, path, bytes, received, placed }: DisplayUpload, guest: boolean): DisplayUploadAnswer => ({
    id,
    path,
    bytes,
    received,
    file: placed === undefined ? null : { path: placed.path, realPath: guest ? '' : placed.realPath },
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
      handler: async ({ params, body, principal: caller }) => {
        const { display, principal, guest } = await permit(params.id, caller, filesRight)
        const upload = await filesOf(display).beginUpload({ ...body, actor: principal.id, ...(guest && { limits: guestLimits }) })
        record(upload, principal)
        return { status: 201, body: view(upload, guest) }
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
      handler: async ({ params, principal }) => {
        const { display, guest } = await permit(params.id, principal, filesRight)
        return { body: view(await filesOf(display).upload(params.upload), guest) }
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
      handler: async ({ params, query, bytes, principal: caller }) => {
        const { display, principal, guest } = await permit(params.id, caller, filesRight)
        const files = filesOf(display)
        const known = (await files.upload(params.upload)).placed !== undefined
        const upload = await files.append(params.upload, query.offset, bytes ?? noBytes())
        if (!known) record(upload, principal)
        return { body: view(upload, guest) }
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
      handler: async ({ params, principal }) => {
        const { display } = await permit(params.id, principal, filesRight)
        await filesOf(display).cancelUpload(params.upload)
        return { status: 204, body: null }
      },
    }),
  ]
}
