import type { SecretBox } from '../../../platform/identity/secret-box.ts'
import type { LiveDatabase } from '../../live-database.ts'
import type { SourceSettings } from './source-runner.ts'

export interface StoredSource extends SourceSettings {
  readonly id: string
  /** Name of the stream that it feeds. */
  readonly stream: string
  /** ISO 8601. */
  readonly createdAt: string
}

/** Sources in the host's database. URLs may contain passwords: they are encrypted. Resolves when it is on disk. */
export interface SourceStore {
  all(): Promise<readonly StoredSource[]>
  save(source: StoredSource): Promise<void>
  remove(id: string): Promise<void>
}

export function createSourceStore(database: LiveDatabase, secrets: SecretBox): SourceStore {
  return {
    async all() {
      const rows = await database.selectFrom('source').selectAll().orderBy('created_at').execute()
      return rows.map((row) => ({
        id: row.id,
        stream: row.stream,
        url: secrets.open(row.sealed_url),
        when: row.on_demand === 0 ? ('always' as const) : ('on-demand' as const),
        enabled: row.enabled !== 0,
        createdAt: row.created_at,
      }))
    },
    async save({ id, stream, url, when, enabled, createdAt }) {
      const changes = { sealed_url: secrets.encrypt(url), on_demand: when === 'on-demand' ? 1 : 0, enabled: enabled ? 1 : 0 }
      await database
        .insertInto('source')
        .values({ id, stream, created_at: createdAt, ...changes })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
        .execute()
    },
    async remove(id) {
      await database.deleteFrom('source').where('id', '=', id).execute()
    },
  }
}
