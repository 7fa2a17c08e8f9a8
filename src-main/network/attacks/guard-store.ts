import { type Kysely, sql } from 'kysely'
import Value from 'typebox/value'
import type { Migration } from '../../platform/storage/migrations.ts'
import { type AttackSettings, AttackSettingsSchema } from './attack-schemas.ts'
import type { ListName } from './network-list.ts'

/** The table of listed networks. */
export const guardMigrations: readonly Migration[] = [
  {
    name: 'network/0004-lists',
    up: async (database) => {
      await sql`CREATE TABLE network_listed (
        list TEXT NOT NULL,
        network TEXT NOT NULL,
        added_at TEXT NOT NULL,
        expires_at TEXT,
        PRIMARY KEY (list, network)
      ) STRICT`.execute(database)
    },
  },
]

interface GuardTables {
  network_listed: { list: string; network: string; added_at: string; expires_at: string | null }
  network_setting: { name: string; value: string }
}

/** A network on a list. Times are ISO 8601; without `expiresAt` it stays. */
export interface ListedNetwork {
  readonly network: string
  readonly addedAt: string
  readonly expiresAt: string | null
}

export interface GuardStore {
  settings(): Promise<AttackSettings | undefined>
  saveSettings(settings: AttackSettings): Promise<void>
  list(name: ListName): Promise<readonly ListedNetwork[]>
  /** Adds networks, or gives those that are there already another end. */
  add(name: ListName, networks: readonly ListedNetwork[]): Promise<void>
  remove(name: ListName, networks: readonly string[]): Promise<void>
}

/** Rows in one statement: SQLite takes 32,766 parameters. */
const rowsAtOnce = 2000
const settingName = 'attacks'

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createGuardStore(database: Kysely<any>): GuardStore {
  const tables = database as Kysely<GuardTables>
  return {
    async settings() {
      const row = await tables.selectFrom('network_setting').select('value').where('name', '=', settingName).executeTakeFirst()
      // what an earlier version saved has fewer settings
      const value: unknown = row && Value.Default(AttackSettingsSchema, JSON.parse(row.value))
      return Value.Check(AttackSettingsSchema, value) ? value : undefined
    },
    async saveSettings(settings) {
      const value = JSON.stringify(settings)
      await tables
        .insertInto('network_setting')
        .values({ name: settingName, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()
    },
    async list(name) {
      const rows = await tables.selectFrom('network_listed').selectAll().where('list', '=', name).orderBy(sql`rowid`).execute()
      return rows.map((row) => ({ network: row.network, addedAt: row.added_at, expiresAt: row.expires_at }))
    },
    async add(name, networks) {
      await tables.transaction().execute(async (transaction) => {
        for (let at = 0; at < networks.length; at += rowsAtOnce)
          await transaction
            .insertInto('network_listed')
            .values(
              networks
                .slice(at, at + rowsAtOnce)
                .map(({ network, addedAt, expiresAt }) => ({ list: name, network, added_at: addedAt, expires_at: expiresAt })),
            )
            .onConflict((conflict) =>
              conflict.columns(['list', 'network']).doUpdateSet((excluded) => ({ expires_at: excluded.ref('excluded.expires_at') })),
            )
            .execute()
      })
    },
    async remove(name, networks) {
      await tables.transaction().execute(async (transaction) => {
        for (let at = 0; at < networks.length; at += rowsAtOnce)
          await transaction
            .deleteFrom('network_listed')
            .where('list', '=', name)
            .where('network', 'in', networks.slice(at, at + rowsAtOnce))
            .execute()
      })
    },
  }
}
