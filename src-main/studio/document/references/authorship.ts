import { AppError, type ErrorCode } from '../../../platform/errors.ts'
import type { Principal } from '../../../platform/routes/principal.ts'
import type { Collection } from '../collection.ts'
import type { CollectionKinds, KindOfSettings } from '../collection-kinds.ts'
import type { Edit } from '../edits/edit-schemas.ts'
import { eachReference, type Reference, referencesIn } from './references.ts'

/** Who does something to a collection. */
export interface Author {
  /** Principal. */
  readonly actor: string
  /** What they name is limited to what editors may use. */
  readonly limited: boolean
  /** Somebody who is signed in; undefined: a program, a rule or a hotkey. */
  readonly principal?: Principal
}

/** Says why that author must not write a reference, for people; undefined where they may. */
export type ReferenceRejection = (reference: Reference, limited: boolean, author: Author) => string | undefined

/** How a collection came to its new state. */
export interface Authoring {
  readonly author: Author
  /**
   * `anew`: the author wrote what is new in it. `back`: what is new was in the collection before (undo, versions) or comes from its
   * file, which says itself who wrote what.
   */
  readonly how: 'anew' | 'back'
  /** What the author did by edits. */
  readonly edits?: readonly Edit[]
}

/** Keys of references that editors wrote: everything else was written by admins, or by the owner of the machine. */
export function keysByEditors({ byEditors }: Pick<Collection, 'byEditors'>): ReadonlySet<string> {
  return new Set(byEditors?.split(' '))
}

/**
 * The new state of a collection with its record of what editors wrote. What was in it before stays whose it was; what is new is
 * judged by who brings it: by an edit, and by undo, paste, import and versions alike.
 * @throws AppError `path.forbidden`, `url.forbidden`, `desktop.forbidden`
 */
export function withAuthors(
  before: Collection | undefined,
  after: Collection,
  { author, how, edits = [] }: Authoring,
  { kinds, rejection }: { readonly kinds: CollectionKinds; readonly rejection: ReferenceRejection },
): Collection {
  const wereByEditors = keysByEditors(before ?? {})
  const comeByEditors = keysByEditors(after)
  const known = new Set<string>()
  if (before !== undefined) eachReference(before, kinds, ({ key }) => known.add(key))
  const granted = author.limited ? none : keysGranted(before, after, edits, kinds)
  const byEditors = new Set<string>()
  const refused: { readonly reference: Reference; readonly line: string }[] = []
  eachReference(after, kinds, (reference, part) => {
    const { key, place } = reference
    const isNew = !known.has(key)
    const limited = isNew ? author.limited || (how === 'back' && comeByEditors.has(key)) : wereByEditors.has(key) && !granted.has(key)
    if (limited) byEditors.add(key)
    if (!isNew && !granted.has(key)) return
    const why = rejection(reference, limited, author)
    if (why !== undefined) refused.push({ reference, line: `${part}/settings/${place}: ${why}` })
  })
  const [first] = refused
  if (first !== undefined)
    throw forbidden(
      first.reference,
      refused.map(({ line }) => line),
    )
  const text = [...byEditors].sort().join(' ')
  if (text === (after.byEditors ?? '')) return after
  const { byEditors: _old, ...rest } = after
  return text === '' ? rest : { ...rest, byEditors: text }
}

/**
 * Settings of a filter that are kept outside of a collection: whoever uses them later may do more than who wrote them, and answers for them.
 * @throws AppError as `withAuthors`
 */
export function demandWritable(
  settings: unknown,
  { kind, settings: schema }: KindOfSettings,
  author: Author,
  rejection: ReferenceRejection,
): void {
  for (const reference of referencesIn(settings, schema, `filter/${kind}`)) {
    const why = rejection(reference, author.limited, author)
    if (why !== undefined) throw forbidden(reference, [`settings/${reference.place}: ${why}`])
  }
}

/** A collection as answers and other hosts are given it: who wrote what is the host's own record. */
export function withoutAuthors<T extends Pick<Collection, 'byEditors'>>(collection: T): Omit<T, 'byEditors'> {
  const { byEditors: _own, ...rest } = collection
  return rest
}

/** Most rejected references that are named. */
const maxLines = 10

function forbidden(reference: Reference, lines: readonly string[]): AppError {
  const more = lines.length > maxLines ? `; and ${lines.length - maxLines} more` : ''
  return new AppError(codeOf(reference), lines.slice(0, maxLines).join('; ') + more, {
    details: { places: lines.map((line) => line.slice(0, line.indexOf(':'))) },
  })
}

function codeOf({ kind, value }: Reference): ErrorCode {
  if (kind === 'desktop-display' || kind === 'desktop-audio') return 'desktop.forbidden'
  const isUrl = kind === 'url' || kind === 'x-server' || (kind === 'path-or-url' && /^[a-z][a-z0-9+.-]*:\/\//i.test(value))
  return isUrl ? 'url.forbidden' : 'path.forbidden'
}

const none: ReadonlySet<string> = new Set()

/** Keys of what an admin wrote by edits: who writes a value again answers for it from then on. */
function keysGranted(
  before: Collection | undefined,
  after: Collection,
  edits: readonly Edit[],
  kinds: CollectionKinds,
): ReadonlySet<string> {
  const changed = edits.flatMap((edit) => (edit.do === 'change' ? { at: edit.at, texts: textsOf(edit.changes) } : []))
  const added = textsOf(edits.map((edit) => (edit.do === 'add' ? edit.value : edit.do === 'paste' ? edit.sources : undefined)))
  if (changed.length === 0 && added.size === 0) return none
  const parts = new Set<string>()
  if (before !== undefined) eachReference(before, kinds, (_, part) => parts.add(part))
  const granted = new Set<string>()
  eachReference(after, kinds, ({ key, value }, part) => {
    const wasChanged = changed.some(({ at, texts }) => (part === at || part.startsWith(`${at}/`)) && texts.has(value))
    if (wasChanged || (!parts.has(part) && added.has(value))) granted.add(key)
  })
  return granted
}

/** Every text in a value. */
function textsOf(value: unknown, into = new Set<string>()): Set<string> {
  if (typeof value === 'string') into.add(value)
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) textsOf(inner, into)
  return into
}
