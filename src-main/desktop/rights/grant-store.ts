import type { Kysely } from 'kysely'
import type { Right } from './rights.ts'

/** What one user of the host may do at one display. */
export interface Grant {
  readonly display: string
  /** Principal id. */
  readonly user: string
  readonly rights: readonly Right[]
  /** ISO 8601; null: until it is taken back. */
  readonly expiresAt: string | null
  readonly createdAt: string
}

interface GrantTable {
  desktop_grant: { display: string; user: string; rights: string; expires_at: string | null; created_at: string }
}

export interface GrantStore {
  all(): Promise<readonly Grant[]>
  /** Each resolves when it is on disk. */
  save(grant: Grant): Promise<void>
  remove(display: string, user: string): Promise<void>
  removeDisplay(display: string): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createGrantStore(database: Kysely<any>): GrantStore {
  const tables = database as Kysely<GrantTable>
  return {
    async all() {
      const rows = await tables.selectFrom('desktop_grant').selectAll().orderBy('created_at').execute()
      return rows.map(({ display, user, rights, expires_at, created_at }) => ({
        display,
        user,
        rights: JSON.parse(rights) as readonly Right[],
        expiresAt: expires_at,
        createdAt: created_at,
      }))
    },
    async save({ display, user, rights, expiresAt, createdAt }) {
      const changes = { rights: JSON.stringify(rights), expires_at: expiresAt }
      await tables
        .insertInto('desktop_grant')
        .values({ display, user, created_at: createdAt, ...changes })
        .onConflict((conflict) => conflict.columns(['display', 'user']).doUpdateSet(changes))
        .execute()
    },
    async remove(display, user) {
      await tables.deleteFrom('desktop_grant').where('display', '=', display).where('user', '=', user).execute()
    },
    async removeDisplay(display) {
      await tables.deleteFrom('desktop_grant').where('display', '=', display).execute()
    },
  }
}
