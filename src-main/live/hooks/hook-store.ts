import type { SecretBox } from '../../platform/identity/secret-box.ts'
import type { LiveDatabase } from '../live-database.ts'
import type { Hook } from './schemas.ts'

/** A hook as it is kept. */
export interface StoredHook extends Omit<Hook, 'waiting'> {
  /** Signs what is sent. */
  readonly secret: string
}

export interface HookStore {
  all(): Promise<readonly StoredHook[]>
  /** Resolves when it is on disk. */
  save(hook: StoredHook): Promise<void>
  remove(id: string): Promise<void>
}

export function createHookStore(database: LiveDatabase, secrets: SecretBox): HookStore {
  return {
    async all() {
      const rows = await database.selectFrom('hook').selectAll().orderBy('created_at').execute()
      return rows.map(({ id, sealed, created_at, settings }) => ({
        ...(JSON.parse(settings) as Omit<StoredHook, 'id' | 'secret' | 'createdAt'>),
        id,
        createdAt: created_at,
        secret: secrets.open(sealed),
      }))
    },
    async save({ id, createdAt, secret, ...settings }) {
      const changes = { settings: JSON.stringify(settings) }
      await database
        .insertInto('hook')
        .values({ id, created_at: createdAt, sealed: secrets.seal(secret), ...changes })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
        .execute()
    },
    async remove(id) {
      await database.deleteFrom('hook').where('id', '=', id).execute()
    },
  }
}
