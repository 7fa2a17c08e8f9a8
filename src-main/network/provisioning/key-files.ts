import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../platform/errors.ts'
import { FileFault, readRegularFile } from '../../platform/user-files/regular-file.ts'

/** Names, not paths: key files are read in one folder alone. */
export const keyFilePattern = '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$'

/** Bytes of a private key; RSA keys of 16,384 bits have 13,000. */
export const maxKeyBytes = 64 * 1024
const maxFiles = 100
const keyStart = /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/

const keyFolder = (): string => join(homedir(), '.ssh')

/** Names of the private keys that the user of this host has. */
export async function listKeyFiles(): Promise<readonly string[]> {
  const names = await readdir(keyFolder()).catch(() => [] as string[])
  const candidates = names.filter((name) => new RegExp(keyFilePattern).test(name) && !name.endsWith('.pub')).slice(0, maxFiles)
  const isKey = await Promise.all(
    candidates.map((name) =>
      readKeyFile(name).then(
        () => true,
        () => false,
      ),
    ),
  )
  return candidates.filter((_, index) => isKey[index]).sort()
}

/** Reads the private key with that name. Says nothing of what else the file has. Throws `network.ssh_key_invalid`. */
export async function readKeyFile(name: string): Promise<string> {
  if (!new RegExp(keyFilePattern).test(name)) throw new AppError('network.ssh_key_invalid', `"${name}" is not the name of a key file`)
  const file = join(keyFolder(), name)
  try {
    const text = (await readRegularFile(file, maxKeyBytes)).toString()
    if (keyStart.test(text)) return text
  } catch (cause) {
    if (!(cause instanceof FileFault)) throw cause
    throw new AppError('network.ssh_key_invalid', cause.message, { cause })
  }
  throw new AppError('network.ssh_key_invalid', `${file} is not a private key`)
}
