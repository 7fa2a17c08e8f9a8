import type { TSchema } from 'typebox'
import { isRecord } from '../../../platform/routes/schema-faults.ts'
import type { Collection, Filter } from '../collection.ts'
import type { CollectionKinds, KindOfSettings } from '../collection-kinds.ts'
import type { Author, ReferenceRejection } from './authorship.ts'
import type { ReferenceKind } from './reference-text.ts'
import { referenceKey } from './references.ts'

interface Words {
  readonly reference?: ReferenceKind
  /** Of a switch: the setting beside it with what it refers to. */
  readonly of?: string
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly items?: TSchema
}

/** Something that was left out of a collection, and why. */
export interface LeftOut {
  /** e.g. `source "Logo"`. */
  readonly place: string
  readonly reason: string
}

const gone = Symbol('left out')

/**
 * A collection without the references that its maker may not write: of a document that somebody brings from another program the rest is
 * of use. What is left out is reported.
 */
export function stripRejected(
  collection: Collection,
  author: Author,
  { kinds, rejection }: { readonly kinds: CollectionKinds; readonly rejection: ReferenceRejection },
): { readonly collection: Collection; readonly leftOut: readonly LeftOut[] } {
  const leftOut: LeftOut[] = []
  const strip = (schema: TSchema, value: unknown, place: string): unknown => {
    const { reference, properties, items } = schema as Words
    if (reference !== undefined) {
      if (typeof value !== 'string' || value === '') return value
      const reason = rejection({ kind: reference, use: '', value, place, key: referenceKey('', value) }, author.limited, author)
      if (reason === undefined) return value
      leftOut.push({ place, reason })
      return gone
    }
    if (items !== undefined && Array.isArray(value)) {
      const kept = value.map((each) => strip(items, each, place)).filter((each) => each !== gone)
      return kept.length === value.length && kept.every((each, index) => each === value[index]) ? value : kept
    }
    if (properties === undefined || !isRecord(value)) return value
    const kept: Record<string, unknown> = {}
    for (const [name, inner] of Object.entries(value)) {
      const schemaOf = properties[name]
      const of = (schemaOf as Words | undefined)?.of
      const named = of === undefined ? inner : inner === true ? value[of] : undefined
      const stripped = schemaOf === undefined ? inner : strip(schemaOf, named, place)
      if (of !== undefined) kept[name] = stripped === gone ? false : inner
      else if (stripped !== gone) kept[name] = stripped
      // An entry of a list without a required field is left out.
      else if ((schema as { required?: readonly string[] }).required?.includes(name)) return gone
    }
    return kept
  }
  const part = <T extends { readonly settings: Record<string, unknown> }>(each: T, kind: KindOfSettings | undefined, place: string): T => {
    if (kind === undefined) return each
    const before = leftOut.length
    const settings = strip(kind.settings, each.settings, place)
    return leftOut.length === before ? each : { ...each, settings: settings === gone ? {} : settings }
  }
  const filters = <T extends { readonly name: string; readonly filters: Filter[] }>(owner: T, what: string): T => ({
    ...owner,
    filters: owner.filters.map((each) => part(each, kinds.filter(each.kind), `${what} "${owner.name}", filter "${each.name}"`)),
  })
  const stripped = {
    ...collection,
    scenes: collection.scenes.map((scene) => filters({ ...scene, filters: [...scene.filters] }, 'scene')),
    sources: collection.sources.map((source) => filters(part(source, kinds.source(source.kind), `source "${source.name}"`), 'source')),
    outputs: collection.outputs.map((output) => part(output, kinds.output(output.kind), `output "${output.name}"`)),
  }
  return { collection: leftOut.length === 0 ? collection : stripped, leftOut }
}
