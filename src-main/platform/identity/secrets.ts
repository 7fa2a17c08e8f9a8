import { createHash, randomBytes } from 'node:crypto'

/** A random secret of 256 bits as 43 characters that need no escape in a URL. */
export function newSecret(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url')
}

/** What is kept of a secret. Secrets of 256 random bits cannot be guessed, so one plain SHA-256 is enough. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
