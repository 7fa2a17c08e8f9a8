import { type Kysely, sql } from 'kysely'
import Value from 'typebox/value'
import type { Migration } from '../../platform/storage/migrations.ts'
import { type LimitSettings, LimitSettingsSchema } from './limit-settings.ts'

/** The table of what was set for all nodes, one line for each subject. */
export const limitMigrations: readonly Migration[] = [
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

export interface LimitStore {
  /** Undefined where nobody changed them, or what is there cannot be read. */
  read(): Promise<LimitSettings | undefined>
  /** Resolves when they are on disk. */
  write(settings: LimitSettings): Promise<void>
}

const name = 'limits'

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createLimitStore(database: Kysely<any>): LimitStore {
  const tables = database as Kysely<SettingTables>
  return {
    async read() {
      const row = await tables.selectFrom('network_setting').select('value').where('name', '=', name).executeTakeFirst()
      const value: unknown = row && JSON.parse(row.value)
      return Value.Check(LimitSettingsSchema, value) ? value : undefined
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
