import type { SecretBox } from '../../../platform/identity/secret-box.ts'
import { maskUrl } from '../../../platform/outbound/url-secrets.ts'
import type { LiveDatabase } from '../../live-database.ts'
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

/** URLs that hold secrets are encrypted; those that an older version kept are when they are read. */
export function createHookStore(database: LiveDatabase, secrets: SecretBox): HookStore {
  const store: HookStore = {
    async all() {
      const rows = await database.selectFrom('hook').selectAll().orderBy('created_at').execute()
      const hooks = rows.map(({ id, sealed, sealed_url, created_at, settings }) => {
        const kept = JSON.parse(settings) as Omit<StoredHook, 'id' | 'secret' | 'createdAt'>
        const url = sealed_url === null ? kept.url : secrets.open(sealed_url)
        return { ...kept, url, id, createdAt: created_at, secret: secrets.open(sealed) }
      })
      for (const [index, hook] of hooks.entries()) {
        if (rows[index]?.sealed_url === null && maskUrl(hook.url) !== hook.url) await store.save(hook)
      }
      return hooks
    },
    async save({ id, createdAt, secret, ...settings }) {
      const url = maskUrl(settings.url)
      const changes = {
        settings: JSON.stringify({ ...settings, url }),
        sealed_url: url === settings.url ? null : secrets.encrypt(settings.url),
      }
      await database
        .insertInto('hook')
        .values({ id, created_at: createdAt, sealed: secrets.encrypt(secret), ...changes })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
        .execute()
    },
    async remove(id) {
      await database.deleteFrom('hook').where('id', '=', id).execute()
    },
  }
  return store
}
