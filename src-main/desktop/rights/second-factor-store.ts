import type { Kysely } from 'kysely'

/** A second factor of one user. */
export interface StoredFactor {
  /** Principal id. */
  readonly user: string
  /** Encrypted by the host's secret box. */
  readonly secret: string
  /** A code of it was proved: from then on it is asked for. */
  readonly confirmed: boolean
  /** Of the newest code that was used: RFC 6238's T. */
  readonly lastStep: number
}

interface FactorTable {
  desktop_second_factor: { user: string; secret: string; confirmed: number; last_step: number }
}

export interface SecondFactorStore {
  all(): Promise<readonly StoredFactor[]>
  /** Each resolves when it is on disk. */
  save(factor: StoredFactor): Promise<void>
  remove(user: string): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createSecondFactorStore(database: Kysely<any>): SecondFactorStore {
  const tables = database as Kysely<FactorTable>
  return {
    async all() {
      const rows = await tables.selectFrom('desktop_second_factor').selectAll().execute()
      return rows.map(({ user, secret, confirmed, last_step }) => ({ user, secret, confirmed: confirmed === 1, lastStep: last_step }))
    },
    async save({ user, secret, confirmed, lastStep }) {
      const changes = { secret, confirmed: confirmed ? 1 : 0, last_step: lastStep }
      await tables
        .insertInto('desktop_second_factor')
        .values({ user, ...changes })
        .onConflict((conflict) => conflict.column('user').doUpdateSet(changes))
        .execute()
    },
    async remove(user) {
      await tables.deleteFrom('desktop_second_factor').where('user', '=', user).execute()
    },
  }
}
