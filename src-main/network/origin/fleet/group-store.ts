import { type Kysely, sql } from 'kysely'
import type { SecretBox } from '../../../platform/identity/secret-box.ts'
import type { Migration } from '../../../platform/storage/migrations.ts'

/** The table of groups of nodes. */
export const groupMigrations: readonly Migration[] = [
  {
    name: 'network/0007-groups',
    up: async (database) => {
      await sql`CREATE TABLE network_group (name TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT`.execute(database)
    },
  },
]

interface GroupTables {
  network_group: { name: string; content: string }
}

/** A group as it is kept. */
export interface StoredGroup {
  readonly name: string
  /** What its nodes use, as YAML with its secrets; empty for nothing. */
  readonly text: string
  /** What they used before. */
  readonly former: string
  /** ISO 8601. */
  readonly changedAt: string
}

export interface GroupStore {
  all(): Promise<readonly StoredGroup[]>
  /** Resolves when it is on disk. */
  save(group: StoredGroup): Promise<void>
  remove(name: string): Promise<void>
}

/** Groups in the database. Their configuration has secrets: all of it is encrypted. */
// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createGroupStore(database: Kysely<any>, box: SecretBox): GroupStore {
  const tables = database as Kysely<GroupTables>
  return {
    async all() {
      const rows = await tables.selectFrom('network_group').selectAll().orderBy('name').execute()
      return rows.map(({ name, content }) => ({ ...(JSON.parse(box.open(content)) as Omit<StoredGroup, 'name'>), name }))
    },
    async save({ name, ...rest }) {
      const content = box.encrypt(JSON.stringify(rest))
      await tables
        .insertInto('network_group')
        .values({ name, content })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ content }))
        .execute()
    },
    async remove(name) {
      await tables.deleteFrom('network_group').where('name', '=', name).execute()
    },
  }
}
