import type { AuditLog } from '../../../../platform/audit.ts'
import { AppError } from '../../../../platform/errors.ts'
import { isRecord } from '../../../../platform/routes/schema-faults.ts'
import type { Collection } from '../../../document/collection.ts'
import type { CollectionFolder } from '../../../document/files/collection-folder.ts'
import { type DocumentReader, readDocument } from '../../../document/files/read-document.ts'
import type { Doing } from '../../../document/open-collection.ts'
import { withAuthors } from '../../../document/references/authorship.ts'
import { stripRejected } from '../../../document/references/strip-rejected.ts'
import type { SharedOverlay } from '../../pages/overlays/shared-overlay.ts'
import type { Uploads } from '../uploads.ts'
import type { AddedOverlays } from './bundled-overlays.ts'
import { openBundle } from './read-bundle.ts'

export interface ImportBundleDependencies {
  readonly folder: CollectionFolder
  readonly reader: DocumentReader
  readonly uploads: Uploads
  readonly audit: AuditLog
  /** Throws `studio.overlay_*`. */
  readonly addOverlays: (shared: readonly SharedOverlay[]) => AddedOverlays
}

export interface ImportedBundle {
  readonly name: string
  readonly scenes: number
  readonly sources: number
  /** Files that are uploaded files now. */
  readonly media: number
  /** Those that this host did not have. */
  readonly overlays: number
  readonly notCarried: { readonly place: string; readonly reason: string }[]
}

/**
 * Makes a collection of an archive, and uploaded files of its media: all of it or nothing. Throws `studio.bundle_invalid`,
 * `studio.collection_*` and `studio.upload_*`.
 */
export async function importBundle(
  path: string,
  name: string,
  author: Doing,
  { folder, reader, uploads, audit, addOverlays }: ImportBundleDependencies,
): Promise<ImportedBundle> {
  const bundle = await openBundle(path)
  const media = uploads.startImport()
  let added: AddedOverlays | undefined
  try {
    // Before any file is written: an invalid document leaves nothing behind.
    readDocument(bundle.document, reader)
    if ((await folder.list()).some((each) => each.name === name)) {
      throw new AppError('studio.collection_exists', `There is a collection "${name}" already`)
    }
    const paths = new Map<string, string>()
    const notCarried = bundle.missing.map(({ path: place, reason }) => ({ place, reason }))
    for (const file of bundle.files) {
      // A path leads to one file: another of the same path would belong to nobody.
      if (paths.has(file.path)) continue
      try {
        paths.set(file.path, (await media.add(file.name, file.bytes, file.body())).path)
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'studio.upload_type') throw error
        notCarried.push({ place: file.name, reason: error.message })
      }
    }
    const imported = readDocument(withPaths(bundle.document, paths), reader)
    const { collection: allowed, leftOut } = stripRejected(imported, author, reader)
    const { collection: quiet, names } = withRulesOff(allowed)
    const collection = withAuthors(undefined, quiet, { author, how: 'anew' }, reader)
    notCarried.push(...names.map((place) => ({ place, reason: 'It ran by itself: look at what it does, then switch its rule on' })))
    added = addOverlays(bundle.overlays)
    notCarried.push(...added.incomplete.map((place) => ({ place, reason: 'The URL of its data had a secret: enter it again' })))
    await folder.create(name, `${JSON.stringify(reader.seals.encryptCopy({ ...collection, name }, reader.kinds), null, 2)}\n`)
    media.keep()
    const { count } = added
    added = undefined
    audit.record({ kind: 'command', message: `the collection ${name} was imported with its media`, actor: author.actor })
    const { scenes, sources } = collection
    return {
      name,
      scenes: scenes.length,
      sources: sources.length,
      media: paths.size,
      overlays: count,
      notCarried: [...notCarried, ...leftOut],
    }
  } finally {
    added?.undo()
    await media.end()
    await bundle.close()
  }
}

/** Macros that would run by themselves wait until a person has looked at them: who wrote the file is not who opens it. */
function withRulesOff(collection: Collection): { readonly collection: Collection; readonly names: readonly string[] } {
  const names: string[] = []
  const macros = collection.macros.map((macro) => {
    if (macro.rule === undefined || macro.rule.mode === 'off') return macro
    names.push(macro.name)
    return { ...macro, rule: { ...macro.rule, mode: 'off' as const } }
  })
  return { collection: { ...collection, macros }, names }
}

/** A document whose settings name the imported files instead of those of the machine that it comes from. */
function withPaths(value: unknown, paths: ReadonlyMap<string, string>, inSettings = false): unknown {
  if (typeof value === 'string') return inSettings ? (paths.get(value) ?? value) : value
  if (Array.isArray(value)) return value.map((each) => withPaths(each, paths, inSettings))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withPaths(each, paths, inSettings || name === 'settings')]))
}
