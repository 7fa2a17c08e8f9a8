import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Beside what Node keeps of compiled sources for the next run. */
const folder = join(import.meta.dirname, '../node_modules/.cache/source-checks')

/** What a check of sources found in each of them, by their contents: to parse a thousand files takes longer than all that is done with them. */
export class SourceCache<Found> {
  readonly #file: string
  readonly #kept: Readonly<Record<string, Found>>
  readonly #found: Record<string, Found> = {}

  /** @param check path of the source of the check: what an earlier version of it found is not used */
  constructor(name: string, check: string) {
    this.#file = join(folder, `${name}-${hashOf(readFileSync(check, 'utf8'))}.json`)
    try {
      this.#kept = JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, Found>
    } catch {
      // The first run, or a file that was cut off.
      this.#kept = {}
    }
  }

  get(source: string, find: () => Found): Found {
    const key = hashOf(source)
    this.#found[key] = this.#kept[key] ?? find()
    return this.#found[key]
  }

  /** Keeps what was asked for, and nothing else. */
  keep(): void {
    if (Object.keys(this.#found).every((key) => key in this.#kept)) return
    mkdirSync(folder, { recursive: true })
    const draft = `${this.#file}.${process.pid}`
    writeFileSync(draft, JSON.stringify(this.#found))
    renameSync(draft, this.#file)
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 24)
