import { createPublicKey, randomBytes } from 'node:crypto'
import { AppError } from '../../../platform/errors.ts'

/** The key that proves that a playback URL was signed by an authorized party. */
export interface PlaybackKey {
  readonly id: string
  readonly label: string
  /** `secret`: shared, signs URLs (HMAC-SHA256) and HS256 tokens; `public`: checks tokens that a platform signs with its private key. */
  readonly kind: 'secret' | 'public'
  /** Public keys alone: SPKI in PEM. */
  readonly publicKey: string | null
  readonly createdAt: string
}

/** A fresh shared secret: 256 bits, base64url. */
export function newPlaybackSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** The algorithms of JWS (RFC 7518, RFC 8037) that a public key can check. Throws `access.key_invalid`. */
export function algorithmsOf(pem: string): readonly string[] {
  try {
    const key = createPublicKey(pem)
    switch (key.asymmetricKeyType) {
      case 'rsa':
        return ['RS256', 'RS384', 'RS512', 'PS256']
      case 'ed25519':
        return ['EdDSA', 'Ed25519']
      case 'ec':
        return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? ['ES256'] : ['ES384', 'ES512']
      default:
        throw new Error(`keys of type ${key.asymmetricKeyType} sign no tokens`)
    }
  } catch (cause) {
    throw new AppError('access.key_invalid', `The public key cannot be read: ${(cause as Error).message}`, { cause })
  }
}
