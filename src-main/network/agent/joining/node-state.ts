import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import Value from 'typebox/value'
import { replaceFile } from '../../../platform/storage/replace-file.ts'

/** What a node keeps: who it is, and which origin it belongs to. */
const NodeStateSchema = Type.Object({
  origin: Type.String(),
  /** SHA-256 of the origin's certificate in 64 hex digits, where nobody but the origin vouches for it. */
  fingerprint: Type.Union([Type.String(), Type.Null()]),
  id: Type.String(),
  /** Ed25519, PKCS #8 in base64. */
  privateKey: Type.String(),
  forwardSecret: Type.String(),
})
export type NodeState = Static<typeof NodeStateSchema>

const fileOf = (folder: string): string => join(folder, 'node.json')

/** What was kept in a folder; undefined where nothing was, or nothing that can be read. */
export function readNodeState(folder: string): NodeState | undefined {
  try {
    const state: unknown = JSON.parse(readFileSync(fileOf(folder), 'utf8'))
    return Value.Check(NodeStateSchema, state) ? state : undefined
  } catch {
    return undefined
  }
}

/** Keeps the state in a folder that nobody else may read. */
export function writeNodeState(folder: string, state: NodeState): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  replaceFile(fileOf(folder), JSON.stringify(state, undefined, 2))
}

export interface NodeKey {
  readonly privateKey: KeyObject
  /** SPKI in base64. */
  readonly publicKey: string
  /** PKCS #8 in base64. */
  readonly kept: string
}

export function newNodeKey(): NodeKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    privateKey,
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    kept: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  }
}

export function readNodeKey(kept: string): NodeKey {
  const privateKey = createPrivateKey({ key: Buffer.from(kept, 'base64'), format: 'der', type: 'pkcs8' })
  return { privateKey, kept, publicKey: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64') }
}
