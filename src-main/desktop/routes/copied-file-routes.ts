import { Type } from 'typebox'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { DisplayFiles } from '../files/display-files.ts'
import { DisplayIdParams, tag } from '../schemas/display.ts'
import { CopiedFilesSchema, CopiedQuery, OfferedFilesSchema } from '../schemas/files.ts'
import type { CopiedUris } from '../sessions/messages.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { archiveType, type FileRoutesPlace, type FileUser, fileType, saved } from './file-routes.ts'

export interface CopiedFileRoutesDependencies {
  readonly sessions: Pick<Sessions, 'copiedFiles' | 'offerFiles'>
  /** The files of a display, as the user that it is of. */
  readonly filesOf: (display: FileUser['display']) => DisplayFiles
  readonly audit: AuditLog
}

const rights = ['clipboard', 'files'] as const

/**
 * Files in the clipboard of a display, in both directions. Nobody names a path of the machine: what is downloaded a program there copied,
 * and what is offered was uploaded.
 */
export function copiedFileRoutes(
  { path: at, role, permit }: FileRoutesPlace,
  { sessions, filesOf, audit }: CopiedFileRoutesDependencies,
): readonly RouteDefinition[] {
  const find = async ({ display }: FileUser): Promise<CopiedUris> => {
    const copied = await sessions.copiedFiles(display.id)
    if (copied === undefined) throw new AppError('desktop.nothing_copied')
    return copied
  }
  const record = (message: string, { display, principal }: FileUser): void =>
    audit.record({ kind: 'command', message, actor: principal.id, data: { display: display.id } })
  return [
    defineRoute({
      method: 'GET',
      path: `${at}/files/copied`,
      tag,
      summary:
        'Files and folders that a program of the display has copied, while somebody looks at it; needs the right to the clipboard, too',
      role,
      params: DisplayIdParams,
      responses: { 200: CopiedFilesSchema },
      handler: async ({ params, principal }) => {
        const user = await permit(params.id, principal, rights)
        const { number, uris } = await find(user)
        const { entries, more } = await filesOf(user.display).copied(uris)
        return { body: { number, entries: entries.map(({ name, kind, bytes }) => ({ name, kind, bytes })), more } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${at}/files/copied/content`,
      tag,
      summary: 'Downloads what a program of the display has copied: one file as it is, several and folders as a ZIP archive',
      role,
      params: DisplayIdParams,
      query: CopiedQuery,
      responses: { 200: Type.Unknown() },
      fileTypes: [fileType, archiveType],
      handler: async ({ params, query, principal }) => {
        const user = await permit(params.id, principal, rights)
        const { number, uris } = await find(user)
        const download = number === query.copied ? await filesOf(user.display).downloadCopied(uris) : undefined
        if (download === undefined) throw new AppError('desktop.nothing_copied')
        record(`${download.what}, which was copied on a display, was downloaded`, user)
        return saved(download, () => permit(params.id, principal, rights))
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${at}/files/offered`,
      tag,
      summary: "Puts files of the shared folder into the display's clipboard, for programs to paste; needs the right to the clipboard, too",
      role,
      params: DisplayIdParams,
      body: OfferedFilesSchema,
      responses: { 204: Type.Null() },
      handler: async ({ params, body: { paths }, principal }) => {
        const user = await permit(params.id, principal, rights)
        sessions.offerFiles(user.display.id, await filesOf(user.display).urisOf(paths))
        record(`${paths.length} files were put into the clipboard of a display`, user)
        return { status: 204, body: null }
      },
    }),
  ]
}
