import { readLimits } from '../../key-limits.ts'
import type { LiveDatabase } from '../../live-database.ts'
import type { StreamKey } from '../../schemas.ts'

export interface StoredKey {
  readonly key: StreamKey
  /** SHA-256 of the secret, hexadecimal. */
  readonly hash: string
}

export interface KeyStore {
  all(): Promise<readonly StoredKey[]>
  /** Resolves when it is on disk: a key that would not survive a restart is not given out. */
  save(stored: StoredKey): Promise<void>
}

/** Stream keys in the host's database. */
export function createKeyStore(database: LiveDatabase): KeyStore {
  return {
    async all() {
      const rows = await database.selectFrom('stream_key').selectAll().orderBy('created_at').execute()
      return rows.map((row) => ({
        hash: row.hash,
        key: {
          id: row.id,
          label: row.label,
          stream: row.stream,
          hint: row.hint,
          enabled: row.enabled !== 0,
          role: row.role === 'backup' ? 'backup' : 'primary',
          onSecondPublisher:
            row.on_second_publisher === 'takeover' || row.on_second_publisher === 'backup' ? row.on_second_publisher : 'refuse',
          sameAddressOnly: row.same_address_only !== 0,
          restartWindowMs: row.restart_window_ms,
          limits: readLimits(row.limits),
          onOverLimit: row.on_over_limit === 'transcode' ? 'transcode' : 'refuse',
          createdAt: row.created_at,
          rotatedAt: row.rotated_at,
          revokedAt: row.revoked_at,
          lastUsedAt: row.last_used_at,
        },
      }))
    },
    async save({ key, hash }) {
      const changes = {
        stream: key.stream,
        label: key.label,
        hash,
        hint: key.hint,
        enabled: key.enabled ? 1 : 0,
        on_second_publisher: key.onSecondPublisher,
        limits: JSON.stringify(key.limits),
        on_over_limit: key.onOverLimit,
        role: key.role,
        same_address_only: key.sameAddressOnly ? 1 : 0,
        restart_window_ms: key.restartWindowMs,
        created_at: key.createdAt,
        rotated_at: key.rotatedAt,
        revoked_at: key.revokedAt,
        last_used_at: key.lastUsedAt,
      }
      await database
        .insertInto('stream_key')
        .values({ id: key.id, ...changes })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
        .execute()
    },
  }
}
