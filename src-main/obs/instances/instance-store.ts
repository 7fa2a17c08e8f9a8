import type { Kysely } from 'kysely'
import type { LinkedStream } from '../schemas/instance.ts'

/** An OBS as it is kept. */
export interface StoredInstance {
  readonly id: string
  readonly name: string
  readonly host: string
  readonly port: number
  /** In the secret box's form; null: none. */
  readonly encryptedPassword: string | null
  /** Folder of the settings of an OBS on this machine, whose password is read at each connection; null: added by hand. */
  readonly foundIn: string | null
  readonly enabled: boolean
  /** An editor named host and port: they are limited to what editors may reach. */
  readonly limited: boolean
  readonly linkedStream: LinkedStream | null
  /** Hash of the token of its connector, which connects to us; null: we connect to host and port. */
  readonly connectorHash: string | null
  /** ISO 8601. */
  readonly createdAt: string
}

interface InstanceTable {
  obs_instance: { id: string; created_at: string; instance: string }
}

export interface InstanceStore {
  all(): Promise<readonly StoredInstance[]>
  /** Resolves when it is on disk. */
  save(stored: StoredInstance): Promise<void>
  remove(id: string): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createInstanceStore(database: Kysely<any>): InstanceStore {
  const tables = database as Kysely<InstanceTable>
  return {
    async all() {
      const rows = await tables.selectFrom('obs_instance').selectAll().orderBy('created_at').orderBy('id').execute()
      return rows.map((row) => ({
        // Rows of before there were connectors.
        connectorHash: null,
        ...(JSON.parse(row.instance) as Omit<StoredInstance, 'id' | 'createdAt' | 'connectorHash'>),
        id: row.id,
        createdAt: row.created_at,
      }))
    },
    async save({ id, createdAt, ...rest }) {
      const instance = JSON.stringify(rest)
      await tables
        .insertInto('obs_instance')
        .values({ id, created_at: createdAt, instance })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ instance }))
        .execute()
    },
    async remove(id) {
      await tables.deleteFrom('obs_instance').where('id', '=', id).execute()
    },
  }
}
