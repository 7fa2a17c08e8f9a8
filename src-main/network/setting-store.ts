import { type Kysely, sql } from 'kysely'
import type { Static, TSchema } from 'typebox'
import Value from 'typebox/value'
import type { Migration } from '../platform/storage/migrations.ts'

/** The table of what was set for all nodes, one line for each subject. */
export const settingMigrations: readonly Migration[] = [
  {
    name: 'network/0003-settings',
    up: async (database) => {
      await sql`CREATE TABLE network_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT`.execute(database)
    },
  },
]

interface SettingTables {
  network_setting: { name: string; value: string }
}

/** What was set for all nodes about one subject. */
export interface SettingStore<Settings> {
  /** Undefined where nobody changed it, or what is there cannot be read. */
  read(): Promise<Settings | undefined>
  /** Resolves when it is on disk. */
  write(settings: Settings): Promise<void>
}

/** @param name of the subject in the table */
export function createSettingStore<Schema extends TSchema>(
  // biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
  database: Kysely<any>,
  name: string,
  schema: Schema,
): SettingStore<Static<Schema>> {
  const tables = database as Kysely<SettingTables>
  return {
    async read() {
      const row = await tables.selectFrom('network_setting').select('value').where('name', '=', name).executeTakeFirst()
      const value: unknown = row && JSON.parse(row.value)
      return Value.Check(schema, value) ? value : undefined
    },
    async write(settings) {
      const value = JSON.stringify(settings)
      await tables
        .insertInto('network_setting')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()
    },
  }
}
