import type { Kysely } from 'kysely'
import type { WriteQueue } from './write-queue.ts'

/** Settings that were changed while the program ran, by key. */
export interface SettingsStore {
  all(): Readonly<Record<string, unknown>>
  set(changes: Readonly<Record<string, unknown>>): void
}

export async function createSettingsStore(
  database: Kysely<{ settings: { key: string; value: string } }>,
  writes: WriteQueue,
): Promise<SettingsStore> {
  const values: Record<string, unknown> = {}
  for (const row of await database.selectFrom('settings').selectAll().execute()) values[row.key] = JSON.parse(row.value)
  return {
    all: () => ({ ...values }),
    set(changes) {
      Object.assign(values, changes)
      const rows = Object.entries(changes).map(([key, value]) => ({ key, value: JSON.stringify(value) }))
      if (rows.length === 0) return
      writes.enqueue('keep settings', async () => {
        await database
          .insertInto('settings')
          .values(rows)
          .onConflict((conflict) => conflict.column('key').doUpdateSet((excluded) => ({ value: excluded.ref('excluded.value') })))
          .execute()
      })
    },
  }
}
