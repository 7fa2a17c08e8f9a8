import { maskUrl } from '../../../platform/outbound/url-secrets.ts'
import type { Collection } from '../collection.ts'
import type { CollectionKinds } from '../collection-kinds.ts'
import { mapSecrets, type SecretKind } from './settings-secrets.ts'

const encryptedPrefix = 'sealed:'

/** Seals secrets for the disk. The same secret is encrypted once, so that a file without a change stays the same. */
export class SecretSeals {
  readonly #encrypt: (secret: string) => string
  readonly #open: (encrypted: string) => string
  readonly #encrypted = new Map<string, string>()

  constructor(box: { encrypt(secret: string): string; open(encrypted: string): string }) {
    this.#encrypt = (secret) => box.encrypt(secret)
    this.#open = (encrypted) => box.open(encrypted)
  }

  /** As it is written to the file. */
  encrypt(collection: Collection, kinds: CollectionKinds): Collection {
    const used = new Map<string, string>()
    const encrypted = mapSecrets(collection, kinds, ({ secret, kind }) => {
      if (isOpen(secret, kind)) return secret
      const text = this.#encrypted.get(secret) ?? encryptedPrefix + this.#encrypt(secret)
      used.set(secret, text)
      return text
    })
    this.#encrypted.clear()
    for (const [secret, text] of used) this.#encrypted.set(secret, text)
    return encrypted
  }

  /** The same for another file: what the open one remembers of its seals stays. */
  encryptCopy(collection: Collection, kinds: CollectionKinds): Collection {
    return mapSecrets(collection, kinds, ({ secret, kind }) => (isOpen(secret, kind) ? secret : encryptedPrefix + this.#encrypt(secret)))
  }

  /** Places whose secret is encrypted. */
  encryptedPlaces(document: unknown, kinds: CollectionKinds): readonly string[] {
    const places: string[] = []
    mapSecrets(document, kinds, ({ secret, owner, place }) => {
      if (secret.startsWith(encryptedPrefix)) places.push(placeOf(owner, place))
      return secret
    })
    return places
  }

  /** A document as it was read; what was written in plain stays so. Secrets that this machine cannot open are left out and named; `plain`: some were not encrypted. */
  open<T>(document: T, kinds: CollectionKinds): { readonly document: T; readonly lost: readonly string[]; readonly plain: boolean } {
    const lost: string[] = []
    let plain = false
    const opened = mapSecrets(document, kinds, ({ secret, kind, owner, place }) => {
      if (!secret.startsWith(encryptedPrefix)) {
        plain ||= !isOpen(secret, kind)
        return secret
      }
      try {
        const opened = this.#open(secret.slice(encryptedPrefix.length))
        this.#encrypted.set(opened, secret)
        return opened
      } catch {
        lost.push(placeOf(owner, place))
        return undefined
      }
    })
    return { document: opened, lost, plain }
  }
}

/** True for a URL without secrets: it needs no seal. */
function isOpen(text: string, kind: SecretKind): boolean {
  return kind === 'url' && maskUrl(text) === text && !text.startsWith(encryptedPrefix)
}

function placeOf(owner: string, place: string): string {
  return `${owner}/${place.replaceAll('.', '/')}`
}
