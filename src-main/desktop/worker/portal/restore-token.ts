import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Longer ones are not kept, bytes. */
const maxBytes = 4096

/** By what the desktop knows again what the person allowed. Each is good for once, and the desktop gives the next one. */
export class RestoreToken {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  /** Empty where nothing is kept. */
  read(): string {
    try {
      return existsSync(this.#file) ? readFileSync(this.#file, 'utf8').slice(0, maxBytes) : ''
    } catch {
      return ''
    }
  }

  /** Whoever has it gets the screen without a question: the user of the host alone can read it. */
  keep(token: string): void {
    if (Buffer.byteLength(token) > maxBytes) return
    const fresh = `${this.#file}.new`
    writeFileSync(fresh, token, { mode: 0o600 })
    chmodSync(fresh, 0o600)
    renameSync(fresh, this.#file)
  }
}
