import { within } from '../../platform/schema-faults.ts'
import type { Collection } from './collection.ts'
import { type CollectionCheck, invalidCollection } from './collection-check.ts'
import type { CollectionKinds } from './collection-kinds.ts'
import { completeCollection } from './complete-collection.ts'
import { upgradeDocument } from './document-upgrades.ts'
import type { SecretSeals } from './settings-secrets.ts'

/** Bytes of the largest document that is read: more than any collection can be written out to. */
export const mostDocumentBytes = 128 * 1024 * 1024
const mostDepth = 40
/** Of any list: more than any that is allowed. What is longer is not completed and looked through before it is refused. */
const mostEntries = 2048

export interface DocumentReader {
  readonly kinds: CollectionKinds
  readonly check: CollectionCheck
  readonly seals: SecretSeals
}

export interface ReadDocument {
  /** Complete and checked, its secrets in plain. */
  readonly collection: Collection
  /** Places of secrets that were sealed on another machine, and are left out. */
  readonly lost: readonly string[]
  /** Some secrets stood there in plain. */
  readonly plain: boolean
}

/** Reads the text of a file. Throws `studio.collection_*`; `file` is what errors call it, `name` what a nameless collection is called. */
export function readDocumentText(text: string, reader: DocumentReader, file?: string, name?: string): ReadDocument {
  if (text.length > mostDocumentBytes) throw invalidCollection([{ place: '', problem: `is larger than ${mostDocumentBytes} bytes` }], file)
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw invalidCollection([{ place: '', problem: `is not JSON: ${(error as Error).message}` }], file)
  }
  return readDocument(document, reader, file, name)
}

/** Reads a document: older ones are brought up to date, short ones completed, all checked. Throws `studio.collection_*`. */
export function readDocument(document: unknown, { kinds, check, seals }: DocumentReader, file?: string, name?: string): ReadDocument {
  refuseMonsters(document, file)
  const completed = completeCollection(upgradeDocument(document, file), kinds, name)
  const { document: opened, lost, plain } = seals.open(completed, kinds)
  const faults = check.faults(opened)
  if (faults.length > 0) throw invalidCollection(faults, file)
  return { collection: opened as Collection, lost, plain }
}

/** Refuses what only an attacker writes, before anything walks the document by itself: bottomless nesting, endless lists, and the one name that is not like others. */
export function refuseMonsters(document: unknown, file?: string): void {
  let level: object[] = typeof document === 'object' && document !== null ? [document] : []
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > mostDepth) throw invalidCollection([{ place: '', problem: `is nested more than ${mostDepth} deep` }], file)
    const next: object[] = []
    for (const each of level) {
      if (Array.isArray(each) && each.length > mostEntries)
        throw invalidCollection([{ place: placeOf(each, document) ?? '', problem: `has ${each.length} entries: that is too many` }], file)
      if (Object.hasOwn(each, '__proto__')) throw invalidCollection([{ place: '', problem: 'has a property "__proto__"' }], file)
      for (const inner of Object.values(each)) if (typeof inner === 'object' && inner !== null) next.push(inner)
    }
    level = next
  }
}

/** Where a part stands in a document, which is no deeper than it may be. */
function placeOf(part: object, document: unknown, place = ''): string | undefined {
  if (document === part) return place
  if (typeof document !== 'object' || document === null) return undefined
  for (const [key, inner] of Object.entries(document)) {
    const found = placeOf(part, inner, within(place, Array.isArray(document) ? Number(key) : key))
    if (found !== undefined) return found
  }
  return undefined
}
