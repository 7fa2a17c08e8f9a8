import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Static, Type } from 'typebox'
import Value from 'typebox/value'
import { replaceFile } from '../../../platform/storage/replace-file.ts'
import type { SignedNodes } from './routing-schemas.ts'

/** Former keys sign beside the newest until there are more than so many. */
const maxKeys = 2

const KeysFileSchema = Type.Object({ keys: Type.Array(Type.String({ maxLength: 400 }), { minItems: 1, maxItems: maxKeys }) })

interface ListKey {
  readonly privateKey: KeyObject
  /** SPKI in base64. */
  readonly publicKey: string
  /** PKCS #8 in base64. */
  readonly kept: string
}

/** The keys that sign lists of nodes: ECDSA P-256, which browsers of the last ten years check. The newest is first. */
export class ListKeys {
  readonly #path: string
  #keys: readonly ListKey[]

  /** Reads the file, or makes it where it is missing. Throws where it cannot be read or written. */
  constructor(path: string) {
    this.#path = path
    this.#keys = read(path)
    if (this.#keys.length === 0) this.rotate()
  }

  get publicKeys(): readonly string[] {
    return this.#keys.map(({ publicKey }) => publicKey)
  }

  /** Signs with a new key from now on, and with the former one beside it, which players know. */
  rotate(): void {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const keys = [fromKept(privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')), ...this.#keys].slice(0, maxKeys)
    const file: Static<typeof KeysFileSchema> = { keys: keys.map(({ kept }) => kept) }
    replaceFile(this.#path, JSON.stringify(file))
    this.#keys = keys
  }

  sign(list: string): SignedNodes {
    const text = Buffer.from(list)
    const signatures = this.#keys.map(({ privateKey, publicKey }) => ({
      key: publicKey,
      signature: sign('sha256', text, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64'),
    }))
    return { list, signatures }
  }
}

function read(path: string): readonly ListKey[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  const file: unknown = JSON.parse(text)
  if (!Value.Check(KeysFileSchema, file)) throw new Error(`${path} has no keys`)
  return file.keys.map(fromKept)
}

function fromKept(kept: string): ListKey {
  const privateKey = createPrivateKey({ key: Buffer.from(kept, 'base64'), format: 'der', type: 'pkcs8' })
  return { privateKey, kept, publicKey: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64') }
}
