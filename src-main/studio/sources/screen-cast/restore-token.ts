import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** More is no token of any desktop. */
const longest = 4096

/** What a desktop gave so that a person is not asked again: kept in a file of the source, for the next start. */
export class RestoreToken {
  readonly #folder: string
  readonly #file: string

  constructor(folder: string, source: string) {
    this.#folder = folder
    this.#file = join(folder, `${source}.screen-cast`)
  }

  /** Empty where there is none. */
  read(): string {
    try {
      return readFileSync(this.#file, 'utf8').slice(0, longest)
    } catch {
      return ''
    }
  }

  /** Whoever reads it could see the screen without asking: it is this user's alone. */
  keep(token: string): void {
    if (token === this.read()) return
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const fresh = `${this.#file}.new`
    writeFileSync(fresh, token, { mode: 0o600 })
    renameSync(fresh, this.#file)
  }

  forget(): void {
    rmSync(this.#file, { force: true })
  }
}
