import { type Kysely, sql } from 'kysely'
import type { Migration } from '../../../platform/storage/migrations.ts'
import type { PurgeOrder } from '../../front/cache/purge-order.ts'

/** The table of purges. */
export const purgeMigrations: readonly Migration[] = [
  {
    name: 'network/0002-purges',
    up: async (database) => {
      await sql`CREATE TABLE network_purge (number INTEGER PRIMARY KEY, made_at TEXT NOT NULL, purge_order TEXT NOT NULL) STRICT`.execute(
        database,
      )
    },
  },
]

interface PurgeTables {
  network_purge: { number: number; made_at: string; purge_order: string }
}

/** A purge as it is kept. */
export interface StoredPurge {
  readonly order: PurgeOrder
  /** ISO 8601. */
  readonly madeAt: string
}

export interface PurgeStore {
  /** Oldest first. */
  all(): Promise<readonly StoredPurge[]>
  /** Resolves when it is on disk. Purges up to `before` are deleted. */
  add(purge: StoredPurge, before: number): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createPurgeStore(database: Kysely<any>): PurgeStore {
  const tables = database as Kysely<PurgeTables>
  return {
    async all() {
      const rows = await tables.selectFrom('network_purge').selectAll().orderBy('number').execute()
      return rows.map((row) => ({ order: JSON.parse(row.purge_order) as PurgeOrder, madeAt: row.made_at }))
    },
    async add({ order, madeAt }, before) {
      await tables
        .insertInto('network_purge')
        .values({ number: order.number, made_at: madeAt, purge_order: JSON.stringify(order) })
        .execute()
      await tables.deleteFrom('network_purge').where('number', '<=', before).execute()
    },
  }
}
