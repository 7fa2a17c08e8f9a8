import type { TSchema } from 'typebox'
import { maskUrl } from '../../../platform/outbound/url-secrets.ts'
import { isRecord } from '../../../platform/routes/schema-faults.ts'
import type { Collection } from '../collection.ts'
import type { CollectionKinds, KindOfSettings } from '../collection-kinds.ts'

/** What is in answers where a secret is. Sent back it means: as it was. */
export const hiddenSecret = '••••'

/** `text`: all of it is secret; `url`: the secrets in a URL. */
export type SecretKind = 'text' | 'url'

/** What becomes of a secret: its new text, or undefined to leave the property out. `place` is unique in its settings. */
type OnSecret = (secret: string, place: string, kind: SecretKind) => string | undefined

interface Words {
  readonly secret?: SecretKind
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly items?: TSchema
  readonly anyOf?: readonly TSchema[]
}

const holding = new WeakMap<TSchema, boolean>()

/** Whether settings of this schema can hold a secret (`secretText`, `secretUrl`). */
function holdsSecrets(schema: TSchema): boolean {
  const known = holding.get(schema)
  if (known !== undefined) return known
  const { secret, properties, items, anyOf } = schema as Words
  const inner = [...Object.values(properties ?? {}), ...(anyOf ?? []), ...(items === undefined ? [] : [items])]
  const holds = secret !== undefined || inner.some(holdsSecrets)
  holding.set(schema, holds)
  return holds
}

/** The same value with its secrets replaced; the value itself where none changed. */
function mapValue(schema: TSchema, value: unknown, place: string, onSecret: OnSecret): unknown {
  if (!holdsSecrets(schema)) return value
  const { secret, properties, items, anyOf } = schema as Words
  if (secret !== undefined) return typeof value === 'string' && value !== '' ? onSecret(value, place, secret) : value
  if (anyOf !== undefined) {
    let current: unknown = value
    for (const each of anyOf) if (current === value) current = mapValue(each, value, place, onSecret)
    return current
  }
  if (Array.isArray(value) && items !== undefined) {
    const mapped = value.map((one, index) => mapValue(items, one, `${place}[${index}]`, onSecret))
    return mapped.some((one, index) => one !== value[index]) ? mapped : value
  }
  if (!isRecord(value) || properties === undefined) return value
  let mapped: Record<string, unknown> = value
  for (const [name, inner] of Object.entries(properties)) {
    if (!Object.hasOwn(value, name)) continue
    const next = mapValue(inner, value[name], `${place}.${name}`, onSecret)
    if (next === value[name]) continue
    if (mapped === value) mapped = { ...value }
    if (next === undefined) delete mapped[name]
    else mapped[name] = next
  }
  return mapped
}

/** An output or source, or what is left of one in an invalid document. */
export interface Owner {
  readonly kind?: unknown
  readonly settings?: unknown
}

/** An output or source with its secrets replaced; itself where none changed. */
export function mapPart<T>(part: T, kindOf: (kind: string) => KindOfSettings | undefined, onSecret: OnSecret): T {
  if (!isRecord(part)) return part
  const { kind, settings } = part as Owner
  const schema = typeof kind === 'string' ? kindOf(kind)?.settings : undefined
  if (schema === undefined) return part
  const next = mapValue(schema, settings, 'settings', onSecret)
  return next === settings ? part : { ...part, settings: next }
}

/** A secret and the output or source that it belongs to. */
export interface CollectionSecret {
  readonly secret: string
  readonly kind: SecretKind
  /** `outputs` or `sources`, and the id. */
  readonly owner: string
  /** Unique in the owner. */
  readonly place: string
  readonly part: Owner
}

export type OnCollectionSecret = (found: CollectionSecret) => string | undefined

/** A document with the secrets of its outputs and sources replaced; lists without a change stay the same. Accepts invalid documents. */
export function mapSecrets<T>(document: T, kinds: CollectionKinds, onSecret: OnCollectionSecret): T {
  if (!isRecord(document)) return document
  const mapList = (name: 'outputs' | 'sources', kindOf: (kind: string) => KindOfSettings | undefined): unknown => {
    const list = document[name]
    if (!Array.isArray(list)) return list
    const mapped = list.map((part: unknown) =>
      mapPart(part, kindOf, (secret, place, kind) =>
        onSecret({ secret, kind, place, owner: `${name}/${isRecord(part) ? String(part.id) : ''}`, part: part as Owner }),
      ),
    )
    return mapped.some((part, index) => part !== list[index]) ? mapped : list
  }
  const outputs = mapList('outputs', (kind) => kinds.output(kind))
  const sources = mapList('sources', (kind) => kinds.source(kind))
  return outputs === document.outputs && sources === document.sources ? document : { ...document, outputs, sources }
}

/** One output or source with its secrets hidden, as answers show it. */
export function hideSecretsOf<T>(part: T, kindOf: (kind: string) => KindOfSettings | undefined): T {
  return mapPart(part, kindOf, (secret, _place, kind) => hidden(secret, kind))
}

/** The whole collection as answers show it. */
export function hideSecrets(collection: Collection, kinds: CollectionKinds): Collection {
  return mapSecrets(collection, kinds, ({ secret, kind }) => hidden(secret, kind))
}

/** The whole collection as it leaves this machine: without secrets, URLs with what may be seen of them. */
export function leaveOutSecrets(collection: Collection, kinds: CollectionKinds): Collection {
  return mapSecrets(collection, kinds, ({ secret, kind }) => (kind === 'url' ? maskUrl(secret) : undefined))
}

function hidden(secret: string, kind: SecretKind): string {
  return kind === 'url' ? maskUrl(secret) : hiddenSecret
}
