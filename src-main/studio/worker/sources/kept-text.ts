import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../../../platform/storage/replace-file.ts'

/** More is nothing of ours, characters. */
const longest = 4096

/** A short text that a source keeps in a file of its own for the next start of the process. Written rarely, and at once. */
export class KeptText {
  readonly #folder: string
  readonly #file: string

  /** @param name of the file, in the folder that the source was given */
  constructor(folder: string, name: string) {
    this.#folder = folder
    this.#file = join(folder, name)
  }

  /** Empty where nothing has been kept. */
  read(): string {
    try {
      return readFileSync(this.#file, 'utf8').slice(0, longest)
    } catch {
      return ''
    }
  }

  /** It may be a permission that a person gave: nobody but this user may read it. */
  keep(text: string): void {
    if (text === this.read()) return
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    replaceFile(this.#file, text)
  }

  forget(): void {
    rmSync(this.#file, { force: true })
  }
}
