import { AppError } from '../../../platform/errors.ts'
import { within } from '../../../platform/routes/schema-faults.ts'
import { type CollectionCheck, invalidCollection } from '../checks/collection-check.ts'
import { completeCollection } from '../checks/complete-collection.ts'
import type { Collection } from '../collection.ts'
import type { CollectionKinds } from '../collection-kinds.ts'
import { type ReferenceRejection, withoutAuthors } from '../references/authorship.ts'
import type { SecretSeals } from '../secrets/secret-seals.ts'
import { upgradeDocument } from './document-upgrades.ts'

/** Bytes of the largest document that is read: more than any collection can be written out to. */
export const maxDocumentBytes = 128 * 1024 * 1024
const maxDepth = 40
/** Of any list: more than any that is allowed. What is longer is not completed and looked through before it is rejected. */
const maxEntries = 2048

export interface DocumentReader {
  readonly kinds: CollectionKinds
  readonly check: CollectionCheck
  readonly seals: SecretSeals
  /** Judges what is named outside of a collection when it is written. */
  readonly rejection: ReferenceRejection
}

export interface ReadDocument {
  /** Complete and checked, its secrets in plain. */
  readonly collection: Collection
  /** Places of secrets that were encrypted on another machine, and are left out. */
  readonly lost: readonly string[]
  /** Some secrets were there in plain. */
  readonly plain: boolean
}

/** Reads the text of a file, which the host or the owner of the machine wrote. Throws `studio.collection_*`; `file` is what errors call it, `name` what a nameless collection is called. */
export function readDocumentText(text: string, reader: DocumentReader, file?: string, name?: string): ReadDocument {
  if (text.length > maxDocumentBytes) throw invalidCollection([{ place: '', problem: `is larger than ${maxDocumentBytes} bytes` }], file)
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw invalidCollection([{ place: '', problem: `is not JSON: ${(error as Error).message}` }], file)
  }
  const { document: opened, lost, plain } = reader.seals.open(complete(document, reader, file, name), reader.kinds)
  return { collection: checked(opened, reader, file), lost, plain }
}

/**
 * Reads a document that a client sent: older ones are brought up to date, short ones completed, all checked. Who wrote what in it is not
 * taken from it. Throws `studio.collection_*`, and `studio.secret_hidden` where it has secrets as files have them: a reader of a file could
 * have them decrypted and sent elsewhere.
 */
export function readDocument(document: unknown, reader: DocumentReader, file?: string, name?: string): Collection {
  const completed = complete(document, reader, file, name)
  const places = reader.seals.encryptedPlaces(completed, reader.kinds)
  if (places.length > 0)
    throw new AppError('studio.secret_hidden', `${places.join(', ')}: encrypted secrets are read from files alone`, { details: { places } })
  return withoutAuthors(checked(completed, reader, file))
}

function complete(document: unknown, { kinds }: DocumentReader, file?: string, name?: string): unknown {
  rejectMonsters(document, file)
  return completeCollection(upgradeDocument(document, file), kinds, name)
}

function checked(document: unknown, { check }: DocumentReader, file?: string): Collection {
  const faults = check.faults(document)
  if (faults.length > 0) throw invalidCollection(faults, file)
  return document as Collection
}

/** Rejects what only an attacker writes, before anything walks the document by itself: bottomless nesting, endless lists, and the one name that is not like others. */
export function rejectMonsters(document: unknown, file?: string): void {
  let level: object[] = typeof document === 'object' && document !== null ? [document] : []
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) throw invalidCollection([{ place: '', problem: `is nested more than ${maxDepth} deep` }], file)
    const next: object[] = []
    for (const each of level) {
      if (Array.isArray(each) && each.length > maxEntries)
        throw invalidCollection([{ place: placeOf(each, document) ?? '', problem: `has ${each.length} entries: that is too many` }], file)
      if (Object.hasOwn(each, '__proto__')) throw invalidCollection([{ place: '', problem: 'has a property "__proto__"' }], file)
      for (const inner of Object.values(each)) if (typeof inner === 'object' && inner !== null) next.push(inner)
    }
    level = next
  }
}

/** Where a part is in a document, which is no deeper than it may be. */
function placeOf(part: object, document: unknown, place = ''): string | undefined {
  if (document === part) return place
  if (typeof document !== 'object' || document === null) return undefined
  for (const [key, inner] of Object.entries(document)) {
    const found = placeOf(part, inner, within(place, Array.isArray(document) ? Number(key) : key))
    if (found !== undefined) return found
  }
  return undefined
}
