import { createHmac } from 'node:crypto'

/** Seconds that a code is of: RFC 6238 section 4.1. */
export const totpPeriodSeconds = 30
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export interface TotpOptions {
  /** 6 is what authenticator apps show. */
  readonly digits?: 6 | 8
  readonly algorithm?: 'sha1' | 'sha256' | 'sha512'
}

/** The code of a time step: HOTP (RFC 4226 section 5.3) of the number of periods since 1970 (RFC 6238 section 4.2). */
export function totpCode(secret: Uint8Array, step: number, { digits = 6, algorithm = 'sha1' }: TotpOptions = {}): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac(algorithm, secret).update(counter).digest()
  const offset = (digest.at(-1) ?? 0) & 0xf
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0')
}

/** The step of a time, ms since 1970. */
export function totpStep(timeMs: number): number {
  return Math.floor(timeMs / 1000 / totpPeriodSeconds)
}

/** Bytes in base 32 without padding (RFC 4648 section 6), as authenticator apps take secrets. */
export function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += alphabet[(value >> bits) & 31]
    }
  }
  return bits === 0 ? text : text + alphabet[(value << (5 - bits)) & 31]
}

/** What an authenticator app reads from a QR code: the Key URI format, which RFC 6238 leaves open. */
export function totpUri(secret: Uint8Array, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account.toWellFormed())}`
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`
}
