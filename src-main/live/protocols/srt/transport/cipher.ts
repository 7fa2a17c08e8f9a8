import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from 'node:crypto'
import { isFault } from '../../../../formats/fault.ts'
import { readKeyMaterial, writeKeyMaterial } from '../../../../formats/srt/srt-key-material.ts'

/** Shortest and longest passphrase that the protocol has, characters. */
export const passphraseLength = { min: 10, max: 79 } as const

/** Section 6.2.3: made from the passphrase and the last 64 bits of the salt. */
function wrapKeyOf(passphrase: string, salt: Buffer, keyBytes: KeyBytes): Buffer {
  return pbkdf2Sync(passphrase, salt.subarray(8), iterations, keyBytes, 'sha1')
}

const saltBytes = 16
const initialValue = Buffer.alloc(8, 0xa6)
const iterations = 2048

export type KeyBytes = 16 | 24 | 32

/**
 * The keys of one direction (draft-sharabayko-srt-01, section 6): AES in counter mode with an even and an odd key that take turns.
 * Packets are encrypted in place of their payload; keys travel wrapped (RFC 3394) by a key made from the passphrase.
 */
export class SrtCipher {
  readonly keyBytes: KeyBytes
  readonly salt: Buffer
  readonly #wrapKey: Buffer
  readonly #keys: (Buffer | undefined)[] = [undefined, undefined]
  /** Key that the next packet is encrypted with: 1 even, 2 odd. */
  active: 1 | 2 = 1
  readonly #iv = Buffer.alloc(16)

  private constructor(wrapKey: Buffer, keyBytes: KeyBytes, salt: Buffer) {
    this.keyBytes = keyBytes
    this.salt = salt
    this.#wrapKey = wrapKey
  }

  /** A new key of our own. */
  static create(passphrase: string, keyBytes: KeyBytes): SrtCipher {
    const salt = randomBytes(saltBytes)
    const cipher = new SrtCipher(wrapKeyOf(passphrase, salt, keyBytes), keyBytes, salt)
    cipher.#keys[0] = randomBytes(keyBytes)
    return cipher
  }

  /** The peer's keys; `malformed` where the message is no key material, `bad-secret` where our passphrase does not open it. */
  static open(passphrase: string, message: Uint8Array): SrtCipher | 'malformed' | 'bad-secret' {
    const material = readKeyMaterial(message)
    if (isFault(material)) return 'malformed'
    const keyBytes = material.keyBytes as KeyBytes
    const salt = Buffer.from(material.salt)
    const cipher = new SrtCipher(wrapKeyOf(passphrase, salt, keyBytes), keyBytes, salt)
    if (!cipher.#take(material.wrapped, material.keys)) return 'bad-secret'
    cipher.active = material.keys === 2 ? 2 : 1
    return cipher
  }

  /** The same keys for the other direction: both start with the caller's, and are changed apart from each other. */
  twin(): SrtCipher {
    const twin = new SrtCipher(this.#wrapKey, this.keyBytes, this.salt)
    twin.#keys[0] = this.#keys[0]
    twin.#keys[1] = this.#keys[1]
    twin.active = this.active
    return twin
  }

  /** Takes further keys of the peer. False where they cannot be opened. */
  refresh(message: Uint8Array): boolean {
    const material = readKeyMaterial(message)
    if (isFault(material) || material.keyBytes !== this.keyBytes || !this.salt.equals(material.salt)) return false
    return this.#take(material.wrapped, material.keys)
  }

  /** Makes the key that is not in use again, to be announced with `message(3)`. */
  makeNext(): void {
    this.#keys[this.active === 1 ? 1 : 0] = randomBytes(this.keyBytes)
  }

  /** From now on the other key. */
  switchKey(): void {
    this.active = this.active === 1 ? 2 : 1
  }

  /** Key material message with the keys: 1 even, 2 odd, 3 both. */
  message(keys: number): Uint8Array {
    const parts = [(keys & 1) !== 0 ? this.#keys[0] : undefined, (keys & 2) !== 0 ? this.#keys[1] : undefined]
    const plain = Buffer.concat(parts.filter((part) => part !== undefined))
    const wrap = createCipheriv(`id-aes${this.keyBytes * 8}-wrap`, this.#wrapKey, initialValue)
    return writeKeyMaterial({ keys, keyBytes: this.keyBytes, salt: this.salt, wrapped: Buffer.concat([wrap.update(plain), wrap.final()]) })
  }

  /** Encrypts with the active key. */
  encrypt(sequence: number, payload: Uint8Array): Buffer {
    return createCipheriv(`aes-${this.keyBytes * 8}-ctr`, this.#keys[this.active - 1] as Buffer, this.#counter(sequence)).update(payload)
  }

  /** Decrypts with key 1 or 2; undefined where that key is not known. */
  decrypt(sequence: number, payload: Uint8Array, which: number): Buffer | undefined {
    const key = this.#keys[which - 1]
    if (key === undefined) return undefined
    return createDecipheriv(`aes-${this.keyBytes * 8}-ctr`, key, this.#counter(sequence)).update(payload)
  }

  /** Section 6.1: the upper 112 bits of the salt, combined with the packet's number, and a counter of 16 bits. */
  #counter(sequence: number): Buffer {
    const iv = this.#iv
    this.salt.copy(iv, 0, 0, 14)
    iv[10]! ^= sequence >>> 24
    iv[11]! ^= (sequence >>> 16) & 255
    iv[12]! ^= (sequence >>> 8) & 255
    iv[13]! ^= sequence & 255
    return iv
  }

  #take(wrapped: Uint8Array, keys: number): boolean {
    let plain: Buffer
    try {
      const unwrap = createDecipheriv(`id-aes${this.keyBytes * 8}-wrap`, this.#wrapKey, initialValue)
      plain = Buffer.concat([unwrap.update(wrapped), unwrap.final()])
    } catch {
      return false
    }
    if (keys === 3) {
      this.#keys[0] = plain.subarray(0, this.keyBytes)
      this.#keys[1] = plain.subarray(this.keyBytes)
    } else {
      this.#keys[keys - 1] = plain
    }
    return true
  }
}
