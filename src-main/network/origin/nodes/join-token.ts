import { newSecret } from '../../../platform/identity/secrets.ts'

/** What a join token says. */
export interface JoinToken {
  readonly secret: string
  /** SHA-256 of the origin's certificate in 64 hex digits, where nobody but the origin vouches for it. */
  readonly fingerprint: string | undefined
}

const prefix = 'join_'

/** A new secret of a join token. */
export function newJoinSecret(): string {
  return newSecret(prefix)
}

/** Writes a token that a node is started with: `join_SECRET`, or `join_SECRET.FINGERPRINT`. */
export function writeJoinToken({ secret, fingerprint }: JoinToken): string {
  return fingerprint === undefined ? secret : `${secret}.${fingerprint}`
}

/** Reads a token; undefined for other text. */
export function readJoinToken(text: string): JoinToken | undefined {
  const match = /^(join_[A-Za-z0-9_-]{43})(?:\.([0-9a-f]{64}))?$/.exec(text.trim())
  return match ? { secret: match[1] as string, fingerprint: match[2] } : undefined
}

/** A fingerprint as browsers show it, `AB:CD:…`, in 64 hex digits. */
export function plainFingerprint<T extends string | undefined>(text: T): T {
  return text?.replaceAll(':', '').toLowerCase() as T
}
