import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import type { ProgramPackage } from './program-package.ts'

/** Packed programs by the SHA-256 of their files, each of which is read once. */
export class OfferedPrograms {
  readonly #packages: () => readonly ProgramPackage[]
  readonly #hashes = new Map<string, { readonly stamp: string; readonly sha256: Promise<string> }>()

  constructor(packages: () => readonly ProgramPackage[]) {
    this.#packages = packages
  }

  /** Those that are there now. */
  all(): Promise<readonly (ProgramPackage & { readonly sha256: string })[]> {
    return Promise.all(this.#packages().map(async (each) => ({ ...each, sha256: await this.#hashOf(each.file) })))
  }

  #hashOf(file: string): Promise<string> {
    const { size, mtimeMs } = statSync(file)
    const stamp = `${size} ${mtimeMs}`
    const known = this.#hashes.get(file)
    if (known?.stamp === stamp) return known.sha256
    const sha256 = hashFile(file)
    // A file that cannot be read now may be later.
    sha256.catch(() => this.#hashes.delete(file))
    this.#hashes.set(file, { stamp, sha256 })
    return sha256
  }
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer)
  return hash.digest('hex')
}
