import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a signature binds: the stream, until when, and optionally the viewer's IP address. */
export interface AddressGrant {
  readonly stream: string
  /** Seconds since 1970. */
  readonly expires: number
  /** The one IP address that may use it; undefined for any. */
  readonly address?: string
}

/** A signed URL in the form in which it is in a path: `h~KEY~EXPIRES~ADDRESS~SIGNATURE`, without characters that need escaping. */
export interface AddressToken extends Omit<AddressGrant, 'stream'> {
  readonly keyId: string
  readonly signature: string
}

/**
 * HMAC-SHA256 in base64url over the lines `/live/STREAM/`, `EXPIRES`, `ADDRESS` (empty for any), joined by newlines.
 * Documented in docs/access.md: other programs sign in the same way.
 */
export function signAddress(secret: string, { stream, expires, address }: AddressGrant): string {
  return createHmac('sha256', secret)
    .update(`/live/${stream}/\n${expires}\n${address ?? ''}`)
    .digest('base64url')
}

/** True where the signature is the secret's; takes the same time for every wrong one. */
export function checksOut(secret: string, grant: AddressGrant, signature: string): boolean {
  const wanted = Buffer.from(signAddress(secret, grant))
  const given = Buffer.from(signature)
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}

export function writeAddressToken({ keyId, expires, address, signature }: AddressToken): string {
  return ['h', keyId, expires, address ?? '', signature].join('~')
}

/** Undefined where the text is no such token. */
export function readAddressToken(text: string): AddressToken | undefined {
  const [mark, keyId = '', expires = '', address = '', signature = '', more] = text.split('~')
  if (mark !== 'h' || more !== undefined || !/^\d{1,12}$/.test(expires) || keyId === '' || signature === '') return undefined
  return { keyId, expires: Number(expires), signature, ...(address === '' ? {} : { address }) }
}
