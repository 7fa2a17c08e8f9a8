import { type Kysely, sql } from 'kysely'
import type { SecretBox } from '../../platform/identity/secret-box.ts'
import type { Migration } from '../../platform/storage/migrations.ts'

/** The tables of functions. */
export const functionMigrations: readonly Migration[] = [
  {
    name: 'network/0006-functions',
    up: async (database) => {
      await sql`CREATE TABLE network_function (name TEXT PRIMARY KEY, version INTEGER NOT NULL, secrets TEXT NOT NULL) STRICT`.execute(
        database,
      )
      await sql`CREATE TABLE network_function_version (
        name TEXT NOT NULL,
        version INTEGER NOT NULL,
        deployed_at TEXT NOT NULL,
        content TEXT NOT NULL,
        PRIMARY KEY (name, version)
      ) STRICT`.execute(database)
    },
  },
]

interface FunctionTables {
  network_function: { name: string; version: number; secrets: string }
  network_function_version: { name: string; version: number; deployed_at: string; content: string }
}

/** One version of a function. */
export interface StoredVersion {
  readonly version: number
  /** ISO 8601. */
  readonly deployedAt: string
  /** JSON, the book's own. */
  readonly content: string
}

/** A function with all its versions that are kept, oldest first. */
export interface StoredFunction {
  readonly name: string
  /** The one that nodes have. */
  readonly version: number
  readonly secrets: Readonly<Record<string, string>>
  readonly versions: readonly StoredVersion[]
}

export interface FunctionStore {
  all(): Promise<readonly StoredFunction[]>
  /** Adds a version and uses it; those before `oldest` are deleted. */
  add(name: string, version: StoredVersion, oldest: number): Promise<void>
  /** Uses another version. */
  use(name: string, version: number): Promise<void>
  setSecrets(name: string, secrets: Readonly<Record<string, string>>): Promise<void>
  remove(name: string): Promise<void>
}

/** Functions in the database; secrets are encrypted there. */
// biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
export function createFunctionStore(database: Kysely<any>, box: SecretBox): FunctionStore {
  const tables = database as Kysely<FunctionTables>
  return {
    async all() {
      const rows = await tables.selectFrom('network_function').selectAll().orderBy('name').execute()
      const versions = await tables.selectFrom('network_function_version').selectAll().orderBy('version').execute()
      return rows.map(({ name, version, secrets }) => ({
        ...{ name, version, secrets: JSON.parse(box.open(secrets)) as Record<string, string> },
        versions: versions
          .filter((each) => each.name === name)
          .map((each) => ({ version: each.version, deployedAt: each.deployed_at, content: each.content })),
      }))
    },
    async add(name, { version, deployedAt, content }, oldest) {
      await tables.transaction().execute(async (transaction) => {
        await transaction.insertInto('network_function_version').values({ name, version, deployed_at: deployedAt, content }).execute()
        await transaction.deleteFrom('network_function_version').where('name', '=', name).where('version', '<', oldest).execute()
        await transaction
          .insertInto('network_function')
          .values({ name, version, secrets: box.encrypt('{}') })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ version }))
          .execute()
      })
    },
    async use(name, version) {
      await tables.updateTable('network_function').set({ version }).where('name', '=', name).execute()
    },
    async setSecrets(name, secrets) {
      await tables
        .updateTable('network_function')
        .set({ secrets: box.encrypt(JSON.stringify(secrets)) })
        .where('name', '=', name)
        .execute()
    },
    async remove(name) {
      await tables.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('network_function').where('name', '=', name).execute()
        await transaction.deleteFrom('network_function_version').where('name', '=', name).execute()
      })
    },
  }
}
