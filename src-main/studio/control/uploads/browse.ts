import { opendir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, extname, join } from 'node:path'
import { type Static, Type } from 'typebox'
import { AppError } from '../../../platform/errors.ts'
import { type FilePolicy, isBelow, judgeFile, pathProblem } from '../../../platform/user-files/file-policy.ts'
import { FileFault } from '../../../platform/user-files/regular-file.ts'

export const FolderListingSchema = Type.Object({
  path: Type.String({ description: 'the folder; empty: the list of folders to start from' }),
  parent: Type.Union([Type.String(), Type.Null()], { description: 'empty: the list of folders to start from; null: that is this list' }),
  folders: Type.Array(Type.Object({ name: Type.String(), path: Type.String() })),
  files: Type.Array(
    Type.Object({
      name: Type.String(),
      path: Type.String(),
      bytes: Type.Integer(),
      changedAt: Type.String({ format: 'date-time' }),
      image: Type.Boolean({ description: 'by its ending: `GET /studio/folder-image` may show it' }),
    }),
  ),
  more: Type.Boolean({ description: 'the folder has more entries than are listed' }),
})
export type FolderListing = Static<typeof FolderListingSchema>

/** Entries of a folder that are looked at. */
const maxEntries = 2000
const imageEndings = new Set(['.png', '.jpg', '.jpeg', '.gif', '.webp', '.bmp', '.avif'])

/** Folders that somebody starts from: what everybody may use, and for admins their own and the whole disk. */
export async function startFolders(policy: FilePolicy, own: readonly string[], limited: boolean): Promise<FolderListing> {
  const wanted = [...own, ...policy.editorFolders, ...(limited ? [] : [homedir(), '/'])]
  const folders: { name: string; path: string }[] = []
  for (const path of new Set(wanted)) {
    // Written and real path of one folder are both in the policy.
    const real = await judgeFile(path, policy, limited).catch(() => undefined)
    if (real === undefined || folders.some((each) => each.path === real)) continue
    if ((await stat(real).catch(() => undefined))?.isDirectory()) folders.push({ name: basename(real) || real, path: real })
  }
  return { path: '', parent: null, folders, files: [], more: false }
}

/**
 * What is in a folder of this machine, as far as the user may name it: links that lead elsewhere are left out. Throws
 * `path.forbidden` and `request.not_found`.
 */
export async function listFolder(path: string, policy: FilePolicy, own: readonly string[], limited: boolean): Promise<FolderListing> {
  const real = await judged(path, policy, limited)
  const opened = await opendir(real).catch((cause: unknown) => {
    throw new AppError('request.not_found', `There is no folder ${path} that can be read`, { cause })
  })
  const folders: FolderListing['folders'] = []
  const files: FolderListing['files'] = []
  let looked = 0
  let more = false
  for await (const entry of opened) {
    if (entry.name.startsWith('.')) continue
    if (++looked > maxEntries) {
      more = true
      break
    }
    const at = join(real, entry.name)
    const leads = entry.isSymbolicLink() ? await judgeFile(at, policy, limited).catch(() => undefined) : at
    if (leads === undefined || pathProblem(leads, policy, limited) !== undefined) continue
    const found = await stat(leads).catch(() => undefined)
    if (found?.isDirectory()) folders.push({ name: entry.name, path: at })
    else if (found?.isFile()) {
      const image = imageEndings.has(extname(entry.name).toLowerCase())
      files.push({ name: entry.name, path: at, bytes: found.size, changedAt: found.mtime.toISOString(), image })
    }
  }
  const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
    a.name.localeCompare(b.name, undefined, { numeric: true })
  const above = dirname(real)
  // Above a folder that one starts from is the list of those, unless the one above may be listed as well.
  const isStart = limited && [...own, ...policy.editorFolders].includes(real)
  const parent = above === real || isStart || !isListable(above, policy, limited) ? '' : above
  return { path: real, parent, folders: folders.sort(byName), files: files.sort(byName), more }
}

/** The real path of a file that the user may name. Throws `path.forbidden`. */
export async function judged(path: string, policy: FilePolicy, limited: boolean): Promise<string> {
  try {
    return await judgeFile(path, policy, limited)
  } catch (cause) {
    if (cause instanceof FileFault) throw new AppError('path.forbidden', cause.message, { cause })
    throw cause
  }
}

const isListable = (path: string, policy: FilePolicy, limited: boolean): boolean =>
  pathProblem(path, policy, limited) === undefined && !policy.privatePaths.some((own) => isBelow(path, own) && path === own)
