import type { Kysely } from 'kysely'

interface EntryTable {
  automation_entry: { id: string; sort: string; created_at: string; entry: string }
}

export interface Entry {
  readonly id: string
  /** ISO 8601. */
  readonly createdAt: string
}

/** What of one sort is kept in the database. */
export interface EntryStore<T extends Entry> {
  all(): Promise<readonly T[]>
  /** Resolves when it is on disk. */
  save(entry: T): Promise<void>
  remove(id: string): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createEntryStore<T extends Entry>(database: Kysely<any>, sort: 'rule' | 'webhook' | 'filter'): EntryStore<T> {
  const tables = database as Kysely<EntryTable>
  return {
    async all() {
      const rows = await tables
        .selectFrom('automation_entry')
        .selectAll()
        .where('sort', '=', sort)
        .orderBy('created_at')
        .orderBy('id')
        .execute()
      return rows.map((row) => ({ ...JSON.parse(row.entry), id: row.id, createdAt: row.created_at }) as T)
    },
    async save({ id, createdAt, ...rest }) {
      const entry = JSON.stringify(rest)
      await tables
        .insertInto('automation_entry')
        .values({ id, sort, created_at: createdAt, entry })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ entry }))
        .execute()
    },
    async remove(id) {
      await tables.deleteFrom('automation_entry').where('id', '=', id).execute()
    },
  }
}
