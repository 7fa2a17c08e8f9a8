import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Static, Type } from 'typebox'
import Value from 'typebox/value'
import { replaceFile } from '../../platform/storage/replace-file.ts'
import { WindowStateSchema } from '../placement.ts'
import { WindowViewSchema } from '../window-view.ts'

const KeptWindowSchema = Type.Object({
  view: WindowViewSchema,
  state: Type.Optional(WindowStateSchema),
  /** It opens again with the next start. */
  reopens: Type.Boolean(),
  /** Process of its browser, while it is open. */
  pid: Type.Optional(Type.Integer({ minimum: 2 })),
})
export type KeptWindow = Static<typeof KeptWindowSchema>

/** Of that many windows it is known how they were; the oldest go. */
const maxWindows = 60

const FileSchema = Type.Object({
  version: Type.Literal(1),
  windows: Type.Record(Type.String({ maxLength: 40 }), KeptWindowSchema),
})

/** How windows were, in a file of the data folder. A file that is broken counts as none: windows open at their usual places. */
export class WindowStore {
  readonly #file: string
  readonly #windows: Map<string, KeptWindow>

  constructor(dataDir: string) {
    this.#file = join(dataDir, 'desktop', 'windows.json')
    this.#windows = new Map(Object.entries(readKept(this.#file)))
  }

  get(id: string): KeptWindow | undefined {
    return this.#windows.get(id)
  }

  all(): readonly (readonly [id: string, window: KeptWindow])[] {
    return [...this.#windows]
  }

  set(id: string, window: KeptWindow): void {
    this.#windows.delete(id)
    this.#windows.set(id, window)
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= maxWindows) break
      this.#windows.delete(oldest)
    }
    this.#write()
  }

  #write(): void {
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 })
      replaceFile(this.#file, `${JSON.stringify({ version: 1, windows: Object.fromEntries(this.#windows) }, null, 2)}\n`)
    } catch {
      // A full disk costs the places of windows, and no window.
    }
  }
}

function readKept(file: string): Readonly<Record<string, KeptWindow>> {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return Value.Check(FileSchema, content) ? content.windows : {}
  } catch {
    return {}
  }
}
