import type { Kysely } from 'kysely'
import type { ScreenPrivacy } from '../schemas/display.ts'

/** What an admin chose for the time in which somebody controls the screen. */
export type ScreenPrivacyChoice = Pick<ScreenPrivacy, 'blanks' | 'blocksInput'>

export interface StoredScreenPrivacy extends ScreenPrivacyChoice {
  /** The screen may be black: it was to be, and no process has said since that it is not. */
  readonly mayBeLeft: boolean
}

interface Tables {
  desktop_setting: { name: string; value: string }
}

export interface ScreenPrivacyStore {
  /** Undefined where nobody has chosen yet. */
  read(): Promise<StoredScreenPrivacy | undefined>
  /** Resolves when it is on disk. */
  save(stored: StoredScreenPrivacy): Promise<void>
}

const name = 'screen-privacy'

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createScreenPrivacyStore(database: Kysely<any>): ScreenPrivacyStore {
  const tables = database as Kysely<Tables>
  return {
    async read() {
      const row = await tables.selectFrom('desktop_setting').select('value').where('name', '=', name).executeTakeFirst()
      return row && (JSON.parse(row.value) as StoredScreenPrivacy)
    },
    async save(stored) {
      const value = JSON.stringify(stored)
      await tables
        .insertInto('desktop_setting')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()
    },
  }
}
