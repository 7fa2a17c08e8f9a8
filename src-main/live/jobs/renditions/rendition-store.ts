import type { LiveDatabase } from '../../live-database.ts'
import type { Choice, Preset } from './schemas.ts'

/** What users chose, in the host's database. */
export interface RenditionStore {
  presets(): Promise<readonly Preset[]>
  savePreset(preset: Preset): Promise<void>
  removePreset(id: string): Promise<void>
  /** By the stream's name. */
  choices(): Promise<ReadonlyMap<string, Choice>>
  saveChoice(stream: string, choice: Choice): Promise<void>
}

/** What is stored is the product's own writing; a row that cannot be read is left out. */
function read<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined
  }
}

/** Presets and choices in tables `rendition_preset` and `rendition_choice`. */
export function createRenditionStore(database: LiveDatabase): RenditionStore {
  return {
    async presets() {
      const rows = await database.selectFrom('rendition_preset').selectAll().orderBy('created_at').execute()
      return rows.map(({ settings }) => read<Preset>(settings)).filter((preset) => preset !== undefined)
    },
    async savePreset(preset) {
      const settings = JSON.stringify(preset)
      await database
        .insertInto('rendition_preset')
        .values({ id: preset.id, settings, created_at: new Date().toISOString() })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ settings }))
        .execute()
    },
    async removePreset(id) {
      await database.deleteFrom('rendition_preset').where('id', '=', id).execute()
    },
    async choices() {
      const rows = await database.selectFrom('rendition_choice').selectAll().execute()
      const found = new Map<string, Choice>()
      for (const { stream, choice } of rows) {
        const known = read<Choice>(choice)
        if (known !== undefined) found.set(stream, known)
      }
      return found
    },
    async saveChoice(stream, choice) {
      const row = { choice: JSON.stringify(choice) }
      await database
        .insertInto('rendition_choice')
        .values({ stream, ...row })
        .onConflict((conflict) => conflict.column('stream').doUpdateSet(row))
        .execute()
    },
  }
}
