import { type Fault, fault } from '../fault.ts'

/** A key material message (draft-sharabayko-srt-01, section 3.2.2). */
export interface SrtKeyMaterial {
  /** Which keys it brings: 1 even, 2 odd, 3 both (even first). */
  readonly keys: number
  /** 16, 24 or 32. */
  readonly keyBytes: number
  readonly salt: Uint8Array
  /** Integrity check of 8 bytes and the keys, wrapped by RFC 3394. */
  readonly wrapped: Uint8Array
}

const headBytes = 16
const saltBytes = 16

/** Reads a key material message: AES-CTR alone is taken. */
export function readKeyMaterial(body: Uint8Array): SrtKeyMaterial | Fault {
  if (body.length < headBytes + saltBytes) return fault('Key material is cut', body.length)
  if (body[0] !== 0x12 || body[1] !== 0x20 || body[2] !== 0x29) return fault('Key material has a wrong signature', 0)
  const keys = (body[3] as number) & 3
  if (keys === 0) return fault('Key material has no key', 3)
  if (body[8] !== 2) return fault('The cipher is not AES-CTR', 8)
  if (body[9] !== 0) return fault('Authentication of packets is not supported', 9)
  if (body[14] !== saltBytes / 4) return fault('The salt has not 16 bytes', 14)
  const keyBytes = 4 * (body[15] as number)
  if (keyBytes !== 16 && keyBytes !== 24 && keyBytes !== 32) return fault('The key has neither 16, 24 nor 32 bytes', 15)
  const end = headBytes + saltBytes + 8 + keyBytes * (keys === 3 ? 2 : 1)
  if (body.length < end) return fault('Wrapped keys are cut', body.length)
  return { keys, keyBytes, salt: body.slice(headBytes, headBytes + saltBytes), wrapped: body.slice(headBytes + saltBytes, end) }
}

/** Writes a key material message. */
export function writeKeyMaterial({ keys, keyBytes, salt, wrapped }: SrtKeyMaterial): Uint8Array {
  const out = new Uint8Array(headBytes + saltBytes + wrapped.length)
  out.set([0x12, 0x20, 0x29, keys, 0, 0, 0, 0, 2, 0, 2, 0, 0, 0, saltBytes / 4, keyBytes / 4])
  out.set(salt, headBytes)
  out.set(wrapped, headBytes + saltBytes)
  return out
}
