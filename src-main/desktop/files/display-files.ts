import { pathToFileURL } from 'node:url'
import type { FileReply } from '../../platform/routes/routes.ts'
import { type PlannedArchive, planArchive } from './archive.ts'
import { findCopied } from './copied-files.ts'
import type { DisplayUpload, DisplayUploads, UploadLimits } from './display-uploads.ts'
import type { FoundEntry, SharedEntry, SharedFolder } from './shared-folder.ts'

/** A file or an archive that a browser saves. */
export interface Download {
  readonly name: string
  /** What the audit log calls it. */
  readonly what: string
  /** Where the file is, or its bytes. */
  readonly file?: Pick<FileReply, 'path' | 'content'>
  readonly archive?: PlannedArchive
}

export interface CopiedList {
  readonly entries: readonly { readonly name: string; readonly kind: 'file' | 'folder'; readonly bytes: number }[]
  readonly more: boolean
}

export interface UploadWish {
  readonly path: string
  readonly bytes: number
  /** Principal id. */
  readonly actor: string
  readonly limits?: UploadLimits
}

/** The files that one display shares, and those that its programs copy, with the rights of the user that they are of. Throws `desktop.*`. */
export interface DisplayFiles {
  list(path: string): Promise<{ readonly folder: string; readonly entries: readonly SharedEntry[]; readonly more: boolean }>
  download(path: string): Promise<Download>
  /** What programs copied: `uris` is whatever they say. */
  copied(uris: string): Promise<CopiedList>
  downloadCopied(uris: string): Promise<Download | undefined>
  /** URIs of files of the shared folder, for programs that paste. */
  urisOf(paths: readonly string[]): Promise<readonly string[]>
  beginUpload(wish: UploadWish): Promise<DisplayUpload>
  upload(id: string): Promise<DisplayUpload>
  append(id: string, offset: number, piece: AsyncIterable<Uint8Array>): Promise<DisplayUpload>
  cancelUpload(id: string): Promise<void>
}

export interface OwnFilesDependencies {
  readonly uploads: DisplayUploads
  readonly folderOf: (display: { readonly id: string; readonly name: string }) => Promise<SharedFolder>
}

/** Those of a display of the user that this process runs as. */
export function ownFiles(
  display: { readonly id: string; readonly name: string },
  { uploads, folderOf }: OwnFilesDependencies,
): DisplayFiles {
  const saved = async (entries: readonly FoundEntry[], name: string, what: string): Promise<Download> => ({
    name: `${name}.zip`,
    what,
    archive: await planArchive(entries),
  })
  return {
    async list(path) {
      const folder = await folderOf(display)
      return { folder: folder.path, ...(await folder.list(path)) }
    },
    async download(path) {
      const found = await (await folderOf(display)).find(path)
      if (found.kind === 'file') return { name: found.name, what: found.name, file: { path: found.realPath } }
      return saved([found], found.name, found.name)
    },
    copied: findCopied,
    async downloadCopied(uris) {
      const { entries } = await findCopied(uris)
      const [first] = entries
      if (first === undefined) return undefined
      if (entries.length > 1 || first.kind === 'folder') {
        const what = `${entries.length} entries: ${namesOf(entries)}`
        return saved(entries, entries.length === 1 ? first.name : 'copied', what)
      }
      return { name: first.name, what: first.realPath, file: { path: first.realPath } }
    },
    async urisOf(paths) {
      const folder = await folderOf(display)
      const uris: string[] = []
      for (const path of paths) uris.push(pathToFileURL((await folder.find(path)).realPath).href)
      return uris
    },
    beginUpload: async (wish) => uploads.begin({ ...wish, display: display.id, folder: await folderOf(display) }),
    upload: async (id) => uploads.get(display.id, id),
    append: (id, offset, piece) => uploads.append(display.id, id, offset, piece),
    cancelUpload: (id) => uploads.cancel(display.id, id),
  }
}

/** The first of them, for the audit log. */
const namesOf = (entries: readonly FoundEntry[]): string =>
  entries
    .slice(0, 10)
    .map(({ realPath }) => JSON.stringify(realPath))
    .join(', ')
