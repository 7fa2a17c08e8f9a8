import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { type SqliteDatabase, SqliteDialect } from 'kysely'
import { toStorageError } from './storage-error.ts'

const statementCacheSize = 200

/** Kysely over node:sqlite. Booleans are stored as 0 and 1; errors come out as `storage.*`. */
export function nodeSqliteDialect(database: DatabaseSync): SqliteDialect {
  const cache = new Map<string, StatementSync>()
  const statement = (sql: string): StatementSync => {
    let found = cache.get(sql)
    if (!found) {
      found = database.prepare(sql)
      if (cache.size >= statementCacheSize) cache.delete(cache.keys().next().value as string)
      cache.set(sql, found)
    }
    return found
  }
  const shim = {
    prepare(sql: string) {
      const prepared = guard(() => statement(sql))
      return {
        reader: prepared.columns().length > 0,
        all: (parameters: readonly unknown[]) => guard(() => prepared.all(...bind(parameters))),
        run: (parameters: readonly unknown[]) => guard(() => prepared.run(...bind(parameters))),
        iterate: (parameters: readonly unknown[]) => prepared.iterate(...bind(parameters)),
      }
    },
    close: () => database.close(),
  }
  return new SqliteDialect({ database: shim as unknown as SqliteDatabase })
}

function bind(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map((value) => (typeof value === 'boolean' ? Number(value) : (value as SQLInputValue)))
}

function guard<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw toStorageError(error, 'The database rejected')
  }
}
