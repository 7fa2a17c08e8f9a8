import type { Kysely } from 'kysely'
import type { ScreenPrivacy } from '../schemas/display.ts'

/** What an admin chose for the time in which somebody controls the screen. */
export type ScreenPrivacyChoice = Pick<ScreenPrivacy, 'blanks' | 'blocksInput'>

interface Tables {
  desktop_setting: { name: string; value: string }
}

export interface ScreenPrivacyStore {
  /** Undefined where nobody has chosen yet. */
  read(): Promise<ScreenPrivacyChoice | undefined>
  /** Resolves when it is on disk. */
  save(choice: ScreenPrivacyChoice): Promise<void>
}

const name = 'screen-privacy'

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createScreenPrivacyStore(database: Kysely<any>): ScreenPrivacyStore {
  const tables = database as Kysely<Tables>
  return {
    async read() {
      const row = await tables.selectFrom('desktop_setting').select('value').where('name', '=', name).executeTakeFirst()
      return row && (JSON.parse(row.value) as ScreenPrivacyChoice)
    },
    async save(choice) {
      const value = JSON.stringify(choice)
      await tables
        .insertInto('desktop_setting')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()
    },
  }
}
