import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../errors.ts'

/** Secrets that must be given out again (keys of destinations, of hooks), encrypted where they rest. */
export interface SecretBox {
  /** Text for the database: AES-256-GCM with a fresh nonce. */
  encrypt(secret: string): string
  /** Throws `secret.unreadable` where the text was changed or encrypted with another key. */
  open(encrypted: string): string
}

const version = 'v1'

/** Opens the box of a data folder; the key is made at first use, in a file that its owner alone can read. */
export function openSecretBox(dataDir: string): SecretBox {
  const key = loadKey(join(dataDir, 'secret-box.key'), dataDir)
  return {
    encrypt(secret) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return [version, nonce.toString('base64'), Buffer.concat([body, cipher.getAuthTag()]).toString('base64')].join(':')
    },
    open(encrypted) {
      try {
        const [name, nonce, rest] = encrypted.split(':')
        if (name !== version || nonce === undefined || rest === undefined) throw new Error('not encrypted with this key')
        const bytes = Buffer.from(rest, 'base64')
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'))
        decipher.setAuthTag(bytes.subarray(-16))
        return decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
      } catch (cause) {
        throw new AppError('secret.unreadable', undefined, { cause })
      }
    },
  }
}

function loadKey(file: string, dataDir: string): Buffer {
  try {
    const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
    if (key.length === 32) return key
    throw new AppError('secret.unreadable', `${file} does not hold a key`)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
  }
  const key = randomBytes(32)
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(file, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  return key
}
