import { type Kysely, sql } from 'kysely'
import type { SecretBox } from '../../../platform/identity/secret-box.ts'
import type { Migration } from '../../../platform/storage/migrations.ts'
import type { CloudMachine, ProviderSettings } from './provider-schemas.ts'

/** The tables of providers of machines, and of machines that were ordered there. */
export const providerMigrations: readonly Migration[] = [
  {
    name: 'network/0008-providers',
    up: async (database) => {
      await sql`CREATE TABLE network_provider (name TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT`.execute(database)
      await sql`CREATE TABLE network_cloud_machine (id TEXT PRIMARY KEY, machine TEXT NOT NULL) STRICT`.execute(database)
    },
  },
]

interface ProviderTables {
  network_provider: { name: string; content: string }
  network_cloud_machine: { id: string; machine: string }
}

/** A machine as it is kept. */
export interface StoredCloudMachine extends CloudMachine {
  /** What its node gets once it has joined. */
  readonly publicUrl: string
  readonly group: string | null
  /** ms since 1970: it has joined by then, or is given up. */
  readonly joinByMs: number
  /** ms since 1970: when it failed; it is looked for at the provider for some time. */
  readonly failedAtMs: number | null
  /** Nothing is left of its order at the provider, as the provider said itself. */
  readonly isRejected: boolean
}

export type StoredProvider = ProviderSettings & { readonly name: string }

export interface ProviderStore {
  providers(): Promise<readonly StoredProvider[]>
  /** Resolves when it is on disk. */
  saveProvider(provider: StoredProvider): Promise<void>
  removeProvider(name: string): Promise<void>
  machines(): Promise<readonly StoredCloudMachine[]>
  /** Resolves when it is on disk. */
  saveMachine(machine: StoredCloudMachine): Promise<void>
  removeMachine(id: string): Promise<void>
}

/** Providers have tokens: all that is kept of them is encrypted. */
// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createProviderStore(database: Kysely<any>, box: SecretBox): ProviderStore {
  const tables = database as Kysely<ProviderTables>
  return {
    async providers() {
      const rows = await tables.selectFrom('network_provider').selectAll().orderBy('name').execute()
      return rows.map(({ name, content }) => ({ ...(JSON.parse(box.open(content)) as ProviderSettings), name }))
    },
    async saveProvider({ name, ...rest }) {
      const content = box.encrypt(JSON.stringify(rest))
      await tables
        .insertInto('network_provider')
        .values({ name, content })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ content }))
        .execute()
    },
    async removeProvider(name) {
      await tables.deleteFrom('network_provider').where('name', '=', name).execute()
    },
    async machines() {
      const rows = await tables.selectFrom('network_cloud_machine').selectAll().orderBy(sql`rowid`).execute()
      return rows.map(({ machine }) => JSON.parse(machine) as StoredCloudMachine)
    },
    async saveMachine(value) {
      const machine = JSON.stringify(value)
      await tables
        .insertInto('network_cloud_machine')
        .values({ id: value.id, machine })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ machine }))
        .execute()
    },
    async removeMachine(id) {
      await tables.deleteFrom('network_cloud_machine').where('id', '=', id).execute()
    },
  }
}
