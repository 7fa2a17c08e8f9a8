import type { TSchema } from 'typebox'
import { isRecord } from '../../platform/schema-faults.ts'
import type { Collection } from './collection.ts'
import type { CollectionKinds, KindOfSettings } from './collection-kinds.ts'

/** What stands in answers where a secret is. Sent back it means: as it was. */
export const hiddenSecret = '••••'

const sealedPrefix = 'sealed:'

/** What becomes of a secret: its new text, or undefined to leave the property out. `place` is unique in its settings. */
type OnSecret = (secret: string, place: string) => string | undefined

interface Words {
  readonly secret?: boolean
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly items?: TSchema
  readonly anyOf?: readonly TSchema[]
}

const holding = new WeakMap<TSchema, boolean>()

/** Whether settings of this schema can hold a secret (`secretText`). */
function holdsSecrets(schema: TSchema): boolean {
  const known = holding.get(schema)
  if (known !== undefined) return known
  const { secret, properties, items, anyOf } = schema as Words
  const inner = [...Object.values(properties ?? {}), ...(anyOf ?? []), ...(items === undefined ? [] : [items])]
  const holds = secret === true || inner.some(holdsSecrets)
  holding.set(schema, holds)
  return holds
}

/** The same value with its secrets replaced; the value itself where none changed. */
function mapValue(schema: TSchema, value: unknown, place: string, onSecret: OnSecret): unknown {
  if (!holdsSecrets(schema)) return value
  const { secret, properties, items, anyOf } = schema as Words
  if (secret === true) return typeof value === 'string' && value !== '' ? onSecret(value, place) : value
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

interface Kept {
  readonly kind?: unknown
  readonly settings?: unknown
}

function mapPart<T>(part: T, kindOf: (kind: string) => KindOfSettings | undefined, onSecret: OnSecret): T {
  if (!isRecord(part)) return part
  const { kind, settings } = part as Kept
  const schema = typeof kind === 'string' ? kindOf(kind)?.settings : undefined
  if (schema === undefined) return part
  const next = mapValue(schema, settings, 'settings', onSecret)
  return next === settings ? part : { ...part, settings: next }
}

/** Tells of each secret which thing it belongs to: `outputs` or `sources`, and its id. */
export type OnCollectionSecret = (secret: string, owner: string, place: string) => string | undefined

/** A document with the secrets of its outputs and sources replaced; lists without a change stay the same. Bears documents that are none. */
export function mapSecrets<T>(document: T, kinds: CollectionKinds, onSecret: OnCollectionSecret): T {
  if (!isRecord(document)) return document
  const mapList = (name: 'outputs' | 'sources', kindOf: (kind: string) => KindOfSettings | undefined): unknown => {
    const list = document[name]
    if (!Array.isArray(list)) return list
    const mapped = list.map((part: unknown) =>
      mapPart(part, kindOf, (secret, place) => onSecret(secret, `${name}/${isRecord(part) ? String(part.id) : ''}`, place)),
    )
    return mapped.some((part, index) => part !== list[index]) ? mapped : list
  }
  const outputs = mapList('outputs', (kind) => kinds.output(kind))
  const sources = mapList('sources', (kind) => kinds.source(kind))
  return outputs === document.outputs && sources === document.sources ? document : { ...document, outputs, sources }
}

/** One output or source with its secrets hidden, as answers show it. */
export function hideSecretsOf<T>(part: T, kindOf: (kind: string) => KindOfSettings | undefined): T {
  return mapPart(part, kindOf, () => hiddenSecret)
}

/** The whole collection as answers show it. */
export function hideSecrets(collection: Collection, kinds: CollectionKinds): Collection {
  return mapSecrets(collection, kinds, () => hiddenSecret)
}

/** Secrets that were sent back hidden, taken from what was there before; the rest is told by its place. */
export function restoreSecrets<T>(
  document: T,
  before: Collection,
  kinds: CollectionKinds,
): { readonly document: T; readonly missing: readonly string[] } {
  const known = new Map<string, string>()
  mapSecrets(before, kinds, (secret, owner, place) => {
    known.set(`${owner} ${place}`, secret)
    return secret
  })
  const missing: string[] = []
  const restored = mapSecrets(document, kinds, (secret, owner, place) => {
    if (secret !== hiddenSecret) return secret
    const found = known.get(`${owner} ${place}`)
    if (found === undefined) missing.push(`${owner}/${place.replaceAll('.', '/')}`)
    return found
  })
  return { document: restored, missing }
}

/** Seals secrets for the disk. The same secret is sealed once, so that a file without a change stays the same. */
export class SecretSeals {
  readonly #seal: (secret: string) => string
  readonly #open: (sealed: string) => string
  readonly #sealed = new Map<string, string>()

  constructor(box: { seal(secret: string): string; open(sealed: string): string }) {
    this.#seal = (secret) => box.seal(secret)
    this.#open = (sealed) => box.open(sealed)
  }

  /** As it is written to the file. */
  seal(collection: Collection, kinds: CollectionKinds): Collection {
    const used = new Map<string, string>()
    const sealed = mapSecrets(collection, kinds, (secret) => {
      const text = this.#sealed.get(secret) ?? sealedPrefix + this.#seal(secret)
      used.set(secret, text)
      return text
    })
    this.#sealed.clear()
    for (const [secret, text] of used) this.#sealed.set(secret, text)
    return sealed
  }

  /** The same for another file: what the open one remembers of its seals stays. */
  sealCopy(collection: Collection, kinds: CollectionKinds): Collection {
    return mapSecrets(collection, kinds, (secret) => sealedPrefix + this.#seal(secret))
  }

  /** A document as it was read; what was written in plain stays so. Secrets that this machine cannot open are left out and named; `plain`: some were not sealed. */
  open<T>(document: T, kinds: CollectionKinds): { readonly document: T; readonly lost: readonly string[]; readonly plain: boolean } {
    const lost: string[] = []
    let plain = false
    const opened = mapSecrets(document, kinds, (secret, owner, place) => {
      if (!secret.startsWith(sealedPrefix)) {
        plain = true
        return secret
      }
      try {
        const opened = this.#open(secret.slice(sealedPrefix.length))
        this.#sealed.set(opened, secret)
        return opened
      } catch {
        lost.push(`${owner}/${place.replaceAll('.', '/')}`)
        return undefined
      }
    })
    return { document: opened, lost, plain }
  }
}
