import { type Kysely, sql } from 'kysely'
import { AppError } from '../errors.ts'

/** One forward step of the schema. Released steps never change; a change is a new step. */
export interface Migration {
  /** Part and number, e.g. `platform/0001-identity`. */
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: a migration speaks of the schema as it was, which has no type any more
  readonly up: (database: Kysely<any>) => Promise<void>
}

/** Runs the steps that are not recorded yet, each in its own transaction. Rejects a database that knows steps this program does not. */
// biome-ignore lint/suspicious/noExplicitAny: migrations are not bound to one schema type
export async function migrate(database: Kysely<any>, migrations: readonly Migration[]): Promise<readonly string[]> {
  await sql`CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) STRICT`.execute(database)
  const { rows } = await sql<{ name: string }>`SELECT name FROM migrations`.execute(database)
  const applied = new Set(rows.map((row) => row.name))
  const known = new Set(migrations.map((migration) => migration.name))
  const unknown = [...applied].filter((name) => !known.has(name))
  if (unknown.length > 0) {
    throw new AppError('storage.newer', `The database has steps that this version does not know: ${unknown.join(', ')}`, {
      details: { steps: unknown },
    })
  }
  const done: string[] = []
  for (const migration of migrations) {
    if (applied.has(migration.name)) continue
    await database.transaction().execute(async (transaction) => {
      await migration.up(transaction)
      await sql`INSERT INTO migrations (name, applied_at) VALUES (${migration.name}, ${new Date().toISOString()})`.execute(transaction)
    })
    done.push(migration.name)
  }
  return done
}
