import type { Kysely } from 'kysely'
import type { SecretBox } from '../../platform/identity/secret-box.ts'
import type { Application } from '../schemas/templates.ts'
import type { Before } from './before.ts'

/** A template that was applied to an OBS, with what was there before. */
export interface StoredApplication extends Application {
  readonly before: Before
}

interface ApplicationTable {
  obs_application: { id: string; instance: string; created_at: string; application: string }
}

export interface ApplicationStore {
  /** Of an instance, newest first. */
  of(instance: string): Promise<readonly StoredApplication[]>
  /** Resolves when it is on disk. */
  save(instance: string, application: StoredApplication): Promise<void>
  remove(id: string): Promise<void>
}

/** Applications that can be undone, of each instance. */
const maxKept = 20

/** Settings of inputs are in it, which may have passwords in their URLs: it is encrypted. */
// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createApplicationStore(database: Kysely<any>, secrets: Pick<SecretBox, 'encrypt' | 'open'>): ApplicationStore {
  const tables = database as Kysely<ApplicationTable>
  const of = async (instance: string): Promise<readonly StoredApplication[]> => {
    const rows = await tables
      .selectFrom('obs_application')
      .selectAll()
      .where('instance', '=', instance)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .execute()
    return rows.map((row) => JSON.parse(secrets.open(row.application)) as StoredApplication)
  }
  return {
    of,
    async save(instance, stored) {
      const application = secrets.encrypt(JSON.stringify(stored))
      await tables
        .insertInto('obs_application')
        .values({ id: stored.id, instance, created_at: stored.at, application })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ application }))
        .execute()
      for (const { id } of (await of(instance)).slice(maxKept)) await tables.deleteFrom('obs_application').where('id', '=', id).execute()
    },
    async remove(id) {
      await tables.deleteFrom('obs_application').where('id', '=', id).execute()
    },
  }
}
