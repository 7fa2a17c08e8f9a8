import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../../../platform/storage/replace-file.ts'

const fileOf = (folder: string): string => join(folder, 'imports.json')

/** Which files of the uploads folder imports that are not over have brought. On the disk as well: the host may be killed. */
export class ImportedNames {
  readonly #file: string
  /** Names, with the import. */
  readonly #names = new Map<string, string>()

  /** @param folder where files on their way are */
  constructor(folder: string) {
    this.#file = fileOf(folder)
  }

  /** What a host that ended unexpectedly left there. */
  static read(folder: string): readonly string[] {
    try {
      const names: unknown = JSON.parse(readFileSync(fileOf(folder), 'utf8'))
      return Array.isArray(names) ? names.filter((each) => typeof each === 'string') : []
    } catch {
      return []
    }
  }

  /** Names that an import has brought. */
  of(id: string): readonly string[] {
    return [...this.#names].flatMap(([name, by]) => (by === id ? [name] : []))
  }

  /** Before the file is there. */
  add(name: string, id: string): void {
    this.#names.set(name, id)
    this.#write()
  }

  has(name: string, id: string): boolean {
    return this.#names.get(name) === id
  }

  get isEmpty(): boolean {
    return this.#names.size === 0
  }

  /** Somebody has sent the same: it stays whatever becomes of another import. */
  takeOver(name: string, by: string): void {
    const id = this.#names.get(name)
    if (id !== undefined && id !== by) this.delete(name, id)
  }

  delete(name: string, id: string): void {
    if (!this.has(name, id)) return
    this.#names.delete(name)
    this.#write()
  }

  // At once, without a turn of others in between: it is short, and the file that it names comes right behind it.
  #write(): void {
    if (this.isEmpty) rmSync(this.#file, { force: true })
    else replaceFile(this.#file, JSON.stringify([...this.#names.keys()]))
  }
}
