import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** What a node signs to join: the token is an origin's, and is valid once. */
export function joinText(token: string): Buffer {
  return Buffer.from(`ami-streams join\n${token}`)
}

/** What a node signs to connect: the challenge is random, and used once. */
export function helloText(challenge: string, id: string): Buffer {
  return Buffer.from(`ami-streams hello\n${challenge}\n${id}`)
}

/** What a node signs with a key that is to take the place of its own. */
export function renewText(challenge: string, id: string): Buffer {
  return Buffer.from(`ami-streams renew\n${challenge}\n${id}`)
}

/** Signs with a node's key; base64. */
export function signText(key: KeyObject, text: Buffer): string {
  return sign(null, text, key).toString('base64')
}

/** True where the signature is of the key. `publicKey`: Ed25519, SPKI in base64. */
export function isSigned(publicKey: string, text: Buffer, signature: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
    return key.asymmetricKeyType === 'ed25519' && verify(null, text, key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}
