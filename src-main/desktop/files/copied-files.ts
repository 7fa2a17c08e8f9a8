import { lstat } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { numberedName } from './file-names.ts'
import type { FoundEntry } from './shared-folder.ts'

/** Files and folders of one copy. */
const maxCopied = 500
/** Lines that are read, comments and empty ones among them. */
const maxLines = 4 * maxCopied
/** Of a URI, characters: a path of 4096 bytes, each of them encoded. */
const maxUri = 3 * 4096 + 20
/** Looked at together. */
const atOnce = 16

export interface CopiedEntry extends FoundEntry {
  /** 0 for a folder. */
  readonly bytes: number
}

export interface CopiedEntries {
  readonly entries: readonly CopiedEntry[]
  /** More was copied: what is left out cannot be read, is a link or a device, or is past the limit. */
  readonly more: boolean
}

/**
 * The files and folders that a program of a display copied, of those that the display's user may read. `uris` is whatever the program says:
 * links are not followed, so that what is downloaded is what the person at the display saw by that name.
 */
export async function findCopied(uris: string): Promise<CopiedEntries> {
  // A list of many empty lines is not split whole.
  const read = uris.split(/\r?\n/, maxLines)
  const lines = read.filter((line) => line !== '' && !line.startsWith('#'))
  const some = lines.slice(0, maxCopied)
  const found: (CopiedEntry | undefined)[] = []
  for (let at = 0; at < some.length; at += atOnce) found.push(...(await Promise.all(some.slice(at, at + atOnce).map(findOne))))
  const entries = withOwnNames(found.filter((entry) => entry !== undefined))
  return { entries, more: entries.length < lines.length || read.length === maxLines }
}

async function findOne(uri: string): Promise<CopiedEntry | undefined> {
  try {
    if (uri.length > maxUri || !uri.startsWith('file:')) return undefined
    const realPath = fileURLToPath(uri)
    const facts = await lstat(realPath)
    const kind = facts.isFile() ? 'file' : facts.isDirectory() ? 'folder' : undefined
    // Names may have line ends, and bytes that are no text, in an archive, in a header and in a list.
    const name = basename(realPath).replace(/[\p{C}\\/]/gu, '_')
    return kind === undefined || name === '' ? undefined : { name, realPath, kind, bytes: kind === 'file' ? facts.size : 0 }
  } catch {
    return undefined
  }
}

/** Files of one name from several folders would be one in an archive. */
function withOwnNames(entries: readonly CopiedEntry[]): readonly CopiedEntry[] {
  const taken = new Set<string>()
  return entries.map((entry) => {
    let name = entry.name
    for (let number = 2; taken.has(name); number++) name = numberedName(entry.name, number)
    taken.add(name)
    return { ...entry, name }
  })
}
