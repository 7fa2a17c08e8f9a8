import { pathToFileURL } from 'node:url'
import { Type } from 'typebox'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { planArchive } from '../files/archive.ts'
import { type CopiedEntries, findCopied } from '../files/copied-files.ts'
import type { SharedFolder } from '../files/shared-folder.ts'
import { DisplayIdParams, tag } from '../schemas/display.ts'
import { CopiedFilesSchema, CopiedQuery, OfferedFilesSchema } from '../schemas/files.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { archiveType, type FileRoutesPlace, type FileUser, fileType } from './file-routes.ts'

export interface CopiedFileRoutesDependencies {
  readonly sessions: Pick<Sessions, 'copiedFiles' | 'offerFiles'>
  /** The shared folder of a display. */
  readonly folderOf: (display: { readonly id: string; readonly name: string }) => Promise<SharedFolder>
  readonly audit: AuditLog
}

const rights = ['clipboard', 'files'] as const

/**
 * Files in the clipboard of a display, in both directions. Nobody names a path of the machine: what is downloaded a program there copied,
 * and what is offered was uploaded.
 */
export function copiedFileRoutes(
  { path: at, role, permit }: FileRoutesPlace,
  { sessions, folderOf, audit }: CopiedFileRoutesDependencies,
): readonly RouteDefinition[] {
  const find = async ({ display }: FileUser): Promise<CopiedEntries & { readonly number: number }> => {
    const copied = await sessions.copiedFiles(display.id)
    if (copied === undefined) throw new AppError('desktop.nothing_copied')
    return { ...(await findCopied(copied.uris)), number: copied.number }
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
        const { number, entries, more } = await find(await permit(params.id, principal, rights))
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
        const { number, entries } = await find(user)
        const [first] = entries
        if (number !== query.copied || first === undefined) throw new AppError('desktop.nothing_copied')
        if (entries.length === 1 && first.kind === 'file') {
          record(`${first.realPath}, which was copied on a display, was downloaded`, user)
          return { body: null, file: { path: first.realPath, type: fileType, downloadName: first.name } }
        }
        const archive = await planArchive(entries)
        record(`${entries.length} entries, which were copied on a display, were downloaded: ${namesOf(entries)}`, user)
        return {
          body: null,
          stream: { ...archive, type: archiveType, downloadName: `${entries.length === 1 ? first.name : 'copied'}.zip` },
        }
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
        const folder = await folderOf(user.display)
        const uris: string[] = []
        for (const path of paths) uris.push(pathToFileURL((await folder.find(path)).realPath).href)
        sessions.offerFiles(user.display.id, uris)
        record(`${paths.length} files were put into the clipboard of a display`, user)
        return { status: 204, body: null }
      },
    }),
  ]
}

/** The first of them, for the audit log. */
const namesOf = (entries: CopiedEntries['entries']): string =>
  entries
    .slice(0, 10)
    .map(({ realPath }) => JSON.stringify(realPath))
    .join(', ')
