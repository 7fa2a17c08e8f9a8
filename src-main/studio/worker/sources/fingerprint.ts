import { createHash } from 'node:crypto'

/** A short text that tells plain values apart, e.g. what a memory belongs to. */
export function fingerprint(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)
}
