import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { isRecord } from '../../../platform/routes/schema-faults.ts'
import { type FilePolicy, judgeFile } from '../../../platform/user-files/file-policy.ts'
import type { NotCarried } from './not-carried.ts'

export interface FindObsFilesOptions {
  /** Where the document was read: files that moved with it are looked for there. Empty for none. */
  readonly folder: string
  readonly files: FilePolicy
  /** Only files that editors may use are looked for. */
  readonly limited: boolean
}

export interface FoundObsFiles {
  /** The document with the paths of files that were found elsewhere. */
  readonly document: Record<string, unknown>
  /** Files that are not there, with their places. */
  readonly missing: readonly NotCarried[]
}

/** Settings of OBS that are paths. Lists have theirs in `value`. */
const pathSettings = ['file', 'local_file', 'text_file', 'image_path', 'path', 'luma_image', 'track_matte_path']
const listSettings = ['files', 'playlist']
/** Files of folders that are played or shown one after the other. */
const played =
  /\.(?:mp4|m4v|mov|mkv|webm|avi|flv|ts|mts|m2ts|mpg|mpeg|wmv|ogv|gif|mp3|aac|m4a|ogg|oga|opus|flac|wav|wma|png|jpe?g|webp|avif|bmp|tga|tiff?)$/i
const maxEntries = 2000
/** Of a path that is looked for elsewhere: this many of its last parts may be in a folder below. */
const maxParts = 4
/** Paths that are looked for, and folders of profiles: a document may name any number. */
const maxPaths = 4000
const maxProfiles = 20

interface Found {
  /** Undefined: not there. */
  readonly path: string | undefined
  readonly isFolder: boolean
}

/**
 * Finds the files that a scene collection of OBS Studio names. Where one is not at its path, as on another machine, or its path is a relative
 * one, it is looked for by its name (and the folders before it) beside the document and, where that is in the configuration of OBS, in the
 * folders of its profiles. Folders in playlists and slideshows become the files in them.
 */
export async function findObsFiles(document: Readonly<Record<string, unknown>>, options: FindObsFilesOptions): Promise<FoundObsFiles> {
  const finder = new ObsFiles(await foldersBeside(options.folder), options)
  const made: Record<string, unknown> = structuredClone(document)
  for (const [list, what] of [
    ['sources', 'source'],
    ['groups', 'source'],
    ['transitions', 'transition'],
  ] as const) {
    for (const entity of records(made[list])) {
      const place = `${entity.id === 'scene' ? 'scene' : what} "${entity.name}"`
      await finder.replace(entity.settings, place)
      for (const filter of records(entity.filters)) await finder.replace(filter.settings, `${place}, filter "${filter.name}"`)
    }
  }
  return { document: made, missing: finder.missing }
}

const records = (value: unknown): readonly Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : [])

/** The folder itself, and above `basic/scenes` of OBS those of its profiles. */
async function foldersBeside(folder: string): Promise<readonly string[]> {
  if (!isAbsolute(folder)) return []
  if (basename(folder) !== 'scenes' || basename(dirname(folder)) !== 'basic') return [folder]
  const profiles = join(dirname(folder), 'profiles')
  const names = await readdir(profiles).catch(() => [])
  return [folder, dirname(folder), dirname(dirname(folder)), ...names.slice(0, maxProfiles).map((name) => join(profiles, name))]
}

/** Finds each path once. */
class ObsFiles {
  readonly missing: NotCarried[] = []
  readonly #folders: readonly string[]
  readonly #options: FindObsFilesOptions
  readonly #found = new Map<string, Found>()

  constructor(folders: readonly string[], options: FindObsFilesOptions) {
    this.#folders = folders
    this.#options = options
  }

  /** Puts what was found into the settings of a source, filter or transition. */
  async replace(settings: unknown, place: string): Promise<void> {
    if (!isRecord(settings)) return
    const gone: string[] = []
    for (const name of pathSettings) {
      const path = settings[name]
      // Images of wipes that come with OBS have only a name.
      if (typeof path !== 'string' || !isPath(path) || (name === 'luma_image' && !/[\\/]/.test(path))) continue
      const { path: found } = await this.#find(path)
      if (found === undefined) gone.push(path)
      else settings[name] = found
    }
    for (const name of listSettings) {
      if (!Array.isArray(settings[name])) continue
      const entries: Record<string, unknown>[] = []
      for (const entry of records(settings[name])) {
        if (entries.length >= maxEntries) break
        entries.push(...(await this.#entries(entry, gone)))
      }
      settings[name] = entries.slice(0, maxEntries)
    }
    const [first, ...others] = gone
    if (first === undefined) return
    const more = others.length > 0 ? ` and ${others.length} more files are` : ' is'
    const reason = `${first}${more} not on this machine: put ${others.length > 0 ? 'them' : 'it'} beside the collection's file and import it again, or choose another file`
    this.missing.push({ place, reason })
  }

  async #entries(entry: Record<string, unknown>, gone: string[]): Promise<readonly Record<string, unknown>[]> {
    const path = entry.value
    if (typeof path !== 'string' || !isPath(path)) return [entry]
    const { path: found, isFolder } = await this.#find(path)
    if (found === undefined) {
      gone.push(path)
      return [entry]
    }
    if (!isFolder) return [{ ...entry, value: found }]
    const names = await readdir(found).catch(() => [])
    return names
      .filter((name) => played.test(name))
      .toSorted()
      .slice(0, maxEntries)
      .map((name) => ({ ...entry, value: join(found, name) }))
  }

  async #find(path: string): Promise<Found> {
    const known = this.#found.get(path)
    if (known !== undefined) return known
    const found = this.#found.size < maxPaths ? await this.#look(path) : { path, isFolder: false }
    this.#found.set(path, found)
    return found
  }

  async #look(path: string): Promise<Found> {
    const { files, limited } = this.#options
    const parts = path
      .replaceAll('\\', '/')
      .replace(/^[a-z]:/i, '')
      .split('/')
      .filter((part) => part !== '' && part !== '.' && part !== '..')
    const tails = parts.slice(-maxParts).map((_, index, last) => join(...last.slice(index)))
    const places = [...(isAbsolute(path) ? [path] : []), ...this.#folders.flatMap((folder) => tails.map((tail) => join(folder, tail)))]
    let judged = false
    for (const place of places) {
      const allowed = await judgeFile(place, files, limited).then(
        () => true,
        () => false,
      )
      if (!allowed) continue
      judged = true
      const entry = await stat(place).catch(() => undefined)
      if (entry?.isFile() || entry?.isDirectory()) return { path: place, isFolder: entry.isDirectory() }
    }
    // A user who may not use a path learns only that it is left out, not what is there.
    return judged || !isAbsolute(path) ? { path: undefined, isFolder: false } : { path, isFolder: false }
  }
}

/** Whether a text is a path at all: neither empty nor a URL. */
function isPath(text: string): boolean {
  return text !== '' && !/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && !text.includes('\0')
}
