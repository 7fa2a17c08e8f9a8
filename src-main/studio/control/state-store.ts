import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'

interface StateTable {
  studio_state: { key: string; value: string }
}

/** Small values that the studio knows again after a restart of the host: which file is open, what is on air. JSON by key. */
export interface StateStore {
  get(key: string): unknown
  /** Undefined takes it away. Written behind whatever is being done. */
  set(key: string, value: unknown): void
  /** Resolves when what was set is on the disk; after a second even if it is not: a full disk delays nobody. */
  written(): Promise<void>
}

export interface StateStoreDependencies {
  // biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
  readonly database: Kysely<any>
  readonly writes: { enqueue(what: string, write: () => Promise<void>): void }
}

/** How long somebody waits for the disk, ms. */
const maxWaitMs = 1000

/** Reads all of it: it is little. */
export async function openStateStore({ database, writes }: StateStoreDependencies): Promise<StateStore> {
  const tables = database as Kysely<StateTable>
  const values = new Map<string, unknown>()
  let written: Promise<void> = Promise.resolve()
  for (const { key, value } of await tables.selectFrom('studio_state').selectAll().execute()) values.set(key, JSON.parse(value))
  return {
    get: (key) => values.get(key),
    set(key, value) {
      if (value === undefined) values.delete(key)
      else values.set(key, value)
      const done = Promise.withResolvers<void>()
      written = done.promise
      writes.enqueue('keep the state of the studio', async () => {
        if (value === undefined) {
          await tables.deleteFrom('studio_state').where('key', '=', key).execute()
          done.resolve()
          return
        }
        const text = JSON.stringify(value)
        await tables
          .insertInto('studio_state')
          .values({ key, value: text })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
          .execute()
        done.resolve()
      })
    },
    written: () => Promise.race([written, sleep(maxWaitMs, undefined, { ref: false })]),
  }
}
