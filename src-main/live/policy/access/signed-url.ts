import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a signature binds: the stream, until when, and optionally the viewer's IP address. */
export interface UrlGrant {
  readonly stream: string
  /** Seconds since 1970. */
  readonly expires: number
  /** The one IP address that may use it; undefined for any. */
  readonly address?: string
}

/** A signed URL in the form in which it is in a path: `h~KEY~EXPIRES~ADDRESS~SIGNATURE`, without characters that need escaping. */
export interface UrlToken extends Omit<UrlGrant, 'stream'> {
  readonly keyId: string
  readonly signature: string
}

/**
 * HMAC-SHA256 in base64url over the lines `/live/STREAM/`, `EXPIRES`, `ADDRESS` (empty for any), joined by newlines.
 * Documented in docs/access.md: other programs sign in the same way.
 */
export function signUrl(secret: string, { stream, expires, address }: UrlGrant): string {
  return createHmac('sha256', secret)
    .update(`/live/${stream}/\n${expires}\n${address ?? ''}`)
    .digest('base64url')
}

/** True where the signature is the secret's; takes the same time for every wrong one. */
export function checksOut(secret: string, grant: UrlGrant, signature: string): boolean {
  const wanted = Buffer.from(signUrl(secret, grant))
  const given = Buffer.from(signature)
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}

export function writeUrlToken({ keyId, expires, address, signature }: UrlToken): string {
  return ['h', keyId, expires, address ?? '', signature].join('~')
}

/** Undefined where the text is no such token. */
export function readUrlToken(text: string): UrlToken | undefined {
  const [mark, keyId = '', expires = '', address = '', signature = '', more] = text.split('~')
  if (mark !== 'h' || more !== undefined || !/^\d{1,12}$/.test(expires) || keyId === '' || signature === '') return undefined
  return { keyId, expires: Number(expires), signature, ...(address === '' ? {} : { address }) }
}
