import { createHash } from 'node:crypto'
import type { TSchema } from 'typebox'
import { isRecord } from '../../../platform/routes/schema-faults.ts'
import type { Collection, Filter } from '../collection.ts'
import type { CollectionKinds, KindOfSettings } from '../collection-kinds.ts'
import type { ReferenceKind } from './reference-text.ts'

/** Something outside of the collection that a setting names. Empty settings name nothing. */
export interface Reference {
  /** `obs-request`: a request that a macro sends to OBS, as JSON. */
  readonly kind: ReferenceKind | 'obs-request'
  /** Which setting of which kind, e.g. `source/playlist/items.file`: what is fine for one use need not be for another. */
  readonly use: string
  readonly value: string
  /** Where in its settings, for people, e.g. `items[2].file`. */
  readonly place: string
  /** Same use and same value: same key. */
  readonly key: string
}

interface Words {
  readonly reference?: ReferenceKind
  /** Of a switch: the setting beside it with what it refers to. */
  readonly of?: string
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly items?: TSchema
  readonly anyOf?: readonly TSchema[]
}

const none: readonly Reference[] = []
/** Settings are never changed in place: what was found in them is known again by identity. */
const found = new WeakMap<object, readonly Reference[]>()

/** References of settings of one kind. `use`: `source/KIND`, `filter/KIND`, `output/KIND`. */
export function referencesIn(settings: unknown, schema: TSchema, use: string): readonly Reference[] {
  if (!isRecord(settings)) return none
  const known = found.get(settings)
  if (known !== undefined) return known
  const list: Reference[] = []
  collect(schema, settings, use, '', '', list)
  const result = list.length === 0 ? none : list
  found.set(settings, result)
  return result
}

function collect(schema: TSchema, value: unknown, use: string, path: string, place: string, into: Reference[]): void {
  const { reference, properties, items, anyOf } = schema as Words
  if (reference !== undefined) {
    if (typeof value === 'string' && value !== '')
      into.push({ kind: reference, use: `${use}/${path}`, value, place, key: referenceKey(`${use}/${path}`, value) })
    return
  }
  for (const each of anyOf ?? []) collect(each, value, use, path, place, into)
  if (items !== undefined && Array.isArray(value)) {
    for (const [index, each] of value.entries()) collect(items, each, use, path, `${place}[${index}]`, into)
  }
  if (properties === undefined || !isRecord(value)) return
  for (const [name, inner] of Object.entries(properties)) {
    if (!Object.hasOwn(value, name)) continue
    const { of } = inner as Words
    const named = of === undefined ? value[name] : value[name] === true ? value[of] : undefined
    collect(inner, named, use, path === '' ? name : `${path}.${name}`, place === '' ? name : `${place}.${name}`, into)
  }
}

/** Not the value itself: URLs may hold what is secret. `use` as in `Reference`. */
export function referenceKey(use: string, value: string): string {
  return createHash('sha256').update(`${use}\0${value}`).digest('base64url').slice(0, 16)
}

interface Part {
  readonly kind: string
  readonly settings: unknown
}

/** Key of a request that a macro sends to OBS: the same request, the same key. */
export function obsRequestKey(action: unknown): string {
  return referenceKey('macro/obs-request', JSON.stringify(action))
}

/** Calls back with every reference of a collection and the place of the part that it is in, e.g. `sources/cam`. */
export function eachReference(collection: Collection, kinds: CollectionKinds, call: (reference: Reference, part: string) => void): void {
  const look = (part: Part, family: string, kind: KindOfSettings | undefined, place: string): void => {
    if (kind === undefined) return
    for (const reference of referencesIn(part.settings, kind.settings, `${family}/${part.kind}`)) call(reference, place)
  }
  const lookFilters = (filters: readonly Filter[], owner: string): void => {
    for (const filter of filters) look(filter, 'filter', kinds.filter(filter.kind), `${owner}/filters/${filter.id}`)
  }
  for (const source of collection.sources) {
    look(source, 'source', kinds.source(source.kind), `sources/${source.id}`)
    lookFilters(source.filters, `sources/${source.id}`)
  }
  for (const scene of collection.scenes) lookFilters(scene.filters, `scenes/${scene.id}`)
  for (const output of collection.outputs) look(output, 'output', kinds.output(output.kind), `outputs/${output.id}`)
  for (const { id, actions, released = [] } of collection.macros) {
    for (const action of [...actions, ...released]) {
      if (action.do !== 'obs-request') continue
      const value = JSON.stringify(action)
      call({ kind: 'obs-request', use: 'macro/obs-request', value, place: 'actions', key: obsRequestKey(action) }, `macros/${id}`)
    }
  }
}
